"""What a case tells the law: the facts of one person, out of the states of the case's chapters.

Held is whoever custody says is inside; before the admission, and in detention at home or in the
town, whom an order covers. A day belongs to what it ended in: the day of release, of escape or of
leaving hospital is none of what was left. The orders say in which form, until the verdict is
executed: a convict who is in hospital serves on. Days outside on PB, CB or CMB are no detention
here but a right lived; what they count for is the law's question (`domain.law.integration`).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from domain.admission import CustodyTakenOver, LegalStatus, Religion
from domain.charge import CHARGE
from domain.conduct import CONDUCT, ConductAssessed, DisciplineBegan, Predicate
from domain.custody import CUSTODY, Released, ReleaseKind
from domain.detention import DETENTION, DetentionForm, DetentionFormChanged, HospitalStayBegan
from domain.earlier_remisi import EARLIER_REMISI
from domain.integration import INTEGRATION, IntegrationStarted
from domain.kernel import Journey
from domain.law.criteria import Trace
from domain.law.facts import (
    Breach,
    CaseType,
    Facts,
    Granted,
    Held,
    HeldForm,
    Right,
    RightLived,
    Sentence,
    SubjectKind,
    Substitute,
)
from domain.law.span import Span, summed
from domain.remisi import REMISI, RemisiApplied
from domain.stay import Stay, staying
from domain.verdict import (
    VERDICT,
    SentenceKind,
    VerdictBecameFinal,
    fine_of,
    fine_owed,
    legal_status,
    sentence,
)

KINDS: Final = {
    LegalStatus.NARAPIDANA: SubjectKind.NARAPIDANA,
    LegalStatus.ANAK_BINAAN: SubjectKind.ANAK_BINAAN,
}
FORMS: Final = {
    DetentionForm.RUTAN: HeldForm.RUTAN,
    DetentionForm.RUMAH: HeldForm.RUMAH,
    DetentionForm.KOTA: HeldForm.KOTA,
}
OUTSIDE: Final = {
    ReleaseKind.PEMBEBASAN_BERSYARAT: Right.PB,
    ReleaseKind.CUTI_BERSYARAT: Right.CB,
    ReleaseKind.CUTI_MENJELANG_BEBAS: Right.CMB,
}
SERVED: Final = (SentenceKind.PENJARA, SentenceKind.KURUNGAN)
GOOD: Final = (Predicate.SANGAT_BAIK, Predicate.BAIK)
DAY: Final = timedelta(days=1)
UNTOLD_NATIONALITY: Final = "ID"
"""ISO 3166-1 alpha-2."""


def facts_of(journey: Journey) -> Facts:
    """Return what a case tells, as far as its journey goes.

    The nationality is the person's and not the case's: here it is that of whom no record tells.
    """
    custody = journey[CUSTODY]
    opening, verdicts = custody.opening, journey[VERDICT]
    final_on = verdicts.final_on[0] if verdicts.final_on else None
    risk_declined, assessed = _risk(journey)
    programmes_good, programmes_by = _programmes(journey)
    return Facts(
        kind=SubjectKind.TAHANAN if _not_final(journey) else _kind(journey),
        religion=(opening.religion if opening else None) or Religion.TIDAK_DIKETAHUI,
        verdict_final_on=final_on,
        detention=tuple(_detention(journey)),
        sentences=tuple(_sentences(journey)),
        substitute=_substitute(journey),
        remissions=tuple(_remissions(journey)),
        discipline=tuple(_discipline(journey)),
        conduct_risk_declined=risk_declined,
        birth_date=(opening.birth_date if opening else None) or None,
        case_type=journey[CHARGE].case_type,
        recidivist=_recidivist(journey),
        nationality=UNTOLD_NATIONALITY,
        executed=_executed(journey),
        programmes_good=programmes_good,
        deradicalised=_deradicalised(journey),
        fine_paid=_fine_paid(journey),
        rights=tuple(_rights(journey)),
        verdict_final_by=Trace(event=VerdictBecameFinal.stored_as, day=final_on)
        if final_on
        else None,
        conduct_by=assessed,
        programmes_by=programmes_by,
    )


def _kind(journey: Journey) -> SubjectKind:
    status = legal_status(journey)
    return KINDS.get(status, SubjectKind.TAHANAN) if status else SubjectKind.TAHANAN


def _not_final(journey: Journey) -> bool:
    """Return whether somebody who was admitted to serve has a verdict that is not final by now.

    Where a case was taken over, its source says who is a convict; where no verdict is told at all,
    the reason of the admission does.
    """
    verdicts, opening = journey[VERDICT], journey[CUSTODY].opening
    taken_over = isinstance(opening, CustodyTakenOver)
    return bool(verdicts.pronounced) and not (verdicts.final or taken_over)


def _executed(journey: Journey) -> bool | None:
    """Return whether the verdict was executed; of a convict without the report nobody says."""
    if journey[VERDICT].executed_on:
        return True
    return False if _kind(journey) is SubjectKind.TAHANAN else None


def _detention(journey: Journey) -> Iterator[Held]:
    """Yield the days held, those of one form that follow upon each other as one."""
    days = sorted(set(_changes(journey)))
    found: list[Held] = []
    for day, following in pairwise([*days, None]):
        form = _form_on(journey, day) if day else None
        if day is None or form is None:
            continue
        to = following - DAY if following else None
        last = found[-1] if found else None
        if last and last.form is form and last.to == day - DAY:
            found[-1] = Held(from_day=last.from_day, to=to, form=form, by=last.by)
        else:
            found.append(Held(from_day=day, to=to, form=form, by=_held_by(journey, day, form)))
    yield from found


def _changes(journey: Journey) -> Iterator[date]:
    """Yield every day on which somebody may have come in, left, or been held otherwise."""
    detention = journey[DETENTION]
    spans = [(stay.since, stay.until) for stay in journey[CUSTODY].stays]
    spans += [(stay.since, stay.until) for stay in detention.hospital_stays]
    yield from (since for since, _ in spans)
    yield from (until for _, until in spans if until)
    for order in detention.orders:
        yield order.starts
        if order.until < date.max:
            yield order.until + DAY
    yield from (taken.since for taken in detention.forms)
    yield from _serving_since(journey)


def _serving_since(journey: Journey) -> Iterator[date]:
    """Yield since when somebody serves a sentence, whatever orders of detention there are."""
    yield from journey[VERDICT].executed_on[:1]
    opening = journey[CUSTODY].opening
    if opening and not journey[VERDICT].executed_on and _kind(journey) in KINDS.values():
        yield opening.effective.day


def _form_on(journey: Journey, day: date) -> HeldForm | None:
    """Return how somebody was held on a day, if at all.

    A form is over once somebody is brought in after it began; and whoever is to serve is held by
    the order of detention that runs until the unit receives them.
    """
    stays = [stay for stay in journey[CUSTODY].stays if stay.since <= day]
    inside = staying(stays, day)
    if stays and any(since <= day for since in _serving_since(journey)):
        return HeldForm.RUTAN if inside else None
    taken = [one for one in journey[DETENTION].forms if one.since <= day]
    form = taken[-1].form if taken else None
    if not inside and (form is None or not _ordered(journey, day, form)):
        return None
    if staying_in_hospital(journey, day):
        return HeldForm.PEMBANTARAN
    brought_in = inside and bool(taken) and stays[-1].since > taken[-1].since
    return FORMS[form] if form and not brought_in else HeldForm.RUTAN


def staying_in_hospital(journey: Journey, day: date) -> bool:
    """Return whether detention stood still on a day, for a stay in hospital (pembantaran)."""
    stays = journey[DETENTION].hospital_stays
    return any(stay.since <= day < (stay.until or date.max) for stay in stays)


def _ordered(journey: Journey, day: date, form: DetentionForm) -> bool:
    """Return whether an order covers a day on which custody does not say that somebody is inside.

    Whoever escaped or died is not held by an order; whoever was released, only at home or within
    the town, or by an order that is newer than the release.
    """
    before = [stay for stay in journey[CUSTODY].stays if stay.until and stay.until <= day]
    left = before[-1] if before else None
    if left and left.ended != Released.stored_as:
        return False
    since = left.until if left and left.until and form is DetentionForm.RUTAN else date.min
    orders = journey[DETENTION].orders
    return any(since <= order.starts <= day <= order.until for order in orders)


def _held_by(journey: Journey, day: date, form: HeldForm) -> Trace | None:
    """Return the fact by which somebody was held so from a day on."""
    if form is HeldForm.PEMBANTARAN:
        return Trace(event=HospitalStayBegan.stored_as, day=day)
    for stay in journey[CUSTODY].stays:
        if stay.since == day:
            return Trace(event=stay.began, day=_told_on(journey, stay))
    for order in journey[DETENTION].orders:
        if order.starts == day:
            return Trace(event=order.stored_as, day=order.effective.day)
    if any(taken.since == day for taken in journey[DETENTION].forms):
        return Trace(event=DetentionFormChanged.stored_as, day=day)
    return None


def _told_on(journey: Journey, stay: Stay) -> date:
    opening = journey[CUSTODY].opening
    first = isinstance(opening, CustodyTakenOver) and stay.began == opening.stored_as
    return opening.effective.day if opening and first else stay.since


def _sentences(journey: Journey) -> Iterator[Sentence]:
    """Yield what the last verdict left to be served; an acquittal in review leaves nothing."""
    nothing = Span(years=0, months=0, days=0)
    for part in sentence(journey):
        if part.kind in SERVED:
            span = Span(years=part.years, months=part.months, days=part.days)
            yield Sentence(span=span, life=False, death=False)
        elif part.kind is SentenceKind.SEUMUR_HIDUP:
            yield Sentence(span=nothing, life=True, death=False)
        elif part.kind is SentenceKind.MATI:
            yield Sentence(span=nothing, life=False, death=True)


def _substitute(journey: Journey) -> Substitute | None:
    parts = [
        Span(years=part.years, months=part.months, days=part.days)
        for part in sentence(journey)
        if part.kind is SentenceKind.PENJARA_PENGGANTI
    ]
    return Substitute(span=summed(parts), paid=bool(_fine_paid(journey))) if parts else None


def _fine_paid(journey: Journey) -> bool | None:
    """Return whether the fine was paid; nobody says where there is none, or more may be owed."""
    if not fine_of(journey):
        return None
    if any(stay.release is ReleaseKind.DENDA_DIBAYAR for stay in journey[CUSTODY].stays):
        return True
    if fine_owed(journey):
        return False
    return None if may_owe_more(journey) else True


def may_owe_more(journey: Journey) -> bool:
    """Return whether something else than the fine may be owed: restitution (uang pengganti).

    A verdict does not say for what imprisonment is in place: for restitution where there are more
    such parts than fines, and perhaps wherever somebody is convicted of corruption.
    """
    kinds = [part.kind for part in sentence(journey)]
    instead = kinds.count(SentenceKind.PENJARA_PENGGANTI)
    corruption = journey[CHARGE].case_type is CaseType.KORUPSI
    return instead > kinds.count(SentenceKind.DENDA) or (corruption and instead > 0)


def _remissions(journey: Journey) -> Iterator[Granted]:
    for earlier in journey[EARLIER_REMISI].granted:
        day = earlier.effective.day
        by = Trace(event=earlier.stored_as, day=day)
        yield Granted(kind=earlier.kind, on=day, days=earlier.remission_days, by=by)
    for proposal in journey[REMISI].proposals.values():
        if proposal.asked and proposal.sk and proposal.applied:
            yield Granted(
                kind=proposal.asked.kind,
                on=proposal.asked.award_day,
                days=proposal.sk.remission_days,
                by=Trace(event=RemisiApplied.stored_as, day=proposal.applied.effective.day),
                missed=proposal.asked.missed or None,
                ground=proposal.asked.ground or None,
            )


def _discipline(journey: Journey) -> Iterator[Breach]:
    for measure in journey[CONDUCT].register_f.values():
        yield Breach(
            on=measure.began.day,
            until=measure.ended.day if measure.ended else None,
            by=Trace(event=DisciplineBegan.stored_as, day=measure.began.day),
        )


def _recidivist(journey: Journey) -> bool | None:
    """Return whether the papers charge a repeated offence; what is forgotten, nobody says."""
    said = journey[CHARGE].recidivist
    return said if isinstance(said, bool) else None


def _deradicalised(journey: Journey) -> bool | None:
    """Return whether whoever is charged with terrorism was deradicalised; of others nobody asks."""
    if journey[CHARGE].case_type is not CaseType.TERORISME:
        return None
    return journey[CONDUCT].deradicalised is not None


def _risk(journey: Journey) -> tuple[bool | None, Trace | None]:
    """Return whether the assessment of the latest month shows a lower risk."""
    latest = _assessment(journey)
    if latest is None:
        return None, None
    return latest.risk_declined, Trace(event=latest.stored_as, day=latest.effective.day)


def _assessment(journey: Journey) -> ConductAssessed | None:
    assessments = journey[CONDUCT].assessments
    return assessments[max(assessments)] if assessments else None


def _programmes(journey: Journey) -> tuple[bool | None, Trace | None]:
    """Return whether programmes were taken part in with predikat baik, as SPPN assesses it.

    Where nothing is assessed nobody says: to have gone through a programme is no predicate.
    """
    latest = _assessment(journey)
    if latest is None:
        return None, None
    return latest.predicate in GOOD, Trace(event=latest.stored_as, day=latest.effective.day)


def _rights(journey: Journey) -> Iterator[RightLived]:
    """Yield the rights that were begun; one that only the gate recorded, too."""
    stays = journey[CUSTODY].stays
    begun = list[tuple[Right, date]]()
    for course in journey[INTEGRATION].proposals.values():
        if course.right and course.started:
            since = course.started.effective.day
            begun.append((course.right, since))
            ends = [one.day for one in (course.revoked, course.ended) if one]
            if course.right in OUTSIDE.values():
                ends += [stay.since for stay in stays if stay.since > since]
            by = Trace(event=IntegrationStarted.stored_as, day=since)
            to = min(ends, default=None)
            yield RightLived(right=course.right, from_day=since, to=to, by=by)
    for stay, back in pairwise([*stays, None]):
        right = OUTSIDE.get(stay.release) if stay and stay.release else None
        if stay and stay.until and right:
            to = back.since if back else None
            if any(one is right and stay.since < day < (to or date.max) for one, day in begun):
                continue  # it is told with the proposal, perhaps by another day
            by = Trace(event=Released.stored_as, day=stay.until)
            yield RightLived(right=right, from_day=stay.until, to=to, by=by)

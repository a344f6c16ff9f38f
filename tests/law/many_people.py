"""Many invented people, the same ones every time: facts as a what-if states them, and whole cases.

They are drawn so that most can be and every condition of the law is met by some and broken by
others. `random()` of a seed is the same in every version of Python, so nothing else is drawn with.
"""

from datetime import date, timedelta
from random import Random

from strategies import one

from domain.admission import CustodyAdmitted, CustodyTakenOver, Religion
from domain.catalogue import CASE
from domain.charge import CHARGE
from domain.conduct import CONDUCT
from domain.custody import CUSTODY
from domain.detention import (
    DETENTION,
    DetentionExtended,
    DetentionOrdered,
    DetentionStage,
    DetentionStatus,
)
from domain.earlier_remisi import EARLIER_REMISI
from domain.integration import INTEGRATION
from domain.law.claims import Claim, ClaimedDay
from domain.law.criteria import Trace
from domain.law.detention import Chain, Ordered, Pause, Who
from domain.law.detention_clock import Court, Standing
from domain.law.facts import (
    Breach,
    CaseType,
    Facts,
    Granted,
    Held,
    HeldForm,
    Missed,
    RemisiGround,
    RemisiKind,
    Right,
    RightLived,
    Sentence,
    SubjectKind,
    Substitute,
    Wanted,
)
from domain.law.feasts import feast_of
from domain.law.span import Span
from domain.remisi import REMISI
from domain.verdict import VERDICT, VerdictBecameFinal, VerdictExecuted, VerdictPronounced

PERHAPS = (True, None, False)
MOSTLY = (True, *PERHAPS)
STAGES = tuple(DetentionStage)
OPENINGS = (CustodyAdmitted, CustodyTakenOver)
USUAL = (
    DetentionOrdered,
    DetentionExtended,
    VerdictPronounced,
    VerdictBecameFinal,
    VerdictExecuted,
)
MADE_UP_FOR = (RemisiKind.UMUM, RemisiKind.KHUSUS, RemisiKind.DASAWARSA, RemisiKind.PMP)
GROUNDS = {
    RemisiKind.TAMBAHAN: (
        RemisiGround.PEMUKA,
        RemisiGround.JASA,
        RemisiGround.JUSTICE_COLLABORATOR,
    ),
    RemisiKind.KEMANUSIAAN: (
        RemisiGround.PIDANA_SINGKAT,
        RemisiGround.LANJUT_USIA,
        RemisiGround.SAKIT_BERKEPANJANGAN,
    ),
}
CHAPTERS = (CUSTODY, DETENTION, CHARGE, VERDICT, CONDUCT, REMISI, EARLIER_REMISI, INTEGRATION)


class Person:
    """Draws what is told of one person: ``since`` is when it begins."""

    def __init__(self, number) -> None:
        self.draw = Random(f"person {number}")  # noqa: S311 - no secret
        self.since = date(2018, 1, 1) + timedelta(days=self.below(2_900))

    def below(self, end):
        return int(self.draw.random() * end)

    def pick(self, *several):
        return several[self.below(len(several))]

    def choose(self, several):
        """Pick for `strategies`; any day is one of this story."""
        if isinstance(several[0], date):
            return self.later(self.since, 700)
        return self.pick(*several)

    def some(self, most, make):
        return tuple(make() for _ in range(self.below(most + 1)))

    def later(self, day, most):
        if self.below(500) == 0:
            return date(2301, 1, 1)  # a slip of the pen
        return day + timedelta(days=self.below(most))

    def by(self, name, day):
        return self.pick(None, Trace(event=name, day=day))

    def facts(self):
        final = self.pick(None, self.later(self.since, 400))
        return Facts(
            kind=self.pick(*[SubjectKind.NARAPIDANA] * 4, *SubjectKind),
            religion=self.pick(Religion.ISLAM, Religion.KRISTEN, *Religion),
            verdict_final_on=final,
            detention=tuple(self.stays()),
            sentences=self.some(2, self.sentence) or (self.sentence(),),
            substitute=self.pick(
                None,
                None,
                Substitute(span=self.span(0, 1), paid=self.below(3) == 0),
            ),
            remissions=self.some(2, self.granted),
            discipline=self.some(2, self.breach),
            conduct_risk_declined=self.pick(*MOSTLY),
            birth_date=self.pick(None, date(1950, 2, 28), date(1985, 7, 1), date(2006, 2, 28)),
            case_type=self.pick(CaseType.UMUM, CaseType.UMUM, *CaseType),
            recidivist=self.pick(*PERHAPS),
            nationality=self.pick("ID", "ID", "MY"),
            executed=self.pick(*PERHAPS),
            programmes_good=self.pick(*MOSTLY),
            deradicalised=self.pick(*PERHAPS),
            fine_paid=self.pick(*PERHAPS),
            rights=self.some(2, self.lived),
            verdict_final_by=final and self.by("verdict.became_final", final),
            conduct_by=self.by("conduct.assessed", self.since),
            programmes_by=self.by("conduct.assessed", self.since),
        )

    def stays(self):
        day = self.since
        for _ in range(self.below(3)):
            end = self.later(day, 150)
            yield Held(from_day=day, to=end, form=self.pick(*HeldForm), by=self.by("held", day))
            day = end + timedelta(days=self.pick(1, 1, 40))
        end = self.pick(None, None, self.later(day, 900))
        form = self.pick(HeldForm.RUTAN, HeldForm.RUTAN, *HeldForm)
        yield Held(from_day=day, to=end, form=form, by=self.by("custody.admitted", day))

    def span(self, *years):
        return Span(
            years=self.pick(*years), months=self.pick(0, 3, 5, 6, 11), days=self.pick(0, 1, 14)
        )

    def sentence(self):
        special = self.below(40)
        if special < 2:
            return Sentence(
                span=Span(years=0, months=0, days=0), life=special == 0, death=special == 1
            )
        return Sentence(span=self.span(0, 0, 1, 1, 2, 5, 9, 15), life=False, death=False)

    def award_day(self, kind, religion=Religion.ISLAM):
        year = self.since.year + 1 + self.below(6)
        usual = {
            RemisiKind.KHUSUS: feast_of(religion, year) or date(year, 12, 25),
            RemisiKind.DASAWARSA: date(2025, 8, 17),
            RemisiKind.PMP: date(year, 7, 23),
            RemisiKind.KEMANUSIAAN: date(year, 5, 29),
        }.get(kind, date(year, 8, 17))
        return self.pick(*[usual] * 5, date(year, 12, 25))

    def granted(self):
        kind = self.pick(RemisiKind.UMUM, RemisiKind.KHUSUS, *RemisiKind)
        day = self.award_day(kind)
        return Granted(
            kind=kind,
            on=day,
            days=self.pick(*[15, 30, 60, 90, 180] * 9, 0, 1),
            by=self.by("remisi.applied", day),
            missed=self.missed(day) if kind is RemisiKind.SUSULAN else None,
            ground=self.ground(kind),
        )

    def ground(self, kind):
        fitting = GROUNDS.get(kind, ())
        return self.pick(*[*fitting] * 9, *RemisiGround, None) if fitting else None

    def missed(self, day):
        kind = self.pick(*MADE_UP_FOR)
        missed = Missed(kind=kind, on=self.award_day(kind))
        if missed.on >= day and self.below(5):
            missed = Missed(kind=kind, on=missed.on.replace(year=day.year - 1))
        return self.pick(None, *[missed] * 9)

    def breach(self):
        day = self.pick(self.later(self.since, 1_500), self.award_day(RemisiKind.UMUM))
        until = self.pick(None, self.later(day, 200))
        return Breach(on=day, until=until, by=self.by("conduct.discipline_began", day))

    def lived(self):
        day = self.later(self.since, 1_500)
        to = self.pick(None, self.later(day, 200))
        return RightLived(
            right=self.pick(*Right), from_day=day, to=to, by=self.by("integration.started", day)
        )

    def wanted(self, religion):
        kind = self.pick(RemisiKind.UMUM, RemisiKind.KHUSUS, *RemisiKind)
        day = self.award_day(kind, religion)
        return Wanted(
            kind=kind,
            on=day,
            ground=self.ground(kind),
            missed=self.missed(day) if kind is RemisiKind.SUSULAN else None,
        )

    def claim(self, computed):
        about = self.pick(*ClaimedDay)
        return Claim(
            about=about,
            on=self.pick(computed[about], None) or self.later(self.since, 2_000),
            source=f"SK-{self.below(3)}",
        )

    def journey(self):
        """A case that nobody admitted: `evolve` takes whatever comes."""
        kinds = [kind for chapter in CHAPTERS for kind in chapter.events]
        told = [self.pick(*OPENINGS)] * (self.below(12) > 0)
        told += [self.pick(*USUAL, *USUAL, *kinds) for _ in range(3 + self.below(12))]
        day, events = self.since, []
        for kind in told:
            events.append(one(kind, self.choose, (day,)))
            day = self.later(day, 90)
        return CASE.fold(sorted(events, key=lambda it: it.effective.instant)), day

    def chain(self):
        """Orders one after the other, with what broke them."""
        day, orders, hospital, stops = self.since + timedelta(days=1_500), [], [], []
        for stage in STAGES[: 1 + self.below(len(STAGES))]:
            for extends in (False, True)[: 1 + self.below(2)]:
                until = day + timedelta(days=self.pick(9, 19, 29, 39, 59, 89))
                order_date = self.pick(None, day, day + timedelta(days=3))
                orders.append(
                    Ordered(
                        stage=stage,
                        extends=extends,
                        exceptional=extends and self.below(4) == 0,
                        starts=day,
                        until=until,
                        order_date=order_date,
                        by=self.by("detention.ordered", day),
                    )
                )
                if self.below(3) == 0:
                    went = self.later(day, 25)
                    hospital.append(Pause(since=went, until=self.pick(None, self.later(went, 12))))
                if self.below(4) == 0:
                    stops.append(self.pick(day, until, self.later(day, 40)))
                day = until + timedelta(days=self.pick(1, 1, 1, 0, 4))
        return Chain(orders=tuple(orders), hospital=tuple(hospital), stops=tuple(sorted(stops)))

    def who(self):
        return Who(
            child=self.below(4) == 0,
            case_type=self.pick(CaseType.UMUM, *CaseType),
            maximum_years=self.pick(None, 5, 7, 9, 15),
        )

    def standing(self, term):
        """How somebody may stand who is held by this order."""
        around = [term.order.starts + timedelta(days=n) for n in (-9, 0, 1, 20)]
        return Standing(
            held=self.below(8) > 0,
            serving=self.below(4) == 0,
            status=self.pick(DetentionStatus.RUNNING, *DetentionStatus),
            since=self.pick(None, *around),
            last_day=self.pick(None, *[term.last_day] * 4),
            extendable_until=self.pick(None, term.last_day, term.extendable_until),
            in_hospital=self.below(4) == 0,
            stopped_on=self.pick(None, *around),
            court=Court(
                pronounced_on=self.pick(None, *around),
                convicted=self.pick(*PERHAPS),
                copy_missing=self.below(2) == 0,
                final_on=self.pick(None, *around),
                executed_on=self.pick(None, *around),
            ),
            expiry=self.pick(None, *around),
        )

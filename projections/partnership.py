"""One partnership's report: what was agreed, and what of it can be proved.

Each line says whether it was counted ``under`` the agreement, in its units (``in_units``: the
people held there, and remisi, which no agreement awards), ``beside`` it in the same units, or
merely stated: a plan, or a claim with its source, which may contradict another and enters no count.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Final, get_args

from domain.agreement import ParticipantKind
from domain.custody import Presence, ReleaseKind
from domain.job_placement import FollowUpMonth
from domain.kernel import Open, Value
from domain.schooling import PaketLevel
from projections.agreements import status_on
from projections.case_summary import CASE_SUMMARY
from projections.counting import COUNTED, AgeBand, Seen, by_then, day_from, persons
from projections.kernel import Report, Rows
from projections.programmes import ProgrammeLine
from projections.referrals import REFERRALS
from projections.remisi_register import REMISI_REGISTER, RemisiStatus
from projections.training_participation import Stage
from projections.under_agreement import OVER, Scene, scenes
from projections.whereabouts import whereabouts


class Section(Enum):
    """What a line is about."""

    AGREEMENT = "agreement"
    POPULATION = "population"
    PROGRAMMES = "programmes"
    PARTICIPANTS = "participants"
    EDUCATION = "education"
    CERTIFICATES = "certificates"
    PLACEMENTS = "placements"
    REMISI = "remisi"
    REFERRALS = "referrals"
    PLANS = "plans"
    CLAIMS = "claims"


class Basis(Enum):
    """Where a figure comes from."""

    UNDER = "under"
    BESIDE = "beside"
    IN_UNITS = "in_units"
    STATED = "stated"


class PartnershipLine(Value):
    """One figure, of ``value`` where it is broken down, out of ``out_of`` where that says more.

    ``count`` is of people, but of programmes and parties in their own sections. ``stated`` is what
    somebody said, and no count of anything.
    """

    agreement: Open[str]
    section: Open[Section]
    figure: Open[str]
    value: Open[str | None]
    basis: Open[Basis]
    count: Open[int | None]
    out_of: Open[int | None]
    stated: Open[int | None]
    text: Open[str | None]
    source: Open[str | None]


KLIEN: Final = (
    ReleaseKind.PEMBEBASAN_BERSYARAT,
    ReleaseKind.CUTI_BERSYARAT,
    ReleaseKind.CUTI_MENJELANG_BEBAS,
)
"""Released on these, somebody is a klien of a Bapas and not yet a former warga binaan."""
FOLLOW_UP_MONTHS: Final = get_args(FollowUpMonth)
Lines = Iterator[PartnershipLine]


def _line(scene: Scene, section: Section, figure: str, **said: object) -> PartnershipLine:
    rest: dict[str, object] = {
        "value": None,
        "basis": Basis.UNDER,
        "count": None,
        "out_of": None,
        "stated": None,
        "text": None,
        "source": None,
    }
    fields: dict[str, object] = {
        "agreement": scene.agreement.agreement,
        "section": section,
        "figure": figure,
    }
    return PartnershipLine(**fields | rest | said)  # type: ignore[arg-type]  # by their names


def _agreement(scene: Scene) -> Lines:
    row = scene.agreement
    yield _line(scene, Section.AGREEMENT, "status", value=status_on(row, scene.on).value)
    if row.instrument:
        yield _line(scene, Section.AGREEMENT, "instrument", value=row.instrument.value)
    parties = ", ".join(row.parties)
    yield _line(scene, Section.AGREEMENT, "parties", count=len(row.parties), text=parties or None)


def _population(scene: Scene) -> Lines:
    held, at_home = persons(scene.held), persons(scene.of_domicile)
    yield _line(scene, Section.POPULATION, "held", basis=Basis.IN_UNITS, count=held)
    yield _line(
        scene,
        Section.POPULATION,
        "of_domicile",
        value=", ".join(scene.agreement.regions) or None,
        basis=Basis.IN_UNITS,
        count=at_home,
        out_of=held,
    )
    bands = Counter(case.age_band for case in scene.of_domicile)
    for band in AgeBand:
        yield _line(
            scene,
            Section.POPULATION,
            "of_domicile_by_age",
            value=band.value,
            basis=Basis.IN_UNITS,
            count=bands[band],
            out_of=at_home,
        )


def _in_sight(scene: Scene) -> Mapping[Basis, Sequence[ProgrammeLine]]:
    under = [one for one in scene.programmes if scene.under(one)]
    units = scene.agreement.units
    beside = [one for one in scene.programmes if one.unit in units and not scene.under(one)]
    return {Basis.UNDER: under, Basis.BESIDE: beside}


def _programmes(scene: Scene) -> Lines:
    for basis, programmes in _in_sight(scene).items():
        for certified, figure in ((True, "certified"), (False, "uncertified")):
            alike = [one for one in programmes if one.certified is certified]
            titles = ", ".join(sorted(str(one.title) for one in alike))
            yield _line(
                scene,
                Section.PROGRAMMES,
                figure,
                basis=basis,
                count=len(alike),
                text=titles or None,
            )


def _taking_part(scene: Scene) -> Mapping[str, Collection[Seen]]:
    """Return who was seated in, joined or enrolled in each programme, by its id."""
    cases: dict[str, list[str]] = {}
    for training in scene.trainings:
        if scene.came_to(training, Stage.SEATED):
            cases.setdefault(training.programme, []).append(training.case)
    for activity in scene.activities:
        cases.setdefault(activity.programme or activity.activity, []).append(activity.case)
    for learning in scene.learnings:
        if learning.enrolment.programme:
            cases.setdefault(learning.enrolment.programme, []).append(learning.case)
    return {programme: scene.seen(those) for programme, those in cases.items()}


def _participants(scene: Scene) -> Lines:
    """Return everybody under the agreement, of which kind they are, and how many by programme."""
    everybody = scene.seen(
        [
            *(t.case for t in scene.trainings if scene.under(t) and scene.came_to(t, Stage.SEATED)),
            *(one.case for one in scene.activities if scene.under(one)),
            *(one.case for one in scene.learnings if scene.under(one.enrolment)),
        ]
    )
    total, at_home = persons(everybody), persons(scene.of_domicile)
    yield _line(scene, Section.PARTICIPANTS, "persons", count=total, out_of=at_home)
    kinds = Counter(_kind(case) for case in everybody)
    for kind in ParticipantKind:
        if kind in scene.agreement.participant_kinds or kinds[kind]:
            yield _line(
                scene, Section.PARTICIPANTS, "kind", value=kind.value, count=_of(everybody, kind)
            )
    by_programme = _taking_part(scene)
    for basis, programmes in _in_sight(scene).items():
        for one in programmes:
            yield _line(
                scene,
                Section.PARTICIPANTS,
                "programme",
                value=one.programme,
                basis=basis,
                count=persons(by_programme.get(one.programme, ())),
                text=one.title,
            )


def _of(cases: Iterable[Seen], kind: ParticipantKind) -> int:
    return persons(case for case in cases if _kind(case) is kind)


def _kind(case: Seen) -> ParticipantKind | None:
    if case.presence is Presence.RELEASED:
        klien = case.release in KLIEN
        return ParticipantKind.KLIEN if klien else ParticipantKind.MANTAN_WARGA_BINAAN
    return ParticipantKind(case.legal_status.value) if case.legal_status else None


def _education(scene: Scene) -> Lines:
    under = [one for one in scene.learnings if scene.under(one.enrolment)]
    others = (one for one in scene.learnings if not scene.under(one.enrolment))
    beside = [one for one in others if scene.in_units(one.case)]
    for basis, learnings in ((Basis.UNDER, under), (Basis.BESIDE, beside)):
        for level in PaketLevel:
            of_level = (one.case for one in learnings if one.enrolment.level is level)
            yield _line(
                scene,
                Section.EDUCATION,
                "enrolled",
                value=level.value,
                basis=basis,
                count=persons(scene.seen(of_level)),
            )


def _certificates(scene: Scene) -> Lines:
    trainings = [one for one in scene.trainings if scene.under(one)]
    for stage in (Stage.COMPETENCE_CERTIFIED, Stage.ATTENDANCE_CERTIFIED):
        cases = (one.case for one in trainings if scene.came_to(one, stage))
        number = persons(scene.seen(cases))
        yield _line(scene, Section.CERTIFICATES, stage.value, count=number)


def _placements(scene: Scene) -> Lines:
    jobs = [one for one in scene.placements if scene.under(one)]
    placed = persons(scene.seen(one.case for one in jobs))
    yield _line(scene, Section.PLACEMENTS, "placed", count=placed)
    for month in FOLLOW_UP_MONTHS:
        working = (one.case for one in jobs if scene.works_after(one, month))
        figure = f"employed_{month}_months"
        number = persons(scene.seen(working))
        yield _line(scene, Section.PLACEMENTS, figure, count=number, out_of=placed)


def _remisi(scene: Scene, rows: Rows) -> Lines:
    """Return how many were awarded remisi on each day, among those then in the units."""
    cases = {row.case: row for row in rows[CASE_SUMMARY.name]}
    awarded: dict[date, list[str]] = {}
    freed: dict[date, list[str]] = {}
    for line in rows[REMISI_REGISTER.name]:
        day = line.applied_on
        if line.status is not RemisiStatus.APPLIED or not by_then(day, scene.on):
            continue
        movements = cases[line.case].movements if line.case in cases else ()
        if whereabouts(movements, day).unit in scene.agreement.units:
            awarded.setdefault(day, []).append(line.case)
            if line.releases:
                freed.setdefault(day, []).append(line.case)
    for figure, by_day in (("awarded", awarded), ("awarded_and_released", freed)):
        for day in sorted(awarded):
            yield _line(
                scene,
                Section.REMISI,
                figure,
                value=day.isoformat(),
                basis=Basis.IN_UNITS,
                count=persons(scene.seen(by_day.get(day, ()))),
            )


def _referrals(scene: Scene, rows: Rows) -> Lines:
    mine = [row for row in rows[REFERRALS.name] if row.agreement == scene.agreement.agreement]
    days = {
        "received": [row.received_on for row in mine],
        "accepted": [row.accepted_on for row in mine],
        "joined": [min((one.day for one in row.activities), default=None) for row in mine],
        "finished": [row.finished_on for row in mine],
    }
    for figure, those in days.items():
        number = sum(by_then(day, scene.on) for day in those)
        yield _line(scene, Section.REFERRALS, figure, count=number)


def _stated(scene: Scene) -> Lines:
    for plan in scene.agreement.plans:
        if by_then(plan.day, scene.on):
            said = {"stated": plan.figure, "text": plan.text, "basis": Basis.STATED}
            yield _line(scene, Section.PLANS, plan.plan, **said)
    for claim in scene.agreement.claims:
        if by_then(claim.day, scene.on):
            said = {"stated": claim.figure, "text": claim.text, "basis": Basis.STATED}
            yield _line(scene, Section.CLAIMS, claim.claim, source=claim.source, **said)


def count(rows: Rows, parameters: Mapping[str, str | None]) -> Sequence[PartnershipLine]:
    """Count what stands at the end of the day ``on``, for one agreement or for each in sight."""
    on = day_from("on", parameters.get("on"))
    lines: list[PartnershipLine] = []
    for scene in scenes(rows, parameters.get("agreement"), on):
        for part in (_agreement, _population, _programmes, _participants, _education):
            lines += part(scene)
        lines += [*_certificates(scene), *_placements(scene), *_remisi(scene, rows)]
        lines += [*_referrals(scene, rows), *_stated(scene)]
    return lines


PARTNERSHIP = Report(
    name="partnership",
    row=PartnershipLine,
    over=(*OVER, REMISI_REGISTER, REFERRALS),
    parameters=("agreement", "on"),
    count=count,
    counted=COUNTED,
)

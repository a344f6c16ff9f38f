"""The cohort of those released for good in a span, and who of them came back, or died, and when.

Convicted, and released at the end of a sentence, by a remisi or clemency, or once a fine was paid;
or free for good on the day on which guidance on PB, CB or CMB ended. A person is in a cohort once,
by the first such release, however many cases or merged records there are. To be
held in trust for another authority (titipan) or for a debt (sandera) is not to come back; where it
comes to a sentence in such a case, that is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Final

from domain.custody import AdmissionReason, LegalStatus, Presence, ReleaseKind
from domain.integration import OUTSIDE
from domain.job_placement import months_after
from domain.kernel import Value
from projections.case_summary import CASE_SUMMARY, CaseSummary
from projections.counting import by_then
from projections.integration import INTEGRATION_REGISTER
from projections.kernel import Rows
from projections.legal_standing import status_on
from projections.persons import PERSONS
from projections.training_participation import Stage
from projections.under_agreement import Scene
from projections.whereabouts import whereabouts

FINAL: Final = (
    ReleaseKind.BEBAS_MURNI,
    ReleaseKind.REMISI,
    ReleaseKind.GRASI,
    ReleaseKind.AMNESTI,
    ReleaseKind.DENDA_DIBAYAR,
)
"""Releases of somebody convicted that no decision takes back."""
NO_NEW_CASE: Final = (AdmissionReason.TITIPAN, AdmissionReason.SANDERA)
"""Admissions that are no return: in trust for another authority, and as hostage for a debt."""
CONVICTED: Final = (LegalStatus.NARAPIDANA, LegalStatus.ANAK_BINAAN)


class Return(Enum):
    """What counts as coming back: a new case in custody, or a new sentence in one."""

    NEW_ADMISSION = "new_admission"
    NEW_VERDICT = "new_verdict"


class Asked(Value):
    """A question: of which releases, within how many months, what counts, as of which day."""

    first: date
    last: date
    months: int
    returning: Return
    on: date
    unit: str | None
    agreement: str | None


class Member(Value):
    """Somebody of a cohort: the release, the end of the window, and what came in it."""

    person: str
    released_on: date
    window_end: date
    returned_on: date | None
    died_on: date | None
    took_part: bool


def cohort(rows: Rows, asked: Asked, scene: Scene | None) -> Sequence[Member]:
    """Return who was finally released in the span, each once, in the order of their ids."""
    house = _House(rows, asked, scene)
    found = (house.member(person, cases) for person, cases in sorted(house.cases.items()))
    return [one for one in found if one]


class _House:
    """The cases by person, and what else makes a member of a cohort."""

    def __init__(self, rows: Rows, asked: Asked, scene: Scene | None) -> None:
        self._asked = asked
        self._units = scene.agreement.units if scene else None
        self._joined = _joined(scene) if scene else {}
        self.cases = by_person(rows)
        self._ends: dict[str, list[date]] = {}
        for right in rows[INTEGRATION_REGISTER.name]:
            if right.right in OUTSIDE and right.ended_on:
                self._ends.setdefault(right.case, []).append(right.ended_on)

    def member(self, person: str, cases: Sequence[CaseSummary]) -> Member | None:
        """Return what became of somebody after the first release of the span, if there is one."""
        asked = self._asked
        releases = [(day, row) for row in cases for day in self._releases(row)]
        if not releases:
            return None
        day, released = min(releases, key=lambda one: (one[0], one[1].case))
        window_end = months_after(day, asked.months)
        told = min(window_end, asked.on)
        later = [row for row in cases if row.case != released.case]
        back = _first(_returns(later, day, asked.returning), day, told)
        return Member(
            person=person,
            released_on=day,
            window_end=window_end,
            returned_on=back,
            died_on=_first(_deaths(cases), day, told) if back is None else None,
            took_part=any(by_then(self._joined.get(row.case), day) for row in cases),
        )

    def _releases(self, row: CaseSummary) -> Iterator[date]:
        """Return the days of the span on which a case ended, from a unit that is asked for."""
        asked = self._asked
        for day in final_releases(row, self._ends.get(row.case, ())):
            if asked.first <= day <= min(asked.last, asked.on):
                unit = whereabouts(row.movements, day).unit
                if asked.unit in {None, unit} and (self._units is None or unit in self._units):
                    yield day


def by_person(rows: Rows) -> Mapping[str, Sequence[CaseSummary]]:
    """Return all cases of each human being, by the record that goes on."""
    merged = {row.person: row.merged_into for row in rows[PERSONS.name] if row.merged_into}
    cases: dict[str, list[CaseSummary]] = {}
    for row in rows[CASE_SUMMARY.name]:
        cases.setdefault(one_person(row.person, merged), []).append(row)
    return cases


def one_person(person: str, merged: Mapping[str, str]) -> str:
    """Return the record that goes on, of those that were found to be one human being."""
    seen = {person}
    while (into := merged.get(person)) and into not in seen:
        seen.add(into)
        person = into
    return person


def final_releases(row: CaseSummary, ends: Iterable[date]) -> Iterator[date]:
    """Return the days on which somebody convicted became free for good in one case.

    None where its movements were not read, as it holds no release.
    """
    for step in row.movements or ():
        free = step.presence is Presence.RELEASED and step.release in FINAL
        if free and status_on(row.opened_as, row.verdicts or (), step.day) in CONVICTED:
            yield step.day
    for day in ends:
        if whereabouts(row.movements or (), day).presence is Presence.RELEASED:
            yield day


def _returns(cases: Iterable[CaseSummary], after: date, kind: Return) -> Iterator[date]:
    """Return the days of coming back in cases that began after a release, or on its day."""
    for row in cases:
        began = min((m.admitted_on for m in row.movements if m.admitted_on), default=None)
        if began is None or began < after:
            continue
        if kind is Return.NEW_ADMISSION and row.opened_for not in NO_NEW_CASE:
            yield began
            continue
        steps = row.verdicts or ()
        days = sorted({began, *(step.day for step in steps)})
        yield from (day for day in days if status_on(row.opened_as, steps, day) in CONVICTED)


def _deaths(cases: Iterable[CaseSummary]) -> Iterator[date]:
    for row in cases:
        yield from (step.day for step in row.movements if step.presence is Presence.DEAD)


def _first(days: Iterable[date], after: date, until: date) -> date | None:
    return min((day for day in days if after <= day <= until), default=None)


def _joined(scene: Scene) -> Mapping[str, date]:
    """Return since when each case took part in something under the agreement."""
    days: dict[str, list[date]] = {}
    for training in scene.trainings:
        if scene.under(training):
            seats = (one.day for one in training.reached if one.stage is Stage.SEATED)
            days.setdefault(training.case, []).extend(seats)
    for activity in scene.activities:
        if scene.under(activity) and activity.joined_on:
            days.setdefault(activity.case, []).append(activity.joined_on)
    for learning in scene.learnings:
        if scene.under(learning.enrolment):
            days.setdefault(learning.case, []).append(learning.enrolment.day)
    return {case: min(those) for case, those in days.items() if those}

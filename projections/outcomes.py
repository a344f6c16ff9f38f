"""Outcomes of an agreement: the funnel, and who of those placed still works, out of whom.

Somebody counts among those still at work after so many months only where these months have passed:
each such line says out of how many, of how many of them nobody looked, and for how many it is too
early to say. A job that ended within the months needs no look.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from domain.job_placement import months_after
from domain.kernel import Open, Refused, Value
from projections.case_summary import CASE_SUMMARY
from projections.counting import COUNTED, HISTORY, by_then, day_from
from projections.kernel import AsItStands, Report, Rows
from projections.placements import PlacementLine
from projections.training_funnel import FunnelStage, counts
from projections.under_agreement import OVER, Scene, scenes

EMPLOYED: Final[Mapping[FunnelStage, int]] = {
    FunnelStage.EMPLOYED_3: 3,
    FunnelStage.EMPLOYED_6: 6,
    FunnelStage.EMPLOYED_12: 12,
}
"""After how many months of work each of these stages looks."""


class Retention(Value):
    """The people whose months at work have passed (``closed``), and what came of it.

    Of ``unseen`` nobody looked; the months of ``still_open`` run yet, in every job that they had.
    """

    closed: frozenset[str]
    working: frozenset[str]
    unseen: frozenset[str]
    still_open: frozenset[str]


def retention(
    jobs: Iterable[PlacementLine], person_of: Mapping[str, str], months: int, on: date
) -> Retention:
    """Return who still worked so many months after they began, as had happened by a day.

    ``person_of`` says whose a case is; the jobs of other cases are left out.
    """
    begun = [
        (person_of[job.case], months_after(job.started_on, months), job)
        for job in jobs
        if job.started_on and job.started_on <= on and job.case in person_of
    ]
    closed = [one for one in begun if one[1] <= on]
    passed = frozenset(person for person, _, _ in closed)
    known = frozenset(
        person
        for person, day, job in closed
        if _seen(job, months, on) is not None or (job.ended_on is not None and job.ended_on <= day)
    )
    return Retention(
        closed=passed,
        working=frozenset(person for person, _, job in closed if _seen(job, months, on)),
        unseen=passed - known,
        still_open=frozenset(person for person, _, _ in begun) - passed,
    )


def _seen(job: PlacementLine, months: int, on: date) -> bool | None:
    """Return what was seen so many months on; nothing where nobody had looked by the day."""
    looks = (one for one in job.verifications if one.month == months and by_then(one.day, on))
    return next((one.still_working for one in looks), None)


class OutcomeLine(Value):
    """One stage: so many ``persons``, ``out_of`` so many where months have to pass to reach it.

    Of ``out_of``, nobody looked at ``unseen``. The months of ``window_open`` persons run yet: they
    are in no other figure of the line. ``on`` is the day by which all this was so.
    """

    agreement: Open[str]
    stage: Open[FunnelStage]
    on: Open[date]
    persons: Open[int]
    out_of: Open[int | None]
    window_months: Open[int | None]
    window_open: Open[int | None]
    unseen: Open[int | None]


def lines(scene: Scene, on: date) -> Iterable[OutcomeLine]:
    """Return the stages of one agreement, in their order."""
    jobs = [one for one in scene.placements if scene.under(one)]
    person_of = {case: one.person for case, one in scene.cases.items()}
    for stage, number in counts(scene).items():
        months = EMPLOYED.get(stage)
        found = retention(jobs, person_of, months, on) if months else None
        yield OutcomeLine(
            agreement=scene.agreement.agreement,
            stage=stage,
            on=on,
            persons=len(found.working) if found else number,
            out_of=len(found.closed) if found else None,
            window_months=months,
            window_open=len(found.still_open) if found else None,
            unseen=len(found.unseen) if found else None,
        )


def count(rows: Rows, parameters: Mapping[str, str | None]) -> Sequence[OutcomeLine]:
    """Count each stage by the day ``on``, for one agreement or for each in sight."""
    on = day_from("on", parameters.get("on"))
    if on is None:
        raise Refused(
            "report.no_day",
            article="Kaidah Jejak: hasil dihitung pada suatu hari",
            because=("sebut harinya", "say on which day"),
            field="on",
        )
    found = scenes(rows, parameters.get("agreement"), on)
    return [line for scene in found for line in lines(scene, on)]


OUTCOMES: Final = Report(
    name="outcomes",
    row=OutcomeLine,
    over=OVER,
    parameters=("agreement", "on"),
    count=count,
    counted=COUNTED,
    daily=True,
    stands={CASE_SUMMARY.name: AsItStands(unread=HISTORY)},
)

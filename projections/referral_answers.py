"""How referrals were answered, partner by partner: how many, in what time, and how many wait."""

from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median_low
from typing import Any, Final

from domain.kernel import Open, Value
from projections.detention_clock import day_of
from projections.kernel import Report, Rows
from projections.referrals import REFERRALS


class ReferralAnswers(Value):
    """The referrals that one agency made to one unit by a day.

    ``waiting`` have no answer yet, ``overdue`` are those of them whose day for it has passed;
    ``late`` were answered after it. ``answer_days`` is the median, of those that were answered.
    """

    agency: Open[str | None]
    unit: Open[str | None]
    received: Open[int]
    accepted: Open[int]
    declined: Open[int]
    late: Open[int]
    waiting: Open[int]
    overdue: Open[int]
    finished: Open[int]
    answer_days: Open[int | None]


def referral_answers(rows: Rows, parameters: Mapping[str, str | None]) -> Sequence[ReferralAnswers]:
    """Count the referrals received by the end of the day ``on``, as they stood then."""
    on, agreement = day_of(parameters), parameters.get("agreement")
    groups: dict[tuple[str, str], list[Any]] = {}
    for row in rows[REFERRALS.name]:
        if row.received_on and row.received_on <= on and agreement in {None, row.agreement}:
            groups.setdefault((row.referred_by or "", row.unit or ""), []).append(row)
    return [_counted(several, on) for _, several in sorted(groups.items())]


def _counted(several: Sequence[Any], on: date) -> ReferralAnswers:
    answered = [(row, day) for row in several if (day := _answered_on(row, on))]
    waiting = [row for row in several if not _answered_on(row, on)]
    days = [(day - row.received_on).days for row, day in answered]
    return ReferralAnswers(
        agency=several[0].referred_by,
        unit=several[0].unit,
        received=len(several),
        accepted=sum(_by(row.accepted_on, on) for row in several),
        declined=sum(_by(row.declined_on, on) for row in several),
        late=sum(bool(row.respond_by and day > row.respond_by) for row, day in answered),
        waiting=len(waiting),
        overdue=sum(bool(row.respond_by and on > row.respond_by) for row in waiting),
        finished=sum(_by(row.finished_on, on) for row in several),
        answer_days=median_low(days) if days else None,
    )


def _answered_on(row: Any, on: date) -> date | None:
    """Return on which day a referral was answered, if it was by then."""
    days = [day for day in (row.accepted_on, row.declined_on) if day and day <= on]
    return min(days, default=None)


def _by(day: date | None, on: date) -> bool:
    return day is not None and day <= on


REFERRAL_ANSWERS: Final = Report(
    name="referral_answers",
    row=ReferralAnswers,
    over=(REFERRALS,),
    parameters=("on", "agreement"),
    count=referral_answers,
    daily=True,
)

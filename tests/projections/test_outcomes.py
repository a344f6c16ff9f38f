"""Outcomes say out of whom: whose months have passed, who was looked at, and who still works."""

from datetime import date

import pytest
from reported import admitted, agreement, opened, report, told

from domain.job_placement import (
    EndReason,
    JobEnded,
    JobStarted,
    JobVerified,
    VerificationMethod,
    WorkKind,
)
from domain.kernel import Refused
from projections.outcomes import OUTCOMES


def started(case, day="2026-01-31", placement="K"):
    return told(
        case,
        JobStarted,
        day,
        placement=placement,
        kind=WorkKind.USAHA_SENDIRI,
        employer=None,
        agreement=None,
        programme="roti",
        income_band=None,
    )


def seen(case, day, *, working, month=3, placement="K"):
    return told(
        case,
        JobVerified,
        day,
        placement=placement,
        month=month,
        still_working=working,
        method=VerificationMethod.TELEPON,
        income_band=None,
    )


def outcome(*events, on="2026-04-30", stage="employed_3_months"):
    told_events = [agreement(), opened("roti"), *events]
    lines = report(OUTCOMES, told_events, agreement="pks", on=on)
    (line,) = [one for one in lines if one.stage.value == stage]
    return line.persons, line.out_of, line.unseen, line.window_open


def test_who_still_works_is_counted_out_of_those_whose_months_have_passed():
    events = [*(admitted(n) for n in range(5)), *(started(n) for n in range(4))]
    events += [started(4, "2026-02-01")]
    events += [seen(0, "2026-04-30", working=True), seen(1, "2026-04-30", working=False)]
    events += [told(2, JobEnded, "2026-03-01", placement="K", reason=EndReason.MENGUNDURKAN_DIRI)]
    assert outcome(*events) == (1, 4, 1, 1), "nobody looked at the fourth"
    assert outcome(*events, on="2026-04-29") == (0, 0, 0, 5), "three months are not over"
    assert outcome(*events, on="2026-05-01") == (1, 5, 2, 0)
    assert outcome(*events, stage="placed") == (5, None, None, None)


def test_a_job_that_ended_after_the_months_had_to_be_looked_at():
    events = [admitted(1), started(1)]
    ended = told(1, JobEnded, "2026-05-15", placement="K", reason=EndReason.LAIN)
    assert outcome(*events, ended, on="2026-06-01") == (0, 1, 1, 0)


def test_a_second_job_makes_no_second_person():
    events = [admitted(1), started(1), started(1, "2026-03-01", "L")]
    events += [seen(1, "2026-04-30", working=False)]
    assert outcome(*events) == (0, 1, 0, 0)
    events += [seen(1, "2026-06-01", working=True, placement="L")]
    assert outcome(*events, on="2026-06-01") == (1, 1, 0, 0)


def test_every_stage_is_as_of_the_day():
    lines = report(OUTCOMES, [agreement(), admitted(1)], agreement="pks", on="2026-04-30")
    assert {line.on for line in lines} == {date(2026, 4, 30)}
    with pytest.raises(Refused) as refused:
        report(OUTCOMES, [agreement()], agreement="pks")
    assert refused.value.code == "report.no_day"

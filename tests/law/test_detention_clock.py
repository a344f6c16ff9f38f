"""The clock: W21 to the day, who is held too long and why, and what becomes more pressing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from detained import ADULT, PENYIDIK, UNTOLD, W21, chain, day, last, order, standing

from domain.detention import DetentionStatus
from domain.law.book import LAW
from domain.law.detention import terms
from domain.law.detention_clock import Cause, Level, alerts, aloud, level, notices, overdue


def test_w21_to_the_day():
    first, extension = terms(W21, ADULT, LAW)
    assert (first.last_day, first.claimed, first.allowed) == (day("2025-11-22"), 20, 20)
    assert first.extendable_until == day("2026-01-01")
    assert (extension.last_day, extension.flags) == (day("2026-01-01"), ())
    told = alerts(extension.last_day, day("2025-12-29"), notices(LAW, day("2025-12-29")))
    assert [(one.days, one.day.isoformat(), one.due) for one in told] == [
        (10, "2025-12-22", True),
        (3, "2025-12-29", True),
        (1, "2025-12-31", False),
        (0, "2026-01-01", False),
    ]
    assert overdue(standing(extension), day("2026-01-01")) is None
    out = overdue(standing(extension), day("2026-01-02"))
    assert (out.since, out.days, out.cause) == (day("2026-01-02"), 1, Cause.LIMIT_REACHED)
    assert extension.rule_set == "kuhap-1981"


PRONOUNCED = replace(UNTOLD, pronounced_on=day("2025-11-20"), convicted=True)


@pytest.mark.parametrize(
    ("said", "cause", "since"),
    [
        ({}, Cause.EXTENSION_MISSING, "2025-11-23"),
        ({"extendable_until": day("2025-11-22")}, Cause.LIMIT_REACHED, "2025-11-23"),
        (
            {"court": replace(PRONOUNCED, copy_missing=True)},
            Cause.VERDICT_COPY_MISSING,
            "2025-11-23",
        ),
        ({"court": PRONOUNCED}, Cause.NEXT_ORDER_MISSING, "2025-11-23"),
        (
            {"court": replace(PRONOUNCED, pronounced_on=day("2025-11-03"))},
            Cause.NEXT_ORDER_MISSING,
            "2025-11-23",
        ),
        (
            {"court": replace(PRONOUNCED, convicted=None, final_on=day("2025-11-27"))},
            Cause.NEXT_ORDER_MISSING,
            "2025-11-23",
        ),
        (
            {"court": replace(PRONOUNCED, final_on=day("2025-11-27"))},
            Cause.EXECUTION_MISSING,
            "2025-11-23",
        ),
        (
            {"court": replace(PRONOUNCED, convicted=False)},
            Cause.ACQUITTED_NOT_RELEASED,
            "2025-11-21",
        ),
        (
            {"status": DetentionStatus.SUSPENDED, "stopped_on": day("2025-11-10")},
            Cause.DETENTION_OVER_NOT_RELEASED,
            "2025-11-11",
        ),
        (
            {"serving": True, "expiry": day("2025-11-30")},
            Cause.SENTENCE_EXPIRED_NOT_RELEASED,
            "2025-12-01",
        ),
    ],
)
def test_whoever_is_held_too_long_is_so_for_a_cause(said, cause, since):
    term = last(chain(order(PENYIDIK, "2025-11-03", "2025-11-22")))
    now = standing(term, **said)
    out = overdue(now, day("2025-12-05"))
    assert (out.cause, out.since) == (cause, day(since))
    assert out.days == (day("2025-12-05") - day(since)).days + 1
    assert overdue(now, day(since) - timedelta(days=1)) is None
    assert level(now, out, day("2025-12-05"), (10, 3, 1, 0)) is Level.OVERDUE
    assert overdue(replace(now, held=False), day("2025-12-05")) is None


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2025-11-11", Level.IN_TIME),
        ("2025-11-12", Level.SOON),
        ("2025-11-18", Level.SOON),
        ("2025-11-19", Level.LAST_DAYS),
        ("2025-11-22", Level.LAST_DAYS),
        ("2025-11-23", Level.OVERDUE),
    ],
)
def test_it_becomes_more_pressing_by_the_day(on, expected):
    term = last(chain(order(PENYIDIK, "2025-11-03", "2025-11-22")))
    now = standing(term)
    assert level(now, overdue(now, day(on)), day(on), notices(LAW, day(on))) is expected


def test_whoever_is_in_hospital_stands_still_until_the_term_is_over():
    now = standing(last(W21), in_hospital=True)
    assert level(now, None, day("2025-12-31"), (10, 3, 1, 0)) is Level.STANDS_STILL
    out = overdue(now, day("2026-01-02"))
    assert level(now, out, day("2026-01-02"), (10, 3, 1, 0)) is Level.OVERDUE


def test_whoever_serves_is_out_when_the_last_verdict_leaves_nothing_to_serve():
    acquitted = replace(PRONOUNCED, pronounced_on=day("2026-03-01"), convicted=False)
    now = standing(last(W21), serving=True, court=acquitted)
    out = overdue(now, day("2026-06-01"))
    assert (out.cause, out.since) == (Cause.ACQUITTED_NOT_RELEASED, day("2026-03-02"))


def test_an_order_after_an_acquittal_holds_as_long_as_any_other():
    acquitted = replace(PRONOUNCED, pronounced_on=day("2025-11-02"), convicted=False)
    now = standing(last(chain(order(PENYIDIK, "2025-11-03", "2025-11-22"))), court=acquitted)
    assert overdue(now, day("2025-11-22")) is None


def test_it_can_be_said_to_the_person():
    term = last(W21)
    words = aloud(overdue(standing(term), day("2026-01-04")))
    assert words[0].startswith(
        "Sejak 2 Januari 2026 tidak ada lagi dasar untuk menahan Anda (3 hari)"
    )
    assert words[1].startswith("Since 2 January 2026 nothing holds you any more (3 days)")

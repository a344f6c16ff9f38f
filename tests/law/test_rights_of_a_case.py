"""The rights of integration that a case says were lived: by proposals, and by the gate."""

from datetime import date

from law.told_case import MEDAN, SENTENCED, admitted, released
from scenario import on

from domain.catalogue import CASE
from domain.integration import (
    IntegrationGranted,
    IntegrationProposed,
    IntegrationRevoked,
    IntegrationStarted,
)
from domain.law.case_facts import facts_of
from domain.law.criteria import Trace
from domain.law.facts import Right
from domain.release import ReadmissionReason, Readmitted, ReleaseKind


def facts(*events):
    return facts_of(CASE.fold(events))


RIGHT = (
    IntegrationProposed(
        effective=on("2025-11-01"), proposal="PB-1", right=Right.PB, rule_set="permenkumham-7-2022"
    ),
    IntegrationGranted(
        effective=on("2025-11-20"),
        proposal="PB-1",
        sk_number="PAS-2",
        sk_date=date(2025, 11, 20),
        starts=date(2025, 11, 27),
        until=None,
    ),
    IntegrationStarted(effective=on("2025-11-27"), proposal="PB-1", bapas="BAPAS-MEDAN"),
)


def test_time_outside_on_parole_is_a_right_lived_and_no_detention():
    out = released("2025-11-27", ReleaseKind.PEMBEBASAN_BERSYARAT)
    told = facts(admitted, *SENTENCED, *RIGHT, out)
    assert [(one.right, one.from_day, one.to) for one in told.rights] == [
        (Right.PB, date(2025, 11, 27), None)
    ]
    assert told.detention[-1].to == date(2025, 11, 26)
    revoked = IntegrationRevoked(
        effective=on("2026-01-10"), proposal="PB-1", sk_number="PAS-3", reason="..."
    )
    back = Readmitted(effective=on("2026-01-12"), unit=MEDAN, reason=ReadmissionReason.PB_DICABUT)
    told = facts(admitted, *SENTENCED, *RIGHT, out, revoked, back)
    assert told.rights[0].to == date(2026, 1, 10)
    assert told.detention[-1].from_day == date(2026, 1, 12)


def test_a_right_that_only_the_gate_ended_is_over_on_the_day_of_coming_back():
    out = released("2025-11-28", ReleaseKind.PEMBEBASAN_BERSYARAT)
    back = Readmitted(effective=on("2026-05-01"), unit=MEDAN, reason=ReadmissionReason.PB_DICABUT)
    again = released("2027-02-10", ReleaseKind.PEMBEBASAN_BERSYARAT)
    told = facts(admitted, *SENTENCED, *RIGHT, out, back, again)
    assert [(one.right, one.from_day, one.to) for one in told.rights] == [
        (Right.PB, date(2025, 11, 27), date(2026, 5, 1)),
        (Right.PB, date(2027, 2, 10), None),
    ]


def test_a_right_that_only_the_gate_recorded_is_told_too():
    out = released("2025-11-27", ReleaseKind.CUTI_BERSYARAT)
    (right,) = facts(admitted, *SENTENCED, out).rights
    assert (right.right, right.from_day, right.to) == (Right.CB, date(2025, 11, 27), None)
    assert right.by == Trace(event="custody.released", day=date(2025, 11, 27))

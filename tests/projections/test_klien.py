"""The register of rights and who is guided by a Bapas: what is told in any order, day by day."""

from dataclasses import replace
from datetime import date

import pytest
from fold import of, only
from scenario import on

from domain.admission import AdmissionReason, CustodyAdmitted, Religion
from domain.integration import (
    IntegrationDeclined,
    IntegrationEnded,
    IntegrationGranted,
    IntegrationGuided,
    IntegrationProposed,
    IntegrationRevoked,
    IntegrationStarted,
    ReportWay,
    Right,
)
from domain.integration_assessment import IntegrationAssessed
from domain.kernel import Refused
from domain.person import Sex
from projections.integration import INTEGRATION_REGISTER, RightStatus
from projections.klien import KLIEN, ReportDue

admitted = CustodyAdmitted(
    effective=on("2018-02-10"),
    person="orang",
    unit="RUTAN-MEDAN",
    reason=AdmissionReason.PENAHANAN,
    full_name="Budi Fiktif",
    sex=Sex.MALE,
    birth_date=None,
    religion=Religion.ISLAM,
    domicile=None,
)
asked = IntegrationProposed(
    effective=on("2024-06-01"), proposal="PB-1", right=Right.PB, rule_set="permenkumham-7-2022"
)
found = IntegrationAssessed(
    effective=asked.effective,
    proposal="PB-1",
    right=Right.PB,
    rule_sets=("kuhp-1946", "permenkumham-7-2022-integrasi"),
    policies=(),
    possible=True,
    open_now=True,
    from_day=date(2024, 5, 1),
    until=date(2031, 3, 27),
    part_day=date(2024, 5, 1),
    moved_on=None,
    longest_days=None,
    probation_end=date(2032, 3, 27),
    criteria=(),
    missing=(),
)
granted = IntegrationGranted(
    effective=on("2024-08-01"),
    proposal="PB-1",
    sk_number="PAS-1",
    sk_date=date(2024, 8, 1),
    starts=date(2024, 8, 18),
    until=date(2031, 3, 27),
)
started = IntegrationStarted(effective=on("2024-08-18"), proposal="PB-1", bapas="BAPAS-MEDAN")
first = IntegrationGuided(
    effective=on("2024-08-20"),
    proposal="PB-1",
    bapas="BAPAS-MEDAN",
    stage=1,
    way=ReportWay.AT_THE_OFFICE,
    note=None,
)
revoked = IntegrationRevoked(
    effective=on("2025-03-01"), proposal="PB-1", sk_number="PAS-2", reason="Tidak melapor"
)
ON_PB = (admitted, asked, found, granted, started)


def register(*events):
    return only(of(INTEGRATION_REGISTER, "case:1", *events))


def klien(*events, day="2024-09-01", **parameters):
    rows = {one.name: list(of(one, "case:1", *events).values()) for one in KLIEN.over}
    return KLIEN.count(rows, {"on": day, "unit": None, "bapas": None} | parameters)


def test_a_proposal_stands_with_what_the_law_found_about_it():
    line = register(admitted, asked, found)
    assert (line.status, line.right, line.possible) == (RightStatus.PROPOSED, Right.PB, True)
    assert (line.open_from, line.free_on) == (date(2024, 5, 1), date(2031, 3, 27))
    assert line.stages is None


def test_a_finding_told_again_takes_the_place_of_the_one_before():
    again = replace(found, possible=False, from_day=None)
    line = register(admitted, asked, found, again)
    assert (line.possible, line.open_from) == (False, None)


@pytest.mark.parametrize(
    ("events", "status"),
    [
        (
            (IntegrationDeclined(effective=on("2024-07-01"), proposal="PB-1", reason="Belum"),),
            RightStatus.DECLINED,
        ),
        ((granted,), RightStatus.GRANTED),
        ((granted, started), RightStatus.RUNNING),
        ((granted, started, revoked), RightStatus.REVOKED),
        (
            (granted, started, IntegrationEnded(effective=on("2032-03-27"), proposal="PB-1")),
            RightStatus.ENDED,
        ),
    ],
)
def test_how_far_a_proposal_has_come(events, status):
    assert register(admitted, asked, found, *events).status is status


def test_guidance_of_pb_has_the_published_stages_and_ends_with_probation():
    line = register(*ON_PB)
    assert [(one.number, one.from_day) for one in line.stages] == [
        (1, date(2024, 8, 18)),
        (2, date(2026, 7, 14)),
        (3, date(2030, 5, 3)),
    ]
    assert (line.guidance_until, line.probation_end) == (date(2032, 3, 27), date(2032, 3, 27))
    assert line.revocable_until == date(2032, 6, 27)
    assert line.next_report == date(2024, 8, 18)


def test_guidance_of_a_leave_ends_with_the_leave():
    cb = [replace(one, right=Right.CB) for one in (asked, found)]
    line = register(admitted, *cb, replace(granted, until=date(2025, 1, 18)), started)
    assert line.guidance_until == date(2025, 1, 18)


def test_a_report_moves_the_next_one_and_a_revoked_right_has_none():
    assert register(*ON_PB, first).next_report == date(2024, 9, 18)
    assert register(*ON_PB, first, revoked).next_report is None


def test_a_klien_is_shown_with_the_days_left_to_the_next_report():
    (line,) = klien(*ON_PB, first, day="2024-09-12")
    assert (line.unit, line.stage, line.report_every_months) == ("RUTAN-MEDAN", 1, 1)
    assert (line.due, line.days_left, line.last_report) == (ReportDue.SOON, 6, date(2024, 8, 20))


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ("2024-09-10", ReportDue.LATER),
        ("2024-09-11", ReportDue.SOON),
        ("2024-09-18", ReportDue.TODAY),
        ("2024-09-19", ReportDue.OVERDUE),
    ],
)
def test_a_report_comes_near_and_passes_by_the_clock_alone(day, due):
    (line,) = klien(*ON_PB, first, day=day)
    assert line.due is due


def test_who_is_guided_on_a_day_is_whoever_lived_under_the_right_then():
    everything = (*ON_PB, first, revoked)
    assert klien(*everything, day="2024-08-17") == []
    assert klien(*everything, day="2025-03-01") == []
    (line,) = klien(*everything, day="2024-08-19")
    assert (line.last_report, line.due) == (None, ReportDue.OVERDUE)


def test_a_klien_is_found_by_the_bapas_and_by_the_unit():
    assert klien(*ON_PB, bapas="BAPAS-SERANG") == klien(*ON_PB, unit="RUTAN-SERANG") == []
    assert len(klien(*ON_PB, bapas="BAPAS-MEDAN", unit="RUTAN-MEDAN")) == 1


def test_asimilasi_is_lived_inside_and_makes_no_klien():
    inside = [replace(one, right=Right.ASIMILASI) for one in (asked, found)]
    assert klien(admitted, *inside, granted, started) == []


def test_guidance_that_should_be_over_says_so():
    (line,) = klien(*ON_PB, day="2032-03-28")
    assert (line.guidance_over, line.stage) == (True, None)


def test_a_day_is_named():
    with pytest.raises(Refused) as refusal:
        klien(*ON_PB, day=None)
    assert refusal.value.field == "on"


def test_a_proposal_of_a_day_before_any_text_stops_no_row():
    early = replace(asked, effective=on("1946-01-01"))
    first_found = replace(found, effective=on("1946-01-01"))
    row = only(of(INTEGRATION_REGISTER, "case:1", early, first_found))
    assert (row.probation_end, row.revocable_until) == (date(2032, 3, 27), None)

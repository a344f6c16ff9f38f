"""How far people come under an agreement, and that a plan is nobody."""

from datetime import date

from fold import tables
from reported import STAGES, admitted, agreement, funnel, opened, seated, told

from domain.custody import (
    CustodyAdmitted,
)
from domain.job_placement import JobStarted, JobVerified, VerificationMethod, WorkKind
from domain.kernel import DataClass, data_classes
from domain.skill_training import Applied, AttendanceSummarised, Completed
from projections.case_summary import CASE_SUMMARY
from projections.catalogue import REPORTS
from projections.training_funnel import TRAINING_FUNNEL


def test_each_stage_of_the_funnel_counts_by_its_own_fact():
    events = [agreement(), opened("roti"), *(admitted(n) for n in range(6))]
    events += [admitted("jauh", "12.07"), admitted("tahanan", sentenced=False)]
    events += [told(n, Applied, "2025-11-01", programme="roti", agreement="pks") for n in range(5)]
    events += [seated(n) for n in range(4)]
    events += [
        told(
            n,
            AttendanceSummarised,
            "2025-11-30",
            programme="roti",
            from_day=date(2025, 11, 1),
            until_day=date(2025, 11, 30),
            sessions_held=10,
            sessions_attended=3 - n,
        )
        for n in range(4)
    ]
    events += [told(n, Completed, "2025-12-01", programme="roti") for n in range(2)]
    assert [funnel(*events)[stage] for stage in STAGES] == [
        *(8, 7, 6, 5, 4, 3, 2, 0, 0, 0, 0, 0, 0)
    ]
    assert funnel(*events, on="2025-11-02")["enrolled"] == 4
    assert funnel(*events, on="2025-11-01")["enrolled"] == 0
    assert funnel(*events, on="2025-11-29")["attended"] == 0


def test_who_no_longer_works_is_placed_and_not_employed():
    def job(case, *seen):
        started = told(
            case,
            JobStarted,
            "2026-01-01",
            placement="K",
            kind=WorkKind.USAHA_SENDIRI,
            employer=None,
            agreement=None,
            programme="roti",
            income_band=None,
        )
        looks = [
            told(
                case,
                JobVerified,
                day,
                placement="K",
                month=month,
                still_working=working,
                method=VerificationMethod.KUNJUNGAN,
                income_band=None,
            )
            for month, day, working in seen
        ]
        return [started, *looks]

    events = [agreement(), opened("roti"), admitted(1), admitted(2)]
    events += job(1, (3, "2026-04-01", True), (6, "2026-07-01", True))
    events += job(2, (3, "2026-04-01", True), (6, "2026-07-01", False))
    counted = funnel(*events)
    assert [counted[stage] for stage in STAGES[-4:]] == [2, 2, 1, 0]
    assert funnel(*events, on="2026-06-30")["employed_6_months"] == 0
    assert funnel(*events, on="2025-12-31")["placed"] == 0


def test_somebody_with_two_cases_is_one_participant():
    first, second = admitted("lama"), admitted("baru")
    again = ("case:baru", CustodyAdmitted(**vars(second[1]) | {"person": "orang-lama"}))
    events = [agreement(), opened("roti"), first, again, seated("lama"), seated("baru")]
    assert funnel(*events)["enrolled"] == 1


def test_whoever_the_reader_cannot_see_is_not_counted():
    rows = tables(TRAINING_FUNNEL.over, [agreement(), opened("roti"), admitted(1), seated(1)])
    lines = TRAINING_FUNNEL.count(rows | {CASE_SUMMARY.name: []}, {})
    assert {line.persons for line in lines} == {0}


def test_reports_have_names_of_their_own_and_columns_that_lie_open_unless_they_name_cases():
    assert len({one.name for one in REPORTS}) == len(REPORTS)
    for one in REPORTS:
        classes = data_classes(one.row)
        assert "case" in classes or set(classes.values()) == {DataClass.NONE}

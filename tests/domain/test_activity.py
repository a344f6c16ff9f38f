from dataclasses import replace
from datetime import date

import pytest
from scenario import Scenario, on

from domain.activity import (
    ACTIVITY,
    ActivityFinished,
    ActivityJoined,
    ActivityKind,
    ActivityLeft,
    AttendanceSummarised,
    Taking,
)
from domain.catalogue import CASE
from domain.custody import (
    AdmissionReason,
    CustodyAdmitted,
    Died,
    Escaped,
    Released,
    ReleaseKind,
    Religion,
)
from domain.person import Sex

admitted = CustodyAdmitted(
    effective=on("2025-06-02"),
    person="01980f5c-7a00-7000-8000-000000000001",
    unit="RUTAN-PEKALONGAN",
    reason=AdmissionReason.PIDANA,
    full_name="Budi Santoso",
    sex=Sex.MALE,
    birth_date=date(1998, 3, 1),
    religion=Religion.ISLAM,
    domicile="33.75",
)
joined = ActivityJoined(
    effective=on("2025-08-18"),
    activity="perpustakaan-2025",
    kind=ActivityKind.LITERASI,
    title="Perpustakaan mini dan rutin literasi",
    programme=None,
    agreement=None,
    provider="Dinarpus Kota Pekalongan",
)
august = AttendanceSummarised(
    effective=on("2025-09-01"),
    activity="perpustakaan-2025",
    from_day=date(2025, 8, 18),
    until_day=date(2025, 8, 31),
    sessions_held=4,
    sessions_attended=3,
)
finished = ActivityFinished(effective=on("2025-12-20"), activity="perpustakaan-2025")
left = ActivityLeft(effective=on("2025-10-01"), activity="perpustakaan-2025", reason="Pindah blok")

inside = Scenario(CASE).given(admitted)
reader = inside.given(joined)


def test_an_activity_is_joined_attended_and_finished():
    inside.when(joined).then_recorded()
    reader.when(august).then_recorded()
    reader.given(august).when(finished).then_recorded()
    reader.given(august, finished).when(finished).then_nothing()


def test_former_warga_binaan_may_join_too():
    free = Released(effective=on("2025-07-01"), kind=ReleaseKind.BEBAS_MURNI, document="SB/7/2025")
    inside.given(free).when(replace(joined, kind=ActivityKind.PEMBERDAYAAN_EKONOMI)).then_recorded()


def test_nobody_joins_who_was_never_admitted_or_has_died():
    died = Died(effective=on("2025-07-01"), place="RSUD Kraton", cause=None, document="SK/1/2025")
    Scenario(CASE).when(joined).then_refused("activity.not_admitted")
    inside.given(died).when(joined).then_refused("activity.not_admitted")


def test_nobody_joins_who_is_at_large():
    inside.given(Escaped(effective=on("2025-07-01"))).when(joined).then_refused("activity.escaped")


def test_an_activity_is_joined_once_under_its_key():
    reader.when(replace(joined, title="Lain")).then_refused("activity.already_joined")
    reader.when(replace(joined, activity="pengajian-2025")).then_recorded()


@pytest.mark.parametrize("event", [august, finished, left])
def test_what_was_never_joined_is_neither_attended_nor_ended(event):
    inside.when(event).then_refused("activity.not_joined")


def test_an_activity_ends_once():
    reader.when(left).then_recorded()
    reader.given(left).when(finished).then_refused("activity.over")


def test_a_sum_may_come_when_the_activity_is_over():
    reader.given(left).when(replace(august, effective=on("2025-10-02"))).then_recorded()


def test_attendance_is_summed_over_periods_that_are_possible():
    reader.when(replace(august, sessions_attended=5)).then_refused(
        "activity.attended_more_than_held"
    )
    reader.when(replace(august, from_day=date(2025, 9, 1))).then_refused("activity.period_reversed")
    reader.when(replace(august, effective=on("2025-08-30"))).then_refused(
        "activity.period_not_over"
    )
    reader.given(august).when(replace(august, until_day=date(2025, 8, 30))).then_refused(
        "activity.period_overlaps"
    )
    reader.given(august).when(replace(august, sessions_attended=4)).then_recorded()


def test_the_fold_answers_to_any_order():
    fold = CASE.fold([left, august, joined, admitted])
    assert fold[ACTIVITY].activities["perpustakaan-2025"].taking is Taking.LEFT

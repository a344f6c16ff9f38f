from dataclasses import fields, replace
from datetime import date

import pytest
from scenario import Scenario, on

from domain.catalogue import CASE
from domain.custody import (
    AdmissionReason,
    CustodyAdmitted,
    Died,
    Escaped,
    ReadmissionReason,
    Readmitted,
    Released,
    ReleaseKind,
    Religion,
)
from domain.fields import EXAMPLE_ID
from domain.integration import (
    IntegrationEnded,
    IntegrationGranted,
    IntegrationProposed,
    IntegrationStarted,
    Right,
)
from domain.job_placement import (
    JOB_PLACEMENT,
    EmployerConsented,
    EndReason,
    IncomeBand,
    JobEnded,
    JobOffered,
    JobStarted,
    JobVerified,
    VerificationMethod,
    WorkKind,
    months_after,
)
from domain.person import Sex
from domain.shape import Listed, payload_shapes

admitted = CustodyAdmitted(
    effective=on("2024-02-10"),
    person=EXAMPLE_ID,
    unit="RUTAN-MEDAN",
    reason=AdmissionReason.PIDANA,
    full_name="Contoh Tiga",
    sex=Sex.MALE,
    birth_date=None,
    religion=Religion.ISLAM,
    domicile="12.71",
)
released = Released(
    effective=on("2025-12-01"), kind=ReleaseKind.CUTI_BERSYARAT, document="Surat Lepas 3"
)
died = Died(effective=on("2026-01-01"), place="RSUD", cause=None, document="Surat Kematian 3")
consented = EmployerConsented(
    effective=on("2025-11-20"), placement="kerja-1", employer="Roti Maju", agreement=None
)
offered = JobOffered(
    effective=on("2025-11-25"), placement="kerja-1", position="Pembuat roti", starts=None
)
started = JobStarted(
    effective=on("2026-01-31"),
    placement="kerja-1",
    kind=WorkKind.KARYAWAN,
    employer="Roti Maju",
    agreement=None,
    programme=None,
    income_band=None,
)
own_business = replace(started, kind=WorkKind.USAHA_SENDIRI, employer=None)
after_one = JobVerified(
    effective=on("2026-02-28"),
    placement="kerja-1",
    month=1,
    still_working=True,
    method=VerificationMethod.KUNJUNGAN,
    income_band=IncomeBand.SETARA_UMK,
)
ended = JobEnded(
    effective=on("2027-03-01"), placement="kerja-1", reason=EndReason.MENGUNDURKAN_DIRI
)
asimilasi = [
    IntegrationProposed(
        effective=on("2025-03-01"),
        proposal="A-1",
        right=Right.ASIMILASI,
        rule_set="integrasi-2022",
    ),
    IntegrationGranted(
        effective=on("2025-04-01"),
        proposal="A-1",
        sk_number="SK-1",
        sk_date=date(2025, 4, 1),
        starts=date(2025, 5, 1),
        until=None,
    ),
    IntegrationStarted(effective=on("2025-05-01"), proposal="A-1", bapas=None),
]

inside = Scenario(CASE).given(admitted)
outside = inside.given(released)
ready = inside.given(consented, offered, released)
working = ready.given(started)


def test_a_job_goes_from_the_consent_to_its_end():
    follow_up = [
        replace(after_one, month=month, effective=on(day))
        for month, day in [(1, "2026-02-28"), (3, "2026-04-30"), (6, "2026-07-31")]
    ]
    steps = [consented, offered, released, started, *follow_up, ended]
    for n, step in enumerate(steps):
        if step is not released:
            inside.given(*steps[:n]).when(step).then_recorded()
            inside.given(*steps).when(step).then_nothing()


def test_an_employer_may_consent_and_offer_while_the_person_is_still_held():
    inside.when(consented).then_recorded()
    inside.when(offered).then_recorded()


@pytest.mark.parametrize("step", [consented, offered, own_business])
def test_nobody_is_placed_who_was_never_admitted_or_has_died(step):
    Scenario(CASE).when(step).then_refused("job_placement.not_admitted")
    inside.given(died).when(step).then_refused("job_placement.not_admitted")


def test_one_employer_consents_to_a_placement():
    other = replace(consented, employer="Tempe Jaya")
    inside.given(consented).when(other).then_refused("job_placement.consent_exists")


def test_an_offer_can_be_replaced_until_the_work_starts():
    better = replace(offered, effective=on("2025-11-26"), position="Kepala dapur")
    inside.given(consented, offered).when(better).then_recorded()
    working.when(replace(better, effective=on("2026-02-01"))).then_refused(
        "job_placement.already_started"
    )
    working.when(replace(consented, employer="Tempe Jaya")).then_refused(
        "job_placement.already_started"
    )


@pytest.mark.parametrize("kind", [WorkKind.KARYAWAN, WorkKind.HARIAN])
def test_an_employer_consents_before_the_work_starts(kind):
    employed = replace(started, kind=kind)
    outside.when(employed).then_refused("job_placement.no_consent")
    outside.given(replace(consented, employer="Tempe Jaya")).when(employed).then_refused(
        "job_placement.no_consent"
    )
    ready.when(employed).then_recorded()


def test_who_is_employed_has_an_employer():
    ready.when(replace(started, employer=None)).then_refused("job_placement.employer_missing")


def test_the_self_employed_need_nobodys_consent():
    outside.when(own_business).then_recorded()


def test_work_starts_after_release():
    inside.given(consented).when(started).then_refused(
        "job_placement.not_free_to_work", article="UU 22/2022 art. 10"
    )


def test_work_starts_on_asimilasi_while_it_lasts():
    on_asimilasi = inside.given(consented, *asimilasi)
    on_asimilasi.when(started).then_recorded()
    over = IntegrationEnded(effective=on("2025-12-31"), proposal="A-1")
    on_asimilasi.given(over).when(started).then_refused("job_placement.not_free_to_work")
    at_large = Escaped(effective=on("2025-12-31"))
    on_asimilasi.given(at_large).when(started).then_refused("job_placement.not_free_to_work")


def test_work_does_not_start_when_the_release_was_revoked():
    back = Readmitted(
        effective=on("2026-01-15"), unit="RUTAN-MEDAN", reason=ReadmissionReason.CB_DICABUT
    )
    ready.given(back).when(started).then_refused("job_placement.not_free_to_work")


def test_work_starts_once():
    working.when(replace(started, income_band=IncomeBand.DI_ATAS_UMK)).then_refused(
        "job_placement.already_started"
    )


@pytest.mark.parametrize(
    ("month", "due", "day_before"),
    [
        (1, "2026-02-28", "2026-02-27"),
        (3, "2026-04-30", "2026-04-29"),
        (6, "2026-07-31", "2026-07-30"),
        (12, "2027-01-31", "2027-01-30"),
    ],
)
def test_work_is_verified_when_the_calendar_months_are_complete(month, due, day_before):
    working.when(replace(after_one, month=month, effective=on(due))).then_recorded()
    working.when(replace(after_one, month=month, effective=on(day_before))).then_refused(
        "job_placement.verified_too_early"
    )


def test_work_is_verified_after_one_three_six_or_twelve_months():
    assert payload_shapes(JobVerified)["month"] == Listed(values=(1, 3, 6, 12))


def test_a_month_is_verified_once():
    contrary = replace(after_one, still_working=False)
    working.given(after_one).when(contrary).then_refused("job_placement.month_verified")


def test_only_work_that_started_is_verified_or_ends():
    ready.when(after_one).then_refused("job_placement.not_started")
    ready.when(ended).then_refused("job_placement.not_started")


def test_nothing_is_verified_after_the_end_and_work_ends_once():
    quit_early = replace(ended, effective=on("2026-02-10"))
    over = working.given(quit_early)
    over.when(after_one).then_refused("job_placement.already_ended")
    over.when(ended).then_refused("job_placement.already_ended")


def test_somebody_may_have_another_placement():
    second = replace(own_business, placement="kerja-2", effective=on("2027-03-02"))
    working.given(ended).when(second).then_recorded()


def test_calendar_months_end_with_the_month_and_with_the_calendar():
    assert months_after(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert months_after(date(2025, 12, 15), 12) == date(2026, 12, 15)
    assert months_after(date.max, 1) == date.max


def test_no_offence_stands_in_a_placement():
    said = {field.name for event in JOB_PLACEMENT.events for field in fields(event)}
    assert said == {
        "effective",
        "placement",
        "employer",
        "agreement",
        "position",
        "starts",
        "kind",
        "programme",
        "income_band",
        "month",
        "still_working",
        "method",
        "reason",
    }

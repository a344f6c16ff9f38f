from dataclasses import replace
from datetime import date

import pytest
from scenario import Scenario, on

from domain.catalogue import CASE
from domain.custody import (
    AdmissionReason,
    CustodyAdmitted,
    Died,
    Released,
    ReleaseKind,
    Religion,
)
from domain.fields import EXAMPLE_ID
from domain.integration import (
    INTEGRATION,
    IntegrationDeclined,
    IntegrationEnded,
    IntegrationGranted,
    IntegrationGuided,
    IntegrationPaperReceived,
    IntegrationProposed,
    IntegrationRevoked,
    IntegrationStarted,
    ReportWay,
    Right,
)
from domain.law.integration_rules import Paper
from domain.person import Sex

admitted = CustodyAdmitted(
    effective=on("2023-02-10"),
    person=EXAMPLE_ID,
    unit="RUTAN-MEDAN",
    reason=AdmissionReason.PIDANA,
    full_name="Contoh Dua",
    sex=Sex.FEMALE,
    birth_date=None,
    religion=Religion.KRISTEN,
    domicile="12.71",
)
asked = IntegrationProposed(
    effective=on("2025-03-01"), proposal="PB-1", right=Right.PB, rule_set="integrasi-2022"
)
granted = IntegrationGranted(
    effective=on("2025-04-20"),
    proposal="PB-1",
    sk_number="PAS-200.PK.05.04 Tahun 2025",
    sk_date=date(2025, 4, 20),
    starts=date(2025, 5, 1),
    until=date(2026, 5, 1),
)
declined = IntegrationDeclined(
    effective=on("2025-04-20"), proposal="PB-1", reason="Penjamin belum ada"
)
started = IntegrationStarted(effective=on("2025-05-01"), proposal="PB-1", bapas="BAPAS-MEDAN")
revoked = IntegrationRevoked(
    effective=on("2025-09-01"),
    proposal="PB-1",
    sk_number="PAS-300.PK.05.04 Tahun 2025",
    reason="Tidak melapor",
)
reported = IntegrationGuided(
    effective=on("2025-06-01"),
    proposal="PB-1",
    bapas="BAPAS-MEDAN",
    stage=1,
    way=ReportWay.AT_THE_OFFICE,
    note=None,
)
litmas = IntegrationPaperReceived(effective=on("2025-02-15"), right=Right.PB, paper=Paper.LITMAS)
ended = IntegrationEnded(effective=on("2026-05-01"), proposal="PB-1")
released = Released(
    effective=on("2025-05-01"), kind=ReleaseKind.PEMBEBASAN_BERSYARAT, document="Surat Lepas 1"
)
died = Died(effective=on("2025-04-25"), place="RSUD", cause=None, document="Surat Kematian 1")

held = Scenario(CASE).given(admitted)
proposed = held.given(asked)
on_pb = proposed.given(granted, started)


def of(right: Right) -> IntegrationProposed:
    return replace(asked, right=right)


@pytest.mark.parametrize("right", list(Right))
def test_every_right_is_proposed_granted_started_and_ended(right):
    steps = [of(right), granted, started, ended]
    for n, step in enumerate(steps):
        held.given(*steps[:n]).when(step).then_recorded()
        held.given(*steps).when(step).then_nothing()


def test_a_right_is_proposed_for_somebody_who_is_held():
    Scenario(CASE).when(asked).then_refused("integration.not_held")
    free = replace(released, effective=on("2025-02-01"))
    held.given(free).when(asked).then_refused("integration.not_held")


def test_a_key_names_one_proposal():
    proposed.when(of(Right.CB)).then_refused("integration.proposal_exists")


@pytest.mark.parametrize("step", [granted, declined, started, revoked, ended])
def test_nothing_happens_to_a_proposal_that_was_never_made(step):
    held.when(step).then_refused("integration.no_such_proposal")


def test_a_step_without_its_proposal_in_the_record_makes_no_proposal():
    held.given(granted).when(started).then_refused("integration.no_such_proposal")


def test_a_proposal_is_answered_once():
    proposed.when(declined).then_recorded()
    later = {"effective": on("2025-04-21")}
    proposed.given(granted).when(declined).then_refused("integration.already_answered")
    proposed.given(declined).when(granted).then_refused("integration.already_answered")
    proposed.given(granted).when(replace(granted, **later)).then_refused(
        "integration.already_answered"
    )


def test_a_grant_does_not_end_before_it_begins():
    backwards = replace(granted, until=date(2025, 4, 30))
    proposed.when(backwards).then_refused("integration.ends_before_it_begins")
    proposed.when(replace(granted, until=granted.starts)).then_recorded()
    proposed.when(replace(granted, until=None)).then_recorded()


def test_a_right_is_granted_before_it_starts():
    proposed.when(started).then_refused("integration.not_granted", article="UU 22/2022 art. 10")
    proposed.given(declined).when(started).then_refused("integration.not_granted")


@pytest.mark.parametrize("day", ["2025-04-30", "2026-05-02"])
def test_a_right_starts_within_the_time_of_its_sk(day):
    late = replace(started, effective=on(day))
    proposed.given(granted).when(late).then_refused("integration.outside_its_time")


def test_a_right_without_a_last_day_can_start_late():
    late = replace(started, effective=on("2027-01-01"))
    proposed.given(replace(granted, until=None)).when(late).then_recorded()


def test_a_right_starts_once():
    elsewhere = replace(started, bapas="BAPAS-SERANG")
    on_pb.when(elsewhere).then_refused("integration.already_started")
    on_pb.given(ended).when(elsewhere).then_refused("integration.already_started")


@pytest.mark.parametrize("right", [Right.ASIMILASI, Right.CMK])
def test_asimilasi_and_cmk_start_while_held(right):
    free = held.given(of(right), granted, released)
    free.when(started).then_refused("integration.not_held")


@pytest.mark.parametrize("right", [Right.PB, Right.CB, Right.CMB])
def test_pb_cb_and_cmb_may_start_when_the_gate_was_passed_that_day(right):
    held.given(of(right), granted, released).when(started).then_recorded()
    held.given(of(right), granted, died).when(started).then_refused("integration.not_admitted")


def test_pb_cb_and_cmb_make_a_klien_until_they_end_and_asimilasi_does_not():
    def is_klien(right: Right, *more: IntegrationEnded | IntegrationRevoked) -> bool:
        history = [admitted, of(right), granted, started, *more]
        return CASE.fold(history)[INTEGRATION].is_klien

    assert [right for right in Right if is_klien(right)] == [Right.CB, Right.CMB, Right.PB]
    assert not is_klien(Right.PB, ended)
    assert not is_klien(Right.PB, revoked)


def test_only_a_right_that_runs_is_revoked_or_ends():
    waiting = proposed.given(granted)
    waiting.when(revoked).then_refused("integration.not_running")
    waiting.when(ended).then_refused("integration.not_running")
    on_pb.when(revoked).then_recorded()
    on_pb.given(revoked).when(ended).then_refused("integration.not_running")
    afterwards = replace(revoked, effective=on("2026-06-01"))
    on_pb.given(ended, afterwards).when(replace(afterwards, reason="Lagi")).then_refused(
        "integration.not_running"
    )


def test_pb_may_be_revoked_after_its_end_and_a_leave_may_not():
    afterwards = replace(revoked, effective=on("2026-06-01"))
    on_pb.given(ended).when(afterwards).then_recorded()
    on_leave = held.given(of(Right.CB), granted, started, ended)
    on_leave.when(afterwards).then_refused("integration.not_running")


def test_a_klien_reports_to_the_bapas_as_often_as_it_happens():
    on_pb.when(reported).then_recorded()
    on_pb.given(reported).when(reported).then_nothing()
    later = replace(reported, effective=on("2025-07-01"))
    on_pb.given(reported).when(later).then_recorded()


def test_nobody_reports_before_the_right_begins_or_after_it_is_over():
    proposed.given(granted).when(reported).then_refused("integration.not_running")
    on_pb.given(revoked).when(replace(reported, effective=on("2025-10-01"))).then_refused(
        "integration.not_running"
    )


@pytest.mark.parametrize("right", [Right.ASIMILASI, Right.CMK])
def test_who_lives_a_right_inside_is_no_klien_and_reports_to_nobody(right):
    inside = held.given(of(right), granted, started)
    inside.when(reported).then_refused("integration.not_a_klien", article="UU 22/2022 art. 1")


def test_a_paper_comes_in_before_anything_is_proposed_and_again_when_it_is_renewed():
    Scenario(CASE).when(litmas).then_refused("integration.not_admitted")
    held.when(litmas).then_recorded()
    held.given(litmas).when(litmas).then_nothing()
    held.given(litmas).when(replace(litmas, effective=on("2025-02-20"))).then_recorded()

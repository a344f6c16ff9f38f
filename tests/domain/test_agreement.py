from dataclasses import replace
from datetime import date

import pytest
from scenario import Scenario, on

from domain.agreement import (
    AGREEMENT as CHAPTER,
)
from domain.agreement import (
    AgreementEnded,
    AgreementProposed,
    AgreementResumed,
    AgreementSigned,
    AgreementStarted,
    AgreementStatus,
    AgreementSuspended,
    ClaimRecorded,
    Instrument,
    ParticipantKind,
    PlanStated,
    status_on,
)
from domain.catalogue import AGREEMENT
from domain.kernel import Event, Refused
from domain.programme import ProgrammeKind
from domain.sharing.fields import known_fields

drafted = AgreementProposed(
    effective=on("2025-10-01"),
    title="Pelatihan bersertifikat bagi warga binaan Kota Medan",
    instrument=Instrument.PKS,
    parties=("RUTAN-MEDAN", "DISNAKER-12.71"),
    purpose="Pelatihan dan sertifikasi",
    legal_basis="UU 22/2022",
    units=("RUTAN-MEDAN",),
    regions=("12.71",),
    programme_kinds=(ProgrammeKind.PELATIHAN_KETERAMPILAN,),
    participant_kinds=(ParticipantKind.NARAPIDANA, ParticipantKind.MANTAN_WARGA_BINAAN),
    allowed_fields=("programme", "certificate"),
    valid_from=date(2025, 11, 11),
    valid_until=date(2027, 11, 11),
)
signed = AgreementSigned(
    effective=on("2025-11-11"),
    number="PKS/12/2025",
    valid_from=date(2025, 11, 12),
    valid_until=date(2027, 11, 11),
)
started = AgreementStarted(effective=on("2025-11-12"))
ended = AgreementEnded(effective=on("2026-12-31"), reason="Diakhiri bersama")
plan = PlanStated(
    effective=on("2025-11-11"), plan="semua", text="2.340 warga binaan akan dilatih", figure=2340
)
claim = ClaimRecorded(
    effective=on("2025-11-11"),
    claim="isi",
    source="Siaran pers, isi",
    text="48 peserta",
    figure=48,
)
headline = replace(
    claim, claim="judul", source="Siaran pers, judul", text="2.340 dilatih", figure=2340
)

nothing = Scenario(AGREEMENT)
proposed = nothing.given(drafted)
running = proposed.given(signed, started)


def test_an_agreement_is_proposed_signed_started_and_ended():
    steps = [drafted, signed, started, ended]
    for n, step in enumerate(steps):
        nothing.given(*steps[:n]).when(step).then_recorded()
        nothing.given(*steps).when(step).then_nothing()


@pytest.mark.parametrize("parties", [(), ("RUTAN-MEDAN",), ("RUTAN-MEDAN", "RUTAN-MEDAN")])
def test_an_agreement_is_between_two_at_least(parties):
    nothing.when(replace(drafted, parties=parties)).then_refused("agreement.too_few_parties")


def test_an_agreement_may_have_three_parties():
    three = ("RUTAN-PEKALONGAN", "POLRES-PEKALONGAN-KOTA", "PEMKOT-33.75")
    nothing.when(replace(drafted, parties=three)).then_recorded()


@pytest.mark.parametrize(
    ("code", "refusal"), [("7309", "region.looks_like_bps"), ("99.99", "region.unknown")]
)
def test_an_agreement_is_for_regions_that_exist(code, refusal):
    nothing.when(replace(drafted, regions=("73.11", code))).then_refused(refusal)


def test_an_agreement_does_not_end_before_it_begins():
    early = date(2025, 1, 1)
    nothing.when(replace(drafted, valid_until=early)).then_refused(
        "agreement.ends_before_it_begins"
    )
    proposed.when(replace(signed, valid_until=early)).then_refused(
        "agreement.ends_before_it_begins"
    )
    proposed.when(replace(signed, valid_until=signed.valid_from)).then_recorded()
    nothing.when(replace(drafted, valid_from=None, valid_until=early)).then_recorded()


def test_what_can_never_be_right_names_its_field():
    with pytest.raises(Refused) as refusal:
        nothing.when(replace(drafted, parties=())).answer()
    assert refusal.value.field == "parties"


def test_a_draft_replaces_the_last_until_one_is_signed():
    longer = replace(drafted, effective=on("2025-10-10"), valid_until=None)
    proposed.when(longer).then_recorded()
    running.when(replace(longer, effective=on("2026-01-01"))).then_refused(
        "agreement.already_signed", article="KUHPerdata art. 1338"
    )


def test_nothing_is_signed_or_ended_that_was_not_proposed():
    nothing.when(signed).then_refused("agreement.not_proposed")
    nothing.when(ended).then_refused("agreement.not_proposed")


def test_an_agreement_is_signed_once():
    proposed.given(signed).when(replace(signed, number="PKS/13/2025")).then_refused(
        "agreement.already_signed"
    )


def test_an_audiensi_is_not_signed_but_a_draft_that_comes_of_it_is():
    audiensi = nothing.given(replace(drafted, instrument=Instrument.AUDIENSI))
    audiensi.when(signed).then_refused("agreement.audiensi_is_not_signed")
    audiensi.given(replace(drafted, effective=on("2025-10-02"))).when(signed).then_recorded()


def test_what_is_proposed_does_not_run():
    proposed.when(started).then_refused("agreement.not_signed")
    nothing.when(started).then_refused("agreement.not_signed")


def test_an_agreement_runs_from_its_first_valid_day_to_its_last():
    ready = proposed.given(signed)
    ready.when(replace(started, effective=on("2025-11-11"))).then_refused("agreement.not_yet_valid")
    ready.when(replace(started, effective=on("2027-11-11"))).then_recorded()
    ready.when(replace(started, effective=on("2027-11-12"))).then_refused(
        "agreement.no_longer_valid"
    )
    endless = proposed.given(replace(signed, valid_until=None))
    endless.when(replace(started, effective=on("2030-01-01"))).then_recorded()


def test_an_agreement_starts_once():
    running.when(replace(started, effective=on("2025-12-01"))).then_refused(
        "agreement.already_running"
    )


def test_an_attempt_can_end_before_it_is_signed():
    proposed.when(ended).then_recorded()


@pytest.mark.parametrize("step", [drafted, signed, started, ended])
def test_what_has_ended_is_not_reopened(step):
    after = replace(step, effective=on("2027-01-01"))
    running.given(ended).when(after).then_refused("agreement.already_ended")


@pytest.mark.parametrize("said", [plan, claim])
def test_plans_and_claims_are_stated_at_any_time(said):
    for moment in [nothing, proposed, running, running.given(ended)]:
        moment.when(said).then_recorded()
        moment.given(said).when(said).then_nothing()


def test_claims_that_contradict_each_other_stand_side_by_side():
    proposed.given(claim).when(headline).then_recorded()
    claims = AGREEMENT.fold([drafted, claim, headline])[CHAPTER].claims
    assert {one.figure for one in claims.values()} == {48, 2340}


def test_a_claim_or_a_plan_is_not_restated_under_the_same_key():
    proposed.given(claim).when(replace(claim, figure=49)).then_refused("agreement.claim_exists")
    proposed.given(plan).when(replace(plan, figure=48)).then_refused("agreement.plan_exists")


def status(*history: Event, day: str = "2026-01-01") -> AgreementStatus:
    return status_on(AGREEMENT.fold(history)[CHAPTER], date.fromisoformat(day))


def test_a_plan_moves_nothing():
    assert status(plan, claim) is AgreementStatus.NOT_PROPOSED
    assert status(drafted, plan) is AgreementStatus.PROPOSED


def test_the_status_says_how_far_it_has_come_and_expires_unsaid():
    assert status(drafted, signed) is AgreementStatus.SIGNED
    assert status(drafted, signed, started) is AgreementStatus.RUNNING
    assert status(drafted, signed, started, day="2027-11-11") is AgreementStatus.RUNNING
    assert status(drafted, signed, started, day="2027-11-12") is AgreementStatus.ENDED
    assert status(drafted, signed, started, ended) is AgreementStatus.ENDED


def test_a_running_agreement_may_rest_and_go_on():
    suspended = AgreementSuspended(effective=on("2026-01-01"), reason="Pemeriksaan")
    resumed = AgreementResumed(effective=on("2026-02-01"))
    again = replace(suspended, effective=on("2026-03-01"))
    proposed.given(signed).when(suspended).then_refused("agreement.not_running")
    running.when(resumed).then_refused("agreement.not_suspended")
    running.when(suspended).then_recorded()
    rests = running.given(suspended)
    rests.when(again).then_refused("agreement.already_suspended")
    rests.when(resumed).then_recorded()
    rests.given(resumed).when(again).then_recorded()
    running.given(ended).when(replace(again, effective=on("2027-01-01"))).then_refused(
        "agreement.already_ended"
    )


def test_what_rests_is_suspended_until_it_goes_on_or_its_time_is_over():
    suspended = AgreementSuspended(effective=on("2026-01-01"), reason="Pemeriksaan")
    resumed = AgreementResumed(effective=on("2026-02-01"))
    rests = (drafted, signed, started, suspended)
    assert status(*rests) is AgreementStatus.SUSPENDED
    assert status(*rests, resumed, day="2026-02-01") is AgreementStatus.RUNNING
    assert status(*rests, day="2027-11-12") is AgreementStatus.ENDED
    assert status(*rests, ended) is AgreementStatus.ENDED


def test_a_draft_lists_fields_that_there_are():
    nothing.when(replace(drafted, allowed_fields=("certificate", "putusan"))).then_refused(
        "agreement.unknown_field"
    )


def test_what_was_listed_and_is_no_field_is_not_repeated():
    with pytest.raises(Refused) as refused:
        known_fields(("certificate", "Budi Fiktif"), "allowed_fields")
    assert all("Budi" not in words for words in refused.value.because)
    assert refused.value.because[0].startswith("1 bidang tidak dikenal; yang ada: ")

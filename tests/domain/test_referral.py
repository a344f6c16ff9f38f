import ast
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from scenario import Scenario, on

import domain.referral
from domain.catalogue import REFERRAL
from domain.kernel import DataClass, data_classes
from domain.programme import ProgrammeKind
from domain.referral import (
    REFERRAL as CHAPTER,
)
from domain.referral import (
    GuardianConsented,
    ReferralAccepted,
    ReferralDeclined,
    ReferralFinished,
    ReferralJoined,
    ReferralReceived,
)

received = ReferralReceived(
    effective=on("2025-08-01"),
    unit="RUTAN-PEKALONGAN",
    full_name="Contoh Remaja",
    birth_date=date(2009, 4, 2),
    region="33.75",
    referred_by="POLRES-PEKALONGAN-KOTA",
    agreement=None,
    concern="Sering bolos dan terlibat tawuran",
    respond_by=date(2025, 8, 15),
)
consented = GuardianConsented(
    effective=on("2025-08-05"), guardian="Ibu Contoh", document="Surat izin", sha256=None
)
accepted = ReferralAccepted(effective=on("2025-08-06"))
declined = ReferralDeclined(effective=on("2025-08-06"), reason="Sudah ditangani dinas")
joined = ReferralJoined(
    effective=on("2025-08-10"),
    activity="pendampingan",
    kind=ProgrammeKind.PSIKOSOSIAL,
    title="Pendampingan psikososial",
)
finished = ReferralFinished(effective=on("2025-12-10"), outcome="Kembali bersekolah")

nothing = Scenario(REFERRAL)
asked = nothing.given(received)
with_consent = asked.given(consented)
under_way = with_consent.given(accepted, joined)


def test_a_referral_is_received_consented_to_accepted_joined_and_finished():
    steps = [received, consented, accepted, joined, finished]
    for n, step in enumerate(steps):
        nothing.given(*steps[:n]).when(step).then_recorded()
        nothing.given(*steps).when(step).then_nothing()


@pytest.mark.parametrize("step", [accepted, joined, finished])
def test_nothing_is_done_before_the_guardian_consents(step):
    asked.when(step).then_refused("referral.no_guardian_consent", article="UU 27/2022 art. 25")


def test_a_referral_may_be_declined_before_the_guardian_consents_and_after():
    asked.when(declined).then_recorded()
    with_consent.when(declined).then_recorded()


@pytest.mark.parametrize("step", [consented, accepted, declined, joined, finished])
def test_nothing_happens_to_a_referral_that_never_came(step):
    nothing.when(step).then_refused("referral.not_received")


def test_a_stream_holds_one_referral():
    other = replace(received, full_name="Contoh Lain")
    asked.when(other).then_refused("referral.already_received")


@pytest.mark.parametrize(
    ("code", "refusal"), [("3375", "region.looks_like_bps"), ("33.99", "region.unknown")]
)
def test_a_youth_comes_from_a_region_that_exists_or_from_one_not_known(code, refusal):
    nothing.when(replace(received, region=code)).then_refused(refusal)
    nothing.when(replace(received, region=None)).then_recorded()


def test_nobody_is_referred_before_birth():
    unborn = replace(received, birth_date=date(2025, 8, 2))
    nothing.when(unborn).then_refused("referral.born_later")
    nothing.when(replace(received, birth_date=None)).then_recorded()


def test_an_answer_is_due_on_the_day_of_the_question_or_later_and_is_kept():
    nothing.when(replace(received, respond_by=date(2025, 7, 31))).then_refused(
        "referral.deadline_passed"
    )
    nothing.when(replace(received, respond_by=date(2025, 8, 1))).then_recorded()
    nothing.when(replace(received, respond_by=None)).then_recorded()
    kept = REFERRAL.fold([received])[CHAPTER].received
    assert kept is not None
    assert kept.respond_by == date(2025, 8, 15)


def test_a_later_consent_replaces_the_first():
    with_consent.when(replace(consented, guardian="Bapak Contoh")).then_recorded()


def test_a_referral_is_answered_once():
    under_way.when(replace(accepted, effective=on("2025-08-11"))).then_refused(
        "referral.already_accepted"
    )
    under_way.when(declined).then_refused("referral.already_accepted")


@pytest.mark.parametrize("step", [joined, finished])
def test_nothing_is_done_for_a_youth_who_was_not_accepted(step):
    with_consent.when(step).then_refused("referral.not_accepted")


def test_an_activity_is_joined_once_and_there_may_be_others():
    under_way.when(replace(joined, title="Lain")).then_refused("referral.activity_exists")
    under_way.when(replace(joined, activity="bengkel")).then_recorded()


@pytest.mark.parametrize("last", [declined, finished])
@pytest.mark.parametrize("step", [consented, accepted, declined, joined, finished])
def test_a_closed_referral_is_not_reopened(step, last):
    after = replace(step, effective=on("2026-01-01"))
    with_consent.given(accepted, last).when(after).then_refused("referral.closed")


def test_what_tells_who_the_youth_is_is_specific_data():
    sealed = {
        field
        for event in CHAPTER.events
        for field, kept_as in data_classes(event).items()
        if kept_as is DataClass.SPECIFIC
    }
    assert sealed == {
        "full_name",
        "birth_date",
        "concern",
        "guardian",
        "document",
        "sha256",
        "reason",
        "outcome",
    }


def test_a_referral_knows_nothing_of_custody():
    source = Path(domain.referral.__file__).read_text(encoding="utf-8")
    imported = {
        alias.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert not imported & {"CaseId", "PersonId", "Custody", "CUSTODY"}

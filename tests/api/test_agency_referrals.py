"""Young people whom a partner refers: by its agreement, to its units, and seen by itself alone."""

from dataclasses import replace

import pytest
from correcting_desk import Desk, new_id
from facts import MEDAN
from partner_house import agency_named, draft, registry, running
from scenario import on

from application.access import Asked
from domain.agreement import AgreementSuspended, ParticipantKind
from domain.programme import ProgrammeKind
from domain.record import StreamId
from domain.referral import (
    GuardianConsented,
    ReferralAccepted,
    ReferralDeclined,
    ReferralFinished,
    ReferralJoined,
    ReferralReceived,
)
from domain.registry import AgencyKind

pytestmark = pytest.mark.long

POLRES, PEKALONGAN = "DISNAKER-12.71", "RUTAN-PEKALONGAN"
"""The one agency that tests call as; here it is the police."""
YOUTH = {
    "unit": PEKALONGAN,
    "full_name": "Remaja Rahasia",
    "birth_date": "2010-05-05",
    "region": "33.75",
    "concern": "sering tidak masuk sekolah",
    "respond_by": "2025-07-31",
}
CONSENT = {
    "type": "referral.guardian_consented",
    "effective": "2025-07-21",
    "data": {"guardian": "Ibu Rahasia", "document": "Surat 1", "sha256": None},
}


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


@pytest.fixture(scope="module")
def desk(service):
    desk = Desk(service.services.ledger)
    desk.tell(registry(f"agency/{POLRES}"), agency_named(POLRES, AgencyKind.POLRES))
    return desk


def agreed(desk, **changes):
    """An agreement that runs and names young people at risk."""
    stream = StreamId(kind="agreement", key=new_id())
    wanted = {
        "units": (PEKALONGAN,),
        "regions": ("33.75",),
        "participant_kinds": (ParticipantKind.REMAJA_BERISIKO,),
        "allowed_fields": ("referral",),
    }
    desk.tell(stream, replace(draft(POLRES), **wanted | changes), *running())
    return stream


@pytest.fixture
def agreement(desk):
    return agreed(desk)


@pytest.fixture
def police(service):
    return service.caller("agency")


@pytest.fixture
def unit(service):
    return service.caller("caseworker", PEKALONGAN)


def address(agreement, *more):
    return "/".join((f"/v1/agreements/{agreement.key}/referrals", *more))


def refer(client, agreement, consent=CONSENT, **changes):
    received = {"type": "referral.received", "effective": "2025-07-20", "data": YOUTH | changes}
    return client.post(address(agreement), json={"referral": received, "consent": consent})


def test_a_partner_refers_and_the_unit_sees_it_with_who_referred(agreement, police, unit):
    answer = refer(police, agreement)
    assert answer.status_code == 201, answer.json()
    key = answer.json()["referral_id"]
    assert answer.headers["Location"] == address(agreement, key)
    received, consented = unit.get(f"/v1/referrals/{key}/events").json()["events"]
    assert received["data"]["referred_by"] == POLRES
    assert received["data"]["agreement"] == agreement.key
    assert consented["data"]["guardian"] == "Ibu Rahasia"
    assert received["actor"]["agency"] == POLRES


def test_what_became_of_it_is_seen_without_a_name_a_reason_or_an_outcome(
    agreement, police, desk, service
):
    key = refer(police, agreement).json()["referral_id"]
    stream = StreamId(kind="referral", key=key)
    fresh = police.get(address(agreement, key)).json()
    assert (fresh["answer"], fresh["overdue"]) == (None, True)
    desk.tell(
        stream,
        ReferralAccepted(effective=on("2025-08-01")),
        ReferralJoined(
            effective=on("2025-08-02"), activity="A-1", kind=ProgrammeKind.LITERASI, title="Baca"
        ),
        ReferralFinished(effective=on("2025-09-01"), outcome="Kembali ke sekolah Rahasia"),
    )
    said = police.get(address(agreement, key))
    assert "Rahasia" not in said.text
    assert said.json() == {
        "referral_id": key,
        "unit": PEKALONGAN,
        "received_on": "2025-07-20",
        "respond_by": "2025-07-31",
        "overdue": False,
        "answer": "accepted",
        "answered_on": "2025-08-01",
        "activities": [{"kind": "literasi", "title": "Baca"}],
        "finished_on": "2025-09-01",
    }
    none = dict.fromkeys(("subjects", "units", "actor", "agency", "since", "before"))
    kept = service.services.access.ask(Asked(**none, limit=1))[0]
    assert (kept.subjects, kept.agreement) == ((str(stream),), agreement.key)
    assert (kept.actor.agency, kept.fields) == (POLRES, ("referral",))


def test_a_no_is_heard_without_its_reason(agreement, police, desk):
    key = refer(police, agreement).json()["referral_id"]
    stream = StreamId(kind="referral", key=key)
    desk.tell(stream, ReferralDeclined(effective=on("2025-07-25"), reason="Alasan Rahasia"))
    said = police.get(address(agreement, key))
    assert (said.json()["answer"], said.json()["overdue"]) == ("declined", False)
    assert "Rahasia" not in said.text


def test_nothing_is_shown_before_a_guardian_has_consented(agreement, police, desk):
    told = refer(police, agreement, consent=None)
    assert (told.status_code, told.json()["unit"], told.json()["answer"]) == (201, PEKALONGAN, None)
    key = told.json()["referral_id"]
    assert police.get(address(agreement, key)).status_code == 404
    consent = GuardianConsented(
        effective=on("2025-07-22"), guardian="Ibu", document="Surat 2", sha256=None
    )
    desk.tell(StreamId(kind="referral", key=key), consent)
    assert police.get(address(agreement, key)).json() == told.json()


def test_the_list_holds_the_partners_own_under_this_agreement_by_leaves(
    agreement, police, desk, service
):
    keys = {refer(police, agreement).json()["referral_id"] for _ in range(3)}
    refer(police, agreed(desk))
    told = refer_for_another(desk, agreement)
    after = {"after": service.services.ledger.position()}
    whole = police.get(address(agreement), params=after).json()["items"]
    assert {one["referral_id"] for one in whole} == keys
    found, link = [], address(agreement) + "?limit=2"
    while link:
        leaf = police.get(link)
        found += [one["referral_id"] for one in leaf.json()["items"]]
        link = leaf.links.get("next", {}).get("url")
    assert found == [one["referral_id"] for one in whole]
    assert police.get(address(agreement, told)).status_code == 404


def refer_for_another(desk, agreement):
    """Have the unit record a referral of another agency under the same agreement."""
    stream = StreamId(kind="referral", key=new_id())
    received = ReferralReceived(
        effective=on("2025-07-20"),
        unit=PEKALONGAN,
        full_name="Remaja Lain",
        birth_date=None,
        region=None,
        referred_by="DINSOS-33.75",
        agreement=agreement.key,
        concern="Lain",
        respond_by=None,
    )
    desk.tell(stream, received)
    return stream.key


def test_an_agreement_refers_to_its_own_units_only(agreement, police):
    answer = refer(police, agreement, unit=MEDAN)
    assert (answer.status_code, answer.json()["code"]) == (422, "referral.unit")
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/referral/data/unit"]


@pytest.mark.parametrize("region", ["12.71", None])
def test_an_agreement_is_about_youths_of_its_own_regions(agreement, police, region):
    answer = refer(police, agreement, region=region)
    assert (answer.status_code, answer.json()["code"]) == (422, "referral.region")
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/referral/data/region"]


def test_nobody_refers_in_anothers_name(agreement, police):
    answer = refer(police, agreement, referred_by="DINSOS-33.75")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "changes",
    [
        {"participant_kinds": (ParticipantKind.MANTAN_WARGA_BINAAN,)},
        {"allowed_fields": ("full_name", "domicile")},
        {"allowed_fields": ()},
    ],
)
def test_an_agreement_that_does_not_name_them_takes_no_referrals_and_says_why(
    desk, police, changes
):
    agreement = agreed(desk, **changes)
    answer = refer(police, agreement)
    assert (answer.status_code, answer.json()["code"]) == (403, "referral.not_named")
    assert "remaja_berisiko" in answer.json()["detail"]
    assert police.get(address(agreement)).status_code == 404


def test_who_is_no_party_hears_of_no_agreement(desk, police):
    agreement = agreed(desk, parties=("RUTAN-PEKALONGAN", "DINSOS-33.75"))
    assert refer(police, agreement).status_code == 404
    assert police.get(address(agreement)).status_code == 404


def test_one_that_rests_takes_none_and_shows_none(desk, police):
    agreement = agreed(desk)
    key = refer(police, agreement).json()["referral_id"]
    desk.tell(agreement, AgreementSuspended(effective=on("2025-08-01"), reason="Pemeriksaan"))
    for answer in (
        refer(police, agreement),
        police.get(address(agreement)),
        police.get(address(agreement, key)),
    ):
        assert answer.status_code == 404


def test_a_unit_records_referrals_where_it_always_did(agreement, unit):
    assert refer(unit, agreement).status_code == 403


def test_a_rule_says_where_it_was_broken(agreement, police):
    answer = refer(police, agreement, respond_by="2025-07-01")
    assert (answer.status_code, answer.json()["code"]) == (422, "referral.deadline_passed")
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/referral/data/respond_by"]

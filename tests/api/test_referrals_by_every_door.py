"""Whatever becomes of an agreement, the door of referrals shows those of the feed and no others."""

from dataclasses import replace
from itertools import product
from random import Random

import pytest
from correcting_desk import Desk, new_id
from facts import MEDAN
from partner_house import agency_named, draft, registry, running
from scenario import on

from application.feeds import Audience
from domain.agreement import AgreementProposed, AgreementResumed, AgreementSuspended
from domain.agreement import ParticipantKind as Kind
from domain.programme import ProgrammeKind
from domain.record import StreamId
from domain.referral import GuardianConsented, ReferralAccepted, ReferralJoined, ReferralReceived
from domain.registry import AgencyKind

pytestmark = pytest.mark.long

POLRES, PEKALONGAN = "DISNAKER-12.71", "RUTAN-PEKALONGAN"
UNKNOWN = "RUTAN-TANPA-REGISTER"
"""A unit that no registry knows is nowhere open: nobody can tell when its day begins."""
BESIDE = {"referral_id", "unit", "overdue"}
MAY_BE = {
    "allowed_fields": [("referral",), ("referral", "domicile"), ("domicile",), ()],
    "units": [(PEKALONGAN, MEDAN, UNKNOWN), (PEKALONGAN,), (MEDAN,), ()],
    "regions": [("33", "12"), ("33.75",), ("12",), ()],
    "participant_kinds": [(Kind.REMAJA_BERISIKO,), (Kind.REMAJA_BERISIKO, Kind.KLIEN), ()],
    "parties": [(MEDAN, POLRES), (MEDAN, "DINSOS-33.75")],
}
WHOLE = {name: options[0] for name, options in MAY_BE.items()}


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


@pytest.fixture(scope="module")
def desk(service):
    desk = Desk(service.services.ledger)
    desk.tell(registry(f"agency/{POLRES}"), agency_named(POLRES, AgencyKind.POLRES))
    return desk


@pytest.fixture
def house(service, desk):
    return House(service, desk)


class House:
    """An agreement of the police, and youths of two units and of three homes, some consented to."""

    def __init__(self, service, desk) -> None:
        self.service, self.desk, self.police = service, desk, service.caller("agency")
        self.terms = dict(WHOLE)
        self.agreement = StreamId(kind="agreement", key=new_id())
        desk.tell(self.agreement, replace(draft(POLRES), **WHOLE), *running())
        self.page = desk.fact(self.agreement, AgreementProposed)
        for unit, region in product((PEKALONGAN, MEDAN), ("33.75", "12.71", None)):
            self.refer(unit, region)
        self.refer(UNKNOWN, "33.75")
        self.refer(PEKALONGAN, "33.75", consented=False)
        self.refer(PEKALONGAN, "33.75", agency="DINSOS-33.75")

    def refer(self, unit, region, *, consented=True, agency=POLRES):
        stream, asked = StreamId(kind="referral", key=new_id()), on("2025-07-20")
        received = ReferralReceived(
            effective=asked,
            unit=unit,
            full_name="Remaja",
            birth_date=None,
            region=region,
            referred_by=agency,
            agreement=self.agreement.key,
            concern="Lain",
            respond_by=None,
        )
        self.desk.tell(stream, received)
        if consented:
            consent = GuardianConsented(effective=asked, guardian="Ibu", document="S", sha256=None)
            joined = ReferralJoined(
                effective=asked, activity="A-1", kind=ProgrammeKind.LITERASI, title="Baca"
            )
            self.desk.tell(stream, consent, ReferralAccepted(effective=asked), joined)

    def corrected(self, **changes):
        """Have the draft corrected; what else was corrected before stays so."""
        self.terms |= changes
        self.desk.correct(self.agreement, self.page, replace(draft(POLRES), **self.terms))

    def by_feed(self):
        """The referrals of the list that the feed is compared with, by their keys."""
        feeds = self.service.services.feeds
        audience = Audience(agreement=self.agreement.key, agency=POLRES)
        told = self.ask("records")
        found = {feeds.stream_of(audience, one["subject"]).key: one["data"] for one in told}
        return {key: data["referral"] for key, data in found.items()}

    def by_door(self):
        """The referrals that the partner is shown as its own, each by itself too."""
        told = {one["referral_id"]: one for one in self.ask("referrals")}
        for key, one in told.items():
            assert self.get(f"referrals/{key}").json() == one
        return {key: {n: one[n] for n in one if n not in BESIDE} for key, one in told.items()}

    def ask(self, door):
        answer = self.get(door, after=self.service.services.ledger.position())
        assert answer.status_code in {200, 404}
        return answer.json()["items"] if answer.status_code == 200 else []

    def get(self, door, **asked):
        return self.police.get(f"/v1/agreements/{self.agreement.key}/{door}", params=asked)


def test_at_first_both_show_those_of_the_regions_who_were_consented_to(house):
    assert len(house.by_door()) == 4
    assert house.by_door() == house.by_feed()


@pytest.mark.parametrize(
    ("name", "left"), [("allowed_fields", 0), ("units", 2), ("regions", 2), ("parties", 0)]
)
def test_what_the_agreement_names_no_more_is_gone_from_both(house, name, left):
    narrow = {"allowed_fields": 2, "parties": 1}.get(name, 1)
    house.corrected(**{name: MAY_BE[name][narrow]})
    assert len(house.by_door()) == left
    assert house.by_door() == house.by_feed()


def test_both_rest_and_go_on_together(house):
    house.desk.tell(
        house.agreement, AgreementSuspended(effective=on("2025-08-01"), reason="Pemeriksaan")
    )
    assert house.by_door() == house.by_feed() == {}
    house.desk.tell(house.agreement, AgreementResumed(effective=on("2025-08-02")))
    assert len(house.by_door()) == 4
    assert house.by_door() == house.by_feed()


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_both_show_the_same_after_whatever_is_corrected(house, seed):
    dice = Random(seed)  # noqa: S311  # dice, and no secret
    for _ in range(6 if seed == 1 else 40):
        name = dice.choice(list(MAY_BE))
        others = [one for one in MAY_BE[name] if one != house.terms[name]]
        house.corrected(**{name: dice.choice(others)})
        assert house.by_door() == house.by_feed()

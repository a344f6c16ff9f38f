"""Documents that go with whoever is forgotten, and those that somebody else names."""

from dataclasses import replace

import pytest
from forgetting_house import (
    GROUNDS,
    new_id,
    now,
    somebody,
)
from pages import ACTOR
from scenario import on

from application.forgetting import Decision, PartyGrounds
from domain.kernel import FORGOTTEN
from domain.person import AliasRecorded
from domain.record import Evidence, StreamId
from domain.referral import Party


def test_a_document_that_another_referral_names_in_secret_stays(house, referral):
    paper = house.evidence.put(b"persetujuan untuk dua bersaudara", "application/pdf", ACTOR)
    sibling = StreamId(kind="referral", key=new_id())
    received, consented = (page.event for page in house.ledger.read(referral))
    both = replace(consented, sha256=paper)
    house.tell(referral, both)
    house.tell(sibling, received, both)
    guardian = PartyGrounds(**vars(GROUNDS), party=Party.GUARDIAN)
    house.forget(referral, guardian)
    assert house.ledger.read(referral)[-1].event.documents == ("c" * 64,)
    assert house.evidence.get(paper).content
    assert house.ledger.read(sibling)[-1].event == both
    house.forget(sibling, guardian)
    with pytest.raises(LookupError):
        house.evidence.get(paper)


def test_a_document_that_somebody_else_named_while_it_was_decided_stays(house):
    paper = house.evidence.put(b"surat bersama", "application/pdf", ACTOR)
    person, _ = somebody(house, "Budi Fiktif", paper)
    other, _ = somebody(house, "Tono Fiktif", "b" * 64)
    alias = AliasRecorded(effective=on("2025-07-01"), alias="Tono Kecil")
    today = on(now().date().isoformat())
    event = house.forgetting.event(Decision(stream=person, grounds=GROUNDS, effective=today))
    assert event.documents == (paper,)
    house.tell(other, alias, evidence=(Evidence(number="1", date=None, sha256=paper),))
    house.tell(person, event)
    assert (house.forgetter.settle(), house.forgetter.settle()) == (1, 0)
    assert house.evidence.get(paper).content == b"surat bersama"
    assert house.ledger.read(person)[0].event.nik is FORGOTTEN


def test_the_document_that_bears_out_a_decision_about_somebody_else_stays(house):
    paper = house.evidence.put(b"keputusan tentang dua orang", "application/pdf", ACTOR)
    person, _ = somebody(house, "Budi Fiktif", paper)
    other, _ = somebody(house, "Tono Fiktif", "b" * 64)
    house.forget(other, replace(GROUNDS, document=paper))
    house.forget(person)
    assert house.evidence.get(paper).content

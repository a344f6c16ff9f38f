"""Somebody is forgotten by one process while another, which has not looked since, has the key."""

from dataclasses import replace

import pytest
from anyio.from_thread import start_blocking_portal
from forgetting_house import GROUNDS, MASTER, House, new_id, now, offence, request, somebody
from pages import ACTOR, assessed, draft, stream, write
from scenario import on

from application.append import Proposal
from application.at_hand import AtHand
from application.forgetting import Decision
from application.ledger import BEGINNING, Conflict, NotAtHand
from domain.kernel import Refused, SubjectForgotten
from domain.record import StreamId
from infrastructure.entry import EVERYTHING, Entry
from infrastructure.forgetter import destruction
from infrastructure.key_store import KeyStore
from infrastructure.ledger import EventsourcingLedger
from infrastructure.page_writing import ForgottenSince


@pytest.fixture
def elsewhere(house, pool, database):
    """Another process over the same database, with keys of its own opened and no look since."""
    ledger = EventsourcingLedger(pool, KeyStore(pool, MASTER))
    yield House(ledger, pool, database)
    ledger.close()


@pytest.fixture
def budi(house):
    return somebody(house, "Budi Fiktif", "a" * 64)


@pytest.fixture
def tono(house):
    return somebody(house, "Tono Fiktif", "b" * 64)


def another(name):
    return replace(offence(name), measure="F-2")


def proposal(case):
    return Proposal(stream=case, event=another("Budi"), evidence=(), reason="terlambat")


@pytest.mark.parametrize("settle", [True, False], ids=["destroyed", "decided"])
def test_nothing_more_is_recorded_by_a_process_that_has_not_heard_of_it(
    house, elsewhere, budi, settle
):
    person, case = budi
    elsewhere.ledger.read(case)
    house.forget(person, settle=settle)
    before = house.ledger.position()
    with pytest.raises(SubjectForgotten):
        elsewhere.tell(case, another("Budi"), reason="terlambat")
    assert house.ledger.position() == before


@pytest.mark.long
def test_what_it_records_of_others_meanwhile_is_sealed_under_keys_that_there_are(
    house, elsewhere, budi, tono
):
    elsewhere.ledger.read(tono[1])
    house.forget(budi[0])
    elsewhere.tell(tono[1], another("Tono"), reason="terlambat")
    assert house.ledger.read(tono[1])[-1].reason == "terlambat"


def test_a_coroutine_leaves_it_to_a_thread_which_refuses(house, elsewhere, budi):
    person, case = budi
    elsewhere.ledger.read(case)
    house.forget(person)
    before = house.ledger.position()
    said = request(proposal(case))
    at_hand = AtHand(elsewhere.ledger, case)
    with start_blocking_portal() as portal, pytest.raises(NotAtHand):
        portal.call(elsewhere.append.submit, said, at_hand)
    with pytest.raises(SubjectForgotten):
        elsewhere.append(said)
    assert house.ledger.position() == before


@pytest.mark.long
def test_a_page_that_was_sealed_before_a_decision_is_not_written_after_it(house, elsewhere, budi):
    """The pause between sealing and writing is as long as can be: a forgetting fits into it."""
    sealed = elsewhere.ledger.mapper.row(draft(assessed(), to=stream("1")), BEGINNING)
    heads = [(str(stream("1")), 0, BEGINNING)]
    house.forget(budi[0])
    barrier = Entry((), (), None, EVERYTHING)
    group = [Entry([sealed], heads, None, 0), barrier, Entry([sealed], heads, None, EVERYTHING)]
    late, none, good = elsewhere.ledger.pages.recorder._writing.write(group)  # noqa: SLF001  # made up so
    assert isinstance(late, ForgottenSince)
    assert (none, good) == (0, house.ledger.position())


@pytest.mark.long
def test_a_direct_write_that_comes_late_is_a_conflict_and_then_not(house, elsewhere, budi):
    house.forget(budi[0])
    with pytest.raises(Conflict) as conflict:
        write(elsewhere.ledger, draft(assessed(), to=stream("1")))
    assert conflict.value.stream == StreamId(kind="person", key=budi[0].key)
    assert write(elsewhere.ledger, draft(assessed(), to=stream("1"))).written


@pytest.mark.long
def test_a_restored_ledger_is_told_of_all_although_each_decision_is_news_to_who_tells_it(
    house, budi, tono
):
    for person, _ in (budi, tono):
        today = on(now().date().isoformat())
        event = house.forgetting.event(Decision(stream=person, grounds=GROUNDS, effective=today))
        last = house.ledger.read(person)[-1]
        house.keys.destroy(destruction(replace(last, event=event, event_id=new_id()), ()))
    assert house.forgetter.tell_again() == 2
    assert house.forgetter.tell_again() == 0


@pytest.mark.long
def test_a_document_that_another_process_destroyed_is_not_taken_for_kept(house, elsewhere):
    content = b"%PDF-1.7 Surat perintah penahanan Budi Fiktif"
    sha256 = elsewhere.evidence.put(content, "application/pdf", ACTOR)
    person, _ = somebody(house, "Budi Fiktif", sha256)
    house.forget(person)
    with pytest.raises(Refused):
        elsewhere.evidence.put(content, "application/pdf", ACTOR)

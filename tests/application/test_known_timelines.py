"""What is kept of a stream's timeline is never another than its pages folded anew."""

from itertools import permutations

import pytest
from anyio.from_thread import start_blocking_portal
from correcting_desk import Desk
from scenario import on

from application.append import Proposal
from application.at_hand import AtHand
from application.timeline import Timeline
from domain.catalogue import CASE
from domain.conduct import ConductAssessed, Predicate
from domain.kernel import Stream

MONTHS = ("2025-05", "2025-06", "2025-07")


@pytest.fixture(scope="module")
def on_loop():
    with start_blocking_portal() as portal:
        yield portal.call


def assessed(month):
    return ConductAssessed(
        effective=on(f"{month}-28"),
        month=month,
        score=82,
        predicate=Predicate.BAIK,
        risk_declined=True,
    )


@pytest.mark.parametrize("order", list(permutations(MONTHS))[1::2], ids=" ".join)
def test_events_of_one_request_lead_where_a_fold_leads_in_whatever_order_they_are_told(
    ledger, on_loop, order
):
    desk = Desk(ledger)
    case = desk.case("Fiktif")
    known = desk.append.known
    known.timeline(case, ledger.read(case))
    for months in (order, ("2025-08",)):
        said = [
            Proposal(stream=case, event=assessed(month), evidence=(), reason=None)
            for month in months
        ]
        request = desk.request(*said)
        on_loop(lambda it=request: desk.append.submit(it, AtHand(ledger, case)))
        pages = ledger.read(case)
        assert [page.event.month for page in pages[-len(months) :]] == list(months)
        assert known.timeline(case, pages) == Timeline.of(CASE, pages)


def test_what_is_kept_of_a_stream_are_the_events_of_its_pages_as_they_were_woken_last(ledger):
    desk = Desk(ledger)
    case, known = desk.case("Fiktif"), desk.append.known
    before = ledger.read(case)
    journey = known.timeline(case, before).journey
    ledger.forget_opened()
    pages = ledger.read(case)
    assert pages[0] is not before[0]
    timeline = known.timeline(case, pages)
    assert list(map(id, timeline.events)) == [id(page.event) for page in pages]
    assert timeline == Timeline.of(CASE, pages)
    assert timeline.journey is journey  # and it was not folded again


def test_of_who_was_forgotten_while_a_stream_was_folded_nothing_is_told_after(ledger):
    desk = Desk(ledger)
    case, known = desk.case("Fiktif"), desk.append.known
    read = ledger.read(case)
    ledger.keys.forget_here([read[0].subject])
    known.clear()
    assert "Fiktif" in repr(known.timeline(case, read).journey)  # who had read it a moment before
    pages = ledger.read(case)
    timeline = known.timeline(case, pages)
    assert timeline == Timeline.of(CASE, pages)
    assert "Fiktif" not in repr(timeline)


def test_what_was_decided_and_written_is_not_folded_again(ledger, on_loop, monkeypatch):
    desk = Desk(ledger)
    case, known = desk.case("Fiktif"), desk.append.known
    known.timeline(case, ledger.read(case))
    said = Proposal(stream=case, event=assessed("2025-05"), evidence=(), reason=None)
    request = desk.request(said)
    on_loop(lambda: desk.append.submit(request, AtHand(ledger, case)))
    pages = ledger.read(case)
    with monkeypatch.context() as nobody:
        nobody.setattr(Stream, "evolve", None)
        timeline = known.timeline(case, pages)
    assert timeline == Timeline.of(CASE, pages)

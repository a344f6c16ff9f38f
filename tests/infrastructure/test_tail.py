"""One reader for all who follow: each page read once, woken once, and nobody waits for the slow."""

from threading import Event, Thread

import psycopg
import pytest
from failing_over import fail_over
from pages import assessed, began, draft, stream, write
from psycopg import OperationalError
from tails import following, wait_until

from application.feeds import Audience
from domain.conduct import ConductAssessed, DisciplineBegan
from infrastructure import tail as tailing
from infrastructure.feed_news import FeedNews
from infrastructure.messages import READ_MODELS
from infrastructure.page_reader import contiguous
from infrastructure.tail import Tail

NEVER = 600.0
"""For the time between two looks: what arrives then arrives because somebody said so."""
ASSESSED, BEGAN = set(ConductAssessed.names), set(DisciplineBegan.names)


@pytest.fixture
def tail(ledger, pool):
    with following(ledger, pool) as tail:
        yield tail


def test_all_who_follow_are_handed_the_same_page_awake_once(tail, ledger, monkeypatch):
    write(ledger, draft(assessed()), draft(began(), version=2))
    assert tail.wait(1, 10)
    one, other = tail.after(0), tail.after(0)
    assert one.upto == other.upto == 2
    assert [page.position for _, page in one.woken(ASSESSED)] == [1]
    assert one.woken(ASSESSED)[0][1] is other.woken(ASSESSED)[0][1]
    assert [kept.woken is None for kept in one.kept] == [False, True], "nobody asked for the other"


def test_pages_that_are_awake_are_let_go_of_when_somebody_is_forgotten(ledger, pool):
    forgotten = []

    def wake(pages):
        if not forgotten:  # while they are being woken
            forgotten.append("person-1")
            tail.let_go()
            return ["what was"] * len(pages)
        return ["what is left"] * len(pages)

    tail = Tail(pool, wake)
    tail.start()
    wait_until(lambda: tail.listening)
    write(ledger, draft(assessed()))
    assert tail.wait(0, 10)
    assert [page for _, page in tail.after(0).woken(ASSESSED)] == ["what is left"]
    tail.let_go()
    assert tail.after(0).kept[0].woken is None
    tail.close()


def test_whoever_is_where_the_ledger_is_gets_nothing_and_waits(tail, ledger):
    write(ledger, draft(assessed()))
    assert tail.wait(0, 10)
    assert not tail.after(1).kept
    assert tail.after(1).upto == 1
    assert not tail.wait(1, 0.01)


def test_an_append_of_this_process_is_read_without_looking(ledger, pool, monkeypatch):
    monkeypatch.setattr(tailing, "POLL_SECONDS", NEVER)
    with following(ledger, pool) as tail:
        write(ledger, draft(assessed()))
        assert tail.wait(0, 10)


def test_an_append_of_another_process_is_told_by_the_one_that_wrote(ledger, pool, monkeypatch):
    monkeypatch.setattr(tailing, "POLL_SECONDS", NEVER)
    with following(ledger, pool, local=False) as elsewhere, following(ledger, pool):
        write(ledger, draft(assessed()))
        assert elsewhere.wait(0, 10)


def test_pages_are_gathered_while_nobody_waits_and_read_at_once_when_somebody_does(
    ledger, pool, monkeypatch
):
    monkeypatch.setattr(tailing, "POLL_SECONDS", NEVER)
    monkeypatch.setattr(tailing, "GATHER_SECONDS", NEVER)
    with following(ledger, pool) as tail:
        write(ledger, draft(assessed()))
        assert not tail.wait(0, 0.05)
        with tail.hurried():
            assert tail.wait(0, 10)


def test_pages_are_gathered_for_less_while_streams_are_open(ledger, pool, monkeypatch):
    monkeypatch.setattr(tailing, "POLL_SECONDS", NEVER)
    monkeypatch.setattr(tailing, "GATHER_SECONDS", NEVER)
    with following(ledger, pool) as tail:
        news = FeedNews(pool, tail)
        news.listen(Audience(agreement="agreement-1", agency="DISNAKER-12.71"), bool)
        write(ledger, draft(assessed()))
        assert tail.wait(0, 10)


def test_what_nobody_tells_of_is_found_by_looking(ledger, pool):
    with following(ledger, pool, local=False) as tail:
        write(ledger, draft(assessed()))
        assert tail.wait(0, 10)


def test_other_processes_hear_once_that_read_models_moved(ledger, pool, monkeypatch):
    monkeypatch.setattr(tailing, "POLL_SECONDS", NEVER)
    heard = Event()
    with following(ledger, pool) as here, following(ledger, pool) as there:
        there.on(READ_MODELS, heard.set)
        here.tell(READ_MODELS)
        assert heard.wait(10)


def test_the_ring_is_bounded_and_who_has_fallen_out_of_it_reads_by_itself(
    ledger, pool, monkeypatch
):
    monkeypatch.setattr(tailing, "RING_PAGES", 3)
    with following(ledger, pool) as tail:
        for key in range(8):
            write(ledger, draft(assessed(), to=stream(str(key))))
        assert tail.wait(7, 10)
        assert tail.kept == 3
        seen, position = [], 0
        while (batch := tail.after(position, most=2)).kept:
            seen += [page.position for _, page in batch.woken(ASSESSED)]
            position = batch.upto
    assert seen == list(range(1, 9))


def test_a_page_that_cannot_be_woken_is_told_of_beside_those_that_can(ledger, pool):
    def wake(pages):
        if any(page.id == 2 for page in pages):
            raise LookupError("Budi")
        return ledger.awake(pages)

    write(ledger, *(draft(assessed(), to=stream(key)) for key in "123"))
    batch = Tail(pool, wake).after(0)
    kinds = [type(woken).__name__ for _, woken in batch.woken(ASSESSED)]
    assert kinds == ["Recorded", "LookupError", "Recorded"]


def test_a_key_store_that_is_away_makes_no_page_poison(ledger, pool):
    write(ledger, draft(began()))

    def away(pages):
        raise psycopg.OperationalError

    batch = Tail(pool, away).after(0)
    with pytest.raises(psycopg.OperationalError):
        batch.woken(BEGAN)


def test_a_key_store_that_cannot_be_reached_makes_no_page_unreadable(ledger, pool):
    def wake(pages):
        raise OperationalError

    write(ledger, draft(assessed()))
    with pytest.raises(OperationalError):
        Tail(pool, wake).after(0).woken(ASSESSED)


def test_a_reader_that_lost_its_connection_goes_on_where_it_was(tail, ledger, pool):
    write(ledger, draft(assessed()))
    assert tail.wait(0, 10)
    with pool.connection() as connection:
        connection.execute("RESET ROLE")
        connection.execute("SELECT pg_terminate_backend(%s)", (tail.pid,))
        connection.execute("SET ROLE jejak_service")
    write(ledger, draft(assessed(), to=stream("2")))
    assert tail.wait(1, 10)
    assert [kept.page.id for kept in tail.after(0).kept] == [1, 2]


def test_a_page_that_was_lost_at_a_fail_over_is_in_nobodys_ring(ledger, pool, database):
    with following(ledger, pool) as tail:
        for key in "12":
            write(ledger, draft(assessed(), to=stream(key)))
        assert tail.wait(1, 10)
        wait_until(lambda: tail.kept == 2)
        heard = tail.pid
        fail_over(database)
        wait_until(lambda: tail.pid not in {heard, None} and not tail.kept)
        write(ledger, draft(assessed(), to=stream("other")))
        wait_until(lambda: tail.kept == 1)
        assert [str(page.stream) for _, page in tail.after(1).woken(ASSESSED)] == ["case:other"]


def test_what_comes_after_a_gap_is_not_seen_before_it(ledger):
    write(ledger, *(draft(assessed(), to=stream(key)) for key in "123"))
    pages = ledger.recorder.select_notifications(1, 9)
    assert [page.id for page in contiguous(pages, 0)] == [1, 2, 3]
    assert [page.id for page in contiguous([pages[0], pages[2]], 0)] == [1]
    assert contiguous(pages[1:], 0) == []


def test_the_library_is_given_its_subscription(tail, ledger):
    write(ledger, draft(assessed()), draft(began(), version=2))
    with ledger.recorder.subscribe(gt=0, topics=tuple(BEGAN)) as pages:
        first = next(pages)
        write(ledger, draft(began(), to=stream("2")))
        assert [first.id, next(pages).id] == [2, 3]
        heard = []
        reader = Thread(target=lambda: heard.extend(pages))
        reader.start()
        pages.stop()
        reader.join(10)
        assert not reader.is_alive()
        assert heard == []

"""The ledger's door for coroutines: the same pages, answers and refusals."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from select import select
from time import monotonic, sleep

import psycopg
import pytest
from anyio.from_thread import start_blocking_portal
from failing_over import cut_all
from pages import ACTOR, assessed, draft, stream, write
from uuid_utils import uuid7

from application.ledger import (
    BEGINNING,
    Command,
    Conflict,
    Head,
    KeyReused,
    NotAtHand,
    OutcomeUnknown,
)
from domain.kernel import FORGOTTEN
from infrastructure.entry import EVERYTHING, Entry
from infrastructure.lane import MustWait
from infrastructure.ledger import EventsourcingLedger
from infrastructure.page_store import FreshPages, PageMapper
from infrastructure.page_writing import PageWriting
from infrastructure.recorder import WRITERS
from infrastructure.tombstones import Destruction

COMMAND = Command(key="k-1", body=b"one")


@pytest.fixture
def on_loop():
    with start_blocking_portal() as portal:
        yield portal.call


@pytest.fixture
def known(ledger):
    """A ledger whose first stream has a page, with the key that it is sealed under."""
    write(ledger, draft(assessed()))
    ledger.read(stream())
    return ledger


def submit(ledger, *drafts, command=None, heads=None):
    if heads is None:
        heads = {one.stream: head(ledger, one.stream) for one in drafts}
    return lambda: ledger.submit(drafts, heads=heads, actor=ACTOR.id, command=command)


def head(ledger, at):
    pages = ledger.at_hand(at)
    return Head(version=len(pages), hash=pages[-1].hash)


def later(month="2025-08"):
    return draft(assessed(month), version=2)


def test_what_a_coroutine_writes_is_the_page_and_the_receipt_that_a_thread_would_get(
    known, on_loop
):
    receipt = on_loop(submit(known, later(), command=COMMAND))
    assert [(one.version, one.position) for one in receipt.written] == [(2, 2)]
    assert receipt.versions == {stream(): 2}
    assert known.read(stream())[-1].event == assessed("2025-08")
    assert known.answered(ACTOR.id, COMMAND) == receipt


def test_a_stream_that_has_moved_on_is_a_conflict(known, on_loop):
    stale = submit(known, later("2025-09"))
    heads = {stream(): head(known, stream())}
    write(known, later(), heads=heads)
    with pytest.raises(Conflict) as conflict:
        on_loop(stale)
    assert conflict.value.stream == stream()


def test_without_its_key_or_its_stream_at_hand_nothing_is_asked_and_nothing_written(known, on_loop):
    with pytest.raises(NotAtHand):
        known.at_hand(stream("2"))
    stranger = replace(draft(assessed(), to=stream("2")), subject="person-2")
    with pytest.raises(NotAtHand):
        on_loop(submit(known, stranger, heads={stream("2"): Head(version=0, hash=BEGINNING)}))
    assert known.position() == 1


def test_a_key_that_was_answered_is_looked_up_in_a_thread(known, on_loop):
    heads = {stream(): head(known, stream())}
    first = write(known, later(), heads=heads, command=COMMAND)
    with pytest.raises((NotAtHand, Conflict)):
        on_loop(submit(known, later(), heads=heads, command=COMMAND))
    assert known.answered(ACTOR.id, COMMAND) == first
    with pytest.raises(KeyReused):
        known.answered(ACTOR.id, Command(key="k-1", body=b"two"))


def test_what_a_coroutine_is_told_of_an_unconfirmed_commit_is_that_nobody_knows(
    known, on_loop, database
):
    with psycopg.connect(database) as owner:
        owner.execute(
            "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE WARNING USING ERRCODE = '01000'; RETURN NULL; END $$"
        )
        owner.execute(
            "CREATE CONSTRAINT TRIGGER warn AFTER INSERT ON ledger.event"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION warn()"
        )
    with pytest.raises(OutcomeUnknown):
        on_loop(submit(known, later(), command=COMMAND))
    assert known.answered(ACTOR.id, COMMAND).position == 2


def test_a_coroutine_that_is_cancelled_does_not_cancel_its_write_and_the_key_tells(known, on_loop):
    async def cancelled():
        task = asyncio.create_task(submit(known, later(), command=COMMAND)())
        await asyncio.sleep(0)  # it has handed in its page
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    on_loop(cancelled)
    until = monotonic() + 20
    while (answered := known.answered(ACTOR.id, COMMAND)) is None:
        assert monotonic() < until
    assert answered.position == 2


def test_a_connection_cut_under_a_coroutine_is_an_unknown_outcome_and_the_next_one_is_written(
    known, on_loop, database
):
    on_loop(submit(known, later()))  # so that the line is open
    known.read(stream())
    third = submit(known, draft(assessed("2025-09"), version=3), command=COMMAND)

    async def cut():
        with psycopg.connect(database, autocommit=True) as owner:
            owner.execute("SELECT pg_advisory_lock(%s)", (WRITERS,))
            writing = asyncio.create_task(third())
            await asyncio.to_thread(wait_until_one_waits, owner)
            owner.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")
        with pytest.raises(OutcomeUnknown):
            await writing
        assert await asyncio.to_thread(known.answered, ACTOR.id, COMMAND) is None
        return await third()

    assert on_loop(cut).position == 3


def test_a_line_that_was_cut_while_its_loop_had_nothing_to_write_is_opened_anew(
    known, on_loop, database
):
    on_loop(submit(known, later()))
    known.read(stream())
    with psycopg.connect(database, autocommit=True) as owner:
        cut_all(owner)
    third = draft(assessed("2025-09"), version=3)
    assert on_loop(submit(known, third)).position == 3


def test_what_an_event_loop_had_under_way_when_it_ended_is_written_once_and_keeps_nobody_waiting(
    known, on_loop, database
):
    on_loop(submit(known, later()))
    known.read(stream())
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute("SELECT pg_advisory_lock(%s)", (WRITERS,))

        async def leave():
            left.append(asyncio.ensure_future(submit(known, third, command=COMMAND)()))
            await asyncio.to_thread(wait_until_one_waits, owner)

        def on_a_loop_that_ends():
            loop = asyncio.new_event_loop()
            loop.run_until_complete(leave())
            left[0].cancel()
            loop.close()

        third, left = draft(assessed("2025-09"), version=3), []
        with ThreadPoolExecutor() as people:
            people.submit(on_a_loop_that_ends).result(20)
    write(known, draft(assessed(), to=stream("2")))
    assert known.answered(ACTOR.id, COMMAND).position == 3
    assert known.position() == 4


@pytest.mark.parametrize("ahead", [False, True], ids=["by a thread", "by an event loop"])
def test_nobody_is_given_the_answer_to_what_another_sent(known, pool, ahead):
    stored = [
        PageMapper(known.codec, FreshPages(known.keys)).to_stored_event(draft(assessed(), to=to))
        for to in (stream("2"), stream("3"), stream("4"))
    ]
    first, left, mine = [
        [Entry([page.row], [(page.originator_id, 0, BEGINNING)], None, EVERYTHING)]
        for page in stored
    ]
    writing = PageWriting(str(pool.conninfo), int)
    with pytest.raises(MustWait):
        writing.begin(first)  # no line is open yet
    writing.write(first)
    ear = writing.begin(left)  # and whoever did was called away
    assert select([ear], [], [], 20)[0]
    if ahead:
        with pytest.raises(MustWait):
            writing.begin(mine)
    (position,) = writing.write(mine)
    assert known.read_after(position - 1)[0].stream == stream("4")
    writing.close()


def test_what_no_utf_8_can_write_fails_alone_and_not_those_who_share_its_commit(known, on_loop):
    on_loop(submit(known, later()))  # so that the line is open
    # The first is on its way alone, and the other two share the next commit.
    three = [
        submit(
            known,
            draft(assessed(), to=to),
            heads={to: Head(version=0, hash=BEGINNING)},
            command=Command(key=key, body=b"one"),
        )
        for to, key in ((stream("2"), "k-2"), (stream("3"), "k-3"), (stream("4"), "\ud800"))
    ]

    async def together():
        return await asyncio.gather(*(one() for one in three), return_exceptions=True)

    first, second, error = on_loop(together)
    assert (first.position, second.position) == (3, 4)
    assert isinstance(error, UnicodeEncodeError)
    assert known.position() == 4


def wait_until_one_waits(owner):
    """Return once somebody waits for the writers' lock."""
    until = monotonic() + 20
    waits = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    while not owner.execute(waits).fetchall():
        assert monotonic() < until
        sleep(0.001)


def test_a_stream_at_hand_goes_on_by_what_is_followed_whoever_wrote_it(known, pool, on_loop):
    on_loop(submit(known, later()))
    assert len(known.at_hand(stream())) == 1
    known.read_after(1)
    with EventsourcingLedger(pool, known.keys) as elsewhere:
        elsewhere.read(stream())
        on_loop(submit(elsewhere, draft(assessed("2025-09"), version=3)))
    known.read_after(2)
    assert [page.version for page in known.at_hand(stream())] == [1, 2, 3]
    with EventsourcingLedger(pool, known.keys) as afterwards:
        assert known.at_hand(stream()) == tuple(afterwards.read(stream()))


def test_a_page_that_was_just_written_is_not_told_from_memory_once_its_subject_is_forgotten(known):
    write(known, later(), heads={stream(): head(known, stream())})
    known.keys.destroy(
        Destruction(subjects=("person-1",), event_id=str(uuid7()), stream="person:1", told={})
    )
    assert [page.evidence[0].number for page in known.read(stream())] == [FORGOTTEN] * 2

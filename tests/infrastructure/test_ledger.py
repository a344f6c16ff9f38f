"""The ledger on a real PostgreSQL: atomic, gap-free, append-only, sealed, read as written."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event as Signal
from threading import Thread
from time import monotonic, sleep

import psycopg
import pytest
from pages import ACTOR, assessed, began, draft, stream, write
from psycopg import errors

from application.ledger import BEGINNING, Command, Conflict, Head, KeyReused
from domain.record import Draft
from infrastructure.entry import EVERYTHING, Entry, StoredAnswer
from infrastructure.ledger import EventsourcingLedger
from infrastructure.master_key import MasterKey, MasterKeyUnreadable
from infrastructure.page_writing import AnsweredAlready, MovedOn, PageWriting

FORGED = (errors.InsufficientPrivilege, errors.GeneratedAlways)


def test_what_is_written_is_read_back_with_its_whole_envelope(ledger):
    drafts = [draft(assessed(), reason="karena Budi"), draft(began(), version=2)]
    receipt = write(ledger, *drafts)
    pages = ledger.read(stream())
    for written, page in zip(drafts, pages, strict=True):
        assert {f: getattr(page, f) for f in Draft.__dataclass_fields__} == {
            f: getattr(written, f) for f in Draft.__dataclass_fields__
        }
    assert [page.position for page in pages] == [1, 2] == [w.position for w in receipt.written]
    assert pages[0].prev_hash == BEGINNING
    assert pages[1].prev_hash == pages[0].hash
    assert pages[0].recorded_at <= pages[1].recorded_at
    assert receipt.versions == {stream(): 2}


def test_several_streams_are_written_together_or_not_at_all(ledger):
    write(ledger, draft(assessed(), to=stream("2")))
    fresh = Head(version=0, hash=BEGINNING)
    with pytest.raises(Conflict) as conflict:
        write(
            ledger,
            draft(assessed(), to=stream("1")),
            draft(began(), to=stream("2")),
            heads={stream("1"): fresh, stream("2"): fresh},
        )
    assert conflict.value.stream == stream("2")
    assert not ledger.read(stream("1"))
    assert ledger.position() == 1


def test_the_same_key_gets_the_first_answer_again_and_another_body_is_refused(ledger):
    command = Command(key="k-1", body=b"one")
    first = write(ledger, draft(assessed()), command=command)
    assert ledger.answered(ACTOR.id, command) == first
    assert write(ledger, draft(assessed("2025-06"), to=stream("9")), command=command) == first
    assert ledger.position() == 1
    with pytest.raises(KeyReused):
        ledger.answered(ACTOR.id, Command(key="k-1", body=b"another"))
    assert ledger.answered("somebody-else", command) is None


def test_an_answer_without_events_is_kept_too(ledger):
    command = Command(key="k-1", body=b"one")
    head = {stream(): Head(version=0, hash=BEGINNING)}
    receipt = ledger.append([], heads=head, actor=ACTOR.id, command=command)
    assert receipt.position is None
    assert ledger.answered(ACTOR.id, command) == receipt


def test_what_was_decided_on_must_still_be_so_though_nothing_is_written_to_it(ledger):
    write(ledger, draft(assessed()))
    other = {
        stream("2"): Head(version=0, hash=BEGINNING),
        stream(): Head(version=0, hash=BEGINNING),
    }
    with pytest.raises(Conflict) as conflict:
        write(ledger, draft(assessed(), to=stream("2")), heads=other)
    assert conflict.value.stream == stream()
    assert not ledger.read(stream("2"))


def test_in_a_group_each_request_has_its_own_outcome(pool, ledger):
    """A conflict, a repeated key, a page that no table takes and a good one share a commit."""
    again = Command(key="k-1", body=b"one")
    first = write(ledger, draft(assessed(), to=stream("1")), command=again)
    stored = [
        ledger.mapper.chained(one, BEGINNING)
        for one in (
            draft(assessed(), to=stream("1")),
            draft(assessed(), to=stream("2")),
            draft(assessed(), to=stream("3")),
            draft(assessed(), to=stream("4")),
        )
    ]
    stored[3] = replace(stored[3], event_id=first.written[0].event_id)
    heads = [[(one.originator_id, 0, BEGINNING)] for one in stored]
    answer = StoredAnswer(ACTOR.id, "k-1", b"", "{}")
    outcomes = PageWriting(str(pool.conninfo), int).write(
        [
            Entry([stored[0].row], heads[0], None, EVERYTHING),
            Entry([stored[1].row], heads[1], answer, EVERYTHING),
            Entry([stored[2].row], heads[2], None, EVERYTHING),
            Entry([stored[3].row], heads[3], None, EVERYTHING),
        ]
    )
    assert [type(one) for one in outcomes] == [
        MovedOn,
        AnsweredAlready,
        int,
        errors.UniqueViolation,
    ]
    assert ledger.position() == outcomes[2] == 2


def test_positions_are_gap_free_in_commit_order_for_a_reader_who_tails_many_writers(pool, ledger):
    writers, each = 8, 25
    done, seen = Signal(), []

    def tail():
        position = 0
        while not (done.is_set() and position == ledger.position()):
            for page in ledger.read_after(position, limit=7):
                seen.append(page.position)
                position = page.position

    reader = Thread(target=tail)
    reader.start()

    def write_some(writer):
        for turn in range(each):
            key = f"{writer}-{turn}"
            try:
                write(
                    ledger, draft(assessed(), to=stream(key)), draft(began(), to=stream(f"{key}b"))
                )
                write(ledger, draft(assessed(), to=stream(key)))  # loses: the stream has moved on
            except Conflict:
                continue

    with ThreadPoolExecutor(writers) as hands:
        list(hands.map(write_some, range(writers)))
    done.set()
    reader.join()
    assert seen == list(range(1, writers * each * 2 + 1))


@pytest.mark.parametrize("who", ["jejak_service", None], ids=["the service", "the owner"])
@pytest.mark.parametrize("table", ["ledger.event", "ledger.command", "ledger.store"])
@pytest.mark.parametrize(
    "deed", ["UPDATE {} SET recorded_at = now()", "DELETE FROM {}", "TRUNCATE {}"]
)
def test_nobody_changes_what_is_recorded(ledger, database, who, table, deed):
    write(ledger, draft(assessed()), command=Command(key="k", body=b""))
    deed = deed.format(table).replace(
        "recorded_at", "created_at" if "store" in table else "recorded_at"
    )
    with psycopg.connect(database) as connection:
        if who:
            connection.execute(f"SET ROLE {who}")
        with pytest.raises((errors.InsufficientPrivilege, errors.RestrictViolation)):
            connection.execute(deed)
    assert len(ledger.read(stream())) == 1


@pytest.mark.parametrize("column", ["position", "recorded_at", "hash", "xid"])
def test_the_service_cannot_forge_a_position_a_time_or_a_hash(ledger, pool, column):
    with pool.connection() as connection, pytest.raises(FORGED):
        connection.execute(
            f"INSERT INTO ledger.event (stream, {column}) VALUES ('case:9', NULL)"  # noqa: S608
        )


def test_a_page_that_does_not_continue_its_stream_is_refused_by_the_database_itself(ledger, pool):
    write(ledger, draft(assessed()))
    with pool.connection() as connection, pytest.raises(errors.UniqueViolation):
        connection.execute(
            "INSERT INTO ledger.event (stream, version, name, event_id, page, prev_hash) VALUES"
            " ('case:1', 2, 'x@1', gen_random_uuid(), '', decode(repeat('00', 32), 'hex'))"
        )


def test_no_personal_word_lies_open_in_a_page_and_psql_shows_the_rest(ledger, pool):
    write(ledger, draft(began(), reason="Budi Fiktif sendiri yang minta"))
    with pool.connection() as connection:
        (page,) = connection.execute("SELECT page FROM ledger.event").fetchone()
        row = connection.execute(
            "SELECT name, effective, actor, payload, sealed_under FROM ledger.page"
        ).fetchone()
    assert b"Budi" not in page
    assert b"telepon" not in page
    assert row[:3] == ("conduct.discipline_began@1", "2025-08-02", "wali-7")
    assert row[3] == {"measure": "F-1", "level": "berat", "document": "BA.F/1"}
    assert sorted(field for fields in row[4].values() for field in fields) == [
        "/evidence/0/number",
        "/payload/offence",
        "/reason",
    ]


def test_another_master_key_opens_nothing_and_writes_nothing(ledger, pool):
    write(ledger, draft(began()))
    with pytest.raises(MasterKeyUnreadable, match="master"):
        EventsourcingLedger(pool, MasterKey(b"x" * 32))


def test_what_was_known_at_an_instant_does_not_change_when_the_clock_was_set_back(ledger, database):
    write(ledger, draft(assessed()))
    with psycopg.connect(database) as owner:  # as it would be after the clock was set back by much
        owner.execute("ALTER TABLE ledger.event DISABLE TRIGGER immutable")
        owner.execute("UPDATE ledger.event SET recorded_at = clock_timestamp() + interval '1 hour'")
        owner.execute("ALTER TABLE ledger.event ENABLE ALWAYS TRIGGER immutable")
    (page,) = ledger.read(stream())
    for key in "abc":
        write(ledger, draft(assessed(), to=stream(key)))
    assert ledger.position_at(page.recorded_at) == 1
    times = [one.recorded_at for one in ledger.read_after(0)]
    assert times == sorted(set(times))


def test_what_was_known_at_an_instant_waits_for_a_writer_who_has_the_time_already(
    ledger, pool, database
):
    write(ledger, draft(assessed()))
    with ThreadPoolExecutor(1) as hand:
        with pool.connection() as writer, writer.transaction():
            (stamped,) = writer.execute(
                "INSERT INTO ledger.event (stream, version, name, event_id, page, prev_hash) VALUES"
                " ('case:2', 1, 'x@1', gen_random_uuid(), '', decode(repeat('00', 32), 'hex'))"
                " RETURNING recorded_at"
            ).fetchone()
            # The writer's own stamp: another clock than the database's may have been set meanwhile.
            asked = hand.submit(ledger.position_at, stamped)
            await_somebody_who_waits(database)
            assert not asked.done()
        assert asked.result(10) == 2


def await_somebody_who_waits(database):
    """Wait until a session of this database waits for an advisory lock."""
    waiting = (
        "SELECT FROM pg_locks JOIN pg_database ON oid = database WHERE NOT granted"
        " AND locktype = 'advisory' AND datname = current_database()"
    )
    until = monotonic() + 10
    with psycopg.connect(database, autocommit=True) as owner:
        while not owner.execute(waiting).rowcount:
            assert monotonic() < until, "nobody waits"
            sleep(0.005)


def test_nothing_that_writes_a_page_notifies(database):
    """A NOTIFY takes a lock of the whole server at COMMIT: appends were 2 to 8 times slower."""
    says = (
        "SELECT proname FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace AND prosrc ~* %s"
    )
    with psycopg.connect(database) as owner:
        assert owner.execute(says, ["notify"]).fetchall() == []
        assert ("refuse",) in owner.execute(says, ["raise exception"]).fetchall()

"""What the database itself asks of pages, by whatever path they come, and finds by their times."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from pages import ACTOR, assessed, draft, stream, write
from psycopg import errors

from application.ledger import BEGINNING, Command
from infrastructure.entry import EVERYTHING, Entry, StoredAnswer

LAST = "(SELECT max(recorded_at) FROM ledger.event)"
ROW = "({position}, 'case:{stream}', {version}, 'x@1', gen_random_uuid(), {page}, {prev}, {at})"
PAGE = "convert_to('{}', 'UTF8')"
NOTHING = "decode(repeat('00', 32), 'hex')"
AFTER_THE_PAGE = f"sha256({PAGE})"
TABLE = "(position, stream, version, name, event_id, page, prev_hash, recorded_at)"


def row(position, stream="n", version=1, prev=NOTHING, at=LAST):
    return ROW.format(
        position=position, stream=stream, version=version, page=PAGE, prev=prev, at=at
    )


def of_a_stream(position, at=LAST):
    """Return two pages of one stream, the second after the first."""
    return [row(position, at=at), row(position + 1, version=2, prev=AFTER_THE_PAGE, at=at)]


@pytest.fixture
def insert(ledger, database):
    """Insert rows as the owner, who may give positions and times; nothing of it stays."""
    write(ledger, draft(assessed()), draft(assessed(), to=stream("2")))

    def insert(rows):
        with psycopg.connect(database) as connection:
            connection.execute(f"INSERT INTO ledger.event {TABLE} VALUES {', '.join(rows)}")  # noqa: S608
            connection.rollback()

    return insert


def test_pages_that_continue_are_taken(insert):
    insert([*of_a_stream(3), row(5, "m")])
    insert([row(3), row(4, "m", at=f"{LAST} + interval '1 microsecond'")])


ODD = {
    "a gap before them": [row(4)],
    "a gap among them": [row(3), row(5, "m")],
    "before the first": [row(0)],
    "a version without the one before": [row(3, version=2)],
    "not the hash of the page before": [row(3, "1", version=2)],
    "a first page after another": [row(3, prev=AFTER_THE_PAGE)],
    "not the hash of the page beside it": [row(3), row(4, version=2, prev=NOTHING)],
    "a version left out": [row(3), row(4, version=3, prev=AFTER_THE_PAGE)],
    "earlier than the last": [row(3, at=f"{LAST} - interval '1 microsecond'")],
    "back in time": [row(3, at=f"{LAST} + interval '1 microsecond'"), row(4, "m")],
    "in an hour": [row(3, at="now() + interval '1 hour'")],
    "one in an hour": [row(3), row(4, "m", at="now() + interval '1 hour'")],
}


def test_pages_that_do_not_continue_are_refused_whoever_brings_them(insert):
    for why, rows in ODD.items():
        with pytest.raises(errors.UniqueViolation) as refused:
            insert(rows)
        assert refused.value.diag.constraint_name == "event_continues_its_stream", why


def test_requests_of_one_group_are_told_their_own_positions_and_again_by_their_keys(ledger):
    recorder = ledger._page_recorder  # noqa: SLF001  # a group of a certain make-up

    def request(key, *streams, answer=True):
        pages = [ledger.mapper.row(draft(assessed(), to=stream(one)), BEGINNING) for one in streams]
        heads = [(str(stream(one)), 0, BEGINNING) for one in (*streams, f"{key}-beside")]
        digest = ledger._digest(Command(key=key, body=b""))  # noqa: SLF001
        said = '{"written": [], "versions": {}}'
        told = StoredAnswer(ACTOR.id, key, digest, said) if answer else None
        return Entry(pages, heads, told, EVERYTHING)

    group = [
        request("a", "1", "2"),
        request("b"),
        request("c", "3", answer=False),
        request("d", "4"),
    ]
    assert recorder._writing.write(group) == [1, 0, 3, 4]  # noqa: SLF001
    firsts = [recorder.answer(ACTOR.id, key) for key in "abcd"]
    assert [one and one[1]["first"] for one in firsts] == [1, None, None, 4]
    assert [str(page.stream) for page in ledger.read_after(0)] == [
        f"case:{number}" for number in "1234"
    ]


def test_a_head_that_is_only_decided_on_sends_a_group_the_careful_way(ledger):
    recorder = ledger._page_recorder  # noqa: SLF001
    write(ledger, draft(assessed()))
    (beside,) = [(str(stream()), 0, BEGINNING)]  # it has moved on
    page = ledger.mapper.chained(draft(assessed(), to=stream("2")), BEGINNING)
    other = replace(page, originator_id="case:3", event_id=draft(assessed()).event_id)
    outcomes = recorder._writing.write(  # noqa: SLF001
        [
            Entry([page.row], [(page.originator_id, 0, BEGINNING), beside], None, EVERYTHING),
            Entry([other.row], [(other.originator_id, 0, BEGINNING)], None, EVERYTHING),
        ]
    )
    assert str(outcomes[0]) == str(stream())
    assert outcomes[1] == ledger.position() == 2


def test_an_instant_is_found_among_times_that_are_far_apart_and_close_together(ledger, database):
    for number in range(23):
        write(ledger, draft(assessed(), to=stream(str(number))))
    hour = datetime(2025, 8, 1, 12, tzinfo=UTC)
    times = [hour + timedelta(seconds=(number // 3) * 7) for number in range(23)]
    with psycopg.connect(database) as owner:  # three to an instant, seconds from the next
        owner.execute("ALTER TABLE ledger.event DISABLE TRIGGER immutable")
        owner.execute(
            "UPDATE ledger.event SET recorded_at = (%s::timestamptz[])[position]", (times,)
        )
        owner.execute("ALTER TABLE ledger.event ENABLE ALWAYS TRIGGER immutable")
    asked = {time + timedelta(microseconds=shift) for time in times for shift in (-1, 0, 1)}
    for instant in sorted(asked | {hour - timedelta(days=9), hour + timedelta(days=9)}):
        assert ledger.position_at(instant) == sum(time <= instant for time in times)


def test_an_empty_ledger_knew_nothing_at_any_time(ledger):
    assert ledger.position_at(datetime.now(UTC)) == 0

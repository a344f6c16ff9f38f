"""What becomes of rows that were checked, when others write between the check and the writing."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest
from import_files import assessed, line, taken_over, unit_named
from uuid_utils import uuid7

from api.import_rows import opened_rows
from application import import_writing
from application.append import ATTEMPTS_MAX
from application.import_writing import Writing
from application.importing import Fate, Import
from application.ledger import Conflict
from domain.record import Actor, StreamId
from infrastructure.import_keys import KeyedDigests
from infrastructure.in_turn import InTurn

pytestmark = pytest.mark.long

RELEASED = line("case:BI-1", "custody.released", "2025-03-01", kind="bebas_murni", document="SK/1")
MEASURE = {"level": "ringan", "offence": "Berkelahi", "document": "BA-1"}
RECORDED, THERE = Fate.RECORDED, Fate.ALREADY_RECORDED


def disciplined(number):
    measure = {"measure": f"F-{number}", **MEASURE}
    return line("case:BI-1", "conduct.discipline_began", "2025-04-01", **measure)


class Desk:
    """One who imports: a file is checked, and written later."""

    def __init__(self, ledger, pool, folder) -> None:
        self.ledger, self.folder = ledger, folder
        self.keys = KeyedDigests(ledger.keys)
        self.files = count()
        self.shared = Import(
            ledger=ledger,
            in_turn=InTurn(ledger, pool),
            keys=self.keys,
            new_id=lambda: str(uuid7()),
            now=lambda: datetime(2026, 1, 1, tzinfo=UTC),
            actor=Actor(id="import", role="operator", unit=None, agency=None, on_behalf_of=None),
            purpose="pembinaan",
            correlation_id="c",
        )

    def checked(self, *lines):
        path = self.folder / f"{next(self.files)}.ndjson"
        path.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
        with opened_rows(path, "ndjson", self.keys) as rows:
            return list(self.shared.check().outcomes(rows))

    def written(self, checked, *, in_turn=None, most=import_writing.EVENTS_MOST):
        shared = replace(self.shared, in_turn=in_turn or self.shared.in_turn)
        writing = Writing(shared, events_most=most)
        return [(one.number, one.fate) for one in writing(checked)]

    def told(self, *lines):
        return self.written(self.checked(*lines))

    def names(self):
        return [page.event.stored_as for page in self.ledger.walk()]

    def stream(self, kind, own_key):
        return StreamId(kind=kind, key=self.keys.new_key(kind, own_key))


@pytest.fixture
def desk(ledger, pool, tmp_path):
    return Desk(ledger, pool, tmp_path)


def test_a_file_in_several_transactions_is_what_it_would_be_in_one(desk):
    rows = [unit_named()]
    for number in range(1, 4):
        rows += [taken_over(number), assessed(number, 1), assessed(number, 2)]
    checked = desk.checked(*rows, taken_over(1))
    ready = [one for one in checked if one.decided]
    assert [fate for _, fate in desk.written(ready, most=2)] == [RECORDED] * 10
    assert [page.event_id for page in desk.ledger.walk()] == [
        page.event_id for one in ready for page in one.decided.drafts
    ]
    case = desk.ledger.read(desk.stream("case", "BI-1"))
    assert [page.prev_hash for page in case[1:]] == [page.hash for page in case[:-1]]


def test_two_who_import_the_same_file_record_it_once(desk):
    rows = [unit_named(), taken_over(1), assessed(1, 1), taken_over(2)]
    mine, other = desk.checked(*rows), desk.checked(*rows)
    assert {fate for _, fate in desk.written(mine)} == {RECORDED}
    before = desk.ledger.position()
    assert desk.written(other) == [(number, THERE) for number in range(1, 5)]
    assert desk.ledger.position() == before


def test_a_stream_that_has_moved_on_is_read_anew_and_no_row_is_lost_or_doubled(desk):
    desk.told(unit_named(), taken_over(1))
    checked = desk.checked(taken_over(2), assessed(1, 1), assessed(2, 1), taken_over(3))
    desk.told(assessed(1, 2))
    assert desk.written(checked) == [(number, RECORDED) for number in range(1, 5)]
    assert desk.names().count("conduct.assessed") == 3
    assert desk.names().count("custody.taken_over") == 3


def test_what_no_longer_fits_is_refused_and_what_follows_in_its_stream_is_not_tried(desk):
    desk.told(unit_named(), taken_over(1))
    out = {"purpose": "sidang", "destination": "PN Medan", "expected_back": None, "document": "B"}
    checked = desk.checked(
        taken_over(2),
        line("case:BI-1", "custody.went_out", "2025-04-01", **out),
        assessed(1, 1),
        assessed(2, 1),
    )
    desk.told(RELEASED)
    assert desk.written(checked) == [
        (1, RECORDED),
        (2, Fate.BAD),
        (3, Fate.NOT_TRIED),
        (4, RECORDED),
    ]
    assert "custody.went_out" not in desk.names()


def test_whoever_was_forgotten_in_the_meantime_is_refused_alone(desk):
    rows = [taken_over(number) for number in range(1, 8)]
    checked = desk.checked(unit_named(), *rows, assessed(4, 1))
    desk.ledger.keys.forget_here([desk.stream("person", "P-4").key])
    fates = dict(desk.written(checked))
    assert [number for number, fate in fates.items() if fate is not RECORDED] == [5, 9]
    assert (fates[5], fates[9]) == (Fate.BAD, Fate.NOT_TRIED)
    assert desk.names().count("custody.taken_over") == 6


def test_whoever_loses_every_time_hears_of_it_and_what_was_written_stays(desk):
    desk.told(unit_named(), taken_over(1))
    checked = desk.checked(taken_over(2), disciplined("mine"), taken_over(3))
    others, in_turn = count(1), desk.shared.in_turn

    def too_late(bundles):
        """Let somebody else write to the case each time that a row of it was decided."""
        for bundle in bundles:
            if desk.stream("case", "BI-1") in bundle.heads:
                desk.told(disciplined(next(others)))
            yield bundle

    with pytest.raises(Conflict):
        desk.written(checked, in_turn=lambda bundles: in_turn(too_late(bundles)))
    assert next(others) > ATTEMPTS_MAX
    assert desk.ledger.read(desk.stream("case", "BI-2"))
    assert not desk.ledger.read(desk.stream("case", "BI-3"))


def test_an_import_ends_with_a_commit_although_everything_is_there(desk):
    """What is told as recorded may have been left by a run that never heard of its commit."""
    desk.told(unit_named())
    commits, in_turn = [], desk.shared.in_turn

    def counted(bundles):
        for one in in_turn(bundles):
            commits.append(len(one))
            yield one

    again = [one for one in desk.checked(unit_named()) if one.decided]
    assert desk.written(again, in_turn=counted) == []
    assert commits == [0]

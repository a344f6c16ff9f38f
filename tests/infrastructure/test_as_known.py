"""Read models at another time: the plain fold of what stood then, whatever was told later."""

import json
from contextlib import ExitStack
from dataclasses import fields, replace
from datetime import datetime, time
from types import SimpleNamespace

import pytest
from corrected_story import CASES, Story
from fold import rows as rows_of
from pydantic_core import to_jsonable_python
from strategies import DAYS

from application.journeys import holds
from application.read_models import Access, Busy, Question, Then
from application.standing import standing
from domain.catalogue import ANNOTATIONS
from domain.kernel import DataClass, Refused, data_classes
from domain.time import Zone
from infrastructure import as_known, folded_then, streams_then
from infrastructure.asking import Asking
from infrastructure.blind_words import words_of
from infrastructure.master_key import MasterKey
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import RowSeals
from projections.case_summary import CASE_SUMMARY
from projections.catalogue import PROJECTIONS
from projections.kernel import Scope, Stated

pytestmark = pytest.mark.long
"""Every answer of random histories, folded anew."""

UNITS = ("RUTAN-MEDAN", "RUTAN-MEDA2")
"""Those that random facts name."""
HELD_AS = {case.key: str(1 + number % 2) for number, case in enumerate(CASES)}
"""Whose case each is."""
EVERYWHERE = Access(everywhere=True, units=frozenset())
ALL_ROWS = Question(where={}, words=(), after=None, limit=None)
TIMES = (
    None,
    *DAYS[1:5],
    *(datetime.combine(day, time(1), Zone.WITA.offset) for day in DAYS[2:4]),
)


class Custody(Story):
    """A story in which the people that there are were held in the cases that there are."""

    def _tell(self, stream, event, **changes):
        names = {field.name for field in fields(event)}
        if "person" in names and stream.kind == "case":
            event = replace(event, person=HELD_AS[stream.key])
        if "case" in names:
            own = [case for case, person in HELD_AS.items() if person == stream.key]
            cases = own if stream.kind == "person" else list(HELD_AS)
            event = replace(event, case=self.random.choice(cases))
        page = super()._tell(stream, event, **changes)
        if stream.kind == "case":
            page = self._drafts[-1] = replace(page, subject=HELD_AS[stream.key])
        return page


class Watched:
    """A story, read models that follow it, and every answer that they gave."""

    def __init__(self, ledger, pool, seed) -> None:
        self.story, self.answers = Custody(ledger, seed), {}
        self.random = self.story.random
        seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
        self.models = PostgresReadModels(ledger, pool, seals, PROJECTIONS)
        self.models.follower.prepare()

    def run(self, corrections, look_every):
        looks = 0
        while self.story.corrections < corrections:
            self.story.write(self.random.randint(1, self.random.choice((5, 40, 90))))
            if self.random.random() < 0.8:  # else the tables are behind when they are asked
                while self.models.follower.advance(60):
                    pass
            if self.story.corrections // look_every > looks:
                looks = self.story.corrections // look_every
                for _ in range(3):
                    self.look(self.random.randint(0, self.story.ledger.position()))
                self.look(self.story.ledger.position())
        for (projection, then, access), before in self.answers.items():
            assert self.ask(projection, then, access) == before, (projection, then, access)

    def look(self, position):
        """Ask every read model about one time, compare, and remember what it said."""
        access = self.random.choice(
            [EVERYWHERE, *(Access(everywhere=False, units=frozenset({one})) for one in UNITS)]
        )
        valid_at = self.random.choice(TIMES)
        for projection in PROJECTIONS:
            has_valid_time = not (projection.as_told or set(projection.events) & set(ANNOTATIONS))
            then = Then(
                valid_at=valid_at if has_valid_time else None, known_at=None, position=position
            )
            said = self.ask(projection.name, then, access)
            rows = self.plain(projection, then, access)
            assert said == letters(rows.items()), (projection.name, then, access)
            self.answers[projection.name, then, access] = said
            self.look_closer(projection, then, access, rows)

    def look_closer(self, projection, then, access, rows):
        """Ask for some of the rows, and for all of them by pages."""
        if not rows:
            return
        question, row = replace(ALL_ROWS, then=then), self.random.choice(list(rows.values()))
        said = " ".join(str(getattr(row, name) or "") for name in projection.indexed)
        if words := words_of(said):
            question = replace(question, words=(self.random.choice(words),))
            assert row in [
                one for _, one in self.models.ask(projection.name, question, access).rows
            ]
        marks = data_classes(projection.row).items()
        column = self.random.choice([name for name, mark in marks if mark is DataClass.NONE])
        value, question = getattr(row, column), replace(ALL_ROWS, then=then)
        if isinstance(value, str | bool | int):
            narrowed = replace(question, where={column: value})
            found = self.models.ask(projection.name, narrowed, access)
            assert letters(found.rows) == letters(
                (key, one) for key, one in rows.items() if getattr(one, column) == value
            )
        found = self.models.ask(
            projection.name, replace(question, where={column: Stated.ANY}), access
        )
        assert letters(found.rows) == letters(
            (key, one) for key, one in rows.items() if getattr(one, column) is not None
        )
        paged, page = [], self.models.ask(projection.name, replace(question, limit=2), access)
        while page.rows:
            paged += page.rows
            after = replace(question, limit=2, after=page.rows[-1][0])
            page = self.models.ask(projection.name, after, access)
        assert letters(paged) == letters(rows.items())

    def ask(self, name, then, access):
        page = self.models.ask(name, replace(ALL_ROWS, then=then), access)
        assert page.position == then.position
        return letters(page.rows)

    def plain(self, projection, then, access):
        """The rows that the pages known by then come to, as far as they held and were in sight."""
        rows = self.folded(projection, then)
        if access.everywhere:
            return rows
        cases = self.folded(CASE_SUMMARY, then)
        seen = {key for key, one in cases.items() if {one.unit, one.destination} & access.units}
        return {key: row for key, row in rows.items() if in_sight(projection, row, access, seen)}

    def folded(self, projection, then):
        streams = [
            [page for page in self.story.ledger.read(stream) if page.position <= then.position]
            for stream in self.story.heads
        ]
        told = [page for pages in streams for page in pages]
        if not projection.as_told:
            said = [page for page in told if isinstance(page.event, ANNOTATIONS)]
            stand = [page for pages in streams for page in standing(pages)]
            told = said + [page for page in stand if not isinstance(page.event, ANNOTATIONS)]
        if then.valid_at is not None:
            told = [page for page in told if holds(page.event, then.valid_at)]
        told = [page for page in told if type(page.event) in projection.events]
        rows = rows_of(projection, sorted(told, key=lambda page: page.position))
        return {
            key: row
            for key, row in sorted(rows.items())
            if all(getattr(row, name) == value for name, value in projection.listed.items())
        }


def in_sight(projection, row, access, cases):
    match projection.scope:
        case Scope.CASE if row.case is not None:
            return row.case in cases
        case Scope.CASE | Scope.UNIT:
            return bool(
                {getattr(row, "unit", None), getattr(row, "destination", None)} & access.units
            )
        case Scope.UNITS:
            return not row.units or bool(access.units & set(row.units))
        case Scope.SERVICE:
            return True


def letters(rows):
    """Rows as an answer writes them."""
    return [(key, json.dumps(to_jsonable_python(row, serialize_unknown=True))) for key, row in rows]


def test_an_answer_for_another_time_is_the_fold_of_what_stood_then_and_stays_so(ledger, pool):
    Watched(ledger, pool, seed=1).run(corrections=16, look_every=8)


def test_few_are_answered_at_once_and_nobody_waits_for_what_takes_minutes(
    ledger, pool, monkeypatch
):
    watched = Watched(ledger, pool, seed=2)
    watched.story.write(60)
    while watched.models.follower.advance(60):
        pass
    tables = watched.models.follower.tables
    asking = Asking(tables, tables["timeline"].seals)
    answering = as_known.AsKnown(ledger, pool, tables, asking)
    then = Then(valid_at=None, known_at=None, position=20)

    def ask():
        return answering.ask(tables["timeline"], ALL_ROWS, then, EVERYWHERE).rows

    assert ask()
    monkeypatch.setattr(as_known, "WAIT_SECONDS", 0)
    with ExitStack() as others:
        for _ in range(as_known.AT_ONCE):
            others.enter_context(answering.place())
        with pytest.raises(Busy):
            ask()
    assert ask(), "once there is a place again"
    monkeypatch.setattr(folded_then, "STREAMS_MOST", 1)
    with pytest.raises(Refused) as refused:
        ask()
    assert (refused.value.code, refused.value.field) == ("read_model.too_much_then", "known_at")


@pytest.mark.long
@pytest.mark.parametrize("near", [0, 30, 10_000])
@pytest.mark.parametrize("seed", range(1))
def test_so_it_is_over_long_histories_looked_through_or_asked_stream_by_stream(
    ledger, pool, seed, near, monkeypatch
):
    monkeypatch.setattr(streams_then, "NEAR", near)
    monkeypatch.setattr(streams_then, "SOME", 2)
    Watched(ledger, pool, seed=100 + seed).run(corrections=100, look_every=10)


def test_what_is_wanted_is_not_gone_through_for_each_row():
    told = []

    class Case(str):
        __slots__ = ()

        def __str__(self) -> str:
            told.append(self)
            return super().__str__()

    question = replace(ALL_ROWS, where={"case": (Case("1"), Case("3"))})
    table = SimpleNamespace(projection=CASE_SUMMARY)
    asked = as_known.Asked(table=table, question=question, access=EVERYWHERE, kinds=frozenset())
    rows = [SimpleNamespace(case=str(number)) for number in range(5)]
    assert [row.case for row in rows if asked.wants(row.case, row)] == ["1", "3"]
    assert len(told) == 2

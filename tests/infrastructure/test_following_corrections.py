"""Read models follow corrections by themselves, and hold at every position what a replay says."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from types import SimpleNamespace

import pytest
from corrected_story import Story
from folded_tables import ensure_folded
from strategies import one
from told_corrections import Hands
from uuid_utils import uuid7

from application.append import Append
from application.correcting import Correcting
from application.demo import demo_plan, run
from application.standing import standing
from domain.catalogue import ANNOTATIONS
from domain.conduct import ConductAssessed, DisciplineBegan, DisciplineLevel
from domain.kernel import Open, Refused, Value
from infrastructure.master_key import MasterKey
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import RowSeals
from projections.catalogue import PROJECTIONS
from projections.kernel import Projection, Scope


class Tally(Value):
    """What was told under one key, in the order of telling."""

    told: Open[tuple[str, ...]]


def tallied(row, page):
    """Poison where the score is two, or the row long; the third of its kind may remove the row."""
    told = (*(row.told if row else ()), str(page.position))
    if isinstance(page.event, ConductAssessed) and page.event.score == 2:
        raise ZeroDivisionError
    if len(told) > 9:
        raise OverflowError
    return None if isinstance(page.event, DisciplineBegan) and len(told) == 3 else Tally(told=told)


def by_day(page):
    """Poison where the offence is a light one: nobody knows then which row it is about."""
    if isinstance(page.event, DisciplineBegan) and page.event.level is DisciplineLevel.RINGAN:
        raise FloatingPointError
    return f"{page.stream.key}/{page.event.effective.day}"


POISONED = Projection(
    name="poisoned",
    version=1,
    row=Tally,
    events=(ConductAssessed, DisciplineBegan),
    key=by_day,
    evolve=tallied,
    scope=Scope.SERVICE,
    within_stream=True,
)
ACROSS = replace(
    POISONED,
    name="across",
    key=lambda page: by_day(page).partition("/")[2],
    within_stream=False,
)
ALL = (*PROJECTIONS, POISONED, ACROSS)


class Followed:
    """A story, and the read models that follow it."""

    def __init__(self, ledger, pool, seed) -> None:
        self.story, self.pool = Story(ledger, seed), pool
        seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
        self.models = PostgresReadModels(ledger, pool, seals, ALL)
        self.models.follower.prepare()

    def run(self, corrections, look_every):
        """Follow in batches of any size until so much is corrected, and look now and then."""
        random, looks = self.story.random, 0
        while self.story.corrections < corrections:
            self.story.write(random.randint(1, random.choice((5, 40, 120))))
            while self.models.follower.advance(random.randint(1, random.choice((3, 12, 60)))):
                pass
            if self.story.corrections // look_every > looks:
                looks = self.story.corrections // look_every
                self.ensure_true()
                if random.random() < 0.5:
                    self.rebuild()
        self.ensure_true()
        for same in self.models.compare([each.name for each in ALL]):
            assert same.live == same.replay, same.name
        self.rebuild()

    def rebuild(self):
        self.models.rebuild([each.name for each in ALL])
        self.ensure_true()

    def ensure_true(self):
        ensure_folded(self.models, self.pool, ALL, self.story.streams())


def test_live_rows_replay_and_rebuild_are_the_plain_fold_of_what_stands(pool, ledger):
    Followed(ledger, pool, seed=3).run(corrections=45, look_every=12)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(8))
def test_so_they_are_after_thousands_of_corrections(pool, ledger, seed):
    Followed(ledger, pool, seed).run(corrections=300, look_every=30)


class Demo:
    """The demo, and two people who correct it at random by the use case, as far as the law goes."""

    def __init__(self, ledger, seed) -> None:
        self.ledger, self.done = ledger, []
        self.random = Random(seed)  # noqa: S311  # a seed to say again
        append = Append(ledger, lambda: str(uuid7()), lambda: datetime.now(UTC))
        run(demo_plan(scale=0), append, lambda _: None, 4)
        correcting = Correcting(append=append, pages=ledger)
        self.hands = Hands(SimpleNamespace(ledger=ledger, correcting=correcting))
        self.names = sorted({page.stream for page in ledger.walk()}, key=str)
        self.cases = [name for name in self.names if name.kind == "case"]

    def streams(self):
        return [self.ledger.read(name) for name in self.names]

    def correct(self):
        """Try one correction; the law may refuse it."""
        step = self.random.choice((self._void, self._put_right, self._move, self._undo))
        with suppress(Refused):
            self.done.append(step())

    def _fact(self, names):
        facts = standing(self.ledger.read(self.random.choice(names)))
        told = [page for page in facts if not isinstance(page.event, ANNOTATIONS)]
        return self.random.choice(told) if told else self._fact(names)

    def _void(self):
        return self.hands.void(self._fact(self.names))

    def _put_right(self):
        page = self._fact(self.names)
        content = one(type(page.event), self.random.choice)
        if self.random.random() < 0.7:
            content = replace(page.event, effective=content.effective)
        return self.hands.approve(self.hands.ask(page, "correct", content=content))

    def _move(self):
        return self.hands.move(self._fact(self.cases), self.random.choice(self.cases).key)

    def _undo(self):
        if not self.done:
            return self._void()
        undone = self.random.choice(self.done)
        asked_in, _ = self.hands.services.correcting.found(undone)
        pages = self.ledger.read(asked_in)
        return self.hands.void(next(page for page in pages if page.event_id == undone))


@pytest.mark.long
def test_so_they_are_when_people_correct_the_demo(pool, ledger):
    seals = RowSeals(ledger.store, ledger.keys, ledger.keys)
    models = PostgresReadModels(ledger, pool, seals, PROJECTIONS)
    models.follower.prepare()
    demo = Demo(ledger, seed=7)
    while len(demo.done) < 150:
        demo.correct()
        while demo.random.random() < 0.5 and models.follower.advance(demo.random.randint(1, 99)):
            pass
    while models.follower.advance(demo.random.randint(1, 99)):
        pass
    ensure_folded(models, pool, PROJECTIONS, demo.streams())
    for same in models.compare([each.name for each in PROJECTIONS]):
        assert same.live == same.replay, same.name

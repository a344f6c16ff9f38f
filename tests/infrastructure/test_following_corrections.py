"""Read models follow corrections by themselves, and hold at every position what a replay says."""

from dataclasses import replace

import pytest
from corrected_story import Story, folded
from psycopg.sql import SQL

from domain.conduct import ConductAssessed, DisciplineBegan, DisciplineLevel
from domain.kernel import Open, Value
from infrastructure.master_key import MasterKey
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import AS_JSON, RowSeals
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
        for same in self.models.compare([one.name for one in ALL]):
            assert same.live == same.replay, same.name
        self.rebuild()

    def rebuild(self):
        self.models.rebuild([one.name for one in ALL])
        self.ensure_true()

    def ensure_true(self):
        """Every table holds what all comes to as it stands, and is stopped where that stops it."""
        standing, told = self.story.standing(), self.story.told()
        for projection in ALL:
            rows, stopped = folded(projection, told if projection.as_told else standing)
            assert self.rows(projection) == rows, projection.name
            assert self.stopped(projection) == stopped, projection.name

    def rows(self, projection):
        table = self.models.follower.tables[projection.name]
        query = SQL("SELECT key, {} FROM {} AS t").format(SQL(AS_JSON), table.table)
        with self.pool.connection() as connection:
            return table.rows(connection.execute(query).fetchall())

    def stopped(self, projection):
        query = "SELECT key FROM read_model.dead_letter WHERE projection = %s"
        with self.pool.connection() as connection:
            return {key for (key,) in connection.execute(query, (projection.table,))}


def test_live_rows_replay_and_rebuild_are_the_plain_fold_of_what_stands(pool, ledger):
    Followed(ledger, pool, seed=3).run(corrections=45, look_every=12)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_so_they_are_after_thousands_of_corrections(pool, ledger, seed):
    Followed(ledger, pool, seed).run(corrections=300, look_every=30)

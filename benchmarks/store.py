"""`store`: a ledger of millions of events that is filled once, kept, and measured again and again.

    jejak bench store --store-events 10000000    fills it, in the user's cache
    jejak bench read replay --store              measures in the largest one that is there

A cluster of its own lies in the cache beside the folder of its master key, and what has to be known
of it in a file. It is filled by several processes, cases growing side by side (`benchmarks.lives`);
then the read models are built, the log is sealed, and the tables are vacuumed, as in a house that
has run for years. What was broken off goes on where it stands.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Final, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from api.main import issue, open_house, tokens_of
from benchmarks.jobs import WorkerFailed
from benchmarks.lives import Share, long_case, write_share
from benchmarks.people import UNIT, copies, write_unit, write_units
from benchmarks.place import Place, cache_directory
from benchmarks.result import Result, Row, Scale, measured
from benchmarks.service import CALLER, FOLLOWED_SECONDS, Databases, Furnished
from domain.record import StreamId
from infrastructure.connections import service_pool
from infrastructure.database import open_database
from infrastructure.embedded_postgres import EmbeddedPostgres
from infrastructure.ledger import EventsourcingLedger
from infrastructure.migrations import KEYS, LEDGER, migrate
from infrastructure.postgres_tenant import wheel_binaries
from infrastructure.read_models import PostgresReadModels
from infrastructure.sealer import seal_once
from infrastructure.servers import create_unless_there
from infrastructure.settings import Settings
from infrastructure.workshops import open_workshop
from projections.case_summary import CASE_SUMMARY
from projections.catalogue import PROJECTIONS

AREA: Final = "store"
REGION: Final = "33.75"
UNITS: Final = 500
"""Units beside the one whose people are asked for."""
WRITERS: Final = 3
LONG: Final = 1_000
LONG_CASES: Final = 11
LONG_FROM: Final = 100_000
"""Events of a store that has some long cases."""
NOTE: Final = "store: kept in {}, {:,.1f} GiB; `--store` measures read and replay in it."
FILLING: Final = {"max_wal_size": "4GB", "maintenance_work_mem": "512MB"}
"""Settings while it is filled; who measures has the service's own."""


@dataclass(slots=True)
class Story:
    """What has to be known of a store: how far it is, and whom to ask about.

    ``seconds`` tells how long each step took, ``long`` the cases of a thousand events.
    """

    events: int
    people: int
    position: int = 0
    turns: int = 0
    long: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Store:
    """A folder with a cluster, the data directory of a house, and its story."""

    folder: Path

    @property
    def data(self) -> Path:
        """Return the data directory of the house: its master key and the log's."""
        return self.folder / "house"

    @property
    def story(self) -> Story:
        """Return what is known of it."""
        return Story(**json.loads((self.folder / "story.json").read_text()))

    def tell(self, story: Story) -> None:
        """Keep what is known of it."""
        fresh = self.folder / "story.new"
        fresh.write_text(json.dumps(asdict(story), indent=1))
        fresh.replace(self.folder / "story.json")

    @contextmanager
    def running(self, settings: Mapping[str, str] | None = None) -> Iterator[Place]:
        """Run its PostgreSQL, with the settings of the service unless others are given."""
        with EmbeddedPostgres(self.folder / "postgres", settings=settings) as server:
            yield Place(
                postgres=server.conninfo(), cache=cache_directory(), binaries=wheel_binaries()
            )


def databases(place: Place) -> Databases:
    """Return the databases of a store that runs."""
    ledger, keys = (make_conninfo(place.postgres, dbname=name) for name in ("ledger", "keys"))
    return Databases(ledger=ledger, keys=keys)


def settings_of(store: Store, place: Place) -> Settings:
    """Return what a house is opened with on a store."""
    there = databases(place)
    return Settings(database_url=there.ledger, keys_url=there.keys, data_dir=store.data)


def make(store: Store, events: int, people: int) -> Story:
    """Fill a store up to so many events and make it ready to be asked, as far as it is not."""
    store.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (store.folder / "story.json").exists():
        store.tell(Story(events=events, people=people))
    missing = [name for name in STEPS if name not in store.story.seconds]
    if missing:
        with store.running(FILLING) as place:
            chosen = settings_of(store, place)
            for name in missing:
                began = time.perf_counter()
                STEPS[name](chosen, store)
                story = store.story
                story.seconds[name] = time.perf_counter() - began
                store.tell(story)
    return store.story


def begin(chosen: Settings, store: Store) -> None:
    """Create the databases and what a house is born with, and record the units."""
    for url in (chosen.database_url, chosen.keys_url):
        parts = psycopg.conninfo.conninfo_to_dict(url or "")
        create_unless_there(make_conninfo(url or "", dbname="postgres"), str(parts["dbname"]))
    for url in (chosen.database_url, chosen.keys_url):
        for package in (LEDGER, KEYS):
            if url == chosen.database_url or package is KEYS:
                migrate(url or "", package)
    with open_house(chosen, as_guest=True) as house:  # who feeds begins where it ends, later
        write_units(house.ledger)
        for unit in units():
            write_unit(house.ledger, unit, REGION)


def units() -> list[str]:
    """Return the units elsewhere."""
    return [f"RUTAN-{number:03}" for number in range(UNITS)]


def fill(chosen: Settings, store: Store) -> None:
    """Write what is missing, by several processes; read models do not follow yet."""
    story = store.story
    with open_database(chosen, as_guest=True) as database:
        opening = partial(open_workshop, database, store.data)
        with opening() as shop:
            missing = story.events - shop.ledger.position()
        many = LONG_CASES if story.events >= LONG_FROM and not story.turns else 0
        long = [next(copies(long_case(LONG), number)) for number in range(many)]
        first = 1 + story.turns * 2 * UNITS
        story.turns += 1
        story.long = story.long or tuple(case[-1].stream.key for case in long)
        store.tell(story)
        missing -= sum(map(len, long))
        shares = [
            Share(
                units()[n::WRITERS],
                first + n,
                -(-missing // WRITERS),
                UNIT,
                story.people // WRITERS,
            )
            for n in range(WRITERS)
        ]
        with ProcessPoolExecutor(WRITERS, mp_context=get_context("spawn")) as hands:
            todo = [
                hands.submit(write_share, opening, share, long if n == 0 else [])
                for n, share in enumerate(shares)
            ]
            for one in todo:
                one.result()


def build(chosen: Settings, store: Store) -> None:
    """Build all read models, by all processes, while nobody follows."""
    with house_at_rest(chosen, store) as models:
        models.rebuild([projection.name for projection in PROJECTIONS])


def follow(chosen: Settings, store: Store) -> None:
    """Have the house catch up with what was recorded meanwhile."""
    del store
    with open_house(chosen) as house:
        if not house.read_models.wait(house.ledger.position(), FOLLOWED_SECONDS):
            raise WorkerFailed("the read models do not catch up")


def seal(chosen: Settings, store: Store) -> None:
    """Put everything into the log, and sign."""
    seal_once(chosen.database_url or "", store.data)


def vacuum(chosen: Settings, store: Store) -> None:
    """Do at once what PostgreSQL does by and by, and keep how many events there are."""
    for url in (chosen.database_url or "", chosen.keys_url or ""):
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("VACUUM (ANALYZE)")
            owner.execute("CHECKPOINT")
    with psycopg.connect(chosen.database_url or "") as owner:
        row = owner.execute("SELECT max(position) FROM ledger.event").fetchone()
    story = store.story
    story.position = row[0] if row else 0
    store.tell(story)


@contextmanager
def house_at_rest(chosen: Settings, store: Store) -> Iterator[PostgresReadModels]:
    """Give the read models of a house that follows nothing."""
    with open_database(chosen, as_guest=True) as database:
        opening = partial(open_workshop, database, store.data)
        # A pool as a service has it: a workshop's is for one who fills, and four make indexes.
        with opening() as shop, service_pool(database.service) as pool:
            models = PostgresReadModels(shop.ledger, pool, shop.seals, PROJECTIONS, opening=opening)
            models.follower.prepare()
            yield models


STEPS: Final[Mapping[str, Callable[[Settings, Store], None]]] = {
    "begin": begin,
    "fill": fill,
    "build": build,
    "follow": follow,
    "seal": seal,
    "vacuum": vacuum,
}


@dataclass(frozen=True, slots=True)
class Running:
    """A store whose PostgreSQL runs, with the service's own settings."""

    store: Store
    place: Place

    @property
    def settings(self) -> Settings:
        """Return what a house is opened with."""
        return settings_of(self.store, self.place)

    @property
    def events(self) -> int:
        """Return how many events it was filled with."""
        return self.store.story.position

    @property
    def long(self) -> Sequence[StreamId]:
        """Return the cases of a thousand events."""
        return [StreamId(kind="case", key=key) for key in self.store.story.long]

    def cases(self, many: int) -> Iterator[Sequence[StreamId]]:
        """Yield so many cases of convicts elsewhere, and others each time."""
        rows = self._asked("unit <> %s AND legal_status = 'narapidana' ORDER BY hashtext(key)")
        while some := [StreamId(kind="case", key=key) for (key,) in islice(rows, many)]:
            yield some

    def furnished(self) -> Furnished:
        """Return what a service is started on: the unit's cases, and a token."""
        return Furnished(
            databases=databases(self.place),
            data=self.store.data,
            token=issue(tokens_of(self.settings), CALLER),
            cases=[(key, 0) for (key,) in self._asked("unit = %s ORDER BY key")],
            events=self.events,
        )

    def _asked(self, condition: LiteralString) -> Iterator[tuple[str]]:
        table = sql.Identifier("read_model", CASE_SUMMARY.table)
        query = sql.SQL("SELECT key FROM {} WHERE {}").format(table, sql.SQL(condition))
        with psycopg.connect(self.settings.database_url or "") as owner:
            yield from owner.execute(query, (UNIT,)).fetchall()


@contextmanager
def ledger_of(chosen: Settings) -> Iterator[EventsourcingLedger]:
    """Open a ledger that has read nothing yet, with the keys of its house."""
    with (
        open_database(chosen, as_guest=True) as database,
        open_workshop(database, chosen.data_dir) as shop,
    ):
        yield shop.ledger


@contextmanager
def running(store: Store, settings: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Run a store, brought up to this edition; it needs nothing more to be read."""
    with store.running(settings) as place:
        there = databases(place)
        migrate(there.ledger, LEDGER)
        migrate(there.keys, KEYS)
        yield Running(store, place)


def kept() -> Store:
    """Return the largest store that is ready; raise `LookupError` where there is none."""
    found = [Store(one.parent) for one in cache_directory().glob("store-*/story.json")]
    ready = [one for one in found if one.story.seconds.keys() >= STEPS.keys()]
    if not ready:
        raise LookupError("jejak bench store")
    return max(ready, key=lambda one: one.story.position)


def run(scale: Scale, place: Place) -> Result:
    """Make a store of so many events, or tell of the one that is there."""
    del place  # it has a server of its own
    store = Store(cache_directory() / f"store-{scale.store_events}")
    story = make(store, scale.store_events, scale.people)
    folders = (store.folder / one for one in ("postgres", "house"))
    size = sum(one.stat().st_size for top in folders for one in top.rglob("*") if one.is_file())
    return Result(rows=tuple(_rows(story)), notes=(NOTE.format(store.folder, size / 2**30),))


def _rows(story: Story) -> Iterator[Row]:
    """Yield what each step came to; they were done once."""
    for step in ("fill", "build", "seal"):
        note = f"{story.position:,} events in {story.seconds[step]:,.0f} s"
        rate = story.position / story.seconds[step]
        yield measured(AREA, step, "events/s", [rate], note=note)

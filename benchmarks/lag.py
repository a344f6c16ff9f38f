"""`lag`: how long after its append an event is seen, at a steady rate of appends.

Two who look: a follower of the tail (as feeds and streams will be), and whoever waits for all read
models (as ``?after=`` does). One process appends, one event per call, on a fixed schedule; a second
process holds nothing but a tail of its own, told by NOTIFY, as a second machine would be. In runs
of their own the second process is a projector, and whoever waits does so where the appends are.
"""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from threading import Thread
from typing import Any, Final

from application.ledger import BEGINNING, Head
from benchmarks.beside_peers import Peers, beside_peers
from benchmarks.jobs import python_worker, work_off
from benchmarks.people import ACTOR, copies, whole_case
from benchmarks.place import Place
from benchmarks.result import Result, Row, Scale, measured, percentile
from domain.record import Draft
from infrastructure.connections import service_pool
from infrastructure.ledger import EventsourcingLedger
from infrastructure.master_key import MasterKey
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import RowSeals
from infrastructure.tail import Tail
from projections.catalogue import PROJECTIONS

AREA: Final = "lag"
UNIT: Final = "ms (p99)"
RATE: Final = 500
"""Events per second."""
WRITERS: Final = 8
LEAST_EVENTS: Final = 20
MOST_MS: Final = 50.0
PATIENCE_SECONDS: Final = 30.0
GOAL: Final = f"p99 under {MOST_MS:g} ms at {RATE} events/s"
VISIBLE: Final = "visible in all read models"
APART: Final = "visible in all read models, projector apart"
FOLLOWED: Final = "handed to a follower of the tail"
ELSEWHERE: Final = "handed to a follower in another process"
PEERS: Final = Peers(
    area=AREA,
    what="news",
    names=(
        "raw: NOTIFY in the transaction",
        "stock: its subscription",
        "Emmett: its consumer",
        "UmaDB: its subscription",
    ),
)
LOAD: Final = f"{RATE} events/s"
SECRET: Final = b"k" * 32
NOTES: Final = (
    (
        "lag: measured from the return of the append (its durable commit) to the moment at which"
        f" the other side has it; {len(PROJECTIONS)} projections are kept up to date meanwhile."
    ),
    (
        "lag: peers append events of 600 bytes at the same rate and hand them to one subscriber in"
        " the same process, and nothing is kept up to date meanwhile. They take turns among"
        " themselves, in the minute before."
    ),
)


def run(scale: Scale, place: Place) -> Result:
    """Append at a steady rate, and measure what each side waits."""
    samples: dict[str, list[float]] = {VISIBLE: [], APART: [], FOLLOWED: [], ELSEWHERE: []}
    events = max(int(RATE * scale.seconds), LEAST_EVENTS)
    job = {"events": events, "rate": RATE, "writers": WRITERS}
    peers = beside_peers(PEERS, {LOAD: job}, scale, place)[LOAD]
    for _ in range(scale.runs):
        for subject, waits in (*_within(place, events), *_apart(place, events)):
            samples[subject].append(percentile([wait * 1000 for wait in waits], 0.99))
    rows = {subject: _row(subject, found) for subject, found in samples.items()}
    beside = [rows[FOLLOWED].beside(peer) for peer in peers]
    others = [row for subject, row in rows.items() if subject != FOLLOWED]
    return Result(rows=(*peers, *beside, *others), notes=NOTES)


def _within(place: Place, events: int) -> Iterator[tuple[str, list[float]]]:
    """Yield what each side waits where one process appends and projects."""
    with (
        place.database() as dsn,
        python_worker("benchmarks.lag") as elsewhere,
        opened(dsn) as scene,
    ):
        elsewhere.ask(dsn=dsn, projects=False)
        elsewhere.begin(events=events)
        scene.appended(events)
        told: dict[str, float] = elsewhere.answer()["seen"]
    far = {int(position): at for position, at in told.items()}
    for subject, seen in ((VISIBLE, scene.visible), (FOLLOWED, scene.seen), (ELSEWHERE, far)):
        yield subject, scene.waits(seen)


def _apart(place: Place, events: int) -> Iterator[tuple[str, list[float]]]:
    """Yield what whoever asks the process that appends waits for another, which projects."""
    with (
        place.database() as dsn,
        python_worker("benchmarks.lag") as projector,
        opened(dsn, projects=False) as scene,
    ):
        projector.ask(dsn=dsn, projects=True)
        scene.appended(events)
    yield APART, scene.waits(scene.visible)


def _row(subject: str, found: list[float]) -> Row:
    return measured(AREA, subject, UNIT, found, goal=GOAL).under(MOST_MS)


@dataclass(slots=True)
class Scene:
    """One process that appends and projects: at which moment each position was where."""

    ledger: EventsourcingLedger
    models: PostgresReadModels
    done: dict[int, float] = field(default_factory=dict)
    seen: dict[int, float] = field(default_factory=dict)
    visible: dict[int, float] = field(default_factory=dict)
    rate: float = RATE

    def appended(self, events: int) -> None:
        """Append events on schedule while two threads look, and wait until all is seen."""
        openings = (page for case in copies(whole_case(3)) for page in case if page.version == 1)
        drafts = list(islice(openings, events))
        self.ledger.codec.make_keys(drafts)
        looks = [Thread(target=look, args=(events,)) for look in (self._follow, self._ask)]
        for thread in looks:
            thread.start()
        begun = time.monotonic()
        with ThreadPoolExecutor(WRITERS) as writers:
            when = (begun + number / self.rate for number in range(events))
            list(writers.map(self._append, drafts, when))
        for thread in looks:
            thread.join()

    def waits(self, seen: Mapping[int, float]) -> list[float]:
        """Return the seconds from each append to when it was seen."""
        return [max(seen[at] - when, 0.0) for at, when in self.done.items()]

    def _append(self, draft: Draft, when: float) -> None:
        time.sleep(max(when - time.monotonic(), 0))
        heads = {draft.stream: Head(version=0, hash=BEGINNING)}
        receipt = self.ledger.append([draft], heads=heads, actor=ACTOR.id, command=None)
        self.done[receipt.position or 0] = time.monotonic()

    def _follow(self, events: int) -> None:
        self.seen.update(followed(self.models.tail, events))

    def _ask(self, events: int) -> None:
        for position in range(1, events + 1):
            if not self.models.wait(position, PATIENCE_SECONDS):
                raise TimeoutError(position)
            self.visible[position] = time.monotonic()


def followed(tail: Tail, events: int) -> dict[int, float]:
    """Follow a tail up to a position, and say when each page was there."""
    seen: dict[int, float] = {}
    while len(seen) < events:
        if not tail.wait(len(seen), PATIENCE_SECONDS):
            raise TimeoutError(len(seen))
        batch = tail.after(len(seen))
        at = time.monotonic()
        seen |= {one.page.id: at for one in batch.kept}
    return seen


@contextmanager
def opened(dsn: str, *, projects: bool = True) -> Iterator[Scene]:
    """Open a ledger whose read models are kept up to date, here or by whoever ``projects``."""
    master = MasterKey(SECRET)
    with service_pool(dsn) as pool, EventsourcingLedger(pool, master) as ledger:
        seals = RowSeals(ledger.store, ledger.keys, master)
        models = PostgresReadModels(ledger, pool, seals, PROJECTIONS)
        models.follower.prepare()
        (models.follower if projects else models.tail).start()
        try:
            yield Scene(ledger, models)
        finally:
            models.follower.close()


class Elsewhere:
    """Another process. Jobs: open a database, to project it or only to hear; follow it so far."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._tail: Tail | None = None

    def __call__(self, job: dict[str, Any]) -> dict[str, Any]:
        """Do one job."""
        if self._tail is None:
            scene = self._stack.enter_context(opened(job["dsn"], projects=job["projects"]))
            self._tail = scene.models.tail
            while not self._tail.listening:
                time.sleep(0.01)
            return {}
        return {"seen": followed(self._tail, job["events"])}

    def close(self) -> None:
        """Close what was opened."""
        self._stack.close()


if __name__ == "__main__":
    elsewhere = Elsewhere()
    try:
        work_off(elsewhere)
    finally:
        elsewhere.close()

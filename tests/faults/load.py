"""Writers over HTTP: each opens cases and appends to them, and repeats a key until it is answered.

Some of them share their cases, so that there are conflicts too.
"""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from .journal import Answer, Asked, Journal, Outcome
from .requests import Counter, Reply, Request, assessments, from_line, opening

REST_SECONDS = 0.08
"""Between two requests of one writer, on average: the machine is shared."""
AGAIN_SECONDS = (0.05, 0.4)
LONG_ENOUGH = 40
"""Versions after which a case is left alone, so that folding it stays quick."""
GIVE_UP_SECONDS = 60.0


@dataclass
class Case:
    """A case that one or more writers append to, and the version last heard of."""

    key: str
    version: int
    turn: threading.Lock = field(default_factory=threading.Lock)


class Writer(threading.Thread):
    """Sends one request after the other until it is told to stop."""

    def __init__(self, load: "Load", number: int, shared: "Shelf") -> None:
        super().__init__(name=f"writer-{number}", daemon=True)
        self.load, self.number = load, number
        self.draw = random.Random(f"{load.seed}/{number}")  # noqa: S311 - a drawn load, no secret
        self.shelf = shared
        self.counter = Counter(load.port, load.token)
        self.hang_up = ""
        self.hung_up = threading.Event()
        self._count = 0
        self._last: Request | None = None

    def run(self) -> None:
        while not self.load.stopping.is_set():
            try:
                self._one()
            finally:
                self.load.stopping.wait(self.draw.uniform(0, 2 * REST_SECONDS))
        self.counter.close()

    def _one(self) -> None:
        if self._last and self.draw.random() < 0.05:
            self._try(self._last)  # the network delivered it twice
            return
        self._count += 1
        key = str(uuid5(NAMESPACE_URL, f"{self.load.name}/{self.number}/{self._count}"))
        case = self.shelf.pick(self.draw)
        if case is None:
            request = opening(key, f"Uji Coba {self.number} {self._count}")
        else:
            request = assessments(key, case.key, case.version, self.draw)
        reply = self._until_answered(request)
        self._learn(request, case, reply)

    def _until_answered(self, request: Request) -> Reply:
        """Send it, and again with the same key for as long as nothing is sure."""
        until = time.monotonic() + GIVE_UP_SECONDS
        while True:
            reply = self._try(request)
            late = time.monotonic() > until or self.load.stopping.is_set()
            if reply.answer.outcome is not Outcome.UNKNOWN or late:
                return reply
            time.sleep(self.draw.uniform(*AGAIN_SECONDS))

    def _try(self, request: Request) -> Reply:
        hang_up, self.hang_up = self.hang_up, ""
        self.load.journal.ask(request.key, request.as_line(), request.expects)
        reply = self.counter.send(request, hang_up=hang_up)
        self.load.journal.answer(request.key, reply.answer)
        self.load.note(reply.answer)
        if hang_up:
            self.hung_up.set()
        return reply

    def _learn(self, request: Request, case: Case | None, reply: Reply) -> None:
        outcome = reply.answer.outcome
        if outcome is Outcome.YES:
            self._last = request
            if case is None and reply.case:
                self.shelf.put(Case(reply.case, reply.version or 0))
            elif case and reply.version:
                case.version = max(case.version, reply.version)
        elif outcome is Outcome.NO and case:
            self._look(case)

    def _look(self, case: Case) -> None:
        """Read a case again whose version was not the last."""
        try:
            status, state = self.counter.get(f"/v1/cases/{case.key}")
        except Exception:  # noqa: BLE001 - whatever broke, the next turn looks again
            self.counter.close()
            return
        if status == 200:
            self.load.journal.shown(case.key)
            case.version = state["version"]


class Shelf:
    """The cases that some writers work on, a few at a time."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._cases: list[Case] = []
        self._lock = threading.Lock()

    def pick(self, draw: random.Random) -> Case | None:
        """Return a case, or None where a new one is to be opened."""
        with self._lock:
            self._cases = [case for case in self._cases if case.version < LONG_ENOUGH]
            if len(self._cases) < self.most:
                return None
            return draw.choice(self._cases)

    def put(self, case: Case) -> None:
        with self._lock:
            self._cases.append(case)


class Load:
    """Some writers, their journal, and how long ago the last acknowledgement was."""

    def __init__(self, directory: Path, *, port: int, token: str, seed: int, name: str) -> None:
        self.port, self.token, self.seed, self.name = port, token, seed, name
        self.path = directory / f"{name}.ndjson"
        self.journal = Journal(self.path)
        self.stopping = threading.Event()
        self.acknowledged = 0
        self.errors: list[tuple[float, str]] = []
        self.unknown: list[str] = []
        self._moved = threading.Condition()
        self.writers: list[Writer] = []

    def start(self, writers: int) -> None:
        """Half of the writers have cases of their own, half share theirs."""
        shared = Shelf(2)
        for number in range(writers):
            shelf = shared if number % 2 else Shelf(2)
            self.writers.append(Writer(self, number, shelf))
        for writer in self.writers:
            writer.start()

    def stop(self) -> None:
        self.stopping.set()
        for writer in self.writers:
            writer.join()

    def note(self, answer: Answer) -> None:
        with self._moved:
            if answer.outcome is Outcome.YES:
                self.acknowledged += 1
                self._moved.notify_all()
            elif answer.outcome is Outcome.UNKNOWN:
                self.unknown.append(answer.said)
            if answer.said.startswith("500"):
                self.errors.append((time.time(), answer.said))

    def await_acknowledged(self, more: int, seconds: float) -> bool:
        """Wait until so many more requests were acknowledged."""
        goal = self.acknowledged + more
        with self._moved:
            return self._moved.wait_for(lambda: self.acknowledged >= goal, seconds)


def resolve(asked: Sequence[Asked], journal: Journal, counter: Counter, *, seconds: float) -> None:
    """Send requests of a journal again with their own keys, each until it is answered."""
    until = time.monotonic() + seconds
    for one in asked:
        request = from_line(one.key, one.request, one.expects)
        answer = Answer(Outcome.UNKNOWN)
        while answer.outcome is Outcome.UNKNOWN and time.monotonic() < until:
            journal.ask(request.key, request.as_line(), request.expects)
            answer = counter.send(request).answer
            journal.answer(request.key, answer)
            if answer.outcome is Outcome.UNKNOWN:
                time.sleep(0.1)

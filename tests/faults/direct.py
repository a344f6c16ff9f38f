"""A second process beside the service: it follows the projections, tails, and writes past HTTP.

    python -m tests.faults.direct NAME JOURNAL CASES SEED

It is killed and started again. What it had asked and not heard of it asks again first, with the
same key, as a client with an outbox would. CASES is a file with one case id per line.
"""

import json
import random
import signal
import sys
import threading
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from api.main import House, open_house, settings
from application.append import Proposal
from application.append import Request as Facts
from application.ledger import Command, Conflict
from domain.conduct import ConductAssessed, Predicate
from domain.kernel import Refused
from domain.record import Actor, StreamId
from domain.time import Effective, Zone

from .journal import Answer, Expected, Journal, Outcome, Told, read_history
from .requests import DAY, MEDAN, Marks

ACTOR = Actor(id="direct-1", role="caseworker", unit=MEDAN, agency=None, on_behalf_of=None)
REST_SECONDS = 0.1
MARKS_MOST = 3
TAIL = 200
"""Pages that the reader asks for at a time."""


@dataclass(frozen=True)
class Desk:
    """What the writers of one run share; no run uses a mark of an earlier one."""

    house: House
    journal: Journal
    marks: Marks


class Writer(threading.Thread):
    """Appends assessments to one case through `application.append`."""

    def __init__(self, desk: "Desk", name: str, case: str, seed: str) -> None:
        super().__init__(name=name, daemon=True)
        self.house, self.journal, self.marks = desk.house, desk.journal, desk.marks
        self.case = case
        self.draw = random.Random(seed)  # noqa: S311 - a drawn load, no secret
        self._count = 0

    def run(self) -> None:
        while True:
            time.sleep(self.draw.uniform(0, 2 * REST_SECONDS))
            self._count += 1
            version = self._version()
            if version is not None:
                marks = [self.marks() for _ in range(self.draw.randint(1, MARKS_MOST))]
                line = {"case": self.case, "version": version, "marks": marks}
                self._until_answered(f"{self.name}/{self._count}", line)

    def _version(self) -> int | None:
        try:
            return len(self.house.ledger.read(StreamId(kind="case", key=self.case)))
        except Exception:  # noqa: BLE001 - the store is away: the next turn looks again
            return None

    def _until_answered(self, key: str, line: dict[str, Any]) -> None:
        while propose(self.house, self.journal, key, line).outcome is Outcome.UNKNOWN:
            time.sleep(0.1)


def propose(house: House, journal: Journal, key: str, line: dict[str, Any]) -> Answer:
    """Propose what a line of a journal holds, and note what was said to it."""
    expects = [Expected("conduct.assessed@1", mark) for mark in line["marks"]]
    journal.ask(key, line, expects)
    answer = _answer(house, key, line)
    journal.answer(key, answer)
    return answer


def _answer(house: House, key: str, line: dict[str, Any]) -> Answer:
    stream = StreamId(kind="case", key=line["case"])
    request = Facts(
        proposals=tuple(
            Proposal(stream=stream, event=_assessed(mark), evidence=(), reason=None)
            for mark in line["marks"]
        ),
        expected={stream: line["version"]},
        actor=ACTOR,
        purpose="pembinaan",
        correlation_id=key,
        command=Command(key=key, body=json.dumps(line, sort_keys=True).encode()),
    )
    try:
        receipt = house.services.append(request)
    except (Conflict, Refused) as no:
        return Answer(Outcome.NO, said=type(no).__name__)
    except Exception as error:  # noqa: BLE001 - whatever else it is, it says nothing
        return Answer(Outcome.UNKNOWN, said=type(error).__name__)
    events = tuple(
        Told(one.event_id, str(one.stream), one.version, one.position) for one in receipt.written
    )
    return Answer(Outcome.YES, events)


def _assessed(mark: dict[str, Any]) -> ConductAssessed:
    return ConductAssessed(
        effective=Effective.on(date.fromisoformat(DAY), Zone.WIB),
        month=mark["month"],
        score=mark["score"],
        predicate=Predicate.BAIK,
        risk_declined=True,
    )


def tail(house: House, journal: Journal, name: str, after: int) -> None:
    """Read the ledger in order, from where the last one of this name was, without end."""
    while True:
        try:
            pages = house.ledger.read_after(after, TAIL)
        except Exception:  # noqa: BLE001 - the store is away: go on where we were
            time.sleep(0.1)
            continue
        if pages:
            journal.seen(name, [(page.position, page.event_id) for page in pages])
            after = pages[-1].position
        else:
            time.sleep(0.02)


def settle(house: House, journal: Journal, path: Path, seconds: float) -> None:
    """Ask again whatever was not answered."""
    until = time.monotonic() + seconds
    for asked in read_history([path]).asked.values():
        answer = Answer(Outcome.UNKNOWN)
        while not asked.settled and answer.outcome is Outcome.UNKNOWN:
            if time.monotonic() > until:
                return
            answer = propose(house, journal, asked.key, dict(asked.request))
            time.sleep(0 if answer.outcome is not Outcome.UNKNOWN else 0.1)


def main(name: str, path: Path, cases: Path | None, seed: str) -> None:
    """Settle what is open, then follow, tail and write until asked to stop."""
    asked_to_stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked_to_stop.set())
    with open_house(settings()) as house:
        journal = Journal(path)
        settle(house, journal, path, 60)
        if cases is None:
            return
        before = read_history([path])
        seen = before.seen.get(name, [])
        after = seen[-1][0] if seen else 0
        desk = Desk(house, journal, Marks(MARKS_MOST * len(before.asked)))
        reader = threading.Thread(target=tail, args=(house, journal, name, after), daemon=True)
        reader.start()
        run = time.time_ns()
        for number, case in enumerate(cases.read_text().split()):
            Writer(desk, f"{name}/{run}/{number}", case, f"{seed}/{number}").start()
        asked_to_stop.wait()


if __name__ == "__main__":
    words = sys.argv[1:]
    main(words[0], Path(words[1]), Path(words[2]) if words[2] else None, words[3])

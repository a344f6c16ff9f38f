"""People at work over HTTP, in a process of their own: what a unit's staff and its partners do.

Each has a connection, cases of their own and what they know of them, and does one thing after the
other, drawn by how often it is done in a day. What is not answered as it should be ends the run.
Beside them a partner listens to each feed.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http.client import HTTPConnection
from itertools import count
from random import Random
from threading import Thread
from time import monotonic, sleep
from typing import Any, Final

from benchmarks.append import EVENT
from benchmarks.feed_load import attended
from benchmarks.jobs import WorkerFailed, work_off
from benchmarks.people import NAMES

OK: Final = 200
CREATED: Final = 201
SHOWN: Final = 300
LINE: Final[Mapping[str, Any]] = EVENT["data"]  # type: ignore[assignment]  # of JSON's types
IDLE_SECONDS: Final = 2.0
"""Less than the service leaves a connection open on which nobody asks (uvicorn: 5)."""
CASES_OF_A_DAY: Final = 60
"""Cases that one person looks at most: those of a wing."""


class Connection:
    """A connection that stays open while it is used."""

    def __init__(self, port: int) -> None:
        self._line = HTTPConnection("127.0.0.1", port)
        self._used = monotonic()
        self.requests = 0

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: Any = None, ok: int = OK
    ) -> tuple[Mapping[str, str], bytes]:
        """Return the head and body of an answer; raise `WorkerFailed` for any other status."""
        said = None if body is None else json.dumps(body).encode()
        kind = {"Content-Type": "application/json"} if said else {}
        if monotonic() - self._used > IDLE_SECONDS:
            self._line.close()  # and opened again: the service is about to close it
        self._line.request(method, path, said, {**headers, **kind})
        answer = self._line.getresponse()
        content = answer.read()
        self._used = monotonic()
        self.requests += 1
        if answer.status != ok:
            raise WorkerFailed(f"{method} {path}: {answer.status} {content[:SHOWN]!r}")
        return answer.headers, content  # type: ignore[return-value]  # a mapping of texts


class Person:
    """One caseworker, with a supervisor to approve and a partner's feed to look into."""

    def __init__(self, port: int, job: Mapping[str, Any], number: int, people: int) -> None:
        self.connection = Connection(port)
        self._ask = self.connection.ask
        self._chance = Random(number)  # noqa: S311  # a load
        self._numbers = count(number, step=people)
        self._cases: list[tuple[str, int]] = [(key, int(version)) for key, version in job["cases"]]
        self._staff, self._supervisor = job["staff"], job["supervisor"]
        self._feed, self._agency, self._last = job["feed"], job["agency"], "0"
        self._deeds: Mapping[Callable[[], object], int] = {
            self._append: 20,
            self._attend: 20,
            partial(self._look, "/v1/cases?limit=100", "/v1/persons?limit=100"): 6,
            self._search: 6,
            partial(self._look, "/v1/read-models/population", "/v1/changes"): 4,
            partial(self._look, "/", "/perkara", "/perubahan"): 8,
            partial(self._case, "/v1/cases/{}", "/perkara/{}"): 12,
            partial(self._case, "/v1/cases/{}/events", "/v1/cases/{}/corrections"): 12,
            partial(self._case, "/v1/cases/{}/diff?axis=valid&from=2024-01-01"): 3,
            self._read_feed: 6,
            partial(self._look, "/v1/cases.csv", "/v1/cases.ndjson", "/v1/persons.csv"): 1,
            self._correct: 2,
        }

    def work(self) -> None:
        """Do one thing."""
        [deed] = self._chance.choices([*self._deeds], [*self._deeds.values()])
        deed()

    def _look(self, *paths: str) -> None:
        self._ask("GET", self._chance.choice(paths), self._staff)

    def _search(self) -> None:
        self._look(f"/v1/cases?q={self._chance.choice(NAMES)}&limit=100")

    def _case(self, *paths: str) -> None:
        key, _ = self._chance.choice(self._cases)
        self._look(*(path.format(key) for path in paths))

    def _append(self) -> str:
        return self._tell({**EVENT, "data": {**LINE, "measure": f"F-{next(self._numbers)}"}})

    def _attend(self) -> str:
        return self._tell(attended(next(self._numbers)))

    def _tell(self, event: Mapping[str, Any]) -> str:
        """Record an event of some case; return its id."""
        place = self._chance.randrange(len(self._cases))
        key, version = self._cases[place]
        seen = {**self._staff, "If-Match": f'"{version}"'}
        path = f"/v1/cases/{key}/events"
        head, content = self._ask("POST", path, seen, {"events": [event]}, CREATED)
        self._know(place, head)
        told: str = json.loads(content)["events"][0]["event_id"]
        return told

    def _know(self, place: int, head: Mapping[str, str]) -> None:
        key, _ = self._cases[place]
        self._cases[place] = (key, int(head["ETag"].strip('"')))

    def _correct(self) -> None:
        """Record something, ask that it be voided, and have it approved by somebody else."""
        before = dict(self._cases)
        wrong = self._append()
        [place] = [n for n, (key, at) in enumerate(self._cases) if before[key] != at]
        key, version = self._cases[place]
        body = {
            "kind": "void",
            "events": [wrong],
            "reason_code": "typing_error",
            "explanation": "salah orang",
        }
        seen = {**self._staff, "If-Match": f'"{version}"'}
        head, content = self._ask("POST", f"/v1/cases/{key}/corrections", seen, body, CREATED)
        self._know(place, head)
        path = f"/v1/corrections/{json.loads(content)['correction']}/approval"
        seen = {**self._supervisor, "If-Match": head["ETag"]}
        head, _ = self._ask("POST", path, seen, {"approve": True}, CREATED)
        self._know(place, head)

    def _read_feed(self) -> None:
        path = f"{self._feed}?limit=100&lastEventId={self._last}"
        _, content = self._ask("GET", path, self._agency)
        if entries := json.loads(content):
            self._last = entries[-1]["id"]


class Day:
    """Everybody, for as long as the process lives."""

    def __init__(self) -> None:
        self._people: list[Person] = []
        self._failed: list[BaseException] = []

    def do(self, job: Mapping[str, Any]) -> Mapping[str, Any]:
        """Begin the day, or have everybody work for so many seconds."""
        if "people" in job:
            self._begin(job["port"], job["people"])
        else:
            self._go_on(job["seconds"], job["rate"] / len(self._people))
        return {"requests": sum(one.connection.requests for one in self._people)}

    def _begin(self, port: int, people: Sequence[Mapping[str, Any]]) -> None:
        for number, one in enumerate(people):
            self._people.append(Person(port, one, number, len(people)))
        for feed, agency in {one["feed"]: one["agency"] for one in people}.items():
            Thread(target=self._guarded, args=(listen, port, feed, agency), daemon=True).start()

    def _go_on(self, seconds: float, rate: float) -> None:
        until = monotonic() + seconds
        hands = [
            Thread(target=self._guarded, args=(work, one, until, 1 / rate)) for one in self._people
        ]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        if self._failed:
            raise self._failed[0]

    def _guarded(self, do: Callable[..., None], *given: Any) -> None:
        try:
            do(*given)
        except Exception as error:  # noqa: BLE001  # raised where the day is waited for
            self._failed.append(error)


def work(person: Person, until: float, every: float) -> None:
    """Do one thing every so many seconds, and more where it took longer."""
    due = monotonic()
    while due < until:
        sleep(max(due - monotonic(), 0))
        person.work()
        due += every


def listen(port: int, feed: str, agency: Mapping[str, str]) -> None:
    """Hear what a feed tells, to the end of the day."""
    line = HTTPConnection("127.0.0.1", port)
    line.request("GET", f"{feed}/stream", headers=dict(agency))
    answer = line.getresponse()
    while answer.read1():
        pass


if __name__ == "__main__":
    work_off(Day().do)

"""`read`: lists and pages of a unit, with many more events of another unit in the store.

One reader over one connection, in this process; the service is `jejak serve` in its own. What is
told of an address is the slowest answer of a hundred (p99) in each run.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import quote

from api.pages.visits import TOKEN_COOKIE
from benchmarks.append import cores
from benchmarks.jobs import WorkerFailed
from benchmarks.people import NAMES, OTHER_UNIT, UNIT
from benchmarks.place import Place
from benchmarks.result import Result, Row, Scale, measured
from benchmarks.rounds import rounds
from benchmarks.service import Address, Databases, Furnished, furnished, serving
from benchmarks.store import kept, running
from benchmarks.writers import run_writers

AREA: Final = "read"
MOST: Final = 100.0
"""Milliseconds."""
GOAL: Final = f"p99 under {MOST:g} ms"
CASE_EVENTS: Final = 6
OTHER_EVENTS: Final = 30
REPORTED: Final = (
    "population",
    "detention_clock",
    "overstays",
    "due_for_release",
    "outcomes",
    "recidivism",
    "remisi_report",
    "partnership",
)
"""Reports that go through everybody of the unit."""
OK: Final = 200
SHOWN: Final = 300
NOTES: Final = (
    (
        "read: a caseworker of the one unit asks; every answer but 200 ends the run, and each that"
        " shows a person's data also records who was shown it. The goal is set for 10 million"
        " events in the store; --store-events sets how many there are."
    ),
    (
        "read: nobody in these stores is near a right of integration; each who is takes 1 to 2 ms"
        " more, as the law is asked of them."
    ),
)


def run(scale: Scale, place: Place) -> Result:
    """Measure every address by turns."""
    core, _ = cores()
    with ExitStack() as stack:
        cases = stack.enter_context(in_the_kept() if scale.store else in_a_fresh(scale, place))
        address = stack.enter_context(serving(cases, cores=core))
        client = Client(address)
        stack.callback(client.close)
        one, _ = cases.cases[len(cases.cases) // 2]
        found = rounds(
            scale.runs,
            {
                name: partial(client.ask, path, scale.seconds / 2)
                for name, path in addresses(one).items()
            },
        )
    held = f"{len(cases.cases):,} people in the unit, {cases.events:,} events in the store"
    return Result(
        rows=tuple(_row(name, answers, held) for name, answers in found.items()), notes=NOTES
    )


@contextmanager
def in_a_fresh(scale: Scale, place: Place) -> Iterator[Furnished]:
    """Write the people of a unit, and many events of another."""
    others = max(0, scale.store_events - scale.people * CASE_EVENTS)
    with (
        place.database() as dsn,
        place.database(migrated=False) as keys,
        furnished(
            Databases(ledger=dsn, keys=keys),
            cases=scale.people,
            events=CASE_EVENTS,
            elsewhere=(OTHER_UNIT, others // OTHER_EVENTS, OTHER_EVENTS),
        ) as found,
    ):
        yield found


@contextmanager
def in_the_kept() -> Iterator[Furnished]:
    """Give the store that is kept."""
    with running(kept()) as store:
        yield store.furnished()


def addresses(case: str) -> Mapping[str, str]:
    """Return the lists and pages that are asked for, by name."""
    name = quote(NAMES[0])
    return {
        "GET /v1/cases, first 100": "/v1/cases?limit=100",
        "GET /v1/cases, by name": f"/v1/cases?q={name}&limit=100",
        "GET /v1/persons, first 100": "/v1/persons?limit=100",
        "GET /v1/cases/{id}": f"/v1/cases/{case}",
        "GET /v1/cases/{id}/events": f"/v1/cases/{case}/events",
        "GET /v1/cases/{id}/diff": f"/v1/cases/{case}/diff?axis=valid&from=2024-01-01",
        "GET /v1/changes": "/v1/changes",
        "GET /v1/changes, by type": "/v1/changes?type=custody.admitted",
        "GET /v1/changes, by field": "/v1/changes?field=score",
        "GET /v1/changes, by actor": "/v1/changes?actor=bench",
        "GET /v1/changes, of a case": f"/v1/changes?case={case}",
        "GET /v1/read-models/timeline": "/v1/read-models/timeline",
        "GET /v1/read-models/sentence_dates": "/v1/read-models/sentence_dates",
        **{f"report: {report}": f"/v1/read-models/{report}" for report in REPORTED},
        "GET /v1/integration-rights": f"/v1/integration-rights?unit={UNIT}",
        "page: overview": "/",
        "page: cases": "/perkara",
        "page: one journey": f"/perkara/{case}",
        "page: changes": "/perubahan",
        "page: detention": "/penahanan",
        "page: due for release": "/bebas",
        "page: remisi": "/laporan/remisi",
        "page: outcomes": "/laporan/hasil",
        "page: integration": "/integrasi",
    }


class Client:
    """A reader with a token, over one connection."""

    def __init__(self, address: Address) -> None:
        self._connection = HTTPConnection("127.0.0.1", address.port)
        self._headers = dict(address.headers) | {"Cookie": f"{TOKEN_COOKIE}={address.token}"}

    def ask(self, path: str, seconds: float) -> Mapping[str, Any]:
        """Ask for an address over and over."""
        return run_writers([self._reader(path)], seconds)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _reader(self, path: str) -> Callable[[], object]:
        def read() -> None:
            self._connection.request("GET", path, headers=self._headers)
            answer = self._connection.getresponse()
            body = answer.read()
            if answer.status != OK:
                raise WorkerFailed(f"{path}: {answer.status} {body[:SHOWN]!r}")

        return read


def _row(name: str, answers: list[Mapping[str, Any]], held: str) -> Row:
    slowest = [float(answer["p99"]) for answer in answers]
    usual = sorted(float(answer["p50"]) for answer in answers)[len(answers) // 2]
    note = f"p50 {usual:.1f} ms; {held}"
    return measured(AREA, name, "ms", slowest, goal=GOAL, note=note).under(MOST)

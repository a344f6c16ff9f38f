"""What `jejak import` does, in a process of its own: all of it, or only its writing.

Jobs: ``open`` a database; ``write`` whole cases of new people, decided before the clock starts;
``file``: read, check and write a CSV of people who are taken over from an old book.
"""

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from psycopg_pool import ConnectionPool

from api.cli_import import imported, settled
from application.importing import Import
from application.in_turn import Decided
from benchmarks.jobs import work_off
from benchmarks.people import (
    ACTOR,
    NAMES,
    NIK_FROM,
    UNIT,
    batches,
    copies,
    new_id,
    new_streams,
    now,
    whole_case,
    write_units,
)
from infrastructure.connections import service_pool
from infrastructure.import_keys import KeyedDigests
from infrastructure.in_turn import InTurn
from infrastructure.ledger import EventsourcingLedger
from infrastructure.logging import configure_logging
from infrastructure.master_key import LENGTH, MasterKey

MASTER: Final = MasterKey(b"b" * LENGTH)
CASE_EVENTS: Final = 6
"""Events of a case that is written."""
ROW_EVENTS: Final = 3
"""Events of a row of the file: the person registered, taken over, and custody begun."""
SAID: Final = {
    "type": "custody.taken_over",
    "effective": "2025-01-06",
    "person.sex": "male",
    "person.birth_date": "1990-03-12",
    "person.nationality": "ID",
    "person.nik_verification": "matched",
    "data.unit": UNIT,
    "data.religion": "islam",
    "data.domicile": "12.71",
    "data.legal_status": "narapidana",
    "data.admitted_on": "2024-05-02",
    "data.source": "Buku Register B I",
    "data.source_date": "2024-12-31",
}


class ImportWriter:
    """Keeps the ledger open between jobs."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._pool: ConnectionPool | None = None
        self._ledger: EventsourcingLedger | None = None
        self._folder = Path(self._stack.enter_context(TemporaryDirectory()))
        self._people = 0

    def __call__(self, job: dict[str, Any]) -> dict[str, Any]:
        """Do one job."""
        doing = {"open": self.open, "write": self.write, "file": self.file}
        return doing[job["do"]](job)

    def open(self, job: dict[str, Any]) -> dict[str, Any]:
        """Open the ledger as the command does, which follows no read model."""
        configure_logging()
        self._pool = self._stack.enter_context(service_pool(job["dsn"]))
        self._ledger = self._stack.enter_context(EventsourcingLedger(self._pool, MASTER))
        write_units(self._ledger)
        return {}

    def write(self, job: dict[str, Any]) -> dict[str, Any]:
        """Write ``events`` of cases that are decided, keys and all."""
        in_turn = self._in_turn()
        ready = [
            Decided(drafts=tuple(batch), heads=new_streams(batch))
            for batch in batches(copies(whole_case(CASE_EVENTS), self._people), job["events"])
        ]
        self._people += sum(len(bundle.drafts) for bundle in ready) // CASE_EVENTS
        with settled():
            began = perf_counter()
            written = sum(map(len, in_turn(ready)))
            return {"done": written, "seconds": perf_counter() - began}

    def file(self, job: dict[str, Any]) -> dict[str, Any]:
        """Import a file that leads to ``events``, with the command's own function."""
        ledger = self._opened()
        path, count = self._folder / "rows.csv", max(1, job["events"] // ROW_EVENTS)
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["case", "data.person", "person.full_name", "person.nik", *SAID])
            rows.writerows(self._rows(count))
        shared = Import(
            ledger=ledger,
            in_turn=self._in_turn(),
            keys=KeyedDigests(ledger.keys),
            new_id=new_id,
            now=now,
            actor=ACTOR,
            purpose="pembinaan",
            correlation_id="bench",
        )
        began, before = perf_counter(), ledger.position()
        report = imported(shared, path, "csv", check=False, partial=False, tongue=0)
        seconds = perf_counter() - began
        if report.rows:
            raise ValueError(report.rows[0]["code"])
        return {"done": ledger.position() - before, "seconds": seconds}

    def close(self) -> None:
        """Close the ledger, and leave no file."""
        self._stack.close()

    def _rows(self, count: int) -> Iterator[list[str]]:
        for number in range(self._people, self._people + count):
            name = f"{NAMES[number % len(NAMES)]} Bench {number}"
            yield [f"BI-{number}", f"P-{number}", name, str(NIK_FROM + number), *SAID.values()]
        self._people += count

    def _in_turn(self) -> InTurn:
        if self._pool is None:
            raise TypeError("open comes first")
        return InTurn(self._opened(), self._pool)

    def _opened(self) -> EventsourcingLedger:
        if self._ledger is None:
            raise TypeError("open comes first")
        return self._ledger


if __name__ == "__main__":
    writer = ImportWriter()
    try:
        work_off(writer)
    finally:
        writer.close()

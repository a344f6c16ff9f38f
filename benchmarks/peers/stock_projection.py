"""The stock `eventsourcing` library: a `ProjectionRunner` that upserts one row per event.

Its view is the library's own PostgreSQL tracking recorder with one statement more: the row and the
position in one transaction, as its documentation shows it.
"""

import time
from typing import Any, Final

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL

from benchmarks.jobs import work_off

TEXT: Final = "x" * 450
"""With what the library adds, about 600 bytes a page."""
PATIENCE_SECONDS: Final = 600.0
CREATE: Final = (
    "CREATE TABLE IF NOT EXISTS public.line (key text PRIMARY KEY, version int NOT NULL, text text)"
)
UPSERT: Final = SQL(
    "INSERT INTO public.line VALUES (%s, %s, %s) ON CONFLICT (key) DO UPDATE"
    " SET version = EXCLUDED.version, text = EXCLUDED.text"
)


class Case(Aggregate):
    """An aggregate whose creation is the one event that is projected."""

    def __init__(self, text: str) -> None:
        self.text = text


class Lines(PostgresTrackingRecorder):
    """A materialised view of one row per aggregate."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Have the view's own table made with the library's."""
        super().__init__(*args, **kwargs)
        self.sql_create_statements.append(SQL(CREATE).format())

    def write(self, key: str, version: int, text: str, tracking: Tracking) -> None:
        """Write a row with the position that it is true at."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(UPSERT, (key, version, text), prepare=True)


class Cases(Application[Any]):
    """The application whose events are projected."""

    name = "cases"


class LineProjection(Projection[Lines]):
    """Writes a row for each event."""

    name = "lines"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Write one event's row."""
        event = domain_event
        self.view.write(str(event.originator_id), event.originator_version, event.text, tracking)


class Runs:
    """Keeps the events between jobs: each job projects all of them anew."""

    def __init__(self) -> None:
        self._saved = 0
        self._runs = 0

    def __call__(self, job: dict[str, Any]) -> dict[str, Any]:
        """Save what is missing, and then time a whole run."""
        env = {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(job["dbname"]),
            "POSTGRES_HOST": str(job["host"]),
            "POSTGRES_PORT": str(job["port"]),
            "POSTGRES_USER": str(job["user"]),
            "POSTGRES_PASSWORD": str(job.get("password", "")) or "none",
        }
        app = Cases(env)
        try:
            while self._saved < job["events"]:
                app.save(Case(TEXT))
                self._saved += 1
            last = app.recorder.max_notification_id()
            return {"done": self._saved, "seconds": self._timed(env, last)}
        finally:
            app.close()

    def _timed(self, env: dict[str, str], last: int | None) -> float:
        self._runs += 1  # a projection of another name begins at the first event
        projection = type("Anew", (LineProjection,), {"name": f"lines{self._runs}"})
        began = time.perf_counter()
        with ProjectionRunner(
            application_class=Cases, projection_class=projection, view_class=Lines, env=env
        ) as runner:
            runner.wait(last, timeout=PATIENCE_SECONDS)
        return time.perf_counter() - began


if __name__ == "__main__":
    work_off(Runs())

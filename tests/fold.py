"""Events told one after another, and the rows that come of them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.kernel import Event
from domain.record import Actor, Recorded, StreamId
from domain.time import Effective, Zone
from projections.kernel import Projection

FIRST = date(2025, 6, 30)
NOON = datetime(2025, 12, 31, 12, tzinfo=UTC)
Telling = tuple[str, Event]
"""An event, and the stream that it is told in: ``("case:1", event)``."""


def pages(tellings: Iterable[Telling], *, unit: str | None = "RUTAN-MEDAN") -> list[Recorded]:
    """The pages of a ledger, in the order of telling."""
    versions: dict[str, int] = {}
    written = []
    for position, (stream, event) in enumerate(tellings, 1):
        versions[stream] = versions.get(stream, 0) + 1
        written.append(page(event, StreamId.of(stream), versions[stream], position, unit))
    return written


def page(event: Event, stream: StreamId, version: int, position: int, unit: str | None) -> Recorded:
    return Recorded(
        event=event,
        stream=stream,
        version=version,
        event_id=f"{position:032x}",
        subject=stream.key,
        actor=Actor(id="ratna", role="caseworker", unit=unit, agency=None, on_behalf_of=None),
        purpose="pembinaan",
        reason=None,
        evidence=(),
        correlation_id="1",
        causation_id=None,
        idempotency_key=None,
        position=position,
        recorded_at=NOON + timedelta(seconds=position),
        prev_hash="0" * 64,
        hash="0" * 64,
    )


def rows(projection: Projection[Any], told: Iterable[Recorded]) -> dict[str, Any]:
    """The rows of a projection after some pages, as the infrastructure folds them."""
    table: dict[str, Any] = {}
    for one in told:
        key = projection.key(one) if type(one.event) in projection.events else None
        if key is not None:
            table[key] = projection.evolve(table.get(key), one)
    return {key: row for key, row in table.items() if row is not None}


def of(projection: Projection[Any], stream: str, *events: Event) -> dict[str, Any]:
    """The rows that some events of one stream make, told in this order."""
    return rows(projection, pages((stream, event) for event in events))


def one_a_day(events: Sequence[Event]) -> list[Event]:
    """The events, each taking effect on the day after the one before."""
    days = (FIRST + timedelta(days=number) for number in range(len(events)))
    return [
        replace(one, effective=Effective.on(day, Zone.WIB))
        for one, day in zip(events, days, strict=True)
    ]


def only(table: dict[str, Any]) -> Any:
    (row,) = table.values()
    return row


def tables(
    projections: Sequence[Projection[Any]], tellings: Sequence[Telling]
) -> dict[str, list[Any]]:
    """The rows of several projections by their names, as a report is given them."""
    told = pages(tellings)
    return {one.name: list(rows(one, told).values()) for one in projections}

"""What holds across the records of one human being, as long as links say that they are one.

One custody at a time holds for the human being and not for the record. What is told from then on is
told of the record that survives; one that was merged into another only goes on with the cases that
it had. Once the link is taken away nobody can know of which of the two a thing was told that was
told in between: it stays where it was written, and somebody looks at it (house rules).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from domain.kernel import Event, Refused, ensure
from domain.person import (
    ONE_CUSTODY,
    AliasRecorded,
    CustodyBegan,
    CustodyEnded,
    IdentifierRecorded,
    Person,
    PersonRegistered,
    ensure_free,
)
from domain.person_link import A_LINK, ensure_survives
from domain.record import Draft, StreamId

HELD_TWICE: Final = "person.held_twice"
TOLD_WHILE_MERGED: Final = "person.told_while_merged"
ACROSS_RECORDS: Final = frozenset({HELD_TWICE, TOLD_WHILE_MERGED})
"""Codes of items that no single record's own history raises or resolves."""
TELLING: Final = (IdentifierRecorded, AliasRecorded, CustodyBegan)
"""Facts by which a record comes to say more of the human being than it did."""


def ensure_of_one(
    told: Event, own: Person, past: Iterable[Event], others: Sequence[Person]
) -> None:
    """Refuse a fact that may not be told of a record that is linked to others.

    ``own`` is the record as it is now and ``past`` its events; ``others`` are the linked records as
    they were when the fact took effect.
    """
    match told:
        case CustodyBegan():
            if not _goes_on(told.case, past):
                ensure_survives(own.merges)
            for other in others:
                ensure_free(other)
        case IdentifierRecorded() | AliasRecorded():
            ensure_survives(own.merges)


def ensure_whole(forgetting: Iterable[StreamId], records: Iterable[StreamId]) -> None:
    """Refuse to forget a human being in one record and not in the others."""
    ensure(
        set(records) <= set(forgetting),
        "person.forgotten_in_part",
        article=A_LINK,
        because=(
            "catatan ini tergabung dengan catatan lain; keduanya dilupakan bersama",
            "this record is merged with another; they are forgotten together",
        ),
    )


def held_twice(survivor: StreamId, pages: Iterable[Draft]) -> Mapping[str, Refused]:
    """Return the custodies that overlap across records, by events' ids.

    ``pages`` are the facts of all records in the order in which they took effect. Of two that
    overlap the surviving record's is named, or else the later one.
    """
    held: dict[StreamId, tuple[str, str]] = {}
    found: dict[str, Refused] = {}
    for page in pages:
        event = page.event
        if isinstance(event, CustodyBegan):
            began = page.event_id, event.case
            for stream, other in held.items():
                if stream != page.stream:
                    named, against = (other, began) if stream == survivor else (began, other)
                    found.setdefault(named[0], _held_twice(named[1], against[1]))
            held[page.stream] = began
        elif isinstance(event, CustodyEnded) and _is_held_in(held.get(page.stream), event.case):
            del held[page.stream]
    return found


def told_between(pages: Sequence[Draft], version: int) -> Iterator[tuple[Draft, Refused]]:
    """Yield the facts told of a record after one of its versions that may be the other's.

    What says more of a number or a case that the record had before is its own.
    """
    known = {one for page in pages if page.version <= version for one in _named(page.event)}
    for page in pages:
        between = page.version > version and isinstance(page.event, TELLING)
        if between and known.isdisjoint(_named(page.event)):
            yield page, _told_while_merged()


def _is_held_in(began: tuple[str, str] | None, case: str) -> bool:
    return began is not None and began[1] == case


def _goes_on(case: str, past: Iterable[Event]) -> bool:
    return any(isinstance(event, CustodyBegan) and event.case == case for event in past)


def _named(event: Event) -> Iterator[str]:
    """Yield what a fact is about that may be told of again: a number, a case, another name."""
    match event:
        case PersonRegistered() if event.nik:
            yield f"nik:{event.nik}"
        case IdentifierRecorded():
            yield f"{event.kind.value}:{event.number}"
        case AliasRecorded():
            yield f"alias:{event.alias}"
        case CustodyBegan():
            yield f"case:{event.case}"


def _held_twice(case: str, other: str) -> Refused:
    return Refused(
        HELD_TWICE,
        article=ONE_CUSTODY,
        because=(
            f"penahanan dalam perkara {case} bersamaan dengan {other}, yang ada di catatan lain",
            f"custody in case {case} is at the same time as {other}, of another record",
        ),
    )


def _told_while_merged() -> Refused:
    return Refused(
        TOLD_WHILE_MERGED,
        article=A_LINK,
        because=(
            "dicatat selama kedua catatan tergabung; periksa milik siapa, dan koreksi bila keliru",
            "told while the two records were merged; find out whose it is, and correct what is not",
        ),
    )

"""What somebody with every right could do to one page of an archive."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from tests.archives import uuid_of
from tests.faults.drafts import Draft, Edit, into

KINDS: dict[str, Edit] = {}
kind = into(KINDS)


def page_field(name: str, new: Callable[[Random], Any]) -> None:
    """Add a kind that changes one field of a page's envelope, and nothing else."""

    def edit(draft: Draft) -> None:
        draft.change(draft.event(), **{name: new(draft.random)})

    KINDS[f"page_{name}"] = edit


def other_actor(random: Random) -> dict[str, Any]:
    return {
        "agency": None,
        "id": f"orang-{random.randint(1, 999)}",
        "on_behalf_of": None,
        "role": "supervisor",
        "unit": "LAPAS-LAIN",
    }


def other_day(random: Random) -> dict[str, Any]:
    day = f"20{random.randint(10, 24)}-0{random.randint(1, 9)}-1{random.randint(0, 9)}"
    return {"at": None, "day": day, "zone": "Asia/Jakarta"}


for field_name, maker in {
    "actor": other_actor,
    "causation_id": uuid_of,
    "correlation_id": uuid_of,
    "effective": other_day,
    "event_id": uuid_of,
    "idempotency_key": uuid_of,
    "name": lambda random: f"custody.released@{random.randint(3, 9)}",
    "payload": lambda random: {"score": random.randint(100, 999)},
    "prev_hash": lambda random: random.randbytes(32).hex(),
    "purpose": lambda random: f"lain-{random.randint(1, 99)}",
    "subject": lambda random: f"orang-{random.randint(1, 999)}",
    "stream": lambda random: f"case:{uuid_of(random)}",
    "version": lambda random: random.randint(20, 99),
    "format": lambda random: random.randint(2, 9),
    "evidence": lambda random: [{"date": None, "sha256": random.randbytes(32).hex()}] * 4,
}.items():
    page_field(field_name, maker)


@kind
def page_sealed_text(draft: Draft) -> None:
    """Put other words in the place of sealed ones."""
    at = draft.random.choice([it for it in draft.events if draft.read(it)["sealed"]])
    said = draft.read(at)
    fields = said["sealed"][0]["fields"]
    fields[draft.random.choice(sorted(fields))] = "AAAA" * draft.random.randint(5, 9)
    draft.write(at, said)


@kind
def page_sealed_taken_away(draft: Draft) -> None:
    at = draft.random.choice([it for it in draft.events if draft.read(it)["sealed"]])
    draft.change(at, sealed=draft.read(at)["sealed"][1:])


@kind
def page_sealed_under_another_key(draft: Draft) -> None:
    at = draft.random.choice([it for it in draft.events if draft.read(it)["sealed"]])
    said = draft.read(at)
    said["sealed"][-1]["key"] = uuid_of(draft.random)
    draft.write(at, said)


@kind
def pages_swapped(draft: Draft) -> None:
    one, other = draft.random.sample(draft.events, 2)
    first, second = draft.leaves[one], draft.leaves[other]
    draft.leaves[one] = replace(first, content=second.content)
    draft.leaves[other] = replace(second, content=first.content)


@kind
def page_copied_over_another(draft: Draft) -> None:
    one, other = draft.random.sample(draft.events, 2)
    draft.leaves[one] = replace(draft.leaves[one], content=draft.leaves[other].content)


@kind
def page_emptied(draft: Draft) -> None:
    at = draft.event()
    draft.leaves[at] = replace(draft.leaves[at], content=draft.random.choice((b"{}", b"null")))


@kind
def page_byte(draft: Draft) -> None:
    at = draft.event()
    content = bytearray(draft.leaves[at].content)
    content[draft.random.randrange(len(content))] ^= 1 << draft.random.randrange(7)
    draft.leaves[at] = replace(draft.leaves[at], content=bytes(content))


@kind
def page_spaced(draft: Draft) -> None:
    at = draft.event()
    content = draft.leaves[at].content
    spot = draft.random.choice([it for it, byte in enumerate(content) if byte in b",:"])
    draft.leaves[at] = replace(draft.leaves[at], content=content[:spot] + b" " + content[spot:])


@kind
def page_cut_short(draft: Draft) -> None:
    at = draft.event()
    content = draft.leaves[at].content
    cut = content[: draft.random.randrange(1, len(content))]
    draft.leaves[at] = replace(draft.leaves[at], content=cut)


@kind
def key_said_twice(draft: Draft) -> None:
    at = draft.event()
    content = draft.leaves[at].content
    twice = b'{"actor":null,' + content[1:]
    draft.leaves[at] = replace(draft.leaves[at], content=twice)

"""What somebody with every right could do to an archive: one function for each kind of edit.

Each takes a `Draft`, changes it at random and says nothing; `KINDS` holds them by name. What it
signs itself, it signs with a key of its own, unless the kind says that it has the log's.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from tests.archives import (
    LOG,
    ORIGIN,
    WITNESSES,
    Leaf,
    Notary,
    canonical,
    checkpoint,
    instant,
    page,
    rechained,
    uuid_of,
)

IMPOSTOR = Notary(ORIGIN, seed=b"i" * 32)
STRANGER = Notary("saksi.example/9", 4, b"9" * 32)
Edit = Callable[["Draft"], None]
KINDS: dict[str, Edit] = {}


@dataclass
class Draft:
    """An archive while it is being changed."""

    random: Random
    leaves: list[Leaf]
    note: str
    header: dict[str, Any]
    bytewise: list[Callable[[bytes], bytes]] = field(default_factory=list)

    @property
    def events(self) -> list[int]:
        return [at for at, leaf in enumerate(self.leaves) if leaf.kind == "event"]

    @property
    def accesses(self) -> list[int]:
        return [at for at, leaf in enumerate(self.leaves) if leaf.kind == "access"]

    def event(self) -> int:
        return self.random.choice(self.events)

    def anywhere(self) -> int:
        return self.random.randrange(len(self.leaves))

    def read(self, at: int) -> dict[str, Any]:
        return json.loads(self.leaves[at].content)

    def write(self, at: int, said: dict[str, Any]) -> None:
        self.leaves[at] = replace(self.leaves[at], content=canonical(said))

    def change(self, at: int, **fields: Any) -> None:
        self.write(at, self.read(at) | fields)

    def stream(self, at: int) -> str:
        return self.read(at)["stream"]

    def rechain(self, stream: str) -> None:
        self.leaves = rechained(self.leaves, stream)

    def renumber(self) -> None:
        """Number leaves anew within their kinds, as if nothing were missing."""
        counts = {"event": 0, "access": 0}
        for at, leaf in enumerate(self.leaves):
            counts[leaf.kind] += 1
            self.leaves[at] = replace(leaf, number=counts[leaf.kind])

    def sign(self, *signers: Notary) -> None:
        self.header["size"] = len(self.leaves)
        self.note = checkpoint(self.leaves, signers)

    def written(self) -> bytes:
        lines = [canonical(self.header) + b"\n"]
        lines += [leaf.line(at) for at, leaf in enumerate(self.leaves)]
        lines.append(canonical({"checkpoint": self.note}) + b"\n")
        whole = b"".join(lines)
        for change in self.bytewise:
            whole = change(whole)
        return whole


def kind(edit: Edit) -> Edit:
    KINDS[edit.__name__] = edit
    return edit


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


@kind
def time_moved(draft: Draft) -> None:
    at = draft.anywhere()
    moved = instant(1_700_000_000_000_000 + draft.random.randrange(10**15))
    draft.leaves[at] = replace(draft.leaves[at], at=moved)


@kind
def time_moved_a_little(draft: Draft) -> None:
    at = draft.anywhere()
    when = draft.leaves[at].at
    moved = when[:-2] + str((int(when[-2]) + draft.random.randint(1, 9)) % 10) + "Z"
    draft.leaves[at] = replace(draft.leaves[at], at=moved)


@kind
def times_swapped(draft: Draft) -> None:
    one, other = draft.random.sample(range(len(draft.leaves)), 2)
    first, second = draft.leaves[one], draft.leaves[other]
    draft.leaves[one] = replace(first, at=second.at)
    draft.leaves[other] = replace(second, at=first.at)


@kind
def leaf_dropped(draft: Draft) -> None:
    at = draft.anywhere()
    draft.bytewise.append(lambda whole: b"".join(_without(whole, at + 1)))


@kind
def leaf_dropped_and_renumbered(draft: Draft) -> None:
    del draft.leaves[draft.anywhere()]
    draft.renumber()
    draft.header["size"] = len(draft.leaves)


@kind
def leaf_doubled(draft: Draft) -> None:
    at = draft.anywhere()
    draft.leaves.insert(at, draft.leaves[at])


@kind
def leaves_in_another_order(draft: Draft) -> None:
    one, other = draft.random.sample(range(len(draft.leaves)), 2)
    draft.leaves[one], draft.leaves[other] = draft.leaves[other], draft.leaves[one]


@kind
def leaves_in_another_order_and_renumbered(draft: Draft) -> None:
    leaves_in_another_order(draft)
    draft.renumber()


@kind
def event_slipped_in(draft: Draft) -> None:
    at = draft.anywhere()
    content = canonical(page(draft.random, f"case:{uuid_of(draft.random)}", 1, "0" * 64))
    draft.leaves.insert(at, Leaf("event", 0, draft.leaves[at].at, content))
    draft.renumber()
    draft.header["size"] = len(draft.leaves)


@kind
def event_added_at_the_end(draft: Draft) -> None:
    content = canonical(page(draft.random, f"case:{uuid_of(draft.random)}", 1, "0" * 64))
    draft.leaves.append(Leaf("event", 0, draft.leaves[-1].at, content))
    draft.renumber()


@kind
def access_edited(draft: Draft) -> None:
    at = draft.random.choice(draft.accesses)
    draft.change(at, actor=f"orang-{draft.random.randint(1, 99)}")


@kind
def access_dropped_and_renumbered(draft: Draft) -> None:
    del draft.leaves[draft.random.choice(draft.accesses)]
    draft.renumber()
    draft.header["size"] = len(draft.leaves)


@kind
def access_slipped_in(draft: Draft) -> None:
    at = draft.random.choice(draft.accesses)
    content = canonical({"actor": f"orang-{draft.random.randint(1, 99)}"})
    draft.leaves.insert(at, Leaf("access", 0, draft.leaves[at].at, content))
    draft.renumber()
    draft.header["size"] = len(draft.leaves)


@kind
def tail_cut_off(draft: Draft) -> None:
    keep = draft.random.randrange(len(draft.leaves))
    draft.bytewise.append(lambda whole: b"".join(whole.splitlines(keepends=True)[: keep + 1]))


@kind
def tail_cut_off_and_header_changed(draft: Draft) -> None:
    del draft.leaves[draft.random.randrange(len(draft.leaves)) :]
    draft.header["size"] = len(draft.leaves)


@kind
def tail_cut_off_and_signed_by_the_log(draft: Draft) -> None:
    """A backup of yesterday with yesterday's checkpoint, which was true once."""
    del draft.leaves[draft.random.randrange(len(draft.leaves)) :]
    draft.sign(LOG, *WITNESSES)


@kind
def end_torn_off(draft: Draft) -> None:
    part = draft.random.random()
    draft.bytewise.append(lambda whole: whole[: int(len(whole) * part)])


@kind
def something_after_the_end(draft: Draft) -> None:
    junk = draft.random.choice((b"\n", b"{}\n", b"x", b" "))
    draft.bytewise.append(lambda whole: whole + junk)


@kind
def stream_forged(draft: Draft) -> None:
    """Change a page and chain the rest of its stream anew: hashes alone say nothing now."""
    at = draft.event()
    draft.change(at, purpose=f"lain-{draft.random.randint(1, 99)}")
    draft.rechain(draft.stream(at))


@kind
def stream_forged_and_signed_by_an_impostor(draft: Draft) -> None:
    stream_forged(draft)
    draft.sign(IMPOSTOR, *WITNESSES)
    draft.header["public_key"] = draft.random.choice((LOG.vkey, IMPOSTOR.vkey))


@kind
def stream_forged_and_signed_by_the_log_alone(draft: Draft) -> None:
    """The operator, with the log's key, and without the witnesses."""
    stream_forged(draft)
    draft.sign(LOG)


@kind
def stream_forged_and_signed_by_strangers(draft: Draft) -> None:
    stream_forged(draft)
    draft.sign(LOG, STRANGER, replace(WITNESSES[0], seed=b"x" * 32))


@kind
def page_taken_out_of_its_stream(draft: Draft) -> None:
    """A page is gone, the rest of its stream is chained and numbered as if it had never been."""
    at = draft.event()
    stream = draft.stream(at)
    del draft.leaves[at]
    draft.renumber()
    draft.rechain(stream)
    draft.header["size"] = len(draft.leaves)


@kind
def stream_given_to_somebody_else(draft: Draft) -> None:
    stream, other = draft.stream(draft.event()), f"case:{uuid_of(draft.random)}"
    for at in draft.events:
        if draft.stream(at) == stream:
            draft.change(at, stream=other)
    draft.rechain(other)


@kind
def root_replaced(draft: Draft) -> None:
    draft.note = checkpoint(draft.leaves, root=draft.random.randbytes(32), signers=(IMPOSTOR,))


@kind
def signature_damaged(draft: Draft) -> None:
    line = draft.note.splitlines(keepends=True)
    at = draft.random.randrange(4, len(line))
    spot = draft.random.randrange(len(line[at]) - 60, len(line[at]) - 4)
    other = "A" if line[at][spot] != "A" else "B"
    line[at] = line[at][:spot] + other + line[at][spot + 1 :]
    draft.note = "".join(line)


@kind
def cosignature_taken_away(draft: Draft) -> None:
    gone = draft.random.choice(WITNESSES)
    lines = draft.note.splitlines(keepends=True)
    draft.note = "".join(line for line in lines if f" {gone.name} " not in line)


@kind
def checkpoint_of_another_time(draft: Draft) -> None:
    size = draft.random.randrange(len(draft.leaves))
    draft.note = checkpoint(draft.leaves[:size])


@kind
def checkpoint_of_another_log(draft: Draft) -> None:
    other = Notary("jejak/00000000-0000-4000-8000-000000000000")
    draft.note = checkpoint(draft.leaves, (other, *WITNESSES), origin=other.name)
    if draft.random.random() < 0.5:
        draft.header |= {"origin": other.name, "public_key": other.vkey}


@kind
def header_says_another_size(draft: Draft) -> None:
    draft.header["size"] += draft.random.choice((-3, -1, 1, 100))


def _without(whole: bytes, number: int) -> list[bytes]:
    lines = whole.splitlines(keepends=True)
    return lines[:number] + lines[number + 1 :]

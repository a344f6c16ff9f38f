"""What somebody with every right could do to an archive: one function for each kind of edit.

Each takes a `Draft`, changes it at random and says nothing. What it signs itself, it signs with a
key of its own, unless the kind says that it has the log's.
"""

from dataclasses import replace

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
    uuid_of,
)
from tests.faults import page_edits
from tests.faults.drafts import Draft, Edit, into

IMPOSTOR = Notary(ORIGIN, seed=b"i" * 32)
STRANGER = Notary("saksi.example/9", 4, b"9" * 32)
KINDS: dict[str, Edit] = dict(page_edits.KINDS)
"""Every kind of edit by its name."""
kind = into(KINDS)


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

"""Small archives, good ones and one for each thing that can be wrong, with the answer to each.

``python tests/archive_vectors.py`` writes them anew; both verifiers must agree with the answers,
which are said here by hand and not by either of them.
"""

# ruff: noqa: S311  # the same archives every time
import json
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

from archives import LOG, WITNESSES, Archive, checkpoint, leaves_of
from vector_forms import broken_form, broken_order, broken_pages
from vector_kept import KEPT, kept
from vector_keys import keys
from vector_log import (
    ACCESSES,
    AFTER,
    BASE,
    EVENTS,
    GOOD,
    HALF,
    IMPOSTOR,
    LAST,
    MIDDLE,
    OTHER_LOG,
    PINNED,
    READ,
    STRANGER,
    at,
    first,
    forged,
    page_at,
    sealed,
    with_bytes,
    with_leaf,
    with_page,
    wrong,
)
from vector_spellings import spellings

FOLDER = Path(__file__).parent / "vectors" / "archives"
INDEX = FOLDER / "index.json"


def good():
    yes = {"ok": True, "fault": None}
    older = checkpoint(BASE[:HALF])
    escaped = first(lambda page: "text" in page["payload"])
    yield "good", GOOD.written(), PINNED, yes
    yield "good-unpinned", GOOD.written(), {}, yes
    yield "good-older", GOOD.written(), {**PINNED, "older": [older]}, yes
    yield "good-empty", Archive.of(()).written(), PINNED, yes
    yield "good-one", Archive.of(BASE[:1]).written(), PINNED, yes
    yield "good-only-events", Archive.of(leaves_of(Random(9), 5, 2, 0)).written(), PINNED, yes
    strange = checkpoint(BASE, (STRANGER, LOG, *WITNESSES))
    yield "good-unknown-signature", replace(GOOD, note=strange).written(), PINNED, yes
    yield "good-escapes", Archive.of(BASE[: escaped + 1]).written(), PINNED, yes


def broken_chain():
    yield (
        "edited-page",
        with_page(MIDDLE, purpose="lain").written(),
        wrong("stream.prev_hash", page_at(AFTER)),
    )
    yield (
        "edited-first-page",
        with_page(MIDDLE, prev_hash="0" * 64).written(),
        wrong("stream.prev_hash", page_at(MIDDLE)),
    )
    stream = READ[MIDDLE]["stream"]
    yield (
        "version-skips",
        with_page(MIDDLE, version=3).written(),
        wrong("stream.version", at(MIDDLE, stream=stream, version=3)),
    )
    yield (
        "stream-renamed",
        with_page(MIDDLE, stream="case:lain").written(),
        wrong("stream.version", at(MIDDLE, stream="case:lain", version=2)),
    )
    yield (
        "access-spaced",
        with_bytes(ACCESSES[0], lambda it: it.replace(b",", b", ")).written(),
        wrong("access.canonical", at(ACCESSES[0])),
    )
    yield (
        "access-list",
        with_bytes(ACCESSES[0], lambda _: b"[]").written(),
        wrong("access.canonical", at(ACCESSES[0])),
    )


def broken_root():
    everything = {"between": [0, len(BASE)]}
    yield (
        "edited-last-page",
        with_page(LAST, purpose="lain").written(),
        wrong("checkpoint.root", everything),
    )
    yield (
        "edited-access",
        with_bytes(ACCESSES[1], lambda it: it.replace(b"pembinaan", b"kesehatan")).written(),
        wrong("checkpoint.root", everything),
    )
    yield (
        "edited-time",
        with_leaf(0, replace(BASE[0], at="2025-01-01T00:00:00.000000Z")).written(),
        (wrong("checkpoint.root", everything)),
    )
    yield (
        "forged-stream",
        replace(GOOD, leaves=tuple(forged(MIDDLE))).written(),
        wrong("checkpoint.root", everything),
    )


def broken_note():
    yield "checkpoint-junk", replace(GOOD, note="x").written(), "checkpoint.form"
    yield (
        "checkpoint-no-signature",
        replace(GOOD, note=GOOD.note.split("—")[0]).written(),
        ("checkpoint.form"),
    )
    of_other = checkpoint(BASE, (OTHER_LOG,), origin=OTHER_LOG.name)
    yield "checkpoint-origin", replace(GOOD, note=of_other).written(), "checkpoint.origin"
    impostor = checkpoint(BASE, (IMPOSTOR, *WITNESSES))
    yield "checkpoint-impostor", replace(GOOD, note=impostor).written(), "checkpoint.signature"
    moved = GOOD.note.replace(f"\n{len(BASE)}\n", f"\n{len(BASE) + 1}\n", 1)
    yield "checkpoint-altered", replace(GOOD, note=moved).written(), "checkpoint.signature"
    short = checkpoint(BASE[:-1])
    yield "checkpoint-size", replace(GOOD, note=short).written(), "checkpoint.size"
    alone = checkpoint(BASE, (LOG, WITNESSES[0]))
    yield "witness-missing", replace(GOOD, note=alone).written(), "checkpoint.witness"
    lines = GOOD.note.splitlines(keepends=True)
    lines[-1] = lines[-1].replace(lines[-1][-9:], lines[-2][-9:])
    yield "witness-altered", replace(GOOD, note="".join(lines)).written(), "checkpoint.witness"
    yield (
        "replaced-whole",
        replace(
            sealed(forged(MIDDLE), signers=(IMPOSTOR, *WITNESSES)), key=IMPOSTOR.vkey
        ).written(),
        "key.differs",
    )


def broken_past():
    """Forgeries that the log itself signed: only what was kept elsewhere finds them."""
    half, most = checkpoint(BASE[:HALF]), checkpoint(BASE[: HALF + 2])
    early = first(lambda page: page["version"] == 1)
    rewritten = sealed(forged(early)).written()
    yield "signed-forgery", rewritten, [half], wrong("older.root", {"between": [0, HALF]})
    later = next(index for index in EVENTS if index >= HALF)
    yield (
        "signed-forgery-later",
        sealed(forged(later)).written(),
        [half, checkpoint(BASE)],
        wrong("older.root", {"between": [HALF, len(BASE)]}),
    )
    yield (
        "signed-shorter",
        sealed(BASE[:HALF]).written(),
        [most],
        wrong("older.size", {"between": [HALF, HALF + 2]}),
    )
    other = checkpoint(BASE[:HALF], (OTHER_LOG,), origin=OTHER_LOG.name)
    yield "older-of-another-log", GOOD.written(), [other], wrong("older.origin", {"number": HALF})
    impostor = checkpoint(BASE[:HALF], (IMPOSTOR, *WITNESSES))
    yield "older-impostor", GOOD.written(), [impostor], wrong("older.signature", {"number": HALF})


def vectors():
    """Yield a name, the archive's bytes, what the verifier is asked with, and the answer."""
    yield from good()
    for found in (broken_form(), broken_order(), broken_chain(), broken_root()):
        for name, written, answer in found:
            yield name, written, PINNED, answer
    for name, archive, code in broken_pages():
        yield name, archive.written(), PINNED, wrong(code, at(MIDDLE))
    for name, written, code in broken_note():
        yield name, written, PINNED, wrong(code)
    for name, written, older, answer in broken_past():
        yield name, written, {**PINNED, "older": older}, answer
    yield from spellings()
    yield from kept()
    yield from keys()


def write():
    index = []
    for name, content in KEPT.items():
        (FOLDER / name).write_bytes(content)
    for name, written, asked, answer in vectors():
        (FOLDER / f"{name}.ndjson").write_bytes(written)
        index.append({"name": name, "asked": asked, "answer": answer})
    INDEX.write_text(json.dumps(index, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return len(index)


if __name__ == "__main__":
    sys.stdout.write(f"{write()} archives\n")

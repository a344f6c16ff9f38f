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

from archives import (
    LOG,
    ORIGIN,
    WITNESSES,
    Archive,
    Notary,
    canonical,
    checkpoint,
    leaves_of,
    rechained,
)

FOLDER = Path(__file__).parent / "vectors" / "archives"
INDEX = FOLDER / "index.json"
BASE = tuple(leaves_of(Random(4), events=12, streams=3, accesses=3))
GOOD = Archive.of(BASE)
EVENTS = [index for index, leaf in enumerate(BASE) if leaf.kind == "event"]
ACCESSES = [index for index, leaf in enumerate(BASE) if leaf.kind == "access"]
READ = [json.loads(leaf.content) for leaf in BASE]
PINNED = {"key": LOG.vkey, "witnesses": [it.vkey for it in WITNESSES]}
HALF = 7
OTHER_LOG = Notary("jejak/00000000-0000-4000-8000-000000000000", seed=b"o" * 32)
IMPOSTOR = Notary(ORIGIN, seed=b"i" * 32)
STRANGER = Notary("saksi.example/9", 4, b"9" * 32)


def first(condition):
    """Return the index of the first event whose page is so."""
    return next(index for index in EVENTS if condition(READ[index]))


def next_of_stream(index):
    """Return the index of the page after this one in its stream, or None after its last."""
    stream = READ[index]["stream"]
    return next((it for it in EVENTS if it > index and READ[it]["stream"] == stream), None)


MIDDLE = first(lambda page: page["version"] == 2)
AFTER = next_of_stream(MIDDLE)
LAST = max(index for index in EVENTS if next_of_stream(index) is None)


def with_leaf(index, leaf, archive=GOOD):
    leaves = list(archive.leaves)
    leaves[index] = leaf
    return replace(archive, leaves=tuple(leaves))


def with_page(index, **fields):
    """Change some fields of a page, and leave everything else as it was signed."""
    return with_leaf(index, replace(BASE[index], content=canonical(READ[index] | fields)))


def with_bytes(index, change):
    return with_leaf(index, replace(BASE[index], content=change(BASE[index].content)))


def with_line(number, change):
    lines = GOOD.lines()
    lines[number] = change(lines[number])
    return b"".join(lines)


def without(*indexes, size=None):
    left = tuple(leaf for index, leaf in enumerate(BASE) if index not in indexes)
    return replace(GOOD, leaves=left, size=len(BASE) if size is None else size)


def sealed(leaves, **how):
    """Sign leaves as if they were the log."""
    return replace(Archive.of(leaves), note=checkpoint(leaves, **how))


def forged(index):
    """Change a page and chain its stream anew, as a superuser could."""
    leaves = list(with_page(index, purpose="lain").leaves)
    return rechained(leaves, READ[index]["stream"])


def at(index, **more):
    number = BASE[index].number
    return {"index": index, "kind": BASE[index].kind, "number": number, **more}


def page_at(index, **more):
    page = READ[index]
    return at(index, stream=page["stream"], version=page["version"], **more)


def wrong(code, place=None):
    return {"ok": False, "fault": {"code": code, **(place or {})}}


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


def broken_form():
    whole = GOOD.written()
    tail = {"between": [10, len(BASE)]}
    lines = GOOD.lines()
    yield (
        "header-version",
        with_line(0, lambda it: it.replace(b'e":1', b'e":2')),
        wrong("archive.header"),
    )
    yield "header-spaced", with_line(0, lambda it: it.replace(b",", b", ")), wrong("archive.header")
    yield "header-missing", b"", wrong("archive.header")
    yield (
        "header-other-origin",
        replace(GOOD, origin=OTHER_LOG.name).written(),
        wrong("archive.header"),
    )
    yield "line-junk", with_line(4, lambda _: b"{}\n"), wrong("archive.line", {"index": 3})
    yield (
        "line-spaced",
        with_line(4, lambda it: it.replace(b'"index":', b'"index": ')),
        wrong("archive.line", {"index": 3}),
    )
    yield "index-skips", b"".join(lines[:6] + lines[7:]), wrong("archive.index", {"index": 5})
    yield "index-doubled", b"".join(lines[:6] + lines[5:]), wrong("archive.index", {"index": 5})
    yield (
        "truncated-line",
        whole[: len(b"".join(lines[:11])) + 40],
        wrong("archive.truncated", tail),
    )
    yield "truncated", b"".join(lines[:11]), wrong("archive.truncated", tail)
    yield "trailing", whole + b"\n", wrong("archive.trailing")
    yield "trailing-rest", whole + b"x", wrong("archive.trailing")
    yield (
        "tail-cut",
        without(*range(10, len(BASE))).written(),
        wrong("archive.size", {"between": [0, len(BASE)]}),
    )


def broken_order():
    one, two = EVENTS[3], EVENTS[4]
    gap = replace(BASE[one], number=BASE[one].number + 1)
    yield (
        "position-skips",
        with_leaf(one, gap).written(),
        wrong("event.position", {"index": one, "number": BASE[one].number + 1}),
    )
    gap = replace(BASE[ACCESSES[1]], number=9)
    yield (
        "number-skips",
        with_leaf(ACCESSES[1], gap).written(),
        wrong("access.number", {"index": ACCESSES[1], "number": 9}),
    )
    late = replace(BASE[one], at="2099-01-01T00:00:00.000000Z")
    yield "time-backwards", with_leaf(one, late).written(), wrong("recorded_at.backwards", at(two))
    odd = replace(BASE[one], at="2025-13-01T00:00:00.000000Z")
    yield "time-no-instant", with_leaf(one, odd).written(), wrong("archive.line", {"index": one})


def broken_pages():
    here = MIDDLE
    page = READ[here]
    flip = {"prev_hash": "0" * 64}
    yield "page-spaced", with_bytes(here, lambda it: it.replace(b",", b", ")), "page.canonical"
    turned = canonical(dict(READ[here]))[1:-1]
    yield (
        "page-key-twice",
        with_bytes(here, lambda _: b'{"actor":null,' + turned + b"}"),
        "page.canonical",
    )
    swapped = json.dumps(dict(reversed(page.items())), separators=(",", ":"), ensure_ascii=False)
    yield "page-unsorted", with_bytes(here, lambda _: swapped.encode()), "page.canonical"
    yield "page-fraction", with_page(here, payload={"score": 1.5}), "page.canonical"
    yield (
        "page-minus-zero",
        with_bytes(here, lambda it: it.replace(b'"format":1', b'"format":-0')),
        "page.canonical",
    )
    yield "page-too-large", with_page(here, payload={"score": 2**53}), "page.canonical"
    yield (
        "page-escaped",
        with_bytes(here, lambda it: it.replace(b'"pembinaan"', b'"pembina\\u0061n"')),
        "page.canonical",
    )
    yield (
        "page-lone-surrogate",
        with_bytes(here, lambda it: it.replace(b'"pembinaan"', b'"\\ud800"')),
        "page.canonical",
    )
    yield (
        "page-not-utf8",
        with_bytes(here, lambda it: it.replace(b'"pembinaan"', b'"\xff"')),
        "page.canonical",
    )
    yield "page-empty", with_bytes(here, lambda _: b'""'), "page.canonical"
    deep = b'{"a":' * 65 + b"1" + b"}" * 65
    yield "page-too-deep", with_bytes(here, lambda _: deep), "page.canonical"
    yield "page-format", with_page(here, format=2), "page.format"
    missing = {name: value for name, value in page.items() if name != "purpose"}
    yield "page-field-missing", with_bytes(here, lambda _: canonical(missing)), "page.envelope"
    yield "page-field-more", with_page(here, extra=None), "page.envelope"
    yield "page-version-zero", with_page(here, version=0), "page.envelope"
    yield "page-version-true", with_page(here, version=True), "page.envelope"
    yield (
        "page-zone",
        with_page(here, effective=page["effective"] | {"zone": "Asia/Tokyo"}),
        ("page.envelope"),
    )
    box = {"class": "personal", "key": page["event_id"], "page_key": "", "subject": "p"}
    for name, pointers in {
        "nowhere": ["/elsewhere"],
        "no-evidence": ["/evidence/7/number"],
        "open-too": ["/payload/score"],
        "none": [],
    }.items():
        boxes = [box | {"fields": dict.fromkeys(pointers, "")}]
        yield (
            f"page-sealed-{name}",
            with_page(here, sealed=boxes, payload={"score": 1}),
            ("page.envelope"),
        )
    twice = [box | {"fields": {"/reason": ""}}] * 2
    yield "page-sealed-twice", with_page(here, sealed=twice), "page.envelope"
    yield "page-stream-kindless", with_page(here, stream="kasus", **flip), "page.envelope"


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


def write():
    index = []
    for name, written, asked, answer in vectors():
        (FOLDER / f"{name}.ndjson").write_bytes(written)
        index.append({"name": name, "asked": asked, "answer": answer})
    INDEX.write_text(json.dumps(index, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return len(index)


if __name__ == "__main__":
    sys.stdout.write(f"{write()} archives\n")

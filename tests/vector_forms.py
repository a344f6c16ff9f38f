"""Archives whose form is wrong: lines, order, pages."""

import json
from dataclasses import replace

from archives import canonical
from vector_log import (
    ACCESSES,
    BASE,
    EVENTS,
    GOOD,
    MIDDLE,
    OTHER_LOG,
    READ,
    at,
    with_bytes,
    with_leaf,
    with_line,
    with_page,
    without,
    wrong,
)


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
    yield "header-empty", with_line(0, lambda _: b"{}\n"), wrong("archive.header")
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


SPELT = {
    "minus-zero": (b'"format":1', b'"format":-0'),
    "escaped": (b'"pembinaan"', b'"pembina\\u0061n"'),
    "lone-surrogate": (b'"pembinaan"', b'"\\ud800"'),
    "not-utf8": (b'"pembinaan"', b'"\xff"'),
    "spaced": (b",", b", "),
    "key-twice": (b'{"actor":', b'{"actor":null,"actor":'),
}
"""Other spellings of a page, which mean nothing else or nothing at all."""


def not_canonical():
    """Yield pages that are not the one spelling of what they say."""
    for name, (old, new) in SPELT.items():
        yield name, with_bytes(MIDDLE, lambda it, old=old, new=new: it.replace(old, new))
    backwards = dict(reversed(READ[MIDDLE].items()))
    text = json.dumps(backwards, separators=(",", ":"), ensure_ascii=False)
    yield "unsorted", with_bytes(MIDDLE, lambda _: text.encode())
    yield "fraction", with_page(MIDDLE, payload={"score": 1.5})
    yield "too-large", with_page(MIDDLE, payload={"score": 2**53})
    yield "empty", with_bytes(MIDDLE, lambda _: b'""')
    deep = b'{"a":' * 65 + b"1" + b"}" * 65
    yield "too-deep", with_bytes(MIDDLE, lambda _: deep)


def not_whole():
    """Yield pages whose envelope is not what it must be."""
    page = READ[MIDDLE]
    missing = {name: value for name, value in page.items() if name != "purpose"}
    yield "field-missing", with_bytes(MIDDLE, lambda _: canonical(missing))
    yield "field-more", with_page(MIDDLE, extra=None)
    yield "version-zero", with_page(MIDDLE, version=0)
    yield "version-true", with_page(MIDDLE, version=True)
    yield "zone", with_page(MIDDLE, effective=page["effective"] | {"zone": "Asia/Tokyo"})
    yield "stream-kindless", with_page(MIDDLE, stream="kasus", prev_hash="0" * 64)
    box = {"class": "personal", "key": page["event_id"], "page_key": "", "subject": "p"}
    for name, pointers in {
        "nowhere": ["/elsewhere"],
        "no-evidence": ["/evidence/7/number"],
        "open-too": ["/payload/score"],
        "none": [],
    }.items():
        boxes = [box | {"fields": dict.fromkeys(pointers, "")}]
        yield f"sealed-{name}", with_page(MIDDLE, sealed=boxes, payload={"score": 1})
    yield "sealed-twice", with_page(MIDDLE, sealed=[box | {"fields": {"/reason": ""}}] * 2)


def broken_pages():
    for code, pages in (("page.canonical", not_canonical()), ("page.envelope", not_whole())):
        for name, archive in pages:
            yield f"page-{name}", archive, code
    yield "page-format", with_page(MIDDLE, format=2), "page.format"

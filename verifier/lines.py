"""The lines of an archive, as patterns over bytes.

An ordinary line is recognised by its `FRONT`, then `HEAD`, then one of the `Tails`. They pass
over no byte that they do not know, from the line's beginning to its end, so each field that they
take out is the one that parsing would find. What they do not recognise is parsed.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

NUMBER: Final = rb"(?:0|[1-9][0-9]{0,14}+)"
INSTANT: Final = (
    rb"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    rb"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
)
PLAIN_BYTE: Final = rb"[ !#-\[\]-\xff]"
"""What stands for itself in a text: no quote, no backslash, no control character. Said as what it
is and not as what it is not, it is found in half the time."""
TEXT: Final = rb'"' + PLAIN_BYTE + rb'*+"'
TEXT_OR_NULL: Final = rb"(?:null|" + TEXT + rb")"


def _hex(*lengths: int) -> bytes:
    """Return digits in hex, in parts with hyphens between them.

    Of two ranges and one byte more `re` makes a table, which it asks in a third of the time; the
    byte is a newline, and the dot has seen before that there is none.
    """
    parts = b"-".join(rb"[0-9a-f\n]{%d}+" % length for length in lengths)
    return rb"(?=.{%d})" % (sum(lengths) + len(lengths) - 1) + parts


UUID: Final = rb'"' + _hex(8, 4, 4, 4, 12) + rb'"'
BASE64: Final = rb'"[A-Za-z0-9+/]*+=?+=?+"'
DAY: Final = rb'"[0-9]{4}-[0-9][0-9]-[0-9][0-9]"'
SHORT: Final = rb"(?:" + TEXT + rb"|null|true|false|0|-?+[1-9][0-9]{0,14}+)"


def _listed(item: bytes, start: bytes, end: bytes) -> bytes:
    """Return any number of items with commas between them, none after the last."""
    return rb"(?:" + item + rb"(?:,(?=" + start + rb")|(?=" + end + rb")))*+"


EVIDENCE: Final = rb'\{"date":(?:null|' + DAY + rb'),"sha256":(?:null|"' + _hex(64) + rb'")\}'
ACTOR: Final = (
    rb'\{"agency":%(nullable)b,"id":%(text)b,"on_behalf_of":%(nullable)b,"role":%(text)b,'
    rb'"unit":%(nullable)b\}' % {b"nullable": TEXT_OR_NULL, b"text": TEXT}
)
STREAM: Final = rb'"([a-z_]++:' + PLAIN_BYTE + rb'++)"'
FRONT: Final = b'{"index":%d,"kind":"event","position":%d,"recorded_at":"'
"""What the next event's line begins with: nothing has to be taken out of it."""
HEAD: Final = re.compile(
    b"".join(
        (
            rb"(" + INSTANT + rb')","page":\{"actor":' + ACTOR,
            rb',"causation_id":' + TEXT_OR_NULL,
            rb',"correlation_id":' + TEXT,
            rb',"effective":\{"at":' + TEXT_OR_NULL + rb',"day":' + DAY,
            rb',"zone":"Asia/(?:Jakarta|Makassar|Jayapura)"\},"event_id":' + UUID,
            rb',"evidence":\[(' + _listed(EVIDENCE, rb"\{", rb"\]"),
            rb')\],"format":1,"idempotency_key":' + TEXT_OR_NULL,
            rb',"name":"([a-z][a-z0-9_.]*+@[1-9][0-9]*+)","payload":',
        )
    )
)
"""The first half of a line, from the time of recording up to the payload. Groups: time, evidence,
name."""
PAGE_AT: Final = len('2026-11-22T04:30:00.000000Z","page":')
"""How far behind the beginning of `HEAD` the page begins."""

EVENT: Final = re.compile(
    rb'\{"index":('
    + NUMBER
    + rb'),"kind":"event","position":('
    + NUMBER
    + rb'),"recorded_at":"('
    + INSTANT
    + rb')","page":(.+)\}\n'
)
ACCESS: Final = re.compile(
    rb'\{"index":('
    + NUMBER
    + rb'),"kind":"access","number":('
    + NUMBER
    + rb'),"recorded_at":"('
    + INSTANT
    + rb')","body":(.+)\}\n'
)
CLOSING: Final = b'{"checkpoint":'

PLAIN: Final = re.compile(r"[a-z0-9_/]+")
SCALARS: Final = (str, int, type(None))  # bool is an int
LIST: Final = rb"\[" + _listed(SHORT, rb"[^\],]", rb"\]") + rb"\]"

Tail = Callable[[bytes, int], "re.Match[bytes] | None"]
Layout = tuple[Sequence[tuple[str, bool]], Sequence[tuple[str, Sequence[str]]]]


class Tails:
    """Patterns for the second half of a line, from the payload on, each made from a parsed page.

    A pattern has that page's keys, in their order, as they stand; what it leaves open is values.
    So whatever fits it has the keys of a page that was found right: the same fields, sorted, sealed
    ones where no open one stands. One is made when pages of its layout have come ``after`` times.
    Groups: hash of the page before, stream, version.
    """

    MOST: Final = 8
    """Patterns tried for one name: more would cost more than parsing."""
    NAMES_MOST: Final = 4_096

    def __init__(self, after: int = 8) -> None:
        self.known: dict[bytes, list[Tail]] = {}
        self._after, self._seen = after, Counter[tuple[bytes, Layout]]()

    @staticmethod
    def key(name: bytes, evidence: bytes) -> bytes:
        """Return what patterns are kept under: a page's name, and how much evidence it has."""
        return name + b"#%d" % evidence.count(b"{") if evidence else name

    def learn(self, key: bytes, page: Mapping[str, Any]) -> None:
        """Take note of a page that was parsed and found right."""
        known = self.known.get(key, [])
        if len(known) >= self.MOST or len(self._seen) >= self.NAMES_MOST:
            return
        layout = _layout(page)
        if layout is None:
            return
        self._seen[key, layout] += 1
        if self._seen[key, layout] == self._after:
            self.known.setdefault(key, known).append(re.compile(_tail(layout)).match)


def _layout(page: Mapping[str, Any]) -> Layout | None:
    """Return the keys of a page's second half; None where a pattern would be no use."""
    fields = []
    for name, value in page["payload"].items():
        is_list = isinstance(value, list)
        if not all(isinstance(one, SCALARS) for one in (value if is_list else [value])):
            return None
        fields.append((name, is_list))
    boxes = [(box["class"], tuple(box["fields"])) for box in page["sealed"]]
    names = [name for name, _ in fields] + [name for _, inner in boxes for name in inner]
    return (tuple(fields), tuple(boxes)) if all(map(PLAIN.fullmatch, names)) else None


def _tail(layout: Layout) -> bytes:
    fields, boxes = layout
    payload = (b'"%b":%b' % (name.encode(), LIST if is_list else SHORT) for name, is_list in fields)
    sealed = (
        rb'\{"class":"%b","fields":\{%b\},"key":%b,"page_key":%b,"subject":%b\}'
        % (
            kind.encode(),
            b",".join(b'"%b":%b' % (pointer.encode(), BASE64) for pointer in pointers),
            UUID,
            BASE64,
            TEXT,
        )
        for kind, pointers in boxes
    )
    return b"".join(
        (
            rb"\{"
            + b",".join(payload)
            + rb'\},"prev_hash":"('
            + _hex(64)
            + rb')","purpose":'
            + TEXT,
            rb',"sealed":\[' + b",".join(sealed) + rb'\],"stream":' + STREAM,
            rb',"subject":' + TEXT + rb',"version":([1-9][0-9]{0,8}+)\}\}\n',
        )
    )

"""The lines of an archive, as patterns over bytes.

`ORDINARY` recognises a whole line whose page is of the everyday kind, in one pass: no escapes, no
payload with an object or a list in it. It decides nothing that parsing would not: each field that
it takes out is fixed by the page's own beginning and end, between which it passes over no byte
that it does not know. What it does not recognise is parsed.
"""

import re
from typing import Final

NUMBER: Final = rb"(?:0|[1-9][0-9]{0,15}+)"
INSTANT: Final = (
    rb"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    rb"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
)
TEXT: Final = rb'"[^"\\\x00-\x1f]*+"'
TEXT_OR_NULL: Final = rb"(?:null|" + TEXT + rb")"
UUID: Final = rb'"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"'
BASE64: Final = rb'"[A-Za-z0-9+/]*+=?+=?+"'
DAY: Final = rb'"[0-9]{4}-[0-9][0-9]-[0-9][0-9]"'
SHORT: Final = rb"(?:" + TEXT + rb"|null|true|false|0|-?+[1-9][0-9]{0,14}+)"


def _listed(item: bytes, start: bytes, end: bytes) -> bytes:
    """Return any number of items with commas between them, none after the last."""
    return rb"(?:" + item + rb"(?:,(?=" + start + rb")|(?=" + end + rb")))*+"


EVIDENCE: Final = rb'\{"date":(?:null|' + DAY + rb'),"sha256":(?:null|"[0-9a-f]{64}")\}'
BOX: Final = (
    rb'\{"class":"(?:personal|specific)","fields":\{(?!\})'
    + _listed(rb'"/[^"\\\x00-\x1f]*+":' + BASE64, rb'"', rb"\}")
    + rb'\},"key":'
    + UUID
    + rb',"page_key":'
    + BASE64
    + rb',"subject":'
    + TEXT
    + rb"\}"
)
ACTOR: Final = (
    rb'\{"agency":%(nullable)b,"id":%(text)b,"on_behalf_of":%(nullable)b,"role":%(text)b,'
    rb'"unit":%(nullable)b\}' % {b"nullable": TEXT_OR_NULL, b"text": TEXT}
)
PAGE: Final = b"".join(
    (
        rb'\{"actor":',
        ACTOR,
        rb',"causation_id":',
        TEXT_OR_NULL,
        rb',"correlation_id":',
        TEXT,
        rb',"effective":\{"at":',
        TEXT_OR_NULL,
        rb',"day":',
        DAY,
        rb',"zone":"Asia/(?:Jakarta|Makassar|Jayapura)"\},"event_id":',
        UUID,
        rb',"evidence":\[(',
        _listed(EVIDENCE, rb"\{", rb"\]"),
        rb')\],"format":1,"idempotency_key":',
        TEXT_OR_NULL,
        rb',"name":"[a-z][a-z0-9_.]*+@[1-9][0-9]*+","payload":\{(',
        _listed(rb'"[a-z_0-9]++":' + SHORT, rb'"', rb"\}"),
        rb')\},"prev_hash":"([0-9a-f]{64})","purpose":',
        TEXT,
        rb',"sealed":\[(',
        _listed(BOX, rb"\{", rb"\]"),
        rb')\],"stream":"([a-z_]++:[^"\\\x00-\x1f]++)","subject":',
        TEXT,
        rb',"version":([1-9][0-9]{0,8}+)\}',
    )
)
ORDINARY: Final = re.compile(
    rb'\{"index":('
    + NUMBER
    + rb'),"kind":"event","position":('
    + NUMBER
    + rb'),"recorded_at":"('
    + INSTANT
    + rb')","page":()'
    + PAGE
    + rb"\}\n"
)
"""Groups: index, position, time, where the page begins, evidence, payload, hash before, sealed,
stream, version."""

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

PAYLOAD_KEYS: Final = re.compile(rb'"([a-z_0-9]++)":').findall
SEALED_KEYS: Final = re.compile(rb'"(/[^"]*+|class)":').findall

Layout = tuple[int, tuple[bytes, ...], tuple[bytes, ...]]


def layout(evidence: bytes, payload: bytes, sealed: bytes) -> Layout:
    """Return what makes the keys of an ordinary page right or wrong, its values apart.

    They are: how many pieces of evidence there are, the payload's keys in their order, and the
    sealed fields' in theirs, box by box. There is no quote inside an ordinary page's strings, so
    whatever stands between two quotes and before a colon is a key.
    """
    return (
        evidence.count(b"{") if evidence else 0,
        tuple(PAYLOAD_KEYS(payload)),
        tuple(SEALED_KEYS(sealed)) if sealed else (),
    )

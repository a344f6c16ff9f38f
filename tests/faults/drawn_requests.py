"""Requests that are nearly right, and many that are not, drawn one at a time by a seed.

Each is one that the contract allows, or one that it does not (`contract`), or surely right; aimed
at what is there, and spoiled in up to four places.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from tests.facts import agreement, assessed, new_case, programme, referral

from . import nasty
from .scene import MEDAN, Scene

WORDS = (
    "unit",
    "on",
    "known_at",
    "valid_at",
    "limit",
    "after",
    "q",
    "from",
    "to",
    "bahasa",
    "nama",
)
READS, WRITES = "GET", "POST"
MISUSED = (
    ("Content-Type", "text/plain"),
    ("Content-Type", "application/json; charset=utf-16"),
    ("Content-Type", "multipart/form-data; boundary=x"),
    ("Content-Type", "application/x-www-form-urlencoded"),
    ("Content-Encoding", "gzip"),
    ("Accept", "text/csv;q=x, */*;q=-1"),
    ("Accept-Language", "xx-" * 300),
    ("If-Match", "*"),
    ("If-Match", 'W/"1"'),
    ("If-Match", '"99999999999999999999"'),
    ("If-None-Match", '"1", "2"'),
    ("If-Modified-Since", "kemarin"),
    ("Range", "bytes=5-1,-"),
    ("traceparent", "00-zz-zz-01"),
    ("X-Forwarded-For", nasty.MARK),
    ("Idempotency-Key", nasty.MARK),
    ("Idempotency-Key", "k" * 5_000),
    ("Idempotency-Key", "\xff\x80"),
    ("Cookie", f"jejak={nasty.MARK}; x; =; a=b=c"),
    ("Origin", "https://elsewhere.example"),
    ("Purpose", nasty.MARK),
    ("Last-Event-ID", "-1"),
)
TOKENS = (
    "Bearer",
    "Bearer ",
    "Basic dXNlcjpwYXNz",
    "Bearer a.b.c",
    "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
    "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0=.AAAA",
    "Bearer " + "A" * 9_000,
    "bearer \xff",
)


@dataclass
class Request:
    """One request, in parts that can each be spoiled."""

    method: str
    path: str
    parts: dict[str, Any] = field(default_factory=dict)
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    raw: bytes | None = None
    caller: str = "medan"

    def copy(self) -> "Request":
        body = json.loads(json.dumps(self.body)) if self.body is not None else None
        return Request(
            self.method,
            self.path,
            dict(self.parts),
            [*self.query],
            dict(self.headers),
            body,
            self.raw,
        )

    def content(self) -> bytes:
        if self.raw is not None:
            return self.raw
        return b"" if self.body is None else nasty.dumped(self.body)

    def target(self) -> str:
        path = self.path
        for name, said in self.parts.items():
            path = path.replace(f"{{{name}}}", quote(str(said), safe="", errors="surrogatepass"))
        return path + ("?" + urlencode(self.query, errors="surrogatepass") if self.query else "")


WHOLE = (".csv", ".ndjson", ".pdf", ".xlsx")
"""Takes long to answer, so it is asked for less often."""
ASSESSED = Request(
    WRITES, "/v1/cases/{case_id}/events", {"case_id": "x"}, body={"events": [assessed()]}
)
RIGHT = (
    *[ASSESSED] * 12,
    *[Request(WRITES, "/v1/cases", body=new_case("Sari Benar"))] * 5,
    Request(WRITES, "/v1/programmes", body={"events": [programme()]}),
    Request(WRITES, "/v1/referrals", body={"events": [referral()]}),
    Request(WRITES, "/v1/agreements", body={"events": [agreement()]}),
)
"""What is recorded where nothing of it is spoiled, so that there is something to be half of."""


@dataclass
class Drawn:
    """Draws one request after the other."""

    corpus: Sequence[Request]
    draw: random.Random

    def __post_init__(self) -> None:
        self._writes = [one for one in self.corpus if one.method != READS]
        reads = [one for one in self.corpus if one.method == READS]
        self._whole = [one for one in reads if one.path.endswith(WHOLE)]
        self._reads = [one for one in reads if not one.path.endswith(WHOLE)]
        self._bodies = [one.body for one in self._writes if one.body is not None]

    def next(self, scene: Scene) -> Request:
        """Return a request to what is there, or nearly, by somebody, or nearly."""
        draw = self.draw
        chosen = draw.choices([self._writes, self._reads, self._whole, RIGHT], [60, 30, 1, 10])[0]
        request = draw.choice(chosen or self._reads).copy()
        if chosen is RIGHT:  # not the same fact as before
            request.body = nasty.told_anew(draw, request.body)
        request.caller = draw.choices(*zip(*scene.callers_of(request.path), strict=True))[0]
        if draw.random() < 0.85:
            self._aim(request, scene)
        if request.method == WRITES and draw.random() < 0.5:
            request.headers["Idempotency-Key"] = f"bad-{draw.randrange(10**9)}"
        for _ in range(draw.choice([0, 1, 1, 1, 2, 4])):
            self._spoil(request)
        if "timeout" in dict(request.query):
            request.query = [(name, said) for name, said in request.query if name != "timeout"]
        return request

    def _aim(self, request: Request, scene: Scene) -> None:
        for name in request.parts:
            if name in scene.there:
                request.parts[name] = scene.there[name]
                version = scene.versions.get(scene.there[name])
                if version and request.method == WRITES:
                    request.headers["If-Match"] = version
        _at_home(request.body)

    def _spoil(self, request: Request) -> None:
        draw = self.draw
        match draw.randrange(12):
            case 0 if request.parts:
                request.parts[draw.choice(list(request.parts))] = nasty.text(draw)[:2_000]
            case 1 | 2 if request.query:
                at = draw.randrange(len(request.query))
                request.query[at] = (request.query[at][0], nasty.text(draw)[:3_000])
            case 1 | 2 | 3:
                request.query.append((draw.choice(WORDS), nasty.text(draw)[:3_000]))
            case 4:
                name, said = draw.choice(MISUSED)
                request.headers[name] = said
            case 5:
                request.headers["Authorization"] = draw.choice(TOKENS)
            case 6:
                request.raw = nasty.spoiled(draw, request.content())
            case 7 if draw.random() < 0.3:
                request.method = draw.choice(["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "XYZ"])
            case _ if request.body is not None and request.raw is None:
                request.body = nasty.changed(draw, request.body, draw.choice(self._bodies))
            case _:
                request.query.append((nasty.text(draw)[:50], draw.choice(WORDS)))


def _at_home(part: Any) -> None:
    """Name the caller's own unit wherever a unit is named."""
    for key, said in list(part.items()) if isinstance(part, dict) else ():
        if key in {"unit", "to"} and isinstance(said, str):
            part[key] = MEDAN
        _at_home(said)
    for said in part if isinstance(part, list) else ():
        _at_home(said)

"""The campaign of bad input: requests and files that are nearly right, by the million.

    .venv/bin/python -m tests.faults.bad_input --requests 1000000 --files 100000 --seed 7

A service as its users run it is asked over sockets by callers of every role; then files are read by
the import and by the verifier. Exit status 1 where anything was answered with 500 or not at all,
where a refusal, a log line or a metric repeats what was sent, where a caller was shown somebody out
of scope or without a record of it, where something refused stands in the ledger or something
acknowledged does not, where a read model differs from its replay or the log from the ledger. What
was sent then is written out.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infrastructure.logging import configure_logging

from . import nasty
from .bad_files import read_files
from .bare_line import Answer, BareLine, Silent
from .drawn_requests import Drawn, Request
from .house import ServedHouse
from .scene import BLIND, PLANTED, Scene, begin, prepared
from .written import Written, faults_of_ledger

EPISODE = 20_000
"""Requests to the same streams, before others are opened: so no journey grows too long."""
LINES = 8
SHOWN_MOST = 5
PROBLEM = "application/problem+json"
AWAY = frozenset({503})
"""With `Retry-After`: many ask about other times at once."""
HOPELESS = (
    b"GET /v1/cases\r\n\r\n",
    b"GET /v1/cases HTTP/9.9\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xaa" * 60 + b"\r\n\r\n",
    b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}{}{}",
    b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    b"GET /%zz%ff%00 HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
)
"""What is not even HTTP: it is refused, or hung up on, and the next caller is served."""


@dataclass
class Tally:
    """What was sent and what was wrong."""

    asked: int = 0
    answered: Counter[int] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    written: Written = field(default_factory=Written)

    def note(self, kind: str, sent: bytes, said: object) -> None:
        self.wrong[kind] += 1
        if self.wrong[kind] <= SHOWN_MOST:
            say(f"{kind}\n  sent {sent[:3_000]!r}\n  said {str(said)[:1_500]}")


@dataclass
class Asking:
    """Some connections that ask what is drawn for them."""

    house: ServedHouse
    drawn: Drawn
    tally: Tally

    async def episode(self, scene: Scene, requests: int) -> None:
        """Send so many requests about one scene."""
        left = iter(range(requests))
        async with asyncio.TaskGroup() as lines:
            for _ in range(LINES):
                lines.create_task(self._line(scene, left))

    async def _line(self, scene: Scene, left: Any) -> None:
        line = BareLine(self.house.port)
        for number in left:
            if number % 500 == 7:
                await self._hopeless(line)
            else:
                await self._one(line, scene)
        await line.close()

    async def _one(self, line: BareLine, scene: Scene) -> None:
        request = self.drawn.next(scene)
        sent = self.house.spelt(request)
        self.tally.asked += 1
        try:
            answer = await line.exchange(sent, bodiless=request.method == "HEAD")
        except Silent as silent:
            self.tally.note(f"silent: {silent}", sent, "")
            return
        self.tally.answered[answer.status] += 1
        for kind in faults_of(request, answer):
            self.tally.note(kind, sent, answer.head + answer.body)
        if PLANTED.encode() in answer.body:
            self.tally.written.shown.add(answer.header("x-trace-id"))
        if answer.status < 300 and request.method != "GET":
            self.tally.written.told(answer.header("x-trace-id"), answer.body)
            for key, version in scene.versions.items():
                if key in request.parts.values() and (tag := answer.header("etag")):
                    scene.versions[key] = tag or version

    async def _hopeless(self, line: BareLine) -> None:
        sent = self.drawn.draw.choice(HOPELESS)
        other = BareLine(self.house.port)
        self.tally.asked += 1
        try:
            answer = await other.exchange(sent)
            self.tally.answered[answer.status] += 1
            if answer.status not in {200, 303, 307, 400, 401, 404, 413, 431}:
                self.tally.note(f"no HTTP, answered {answer.status}", sent, answer.body)
        except Silent:
            self.tally.answered[0] += 1
        await other.close()


def faults_of(request: Request, answer: Answer) -> list[str]:
    """Return what is wrong with an answer, whatever was asked."""
    status, kind = answer.status, answer.header("content-type")
    found = []
    if status in AWAY and not answer.header("retry-after"):
        found.append(f"{status} without Retry-After")
    if status >= 500 and status not in AWAY:
        found.append(f"answered {status}")
    if status >= 400 and request.method != "HEAD" and not _of_the_server(answer):
        found += _of_a_refusal(answer, is_page=kind.startswith("text/html"))
    if request.caller in BLIND and PLANTED.encode() in answer.body:
        found.append(f"out of scope ({request.caller})")
    if answer.header("x-injected") or ("html" in kind and nasty.SCRIPT.encode() in answer.body):
        found.append("what was sent is taken for our own")
    return [f"{one}: {request.method} {request.path}" for one in found]


def _of_the_server(answer: Answer) -> bool:
    """Say whether uvicorn answered by itself, since it could not read the request as HTTP."""
    return answer.status == 400 and answer.body == b"Invalid HTTP request received."


def _of_a_refusal(answer: Answer, *, is_page: bool) -> Iterator[str]:
    """A page shows again what was filled in, and what it was about; nothing else may."""
    if is_page:
        return
    if nasty.MARK.encode() in answer.body:
        yield "a refusal repeats what was sent"
    if PLANTED.encode() in answer.body:
        yield "a refusal names somebody"
    if not answer.header("content-type").startswith(PROBLEM):
        yield "no problem+json"
    elif not {"title", "code", "detail"} <= json.loads(answer.body).keys():
        yield "a problem without code or detail"


def asked_all(house: ServedHouse, tally: Tally, options: argparse.Namespace) -> None:
    """Ask everything, episode by episode; each has a seed of its own."""
    from .contract import corpus  # noqa: PLC0415  # schemathesis takes its time to come

    prepared(house)
    requests = corpus(house.document(), options.seed, options.examples)
    say(f"{len(requests)} requests to draw from")
    first, began = begin(house, 0), time.monotonic()
    for number in range(-(-options.requests // EPISODE)):
        scene = begin(house, number, first.there["remisi_batch_id"]) if number else first
        draw = random.Random(f"{options.seed}/{number}")  # noqa: S311 - drawn requests, no secret
        share = min(EPISODE, options.requests - number * EPISODE)
        asyncio.run(Asking(house, Drawn(requests, draw), tally).episode(scene, share))
        rate = tally.asked / (time.monotonic() - began)
        wrong = sum(tally.wrong.values())
        say(f"{tally.asked} requests, {rate:.0f}/s, {wrong} wrong, {house.memory()} MB")
        if wrong > options.stop_after or time.monotonic() - began > options.seconds:
            break


def account(house: ServedHouse, tally: Tally) -> list[str]:
    """Return what is wrong with all that was left behind."""
    house.settle()
    found = faults_of_ledger(house.conninfo, tally.written)
    found += [f"the read model {name} differs from its replay" for name in house.compared()]
    marks = [nasty.MARK, PLANTED, nasty.MARK.replace(" ", "%20"), nasty.MARK.replace(" ", "+")]
    found += [
        f"{mark!r} in {name}" for name, said in house.told() for mark in marks if mark in said
    ]
    found += [f"logged as an error: {line[:400]}" for line in house.errors()[:5]]
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the campaign and print its account."""
    options = parsed(arguments)
    configure_logging()
    say(f"seed {options.seed}")
    directory = Path(tempfile.mkdtemp(prefix="jejak-bad-input-"))
    directory.chmod(0o711)
    house, tally, began = ServedHouse(directory), Tally(), time.monotonic()
    try:
        house.open()
        asked_all(house, tally, options)
        left = account(house, tally)
        files = read_files(house, options.seed, options.files)
        memory = house.memory()
    finally:
        house.close()
        if not options.keep:
            shutil.rmtree(directory, ignore_errors=True)
    for one in [*left, *files.wrong[: 4 * SHOWN_MOST]]:
        say(one)
    result = {
        "seed": options.seed,
        "seconds": round(time.monotonic() - began),
        "requests": tally.asked,
        "answered": dict(sorted(tally.answered.items())),
        "wrong": dict(tally.wrong),
        "left_behind": len(left),
        "recorded": len(tally.written.events),
        "shown": len(tally.written.shown),
        "files": files.as_json(),
        "memory_mb": memory,
    }
    sys.stdout.write(json.dumps(result) + "\n")
    return 1 if tally.wrong or left or files.wrong else 0


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--examples", type=int, default=6, help="of each operation, of both kinds")
    parser.add_argument("--seconds", type=float, default=86_400, help="of asking, at most")
    parser.add_argument("--stop-after", type=int, default=2_000, help="so much that is wrong")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3)))
    parser.add_argument("--keep", action="store_true", help="keep data and logs")
    return parser.parse_args(arguments)


def say(text: str) -> None:
    """Tell how far it is, on standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main())

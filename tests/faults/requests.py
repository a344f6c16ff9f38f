"""What the writers of a campaign propose, and how an answer over HTTP is read."""

import itertools
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

from tests.facts import MEDAN, assessed, event, new_case

from .journal import Answer, Expected, Outcome, Told

OPENING = ("person.registered@1", "custody.admitted@1", "person.custody_began@1")
DAY = "2025-08-01"
PATIENCE_SECONDS = 20.0
"""How long a client waits for an answer before it takes the outcome for unknown."""
MONTHS = 12 * 2_024
SURELY_NOT = frozenset({400, 401, 403, 404, 409, 412, 422, 428})


class Marks:
    """What tells an assessment apart from all others of its case: month and score together.

    The same fact said twice is recorded once, so no two may be alike: there are 2.4 million.
    """

    def __init__(self, begin: int = 0) -> None:
        self._numbers = itertools.count(begin)

    def __call__(self) -> dict[str, Any]:
        score, month = divmod(next(self._numbers), MONTHS)
        return {"month": f"{month // 12 + 1:04}-{month % 12 + 1:02}", "score": score % 101}


@dataclass(frozen=True)
class Request:
    """One POST, as it can be sent again from a journal."""

    key: str
    path: str
    body: Mapping[str, Any]
    version: int | None
    expects: tuple[Expected, ...]

    def as_line(self) -> dict[str, Any]:
        return {"path": self.path, "body": self.body, "version": self.version}


def opening(key: str, name: str) -> Request:
    """A new person and a new case: three events in two streams, in one write."""
    expects = tuple(Expected(event, {}) for event in OPENING)
    return Request(key, "/v1/cases", new_case(name, unit=MEDAN), None, expects)


def unit_named(key: str) -> Request:
    """The unit that all of this is recorded in; a supervisor of the Ditjenpas names it."""
    data = {"unit": MEDAN, "kind": "rutan", "unit_class": None, "title": "Rutan", "region": "12.71"}
    body = {"events": [event("registry.unit_named", "2020-01-01", **data)]}
    return Request(key, "/v1/registry/units", body, None, (Expected("registry.unit_named@1", {}),))


MARKS = Marks()


def assessments(key: str, case: str, version: int, draw: random.Random) -> Request:
    """One to four assessments of a case, told apart from all others by their months."""
    marks = [MARKS() for _ in range(draw.choice([1, 1, 1, 2, 3, 4]))]
    events = [assessed(mark["month"], mark["score"], DAY) for mark in marks]
    expects = tuple(Expected("conduct.assessed@1", mark) for mark in marks)
    return Request(key, f"/v1/cases/{case}/events", {"events": events}, version, expects)


def from_line(key: str, line: Mapping[str, Any], expects: Sequence[Expected]) -> Request:
    """Make a request again from what a journal holds of it."""
    return Request(key, line["path"], line["body"], line["version"], tuple(expects))


@dataclass(frozen=True)
class Reply:
    """An answer, and what a writer needs of it to go on."""

    answer: Answer
    case: str | None = None
    version: int | None = None


class Counter:
    """One connection to the service, opened anew whenever it broke."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self._line: HTTPConnection | None = None

    def send(self, request: Request, *, hang_up: str = "") -> Reply:
        """Send a request and read its answer; whatever goes wrong is an unknown outcome.

        ``hang_up`` closes the line ``before_answer`` or ``mid_body``, as a lost network would.
        """
        try:
            return read_reply(self._exchange(request, hang_up))
        except (OSError, HTTPException, ValueError) as error:
            self.close()
            return Reply(Answer(Outcome.UNKNOWN, said=f"client {type(error).__name__}"))

    def get(self, path: str) -> tuple[int, Mapping[str, Any]]:
        """Read something; raises `OSError` or `HTTPException`."""
        line = self._connected()
        line.request("GET", path, headers={"Authorization": f"Bearer {self._token}"})
        response = line.getresponse()
        return response.status, json.loads(response.read() or b"{}")

    def close(self) -> None:
        if self._line:
            self._line.close()
        self._line = None

    def _connected(self) -> HTTPConnection:
        if self._line is None:
            self._line = HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_SECONDS)
        return self._line

    def _exchange(self, request: Request, hang_up: str) -> HTTPResponse:
        line = self._connected()
        body = json.dumps(request.body).encode()
        line.putrequest("POST", request.path)
        line.putheader("Authorization", f"Bearer {self._token}")
        line.putheader("Content-Type", "application/json")
        line.putheader("Content-Length", str(len(body)))
        line.putheader("Idempotency-Key", request.key)
        if request.version is not None:
            line.putheader("If-Match", f'"{request.version}"')
        line.endheaders()
        line.send(body[: len(body) // 2] if hang_up == "mid_body" else body)
        if hang_up:
            raise ConnectionError(hang_up)
        return line.getresponse()


def read_reply(response: HTTPResponse) -> Reply:
    """Read what an answer says of the outcome."""
    content = json.loads(response.read())
    said = f"{response.status} {content.get('code', '')}".strip()
    if response.status in SURELY_NOT:
        return Reply(Answer(Outcome.NO, said=said))
    if response.status not in {200, 201}:
        return Reply(Answer(Outcome.UNKNOWN, said=said))
    events = tuple(
        Told(one["event_id"], one["stream"], one["version"], one["position"])
        for one in content["events"]
    )
    answer = Answer(Outcome.YES, events, said)
    return Reply(answer, content.get("case_id"), content["version"])

"""What every client of a campaign asked and was told, line by line, written before and after.

A line is one `write` to a file opened for appending: it outlives a `kill -9` of who wrote it. A
question without an answer is an unknown outcome.
"""

import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any


class Outcome(Enum):
    """What an answer said: recorded, refused for good, or neither."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Expected:
    """An event that a request proposed: its stored name, and open fields that it alone has."""

    name: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """One event as an answer named it."""

    event_id: str
    stream: str
    version: int
    position: int


@dataclass(frozen=True)
class Answer:
    """One answer to one try."""

    outcome: Outcome
    events: tuple[Told, ...] = ()
    said: str = ""
    asked_at: float = 0.0
    at: float = 0.0


@dataclass
class Asked:
    """All tries of one request, known by its key."""

    key: str
    digest: str
    expects: tuple[Expected, ...]
    request: Mapping[str, Any]
    tries: int = 0
    last_asked_at: float = 0.0
    answers: list[Answer] = field(default_factory=list)

    @property
    def acknowledged(self) -> bool:
        return any(answer.outcome is Outcome.YES for answer in self.answers)

    @property
    def refused(self) -> bool:
        return any(answer.outcome is Outcome.NO for answer in self.answers)

    @property
    def settled(self) -> bool:
        return self.acknowledged or self.refused

    @property
    def was_unknown(self) -> bool:
        """Whether some try of it was left without a word, or with one that says nothing."""
        unknown = sum(answer.outcome is Outcome.UNKNOWN for answer in self.answers)
        return unknown > 0 or len(self.answers) < self.tries


class Journal:
    """Appends lines to a file. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("ab", buffering=0)
        self._lock = threading.Lock()

    def close(self) -> None:
        self._file.close()

    def ask(self, key: str, request: Mapping[str, Any], expects: Sequence[Expected]) -> None:
        """Note that a request is about to be sent."""
        body = json.dumps(request, sort_keys=True).encode()
        self._write(
            do="ask",
            key=key,
            digest=hashlib.sha256(body).hexdigest(),
            request=request,
            expects=[[one.name, one.fields] for one in expects],
        )

    def answer(self, key: str, answer: Answer) -> None:
        """Note what was answered to the last try."""
        events = [[e.event_id, e.stream, e.version, e.position] for e in answer.events]
        self._write(
            do="answer", key=key, outcome=answer.outcome.value, events=events, said=answer.said
        )

    def seen(self, reader: str, pages: Sequence[tuple[int, str]]) -> None:
        """Note which positions a reader was given next, with the event at each."""
        self._write(do="seen", reader=reader, pages=pages)

    def shown(self, subject: str) -> None:
        """Note that somebody's record was shown: an id."""
        self._write(do="shown", subject=subject)

    def _write(self, **line: Any) -> None:
        data = json.dumps({"at": time.time(), **line}).encode() + b"\n"
        with self._lock:
            self._file.write(data)


@dataclass
class History:
    """Everything that was asked, answered and seen."""

    asked: dict[str, Asked] = field(default_factory=dict)
    seen: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    shown: Counter[str] = field(default_factory=Counter)
    misuse: list[str] = field(default_factory=list)

    def take(self, line: Mapping[str, Any]) -> None:
        """Take in one line."""
        if line["do"] == "shown":
            self.shown[line["subject"]] += 1
            return
        if line["do"] == "seen":
            pages = [(int(position), str(event)) for position, event in line["pages"]]
            self.seen.setdefault(line["reader"], []).extend(pages)
            return
        key = line["key"]
        if line["do"] == "ask":
            expects = tuple(Expected(name, fields) for name, fields in line["expects"])
            new = Asked(key, line["digest"], expects, line["request"])
            known = self.asked.setdefault(key, new)
            known.tries += 1
            known.last_asked_at = line["at"]
            if known.digest != line["digest"]:
                self.misuse.append(key)
            return
        events = tuple(Told(*event) for event in line["events"])
        asked = self.asked[key]
        asked.answers.append(
            Answer(Outcome(line["outcome"]), events, line["said"], asked.last_asked_at, line["at"])
        )


def read_history(paths: Sequence[Path]) -> History:
    """Read journals back; each holds whole lines, for each was one write."""
    history = History()
    for path in paths:
        for line in lines_of(path):
            history.take(line)
    return history


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of one journal."""
    with path.open() as file:
        for line in file:
            yield json.loads(line)

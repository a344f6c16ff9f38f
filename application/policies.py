"""Recording which rules the service opened with, each time that one of them has changed."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from application.append import Append, Proposal, Request
from application.ledger import Conflict, Ledger
from application.standing import standing
from domain.catalogue import ANNOTATING, STREAMS
from domain.kernel import DataClass, Json, Stream, Value, data_classes
from domain.policy import POLICY, PolicyAdopted, PolicyKind
from domain.record import Actor, StreamId
from domain.shape import Choice, Listed, Many, Maybe, Part, Shape, Text, Whole, payload_shapes
from domain.time import Effective, Zone

SERVICE: Final = Actor(id="service", role="service", unit=None, agency=None, on_behalf_of=None)
PURPOSE: Final = "pengawasan"
ATTEMPTS_MAX: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Adopts what the service is ruled by. ``digest`` gives the SHA-256 of a content, in hex."""

    append: Append
    ledger: Ledger
    digest: Callable[[Json], str]
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    software: str

    def adopt(self, contents: Mapping[PolicyKind, Json]) -> None:
        """Record the next edition of each whose content is not the one in force."""
        for _ in range(ATTEMPTS_MAX):
            with suppress(Conflict):  # another process opens: look again what is in force
                self._adopt(contents)
                return
        self._adopt(contents)

    def _adopt(self, contents: Mapping[PolicyKind, Json]) -> None:
        proposals: list[Proposal] = []
        expected: dict[StreamId, int] = {}
        for kind, content in contents.items():
            stream = StreamId(kind="policy", key=kind.value)
            pages = self.ledger.read(stream)
            sha256 = self.digest(content)
            # What was adopted last is in force, also where a clock went back in between.
            adopted = standing(pages)
            current = STREAMS["policy"].fold(page.event for page in adopted)[POLICY].adopted
            if current is None or current.sha256 != sha256:
                event = self._event(kind, len(adopted) + 1, sha256)
                proposals.append(Proposal(stream=stream, event=event, evidence=(), reason=None))
                expected[stream] = len(pages)
        if proposals:
            self.append(
                Request(
                    proposals=tuple(proposals),
                    expected=expected,
                    actor=SERVICE,
                    purpose=PURPOSE,
                    correlation_id=self.new_id(),
                    command=None,
                )
            )

    def _event(self, kind: PolicyKind, edition: int, sha256: str) -> PolicyAdopted:
        return PolicyAdopted(
            effective=Effective.since(self.now(), Zone.WIB),
            policy=kind,
            edition=edition,
            sha256=sha256,
            software=self.software,
        )


ANY: Final = "*"
"""Stands for every kind of stream."""


def event_catalogue(streams: Mapping[str, Stream] = STREAMS) -> Json:
    """Return what may be recorded: each event's fields, what they may hold, and how kept."""
    told = {name: tuple(stream.chapter_of) for name, stream in streams.items()}
    told[ANY] = tuple(event for chapter in ANNOTATING for event in chapter.events)
    return {
        name: {event.names[-1]: fields_of(event) for event in events}
        for name, events in told.items()
    }


def fields_of(kind: type[Value]) -> Json:
    """Return a value's fields with their form, and their protection where they have one."""
    shapes = payload_shapes(kind)
    said = {name: _plain(shape) for name, shape in shapes.items()}
    try:
        classes: Mapping[str, DataClass] = data_classes(kind)
    except TypeError:  # a part of an event: protected as the field that holds it
        return said
    return {name: [form, classes[name].value] for name, form in said.items()}


def _plain(shape: Shape) -> Any:  # noqa: PLR0911  # a table
    match shape:
        case Text(length=length, pattern=pattern):
            span = [length.least, length.most] if length else None
            return ["text", span, pattern.regex if pattern else None]
        case Whole(least=least, most=most):
            return ["whole", least, most]
        case Choice(kind=kind):
            return ["choice", *(word.value for word in kind)]
        case Listed(values=values):
            return ["listed", *values]
        case Part(kind=part):
            return ["part", fields_of(part)]
        case Many(of=of, length=length):
            return ["many", _plain(of), [length.least, length.most] if length else None]
        case Maybe(of=of):
            return ["maybe", _plain(of)]
        case _:
            return [type(shape).__name__.lower()]

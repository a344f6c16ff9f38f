"""The demo as steps: each is one request of an officer, under a key that never changes.

A step stands in a stage and a lane. Stages follow one another; within a stage, lanes are apart from
each other and each keeps its order. So a load may use several hands and still write every stream
in the same order, and a load that was killed is simply begun anew: what was answered is answered
again.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import IntEnum
from random import Random
from typing import Final, NamedTuple
from uuid import UUID

from application.append import Proposal, Request
from application.ledger import Command
from domain.kernel import Event, Value, Words
from domain.record import Actor, Evidence, StreamId
from domain.time import Effective, Zone

PURPOSE: Final = "demo"
TOLD_UNTIL: Final = date(2026, 11, 1)
"""The last day on which anything in the demo takes effect."""


class Stage(IntEnum):
    """What has to be there before what."""

    REGISTRY = 0
    AGREEMENTS = 1
    POPULATION = 2
    PROGRAMMES = 3
    SHARING = 4


class Step(Value):
    """One request, where it stands, and what it is in both languages."""

    stage: Stage
    lane: str
    words: Words
    request: Request


class Plan(Value):
    """Every step of the demo, and the ids under which its reader finds what it built.

    ``agreements`` are the partnerships by their row: S0 Pekalongan (PKS), S1 Pekalongan
    (audiensi), S2 Serang, S3 Medan, S4 Barru. ``example_case`` is one whole journey, from
    admission to a job verified after six months and more.
    """

    seed: int
    steps: tuple[Step, ...]
    agreements: Mapping[str, str]
    example_case: str

    @property
    def total(self) -> int:
        """Return how many steps there are."""
        return len(self.steps)


class Desk(Value):
    """Where an officer writes: the unit, its zone, and who it is."""

    unit: str
    zone: Zone
    actor: Actor

    def on(self, day: date) -> Effective:
        """Return a civil day at this desk as a time of effect."""
        return Effective.on(day, self.zone)


class Place(NamedTuple):
    """Where a step stands: its stage and lane, and at whose desk it is written."""

    stage: Stage
    lane: str
    desk: Desk


class Script:
    """Takes down steps in the order in which they are told, and numbers them."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.steps: list[Step] = []

    def chance(self, *about: object) -> Random:
        """Return the dice for one thing: the same for the same seed, whatever else there is."""
        return Random("/".join(map(str, (self.seed, *about))))  # noqa: S311  # a demo, no secret

    def key(self, day: date, *about: object) -> str:
        """Return the id of a stream that begins on ``day``: a UUIDv7 in form, of seeded dice."""
        milliseconds = (day - date(1970, 1, 1)).days * 86_400_000
        dice = self.chance("key", *about)
        bits = milliseconds << 80 | 0x7 << 76 | dice.getrandbits(12) << 64
        return str(UUID(int=bits | 0b10 << 62 | dice.getrandbits(62)))

    def say(self, place: Place, words: Words, facts: Iterable[Proposal]) -> None:
        """Add one step: facts that an officer proposes together, all or none."""
        told = tuple(facts)
        actor = place.desk.actor
        key = f"demo/{self.seed}/{len(self.steps)}"
        request = Request(
            proposals=told,
            expected={},
            actor=actor,
            purpose=PURPOSE,
            correlation_id=key,
            command=Command(key=key, body=repr((actor, told)).encode()),
        )
        self.steps.append(Step(stage=place.stage, lane=place.lane, words=words, request=request))


def fact(kind: str, key: str, event: Event, *evidence: Evidence) -> Proposal:
    """Return the proposal of an event for a stream."""
    stream = StreamId(kind=kind, key=key)
    return Proposal(stream=stream, event=event, evidence=evidence, reason=None)


def document(number: str, day: date) -> Evidence:
    """Return a paper as evidence; nothing was scanned, so it has no hash."""
    return Evidence(number=number, date=day, sha256=None)

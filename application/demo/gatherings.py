"""Programmes that lead to no certificate: joined, met, and finished together."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from application.demo.courses import Class, Course
from application.demo.population import Person
from application.demo.steps import Place, Script
from domain.activity import ActivityKind
from domain.programme import ProgrammeKind, ProviderKind


class Gathering(NamedTuple):
    """What is held, by whom, for how many, between which days, and how often."""

    key: str
    kind: ActivityKind
    title: str
    provider: str
    provider_kind: ProviderKind
    seats: int
    starts: date
    ends: date
    sessions: int
    asset: str


def tell_gathering(
    script: Script,
    place: Place,
    agreement: str,
    gathering: Gathering,
    people: Sequence[Person],
) -> None:
    """Add the steps of one gathering, with as many people as it has seats."""
    course = Course(
        key=gathering.key,
        kind=ProgrammeKind(gathering.kind.value),
        title=gathering.title,
        provider=gathering.provider,
        provider_kind=gathering.provider_kind,
        scheme=None,
        agreement=agreement,
        seats=gathering.seats,
        starts=gathering.starts,
        ends=gathering.ends,
        domiciles=(),
        asset=gathering.asset,
        sessions=gathering.sessions,
        hours=2,
    )
    there = people[: gathering.seats]
    held = Class(script, place, course)
    held.opens()
    held.is_joined_by(there, gathering.kind)
    held.meets(there)
    held.is_finished_by(there)

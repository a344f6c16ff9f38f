"""Persons: one row per record of a human being, found by name and NIK before a case is opened.

Where two records are one human being each keeps its row, and says which one it was merged into or
which ones were merged into it: nothing is copied from one to the other.
"""

from datetime import date

from domain.kernel import Open, Personal
from domain.person import (
    PERSON,
    AliasRecorded,
    CustodyBegan,
    CustodyEnded,
    IdentifierKind,
    IdentifierRecorded,
    PersonRegistered,
    Sex,
    Verification,
)
from domain.person_link import PersonMerged, PersonUnmerged
from domain.record import Recorded
from projections.dated import Dated, Moment, amended, restated, when
from projections.kernel import Projection, Scope, changed


class Link(Moment):
    """What was said last of the link to another record: whether it holds, and who goes on."""

    other: str
    survivor: str
    holds: bool


class PersonLine(Dated):
    """One person. ``case`` is the one that the person is held in, or else the last one."""

    person: Open[str]
    name: Personal[str | None]
    aliases: Personal[tuple[str, ...] | None]
    sex: Open[Sex | None]
    birth_date: Personal[date | None]
    nationality: Open[str | None]
    nik: Personal[str | None]
    nik_verification: Open[Verification]
    unit: Open[str | None]
    case: Open[str | None]
    in_custody: Open[bool]
    merged_into: Open[str | None]
    merged_from: Open[tuple[str, ...]]
    links: Open[tuple[Link, ...]]


def _blank(person: str) -> PersonLine:
    return PersonLine(
        told=(),
        person=person,
        name=None,
        aliases=None,
        sex=None,
        birth_date=None,
        nationality=None,
        nik=None,
        nik_verification=Verification.MISSING,
        unit=None,
        case=None,
        in_custody=False,
        merged_into=None,
        merged_from=(),
        links=(),
    )


def evolve(row: PersonLine | None, page: Recorded) -> PersonLine:
    """Write down what is known of the person, and whether a case holds them."""
    row = row or _blank(page.stream.key)
    match page.event:
        case PersonRegistered() as said:
            row = amended(
                row,
                page,
                "registration",
                unit=page.actor.unit,
                name=said.full_name,
                sex=said.sex,
                birth_date=said.birth_date,
                nationality=said.nationality,
            )
            row = amended(row, page, "nik", nik=said.nik, nik_verification=said.nik_verification)
        case IdentifierRecorded(kind=IdentifierKind.NIK) as said:
            number, verification = said.number, said.verification
            row = amended(row, page, "nik", nik=number, nik_verification=verification)
        case AliasRecorded() as said:
            row = changed(row, aliases=tuple(sorted({*(row.aliases or ()), said.alias})))
        case CustodyBegan() as said:
            row = amended(row, page, "custody", case=said.case, in_custody=True)
        case CustodyEnded() as said:
            row = amended(row, page, "custody", case=said.case, in_custody=False)
        case PersonMerged() as said:
            row = _linked(row, page, said, holds=True)
        case PersonUnmerged() as said:
            row = _linked(row, page, said, holds=False)
    return row


def _linked(
    row: PersonLine, page: Recorded, said: PersonMerged | PersonUnmerged, *, holds: bool
) -> PersonLine:
    line = Link(**when(page), other=said.other, survivor=said.survivor, holds=holds)
    links = restated(row.links, line, lambda link: link.other)
    into = [link.survivor for link in links if link.holds and link.survivor == link.other]
    return changed(
        row,
        links=links,
        merged_into=into[-1] if into else None,
        merged_from=tuple(
            sorted(link.other for link in links if link.holds and link.survivor != link.other)
        ),
    )


PERSONS = Projection(
    name="persons",
    version=2,
    row=PersonLine,
    events=PERSON.events,
    key=lambda page: page.stream.key,
    evolve=evolve,
    scope=Scope.CASE,
    within_stream=True,
    subject="person",
    indexed=("name", "aliases", "nik"),
)

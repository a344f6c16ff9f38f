"""Persons: one row per human being, to be found by name and NIK before a case is opened."""

from dataclasses import replace
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
from domain.record import Recorded
from projections.dated import Dated, amended
from projections.kernel import Projection, Scope


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
            row = replace(row, aliases=tuple(sorted({*(row.aliases or ()), said.alias})))
        case CustodyBegan() as said:
            row = amended(row, page, "custody", case=said.case, in_custody=True)
        case CustodyEnded() as said:
            row = amended(row, page, "custody", case=said.case, in_custody=False)
    return row


PERSONS = Projection(
    name="persons",
    version=1,
    row=PersonLine,
    events=PERSON.events,
    key=lambda page: page.stream.key,
    evolve=evolve,
    scope=Scope.CASE,
    within_stream=True,
    subject="person",
    indexed=("name", "aliases", "nik"),
)

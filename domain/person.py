"""Person: one human being, whatever cases there are, by names and typed identifiers.

UU 24/2013 art. 1 gives the NIK; it may be missing, which is a state of its own and no error. A
person has at most one open custody at a time; who comes back is a new case of the same person
(house rules). That custody begins and ends follows from the case, and may well be told for a day
before the person was registered here. Who was forgotten stays so, by this key: the record says that
there was somebody, and when, and no more. That two records are one human being is a link between
them (`domain.person_link`).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Final, get_args

from domain.fields import CaseId, Country, Line, Nik, Ref, Sha256
from domain.forgetting import IN_CUSTODY, ONCE, ForgettingBasis
from domain.kernel import Chapter, Event, Journey, Open, Personal, Value, ensure, replace
from domain.person_link import LinkEvent, Merges, ensure_may_link, linked


class Sex(Enum):
    """Sex as in the papers."""

    MALE = "male"
    FEMALE = "female"


class Verification(Enum):
    """How far an identifier is borne out: said, seen on a document, or matched with its issuer."""

    MISSING = "missing"
    CLAIMED = "claimed"
    SEEN = "seen"
    MATCHED = "matched"


class IdentifierKind(Enum):
    """Who gave the number: Dukcapil, the school system, or immigration at home or here."""

    NIK = "nik"
    NISN = "nisn"
    PASSPORT = "passport"
    KITAS = "kitas"


class PersonRegistered(Event, stored_as="person.registered"):
    """Somebody was entered as a person, with what was known."""

    full_name: Personal[Line]
    sex: Open[Sex]
    birth_date: Personal[date | None]
    birth_place: Personal[Line | None]
    nationality: Open[Country]
    nik: Personal[Nik | None]
    nik_verification: Open[Verification]


class IdentifierRecorded(Event, stored_as="person.identifier_recorded"):
    """An identifier came to light, or was verified further."""

    kind: Open[IdentifierKind]
    number: Personal[Line]
    verification: Open[Verification]
    valid_until: Open[date | None]


class AliasRecorded(Event, stored_as="person.alias_recorded"):
    """The person is also known by another name."""

    alias: Personal[Line]


class CustodyBegan(Event, stored_as="person.custody_began"):
    """The person was taken into custody in a case."""

    case: Open[CaseId]


class CustodyEnded(Event, stored_as="person.custody_ended"):
    """The person left custody in a case."""

    case: Open[CaseId]


class PersonForgotten(Event, stored_as="person.forgotten"):
    """The person's keys are destroyed: nobody reads what was personal in any record again.

    ``document`` bears the decision out; ``documents`` are those that only this person's records
    name, and that are destroyed with them.
    """

    basis: Open[ForgettingBasis]
    decided_by: Open[Ref]
    decision: Open[Ref]
    document: Open[Sha256 | None]
    documents: Open[tuple[Sha256, ...]]


PersonEvent = (
    PersonRegistered
    | IdentifierRecorded
    | AliasRecorded
    | CustodyBegan
    | CustodyEnded
    | PersonForgotten
    | LinkEvent
)


class Person(Value):
    """What is known of a person, and the case in which the person is held.

    ``identifiers`` are the latest by kind and number, written ``nik:1271…``; ``merges`` the links
    to other records, as far as they are asked for or in force.
    """

    registered: PersonRegistered | None
    identifiers: dict[str, IdentifierRecorded]
    aliases: tuple[str, ...]
    held_in: str | None
    forgotten: PersonForgotten | None
    merges: Merges


NIK_LAW: Final = "UU 24/2013 art. 1"
REGISTERED_FIRST: Final = "Kaidah Jejak: orang dicatat sekali, sebelum keterangan lainnya"
ONE_CUSTODY: Final = "Kaidah Jejak: satu orang, satu penahanan pada satu waktu"
FORMS: Final[Mapping[IdentifierKind, str]] = {
    IdentifierKind.NIK: r"\d{16}",
    IdentifierKind.NISN: r"\d{10}",
}
"""What the number looks like, where its issuer says so."""


def _ensure_plausible(registered: PersonRegistered) -> None:
    missing = registered.nik_verification is Verification.MISSING
    ensure(
        (registered.nik is None) == missing,
        "person.nik_verification",
        article=NIK_LAW,
        because=(
            "NIK yang tidak ada dicatat 'missing', dan NIK yang ada tidak dapat 'missing'",
            "a NIK that is not there is 'missing', and one that is there cannot be",
        ),
        field="nik_verification",
    )
    ensure(
        registered.birth_date is None or registered.birth_date <= registered.effective.day,
        "person.not_yet_born",
        article=REGISTERED_FIRST,
        because=(
            "tanggal lahir sesudah tanggal pencatatan",
            "the birth date is after the day of registering",
        ),
        field="birth_date",
    )


def _ensure_identifier(proposed: IdentifierRecorded) -> None:
    ensure(
        proposed.verification is not Verification.MISSING,
        "person.identifier_missing",
        article=NIK_LAW,
        because=(
            "nomor yang tidak ada tidak dicatat",
            "a number that is not there is not recorded",
        ),
        field="verification",
    )
    form = FORMS.get(proposed.kind)
    ensure(
        form is None or re.fullmatch(form, proposed.number, re.ASCII) is not None,
        "person.identifier_form",
        article=NIK_LAW if proposed.kind is IdentifierKind.NIK else "NISN",
        because=(
            f"bentuk nomor {proposed.kind.value} tidak benar: NIK 16 angka, NISN 10 angka",
            f"not the form of {proposed.kind.value}: a NIK has 16 digits, a NISN 10",
        ),
        field="number",
    )


def _ensure_registered(person: Person) -> None:
    ensure(
        person.registered is not None,
        "person.not_registered",
        article=REGISTERED_FIRST,
        because=(
            "orang ini belum tercatat pada tanggal itu",
            "this person was not yet registered on that date",
        ),
    )


def _ensure_not_forgotten(person: Person) -> None:
    ensure(
        person.forgotten is None,
        "person.forgotten",
        article=ONCE,
        because=(
            "orang ini sudah dilupakan; yang datang kembali dicatat sebagai orang baru",
            "this person was forgotten; whoever comes back is registered as somebody new",
        ),
    )


def _ensure_may_be_forgotten(person: Person) -> None:
    _ensure_registered(person)
    _ensure_not_forgotten(person)
    ensure(
        person.held_in is None,
        "person.held",
        article=IN_CUSTODY,
        because=(
            "orang ini masih ditahan; selama itu datanya tidak dapat dimusnahkan",
            "this person is in custody; until that is over the data cannot be destroyed",
        ),
    )


def ensure_free(person: Person) -> None:
    """Refuse custody of somebody who is held."""
    ensure(
        person.held_in is None,
        "person.already_in_custody",
        article=ONE_CUSTODY,
        because=(
            "orang ini sedang ditahan dalam perkara lain",
            "this person is held in another case",
        ),
    )


def decide(proposed: PersonEvent, journey: Journey) -> Sequence[Event]:
    """Admit what may be true of one human being."""
    person = journey[PERSON]
    match proposed:
        case PersonRegistered():
            _ensure_plausible(proposed)
            ensure(
                person.registered is None,
                "person.already_registered",
                article=REGISTERED_FIRST,
                because=("orang ini sudah tercatat", "this person is registered already"),
            )
        case IdentifierRecorded():
            _ensure_identifier(proposed)
            _ensure_registered(person)
            _ensure_not_forgotten(person)
        case AliasRecorded():
            _ensure_registered(person)
            _ensure_not_forgotten(person)
        case PersonForgotten():
            _ensure_may_be_forgotten(person)
        case CustodyBegan():
            _ensure_not_forgotten(person)
            ensure_free(person)
        case CustodyEnded():
            ensure(
                person.held_in == proposed.case,
                "person.not_in_custody",
                article=ONE_CUSTODY,
                because=(
                    f"orang ini tidak sedang ditahan dalam perkara {proposed.case}",
                    f"this person is not held in case {proposed.case}",
                ),
            )
        case _:
            _ensure_registered(person)
            _ensure_not_forgotten(person)
            ensure_may_link(proposed, person.merges)
    return [proposed]


def evolve(person: Person, event: PersonEvent) -> Person:  # noqa: PLR0911  # a table
    """Write down what is known now."""
    match event:
        case PersonRegistered():
            return replace(person, registered=event)
        case IdentifierRecorded():
            key = f"{event.kind.value}:{event.number}"
            return replace(person, identifiers=person.identifiers | {key: event})
        case AliasRecorded():
            return replace(person, aliases=tuple(dict.fromkeys((*person.aliases, event.alias))))
        case CustodyBegan():
            return replace(person, held_in=event.case)
        case CustodyEnded():
            return replace(person, held_in=None) if person.held_in == event.case else person
        case PersonForgotten():
            return replace(person, forgotten=event)
        case _:
            return replace(person, merges=linked(person.merges, event))


PERSON: Final[Chapter[Person, PersonEvent]] = Chapter(
    name="person",
    events=get_args(PersonEvent),
    initial=Person(
        registered=None, identifiers={}, aliases=(), held_in=None, forgotten=None, merges={}
    ),
    decide=decide,
    evolve=evolve,
    opens=(PersonRegistered,),
)

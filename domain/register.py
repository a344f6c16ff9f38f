"""Register: the numbers, goods, place and corrections that a unit's books hold of a person.

Registers A I to A V, B I to B III and C (V; others exist by unit, K?, as `other`). A person has one
admission and several numbers over time, A I to A III and on to B, and new ones in each unit: the
text is kept as written beside its parts, and is never a key. Belongings are Register D. The
religion first recorded is the one that counts for remisi khusus (Keppres 174/1999 art. 7(5), V),
and is custody's.
"""

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Annotated, Final, assert_never, get_args

from domain.custody import CUSTODY, Religion, ensure_admitted, ensure_held
from domain.fields import Count, Line, Ref, RegionCode, UnitCode
from domain.kernel import (
    Chapter,
    Event,
    Journey,
    Open,
    Personal,
    Range,
    Refused,
    Value,
    ensure,
    replace,
)
from domain.region import known_region

Year = Annotated[int, Range(least=1945, most=2200)]


class RegisterKind(Enum):
    """Which book a number stands in."""

    A_I = "a_i"
    A_II = "a_ii"
    A_III = "a_iii"
    A_IV = "a_iv"
    A_V = "a_v"
    B_I = "b_i"
    B_IIA = "b_iia"
    B_IIB = "b_iib"
    B_III = "b_iii"
    C = "c"
    OTHER = "other"


class RegisterEntered(Event, stored_as="register.entered"):
    """The unit entered the person in a register under a number."""

    kind: Open[RegisterKind]
    text: Personal[Line]
    number: Personal[Count | None]
    year: Open[Year | None]
    unit: Open[UnitCode]


class GoodsDeposited(Event, stored_as="register.goods_deposited"):
    """The unit took something into keeping, in Register D."""

    item: Open[Ref]
    description: Personal[Line]
    quantity: Open[Count]


class GoodsReturned(Event, stored_as="register.goods_returned"):
    """What was in keeping was given back."""

    item: Open[Ref]


class Placed(Event, stored_as="register.placed"):
    """The person was given a block, and a cell where there is one."""

    block: Open[Line]
    cell: Open[Line | None]


class ReligionConverted(Event, stored_as="register.religion_converted"):
    """The person took another religion. The first recorded one stays the one that counts."""

    religion: Personal[Religion]
    document: Personal[Line]


class DomicileRecorded(Event, stored_as="register.domicile_recorded"):
    """Where the person is at home was found out, or has changed."""

    domicile: Open[RegionCode]


RegisterEvent = (
    RegisterEntered | GoodsDeposited | GoodsReturned | Placed | ReligionConverted | DomicileRecorded
)


class Goods(Value):
    """One thing in keeping."""

    deposited: GoodsDeposited
    returned: bool


class Register(Value):
    """Entries in the order in which they took effect, goods by item, and what was corrected."""

    entries: tuple[RegisterEntered, ...]
    goods: dict[str, Goods]
    placed: Placed | None
    conversions: tuple[ReligionConverted, ...]
    domicile: str | None


BOOKS: Final = "Kepdirjenpas PAS-170.PK.01.01.02/2015"
REGISTER_D: Final = "Register D"
FIRST_RECORDED: Final = "Keppres 174/1999 art. 7(5)"
NUMBER: Final = re.compile(
    r"\s*([ABC])[\s.]*(III|IIA|IIB|II|IV|I|V)?[\s./-]*(?:NO\.?\s*)?(\d{1,6})\s*/\s*(\d{4})\s*",
    re.ASCII,
)
KINDS: Final[Mapping[str, RegisterKind]] = {
    kind.name: kind for kind in RegisterKind if kind is not RegisterKind.OTHER
}


def parse_register_number(text: str) -> tuple[RegisterKind, int, int] | None:
    """Read ``B.I. 123/2024`` or ``A.III.45/2025`` as kind, number and year, or not at all."""
    read = NUMBER.fullmatch(text.upper())
    if read is None:
        return None
    book, part, number, year = read.groups()
    kind = KINDS.get(f"{book}_{part}" if part else book)
    return (kind, int(number), int(year)) if kind else None


def register_number(journey: Journey) -> RegisterEntered | None:
    """Return the latest entry in the unit that answers for the person now."""
    unit = journey[CUSTODY].unit
    mine = [entry for entry in journey[REGISTER].entries if entry.unit == unit]
    return mine[-1] if mine else None


def placement(journey: Journey) -> Placed | None:
    """Return the block and cell, unless they are those of a unit that the person has left."""
    placed, arrived = journey[REGISTER].placed, journey[CUSTODY].in_unit_since
    here = placed and arrived and placed.effective.instant >= arrived.instant
    return placed if here else None


def religion(journey: Journey) -> Religion | None:
    """Return the religion of today, which is not the one that counts for remisi khusus."""
    conversions = journey[REGISTER].conversions
    return conversions[-1].religion if conversions else journey[CUSTODY].religion


def domicile(journey: Journey) -> str | None:
    """Return the region code of the home last recorded."""
    opening = journey[CUSTODY].opening
    return journey[REGISTER].domicile or (opening.domicile if opening else None)


def _ensure_legible(proposed: RegisterEntered) -> None:
    parts = parse_register_number(proposed.text)
    said = (proposed.kind, proposed.number, proposed.year)
    ensure(
        parts is None
        or proposed.kind is RegisterKind.OTHER
        or all(part is None or part == read for part, read in zip(said, parts, strict=True)),
        "register.parts_differ",
        article=BOOKS,
        because=(
            "jenis, nomor, atau tahun tidak sama dengan nomor register yang ditulis",
            "kind, number or year are not those of the register number as written",
        ),
        field="text",
    )
    ensure(
        proposed.year is None or proposed.year <= proposed.effective.day.year,
        "register.year_to_come",
        article=BOOKS,
        because=(
            "tahun register sesudah tahun pencatatannya",
            "the year of the register is after the year of the entry",
        ),
        field="year",
    )


def _ensure_given(proposed: RegisterEntered, journey: Journey) -> None:
    ensure_held(journey, "register.not_held")
    unit = journey[CUSTODY].unit
    ensure(
        proposed.unit == unit,
        "register.another_unit",
        article=BOOKS,
        because=(
            f"nomor register diberikan oleh unit yang menahan, yaitu {unit}",
            f"the number is given by the unit that holds the person, which is {unit}",
        ),
    )
    key = (proposed.unit, proposed.kind, proposed.text)
    ensure(
        all((one.unit, one.kind, one.text) != key for one in journey[REGISTER].entries),
        "register.entered_before",
        article=BOOKS,
        because=(
            "nomor register ini sudah tercatat dalam perkara ini",
            "this register number is recorded in this case already",
        ),
    )


def _ensure_goods(proposed: GoodsDeposited, journey: Journey) -> None:
    ensure(
        proposed.quantity > 0,
        "register.nothing_deposited",
        article=REGISTER_D,
        because=("jumlah barang paling sedikit satu", "the quantity is at least one"),
        field="quantity",
    )
    ensure_held(journey, "register.not_held")
    ensure(
        proposed.item not in journey[REGISTER].goods,
        "register.item_exists",
        article=REGISTER_D,
        because=(
            f"barang {proposed.item} sudah tercatat di Register D",
            f"item {proposed.item} is in Register D already",
        ),
    )


def _ensure_in_keeping(item: str, register: Register) -> None:
    goods = register.goods.get(item)
    if goods is None or goods.returned:
        raise Refused(
            "register.no_such_item",
            article=REGISTER_D,
            because=(
                f"tidak ada barang {item} yang sedang dititipkan",
                f"no item {item} is in keeping",
            ),
        )


def _ensure_converts(proposed: ReligionConverted, journey: Journey) -> None:
    ensure_admitted(journey, "register.not_admitted")
    ensure(
        proposed.religion is not religion(journey),
        "register.same_religion",
        article=FIRST_RECORDED,
        because=(
            "agama itu sudah tercatat sebagai agama yang bersangkutan",
            "that is the religion recorded already",
        ),
    )


def decide(proposed: RegisterEvent, journey: Journey) -> Sequence[Event]:
    """Admit what the books of the unit that holds the person can hold."""
    match proposed:
        case RegisterEntered():
            _ensure_legible(proposed)
            _ensure_given(proposed, journey)
        case GoodsDeposited():
            _ensure_goods(proposed, journey)
        case GoodsReturned():
            _ensure_in_keeping(proposed.item, journey[REGISTER])
        case Placed():
            ensure_held(journey, "register.not_held")
        case ReligionConverted():
            _ensure_converts(proposed, journey)
        case DomicileRecorded():
            known_region(proposed.domicile, "domicile")
            ensure_admitted(journey, "register.not_admitted")
        case _:
            assert_never(proposed)
    return [proposed]


def evolve(register: Register, event: RegisterEvent) -> Register:
    """Write the line into its book."""
    match event:
        case RegisterEntered():
            register = replace(register, entries=(*register.entries, event))
        case GoodsDeposited():
            goods = Goods(deposited=event, returned=False)
            register = replace(register, goods=register.goods | {event.item: goods})
        case GoodsReturned():
            kept = register.goods.get(event.item)
            if kept:
                back = {event.item: replace(kept, returned=True)}
                register = replace(register, goods=register.goods | back)
        case Placed():
            register = replace(register, placed=event)
        case ReligionConverted():
            register = replace(register, conversions=(*register.conversions, event))
        case DomicileRecorded():
            register = replace(register, domicile=event.domicile)
        case _:
            assert_never(event)
    return register


REGISTER: Final[Chapter[Register, RegisterEvent]] = Chapter(
    name="register",
    events=get_args(RegisterEvent),
    initial=Register(entries=(), goods={}, placed=None, conversions=(), domicile=None),
    decide=decide,
    evolve=evolve,
)

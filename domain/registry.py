"""Registry: what units, agencies and users are called, each from a day on; and when feasts are.

One stream per key: `unit/RUTAN-MEDAN`, `agency/DISNAKER-12.71`, `user/ratna`, and of the calendar
(`domain.holiday`) `holiday/islam-2027`. Naming again renames
from its day, so that a report of last year says last year's name: in late 2024 Kemenkumham became
Kemenimipas, and its Kanwil with it. Kinds of unit are those of UU 22/2022 (K+), with branches.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Final, assert_never, get_args

from domain.fields import AgencyCode, Line, Ref, RegionCode, UnitCode
from domain.holiday import HolidayFixed, ensure_possible, holiday_key
from domain.kernel import Chapter, Event, Journey, Open, Personal, Value, ensure, replace
from domain.region import known_region

NOT_OF_A_KANWIL: Final = ("unit/", "holiday/")
"""Keys that no Kanwil keeps: a unit's is its own or the nation's, a feast is the nation's."""


class UnitKind(Enum):
    """What a correctional unit is for."""

    RUTAN = "rutan"
    LAPAS = "lapas"
    LPP = "lpp"
    LPKA = "lpka"
    LPAS = "lpas"
    BAPAS = "bapas"
    RUPBASAN = "rupbasan"
    CABANG_RUTAN = "cabang_rutan"


class AgencyKind(Enum):
    """What a partner agency is, and so what may be shared with it (`domain.sharing.fields`).

    A ``dinas`` of no kind is shared nothing with.
    """

    PEMDA = "pemda"
    DINAS = "dinas"
    POLRES = "polres"
    BPVP = "bpvp"
    BAPAS = "bapas"
    KEJAKSAAN = "kejaksaan"
    KANWIL = "kanwil"
    UMKM = "umkm"
    LSP = "lsp"
    UPT = "upt"
    OTHER = "other"
    DINAS_PENDIDIKAN = "dinas_pendidikan"
    DINAS_KETENAGAKERJAAN = "dinas_ketenagakerjaan"
    DISKOUMPERINDAG = "diskoumperindag"
    DINAS_PERTANIAN = "dinas_pertanian"
    DINAS_PERIKANAN = "dinas_perikanan"
    DINAS_PERPUSTAKAAN = "dinas_perpustakaan"
    PKBM = "pkbm"


class UnitNamed(Event, stored_as="registry.unit_named"):
    """A correctional unit is called so from this day on."""

    unit: Open[UnitCode]
    kind: Open[UnitKind]
    unit_class: Open[Line | None]
    title: Open[Line]
    region: Open[RegionCode]


class AgencyNamed(Event, stored_as="registry.agency_named"):
    """An agency is called so from this day on."""

    agency: Open[AgencyCode]
    kind: Open[AgencyKind]
    title: Open[Line]
    region: Open[RegionCode | None]


class UserNamed(Event, stored_as="registry.user_named"):
    """Somebody who works with the service is called so from this day on."""

    user: Open[Ref]
    full_name: Personal[Line]
    role: Open[Line]


RegistryEvent = UnitNamed | AgencyNamed | UserNamed | HolidayFixed


class Registry(Value):
    """What the key of this stream is called, or on which day its feast is."""

    named: RegistryEvent | None


def key_of(event: RegistryEvent) -> str:
    """Return the key of the stream in which an event belongs."""
    match event:
        case UnitNamed():
            return f"unit/{event.unit}"
        case AgencyNamed():
            return f"agency/{event.agency}"
        case UserNamed():
            return f"user/{event.user}"
        case HolidayFixed():
            return holiday_key(event.religion, event.year)
        case _:
            assert_never(event)


def decide(proposed: RegistryEvent, journey: Journey) -> Sequence[Event]:
    """Admit a name that is new, for the same key, in a region that exists."""
    named = journey[REGISTRY].named
    match proposed:
        case UnitNamed():
            known_region(proposed.region, "region")
        case AgencyNamed():
            if proposed.region is not None:
                known_region(proposed.region, "region")
        case UserNamed():
            pass
        case HolidayFixed():
            ensure_possible(proposed)
        case _:
            assert_never(proposed)
    if named is None:
        return [proposed]
    ensure(
        key_of(proposed) == key_of(named),
        "registry.another_key",
        article="Kaidah Jejak: satu kunci, satu nama",
        because=(
            f"catatan ini milik {key_of(named)}, bukan {key_of(proposed)}",
            f"this record is of {key_of(named)}, not of {key_of(proposed)}",
        ),
    )
    says_the_same = replace(proposed, effective=named.effective) == named
    return [] if says_the_same else [proposed]


def evolve(registry: Registry, event: RegistryEvent) -> Registry:
    """Put the new name in the place of the old."""
    return Registry(named=event)


REGISTRY: Final[Chapter[Registry, RegistryEvent]] = Chapter(
    name="registry",
    events=get_args(RegistryEvent),
    initial=Registry(named=None),
    decide=decide,
    evolve=evolve,
)

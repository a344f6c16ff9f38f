"""Region: the provinces, regencies and cities of Kepmendagri 300.2.2-2430/2025, and their zones.

BPS numbers the same regions with four digits and no dot, and in part otherwise: its 7309 is
Pangkajene dan Kepulauan, which is 73.10 here, while 73.09 is Maros. So a code without its dot is
never completed in silence. `BPS_DIFFERS` holds the pairs known to differ in the provinces where
the first partnerships are (own knowledge, K+); elsewhere the hint only warns.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from enum import Enum
from typing import Final

from domain.kernel import Refused, Value, Words
from domain.region_data import PROVINCES
from domain.time import Zone

LAW: Final = "Kepmendagri 300.2.2-2430/2025"
LONGEST: Final = 64
"""How much of what was typed is compared and repeated, in characters."""


class RegionLevel(Enum):
    """Whether a region is a province or a part of one."""

    PROVINCE = "province"
    REGENCY_OR_CITY = "regency_or_city"


class Region(Value):
    """One region: its Kemendagri code and name, the code of its province, and its time zone."""

    code: str
    name: str
    level: RegionLevel
    province: str
    zone: Zone


def _regions() -> Iterator[Region]:
    for line in PROVINCES.splitlines():
        head, *parts = line.split("; ")
        province, zone, name = head.split(" ", 2)
        yield Region(
            code=province,
            name=name,
            level=RegionLevel.PROVINCE,
            province=province,
            zone=Zone[zone],
        )
        for part in parts:
            digits, _, title = part.partition(" ")
            yield Region(
                code=f"{province}.{digits}",
                name=title,
                level=RegionLevel.REGENCY_OR_CITY,
                province=province,
                zone=Zone[zone],
            )


def _by_name() -> Mapping[str, Sequence[str]]:
    names: dict[str, list[str]] = {}
    for one in REGIONS.values():
        full = one.name.casefold()
        for name in dict.fromkeys((full, re.sub(r"^(kabupaten|kota) ", "", full))):
            names.setdefault(name, []).append(one.code)
    return names


REGIONS: Final[Mapping[str, Region]] = {one.code: one for one in _regions()}
BY_NAME: Final[Mapping[str, Sequence[str]]] = _by_name()
BPS_DIFFERS: Final[Mapping[str, str]] = {
    "1271": "12.73",
    "1272": "12.74",
    "1273": "12.72",
    "1274": "12.76",
    "1275": "12.71",
    "1276": "12.75",
    "7308": "73.09",
    "7309": "73.10",
    "7310": "73.11",
    "7311": "73.08",
    "7325": "73.24",
}


def region(code: str) -> Region:
    """Return the region of a code that is known to be one; raise `KeyError` where it is not."""
    return REGIONS[code]


def known_region(code: str, field: str) -> Region:
    """Return the region of a code; refuse the field, with a hint, where there is none."""
    found = REGIONS.get(code)
    if found is not None:
        return found
    if re.fullmatch(r"\d{4}", code):
        raise Refused("region.looks_like_bps", article=LAW, because=_of_bps(code), field=field)
    raise Refused("region.unknown", article=LAW, because=_unknown(code), field=field)


def _said(code: str) -> str:
    return f"{code} ({REGIONS[code].name})"


def _of_bps(digits: str) -> Words:
    dotted = f"{digits[:2]}.{digits[2:]}"
    meant, same = BPS_DIFFERS.get(digits), dotted in REGIONS
    if meant:
        said_id = f"{digits} tampaknya kode BPS; kode Kemendagri-nya mungkin {_said(meant)}"
        said_en = f"{digits} looks like a BPS code; Kemendagri's is probably {_said(meant)}"
        if same:
            said_id += f", bukan {_said(dotted)}"
            said_en += f", not {_said(dotted)}"
        return said_id, said_en
    if same:
        return (
            f"{digits} mungkin kode BPS; periksa apakah yang dimaksud {_said(dotted)}",
            f"{digits} may be a BPS code; check whether {_said(dotted)} is meant",
        )
    return _unknown(dotted)


def _unknown(text: str) -> Words:
    short = text[:LONGEST]
    names = get_close_matches(short.casefold(), BY_NAME, n=3)
    near = list(dict.fromkeys(code for name in names for code in BY_NAME[name]))
    listed = ", ".join(_said(code) for code in near or get_close_matches(short, REGIONS, n=3))
    return (
        f"{short} bukan kode wilayah Kemendagri" + (f"; mungkin {listed}" if listed else ""),
        f"{short} is no Kemendagri region code" + (f"; perhaps {listed}" if listed else ""),
    )

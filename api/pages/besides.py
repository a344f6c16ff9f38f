"""What a partnership's report says beside its funnel: programmes, schooling, remisi, referrals."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from api.pages.tongue import Tongue
from domain.kernel import Words
from projections.partnership import Basis, PartnershipLine, Section

CERTIFIED: Final[dict[str, Words]] = {
    "certified": ("bersertifikat", "certified"),
    "uncertified": ("tanpa sertifikat", "uncertified"),
}
Lines = Sequence[PartnershipLine]
Facts = Iterator[tuple[str, str]]


def besides(lines: Lines, tongue: Tongue) -> Facts:
    """Yield a label and what is recorded, where anything is."""
    yield from _participants(lines, tongue)
    for basis, label in (
        (Basis.UNDER, ("Program", "Programmes")),
        (Basis.BESIDE, ("Program lain di unit", "Other programmes in the unit")),
    ):
        found = [
            f"{tongue.number(line.count)} {tongue(*CERTIFIED[line.figure])}"
            for line in _of(lines, Section.PROGRAMMES)
            if line.basis is basis and line.count
        ]
        if found:
            yield tongue(*label), ", ".join(found)
    yield from _schooling(lines, tongue)
    yield from _remisi(lines, tongue)
    yield from _referrals(lines, tongue)


def _of(lines: Lines, section: Section) -> Lines:
    return [line for line in lines if line.section is section]


def _participants(lines: Lines, tongue: Tongue) -> Facts:
    for line in _of(lines, Section.PARTICIPANTS):
        if line.figure == "persons" and line.count:
            label = tongue("Peserta seluruhnya", "Participants in all")
            people = tongue("orang", "people" if line.count > 1 else "person")
            yield label, f"{tongue.number(line.count)} {people}"


def _schooling(lines: Lines, tongue: Tongue) -> Facts:
    """Yield the learners of Kejar Paket by level, under the agreement and beside it."""
    for basis, label in (
        (Basis.UNDER, ("Kejar Paket", "Kejar Paket")),
        (Basis.BESIDE, ("Kejar Paket di unit", "Kejar Paket in the unit")),
    ):
        found = [
            f"{(line.value or '').upper()} {tongue.number(line.count)}"
            for line in _of(lines, Section.EDUCATION)
            if line.basis is basis and line.count
        ]
        if found:
            yield tongue(*label), " · ".join(found)


def _remisi(lines: Lines, tongue: Tongue) -> Facts:
    for line in _of(lines, Section.REMISI):
        if line.figure == "awarded" and line.count and line.value:
            label = tongue("Remisi di unit", "Remisi in the unit")
            day = tongue.day(date.fromisoformat(line.value))
            yield f"{label}, {day}", tongue.number(line.count)


def _referrals(lines: Lines, tongue: Tongue) -> Facts:
    """Yield how many youths were referred: a count, apart from everybody in custody."""
    words = {
        "received": ("diterima", "received"),
        "accepted": ("didampingi", "accepted"),
        "joined": ("ikut kegiatan", "taking part"),
    }
    found = [
        f"{tongue.number(line.count)} {tongue(*words[line.figure])}"
        for line in _of(lines, Section.REFERRALS)
        if line.count and line.figure in words
    ]
    if found:
        yield tongue("Remaja yang dirujuk", "Youths referred"), ", ".join(found)

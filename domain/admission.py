"""Admission: how a case opens, by taking somebody in or by taking a journey over.

Kepdirjenpas PAS-170.PK.01.01.02/2015 (V): the papers are checked, and names are written as in the
detention order. UU 22/2022 art. 1 names the kinds of people held. These two events belong to the
custody chapter.
"""

from datetime import date
from enum import Enum
from typing import Final

from domain.fields import Line, PersonId, RegionCode, UnitCode
from domain.kernel import Event, Open, Personal, ensure
from domain.person import Sex
from domain.region import known_region

PAPERS: Final = "Kepdirjenpas PAS-170.PK.01.01.02/2015"


class AdmissionReason(Enum):
    """Why somebody is taken in: by detention order, verdict, unpaid fine, in trust, as sandera."""

    PENAHANAN = "penahanan"
    PIDANA = "pidana"
    PENGGANTI_DENDA = "pengganti_denda"
    TITIPAN = "titipan"
    SANDERA = "sandera"


class Religion(Enum):
    """Religion or belief as written in the register; the first one counts for remisi khusus."""

    ISLAM = "islam"
    KRISTEN = "kristen"
    KATOLIK = "katolik"
    HINDU = "hindu"
    BUDDHA = "buddha"
    KONGHUCU = "konghucu"
    KEPERCAYAAN = "kepercayaan"
    TIDAK_DIKETAHUI = "tidak_diketahui"


class LegalStatus(Enum):
    """What UU 22/2022 art. 1 calls the person."""

    TAHANAN = "tahanan"
    NARAPIDANA = "narapidana"
    ANAK = "anak"
    ANAK_BINAAN = "anak_binaan"


class CustodyAdmitted(Event, stored_as="custody.admitted"):
    """A unit took somebody in. The name is written as in the order."""

    person: Open[PersonId]
    unit: Open[UnitCode]
    reason: Open[AdmissionReason]
    full_name: Personal[Line]
    sex: Open[Sex]
    birth_date: Personal[date | None]
    religion: Personal[Religion]
    domicile: Open[RegionCode | None]


class CustodyTakenOver(Event, stored_as="custody.taken_over"):
    """A journey already under way goes on here: its opening facts, and the source that says so."""

    person: Open[PersonId]
    unit: Open[UnitCode]
    full_name: Personal[Line]
    sex: Open[Sex]
    birth_date: Personal[date | None]
    religion: Personal[Religion]
    domicile: Open[RegionCode | None]
    legal_status: Open[LegalStatus]
    admitted_on: Open[date]
    source: Open[Line]
    source_date: Open[date]


def ensure_possible(opening: CustodyAdmitted | CustodyTakenOver) -> None:
    """Refuse opening facts that can never be right: dates in the wrong order, no such region."""
    admitted_on = opening.effective.day
    if isinstance(opening, CustodyTakenOver):
        _ensure_source_tells(opening)
        admitted_on = opening.admitted_on
    ensure(
        opening.birth_date is None or opening.birth_date < admitted_on,
        "custody.born_after_admission",
        article=PAPERS,
        because=(
            f"tanggal lahir harus sebelum tanggal penerimaan {admitted_on.isoformat()}",
            f"the birth date must lie before the admission on {admitted_on.isoformat()}",
        ),
        field="birth_date",
    )
    if opening.domicile is not None:
        known_region(opening.domicile, "domicile")


def _ensure_source_tells(opening: CustodyTakenOver) -> None:
    ensure(
        opening.admitted_on <= opening.effective.day,
        "custody.taken_over_before_admission",
        article=PAPERS,
        because=(
            "perkara tidak dapat diambil alih sebelum tanggal penerimaannya",
            "a case cannot be taken over before its admission",
        ),
        field="admitted_on",
    )
    ensure(
        opening.source_date >= opening.admitted_on,
        "custody.source_before_admission",
        article=PAPERS,
        because=(
            "sumber bertanggal sebelum penerimaan yang diterangkannya",
            "the source is older than the admission it tells of",
        ),
        field="source_date",
    )

"""Units, agencies and officers by their names, each from the day on which it was so called."""

from datetime import date
from typing import Final

from application.demo.steps import Desk, Place, Script, Stage, fact
from domain.record import Actor
from domain.region import region as region_of
from domain.registry import (
    AgencyKind,
    AgencyNamed,
    RegistryEvent,
    UnitKind,
    UnitNamed,
    UserNamed,
    key_of,
)
from domain.time import Effective, Zone

BEGINNING: Final = date(2020, 1, 1)
"""From when the names hold that no source dates."""
NEW_MINISTRIES: Final = date(2024, 11, 5)
"""Kemenhum and Kemenimipas came out of Kemenkumham late in 2024; the day itself is K~."""


def _desk(unit: str, zone: Zone, officer: str) -> Desk:
    actor = Actor(id=officer, role="caseworker", unit=unit, agency=None, on_behalf_of=None)
    return Desk(unit=unit, zone=zone, actor=actor)


MEDAN: Final = _desk("RUTAN-MEDAN", Zone.WIB, "demo.medan")
SERANG: Final = _desk("RUTAN-SERANG", Zone.WIB, "demo.serang")
PEKALONGAN: Final = _desk("RUTAN-PEKALONGAN", Zone.WIB, "demo.pekalongan")
BARRU: Final = _desk("RUTAN-BARRU", Zone.WITA, "demo.barru")
DESKS: Final = (PEKALONGAN, SERANG, MEDAN, BARRU)

UNITS: Final = (
    ("RUTAN-MEDAN", UnitKind.RUTAN, "I", "Rutan Kelas I Medan", "12.71"),
    ("RUTAN-SERANG", UnitKind.RUTAN, "IIB", "Rutan Kelas IIB Serang", "36.73"),
    ("RUTAN-PEKALONGAN", UnitKind.RUTAN, "IIA", "Rutan Kelas IIA Pekalongan", "33.75"),
    ("RUTAN-BARRU", UnitKind.RUTAN, None, "Rutan Barru", "73.11"),
    ("BAPAS-PEKALONGAN", UnitKind.BAPAS, None, "Bapas Pekalongan", "33.75"),
)
"""Rutan Serang stands in Kota Serang (36.73); its agreement is with Kabupaten Serang (36.04)."""
AGENCIES: Final = (
    ("RUTAN-MEDAN", AgencyKind.UPT, "Rutan Kelas I Medan", "12.71", BEGINNING),
    ("RUTAN-SERANG", AgencyKind.UPT, "Rutan Kelas IIB Serang", "36.73", BEGINNING),
    ("RUTAN-PEKALONGAN", AgencyKind.UPT, "Rutan Kelas IIA Pekalongan", "33.75", BEGINNING),
    ("RUTAN-BARRU", AgencyKind.UPT, "Rutan Barru", "73.11", BEGINNING),
    ("PEMKO-12.71", AgencyKind.PEMDA, "Pemerintah Kota Medan", "12.71", BEGINNING),
    (
        "DISNAKER-12.71",
        AgencyKind.DINAS_KETENAGAKERJAAN,
        "Dinas Ketenagakerjaan Kota Medan",
        "12.71",
        BEGINNING,
    ),
    ("KANWIL-12", AgencyKind.KANWIL, "Kanwil Kemenkumham Sumatera Utara", "12", BEGINNING),
    (
        *("KANWIL-12", AgencyKind.KANWIL, "Kanwil Kementerian Hukum Sumatera Utara", "12"),
        NEW_MINISTRIES,
    ),
    (
        *("KANWIL-DITJENPAS-12", AgencyKind.KANWIL, "Kanwil Ditjenpas Sumatera Utara", "12"),
        NEW_MINISTRIES,
    ),
    ("PEMKAB-36.04", AgencyKind.PEMDA, "Pemerintah Kabupaten Serang", "36.04", BEGINNING),
    (
        *(
            "DISKOUMPERINDAG-36.04",
            AgencyKind.DISKOUMPERINDAG,
            "Diskoumperindag Kabupaten Serang",
            "36.04",
        ),
        BEGINNING,
    ),
    (
        *("DISKAN-36.04", AgencyKind.DINAS_PERIKANAN, "Dinas Perikanan Kabupaten Serang", "36.04"),
        BEGINNING,
    ),
    ("DKPP-36.04", AgencyKind.DINAS_PERTANIAN, "DKPP Kabupaten Serang", "36.04", BEGINNING),
    ("UMKM-36.04", AgencyKind.UMKM, "Pelaku UMKM Kabupaten Serang", "36.04", BEGINNING),
    (
        *("KEJARI-JAKARTA-UTARA", AgencyKind.KEJAKSAAN, "Kejaksaan Negeri Jakarta Utara", "31.72"),
        BEGINNING,
    ),
    ("POLRES-PEKALONGAN-KOTA", AgencyKind.POLRES, "Polres Pekalongan Kota", "33.75", BEGINNING),
    ("PEMKOT-33.75", AgencyKind.PEMDA, "Pemerintah Kota Pekalongan", "33.75", BEGINNING),
    ("DINPERPA-33.75", AgencyKind.DINAS_PERTANIAN, "Dinperpa Kota Pekalongan", "33.75", BEGINNING),
    (
        "DINDIK-33.75",
        AgencyKind.DINAS_PENDIDIKAN,
        "Dinas Pendidikan Kota Pekalongan",
        "33.75",
        BEGINNING,
    ),
    (
        "DINARPUS-33.75",
        AgencyKind.DINAS_PERPUSTAKAAN,
        "Dinarpus Kota Pekalongan",
        "33.75",
        BEGINNING,
    ),
    ("DINKOMINFO-33.75", AgencyKind.DINAS, "Dinkominfo Kota Pekalongan", "33.75", BEGINNING),
    ("BPVP-PANGKEP", AgencyKind.BPVP, "BPVP Pangkep", "73.10", BEGINNING),
)
"""BPVP Pangkep is in 73.10, Pangkajene dan Kepulauan: another regency than Barru, 73.11.

A kind says what may be shared at all; Dinkominfo told of the audiensi, and is shared nothing with.
"""
OFFICERS: Final = {
    "demo.medan": "Petugas Contoh Medan",
    "demo.serang": "Petugas Contoh Serang",
    "demo.pekalongan": "Petugas Contoh Pekalongan",
    "demo.barru": "Petugas Contoh Barru",
}


def name_all(script: Script) -> None:
    """Add the steps that name every unit, agency and officer of the demo."""
    for unit, unit_kind, unit_class, title, region in UNITS:
        _name(
            script,
            UnitNamed(
                effective=_from(BEGINNING, region),
                unit=unit,
                kind=unit_kind,
                unit_class=unit_class,
                title=title,
                region=region,
            ),
            title,
        )
    for agency, kind, title, region, since in AGENCIES:
        _name(
            script,
            AgencyNamed(
                effective=_from(since, region),
                agency=agency,
                kind=kind,
                title=title,
                region=region,
            ),
            title,
        )
    for user, full_name in OFFICERS.items():
        _name(
            script,
            UserNamed(
                effective=PEKALONGAN.on(BEGINNING),
                user=user,
                full_name=full_name,
                role="caseworker",
            ),
            full_name,
        )


def _from(day: date, code: str) -> Effective:
    return Effective.on(day, region_of(code).zone)


def _name(script: Script, event: RegistryEvent, title: str) -> None:
    words = (f"Nama dicatat: {title}", f"Named: {title}")
    told = [fact("registry", key_of(event), event)]
    script.say(Place(Stage.REGISTRY, key_of(event), PEKALONGAN), words, told)

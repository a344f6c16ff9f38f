"""What came of the audiensi's other plans: a mini library, a garden, and a program unggulan."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from application.demo.gatherings import Gathering, tell_gathering
from application.demo.pekalongan_ceremony import PLACE
from application.demo.population import Person
from application.demo.steps import Script
from domain.activity import ActivityKind
from domain.programme import ProviderKind

STARTS: Final = date(2025, 9, 1)
ENDS: Final = date(2026, 2, 27)
GATHERINGS: Final = (
    Gathering(
        key="literasi",
        kind=ActivityKind.LITERASI,
        title="Perpustakaan mini dan kebiasaan membaca",
        provider="Dinarpus Kota Pekalongan",
        provider_kind=ProviderKind.DINAS,
        seats=30,
        starts=STARTS,
        ends=ENDS,
        sessions=12,
        asset="Perpustakaan mini Rutan",
    ),
    Gathering(
        key="pertanian",
        kind=ActivityKind.PERTANIAN,
        title="Pertanian terpadu",
        provider="Dinperpa Kota Pekalongan",
        provider_kind=ProviderKind.DINAS,
        seats=20,
        starts=STARTS,
        ends=ENDS,
        sessions=12,
        asset="Lahan di dalam Rutan",
    ),
    Gathering(
        key="kerohanian",
        kind=ActivityKind.KEROHANIAN,
        title="Program unggulan kerohanian",
        provider="Rutan Kelas IIA Pekalongan",
        provider_kind=ProviderKind.PETUGAS,
        seats=30,
        starts=STARTS,
        ends=ENDS,
        sessions=6,
        asset="Rumah ibadah Rutan",
    ),
)


def tell_gatherings(script: Script, agreement: str, held: Sequence[Person]) -> None:
    """Add the steps of all three; who learns in the morning may read or dig in the afternoon."""
    for gathering in GATHERINGS:
        tell_gathering(script, PLACE, agreement, gathering, held)

"""S4 Barru: agreed with BPVP Pangkep, and not started: plans, and no result of any kind.

BPVP Pangkep is a central agency in another regency: 73.10, Pangkajene dan Kepulauan, where Barru is
73.11.
"""

from datetime import date
from typing import Final

from application.demo.opening import open_case
from application.demo.partners import BARRU
from application.demo.pledges import ALLOWED, Claim, Pledge, tell
from application.demo.population import Crowd, numbered, people
from application.demo.steps import Script
from domain.admission import Religion
from domain.agreement import Instrument, ParticipantKind
from domain.programme import ProgrammeKind
from domain.sharing.fields import SharedField

AGREED: Final = date(2025, 1, 7)
HOMES: Final = {"73.11": 88, "73.72": 16, "73.10": 9, "73.12": 7}
"""Barru, Kota Parepare, Pangkajene dan Kepulauan, Soppeng."""
CROWD: Final = Crowd(
    desk=BARRU,
    counted_on=AGREED,
    religions={Religion.ISLAM: 97, Religion.KRISTEN: 3},
    convicted=0.5,
    women=0.04,
    young=0.7,
)
PLEDGE: Final = Pledge(
    row="S4",
    title="Kerja sama pelatihan Rutan Barru dan BPVP Pangkep",
    instrument=Instrument.KERJA_SAMA,
    parties=("RUTAN-BARRU", "BPVP-PANGKEP"),
    purpose="Pelatihan sesuai kebutuhan pasar kerja dan semangat kewirausahaan",
    regions=("73.11",),
    programme_kinds=(
        ProgrammeKind.PELATIHAN_KETERAMPILAN,
        ProgrammeKind.PERTANIAN,
        ProgrammeKind.KEWIRAUSAHAAN,
    ),
    participant_kinds=(ParticipantKind.TAHANAN, ParticipantKind.NARAPIDANA),
    allowed=(*ALLOWED, SharedField.SKILL, SharedField.CERTIFICATE),
    proposed=date(2024, 12, 10),
    signed=AGREED,
    number="CONTOH/KS/BARRU/2025",
    started=None,
    plans=(
        ("pertanian", "Pelatihan pertanian dalam waktu dekat", None),
        ("perikanan", "Pelatihan perikanan dalam waktu dekat", None),
        ("teknologi", "Pelatihan teknologi dengan instruktur dan fasilitas BPVP", None),
    ),
    claims=(Claim("kelas", "Isi berita, 7-1-2025", "Rutan Barru, kelas tidak disebut", None),),
)


def tell_barru(script: Script, scale: float) -> str:
    """Add the steps of Barru and return its agreement's id."""
    agreement = tell(script, BARRU, PLEDGE)
    crowd = [
        one
        for home, there in HOMES.items()
        for one in people(script, CROWD, home, round(there * scale))
    ]
    for person in numbered(crowd):
        open_case(script, BARRU, person)
    return agreement

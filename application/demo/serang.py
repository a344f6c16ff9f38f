"""S2 Serang: 380 people at home in Kabupaten Serang, most of them 20 to 40, and UMKM who teach.

The Rutan stands in Kota Serang (36.73), and the agreement is with the regency around it (36.04):
who is at home in the city is held beside the 380 and is not eligible. The report says "Rabu"
without a date: here it is Wednesday, 8 October 2025, and so an assumption.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from application.demo.courses import Class, Course
from application.demo.opening import open_case
from application.demo.partners import SERANG
from application.demo.pledges import ALLOWED, Claim, Pledge, tell
from application.demo.population import Crowd, Person, numbered, people
from application.demo.steps import Place, Script, Stage
from domain.admission import Religion
from domain.agreement import Instrument, ParticipantKind
from domain.programme import ProgrammeKind, ProviderKind
from domain.sharing.fields import SharedField

PLACE: Final = Place(Stage.PROGRAMMES, "serang", SERANG)
SIGNED: Final = date(2025, 10, 8)
REGENCY: Final = "36.04"
OF_THE_REGENCY: Final = 380
HOMES: Final = {"36.73": 34, "36.72": 14, "36.01": 12}
"""Kota Serang, Kota Cilegon, Pandeglang: sixty whom the agreement does not name."""
CROWD: Final = Crowd(
    desk=SERANG,
    counted_on=SIGNED,
    religions={Religion.ISLAM: 95, Religion.KRISTEN: 4, Religion.BUDDHA: 1},
    convicted=0.6,
    women=0.03,
    young=0.74,
)
BUSINESS: Final = ("wirausaha-1", "wirausaha-2", "wirausaha-3")
BUSINESS_SEATS: Final = 25
PONDS: Final = ("lele-1", "lele-2")
POND_SEATS: Final = 20
WAITING: Final = 4
"""How many ask for each pond course beyond its seats, and wait."""
SERVING: Final = len(BUSINESS) * BUSINESS_SEATS + len(PONDS) * (POND_SEATS + WAITING)

PLEDGE: Final = Pledge(
    row="S2",
    title="Kerja sama kewirausahaan Rutan Kelas IIB Serang dan Pemkab Serang",
    instrument=Instrument.KERJA_SAMA,
    parties=(
        *("RUTAN-SERANG", "PEMKAB-36.04", "DISKOUMPERINDAG-36.04", "DISKAN-36.04", "DKPP-36.04"),
        "UMKM-36.04",
    ),
    purpose="Kewirausahaan, UMKM dan budidaya lele menurut minat dan bakat",
    regions=(REGENCY,),
    programme_kinds=(ProgrammeKind.KEWIRAUSAHAAN, ProgrammeKind.PELATIHAN_KETERAMPILAN),
    participant_kinds=(ParticipantKind.TAHANAN, ParticipantKind.NARAPIDANA),
    allowed=(
        SharedField.FULL_NAME,
        *ALLOWED,
        SharedField.SKILL,
        SharedField.CERTIFICATE,
        SharedField.BUSINESS,
        SharedField.COUNTS,
    ),
    proposed=date(2025, 9, 17),
    signed=SIGNED,
    number="CONTOH/KS/SERANG/2025",
    started=SIGNED,
    plans=(
        ("peserta", "Pembinaan bagi warga binaan asal Kabupaten Serang", OF_THE_REGENCY),
        ("kolam", "Kolam yang sudah ada di Rutan dipakai untuk budidaya lele", None),
    ),
    claims=(
        Claim("asal", "Isi berita", "380 warga binaan berasal dari Kabupaten Serang", 380),
        Claim("usia", "Isi berita", "Mayoritas berusia 20 sampai 40 tahun", None),
        Claim("tanggal", "Isi berita", "Diresmikan hari Rabu, tanpa tanggal", None),
        Claim("kejari", "Isi berita", "Terima kasih kepada Kejari Jakarta Utara", None),
    ),
)


def tell_serang(script: Script, scale: float) -> str:
    """Add the steps of Serang and return its agreement's id."""
    agreement = tell(script, SERANG, PLEDGE)
    count = round(OF_THE_REGENCY * scale)
    crowd = list(people(script, CROWD, REGENCY, count, serving=SERVING))
    for home, there in HOMES.items():
        crowd += people(script, CROWD, home, round(there * scale))
    crowd = numbered(crowd)
    for person in crowd:
        open_case(script, SERANG, person)
    asking = iter(crowd)
    for key in BUSINESS:
        _business(script, agreement, key, [next(asking) for _ in range(BUSINESS_SEATS)])
    for key in PONDS:
        _pond(script, agreement, key, [next(asking) for _ in range(POND_SEATS + WAITING)])
    return agreement


def _business(script: Script, agreement: str, key: str, group: Sequence[Person]) -> None:
    course = Course(
        key=key,
        kind=ProgrammeKind.KEWIRAUSAHAAN,
        title=f"Kewirausahaan dan UMKM, angkatan {key[-1]}",
        provider="Pelaku UMKM Kabupaten Serang",
        provider_kind=ProviderKind.UMKM,
        scheme=None,
        agreement=agreement,
        seats=BUSINESS_SEATS,
        starts=date(2025, 10, 22),
        ends=date(2025, 12, 19),
        domiciles=(REGENCY,),
        asset="Aula Rutan",
        sessions=8,
        hours=3,
    )
    held = Class(script, PLACE, course)
    held.opens()
    held.takes(group, "Kewirausahaan", "Pernah berdagang kecil-kecilan")
    held.meets(group)
    held.ends(group[:-2], group[-2:])
    held.certifies_attendance(group[:-2], date(2025, 12, 22))


def _pond(script: Script, agreement: str, key: str, group: Sequence[Person]) -> None:
    course = Course(
        key=key,
        kind=ProgrammeKind.PELATIHAN_KETERAMPILAN,
        title=f"Budidaya lele, angkatan {key[-1]}",
        provider="Pembudidaya lele Kabupaten Serang",
        provider_kind=ProviderKind.UMKM,
        scheme=None,
        agreement=agreement,
        seats=POND_SEATS,
        starts=date(2025, 10, 29),
        ends=date(2026, 1, 28),
        domiciles=(REGENCY,),
        asset="Kolam Rutan",
        sessions=8,
        hours=2,
    )
    held = Class(script, PLACE, course)
    held.opens()
    held.takes(group, "Perikanan", "Terbiasa merawat ikan")
    seated = group[:POND_SEATS]
    held.meets(seated)
    held.ends(seated[:-1], seated[-1:])

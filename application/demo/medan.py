"""S3 Medan: 3,290 people, 2,340 of them at home in Kota Medan, and 48 in certified courses.

The PKS of 11 November 2025 is about proof: what was taught before, in seven fields, led to no
certificate of competence, and the three new fields do. The source contradicts itself in two places;
both sides stand as claims. Those placed in work are on asimilasi, so that they are still counted
among the 3,290.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from application.demo.courses import Class, Course
from application.demo.opening import open_case
from application.demo.partners import MEDAN
from application.demo.placements import Placement, on_asimilasi
from application.demo.pledges import ALLOWED, Claim, Pledge, tell
from application.demo.population import Crowd, Person, numbered, people
from application.demo.steps import Place, Script, Stage
from domain.admission import Religion
from domain.agreement import Instrument, ParticipantKind
from domain.programme import ProgrammeKind, ProviderKind
from domain.sharing.fields import SharedField

PLACE: Final = Place(Stage.PROGRAMMES, "medan", MEDAN)
SIGNED: Final = date(2025, 11, 11)
CITY: Final = "12.71"
HOMES: Final = {"12.07": 480, "12.75": 160, "12.05": 130, "12.18": 100, "12.76": 80}
"""Deli Serdang, Binjai, Langkat, Serdang Bedagai, Tebing Tinggi: 950 who are not of the city."""
OF_THE_CITY: Final = 2_340
CROWD: Final = Crowd(
    desk=MEDAN,
    counted_on=SIGNED,
    religions={
        Religion.ISLAM: 62,
        Religion.KRISTEN: 28,
        Religion.KATOLIK: 5,
        Religion.BUDDHA: 4,
        Religion.KONGHUCU: 1,
    },
    convicted=0.55,
    women=0.04,
    young=0.68,
)
CERTIFIED: Final = {
    "barbershop": ("Barbershop", "Pangkas rambut pria"),
    "roti": ("Produksi roti", "Pembuatan roti"),
    "tempe": ("Produksi tempe", "Pembuatan tempe"),
}
SEATS: Final = 16
"""In each of the three: 48 in all."""
NOT_COMPLETED: Final = 1
NOT_YET: Final = 1
UNCERTIFIED: Final = {
    "sandal": "Pembuatan sandal",
    "tas": "Pembuatan tas",
    "mebel": "Mebel",
    "paving": "Paving block",
    "las": "Pengelasan",
    "ikan": "Budidaya ikan",
    "sayur": "Sayuran",
}
WORKSHOP: Final = 8
"""Seats in each uncertified course."""
CERTIFIED_ATTENDANCE: Final = 3
SERVING: Final = len(CERTIFIED) * SEATS + len(UNCERTIFIED) * WORKSHOP
JOBS: Final = (
    Placement("Pangkas Rambut Contoh", "Tukang pangkas", (1, 3, 6), stays=True),
    Placement("Roti Contoh Medan", "Pembantu pembuat roti", (1, 3, 6), stays=True),
    Placement("Tempe Contoh Medan", "Pembuat tempe", (1, 3, 6), stays=True),
    Placement("Pangkas Rambut Umpama", "Tukang pangkas", (1, 3, 6), stays=False),
    Placement("Roti Umpama Medan", "Pembantu pembuat roti", (1, 3, 6), stays=True),
    Placement("Tempe Umpama Medan", "Pembuat tempe", (1, 3, 6), stays=True),
)

PLEDGE: Final = Pledge(
    row="S3",
    title="PKS pelatihan bersertifikat Rutan Kelas I Medan dan Pemko Medan",
    instrument=Instrument.PKS,
    parties=("RUTAN-MEDAN", "PEMKO-12.71", "DISNAKER-12.71"),
    purpose="Pelatihan keterampilan bersertifikat bagi warga binaan berdomisili Kota Medan",
    regions=(CITY,),
    programme_kinds=(ProgrammeKind.PELATIHAN_KETERAMPILAN,),
    participant_kinds=(ParticipantKind.NARAPIDANA, ParticipantKind.MANTAN_WARGA_BINAAN),
    allowed=(
        SharedField.FULL_NAME,
        *ALLOWED,
        SharedField.SKILL,
        SharedField.CERTIFICATE,
        SharedField.AVAILABILITY,
        SharedField.PLACEMENT,
        SharedField.COUNTS,
    ),
    proposed=date(2025, 10, 20),
    signed=SIGNED,
    number="CONTOH/PKS/MEDAN/2025",
    started=SIGNED,
    plans=(("pendampingan", "Pendampingan sesudah pelatihan", None),),
    claims=(
        Claim("peserta-judul", "Judul berita, 11-11-2025", "2.340 akan dilatih", OF_THE_CITY),
        Claim("peserta-isi", "Isi berita, 11-11-2025", "48 orang mengikuti pelatihan", 48),
        Claim("penghuni", "Isi berita, 11-11-2025", "Penghuni Rutan 3.290 orang", 3_290),
        Claim("kelas-isi", "Isi berita, 11-11-2025", "Rutan Kelas I Medan", None),
        Claim("kelas-foto", "Keterangan foto, 11-11-2025", "Rutan Kelas IA Medan", None),
        Claim("kanwil", "Isi berita, 11-11-2025", "Kanwil Kemenkumham Sumut (nama lama)", None),
    ),
)


def tell_medan(script: Script, scale: float) -> str:
    """Add the steps of Medan and return its agreement's id."""
    agreement = tell(script, MEDAN, PLEDGE)
    count = round(OF_THE_CITY * scale)
    crowd = list(people(script, CROWD, CITY, count, serving=SERVING))
    for home, there in HOMES.items():
        crowd += people(script, CROWD, home, round(there * scale))
    crowd = numbered(crowd)
    for person in crowd:
        open_case(script, MEDAN, person)
    _workshops(script, crowd[len(CERTIFIED) * SEATS : SERVING])
    competent: list[tuple[Person, str]] = []
    for turn, key in enumerate(CERTIFIED):
        group = crowd[turn * SEATS : (turn + 1) * SEATS]
        competent += _certified(script, agreement, key, group)
    on_asimilasi(script, PLACE, agreement, competent, (date(2026, 2, 16), JOBS))
    return agreement


def _workshops(script: Script, participants: Sequence[Person]) -> None:
    for turn, (key, title) in enumerate(UNCERTIFIED.items()):
        group = participants[turn * WORKSHOP : (turn + 1) * WORKSHOP]
        course = Course(
            key=key,
            kind=ProgrammeKind.PELATIHAN_KETERAMPILAN,
            title=title,
            provider="Rutan Kelas I Medan",
            provider_kind=ProviderKind.PETUGAS,
            scheme=None,
            agreement=None,
            seats=WORKSHOP,
            starts=date(2025, 2, 3),
            ends=date(2025, 6, 27),
            domiciles=(),
            asset="Bengkel kerja Rutan",
            sessions=6,
            hours=3,
        )
        held = Class(script, PLACE, course)
        held.opens()
        held.takes(group, title)
        held.meets(group)
        held.ends(group[:-2], group[-2:])
        held.certifies_attendance(group[:CERTIFIED_ATTENDANCE], date(2025, 7, 4))


def _certified(
    script: Script, agreement: str, key: str, group: Sequence[Person]
) -> Sequence[tuple[Person, str]]:
    """Tell one of the three certified courses; return who was found competent, and in which."""
    title, scheme = CERTIFIED[key]
    starts = SIGNED + timedelta(days=14)
    course = Course(
        key=key,
        kind=ProgrammeKind.PELATIHAN_KETERAMPILAN,
        title=title,
        provider="Dinas Ketenagakerjaan Kota Medan",
        provider_kind=ProviderKind.DINAS,
        scheme=scheme,
        agreement=agreement,
        seats=SEATS,
        starts=starts,
        ends=date(2026, 1, 30),
        domiciles=(CITY,),
        asset="Ruang pelatihan Rutan",
        sessions=10,
        hours=4,
    )
    completed, left = group[:-NOT_COMPLETED], group[-NOT_COMPLETED:]
    competent, not_yet = completed[:-NOT_YET], completed[-NOT_YET:]
    held = Class(script, PLACE, course)
    held.opens()
    held.takes(group, title)
    held.meets(group)
    held.ends(completed, left)
    held.certifies_competence(competent, not_yet, "LSP Contoh Sumatera Utara", date(2026, 2, 5))
    return [(one, held.programme) for one in competent]

"""S0 Pekalongan after release: legal counselling, company, training, and work that is verified."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from application.demo.courses import Class, Course
from application.demo.gatherings import Gathering, tell_gathering
from application.demo.partners import PEKALONGAN
from application.demo.pekalongan_ceremony import AWARD_DAY, PLACE, released_by_it
from application.demo.placements import Placement, works
from application.demo.population import Crowd, Fate, Person, sentenced, somebody
from application.demo.steps import Script, fact
from domain.activity import ActivityKind
from domain.programme import ProgrammeKind, ProviderKind
from domain.release import Released, ReleaseKind

HOMES: Final = ("33.75", "33.75", "33.26")
"""Two of three are of the city."""
FORMER: Final = 24
FIRST_ADMITTED: Final = date(2024, 2, 1)
TRAINED: Final = 12
"""Of the former; the example is trained with them."""
BATIK: Final = Course(
    key="batik",
    kind=ProgrammeKind.PELATIHAN_KETERAMPILAN,
    title="Pelatihan kerja batik cap",
    provider="LPK Batik Contoh Pekalongan",
    provider_kind=ProviderKind.LAIN,
    scheme="Pembatik cap",
    agreement=None,
    seats=TRAINED + 1,
    starts=date(2025, 9, 15),
    ends=date(2025, 10, 8),
    domiciles=(),
    asset="Sanggar LPK",
    sessions=8,
    hours=5,
)
ASSESSED: Final = date(2025, 10, 9)
AT_WORK: Final = date(2025, 10, 20)
ALL_YEAR: Final = (1, 3, 6, 12)
JOBS: Final = (
    Placement("Batik Contoh Pekalongan", "Pekerja cap", ALL_YEAR, stays=True),
    Placement("Batik Contoh Pekalongan", "Pekerja cap", ALL_YEAR, stays=True),
    Placement("Batik Umpama Pekalongan", "Pekerja pewarnaan", (1, 3, 6), stays=False),
    Placement(None, "Usaha batik rumahan", ALL_YEAR, stays=True),
    Placement(None, "Usaha batik rumahan", ALL_YEAR, stays=True),
    Placement("Konveksi Misalan Pekalongan", "Penjahit", (1, 3), stays=False),
    Placement(None, "Warung kopi", (1, 3, 6), stays=True),
    Placement("Batik Umpama Pekalongan", "Pekerja cap", ALL_YEAR, stays=True),
)
"""The first is the example's."""
GATHERINGS: Final = (
    Gathering(
        key="hukum",
        kind=ActivityKind.BANTUAN_HUKUM,
        title="Penyuluhan hukum",
        provider="Polres Pekalongan Kota",
        provider_kind=ProviderKind.LAIN,
        seats=FORMER,
        starts=date(2025, 9, 9),
        ends=date(2025, 12, 9),
        sessions=4,
        asset="Balai Kota Pekalongan",
    ),
    Gathering(
        key="psikososial",
        kind=ActivityKind.PSIKOSOSIAL,
        title="Pendampingan psikososial dan dukungan sosial",
        provider="Pemerintah Kota Pekalongan",
        provider_kind=ProviderKind.DINAS,
        seats=TRAINED,
        starts=date(2025, 9, 9),
        ends=date(2025, 12, 9),
        sessions=6,
        asset="Balai Kota Pekalongan",
    ),
    Gathering(
        key="ekonomi",
        kind=ActivityKind.PEMBERDAYAAN_EKONOMI,
        title="Pemberdayaan ekonomi keluarga",
        provider="Pemerintah Kota Pekalongan",
        provider_kind=ProviderKind.DINAS,
        seats=TRAINED,
        starts=date(2025, 9, 9),
        ends=date(2025, 12, 9),
        sessions=4,
        asset="Balai Kota Pekalongan",
    ),
)


def former(script: Script, crowd: Crowd) -> Sequence[Person]:
    """Return people whose sentences came to their end, one after another, by September 2025."""
    return [_former(script, crowd, turn) for turn in range(FORMER)]


def _former(script: Script, crowd: Crowd, turn: int) -> Person:
    dice = script.chance("former", turn)
    admitted = FIRST_ADMITTED + timedelta(days=8 * turn)
    months = 10 + turn % 4
    pronounced = admitted + timedelta(days=dice.randint(70, 110))
    fate = Fate(
        age=dice.randint(22, 52),
        admitted_on=admitted,
        sentence=sentenced(pronounced, months, dice.choice(("Pencurian", "Penipuan"))),
    )
    return somebody(script, crowd, (HOMES[turn % len(HOMES)], f"former-{turn}"), fate)


def tell_afterwards(
    script: Script, agreement: str, gone: Sequence[Person], example: Person
) -> None:
    """Add the steps of those who went free, and of what the three partners did with them."""
    for person in gone:
        by_remisi = released_by_it(person)
        released = Released(
            effective=PEKALONGAN.on(AWARD_DAY if by_remisi else person.expires_on),
            kind=ReleaseKind.REMISI if by_remisi else ReleaseKind.BEBAS_MURNI,
            document=f"Surat Bebas/{person.number}/CONTOH",
        )
        words = (f"Bebas: perkara ke-{person.number}", f"Released: case no. {person.number}")
        facts = [fact("case", person.case, released)]
        script.say(PLACE, words, facts)
    for gathering in GATHERINGS:
        tell_gathering(script, PLACE, agreement, gathering, gone)
    trained = [example, *gone[:TRAINED]]
    held = Class(script, PLACE, replace(BATIK, agreement=agreement))
    held.opens()
    held.takes(trained, "Batik")
    held.meets(trained)
    held.ends(trained[:-1], trained[-1:])
    held.certifies_competence(trained[:-3], trained[-3:-1], "LSP Contoh Jawa Tengah", ASSESSED)
    for person, job in zip(trained, JOBS, strict=False):
        words = (f"Penempatan kerja: {job.position}", f"Placed in work: {job.position}")
        events = works(PEKALONGAN, agreement, held.programme, AT_WORK, job)
        facts = [fact("case", person.case, event) for event in events]
        script.say(PLACE, words, facts)

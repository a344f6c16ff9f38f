"""S0 and S1 Pekalongan: a PKS of three about what comes after release, and an audiensi of plans.

S0, about July 2025, is signed: former warga binaan are helped into work, and youths at risk are
referred, apart from custody. S1, the audiensi of 15 July 2025, is proposed and nothing more; what
came of its plans are the facts of programmes of their own, which name it.
"""

from datetime import date
from typing import Final

from application.demo.example import example_person, free_example, open_example
from application.demo.opening import open_case
from application.demo.partners import PEKALONGAN
from application.demo.pekalongan_afterwards import former, tell_afterwards
from application.demo.pekalongan_ceremony import PLACE, tell_ceremony
from application.demo.pekalongan_gatherings import tell_gatherings
from application.demo.pekalongan_learners import LEARNERS, tell_learners
from application.demo.pekalongan_youths import tell_youths
from application.demo.pledges import ALLOWED, Claim, Pledge, tell
from application.demo.population import Crowd, numbered, people
from application.demo.steps import Script
from domain.admission import Religion
from domain.agreement import Instrument, ParticipantKind
from domain.programme import ProgrammeKind
from domain.sharing.fields import SharedField

AUDIENSI: Final = date(2025, 7, 15)
CITY: Final = "33.75"
HOMES: Final = {"33.26": 70, "33.25": 24, "33.27": 16}
"""Kabupaten Pekalongan, Batang, Pemalang."""
OF_THE_CITY: Final = 140
CROWD: Final = Crowd(
    desk=PEKALONGAN,
    counted_on=AUDIENSI,
    religions={Religion.ISLAM: 93, Religion.KRISTEN: 4, Religion.KATOLIK: 2, Religion.BUDDHA: 1},
    convicted=0.6,
    women=0.05,
    young=0.66,
)
AFTERWARDS: Final = Pledge(
    row="S0",
    title="PKS Polres Pekalongan Kota, Pemkot Pekalongan dan Rutan Pekalongan",
    instrument=Instrument.PKS,
    parties=("POLRES-PEKALONGAN-KOTA", "PEMKOT-33.75", "RUTAN-PEKALONGAN"),
    purpose="Pendampingan mantan warga binaan dan remaja berisiko",
    regions=(CITY,),
    programme_kinds=(
        ProgrammeKind.PELATIHAN_KETERAMPILAN,
        ProgrammeKind.BANTUAN_HUKUM,
        ProgrammeKind.PSIKOSOSIAL,
        ProgrammeKind.PEMBERDAYAAN_EKONOMI,
    ),
    participant_kinds=(ParticipantKind.MANTAN_WARGA_BINAAN, ParticipantKind.REMAJA_BERISIKO),
    allowed=(
        SharedField.FULL_NAME,
        SharedField.DOMICILE,
        SharedField.PARTICIPANT_KIND,
        SharedField.RELEASE,
        SharedField.INTEGRATION,
        SharedField.REFERRAL,
        SharedField.COUNTS,
    ),
    proposed=date(2025, 6, 24),
    signed=date(2025, 7, 8),
    number="CONTOH/PKS/PEKALONGAN/2025",
    started=date(2025, 7, 14),
    plans=(("sosial", "Dukungan sosial dan kesempatan kerja", None),),
    claims=(
        Claim("polres-judul", "Awal berita", "Polres Pekalongan Kota", None),
        Claim("polres-isi", "Bagian akhir berita", "Polresta Pekalongan", None),
        Claim("tanggal", "Berita tanpa tanggal", "Sekitar Juli 2025", None),
    ),
)
PLANS: Final = Pledge(
    row="S1",
    title="Audiensi Rutan Pekalongan dengan Wali Kota Pekalongan",
    instrument=Instrument.AUDIENSI,
    parties=(
        *("RUTAN-PEKALONGAN", "PEMKOT-33.75", "DINPERPA-33.75", "DINDIK-33.75"),
        "DINARPUS-33.75",
    ),
    purpose="Pendidikan, ketahanan pangan dan literasi bagi warga binaan",
    regions=(CITY,),
    programme_kinds=(
        ProgrammeKind.KEJAR_PAKET,
        ProgrammeKind.PERTANIAN,
        ProgrammeKind.LITERASI,
        ProgrammeKind.KEROHANIAN,
    ),
    participant_kinds=(ParticipantKind.TAHANAN, ParticipantKind.NARAPIDANA),
    allowed=(
        *ALLOWED,
        SharedField.LEVEL,
        SharedField.RESULT,
        SharedField.IJAZAH,
        SharedField.CERTIFICATE,
        SharedField.COUNTS,
    ),
    proposed=AUDIENSI,
    signed=None,
    number="",
    started=None,
    plans=(
        ("kejar-paket", "Kejar Paket A, B dan C dengan ijazah yang sah", None),
        ("pangan", "Pertanian terpadu di lahan di dalam Rutan", None),
        ("perpustakaan", "Perpustakaan mini dan kebiasaan membaca", None),
        ("remisi", "Remisi umum 17 Agustus 2025 diserahkan bersama Pemkot", None),
        ("unggulan", "Program unggulan kerohanian, keterampilan dan pendidikan", None),
    ),
    claims=(Claim("sumber", "Dinkominfo, 15-7-2025", "Audiensi dengan Wali Kota", None),),
)


def tell_pekalongan(script: Script, scale: float) -> tuple[str, str, str]:
    """Add the steps of both; return the ids of S0 and S1 and of the example's case."""
    afterwards = tell(script, PEKALONGAN, AFTERWARDS)
    plans = tell(script, PEKALONGAN, PLANS)
    held = list(people(script, CROWD, CITY, round(OF_THE_CITY * scale), serving=LEARNERS))
    for home, there in HOMES.items():
        held += people(script, CROWD, home, round(there * scale))
    gone = former(script, CROWD)
    everybody = numbered([example_person(script, CROWD), *gone, *held])
    open_example(script, PEKALONGAN, everybody[0])
    for person in everybody[1:]:
        open_case(script, PEKALONGAN, person)
    example, gone, held = everybody[0], everybody[1 : len(gone) + 1], everybody[len(gone) + 1 :]
    tell_ceremony(script, [example, *gone, *held])
    free_example(script, PLACE, example)
    tell_learners(script, plans, held, example)
    tell_gatherings(script, plans, held)
    tell_afterwards(script, afterwards, gone, example)
    tell_youths(script, afterwards)
    return afterwards, plans, example.case

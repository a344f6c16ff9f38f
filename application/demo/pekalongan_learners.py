"""Kejar Paket A, B and C in Pekalongan: one school year, from screening to the ijazah in hand.

The audiensi only planned it; that learners came, sat exams and hold an ijazah are the facts of the
classes. The example leaves on pembebasan bersyarat in the first weeks and learns on outside.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from application.demo.courses import Class, Course
from application.demo.example import RELEASED
from application.demo.partners import PEKALONGAN
from application.demo.pekalongan_ceremony import PLACE
from application.demo.population import Person
from application.demo.steps import Script, fact
from domain.ijazah import (
    ExamRegistered,
    ExamTaken,
    Failed,
    IjazahHandedOver,
    IjazahIssued,
    Passed,
)
from domain.kejar_paket import (
    CreditsEarned,
    Enrolled,
    Moved,
    NisnReceived,
    Withdrawn,
)
from domain.kernel import Event
from domain.participation import WithdrawalReason
from domain.programme import ProgrammeKind, ProviderKind, SeatReleased
from domain.schooling import PaketLevel, Placed, Proof, Schooling, Screened


class Paket(NamedTuple):
    """One class: what its learners had finished before, and how many they are.

    The finalists, in the last grade of the level, come first.
    """

    level: PaketLevel
    before: Schooling
    last_grade: int
    learners: int
    finalists: int


PAKETS: Final = (
    Paket(PaketLevel.A, Schooling.SD_TIDAK_TAMAT, 6, 10, 5),
    Paket(PaketLevel.B, Schooling.SMP_TIDAK_TAMAT, 9, 14, 7),
    Paket(PaketLevel.C, Schooling.SMA_TIDAK_TAMAT, 12, 18, 9),
)
LEARNERS: Final = 60
"""How many of the city serve long enough; the classes take the first forty-two."""
STARTS: Final = date(2025, 8, 4)
ENDS: Final = date(2026, 4, 17)
YEAR: Final = "2025/2026"
PROVIDER: Final = "PKBM Contoh Pekalongan"
NPSN: Final = "P9900001"
OUTSIDE: Final = "PKBM Umpama Kota Pekalongan"
OUTSIDE_NPSN: Final = "P9900002"
REGISTERED: Final = date(2026, 3, 2)
SAT: Final = date(2026, 4, 27)
RESULTS: Final = date(2026, 5, 25)
ISSUED: Final = date(2026, 6, 15)
HANDED_OVER: Final = date(2026, 7, 1)
PENDING: Final = 0.3
"""The share of learners whose NISN comes later."""
LEFT: Final = date(2025, 12, 1)


def tell_learners(script: Script, agreement: str, held: Sequence[Person], example: Person) -> None:
    """Add the steps of the three classes; the example is the first finalist of Paket C."""
    learners = iter(held)
    for paket in PAKETS:
        group = [next(learners) for _ in range(paket.learners)]
        of_c = paket.level is PaketLevel.C
        _tell_class(script, agreement, paket, group, example if of_c else None)


def _tell_class(
    script: Script, agreement: str, paket: Paket, group: Sequence[Person], example: Person | None
) -> None:
    everybody = [*([example] if example else []), *group]
    finalists = everybody[: paket.finalists + (1 if example else 0)]
    course = Course(
        key=f"paket-{paket.level.value.lower()}",
        kind=ProgrammeKind.KEJAR_PAKET,
        title=f"Kejar Paket {paket.level.value}",
        provider=PROVIDER,
        provider_kind=ProviderKind.PKBM,
        scheme=None,
        agreement=agreement,
        seats=len(everybody),
        starts=STARTS,
        ends=ENDS,
        domiciles=(),
        asset="Ruang belajar Rutan",
        sessions=16,
        hours=3,
    )
    held = Class(script, PLACE, course)
    held.opens()
    told = [
        (one, event)
        for turn, one in enumerate(everybody)
        for event in _enrolled(held, paket, one, turn)
    ]
    held.tell_of_all("penapisan, penempatan, pendaftaran", "screened, placed, enrolled", told)
    leaving = {everybody[-1].case: LEFT} | ({example.case: RELEASED} if example else {})
    gone = Withdrawn(effective=PEKALONGAN.on(LEFT), reason=WithdrawalReason.MENOLAK)
    held.tell_of_all("berhenti", "withdrawn", [(everybody[-1], gone)])
    if example:
        _moves_out(held, example)
    held.meets(everybody, leaving)
    _tell_finals(held, paket, finalists)


def _enrolled(held: Class, paket: Paket, learner: Person, turn: int) -> Iterator[Event]:
    dice = held.script.chance("learner", learner.case)
    pending = dice.random() < PENDING
    final = turn < paket.finalists
    nisn = f"{learner.birth_date.year % 1000:03}99{dice.randrange(100_000):05}"
    yield Screened(
        effective=PEKALONGAN.on(STARTS - timedelta(days=12)),
        last_schooling=paket.before,
        proof=Proof.RAPOR if final else Proof.TES_PENEMPATAN,
    )
    yield Placed(
        effective=PEKALONGAN.on(STARTS - timedelta(days=8)),
        level=paket.level,
        grade=paket.last_grade if final else paket.last_grade - 1,
        credits_recognised=34 if final else 12,
    )
    yield Enrolled(
        effective=PEKALONGAN.on(STARTS - timedelta(days=5)),
        level=paket.level,
        programme=held.programme,
        agreement=held.course.agreement,
        provider_npsn=NPSN,
        provider=PROVIDER,
        nisn=None if pending else nisn,
        academic_year=YEAR,
        semester=1,
    )
    if pending:
        yield NisnReceived(effective=PEKALONGAN.on(date(2025, 10, 1)), nisn=nisn)


def _moves_out(held: Class, example: Person) -> None:
    """Carry the learner, and the seat back, over the gate."""
    moved = Moved(
        effective=PEKALONGAN.on(RELEASED),
        provider_npsn=OUTSIDE_NPSN,
        provider=OUTSIDE,
        credits_carried=36,
    )
    released = SeatReleased(effective=PEKALONGAN.on(RELEASED), case=example.case)
    held.tell(
        "pindah ke PKBM di luar",
        "moved to a PKBM outside",
        [fact("case", example.case, moved), fact("programme", held.programme, released)],
    )


def _tell_finals(held: Class, paket: Paket, finalists: Sequence[Person]) -> None:
    """Tell the credits and the exam of the last grade: all pass but the last of them."""
    exam = f"UPK Paket {paket.level.value} 2026"
    earned = CreditsEarned(
        effective=PEKALONGAN.on(ENDS),
        subject="Bahasa Indonesia",
        credits=4,
        academic_year=YEAR,
        semester=2,
    )
    passed, failed = finalists[:-1], finalists[-1:]
    results: list[tuple[Person, Event]] = [
        *((one, Passed(effective=PEKALONGAN.on(RESULTS), exam=exam)) for one in passed),
        *((one, Failed(effective=PEKALONGAN.on(RESULTS), exam=exam)) for one in failed),
    ]
    registered = ExamRegistered(effective=PEKALONGAN.on(REGISTERED), exam=exam)
    taken = ExamTaken(effective=PEKALONGAN.on(SAT), exam=exam)
    held.tell_of_all("SKK diperoleh", "credits earned", [(one, earned) for one in finalists])
    held.tell_of_all("daftar ujian", "registered for it", [(one, registered) for one in finalists])
    held.tell_of_all("ujian", "exam taken", [(one, taken) for one in finalists])
    held.tell_of_all("hasil ujian", "exam results", results)
    issued = [(one, _ijazah(held, paket, one)) for one in passed]
    held.tell_of_all("ijazah terbit", "ijazah issued", issued)
    handed = [
        (one, IjazahHandedOver(effective=PEKALONGAN.on(HANDED_OVER), receiver=one.full_name))
        for one in passed[:-1]
    ]
    held.tell_of_all("ijazah diserahkan", "ijazah handed over", handed)


def _ijazah(held: Class, paket: Paket, learner: Person) -> Event:
    dice = held.script.chance("ijazah", learner.case)
    return IjazahIssued(
        effective=PEKALONGAN.on(ISSUED),
        number=f"CONTOH/{paket.level.value}/{dice.randrange(10**7):07}",
        issued_on=ISSUED,
        sha256=f"{dice.getrandbits(256):064x}",
    )

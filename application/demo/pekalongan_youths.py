"""S0 Pekalongan, youths at risk: referred by the police, apart from custody, by consent only."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from application.demo.names import full_name
from application.demo.partners import PEKALONGAN
from application.demo.steps import Place, Script, Stage, fact
from domain.kernel import Event
from domain.person import Sex
from domain.programme import ProgrammeKind
from domain.referral import (
    GuardianConsented,
    ReferralAccepted,
    ReferralDeclined,
    ReferralFinished,
    ReferralJoined,
    ReferralReceived,
)

YOUTHS: Final = 12
WITHOUT_CONSENT: Final = 2
"""Of one nothing was heard; the other was declined."""
FINISHED: Final = 6
FIRST: Final = date(2025, 7, 21)
ACTIVITIES: Final = (
    (ProgrammeKind.PELATIHAN_KETERAMPILAN, "Pelatihan sablon bagi remaja"),
    (ProgrammeKind.PSIKOSOSIAL, "Pendampingan psikososial remaja"),
)


def tell_youths(script: Script, agreement: str) -> None:
    """Add one step for each youth, in a stream that knows of no case."""
    for turn in range(YOUTHS):
        received = FIRST + timedelta(days=5 * turn)
        referral = script.key(received, "referral", turn)
        words = (f"Rujukan remaja ke-{turn + 1}", f"Referral of a youth, no. {turn + 1}")
        facts = [
            fact("referral", referral, event)
            for event in _course(script, agreement, turn, received)
        ]
        script.say(Place(Stage.PROGRAMMES, referral, PEKALONGAN), words, facts)


def _course(script: Script, agreement: str, turn: int, received: date) -> Iterator[Event]:
    dice = script.chance("youth", turn)
    sex = dice.choice(list(Sex))
    yield ReferralReceived(
        effective=PEKALONGAN.on(received),
        unit=PEKALONGAN.unit,
        full_name=full_name(dice, sex),
        birth_date=date(received.year - dice.randint(14, 17), dice.randint(1, 6), 15),
        region="33.75",
        referred_by="POLRES-PEKALONGAN-KOTA",
        agreement=agreement,
        concern="Sering ikut konvoi malam; belum pernah berperkara",
        respond_by=received + timedelta(days=14),
    )
    if turn >= YOUTHS - WITHOUT_CONSENT:
        if turn == YOUTHS - 1:
            reason = "Orang tua tidak menyetujui"
            yield ReferralDeclined(
                effective=PEKALONGAN.on(received + timedelta(days=10)), reason=reason
            )
        return
    yield GuardianConsented(
        effective=PEKALONGAN.on(received + timedelta(days=4)),
        guardian=full_name(dice, Sex.FEMALE),
        document=f"Persetujuan wali/{turn + 1}/CONTOH",
        sha256=None,
    )
    yield ReferralAccepted(effective=PEKALONGAN.on(received + timedelta(days=7)))
    yield from _helped(turn, received + timedelta(days=14))


def _helped(turn: int, starts: date) -> Iterator[Event]:
    kind, title = ACTIVITIES[turn % len(ACTIVITIES)]
    yield ReferralJoined(
        effective=PEKALONGAN.on(starts), activity=f"kegiatan-{turn + 1}", kind=kind, title=title
    )
    if turn < FINISHED:
        yield ReferralFinished(
            effective=PEKALONGAN.on(starts + timedelta(days=90)),
            outcome="Kembali bersekolah dan ikut kegiatan karang taruna",
        )

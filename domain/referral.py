"""Referral: a young person at risk, brought by a partner before anything happened.

Kept apart from custody: no case, no person record, no offence; never in a list of warga binaan. All
that tells who the youth is, is sealed as specific data (UU 27/2022 art. 4). Without the consent of
a parent or guardian (UU 27/2022 art. 25, certainty V) nothing can be done but to decline. The day
by which the partner expects an answer is recorded; whether it has passed is computed on reading.
A youth who leaves early has finished: the outcome says so.
"""

from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import Annotated, Final, assert_never, get_args

from domain.fields import AgencyCode, AgreementId, Line, Note, Ref, RegionCode, Sha256, UnitCode
from domain.forgetting import ONCE, ForgettingBasis
from domain.kernel import Chapter, Event, Journey, Open, Specific, Value, Whose, ensure, replace
from domain.programme import ProgrammeKind
from domain.region import known_region
from domain.time import Effective


class Party(Enum):
    """Who a referral holds data of: the youth, or the youth's parent or guardian."""

    YOUTH = "youth"
    GUARDIAN = "guardian"


GUARDIANS: Final = Whose(field=None, role=Party.GUARDIAN.value)
"""The guardian is another person than the youth, and can be forgotten alone."""


class ReferralReceived(Event, stored_as="referral.received"):
    """A partner agency referred a youth to a unit's programmes, out of a concern that it states."""

    unit: Open[UnitCode]
    full_name: Specific[Line]
    birth_date: Specific[date | None]
    region: Open[RegionCode | None]
    referred_by: Open[AgencyCode]
    agreement: Open[AgreementId | None]
    concern: Specific[Note]
    respond_by: Open[date | None]


class GuardianConsented(Event, stored_as="referral.guardian_consented"):
    """A parent or guardian agreed, in a document. A later consent replaces it."""

    guardian: Annotated[Specific[Line], GUARDIANS]
    document: Annotated[Specific[Line], GUARDIANS]
    sha256: Annotated[Specific[Sha256 | None], GUARDIANS]


class ReferralAccepted(Event, stored_as="referral.accepted"):
    """The youth will be helped."""


class ReferralDeclined(Event, stored_as="referral.declined"):
    """The youth will not be helped here."""

    reason: Specific[Note]


class ReferralJoined(Event, stored_as="referral.joined"):
    """The youth takes part in an activity."""

    activity: Open[Ref]
    kind: Open[ProgrammeKind]
    title: Open[Line]


class ReferralFinished(Event, stored_as="referral.finished"):
    """The help is over, with this outcome."""

    outcome: Specific[Note]


class ReferralForgotten(Event, stored_as="referral.forgotten"):
    """Keys of a referral are destroyed: the guardian's, or the youth's and the guardian's.

    ``documents`` are those that only this referral names, and that are destroyed with them.
    """

    party: Open[Party]
    basis: Open[ForgettingBasis]
    decided_by: Open[Ref]
    decision: Open[Ref]
    document: Open[Sha256 | None]
    documents: Open[tuple[Sha256, ...]]


ReferralEvent = (
    ReferralReceived
    | GuardianConsented
    | ReferralAccepted
    | ReferralDeclined
    | ReferralJoined
    | ReferralFinished
    | ReferralForgotten
)


class Referral(Value):
    """What was asked, who consented, what was answered, what the youth joined, and the end."""

    received: ReferralReceived | None
    consent: GuardianConsented | None
    accepted: Effective | None
    declined: Effective | None
    activities: dict[str, ReferralJoined]
    finished: Effective | None
    forgotten: tuple[Party, ...]


def decide(proposed: ReferralEvent, journey: Journey) -> Sequence[Event]:
    """Admit the next step; before the guardian's consent there is only one, to decline."""
    referral = journey[REFERRAL]
    match proposed:
        case ReferralReceived():
            _ensure_may_be_received(referral, proposed)
        case GuardianConsented():
            _ensure_under_way(referral)
            _ensure_not_forgotten(referral, Party.GUARDIAN)
        case ReferralAccepted():
            _ensure_consented(referral)
            _ensure_not_accepted(referral)
        case ReferralDeclined():
            _ensure_under_way(referral)
            _ensure_not_accepted(referral)
        case ReferralJoined():
            _ensure_accepted(referral)
            ensure(
                proposed.activity not in referral.activities,
                "referral.activity_exists",
                article="Kaidah Jejak: satu kunci, satu pernyataan",
                because=(
                    f"kegiatan {proposed.activity} sudah diikuti",
                    f"activity {proposed.activity} was joined already",
                ),
            )
        case ReferralFinished():
            _ensure_accepted(referral)
        case ReferralForgotten():
            _ensure_may_be_forgotten(referral, proposed.party)
        case _:
            assert_never(proposed)
    return [proposed]


def _ensure_may_be_received(referral: Referral, proposed: ReferralReceived) -> None:
    """Admit one referral per stream, from a region that exists, with dates that can be."""
    day = proposed.effective.day
    ensure(
        referral.received is None,
        "referral.already_received",
        article="Kaidah Jejak: satu rujukan, satu remaja",
        because=("rujukan ini sudah diterima", "this referral was received already"),
    )
    if proposed.region is not None:
        known_region(proposed.region, "region")
    ensure(
        proposed.birth_date is None or proposed.birth_date <= day,
        "referral.born_later",
        article="Kaidah Jejak: urutan kejadian",
        because=(
            "tanggal lahir sesudah tanggal rujukan",
            "the birth date is after the day of the referral",
        ),
        field="birth_date",
    )
    ensure(
        proposed.respond_by is None or proposed.respond_by >= day,
        "referral.deadline_passed",
        article="Kaidah Jejak: awal sebelum akhir",
        because=(
            f"batas jawaban {proposed.respond_by} sebelum tanggal rujukan",
            f"the answer would be due on {proposed.respond_by}, before the referral came",
        ),
        field="respond_by",
    )


def _ensure_may_be_forgotten(referral: Referral, party: Party) -> None:
    """Refuse to forget what never came or is forgotten; a youth only when the help is over."""
    ensure(
        referral.received is not None,
        "referral.not_received",
        article="Kaidah Jejak: urutan kejadian",
        because=("rujukan ini belum diterima", "this referral has not been received"),
    )
    _ensure_not_forgotten(referral, party)
    over = referral.declined is not None or referral.finished is not None
    ensure(
        over or party is Party.GUARDIAN,
        "referral.not_over",
        article="UU 27/2022 art. 43",
        because=(
            "rujukan ini belum selesai; tolak atau akhiri dulu",
            "this referral is not over; decline or finish it first",
        ),
    )


def _ensure_not_forgotten(referral: Referral, party: Party) -> None:
    ensure(
        not {party, Party.YOUTH} & set(referral.forgotten),
        "referral.forgotten",
        article=ONCE,
        because=(
            "datanya sudah dimusnahkan dan tidak dicatat lagi",
            "these data were destroyed and are recorded no more",
        ),
    )


def _ensure_under_way(referral: Referral) -> None:
    """Refuse a step in a referral that never came, was declined, or is finished."""
    ensure(
        referral.received is not None,
        "referral.not_received",
        article="Kaidah Jejak: urutan kejadian",
        because=("rujukan ini belum diterima", "this referral has not been received"),
    )
    ensure(
        referral.declined is None and referral.finished is None,
        "referral.closed",
        article="Kaidah Jejak: yang berakhir tidak dibuka lagi",
        because=(
            "rujukan ini sudah ditolak atau selesai; minta rujukan baru",
            "this referral was declined or is finished; ask for a new one",
        ),
    )


def _ensure_consented(referral: Referral) -> None:
    _ensure_under_way(referral)
    ensure(
        referral.consent is not None,
        "referral.no_guardian_consent",
        article="UU 27/2022 art. 25",
        because=(
            "orang tua atau wali belum menyetujui; sebelum itu rujukan hanya dapat ditolak",
            "no parent or guardian has consented; until then a referral can only be declined",
        ),
    )


def _ensure_accepted(referral: Referral) -> None:
    _ensure_consented(referral)
    ensure(
        referral.accepted is not None,
        "referral.not_accepted",
        article="Kaidah Jejak: urutan kejadian",
        because=("rujukan ini belum diterima untuk ditangani", "this referral is not accepted"),
    )


def _ensure_not_accepted(referral: Referral) -> None:
    ensure(
        referral.accepted is None,
        "referral.already_accepted",
        article="Kaidah Jejak: satu rujukan, satu jawaban",
        because=(
            "rujukan ini sudah diterima untuk ditangani; akhiri dengan hasilnya",
            "this referral was accepted already; finish it with its outcome",
        ),
    )


def evolve(referral: Referral, event: ReferralEvent) -> Referral:  # noqa: PLR0911  # a table
    """Write down the question, the consent, the answer, the activity or the end."""
    match event:
        case ReferralReceived():
            return replace(referral, received=event)
        case GuardianConsented():
            return replace(referral, consent=event)
        case ReferralAccepted():
            return replace(referral, accepted=event.effective)
        case ReferralDeclined():
            return replace(referral, declined=event.effective)
        case ReferralJoined():
            joined = referral.activities | {event.activity: event}
            return replace(referral, activities=joined)
        case ReferralFinished():
            return replace(referral, finished=event.effective)
        case ReferralForgotten():
            return replace(referral, forgotten=(*referral.forgotten, event.party))
        case _:
            assert_never(event)


REFERRAL: Final[Chapter[Referral, ReferralEvent]] = Chapter(
    name="referral",
    events=get_args(ReferralEvent),
    initial=Referral(
        received=None,
        consent=None,
        accepted=None,
        declined=None,
        activities={},
        finished=None,
        forgotten=(),
    ),
    decide=decide,
    evolve=evolve,
    opens=(ReferralReceived,),
)

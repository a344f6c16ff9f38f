"""Agreement: a PKS, an MoU, a kerja sama or an audiensi with partners outside the unit.

Proposed is not signed, signed is not running, and ended is final. Until it is signed, a new draft
takes the place of the last; at an audiensi nothing is signed, so what comes of one is drafted anew
as a PKS, an MoU or a kerja sama. Plans and claims may be stated at any time, before the first draft
and after the end too: they are what somebody said, with its source, and never a result. Claims that
contradict each other stand side by side. A regulation on how UPT sign with partners was not found
(certainty K?), so that the rules here are of the house, but for KUHPerdata art. 1313, 1338 (K+).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Final, assert_never, get_args

from domain.fields import AgencyCode, Count, Line, Note, Ref, RegionCode, UnitCode
from domain.kernel import (
    Chapter,
    Event,
    Journey,
    Open,
    Personal,
    Refused,
    Value,
    Words,
    ensure,
    replace,
)
from domain.programme import ProgrammeKind
from domain.region import known_region
from domain.sharing.fields import known_fields
from domain.time import Effective


class Instrument(Enum):
    """What the partners put their names to: perjanjian kerja sama, MoU, kerja sama, a hearing."""

    PKS = "pks"
    MOU = "mou"
    KERJA_SAMA = "kerja_sama"
    AUDIENSI = "audiensi"


class ParticipantKind(Enum):
    """Whom an agreement is for (UU 22/2022 art. 1), and the two who are in no custody."""

    TAHANAN = "tahanan"
    NARAPIDANA = "narapidana"
    ANAK = "anak"
    ANAK_BINAAN = "anak_binaan"
    KLIEN = "klien"
    MANTAN_WARGA_BINAAN = "mantan_warga_binaan"
    REMAJA_BERISIKO = "remaja_berisiko"


class AgreementProposed(Event, stored_as="agreement.proposed"):
    """The partners have a draft. A later draft replaces it until one is signed."""

    title: Open[Line]
    instrument: Open[Instrument]
    parties: Open[tuple[AgencyCode, ...]]
    purpose: Open[Line]
    legal_basis: Open[Line]
    units: Open[tuple[UnitCode, ...]]
    regions: Open[tuple[RegionCode, ...]]
    programme_kinds: Open[tuple[ProgrammeKind, ...]]
    participant_kinds: Open[tuple[ParticipantKind, ...]]
    allowed_fields: Open[tuple[Line, ...]]
    valid_from: Open[date | None]
    valid_until: Open[date | None]


class AgreementSigned(Event, stored_as="agreement.signed"):
    """The parties signed the last draft, under a number and for a time."""

    number: Open[Line]
    valid_from: Open[date]
    valid_until: Open[date | None]


class AgreementStarted(Event, stored_as="agreement.started"):
    """What was agreed is running."""


class AgreementSuspended(Event, stored_as="agreement.suspended"):
    """What was agreed rests: from then on nothing is shared under it."""

    reason: Personal[Note]


class AgreementResumed(Event, stored_as="agreement.resumed"):
    """What rested goes on."""


class AgreementEnded(Event, stored_as="agreement.ended"):
    """The agreement, or the attempt at one, is over."""

    reason: Personal[Note]


class PlanStated(Event, stored_as="agreement.plan_stated"):
    """Somebody said what is to come. It is counted nowhere as done."""

    plan: Open[Ref]
    text: Open[Line]
    figure: Open[Count | None]


class ClaimRecorded(Event, stored_as="agreement.claim_recorded"):
    """A source says what is so; another may say otherwise."""

    claim: Open[Ref]
    source: Open[Line]
    text: Open[Line]
    figure: Open[Count | None]


AgreementEvent = (
    AgreementProposed
    | AgreementSigned
    | AgreementStarted
    | AgreementSuspended
    | AgreementResumed
    | AgreementEnded
    | PlanStated
    | ClaimRecorded
)


class AgreementStatus(Enum):
    """How far an agreement has come."""

    NOT_PROPOSED = "not_proposed"
    PROPOSED = "proposed"
    SIGNED = "signed"
    RUNNING = "running"
    SUSPENDED = "suspended"
    ENDED = "ended"


class Agreement(Value):
    """The draft, the signature, since when it runs or rests, its end, and what was said of it."""

    draft: AgreementProposed | None
    signature: AgreementSigned | None
    started: Effective | None
    suspended: Effective | None
    ended: Effective | None
    plans: dict[str, PlanStated]
    claims: dict[str, ClaimRecorded]


def status_on(agreement: Agreement, day: date) -> AgreementStatus:
    """Return the status on ``day``: one past its ``valid_until`` has ended, unsaid."""
    signature = agreement.signature
    expires = signature and signature.valid_until
    if agreement.ended or (expires and expires < day):
        return AgreementStatus.ENDED
    if agreement.started:
        return AgreementStatus.SUSPENDED if agreement.suspended else AgreementStatus.RUNNING
    if signature:
        return AgreementStatus.SIGNED
    return AgreementStatus.PROPOSED if agreement.draft else AgreementStatus.NOT_PROPOSED


def decide(proposed: AgreementEvent, journey: Journey) -> Sequence[Event]:
    """Admit the next step of the agreement; plans and claims stand beside it."""
    agreement = journey[AGREEMENT]
    match proposed:
        case AgreementProposed():
            _ensure_not_ended(agreement)
            _ensure_not_signed(agreement)
            _ensure_sound_draft(proposed)
        case AgreementSigned():
            _ensure_not_ended(agreement)
            _ensure_not_signed(agreement)
            _ensure_something_to_sign(agreement)
            _ensure_valid_in_order(proposed.valid_from, proposed.valid_until)
        case AgreementStarted():
            _ensure_may_start(agreement, proposed.effective.day)
        case AgreementSuspended():
            _ensure_started(agreement)
            _ensure_rests(agreement, rests=False)
        case AgreementResumed():
            _ensure_started(agreement)
            _ensure_rests(agreement, rests=True)
        case AgreementEnded():
            _ensure_not_ended(agreement)
            _ensure_proposed(agreement)
        case PlanStated():
            _ensure_new(proposed.plan, agreement.plans, "agreement.plan_exists")
        case ClaimRecorded():
            _ensure_new(proposed.claim, agreement.claims, "agreement.claim_exists")
        case _:
            assert_never(proposed)
    return [proposed]


def _ensure_new(key: str, stated: Mapping[str, Event], code: str) -> None:
    """Admit a statement under a key that none has; another one needs a key of its own."""
    ensure(
        key not in stated,
        code,
        article="Kaidah Jejak: satu kunci, satu pernyataan",
        because=(
            f"{key} sudah tercatat; catat yang lain dengan kunci lain",
            f"{key} is recorded already; give another one its own key",
        ),
    )


def _ensure_sound_draft(draft: AgreementProposed) -> None:
    """Admit a draft between two or more, for regions that exist, with an end after its start."""
    ensure(
        len(set(draft.parties)) > 1,
        "agreement.too_few_parties",
        article="KUHPerdata art. 1313",
        because=(
            "kerja sama memerlukan sedikitnya dua pihak yang berbeda",
            "an agreement needs at least two different parties",
        ),
        field="parties",
    )
    for code in draft.regions:
        known_region(code, "regions")
    known_fields(draft.allowed_fields, "allowed_fields")
    _ensure_valid_in_order(draft.valid_from, draft.valid_until)


def _ensure_valid_in_order(valid_from: date | None, valid_until: date | None) -> None:
    """Refuse an agreement that ends before it begins; one day is enough."""
    ensure(
        valid_from is None or valid_until is None or valid_from <= valid_until,
        "agreement.ends_before_it_begins",
        article="Kaidah Jejak: awal sebelum akhir",
        because=(
            f"masa berlaku berakhir pada {valid_until}, sebelum dimulai pada {valid_from}",
            f"it would be valid until {valid_until}, before it begins on {valid_from}",
        ),
        field="valid_until",
    )


def _ensure_proposed(agreement: Agreement) -> None:
    ensure(
        agreement.draft is not None,
        "agreement.not_proposed",
        article="Kaidah Jejak: urutan kejadian",
        because=("kerja sama ini belum diusulkan", "this agreement has not been proposed"),
    )


def _ensure_not_signed(agreement: Agreement) -> None:
    ensure(
        agreement.signature is None,
        "agreement.already_signed",
        article="KUHPerdata art. 1338",
        because=(
            "kerja sama ini sudah ditandatangani dan mengikat para pihak",
            "this agreement is signed already and binds its parties",
        ),
    )


def _ensure_not_ended(agreement: Agreement) -> None:
    ensure(
        agreement.ended is None,
        "agreement.already_ended",
        article="Kaidah Jejak: yang berakhir tidak dibuka lagi",
        because=(
            "kerja sama ini sudah berakhir; buat kerja sama yang baru",
            "this agreement has ended; make a new one",
        ),
    )


def _ensure_something_to_sign(agreement: Agreement) -> None:
    """Let a draft be signed, unless all there was is an audiensi."""
    _ensure_proposed(agreement)
    ensure(
        agreement.draft is None or agreement.draft.instrument is not Instrument.AUDIENSI,
        "agreement.audiensi_is_not_signed",
        article="Kaidah Jejak: audiensi bukan perjanjian",
        because=(
            "audiensi tidak ditandatangani; usulkan dahulu PKS, MoU atau kerja sama",
            "an audiensi is not signed; propose a PKS, an MoU or a kerja sama first",
        ),
    )


def _ensure_may_start(agreement: Agreement, day: date) -> None:
    """Let an agreement run once, when it is signed, from its first valid day to its last."""
    _ensure_not_ended(agreement)
    signature = agreement.signature
    if signature is None:
        raise Refused(
            "agreement.not_signed",
            article="Kaidah Jejak: diusulkan belum ditandatangani, ditandatangani belum berjalan",
            because=(
                "kerja sama ini belum ditandatangani, jadi belum dapat berjalan",
                "this agreement is not signed, so it cannot run yet",
            ),
        )
    ensure(
        agreement.started is None,
        "agreement.already_running",
        article="Kaidah Jejak: urutan kejadian",
        because=("kerja sama ini sudah berjalan", "this agreement is running already"),
    )
    ensure(
        signature.valid_from <= day,
        "agreement.not_yet_valid",
        article="KUHPerdata art. 1338",
        because=(
            f"kerja sama ini baru berlaku pada {signature.valid_from}",
            f"this agreement is not valid before {signature.valid_from}",
        ),
    )
    ensure(
        signature.valid_until is None or day <= signature.valid_until,
        "agreement.no_longer_valid",
        article="KUHPerdata art. 1338",
        because=(
            f"kerja sama ini hanya berlaku sampai {signature.valid_until}",
            f"this agreement was valid until {signature.valid_until} only",
        ),
    )


def _ensure_started(agreement: Agreement) -> None:
    """Refuse to suspend or resume what does not run."""
    _ensure_not_ended(agreement)
    ensure(
        agreement.started is not None,
        "agreement.not_running",
        article="Kaidah Jejak: urutan kejadian",
        because=("kerja sama ini belum berjalan", "this agreement is not running yet"),
    )


def _ensure_rests(agreement: Agreement, *, rests: bool) -> None:
    """Refuse to suspend what rests already, and to resume what does not."""
    code, because = RESTS[rests]
    ensure(
        (agreement.suspended is not None) is rests,
        code,
        article="Kaidah Jejak: urutan kejadian",
        because=because,
    )


RESTS: Final[Mapping[bool, tuple[str, Words]]] = {
    True: (
        "agreement.not_suspended",
        ("kerja sama ini tidak sedang ditangguhkan", "this agreement is not suspended"),
    ),
    False: (
        "agreement.already_suspended",
        ("kerja sama ini sedang ditangguhkan", "this agreement is suspended already"),
    ),
}


def evolve(agreement: Agreement, event: AgreementEvent) -> Agreement:  # noqa: PLR0911  # a table
    """Write down the draft, the signature, the start, the end, or what was said."""
    match event:
        case AgreementProposed():
            return replace(agreement, draft=event)
        case AgreementSigned():
            return replace(agreement, signature=event)
        case AgreementStarted():
            return replace(agreement, started=event.effective)
        case AgreementSuspended():
            return replace(agreement, suspended=event.effective)
        case AgreementResumed():
            return replace(agreement, suspended=None)
        case AgreementEnded():
            return replace(agreement, ended=event.effective)
        case PlanStated():
            return replace(agreement, plans=agreement.plans | {event.plan: event})
        case ClaimRecorded():
            return replace(agreement, claims=agreement.claims | {event.claim: event})
        case _:
            assert_never(event)


AGREEMENT: Final[Chapter[Agreement, AgreementEvent]] = Chapter(
    name="agreement",
    events=get_args(AgreementEvent),
    initial=Agreement(
        draft=None, signature=None, started=None, suspended=None, ended=None, plans={}, claims={}
    ),
    decide=decide,
    evolve=evolve,
)

"""Job placement: consent, offer, start, is it still so after 1, 3, 6, 12 months, and the end.

Work outside follows release, or is done on asimilasi (UU 22/2022 art. 10). An employer consents
before a warga binaan starts with them, and is told nothing that the work does not need: no offence
stands here (UU 27/2022 art. 16, certainty K+). Who is self-employed needs nobody's consent. Months
are counted on the calendar, 31 January and one month being the last of February; the follow-up
months and this way of counting are of the house. Income is a band against the regency's UMK, and
optional.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import Final, Literal, assert_never, get_args

from domain.custody import CUSTODY, Presence, ensure_admitted
from domain.fields import AgreementId, Line, ProgrammeId, Ref
from domain.integration import INTEGRATION
from domain.kernel import Chapter, Event, Journey, Open, Refused, Value, ensure, replace
from domain.law.facts import Right
from domain.time import Effective

FollowUpMonth = Literal[1, 3, 6, 12]
"""After how many months work is verified."""


class WorkKind(Enum):
    """How somebody works: employed, on their own, by the day."""

    KARYAWAN = "karyawan"
    USAHA_SENDIRI = "usaha_sendiri"
    HARIAN = "harian"


class IncomeBand(Enum):
    """Income beside the minimum wage of the regency or city (UMK)."""

    DI_BAWAH_UMK = "di_bawah_umk"
    SETARA_UMK = "setara_umk"
    DI_ATAS_UMK = "di_atas_umk"


class VerificationMethod(Enum):
    """How it was seen that somebody works: a visit, a call, a letter, SIAPkerja."""

    KUNJUNGAN = "kunjungan"
    TELEPON = "telepon"
    SURAT = "surat"
    SIAPKERJA = "siapkerja"


class EndReason(Enum):
    """Why the work came to its end."""

    MENGUNDURKAN_DIRI = "mengundurkan_diri"
    KONTRAK_SELESAI = "kontrak_selesai"
    DIBERHENTIKAN = "diberhentikan"
    USAHA_TUTUP = "usaha_tutup"
    KEMBALI_DITAHAN = "kembali_ditahan"
    LAIN = "lain"


class EmployerConsented(Event, stored_as="job_placement.employer_consented"):
    """An employer agreed to take somebody in."""

    placement: Open[Ref]
    employer: Open[Line]
    agreement: Open[AgreementId | None]


class JobOffered(Event, stored_as="job_placement.offered"):
    """A position was offered. A later offer replaces it."""

    placement: Open[Ref]
    position: Open[Line]
    starts: Open[date | None]


class JobStarted(Event, stored_as="job_placement.started"):
    """The person works."""

    placement: Open[Ref]
    kind: Open[WorkKind]
    employer: Open[Line | None]
    agreement: Open[AgreementId | None]
    programme: Open[ProgrammeId | None]
    income_band: Open[IncomeBand | None]


class JobVerified(Event, stored_as="job_placement.verified"):
    """So many months after the start, somebody looked whether the person still works."""

    placement: Open[Ref]
    month: Open[FollowUpMonth]
    still_working: Open[bool]
    method: Open[VerificationMethod]
    income_band: Open[IncomeBand | None]


class JobEnded(Event, stored_as="job_placement.ended"):
    """The work is over."""

    placement: Open[Ref]
    reason: Open[EndReason]


JobPlacementEvent = EmployerConsented | JobOffered | JobStarted | JobVerified | JobEnded


class Placement(Value):
    """One placement: the consent, the offer, the work, what was seen by month, and the end."""

    consent: EmployerConsented | None
    offer: JobOffered | None
    work: JobStarted | None
    verified: dict[int, JobVerified]
    ended: Effective | None


UNKNOWN: Final = Placement(consent=None, offer=None, work=None, verified={}, ended=None)


class JobPlacement(Value):
    """The placements by their keys."""

    placements: dict[str, Placement]


def months_after(day: date, months: int) -> date:
    """Return the same day so many calendar months on, or the last of a month that has no such."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def decide(proposed: JobPlacementEvent, journey: Journey) -> Sequence[Event]:
    """Admit the next step of one placement."""
    placement = journey[JOB_PLACEMENT].placements.get(proposed.placement, UNKNOWN)
    match proposed:
        case EmployerConsented():
            ensure_admitted(journey, "job_placement.not_admitted")
            _ensure_not_started(placement)
            ensure(
                placement.consent is None,
                "job_placement.consent_exists",
                article="Kaidah Jejak: satu penempatan, satu pemberi kerja",
                because=(
                    "pemberi kerja untuk penempatan ini sudah menyetujui",
                    "an employer has consented to this placement already",
                ),
            )
        case JobOffered():
            ensure_admitted(journey, "job_placement.not_admitted")
            _ensure_not_started(placement)
        case JobStarted():
            _ensure_not_started(placement)
            _ensure_consent(placement, proposed)
            _ensure_free_to_work(journey)
        case JobVerified():
            _ensure_may_be_verified(placement, proposed)
        case JobEnded():
            _work_under_way(placement)
        case _:
            assert_never(proposed)
    return [proposed]


def _ensure_not_started(placement: Placement) -> None:
    ensure(
        placement.work is None,
        "job_placement.already_started",
        article="Kaidah Jejak: urutan kejadian",
        because=(
            "pekerjaan dari penempatan ini sudah dimulai",
            "the work of this placement has started already",
        ),
    )


def _ensure_consent(placement: Placement, proposed: JobStarted) -> None:
    """Ask for the consent of that very employer, unless the person is self-employed."""
    if proposed.kind is WorkKind.USAHA_SENDIRI:
        return
    ensure(
        proposed.employer is not None,
        "job_placement.employer_missing",
        article="Kaidah Jejak: pemberi kerja menyetujui lebih dahulu",
        because=(
            "sebutkan pemberi kerja; hanya usaha sendiri yang tidak memerlukannya",
            "name the employer; only the self-employed have none",
        ),
        field="employer",
    )
    ensure(
        placement.consent is not None and placement.consent.employer == proposed.employer,
        "job_placement.no_consent",
        article="Kaidah Jejak: pemberi kerja menyetujui lebih dahulu",
        because=(
            "pemberi kerja ini belum menyetujui penempatan ini",
            "this employer has not consented to this placement",
        ),
    )


def _ensure_free_to_work(journey: Journey) -> None:
    """Let work start after release, or while held on asimilasi."""
    ensure_admitted(journey, "job_placement.not_admitted")
    released = journey[CUSTODY].presence is Presence.RELEASED
    on_asimilasi = journey[INTEGRATION].runs(Right.ASIMILASI)
    at_large = journey[CUSTODY].presence is Presence.ESCAPED
    ensure(
        released or (on_asimilasi and not at_large),
        "job_placement.not_free_to_work",
        article="UU 22/2022 art. 10",
        because=(
            "pekerjaan di luar baru dapat dimulai sesudah bebas atau selama asimilasi",
            "work outside can start only after release or during asimilasi",
        ),
    )


def _work_under_way(placement: Placement) -> JobStarted:
    """Return the work; refuse where it has not started, or is over."""
    if placement.work is None:
        raise Refused(
            "job_placement.not_started",
            article="Kaidah Jejak: urutan kejadian",
            because=(
                "pekerjaan dari penempatan ini belum dimulai",
                "the work of this placement has not started",
            ),
        )
    ensure(
        placement.ended is None,
        "job_placement.already_ended",
        article="Kaidah Jejak: yang berakhir tidak dibuka lagi",
        because=(
            "pekerjaan dari penempatan ini sudah berakhir",
            "the work of this placement is over",
        ),
    )
    return placement.work


def _ensure_may_be_verified(placement: Placement, proposed: JobVerified) -> None:
    """Admit one look at each follow-up month, when that month has come."""
    month = proposed.month
    work = _work_under_way(placement)
    due = months_after(work.effective.day, month)
    ensure(
        due <= proposed.effective.day,
        "job_placement.verified_too_early",
        article="Kaidah Jejak: verifikasi sesudah 1, 3, 6 dan 12 bulan",
        because=(
            f"{month} bulan sejak mulai bekerja baru genap pada {due}",
            f"{month} months since the start are not complete before {due}",
        ),
    )
    ensure(
        month not in placement.verified,
        "job_placement.month_verified",
        article="Kaidah Jejak: satu bulan, satu verifikasi",
        because=(
            f"bulan ke-{month} sudah diverifikasi; yang keliru diperbaiki lewat koreksi",
            f"month {month} has been verified; put a mistake right by a correction",
        ),
    )


def evolve(job_placement: JobPlacement, event: JobPlacementEvent) -> JobPlacement:
    """Write the step into its placement."""
    placement = job_placement.placements.get(event.placement, UNKNOWN)
    match event:
        case EmployerConsented():
            placement = replace(placement, consent=event)
        case JobOffered():
            placement = replace(placement, offer=event)
        case JobStarted():
            placement = replace(placement, work=event)
        case JobVerified():
            placement = replace(placement, verified=placement.verified | {event.month: event})
        case JobEnded():
            placement = replace(placement, ended=event.effective)
        case _:
            assert_never(event)
    placements = job_placement.placements | {event.placement: placement}
    return JobPlacement(placements=placements)


JOB_PLACEMENT: Final[Chapter[JobPlacement, JobPlacementEvent]] = Chapter(
    name="job_placement",
    events=get_args(JobPlacementEvent),
    initial=JobPlacement(placements={}),
    decide=decide,
    evolve=evolve,
)

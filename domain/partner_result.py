"""Partner result: what a partner says came of its own programme, until the unit takes it over.

A PKBM that held an exam, or a BPVP that assessed its class, tells it as the event that the case
would hold. Nothing is recorded of anybody by that: a result is *proposed*, and it is a fact once an
official of the unit has accepted it, in whose hand the record is (rule of the house; certainty K?).
A result that is turned down is turned down with a reason, which the partner hears.

These pages stand in the stream of a programme. They are told about facts to come and are none
themselves, as a correction that waits is none: whoever folds the stream never meets them. What a
partner tells of somebody is sealed under that person's key, so that forgetting reaches it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Final, assert_never, get_args

from domain import kejar_paket, skill_training
from domain.certification import Assessed, AttendanceCertified, CompetenceCertified
from domain.fields import (
    AgencyCode,
    AgreementId,
    CaseId,
    EventId,
    Line,
    Note,
    PersonId,
    Ref,
    Sha256,
    UnitCode,
)
from domain.ijazah import ExamRegistered, ExamTaken, Failed, IjazahIssued, Passed
from domain.kernel import (
    Chapter,
    Event,
    Journey,
    Open,
    Personal,
    Refused,
    Value,
    Whose,
    ensure,
    replace,
)
from domain.programme import ProgrammeKind, SessionHeld
from domain.sharing.fields import RecordKind, SharedField

THEIRS: Final = Whose(field="person", role=None)
"""Whoever the result is about; the programme's own where it is about a class."""


class Paper(Value):
    """A document that bears a result out."""

    number: Line
    dated: date | None
    sha256: Sha256 | None


class ResultProposed(Event, stored_as="programme.result_proposed"):
    """A partner told a result of this programme: the fact that the record would hold.

    ``result`` is this event's own id, ``reference`` the partner's own key for it. ``unit`` is to
    answer. ``case`` and ``person`` are those that the fact is about; a session of a class is about
    none in particular.
    """

    result: Open[EventId]
    reference: Open[Ref]
    agency: Open[AgencyCode]
    agreement: Open[AgreementId]
    unit: Open[UnitCode]
    case: Open[CaseId | None]
    person: Open[PersonId | None]
    fact: Annotated[Open[Event], THEIRS]
    papers: Annotated[Personal[tuple[Paper, ...]], THEIRS]


class ResultAccepted(Event, stored_as="programme.result_accepted"):
    """An official of the unit accepted a result: the fact was recorded with this page."""

    result: Open[EventId]


class ResultRejected(Event, stored_as="programme.result_rejected"):
    """An official of the unit turned a result down. No reason is kept of who was forgotten."""

    result: Open[EventId]
    person: Open[PersonId | None]
    reason: Annotated[Personal[Note | None], THEIRS]


PartnerResultEvent = ResultProposed | ResultAccepted | ResultRejected


class Result(Value):
    """One result, and what the unit said to it."""

    proposed: ResultProposed
    accepted: ResultAccepted | None
    rejected: ResultRejected | None

    @property
    def waits(self) -> bool:
        """Return whether the unit has not answered yet."""
        return not (self.accepted or self.rejected)


class Results(Value):
    """The results of a programme by their ids, in the order in which they were told."""

    by_id: dict[str, Result]

    def of(self, agency: str, reference: str) -> Result | None:
        """Return the result that an agency told under a key of its own."""
        told = (one for one in self.by_id.values() if one.proposed.reference == reference)
        return next((one for one in told if one.proposed.agency == agency), None)


TWO_HANDS: Final = "Kaidah Jejak: mitra mengusulkan, unit mencatat"
PAKET: Final = frozenset({ProgrammeKind.KEJAR_PAKET})
TRAINING: Final = frozenset({ProgrammeKind.PELATIHAN_KETERAMPILAN, ProgrammeKind.KEWIRAUSAHAAN})
EVERY_KIND: Final = frozenset(ProgrammeKind)
TOLD: Final[Mapping[type[Event], frozenset[ProgrammeKind]]] = {
    SessionHeld: EVERY_KIND,
    skill_training.AttendanceSummarised: TRAINING,
    skill_training.Completed: TRAINING,
    skill_training.NotCompleted: TRAINING,
    Assessed: TRAINING,
    AttendanceCertified: TRAINING,
    CompetenceCertified: TRAINING,
    kejar_paket.AttendanceSummarised: PAKET,
    kejar_paket.CreditsEarned: PAKET,
    ExamRegistered: PAKET,
    ExamTaken: PAKET,
    Passed: PAKET,
    Failed: PAKET,
    IjazahIssued: PAKET,
}
"""What a partner may tell, and of which kinds of programme."""
TAKING_PART: Final = frozenset({SharedField.PROGRAMME})
ATTENDED: Final = TAKING_PART | {SharedField.ATTENDANCE}
EXAMINED: Final = TAKING_PART | {SharedField.RESULT}
SPEAKS_OF: Final[Mapping[type[Event], frozenset[SharedField]]] = {
    SessionHeld: ATTENDED,
    skill_training.AttendanceSummarised: ATTENDED,
    skill_training.Completed: TAKING_PART,
    skill_training.NotCompleted: TAKING_PART,
    Assessed: TAKING_PART | {SharedField.SKILL},
    AttendanceCertified: TAKING_PART | {SharedField.CERTIFICATE},
    CompetenceCertified: TAKING_PART | {SharedField.SKILL, SharedField.CERTIFICATE},
    kejar_paket.AttendanceSummarised: ATTENDED,
    kejar_paket.CreditsEarned: EXAMINED | {SharedField.LEVEL},
    ExamRegistered: EXAMINED,
    ExamTaken: EXAMINED,
    Passed: EXAMINED,
    Failed: EXAMINED,
    IjazahIssued: EXAMINED | {SharedField.IJAZAH},
}
"""What is heard of the record by telling each: that it fits, that it does not, or is there already.

Whoever may not see one of these fields hears nothing of the record, neither yes nor no.
"""
TELLERS: Final[Mapping[RecordKind, frozenset[ProgrammeKind]]] = {
    RecordKind.LEARNER: PAKET,
    RecordKind.TRAINEE: TRAINING | {ProgrammeKind.PERTANIAN},
    RecordKind.ENTREPRENEUR: TRAINING
    | {ProgrammeKind.PERTANIAN, ProgrammeKind.PEMBERDAYAAN_EKONOMI},
    RecordKind.READER: frozenset({ProgrammeKind.LITERASI}),
}
"""Of which kinds of programme an agency may tell results, by what it sees of those who take part.

The police, a Bapas and a Pemda hold no classes and tell none.
"""

HEARD: Final = frozenset(
    {
        "append.effective_in_future",
        "partner_result.another_class",
        "partner_result.key_used",
        "partner_result.not_theirs",
        "partner_result.recorded_already",
        "programme.already_closed",
        "programme.marked_twice",
        "programme.not_opened",
        "programme.session_exists",
        *(
            f"{chapter}.{rule}"
            for chapter in ("skill_training", "kejar_paket")
            for rule in (
                "attended_more_than_held",
                "issued_later",
                "period_not_over",
                "period_overlaps",
                "period_reversed",
            )
        ),
        "skill_training.completion_missing",
        "skill_training.no_application",
        "skill_training.not_competent",
        "skill_training.not_started",
        "skill_training.not_trained",
        "skill_training.validity_reversed",
        "kejar_paket.academic_year_not_consecutive",
        "kejar_paket.exam_already_taken",
        "kejar_paket.exam_not_registered",
        "kejar_paket.exam_not_taken",
        "kejar_paket.not_enrolled",
        "kejar_paket.not_passed",
    }
)
"""The refusals whose words a partner hears: they tell of its own class, and of nothing else."""


def as_heard(no: Refused) -> Refused:
    """Return what a partner hears of a refusal: that somebody died or fled is not for it."""
    if no.code in HEARD:
        return no
    return Refused(
        "partner_result.does_not_fit",
        article=TWO_HANDS,
        because=(
            "hasil ini tidak sesuai dengan catatan; tanyakan kepada unit",
            "this result does not fit what is recorded; ask the unit",
        ),
    )


def ensure_may_be_told(
    fact: Event, record: RecordKind | None, kind: ProgrammeKind, field: str = "type"
) -> None:
    """Refuse what such an agency does not tell, and what such a programme does not lead to."""
    of_theirs = record is not None and kind in TELLERS.get(record, frozenset())
    ensure(
        of_theirs and kind in TOLD.get(type(fact), frozenset()),
        "partner_result.not_theirs",
        article=TWO_HANDS,
        because=(
            f"{fact.stored_as} bukan hasil yang diusulkan instansi ini untuk program {kind.value}",
            f"{fact.stored_as} is no result that this agency tells of a {kind.value} programme",
        ),
        field=field,
    )


def ensure_in_this_class(fact: Event, journey: Journey, programme: str) -> None:
    """Refuse a result of Kejar Paket of somebody who is not schooled in this class."""
    if type(fact) not in kejar_paket.KEJAR_PAKET.events:
        return
    enrolled = journey[kejar_paket.KEJAR_PAKET].enrolled
    ensure(
        enrolled is not None and enrolled.programme == programme,
        "partner_result.another_class",
        article=TWO_HANDS,
        because=(
            "warga belajar tidak terdaftar di kelas ini",
            "the learner is not enrolled in this class",
        ),
    )


def decide(proposed: PartnerResultEvent, journey: Journey) -> Sequence[Event]:
    """Admit a result under a key that its agency has not used, and one answer to it."""
    results = journey[PARTNER_RESULT]
    match proposed:
        case ResultProposed():
            ensure(
                results.of(proposed.agency, proposed.reference) is None,
                "partner_result.key_used",
                article="Kaidah Jejak: satu kunci, satu pernyataan",
                because=(
                    f"hasil {proposed.reference} sudah diusulkan; pakai kunci baru",
                    f"result {proposed.reference} was proposed already; use a new key",
                ),
                field="result",
            )
        case ResultAccepted() | ResultRejected():
            _ensure_waits(results.by_id.get(proposed.result))
        case _:
            assert_never(proposed)
    return [proposed]


def _ensure_waits(known: Result | None) -> None:
    if known is None:
        raise Refused(
            "partner_result.not_found",
            article=TWO_HANDS,
            because=("hasil ini tidak ada", "there is no such result"),
        )
    rejected = (
        "hasil ini sudah ditolak; mitra dapat mengusulkannya lagi dengan kunci baru",
        "this result was rejected already; the partner may tell it again under a new key",
    )
    accepted = (
        "hasil ini sudah diterima; yang salah diterima diperbaiki dengan koreksi",
        "this result was accepted already; what was wrongly accepted is corrected",
    )
    ensure(
        known.waits,
        "partner_result.answered",
        article=TWO_HANDS,
        because=rejected if known.rejected else accepted,
    )


def evolve(results: Results, event: PartnerResultEvent) -> Results:
    """Write down the result, or the answer to it. An answer to none is nothing."""
    match event:
        case ResultProposed():
            known = Result(proposed=event, accepted=None, rejected=None)
        case ResultAccepted() | ResultRejected() if event.result not in results.by_id:
            return results
        case ResultAccepted():
            known = replace(results.by_id[event.result], accepted=event)
        case ResultRejected():
            known = replace(results.by_id[event.result], rejected=event)
        case _:
            assert_never(event)
    return Results(by_id=results.by_id | {event.result: known})


PARTNER_RESULT: Final[Chapter[Results, PartnerResultEvent]] = Chapter(
    name="partner_result",
    events=get_args(PartnerResultEvent),
    initial=Results(by_id={}),
    decide=decide,
    evolve=evolve,
)

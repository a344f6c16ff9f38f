"""Skill training: from interest and talent to a certificate, programme by programme.

Several trainings may run one after another or side by side, each in its programme. Seats and the
queue are the programme's; here is what they came to for the person. The suitability facts are kept
with the decision. Training starts with a seat and a positive decision, in whichever order the two
came (house rule), and what it proved is in `domain.certification`. Training as pembinaan
kemandirian: UU 22/2022 art. 38 (K~).

Warga binaan, klien and former warga binaan may take part (UU 22/2022 art. 1), but nobody at large.
Sums of attendance may come for whoever applied: sessions are marked where the seats are. What is
certified of a training may be told after release, and of who has died.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Final, assert_never, get_args

from domain.certification import (
    Assessed,
    AttendanceCertified,
    CompetenceCertified,
    Proof,
    Proofs,
    ensure_certificate,
    proved,
)
from domain.fields import AgreementId, Count, Line, Note, ProgrammeId
from domain.kernel import (
    Chapter,
    Event,
    Journey,
    Open,
    Personal,
    Value,
    Words,
    ensure,
    replace,
)
from domain.participation import (
    AttendanceSum,
    WithdrawalReason,
    ensure_attendance,
    ensure_within_reach,
    restated,
)
from domain.time import Effective


class TrainerKind(Enum):
    """Who trains: officials of the unit, instructors of a BPVP, a Dinas, an UMKM, another."""

    PETUGAS = "petugas"
    INSTRUKTUR_BPVP = "instruktur_bpvp"
    DINAS = "dinas"
    UMKM = "umkm"
    LAIN = "lain"


class SuitabilityFact(Value):
    """One fact that suitability was decided on: which one, and what was found."""

    code: Line
    said: Line


class InterestRecorded(Event, stored_as="skill_training.interest_recorded"):
    """The person is interested in a field, and may have a talent for it."""

    field: Open[Line]
    talent: Personal[Note | None]


class Applied(Event, stored_as="skill_training.applied"):
    """The person asked to be trained in a programme."""

    programme: Open[ProgrammeId]
    agreement: Open[AgreementId | None]


class Seated(Event, stored_as="skill_training.seated"):
    """The programme has a seat for the person."""

    programme: Open[ProgrammeId]


class WaitListed(Event, stored_as="skill_training.wait_listed"):
    """The person waits for a seat; ``place`` in the queue on that day."""

    programme: Open[ProgrammeId]
    place: Open[Count]


class SuitabilityDecided(Event, stored_as="skill_training.suitability_decided"):
    """It was decided whether the training suits the person. A no ends the application."""

    programme: Open[ProgrammeId]
    suitable: Open[bool]
    facts: Personal[tuple[SuitabilityFact, ...]]
    reason: Personal[Note | None]


class Started(Event, stored_as="skill_training.started"):
    """The training began for the person."""

    programme: Open[ProgrammeId]
    trainer_kind: Open[TrainerKind]
    trainer_organisation: Open[Line]


class AttendanceSummarised(Event, stored_as="skill_training.attendance_summarised"):
    """Sessions held and attended in a period; said again for it, the newer sum stands."""

    programme: Open[ProgrammeId]
    from_day: Open[date]
    until_day: Open[date]
    sessions_held: Open[Count]
    sessions_attended: Open[Count]


class Suspended(Event, stored_as="skill_training.suspended"):
    """The training was interrupted; the seat stays."""

    programme: Open[ProgrammeId]
    reason: Personal[Note]


class Resumed(Event, stored_as="skill_training.resumed"):
    """The training went on."""

    programme: Open[ProgrammeId]


class Completed(Event, stored_as="skill_training.completed"):
    """The person went through the training to its end."""

    programme: Open[ProgrammeId]


class NotCompleted(Event, stored_as="skill_training.not_completed"):
    """The training ended without the person having completed it."""

    programme: Open[ProgrammeId]
    reason: Personal[Note]


class Withdrawn(Event, stored_as="skill_training.withdrawn"):
    """The person left the application or the training, and may apply again."""

    programme: Open[ProgrammeId]
    reason: Open[WithdrawalReason]


Application = Applied | Seated | WaitListed | SuitabilityDecided
Course = Started | AttendanceSummarised | Suspended | Resumed | Completed | NotCompleted
TrainingEvent = Application | Course | Proof | Withdrawn
SkillTrainingEvent = InterestRecorded | TrainingEvent


class Step(Enum):
    """How far the person has come in one programme."""

    NOT_APPLIED = "not_applied"
    APPLIED = "applied"
    WAITING = "waiting"
    SEATED = "seated"
    UNSUITABLE = "unsuitable"
    STARTED = "started"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    NOT_COMPLETED = "not_completed"
    WITHDRAWN = "withdrawn"


class Training(Value):
    """One programme: the application, the decision on it, and what came of it.

    ``seated`` is since when there is a seat, ``ended`` when the course was completed or left.
    """

    step: Step
    agreement: str | None
    place: int | None
    decision: SuitabilityDecided | None
    seated: Effective | None
    started: Started | None
    ended: Effective | None
    attendance: tuple[AttendanceSum, ...]
    proofs: Proofs


class SkillTraining(Value):
    """Interests by field, and trainings by programme."""

    interests: dict[str, InterestRecorded]
    trainings: dict[str, Training]


UNKNOWN: Final = Training(
    step=Step.NOT_APPLIED,
    agreement=None,
    place=None,
    decision=None,
    seated=None,
    started=None,
    ended=None,
    attendance=(),
    proofs=Proofs(assessed={}, attendance={}, competence={}),
)
ORDER: Final = "Kaidah Jejak: urutan pelatihan"

ASKING: Final = (Step.APPLIED, Step.WAITING)
RUNNING: Final = (Step.STARTED, Step.SUSPENDED)
ENDED: Final = (Step.UNSUITABLE, Step.NOT_COMPLETED, Step.WITHDRAWN)
NO_OPEN_APPLICATION: Final = (
    "skill_training.no_open_application",
    (
        "tidak ada permohonan yang masih terbuka untuk program itu",
        "no application for that programme is open",
    ),
)
NO_APPLICATION: Final = (
    "skill_training.no_application",
    ("program itu tidak pernah dimohon", "that programme was never applied for"),
)
NOT_STARTED: Final = (
    "skill_training.not_started",
    ("pelatihan itu tidak sedang berjalan", "that training is not under way"),
)
STEPS: Final[Mapping[type[Event], tuple[tuple[Step, ...], str, Words]]] = {
    Applied: (
        (Step.NOT_APPLIED, *ENDED),
        "skill_training.already_applied",
        ("program itu sudah dimohon", "that programme was applied for already"),
    ),
    Seated: (ASKING, *NO_OPEN_APPLICATION),
    WaitListed: (ASKING, *NO_OPEN_APPLICATION),
    SuitabilityDecided: ((*ASKING, Step.SEATED), *NO_OPEN_APPLICATION),
    Started: (
        (Step.SEATED,),
        "skill_training.no_seat",
        (
            "pelatihan dimulai satu kali, dan hanya dengan kursi dalam program",
            "a training starts once, and only with a seat in the programme",
        ),
    ),
    AttendanceSummarised: (tuple(Step)[1:], *NO_APPLICATION),
    Suspended: ((Step.STARTED,), *NOT_STARTED),
    Resumed: (
        (Step.SUSPENDED,),
        "skill_training.not_suspended",
        ("pelatihan itu tidak sedang terhenti", "that training is not suspended"),
    ),
    Completed: ((Step.STARTED,), *NOT_STARTED),
    NotCompleted: (RUNNING, *NOT_STARTED),
    Assessed: (
        (Step.STARTED, Step.COMPLETED),
        "skill_training.not_trained",
        (
            "asesmen hanya untuk pelatihan yang berjalan atau selesai",
            "an assessment is for a training that is under way or completed",
        ),
    ),
    AttendanceCertified: (
        (Step.COMPLETED,),
        "skill_training.completion_missing",
        ("pelatihan itu belum diselesaikan", "that training was not completed"),
    ),
    CompetenceCertified: (tuple(Step)[1:], *NO_APPLICATION),
    Withdrawn: (
        (*ASKING, Step.SEATED, *RUNNING),
        "skill_training.nothing_to_withdraw",
        (
            "tidak ada permohonan atau pelatihan yang dapat ditinggalkan",
            "no application or training is left to withdraw from",
        ),
    ),
}
"""The steps from which an event is possible, and the refusal from any other."""
AFTER: Final[Mapping[type[Event], Step]] = {
    Seated: Step.SEATED,
    WaitListed: Step.WAITING,
    Suspended: Step.SUSPENDED,
    Resumed: Step.STARTED,
    Completed: Step.COMPLETED,
    NotCompleted: Step.NOT_COMPLETED,
    Withdrawn: Step.WITHDRAWN,
}


def _ensure_step(training: Training, proposed: TrainingEvent) -> None:
    steps, code, because = STEPS[type(proposed)]
    ensure(training.step in steps, code, article=ORDER, because=because)


def _ensure_suitable(training: Training) -> None:
    ensure(
        training.decision is not None and training.decision.suitable,
        "skill_training.not_found_suitable",
        article=ORDER,
        because=(
            "belum ada keputusan bahwa pelatihan ini cocok bagi yang bersangkutan",
            "no decision has found this training suitable for the person",
        ),
    )


def _attended(event: AttendanceSummarised) -> AttendanceSum:
    return AttendanceSum(
        programme=event.programme,
        from_day=event.from_day,
        until_day=event.until_day,
        held=event.sessions_held,
        attended=event.sessions_attended,
    )


def decide(proposed: SkillTrainingEvent, journey: Journey) -> Sequence[Event]:
    """Admit the next step of one training, whatever the others have come to."""
    if isinstance(proposed, InterestRecorded | Applied | Started | Resumed):
        ensure_within_reach(journey, SKILL_TRAINING.name)
    if isinstance(proposed, InterestRecorded):
        return [proposed]
    training = journey[SKILL_TRAINING].trainings.get(proposed.programme, UNKNOWN)
    _ensure_step(training, proposed)
    match proposed:
        case Started():
            _ensure_suitable(training)
        case AttendanceSummarised():
            ensure_attendance(
                SKILL_TRAINING.name,
                _attended(proposed),
                told=proposed.effective,
                before=training.attendance,
                field="sessions_attended",
            )
        case AttendanceCertified() | CompetenceCertified():
            ensure_certificate(training.proofs, proposed)
        case _:
            pass
    return [proposed]


def evolve(state: SkillTraining, event: SkillTrainingEvent) -> SkillTraining:
    """Write the interest, or move one training on."""
    if isinstance(event, InterestRecorded):
        return replace(state, interests=state.interests | {event.field: event})
    training = _moved(state.trainings.get(event.programme, UNKNOWN), event)
    return replace(state, trainings=state.trainings | {event.programme: training})


def _moved(training: Training, event: TrainingEvent) -> Training:
    match event:
        case Applied():
            kept = replace(UNKNOWN, attendance=training.attendance, proofs=training.proofs)
            moved = replace(kept, step=Step.APPLIED, agreement=event.agreement)
        case Seated() | WaitListed():
            place = event.place if isinstance(event, WaitListed) else None
            asking = training.step in (Step.NOT_APPLIED, *ASKING)
            step = AFTER[type(event)] if asking else training.step
            seat = event.effective if isinstance(event, Seated) else None
            moved = replace(training, step=step, place=place, seated=training.seated or seat)
        case SuitabilityDecided():
            step = training.step if event.suitable else Step.UNSUITABLE
            moved = replace(training, step=step, decision=event)
        case Started():
            moved = replace(training, step=Step.STARTED, started=event)
        case AttendanceSummarised():
            moved = replace(training, attendance=restated(training.attendance, _attended(event)))
        case Assessed() | AttendanceCertified() | CompetenceCertified():
            moved = replace(training, proofs=proved(training.proofs, event))
        case Suspended() | Resumed():
            moved = replace(training, step=AFTER[type(event)])
        case Completed() | NotCompleted() | Withdrawn():
            moved = replace(training, step=AFTER[type(event)], ended=event.effective)
        case _:
            assert_never(event)
    return moved


SKILL_TRAINING: Final[Chapter[SkillTraining, SkillTrainingEvent]] = Chapter(
    name="skill_training",
    events=get_args(SkillTrainingEvent),
    initial=SkillTraining(interests={}, trainings={}),
    decide=decide,
    evolve=evolve,
)

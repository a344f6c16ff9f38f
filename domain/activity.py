"""Activities: programmes that lead to no certificate, from literacy to legal counselling.

They are pembinaan kepribadian and pembimbingan (UU 22/2022 art. 1 and 38, certainty K~), and what
the partnerships promise besides schooling and skills. Each is joined under a key of its own, by
warga binaan, klien and former warga binaan, but by nobody at large; one that is a programme bears
the programme's id, so that its list of attendance finds it. Taking part counts for the
rights of UU 22/2022 art. 10(2) (V), so attendance is kept per period here too; a sum may come when
the activity is over. A plan of an activity is not recorded here: it is the agreement's.
"""

from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import Final, assert_never, get_args

from domain.fields import AgreementId, Count, Line, Note, ProgrammeId, Ref
from domain.kernel import Chapter, Event, Journey, Open, Personal, Refused, Value, ensure, replace
from domain.participation import AttendanceSum, ensure_attendance, ensure_within_reach, restated
from domain.time import Effective


class ActivityKind(Enum):
    """What an activity is for."""

    LITERASI = "literasi"
    KEROHANIAN = "kerohanian"
    PERTANIAN = "pertanian"
    BANTUAN_HUKUM = "bantuan_hukum"
    PSIKOSOSIAL = "psikososial"
    PEMBERDAYAAN_EKONOMI = "pemberdayaan_ekonomi"


class ActivityJoined(Event, stored_as="activity.joined"):
    """The person joined an activity."""

    activity: Open[Ref]
    kind: Open[ActivityKind]
    title: Open[Line]
    programme: Open[ProgrammeId | None]
    agreement: Open[AgreementId | None]
    provider: Open[Line]


class AttendanceSummarised(Event, stored_as="activity.attendance_summarised"):
    """Sessions held and attended in a period; said again for it, the newer sum stands."""

    activity: Open[Ref]
    from_day: Open[date]
    until_day: Open[date]
    sessions_held: Open[Count]
    sessions_attended: Open[Count]


class ActivityFinished(Event, stored_as="activity.finished"):
    """The person took part to the end."""

    activity: Open[Ref]


class ActivityLeft(Event, stored_as="activity.left"):
    """The person left before the end."""

    activity: Open[Ref]
    reason: Personal[Note]


ActivityEvent = ActivityJoined | AttendanceSummarised | ActivityFinished | ActivityLeft


class Taking(Enum):
    """Whether the person takes part, did to the end, or left."""

    PART = "part"
    FINISHED = "finished"
    LEFT = "left"


class Activity(Value):
    """One activity as the person took part in it, and when that was over."""

    joined: ActivityJoined | None
    taking: Taking
    ended: Effective | None
    attendance: tuple[AttendanceSum, ...]


class Activities(Value):
    """What the person takes or took part in, by key."""

    activities: dict[str, Activity]


UNKNOWN: Final = Activity(joined=None, taking=Taking.PART, ended=None, attendance=())
ORDER: Final = "Kaidah Jejak: urutan kegiatan"


def _attended(activity: Activity, event: AttendanceSummarised) -> AttendanceSum:
    return AttendanceSum(
        programme=activity.joined.programme if activity.joined else None,
        from_day=event.from_day,
        until_day=event.until_day,
        held=event.sessions_held,
        attended=event.sessions_attended,
    )


def _ensure_joined(activity: Activity | None, *, still: bool) -> Activity:
    if activity is None:
        raise Refused(
            "activity.not_joined",
            article=ORDER,
            because=("kegiatan itu tidak pernah diikuti", "that activity was never joined"),
        )
    ensure(
        activity.taking is Taking.PART or not still,
        "activity.over",
        article=ORDER,
        because=(
            "kegiatan itu sudah selesai atau sudah ditinggalkan",
            "that activity was finished or left already",
        ),
    )
    return activity


def _ensure_key_of_programme(proposed: ActivityJoined) -> None:
    ensure(
        proposed.programme is None or proposed.activity == proposed.programme,
        "activity.key_of_programme",
        article=ORDER,
        because=(
            "kegiatan yang merupakan program memakai id program itu sebagai kuncinya",
            "an activity that is a programme bears the programme's id as its key",
        ),
        field="activity",
    )


def decide(proposed: ActivityEvent, journey: Journey) -> Sequence[Event]:
    """Admit one taking part per key, from joining to its end."""
    known = journey[ACTIVITY].activities.get(proposed.activity)
    match proposed:
        case ActivityJoined():
            _ensure_key_of_programme(proposed)
            ensure_within_reach(journey, ACTIVITY.name)
            ensure(
                known is None,
                "activity.already_joined",
                article=ORDER,
                because=(
                    f"kegiatan dengan kunci {proposed.activity} sudah diikuti",
                    f"an activity with the key {proposed.activity} was joined already",
                ),
            )
        case AttendanceSummarised():
            activity = _ensure_joined(known, still=False)
            ensure_attendance(
                ACTIVITY.name,
                _attended(activity, proposed),
                told=proposed.effective,
                before=activity.attendance,
                field="sessions_attended",
            )
        case ActivityFinished() | ActivityLeft():
            _ensure_joined(known, still=True)
        case _:
            assert_never(proposed)
    return [proposed]


def evolve(state: Activities, event: ActivityEvent) -> Activities:
    """Write the taking part under its key."""
    activity = state.activities.get(event.activity, UNKNOWN)
    match event:
        case ActivityJoined():
            activity = replace(activity, joined=event)
        case AttendanceSummarised():
            sums = restated(activity.attendance, _attended(activity, event))
            activity = replace(activity, attendance=sums)
        case ActivityFinished():
            activity = replace(activity, taking=Taking.FINISHED, ended=event.effective)
        case ActivityLeft():
            activity = replace(activity, taking=Taking.LEFT, ended=event.effective)
        case _:
            assert_never(event)
    return replace(state, activities=state.activities | {event.activity: activity})


ACTIVITY: Final[Chapter[Activities, ActivityEvent]] = Chapter(
    name="activity",
    events=get_args(ActivityEvent),
    initial=Activities(activities={}),
    decide=decide,
    evolve=evolve,
)

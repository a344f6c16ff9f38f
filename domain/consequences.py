"""What an event in one stream brings about in another, decided and written together with it.

A custody is entered with its person, who is held once at a time. Whoever applies to a programme
asks for one of its seats; a seat or a place in the queue comes back to the case. When a period is
closed, each case gets the sum of its own marks. An activity that is a programme bears the
programme's id.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from domain import activity, kejar_paket, person, programme, skill_training
from domain.custody import (
    CUSTODY,
    CustodyAdmitted,
    CustodyTakenOver,
    Died,
    Presence,
    Readmitted,
    Released,
)
from domain.kejar_paket import KEJAR_PAKET
from domain.kernel import Event, Journey, Refused
from domain.programme import PROGRAMME, ProgrammeKind, Tally
from domain.record import StreamId
from domain.register import REGISTER

Consequence = tuple[StreamId, Event]

TRAINING: Final = (ProgrammeKind.PELATIHAN_KETERAMPILAN, ProgrammeKind.KEWIRAUSAHAAN)
"""Kinds of programme that a case follows as a training: applied for, and with a waiting list."""


def consequences(stream: StreamId, event: Event, before: Journey) -> Sequence[Consequence]:
    """Return proposals for other streams; ``before`` is the event's own journey without it."""
    match stream.kind:
        case "case":
            return [
                *_in_person(stream.key, event, before),
                *_in_programme(stream.key, event, before),
            ]
        case "programme":
            return list(_in_cases(stream.key, event, before))
        case _:
            return ()


def _in_person(case: str, event: Event, before: Journey) -> Iterable[Consequence]:
    custody = before[CUSTODY]
    match event:
        case CustodyAdmitted() | CustodyTakenOver():
            began = person.CustodyBegan(effective=event.effective, case=case)
            yield _stream("person", event.person), began
        case Readmitted() if custody.person:
            began = person.CustodyBegan(effective=event.effective, case=case)
            yield _stream("person", custody.person), began
        case Released() | Died() if custody.person and custody.presence is not Presence.RELEASED:
            ended = person.CustodyEnded(effective=event.effective, case=case)
            yield _stream("person", custody.person), ended
        case _:
            return


def _in_programme(case: str, event: Event, before: Journey) -> Iterable[Consequence]:
    schooling = before[KEJAR_PAKET]
    learner_in = schooling.programme if schooling.standing in kejar_paket.ENROLLED else None
    asked: str | None = None
    given_up: str | None = None
    match event:
        case skill_training.Applied():
            asked = event.programme
        case kejar_paket.Enrolled() if event.programme != learner_in:
            asked = event.programme
        case activity.ActivityJoined():
            asked = event.programme
        case skill_training.Withdrawn() | skill_training.SuitabilityDecided(suitable=False):
            given_up = event.programme
        case kejar_paket.Withdrawn() | kejar_paket.Moved():
            given_up = learner_in
        case activity.ActivityLeft():
            left = before[activity.ACTIVITY].activities.get(event.activity, activity.UNKNOWN)
            given_up = left.joined.programme if left.joined else None
        case _:
            return
    if asked:
        opening = before[CUSTODY].opening
        domicile = before[REGISTER].domicile or (opening.domicile if opening else None)
        request = programme.SeatRequested(effective=event.effective, case=case, domicile=domicile)
        yield _stream("programme", asked), request
    if given_up:
        released = programme.SeatReleased(effective=event.effective, case=case)
        yield _stream("programme", given_up), released


def _in_cases(key: str, event: Event, before: Journey) -> Iterable[Consequence]:
    state = before[PROGRAMME]
    kind = state.opened.kind if state.opened else None
    match event:
        case programme.Seated() if kind in TRAINING:
            seated = skill_training.Seated(effective=event.effective, programme=key)
            yield _stream("case", event.case), seated
        case programme.Queued() if kind in TRAINING:
            listed = skill_training.WaitListed(
                effective=event.effective, programme=key, place=event.place
            )
            yield _stream("case", event.case), listed
        case programme.Queued():
            raise Refused(
                "programme.full",
                article=programme.SEATS,
                because=(
                    f"kelas ini penuh: {state.capacity} kursi sudah terisi",
                    f"this class is full: {state.capacity} seats are taken",
                ),
            )
        case programme.PeriodClosed():
            tallies = programme.summary(state, event.from_day, event.until_day)
            for case, tally in tallies.items():
                yield _stream("case", case), _summarised(key, kind, event, tally)
        case _:
            return


def _summarised(
    key: str, kind: ProgrammeKind | None, closed: programme.PeriodClosed, tally: Tally
) -> Event:
    if kind is ProgrammeKind.KEJAR_PAKET:
        return kejar_paket.AttendanceSummarised(
            effective=closed.effective,
            programme=key,
            from_day=closed.from_day,
            until_day=closed.until_day,
            hours_held=tally.hours_held,
            hours_attended=tally.hours_attended,
        )
    if kind in TRAINING:
        return skill_training.AttendanceSummarised(
            effective=closed.effective,
            programme=key,
            from_day=closed.from_day,
            until_day=closed.until_day,
            sessions_held=tally.held,
            sessions_attended=tally.attended,
        )
    return activity.AttendanceSummarised(
        effective=closed.effective,
        activity=key,
        from_day=closed.from_day,
        until_day=closed.until_day,
        sessions_held=tally.held,
        sessions_attended=tally.attended,
    )


def _stream(kind: str, key: str) -> StreamId:
    return StreamId(kind=kind, key=key)

"""Proposals against the real ledger: what follows elsewhere is written with them, or nothing is."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from correcting_desk import applied, opened
from pages import ACTOR
from scenario import on
from uuid_utils import uuid7

from application.append import Append, Proposal, Request
from application.ledger import Command, Conflict
from domain import programme, skill_training
from domain.admission import AdmissionReason, Religion
from domain.catalogue import STREAMS
from domain.custody import CUSTODY, CustodyAdmitted, Died, Presence, Released, ReleaseKind
from domain.detention import DetentionForm, DetentionOrdered, DetentionStage
from domain.kernel import Refused
from domain.participation import WithdrawalReason
from domain.person import PERSON, PersonRegistered, Sex, Verification
from domain.programme import PROGRAMME
from domain.record import StreamId
from domain.skill_training import SKILL_TRAINING

MEDAN = "RUTAN-MEDAN"


@pytest.fixture
def append(ledger):
    return Append(
        ledger=ledger,
        new_id=lambda: str(uuid7()),
        now=lambda: datetime(2026, 1, 1, tzinfo=UTC),
    )


def request(*proposals, expected=None, key=None, body=b""):
    return Request(
        proposals=tuple(
            Proposal(stream=stream, event=event, evidence=(), reason=None)
            for stream, event in proposals
        ),
        expected=expected or {},
        actor=ACTOR,
        purpose="pembinaan",
        correlation_id="c",
        command=Command(key=key, body=body) if key else None,
    )


def registered(day="2025-01-10"):
    return PersonRegistered(
        effective=on(day),
        full_name="Budi Fiktif",
        sex=Sex.MALE,
        birth_date=date(1990, 3, 12),
        birth_place=None,
        nationality="ID",
        nik=None,
        nik_verification=Verification.MISSING,
    )


def admitted(person, day="2025-01-10", domicile="12.71"):
    return CustodyAdmitted(
        effective=on(day),
        person=person,
        unit=MEDAN,
        reason=AdmissionReason.PENAHANAN,
        full_name="Budi Fiktif",
        sex=Sex.MALE,
        birth_date=date(1990, 3, 12),
        religion=Religion.ISLAM,
        domicile=domicile,
    )


def open_case(append, **facts):
    person, case = str(uuid7()), StreamId(kind="case", key=str(uuid7()))
    append(
        request(
            (StreamId(kind="person", key=person), registered()),
            (case, admitted(person, **facts)),
        )
    )
    return case, StreamId(kind="person", key=person)


def open_programme(append, capacity, kind=programme.ProgrammeKind.PELATIHAN_KETERAMPILAN):
    stream = StreamId(kind="programme", key=str(uuid7()))
    append(request((stream, replace(opened(capacity), kind=kind))))
    return stream


def state(ledger, stream, chapter):
    return STREAMS[stream.kind].fold([page.event for page in ledger.read(stream)])[chapter]


def test_an_admission_tells_the_person_in_the_same_write(append, ledger):
    case, person = open_case(append)
    assert state(ledger, person, PERSON).held_in == case.key
    causes = {page.event_id: page.causation_id for page in ledger.walk()}
    assert list(causes.values())[-1] == list(causes)[-2]


def test_of_two_admissions_at_once_one_is_refused_whole(append, ledger):
    person = StreamId(kind="person", key=str(uuid7()))
    append(request((person, registered())))
    cases = [StreamId(kind="case", key=str(uuid7())) for _ in range(2)]

    def admit(case):
        try:
            return append(request((case, admitted(person.key))))
        except Refused as refusal:
            return refusal.code

    with ThreadPoolExecutor(2) as hands:
        answers = list(hands.map(admit, cases))
    assert answers.count("person.already_in_custody") == 1
    assert sorted(len(ledger.read(case)) for case in cases) == [0, 1]


def test_fifty_parallel_applications_seat_exactly_twenty_and_queue_thirty_in_order(append, ledger):
    cohort = open_programme(append, capacity=20)
    cases = [open_case(append)[0] for _ in range(50)]
    with ThreadPoolExecutor(50) as hands:
        list(hands.map(lambda case: append(request((case, applied(cohort)))), cases))
    roll = state(ledger, cohort, PROGRAMME)
    asked = [
        page.event.case
        for page in ledger.read(cohort)
        if isinstance(page.event, programme.SeatRequested)
    ]
    assert (len(roll.seated), len(roll.queue)) == (20, 30)
    assert [*roll.seated, *roll.queue] == asked
    trainings = [state(ledger, case, SKILL_TRAINING).trainings[cohort.key] for case in cases]
    places = sorted(training.place for training in trainings if training.place)
    assert places == list(range(1, 31))


def test_a_seat_given_up_goes_to_the_next_in_the_queue_in_the_same_write(append, ledger):
    cohort = open_programme(append, capacity=1)
    first, second = open_case(append)[0], open_case(append)[0]
    append(request((first, applied(cohort))))
    append(request((second, applied(cohort))))
    leaving = skill_training.Withdrawn(
        effective=on("2025-02-20"),
        programme=cohort.key,
        reason=WithdrawalReason.MENOLAK,
    )
    receipt = append(request((first, leaving)))
    assert [written.name for written in receipt.written] == [
        "skill_training.withdrawn",
        "programme.seat_released",
        "programme.seated",
        "skill_training.seated",
    ]
    assert receipt.written[-1].stream == second


def test_the_attendance_of_a_whole_class_is_one_request_and_each_case_gets_its_sum(append, ledger):
    cohort = open_programme(append, capacity=2)
    cases = [open_case(append)[0] for _ in range(2)]
    for case in cases:
        append(request((case, applied(cohort))))
    marks = tuple(
        programme.Mark(case=case.key, presence=presence)
        for case, presence in zip(
            cases, (programme.Attendance.HADIR, programme.Attendance.ALPA), strict=True
        )
    )
    append(
        request(
            (
                cohort,
                programme.SessionHeld(
                    effective=on("2025-03-05"), session="s-1", hours=3, marks=marks
                ),
            ),
            (
                cohort,
                programme.PeriodClosed(
                    effective=on("2025-04-01"),
                    from_day=date(2025, 3, 1),
                    until_day=date(2025, 3, 31),
                ),
            ),
        )
    )
    sums = [state(ledger, c, SKILL_TRAINING).trainings[cohort.key].attendance for c in cases]
    assert [(s.held, s.attended) for (s,) in sums] == [(1, 1), (1, 0)]


def test_a_domicile_outside_the_partners_area_is_refused_and_nothing_is_written(append, ledger):
    cohort = open_programme(append, capacity=20)
    case, _ = open_case(append, domicile="12.07")
    before = ledger.position()
    with pytest.raises(Refused) as refusal:
        append(request((case, applied(cohort))))
    assert refusal.value.code == "programme.domicile_not_eligible"
    assert ledger.position() == before


def test_release_and_death_end_the_persons_custody_and_a_new_case_may_begin(append, ledger):
    case, person = open_case(append)
    release = Released(effective=on("2025-06-01"), kind=ReleaseKind.BEBAS_MURNI, document="SB/1")
    append(request((case, release)))
    assert state(ledger, person, PERSON).held_in is None
    again = StreamId(kind="case", key=str(uuid7()))
    append(request((again, admitted(person.key, day="2025-09-01"))))
    died = Died(effective=on("2025-10-01"), place="RS Fiktif", cause=None, document="AK/1")
    append(request((again, died)))
    assert state(ledger, again, CUSTODY).presence is Presence.DEAD
    assert state(ledger, person, PERSON).held_in is None


def test_a_stale_version_is_a_conflict_and_streams_not_named_are_taken_as_they_are(append, ledger):
    case, _ = open_case(append)
    cohort = open_programme(append, capacity=1)
    with pytest.raises(Conflict):
        append(request((case, applied(cohort)), expected={case: 0}))
    with pytest.raises(Conflict):
        append(request((case, applied(cohort)), expected={case: 1, cohort: 9}))
    append(request((case, applied(cohort)), expected={case: 1, cohort: 1}))


def test_the_same_request_twice_is_one(append, ledger):
    case, _ = open_case(append)
    cohort = open_programme(append, capacity=1)
    first = append(request((case, applied(cohort)), key="k", body=b"x"))
    assert append(request((case, applied(cohort)), key="k", body=b"x")) == first
    repeated = append(request((case, applied(cohort))))
    assert repeated.written == ()
    assert repeated.position is None


def test_late_facts_are_decided_on_the_state_of_their_own_time(append, ledger):
    case, _ = open_case(append)
    release = Released(effective=on("2025-06-01"), kind=ReleaseKind.BEBAS_MURNI, document="SB/1")
    append(request((case, release)))
    cohort = open_programme(append, capacity=1)
    append(request((case, applied(cohort, day="2025-02-10"))))
    with pytest.raises(Refused):
        append(request((case, applied(cohort, day="2024-12-31"))))


def test_what_has_not_happened_yet_is_not_recorded(append):
    case, _ = open_case(append)
    cohort = open_programme(append, capacity=1)
    with pytest.raises(Refused) as refusal:
        append(request((case, applied(cohort, day="2026-01-02"))))
    assert (refusal.value.code, refusal.value.field) == (
        "append.effective_in_future",
        "effective",
    )


def test_a_case_begins_with_an_opening_and_has_only_one(append, ledger):
    nowhere = StreamId(kind="case", key=str(uuid7()))
    cohort = open_programme(append, capacity=1)
    with pytest.raises(Refused) as refusal:
        append(request((nowhere, applied(cohort))))
    assert refusal.value.code == "case.not_opened"
    case, person = open_case(append)
    with pytest.raises(Refused) as refusal:
        append(request((case, admitted(person.key, day="2024-12-01"))))
    assert refusal.value.code == "case.already_opened"


def test_a_custody_needs_a_person_who_was_registered(append):
    with pytest.raises(Refused) as refusal:
        append(request((StreamId(kind="case", key=str(uuid7())), admitted(str(uuid7())))))
    assert refusal.value.code == "person.not_opened"


def test_what_was_before_admission_is_sealed_under_the_person_too(append, ledger):
    case, person = open_case(append)
    ordered = DetentionOrdered(
        effective=on("2024-12-20"),
        stage=DetentionStage.PENYIDIK,
        form=DetentionForm.RUTAN,
        authority="Polrestabes Fiktif",
        order_number="SP.Han/1",
        order_date=date(2024, 12, 20),
        starts=date(2024, 12, 20),
        until=date(2025, 1, 8),
        legal_basis="KUHAP 1981 Ps 24",
    )
    append(request((case, ordered)))
    assert {page.subject for page in ledger.read(case)} == {person.key}


def test_a_request_sent_again_while_it_is_under_way_gets_the_same_answer(append, ledger):
    case, _ = open_case(append)
    cohort = open_programme(append, capacity=1)
    asked = request((case, applied(cohort)), expected={case: 1}, key="k", body=b"x")
    with ThreadPoolExecutor(6) as hands:
        answers = list(hands.map(append, [asked] * 6))
    assert all(answer == answers[0] for answer in answers)
    assert len(ledger.read(case)) == 3


def test_a_reason_is_sealed_with_the_person_it_is_about_and_goes_nowhere_else(append, ledger):
    case, person = open_case(append)
    cohort = open_programme(append, capacity=1)
    said = Proposal(stream=case, event=applied(cohort), evidence=(), reason="sakit TBC")
    append(replace(request((case, applied(cohort))), proposals=(said,)))
    told = [(page.subject, page.reason) for page in ledger.walk() if page.reason]
    assert told == [(person.key, "sakit TBC")]

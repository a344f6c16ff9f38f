"""What was corrected is corrected again, or the later is undone first; and how far it reaches."""

from dataclasses import replace
from datetime import date

import pytest
from correcting_desk import SITI, Desk, admitted, applied, course, new_id, registered
from databases import own_database
from mined_store import own_ledger
from refusals import refusal_of
from scenario import on

from domain import skill_training
from domain.conduct import ConductAssessed, Predicate
from domain.correction import CorrectionKind
from domain.custody import CustodyAdmitted, Released, ReleaseKind
from domain.person import PERSON, CustodyEnded
from domain.programme import (
    PROGRAMME,
    Attendance,
    Mark,
    PeriodClosed,
    SeatRequested,
    SessionHeld,
)
from domain.record import StreamId
from domain.skill_training import SKILL_TRAINING


@pytest.fixture(scope="module")
def ledger(postgres, template):
    """One ledger: each test is about people of its own."""
    with own_database(postgres, template) as database, own_ledger(database) as ledger:
        yield ledger


@pytest.fixture
def desk(ledger):
    return Desk(ledger)


def person_of(desk, case):
    return StreamId(kind="person", key=desk.ledger.read(case)[0].event.person)


def assessed(month, day):
    return ConductAssessed(
        effective=on(day), month=month, score=82, predicate=Predicate.BAIK, risk_declined=True
    )


def released(day):
    return Released(effective=on(day), kind=ReleaseKind.BEBAS_MURNI, document="SB/1")


def seats(desk, *programmes):
    return [tuple(desk.state(one, PROGRAMME).seated) for one in programmes]


def test_an_earlier_correction_is_undone_only_after_the_later_of_the_same_event(desk):
    case, (first, second, third) = desk.case(), [desk.programme() for _ in range(3)]
    application, _ = desk.tell(case, applied(first))
    earlier = desk.correct(case, application, applied(second))
    later = desk.correct(case, application, applied(third))
    assert refusal_of(desk.void, case, earlier) == "correction.built_upon"
    assert seats(desk, first, second, third) == [(), (), (case.key,)]
    desk.void(case, later)
    desk.void(case, earlier)
    assert seats(desk, first, second, third) == [(case.key,), (), ()]


def test_what_was_voided_since_does_not_get_its_seat_back_by_undoing_what_went_before(desk):
    case, first, second = desk.case(), desk.programme(), desk.programme()
    application, _ = desk.tell(case, applied(first))
    earlier = desk.correct(case, application, applied(second))
    desk.void(case, application)
    assert refusal_of(desk.void, case, earlier) == "correction.built_upon"
    assert seats(desk, first, second) == [(), ()]


def test_a_corrected_correction_leaves_one_seat_and_undoing_it_the_one_before(desk):
    case, (first, second, third) = desk.case(), [desk.programme() for _ in range(3)]
    application, _ = desk.tell(case, applied(first))
    wrong = desk.correct(case, application, applied(second))
    right = desk.correct(case, wrong, applied(third))
    assert seats(desk, first, second, third) == [(), (), (case.key,)]
    assert list(desk.state(case, SKILL_TRAINING).trainings) == [third.key]
    desk.void(case, right)
    assert seats(desk, first, second, third) == [(), (case.key,), ()]


def test_a_corrected_correction_of_a_day_shifts_what_hangs_on_it(desk):
    case = desk.case()
    (release,) = desk.tell(case, released("2025-08-01"))
    wrong = desk.correct(case, release, released("2025-07-01"))
    desk.correct(case, wrong, released("2025-06-01"))
    ended = [e for e in desk.facts(person_of(desk, case)) if isinstance(e, CustodyEnded)]
    assert [event.effective for event in ended] == [on("2025-06-01")]


def test_a_correction_that_shifted_a_fact_of_its_own_stream_is_corrected_by_its_own_name(desk):
    case, cohort = desk.case(), desk.programme()
    application, _ = desk.tell(case, applied(cohort, "2025-02-20"))
    wrong = desk.correct(case, application, applied(cohort, "2025-02-10"))
    desk.correct(case, wrong, applied(cohort, "2025-02-15"))
    assert {event.effective for event in desk.facts(case)[1:]} == {on("2025-02-15")}


def test_what_was_moved_twice_is_voided_with_its_seat(desk):
    first, second, third, cohort = desk.case("A"), desk.case("B"), desk.case("C"), desk.programme()
    application, _ = desk.tell(first, applied(cohort))
    desk.move(first, second, application)
    desk.move(second, third, desk.fact(second, skill_training.Applied))
    assert seats(desk, cohort) == [(third.key,)]
    assert [len(desk.facts(case)) for case in (first, second, third)] == [1, 1, 3]
    desk.void(third, desk.fact(third, skill_training.Applied))
    assert seats(desk, cohort) == [()]
    assert len(desk.facts(third)) == 1


def test_what_was_corrected_and_then_moved_takes_its_new_seat_along(desk):
    wrong, right, first, second = desk.case("A"), desk.case("B"), desk.programme(), desk.programme()
    application, _ = desk.tell(wrong, applied(first))
    desk.correct(wrong, application, applied(second))
    desk.move(wrong, right, application)
    assert seats(desk, first, second) == [(), (right.key,)]
    desk.void(right, desk.fact(right, skill_training.Applied))
    assert seats(desk, first, second) == [(), ()]


def test_a_release_that_was_another_s_frees_the_one_and_not_the_other(desk):
    wrong, right = desk.case("Ali Fiktif"), desk.case("Budi Fiktif")
    (release,) = desk.tell(wrong, released("2025-08-01"))
    move = desk.move(wrong, right, release)
    held = [desk.state(person_of(desk, case), PERSON).held_in for case in (wrong, right)]
    assert held == [wrong.key, None]
    desk.void(wrong, move)
    held = [desk.state(person_of(desk, case), PERSON).held_in for case in (wrong, right)]
    assert held == [None, right.key]


def test_a_seat_that_comes_to_somebody_is_judged_by_their_own_home(desk):
    wrong, cohort = desk.case("A"), desk.programme()
    person, right = new_id(), StreamId(kind="case", key=new_id())
    desk.tell(StreamId(kind="person", key=person), registered("Budi Fiktif"))
    desk.tell(right, replace(admitted(person), domicile="33.75"))
    application, _ = desk.tell(wrong, applied(cohort))
    desk.move(wrong, right, application)
    (asked,) = [e for e in desk.facts(cohort) if isinstance(e, SeatRequested)]
    assert (asked.case, asked.domicile) == (right.key, "33.75")
    assert desk.open_items(cohort) == ["programme.domicile_not_eligible"]


def test_a_late_fact_that_has_nothing_to_do_with_it_resolves_no_item(desk):
    case, cohort = desk.case(), desk.programme()
    desk.tell(case, applied(cohort))
    desk.tell(case, *course(cohort))
    desk.void(case, desk.fact(case, skill_training.Completed))
    desk.tell(case, assessed("2025-09", "2025-10-01"))
    desk.tell(case, assessed("2025-08", "2025-09-01"))
    assert desk.open_items(case) == ["skill_training.completion_missing"]


def test_what_is_told_of_a_case_whose_opening_was_voided_is_to_be_looked_at(desk):
    case = desk.case()
    desk.tell(case, assessed("2025-08", "2025-09-01"))
    void = desk.void(case, desk.fact(case, CustodyAdmitted))
    assert desk.open_items(case) == ["case.not_opened"]
    desk.void(case, void)
    assert desk.open_items(case) == []


def test_pages_after_a_voided_opening_are_still_the_person_s(desk):
    case = desk.case()
    person = person_of(desk, case)
    void = desk.void(case, desk.fact(case, CustodyAdmitted))
    desk.void(case, void)
    assert {page.subject for page in desk.ledger.read(case)} == {person.key}


def test_whoever_waits_hears_that_what_they_saw_was_undone(desk):
    case = desk.case()
    (fact,) = desk.tell(case, assessed("2025-08", "2025-09-01"))
    corrected = desk.correct(case, fact, assessed("2025-07", "2025-09-01"))
    waiting = desk.ask(case, CorrectionKind.VOID, fact)
    desk.void(case, corrected)
    assert refusal_of(desk.approve, waiting) == "correction.overtaken"


def test_a_sum_that_was_told_is_looked_at_when_a_session_turns_out_otherwise(desk):
    case, cohort = desk.case(), desk.programme()
    desk.tell(case, applied(cohort))
    mark = Mark(case=case.key, presence=Attendance.HADIR)
    session = SessionHeld(effective=on("2025-03-05"), session="s-1", hours=3, marks=(mark,))
    closed = PeriodClosed(
        effective=on("2025-04-01"), from_day=date(2025, 3, 1), until_day=date(2025, 3, 31)
    )
    held, *_ = desk.tell(cohort, session)
    desk.tell(cohort, closed)
    void = desk.void(cohort, held)
    assert desk.open_items(cohort) == ["review.brings_about_otherwise"]
    desk.tell(cohort, replace(session, session="s-0", effective=on("2025-02-15")))
    assert desk.open_items(cohort) == ["review.brings_about_otherwise"], "nothing to do with it"
    desk.void(cohort, void)
    assert desk.open_items(cohort) == []
    desk.tell(cohort, replace(session, session="s-2", effective=on("2025-03-06")))
    assert desk.open_items(cohort) == ["review.brings_about_otherwise"]


def test_a_seat_that_was_asked_for_from_another_home_is_looked_at(desk):
    case, cohort = desk.case(), desk.programme()
    desk.tell(case, applied(cohort))
    opening = desk.facts(case)[0]
    desk.correct(case, desk.fact(case, CustodyAdmitted), replace(opening, domicile="33.75"))
    assert desk.open_items(case) == ["review.brings_about_otherwise"]


def test_what_a_correction_wrote_elsewhere_names_what_it_was_written_for(desk):
    case, cohort = desk.case(), desk.programme(capacity=1)
    application, _ = desk.tell(case, applied(cohort))
    desk.correct(case, application, applied(cohort, day="2025-02-11"))
    here = desk.ledger.read(case)[-1]
    proposed, there = desk.ledger.read(cohort)[-2:]
    assert (here.event.correction, here.causation_id) == (there.event.correction, None)
    assert (proposed.causation_id, there.causation_id) == (here.event_id, here.event_id)
    assert here.event.approver == there.event.approver == SITI.id
    assert here.event.requested_in == there.event.requested_in == str(case)


def test_a_void_takes_along_all_that_was_written_with_it_however_long_that_was(desk, monkeypatch):
    monkeypatch.setattr("application.correction_effect.READ", 1)
    case, cohort = desk.case(), desk.programme(capacity=1)
    told = desk.tell(case, applied(cohort))
    desk.void(case, told[0])
    assert desk.state(cohort, PROGRAMME).seated == ()
    assert desk.facts(case)[1:] == []


def test_what_a_corrected_fact_brought_about_goes_with_it_and_with_nothing_else(desk):
    case, wrong, right = desk.case(), desk.programme(capacity=1), desk.programme(capacity=1)
    application, _ = desk.tell(case, applied(wrong))
    (other,) = desk.tell(case, assessed("2025-07", "2025-08-01"))
    desk.correct(case, application, applied(right))
    assert desk.state(wrong, PROGRAMME).seated == ()
    desk.void(case, other)
    assert case.key in desk.state(right, PROGRAMME).seated
    desk.void(case, application)
    assert desk.state(right, PROGRAMME).seated == ()

from dataclasses import replace
from datetime import date

import pytest
from scenario import Scenario, at, on

from domain.catalogue import PROGRAMME
from domain.programme import PROGRAMME as CHAPTER
from domain.programme import (
    Attendance,
    CapacityChanged,
    Mark,
    PeriodClosed,
    ProgrammeClosed,
    ProgrammeKind,
    ProgrammeOpened,
    ProviderKind,
    Queued,
    Seated,
    SeatReleased,
    SeatRequested,
    SessionHeld,
    summary,
)

programme = Scenario(PROGRAMME)
opened = ProgrammeOpened(
    effective=on("2025-11-01"),
    kind=ProgrammeKind.PELATIHAN_KETERAMPILAN,
    title="Barbershop angkatan 1",
    unit="RUTAN-MEDAN",
    provider="Dinas Ketenagakerjaan Kota Medan",
    provider_kind=ProviderKind.DINAS,
    certified=True,
    scheme="Barbershop",
    capacity=2,
    agreement=None,
    starts=date(2025, 11, 11),
    ends=date(2026, 2, 11),
    eligible_domiciles=(),
    asset="Ruang pangkas blok C",
)
DAY = "2025-11-03"


def case(number):
    return f"01980f5c-7a00-7000-8000-{number:012}"


def requested(number, day=DAY, domicile="12.71"):
    return SeatRequested(effective=on(day), case=case(number), domicile=domicile)


def seated(number, day=DAY):
    return Seated(effective=on(day), case=case(number))


def queued(number, place, day=DAY):
    return Queued(effective=on(day), case=case(number), place=place)


def released(number, day=DAY):
    return SeatReleased(effective=on(day), case=case(number))


def held(session, day, hours, **presences):
    marks = tuple(
        Mark(case=case(int(number[1:])), presence=presence)
        for number, presence in presences.items()
    )
    return SessionHeld(effective=on(day), session=session, hours=hours, marks=marks)


def state(*history):
    return PROGRAMME.fold(history)[CHAPTER]


both_seated = programme.given(opened, requested(1), seated(1), requested(2), seated(2))
full = both_seated.given(requested(3), queued(3, 1), requested(4), queued(4, 2))


def test_a_programme_is_opened_once():
    programme.when(opened).then_recorded()
    programme.given(opened).when(replace(opened, title="Lain")).then_refused(
        "programme.already_opened"
    )


def test_a_programme_does_not_end_before_it_starts():
    backwards = replace(opened, ends=date(2025, 11, 10))
    programme.when(backwards).then_refused("programme.ends_before_start")


def test_a_domicile_is_a_kemendagri_code():
    programme.when(replace(opened, eligible_domiciles=("99.99",))).then_refused("region.unknown")
    programme.given(opened).when(requested(1, domicile="7310")).then_refused(
        "region.looks_like_bps"
    )


def test_nothing_happens_in_a_programme_that_was_never_opened():
    programme.when(requested(1)).then_refused("programme.not_opened")


def test_who_asks_while_a_seat_is_free_gets_it():
    programme.given(opened).when(requested(1)).then(requested(1), seated(1))


def test_who_asks_when_all_seats_are_taken_waits_in_order():
    both_seated.when(requested(3)).then(requested(3), queued(3, 1))
    both_seated.given(requested(3), queued(3, 1)).when(requested(4)).then(
        requested(4), queued(4, 2)
    )


def test_fifty_requests_for_twenty_seats_seat_exactly_twenty_and_queue_thirty_in_order():
    history = [replace(opened, capacity=20)]
    for number in range(50):
        history += PROGRAMME.decide(requested(number), history)
    after = state(*history)
    assert after.seated == tuple(case(number) for number in range(20))
    assert after.queue == tuple(case(number) for number in range(20, 50))
    places = [event.place for event in history if isinstance(event, Queued)]
    assert places == list(range(1, 31))


def test_the_same_request_said_twice_takes_one_seat():
    both_seated.when(requested(1)).then_nothing()


def test_who_has_a_seat_or_waits_does_not_ask_again():
    full.when(requested(1, day="2025-11-04")).then_refused("programme.already_requested")
    full.when(requested(3, day="2025-11-04")).then_refused("programme.already_requested")


def test_a_request_told_late_waits_where_its_day_puts_it():
    late = [requested(5, "2025-11-04"), queued(5, 1, "2025-11-04")]
    after = [requested(3, "2025-11-05"), queued(3, 1, "2025-11-05")]
    both_seated.when(late[0]).then(*late)
    assert state(*both_seated.history, *late, *after).queue == (case(5), case(3))


def test_a_seat_given_late_leaves_too_many_for_review_and_none_is_passed_on_until_it_fits():
    late = [requested(5, "2025-11-02"), seated(5, "2025-11-02")]
    programme.given(opened).when(late[0]).then(*late)
    over = programme.given(opened, *late, *full.history[1:])
    over.when(released(1, "2025-11-06")).then_recorded()
    over.given(released(1)).when(released(2, "2025-11-06")).then(
        released(2, "2025-11-06"), seated(3, "2025-11-06")
    )


def test_a_seat_given_back_goes_to_the_first_who_waits():
    full.when(released(1, "2025-11-05")).then(released(1, "2025-11-05"), seated(3, "2025-11-05"))


def test_a_place_in_the_queue_is_given_up_and_the_next_moves_up():
    full.when(released(3)).then_recorded()
    assert state(*full.history, released(3)).queue == (case(4),)


def test_who_gave_a_seat_back_may_ask_again_and_waits_behind_the_others():
    history = [*full.history, released(1), seated(3)]
    programme.given(*history).when(requested(1, "2025-11-06")).then(
        requested(1, "2025-11-06"), queued(1, 2, "2025-11-06")
    )


def test_a_seat_is_given_back_once_and_only_by_who_asked_for_it():
    full.given(released(1), seated(3)).when(released(1, "2025-11-07")).then_nothing()
    full.when(released(9)).then_refused("programme.no_seat")


def test_more_seats_go_to_those_who_wait_in_order():
    more = CapacityChanged(effective=on("2025-11-05"), capacity=5)
    full.when(more).then(more, seated(3, "2025-11-05"), seated(4, "2025-11-05"))


def test_fewer_seats_put_nobody_out_and_a_seat_given_back_then_stays_empty():
    fewer = CapacityChanged(effective=on("2025-11-05"), capacity=1)
    full.when(fewer).then_recorded()
    full.given(fewer).when(released(1, "2025-11-06")).then_recorded()


def test_a_seat_left_free_beside_a_queue_goes_to_its_head_and_not_to_the_newcomer():
    odd = programme.given(opened, queued(3, 1), requested(4), seated(4))
    odd.when(requested(5)).then(requested(5), seated(3), queued(5, 1))


def test_a_seat_and_a_place_follow_only_from_a_request_in_its_turn():
    full.when(seated(4)).then_refused("programme.not_next")
    programme.given(opened).when(queued(1, 1)).then_refused("programme.not_next")
    full.when(queued(3, 7)).then_nothing()


def test_eligibility_is_domicile_in_the_partners_city():
    medan = programme.given(replace(opened, eligible_domiciles=("12.71",)))
    medan.when(requested(1)).then(requested(1), seated(1))
    medan.when(requested(1, domicile="12.07")).then_refused("programme.domicile_not_eligible")
    medan.when(requested(1, domicile=None)).then_refused("programme.domicile_not_eligible")


def test_a_province_takes_whoever_lives_in_one_of_its_cities():
    sumut = programme.given(replace(opened, eligible_domiciles=("12",)))
    sumut.when(requested(1)).then(requested(1), seated(1))


closed = ProgrammeClosed(effective=on("2026-02-11"))


def test_nobody_is_seated_after_the_programme_is_closed():
    full.when(closed).then_recorded()
    full.given(closed).when(requested(5, "2026-02-12")).then_refused("programme.already_closed")
    full.given(closed).when(released(1, "2026-02-12")).then_recorded()


@pytest.mark.parametrize(
    "late",
    [
        CapacityChanged(effective=on("2026-02-12"), capacity=9),
        held("S-9", "2026-02-12", 3),
        seated(3, "2026-02-12"),
        queued(5, 3, "2026-02-12"),
    ],
)
def test_no_seats_and_no_sessions_after_the_end(late):
    full.given(closed).when(late).then_refused("programme.already_closed")


def test_a_programme_closes_once():
    full.given(closed).when(replace(closed, effective=on("2026-03-01"))).then_nothing()


def test_a_session_marks_the_whole_class_in_one_event():
    session = held("S-1", "2025-11-11", 3, c1=Attendance.HADIR, c2=Attendance.ALPA)
    full.when(session).then_recorded()
    full.given(session).when(session).then_nothing()


def test_only_who_has_a_seat_on_the_day_is_marked():
    full.when(held("S-1", "2025-11-11", 3, c3=Attendance.HADIR)).then_refused(
        "programme.not_seated"
    )


def test_nobody_is_marked_twice_in_one_session():
    twice = SessionHeld(
        effective=on("2025-11-11"),
        session="S-1",
        hours=3,
        marks=(
            Mark(case=case(1), presence=Attendance.HADIR),
            Mark(case=case(1), presence=Attendance.ALPA),
        ),
    )
    full.when(twice).then_refused("programme.marked_twice")


def test_a_session_has_a_key_of_its_own():
    full.given(held("S-1", "2025-11-11", 3)).when(held("S-1", "2025-11-12", 3)).then_refused(
        "programme.session_exists"
    )


sessions = (
    held("S-1", "2025-11-11", 3, c1=Attendance.HADIR, c2=Attendance.HADIR),
    held("S-2", "2025-11-18", 2, c1=Attendance.IZIN, c2=Attendance.HADIR),
    held("S-3", "2025-11-30", 4, c1=Attendance.HADIR),
    held("S-4", "2025-12-01", 4, c1=Attendance.HADIR),
)
november = PeriodClosed(
    effective=on("2025-12-02"), from_day=date(2025, 11, 1), until_day=date(2025, 11, 30)
)


def test_a_period_is_summed_for_each_who_was_marked_in_it():
    after = state(*full.history, *sessions)
    assert summary(after, date(2025, 11, 1), date(2025, 11, 30)) == {
        case(1): (3, 2, 9, 7),
        case(2): (2, 2, 5, 5),
    }


def test_a_period_is_closed_when_it_is_over():
    attended = full.given(*sessions)
    attended.when(november).then_recorded()
    attended.when(replace(november, effective=on("2025-11-29"))).then_refused(
        "programme.period_not_over"
    )


def test_a_period_does_not_end_before_it_begins():
    full.when(replace(november, from_day=date(2025, 12, 1))).then_refused(
        "programme.period_reversed"
    )


def test_no_day_is_summed_in_two_periods():
    overlapping = replace(november, from_day=date(2025, 11, 30), until_day=date(2025, 12, 1))
    full.given(november).when(overlapping).then_refused("programme.period_overlaps")


def test_a_period_is_summed_again_when_a_session_was_told_late():
    again = replace(november, effective=on("2025-12-09"))
    full.given(november).when(again).then_recorded()
    full.given(november, again).when(again).then_nothing()


def test_the_order_within_a_day_is_the_order_of_the_instants():
    morning = replace(requested(1), effective=at("2025-11-03T08:00:00+07:00"))
    answer = programme.given(opened).when(morning).answer()
    assert [event.effective for event in answer] == [morning.effective] * 2


def test_the_fold_answers_to_any_order():
    history = [*full.history, *sessions, november, closed, released(1), seated(3)]
    assert state(*reversed(history)).opened == opened

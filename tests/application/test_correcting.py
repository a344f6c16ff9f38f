"""Corrections against the real ledger: asked for, approved, undone, and all that hangs on them."""

from dataclasses import replace
from datetime import date

import pytest
from correcting_desk import RATNA, SITI, Desk, applied, course
from databases import own_database
from mined_store import own_ledger
from refusals import refusal_of
from scenario import on
from uuid_utils import uuid7

from application.journeys import Moment
from domain import programme, skill_training
from domain.certification import AttendanceCertified
from domain.conduct import ConductAssessed, Predicate
from domain.correction import CorrectionKind
from domain.custody import CUSTODY, CustodyAdmitted, Presence, Released, ReleaseKind
from domain.kernel import Refused
from domain.person import PERSON
from domain.policy import PolicyAdopted, PolicyKind
from domain.programme import PROGRAMME
from domain.record import StreamId
from domain.register import GoodsDeposited
from domain.review import ReviewOutcome
from domain.skill_training import SKILL_TRAINING, Step

VOID, CORRECT, MOVE = CorrectionKind.VOID, CorrectionKind.CORRECT, CorrectionKind.MOVE


@pytest.fixture(scope="module")
def ledger(postgres, template):
    """One ledger: each test is about people of its own."""
    with own_database(postgres, template) as database, own_ledger(database) as ledger:
        yield ledger


@pytest.fixture
def desk(ledger):
    return Desk(ledger)


def assessed(score=82, month="2025-07"):
    return ConductAssessed(
        effective=on("2025-08-01"),
        month=month,
        score=score,
        predicate=Predicate.BAIK,
        risk_declined=True,
    )


def test_a_request_changes_nothing_and_an_approval_does(desk):
    case = desk.case()
    (wrong,) = desk.tell(case, assessed(28))
    right = assessed(82)
    correction = desk.ask(case, CORRECT, wrong, content=right)
    assert assessed(28) in desk.facts(case)
    desk.approve(correction)
    assert desk.facts(case)[1:] == [right]


def test_the_original_stays_and_keeps_its_place(desk):
    case = desk.case()
    first, second = desk.tell(case, assessed(28), assessed(70, "2025-06"))
    desk.correct(case, first, assessed(82))
    assert [page.event_id for page in desk.history(case).pages[1:]] == [first, second]
    assert assessed(28) in [page.event for page in desk.ledger.read(case)]


def test_a_correction_acts_from_its_approval_on_and_never_before(desk):
    case = desk.case()
    (wrong,) = desk.tell(case, assessed(28))
    desk.correct(case, wrong, assessed(82))
    told, asked, _, approved = desk.ledger.read(case)[-4:]
    for page, score in ((told, 28), (asked, 28), (approved, 82)):
        known = Moment(valid_at=None, known_at=page.recorded_at)
        assert desk.facts(case, known)[1:] == [assessed(score)]


def test_what_was_voided_comes_back_when_that_is_undone_and_goes_when_that_is_undone(desk):
    case = desk.case()
    (wrong,) = desk.tell(case, assessed(28))
    void = desk.void(case, wrong)
    assert desk.facts(case)[1:] == []
    undo = desk.void(case, void)
    assert desk.facts(case)[1:] == [assessed(28)]
    desk.void(case, undo)
    assert desk.facts(case)[1:] == []


def test_of_two_corrections_the_later_counts_and_without_it_the_earlier(desk):
    case = desk.case()
    (wrong,) = desk.tell(case, assessed(28))
    desk.correct(case, wrong, assessed(82))
    second = desk.correct(case, wrong, assessed(85))
    assert desk.facts(case)[1:] == [assessed(85)]
    desk.void(case, second)
    assert desk.facts(case)[1:] == [assessed(82)]


def test_a_correction_can_be_corrected(desk):
    case = desk.case()
    (wrong,) = desk.tell(case, assessed(28))
    first = desk.correct(case, wrong, assessed(83))
    second = desk.correct(case, first, assessed(82))
    assert desk.facts(case)[1:] == [assessed(82)]
    desk.void(case, second)
    assert desk.facts(case)[1:] == [assessed(83)]


def test_whoever_asks_does_not_approve_whatever_the_role(desk):
    case = desk.case()
    (wrong,) = desk.tell(case, assessed(28))
    correction = desk.ask(case, VOID, wrong, actor=SITI)
    assert refusal_of(desk.approve, correction, actor=SITI) == "correction.own_request"
    desk.approve(correction, actor=replace(SITI, id="kanwil-2"))
    assert refusal_of(desk.approve, correction) == "correction.not_pending"


def test_what_is_declined_or_withdrawn_never_acts(desk):
    case = desk.case()
    (wrong,) = desk.tell(case, assessed(28))
    for who in (SITI, RATNA):
        correction = desk.ask(case, VOID, wrong)
        desk.correcting.decline(correction, "Memang demikian", desk.request(actor=who))
        assert refusal_of(desk.approve, correction) == "correction.not_pending"
    assert desk.facts(case)[1:] == [assessed(28)]


def test_of_two_requests_about_one_fact_the_second_approval_is_told_that_it_was_overtaken(desk):
    case = desk.case()
    (wrong,) = desk.tell(case, assessed(28))
    first = desk.ask(case, CORRECT, wrong, content=assessed(82))
    second = desk.ask(case, VOID, wrong)
    desk.approve(first)
    assert refusal_of(desk.approve, second) == "correction.overtaken"
    assert desk.facts(case)[1:] == [assessed(82)]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (lambda _, __: (VOID, str(uuid7())), "correction.no_such_event"),
        (lambda _, event: (CORRECT, event, assessed(28)), "correction.changes_nothing"),
        (
            lambda case, event: (CORRECT, event, applied(case)),
            "correction.another_type",
        ),
        (
            lambda _, event: (CORRECT, event, replace(assessed(), effective=on("2023-01-01"))),
            "conduct.month_not_over",
        ),
        (
            lambda _, event: (CORRECT, event, replace(assessed(), effective=on("2199-01-01"))),
            "append.effective_in_future",
        ),
    ],
)
def test_what_could_not_have_been_recorded_cannot_be_made_so(desk, asked, code):
    case = desk.case()
    (event,) = desk.tell(case, assessed(28))
    before = desk.ledger.position()
    kind, target, *content = asked(case, event)
    right = content[0] if content else None
    assert refusal_of(desk.ask, case, kind, target, content=right) == code
    assert desk.ledger.position() == before


def test_another_person_is_no_correction_and_an_opening_is_not_moved(desk):
    case, other = desk.case(), desk.case("Tono Fiktif")
    opening = desk.fact(case, CustodyAdmitted)
    theirs = replace(desk.facts(case)[0], person=str(uuid7()))
    assert refusal_of(desk.ask, case, CORRECT, opening, content=theirs) == (
        "correction.person_fixed"
    )
    assert refusal_of(desk.ask, case, MOVE, opening, to=other) == "correction.opening_moved"
    assert refusal_of(desk.ask, case, MOVE, opening, to=case) == "correction.to"
    (event,) = desk.tell(case, assessed())
    nobody = StreamId(kind="case", key=str(uuid7()))
    assert refusal_of(desk.ask, case, MOVE, event, to=nobody) == "correction.to"


def test_under_which_rules_the_service_ran_is_corrected_by_nobody(desk):
    rules = StreamId(kind="policy", key="permissions")
    said = {"policy": PolicyKind.PERMISSIONS, "edition": 1, "sha256": "a" * 64, "software": "1"}
    (adopted,) = desk.tell(rules, PolicyAdopted(effective=on("2025-01-01"), **said))
    assert refusal_of(desk.ask, rules, VOID, adopted) == "correction.lasting"


def test_a_void_takes_along_what_it_brought_about(desk):
    case, cohort = desk.case(), desk.programme(capacity=1)
    (application, _) = desk.tell(case, applied(cohort))
    assert case.key in desk.state(cohort, PROGRAMME).seated
    void = desk.void(case, application)
    assert desk.state(cohort, PROGRAMME).seated == ()
    assert cohort.key not in desk.state(case, SKILL_TRAINING).trainings
    desk.void(case, void)
    assert case.key in desk.state(cohort, PROGRAMME).seated
    assert desk.state(case, SKILL_TRAINING).trainings[cohort.key].step is Step.SEATED


def test_a_date_that_was_wrong_is_right_everywhere(desk):
    case = desk.case()
    opening = desk.fact(case, CustodyAdmitted)
    person = StreamId(kind="person", key=desk.facts(case)[0].person)
    desk.correct(case, opening, replace(desk.facts(case)[0], effective=on("2024-02-01")))
    assert {event.effective for event in desk.facts(person)[1:]} == {on("2024-02-01")}


def test_what_only_shifts_is_corrected_in_its_place_and_not_decided_anew(desk):
    case, cohort = desk.case(), desk.programme(capacity=1)
    application, _ = desk.tell(case, applied(cohort))
    seat = [page.event_id for page in desk.history(cohort).pages]
    desk.correct(case, application, applied(cohort, day="2025-02-11"))
    now = desk.history(cohort).pages
    assert [page.event_id for page in now] == seat
    assert [page.event.effective for page in now[1:]] == [on("2025-02-11")] * 2


def test_what_arrives_names_the_approval_that_brought_it_and_that_names_where_from(desk):
    wrong, right = desk.case("Budi Fiktif"), desk.case("Tono Fiktif")
    (told,) = desk.tell(wrong, assessed())
    correction = desk.move(wrong, right, told)
    arrived, approval = desk.ledger.read(right)[-2:]
    assert arrived.causation_id == approval.event_id
    assert (approval.event.correction, approval.event.requested_in) == (correction, str(wrong))
    (arrival,) = approval.event.arrivals
    assert (arrival.origin, arrival.event) == (told, arrived.event_id)


def test_what_came_later_on_the_same_day_does_not_stand_in_the_way(desk):
    case, cohort = desk.case(), desk.programme(capacity=1)
    desk.tell(case, applied(cohort, day="2025-02-12"))
    desk.tell(case, *course(cohort)[:1])
    application = desk.fact(case, skill_training.Applied)
    desk.correct(case, application, applied(cohort, day="2025-02-11"))
    desk.correct(case, application, applied(cohort, day="2025-02-12"))
    assert desk.state(case, SKILL_TRAINING).trainings[cohort.key].step is Step.SEATED
    assert desk.open_items(case) == desk.open_items(cohort) == []


def test_another_programme_is_asked_for_a_seat_instead(desk):
    case, wrong, right = desk.case(), desk.programme(), desk.programme()
    application, _ = desk.tell(case, applied(wrong))
    correction = desk.correct(case, application, applied(right))
    assert list(desk.state(case, SKILL_TRAINING).trainings) == [right.key]
    assert desk.state(wrong, PROGRAMME).seated == ()
    assert case.key in desk.state(right, PROGRAMME).seated
    desk.void(case, correction)
    assert list(desk.state(case, SKILL_TRAINING).trainings) == [wrong.key]
    assert case.key in desk.state(wrong, PROGRAMME).seated
    assert desk.state(right, PROGRAMME).seated == ()


def test_the_training_of_one_person_that_was_recorded_on_another_is_moved_whole(desk):
    wrong, right, cohort = desk.case("Budi Fiktif"), desk.case("Tono Fiktif"), desk.programme(1)
    desk.train(wrong, cohort)
    told = [page.event for page in desk.history(wrong).pages[1:]]
    moved = [page.event_id for page in desk.history(wrong).pages[1:]]
    correction = desk.move(wrong, right, *moved)
    assert desk.facts(wrong)[1:] == []
    assert desk.facts(right)[1:] == told
    assert list(desk.state(cohort, PROGRAMME).seated) == [right.key]
    assert desk.state(right, SKILL_TRAINING).trainings[cohort.key].step is Step.COMPLETED
    assert {page.subject for page in desk.ledger.read(right)} == {desk.facts(right)[0].person}
    assert desk.open_items(wrong) == desk.open_items(right) == desk.open_items(cohort) == []
    desk.void(wrong, correction)
    assert desk.facts(wrong)[1:] == told
    assert desk.facts(right)[1:] == []
    assert list(desk.state(cohort, PROGRAMME).seated) == [wrong.key]


def test_what_was_moved_can_be_corrected_where_it_is_now(desk):
    wrong, right, cohort = desk.case("Budi Fiktif"), desk.case("Tono Fiktif"), desk.programme(1)
    application, _ = desk.tell(wrong, applied(cohort))
    desk.move(wrong, right, application)
    arrived = desk.fact(right, skill_training.Applied)
    desk.void(right, arrived)
    assert desk.facts(right)[1:] == []
    assert desk.state(cohort, PROGRAMME).seated == ()


def test_what_was_moved_and_then_corrected_is_not_taken_back_over_that(desk):
    wrong, right, cohort = desk.case("Budi Fiktif"), desk.case("Tono Fiktif"), desk.programme(1)
    application, _ = desk.tell(wrong, applied(cohort))
    moved = desk.move(wrong, right, application)
    void = desk.void(right, desk.fact(right, skill_training.Applied))
    assert refusal_of(desk.ask, wrong, VOID, moved) == "correction.built_upon"
    desk.void(right, void)
    desk.void(wrong, moved)
    assert list(desk.state(cohort, PROGRAMME).seated) == [wrong.key]


def test_there_is_no_correction_by_a_name_that_is_none(desk):
    assert desk.correcting.found("bukan-uuid") is None
    assert desk.correcting.found(str(uuid7())) is None


def test_a_certificate_of_a_training_that_was_voided_is_to_be_looked_at(desk):
    case, cohort = desk.case(), desk.programme()
    desk.train(case, cohort)
    completed = desk.fact(case, skill_training.Completed)
    void = desk.void(case, completed)
    (item,) = desk.items(case)
    assert item.raised.event == desk.fact(case, AttendanceCertified)
    assert item.raised.code == "skill_training.completion_missing"
    assert (item.raised.owner, item.resolved) == ("RUTAN-MEDAN", None)
    assert "belum diselesaikan" in item.raised.because_id
    desk.void(case, void)
    (item,) = desk.items(case)
    assert item.resolved.outcome is ReviewOutcome.STANDS_AGAIN


def test_an_item_ends_with_an_event_and_says_why(desk):
    case, cohort = desk.case(), desk.programme()
    desk.train(case, cohort)
    desk.void(case, desk.fact(case, skill_training.Completed))
    (item,) = desk.items(case)
    end = (case, item.raised.item, ReviewOutcome.KEPT)
    resolve = desk.correcting.resolve
    assert refusal_of(resolve, *end, "", desk.request()) == "review.no_explanation"
    resolve(*end, "Sertifikat sah menurut LPK", desk.request())
    assert desk.open_items(case) == []
    assert refusal_of(resolve, *end, "lagi", desk.request()) == "review.already_resolved"


def test_what_is_put_right_closes_its_item_by_itself(desk):
    case, cohort = desk.case(), desk.programme()
    desk.train(case, cohort)
    desk.void(case, desk.fact(case, skill_training.Completed))
    desk.void(case, desk.fact(case, AttendanceCertified))
    (item,) = desk.items(case)
    assert item.resolved.outcome is ReviewOutcome.PUT_RIGHT


def test_a_fact_told_late_is_never_refused_for_what_it_breaks_and_that_is_looked_at(desk):
    case = desk.case()
    watch = GoodsDeposited(
        effective=on("2025-08-02"), item="D-1", description="Jam tangan", quantity=1
    )
    (told,) = desk.tell(case, watch)
    released = Released(effective=on("2025-06-01"), kind=ReleaseKind.BEBAS_MURNI, document="SB/1")
    desk.tell(case, released)
    assert desk.state(case, CUSTODY).presence is Presence.RELEASED
    (item,) = desk.items(case)
    assert (item.raised.event, item.raised.code) == (told, "register.not_held")
    assert item.raised.cause == desk.fact(case, Released)


def test_marks_of_somebody_whose_seat_was_another_s_are_looked_at_in_the_programme(desk):
    wrong, right, cohort = desk.case("Budi Fiktif"), desk.case("Tono Fiktif"), desk.programme(1)
    application, _ = desk.tell(wrong, applied(cohort))
    mark = programme.Mark(case=wrong.key, presence=programme.Attendance.HADIR)
    desk.tell(
        cohort,
        programme.SessionHeld(effective=on("2025-03-05"), session="s-1", hours=3, marks=(mark,)),
    )
    desk.move(wrong, right, application)
    assert desk.open_items(cohort) != []


def test_a_voided_admission_frees_the_person(desk):
    case = desk.case()
    person = StreamId(kind="person", key=desk.facts(case)[0].person)
    desk.void(case, desk.fact(case, CustodyAdmitted))
    assert desk.state(person, PERSON).held_in is None
    assert desk.facts(case) == []


def test_all_of_it_is_one_write_and_a_refusal_leaves_nothing(desk):
    wrong, right, cohort = desk.case("Budi Fiktif"), desk.case("Tono Fiktif"), desk.programme(1)
    desk.train(wrong, cohort)
    late = desk.case("Ujang Fiktif", day="2025-12-01")
    moved = [page.event_id for page in desk.history(wrong).pages[1:]]
    before = desk.ledger.position()
    with pytest.raises(Refused):
        desk.ask(wrong, MOVE, *moved, to=late)
    assert desk.ledger.position() == before
    receipt = desk.approve(desk.ask(wrong, MOVE, *moved, to=right))
    positions = [written.position for written in receipt.written]
    assert positions == list(range(positions[0], positions[0] + len(positions)))
    assert {str(written.stream.kind) for written in receipt.written} == {"case", "programme"}
    assert course(cohort)[-1].issued_on == date(2025, 6, 5)


def test_a_move_is_taken_back_where_it_was_asked_for_and_not_by_halves(desk):
    case, right = desk.case(), desk.case("Orang Lain")
    (wrong,) = desk.tell(case, assessed(28))
    move = desk.move(case, right, wrong)
    for kind, content in ((VOID, None), (CORRECT, assessed(82))):
        code = refusal_of(desk.ask, right, kind, move, content=content)
        assert code == "correction.asked_elsewhere"
    assert assessed(28) in desk.facts(right)
    desk.void(case, move)
    assert assessed(28) in desk.facts(case)

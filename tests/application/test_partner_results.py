"""Results that a partner tells, against the real ledger: tried, taken over, turned down."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from correcting_desk import now
from databases import own_database
from mined_store import own_ledger
from partner_house import House, told
from scenario import on

from application.demo import demo_plan, propose
from application.partner_results import Misfit
from application.sharing import NoSuchScope
from domain.agreement import AgreementEnded, AgreementResumed, AgreementSuspended
from domain.certification import Competence
from domain.correction import CorrectionKind
from domain.custody import Released, ReleaseKind
from domain.ijazah import ExamRegistered, ExamTaken, IjazahIssued, Passed
from domain.kejar_paket import KEJAR_PAKET
from domain.kernel import Refused
from domain.partner_result import Paper, ResultAccepted, ResultProposed, ResultRejected
from domain.programme import PROGRAMME, Attendance, Mark, ProgrammeKind, SessionHeld
from domain.registry import AgencyKind
from domain.schooling import PaketLevel
from domain.skill_training import SKILL_TRAINING, WithdrawalReason, Withdrawn

PAPER = Paper(number="BA-7/2025", dated=date(2025, 6, 10), sha256=None)


@pytest.fixture(scope="module")
def ledger(postgres, template):
    """One ledger: each test is about a class of its own."""
    with own_database(postgres, template) as database, own_ledger(database) as ledger:
        yield ledger


@pytest.fixture
def house(ledger):
    return House(ledger)


def training(house, case):
    return house.desk.state(case, SKILL_TRAINING).trainings[house.programme.key]


def refusal_of(call, *arguments, **more):
    with pytest.raises(Refused) as refusal:
        call(*arguments, **more)
    return refusal.value


def against(house, result):
    """What speaks against accepting a result now, by its code."""
    no = house.results.against(house.programme, result, house.desk.request())
    return no and no.code


def test_a_result_that_waits_changes_nothing_and_one_that_is_accepted_is_a_fact(house):
    case = house.learner()
    before = house.ledger.read(case)
    (result,) = house.propose(told("a-1", case, house.assessed(), PAPER))
    assert house.told(result).waits
    assert house.ledger.read(case) == before
    assert training(house, case).proofs.assessed == {}
    house.accept(result)
    assert training(house, case).proofs.assessed == {"Barber": house.assessed()}
    assert not house.told(result).waits


def test_the_fact_names_the_acceptance_and_bears_the_partners_papers(house):
    case = house.learner()
    (result,) = house.propose(told("a-1", case, house.assessed(), PAPER))
    house.accept(result)
    page, answer = house.ledger.read(case)[-1], house.ledger.read(house.programme)[-1]
    assert isinstance(answer.event, ResultAccepted)
    assert page.causation_id == answer.event_id
    assert (page.actor.id, page.correlation_id) == ("ratna", answer.correlation_id)
    assert [(one.number, one.date) for one in page.evidence] == [("BA-7/2025", date(2025, 6, 10))]
    assert page.position == answer.position + 1


def test_a_result_that_is_rejected_says_why_and_never_becomes_a_fact(house):
    case = house.learner()
    (result,) = house.propose(told("a-1", case, house.assessed()))
    house.reject(result, "Skemanya keliru")
    assert house.told(result).rejected.reason == "Skemanya keliru"
    assert training(house, case).proofs.assessed == {}
    assert refusal_of(house.accept, result).code == "partner_result.answered"
    assert training(house, case).proofs.assessed == {}


def test_a_demo_whose_agreement_no_longer_shares_starts_all_the_same(house):
    before = house.ledger.position()
    propose(demo_plan(scale=0), house.results)
    assert house.ledger.position() == before


def test_the_same_said_again_is_there_already_and_another_content_needs_another_key(house):
    case = house.learner()
    one = told("a-1", case, house.assessed(), PAPER)
    house.propose(one)
    assert house.propose(one) == []
    other = told("a-1", case, house.assessed(result=Competence.BELUM_KOMPETEN), PAPER)
    assert refusal_of(house.propose, other).code == "partner_result.key_used"
    assert len(house.results.of(house.programme).by_id) == 1


def test_what_cannot_be_is_heard_at_once_with_its_place_and_nothing_is_written(house):
    case = house.learner()
    version = len(house.ledger.read(house.programme))
    wrong = replace(house.certified(), issued_on=date(2025, 7, 1))
    no = refusal_of(house.propose, told("a-1", case, house.assessed()), told("c-1", case, wrong))
    assert isinstance(no, Misfit)
    assert (no.index, no.code, no.field) == (1, "skill_training.issued_later", "issued_on")
    assert len(house.ledger.read(house.programme)) == version


def test_a_certificate_may_be_told_before_its_assessment_is_accepted_but_not_accepted_first(house):
    case = house.learner()
    alone = refusal_of(house.propose, told("c-1", case, house.certified()))
    assert alone.code == "skill_training.not_competent"
    (finding,) = house.propose(told("a-1", case, house.assessed()))
    (paper,) = house.propose(told("c-1", case, house.certified()))
    assert against(house, paper) == "skill_training.not_competent"
    assert refusal_of(house.accept, paper).code == "skill_training.not_competent"
    assert house.told(paper).waits
    assert against(house, finding) is None
    house.accept(finding)
    assert against(house, paper) is None
    house.accept(paper)
    assert set(training(house, case).proofs.competence) == {"SK-77/2025"}


def test_what_was_rejected_is_supposed_no_longer(house):
    case = house.learner()
    (finding,) = house.propose(told("a-1", case, house.assessed()))
    house.reject(finding)
    no = refusal_of(house.propose, told("c-1", case, house.certified()))
    assert no.code == "skill_training.not_competent"


def test_what_no_longer_fits_when_it_is_accepted_goes_on_waiting(house):
    case = house.learner()
    (result,) = house.propose(told("a-1", case, house.assessed("2025-06-10")))
    left = Withdrawn(
        effective=on("2025-04-01"), programme=house.programme.key, reason=WithdrawalReason.LAIN
    )
    completed = house.desk.ledger.read(case)[-1].event_id
    house.desk.void(case, completed)
    house.desk.tell(case, left)
    assert refusal_of(house.accept, result).code == "skill_training.not_trained"
    assert house.told(result).waits


def test_what_is_recorded_already_is_not_proposed(house):
    case = house.learner()
    house.desk.tell(case, house.assessed())
    no = refusal_of(house.propose, told("a-1", case, house.assessed()))
    assert no.code == "partner_result.recorded_already"


SEEN = ("full_name", "programme", "attendance")
"""Neither what was found of anybody nor a certificate."""


@pytest.mark.parametrize("poison", [False, True], ids=["alone", "with one that cannot be"])
def test_of_what_a_partner_does_not_see_it_hears_neither_yes_nor_no(ledger, poison):
    house = House(ledger, fields=SEEN)
    case, other = house.learner(), house.learner("Tono Fiktif")
    house.desk.tell(case, house.assessed(), house.certified())
    guesses = [
        house.assessed(),
        house.assessed(result=Competence.BELUM_KOMPETEN),
        house.certified(),
        replace(house.certified(number="SK-78/2025"), issued_on=date(2025, 7, 1)),
    ]
    heard = []
    for index, (whom, guess) in enumerate(product((case, other), guesses)):
        one = told(f"g-{index}", whom, guess)
        if not poison:
            (result,) = house.propose(one)
            heard.append(house.told(result).waits)
            house.reject(result)
            continue
        bad = told("bad", other, house.assessed(day="2199-01-01"))
        no = refusal_of(house.propose, one, bad)
        heard.append((no.index, no.code, no.cases))
    nothing = (1, "append.effective_in_future", frozenset())
    assert set(heard) == ({nothing} if poison else {True})


def test_what_a_partner_was_not_told_stands_against_it_at_the_unit(ledger):
    house = House(ledger, fields=SEEN)
    case = house.learner()
    (paper,) = house.propose(told("c-1", case, house.certified()))
    assert against(house, paper) == "skill_training.not_competent"
    assert refusal_of(house.accept, paper).code == "skill_training.not_competent"
    assert house.told(paper).waits


def test_a_pupil_of_another_class_is_taken_over_by_no_unit(ledger):
    house = House(ledger, PKBM, AgencyKind.PKBM, SEEN)
    pupil = house.pupil(house.opened())
    exam = ExamRegistered(effective=on("2025-05-10"), exam="UPK-2025")
    (result,) = house.propose(told("u-1", pupil, exam))
    assert against(house, result) == "partner_result.another_class"


def test_a_refusal_names_whom_and_what_it_tells_of(house):
    case, other = house.learner(), house.learner("Tono Fiktif")
    house.desk.tell(case, house.assessed())
    wrong = told("c-1", other, house.certified())
    no = refusal_of(house.propose, told("a-2", case, house.assessed(day="2025-06-11")), wrong)
    assert (no.index, no.code) == (1, "skill_training.not_competent")
    assert no.cases == {case.key, other.key}
    assert no.fields == {"programme", "skill", "certificate"}


def test_what_has_not_happened_is_not_proposed(house):
    case = house.learner()
    tomorrow = (now() + timedelta(days=2)).date().isoformat()
    no = refusal_of(house.propose, told("a-1", case, house.assessed(tomorrow)))
    assert (no.code, no.field) == ("append.effective_in_future", "effective")


def test_a_partner_frees_nobody(house):
    case = house.learner()
    free = Released(effective=on("2025-06-01"), kind=ReleaseKind.BEBAS_MURNI, document="SL/1")
    assert refusal_of(house.propose, told("x", case, free)).code == "partner_result.not_theirs"


def test_a_session_is_the_classes_and_counts_once_it_is_accepted(house):
    case = house.learner()
    held = SessionHeld(
        effective=on("2025-03-10"),
        session="s-1",
        hours=4,
        marks=(Mark(case=case.key, presence=Attendance.HADIR),),
    )
    (result,) = house.propose(told("s-1", None, held))
    assert house.desk.state(house.programme, PROGRAMME).sessions == {}
    house.accept(result)
    assert house.desk.state(house.programme, PROGRAMME).sessions == {"s-1": held}


def test_a_partner_hears_no_more_of_a_refusal_than_concerns_its_class(house):
    case, stranger = house.learner(), house.desk.case("Tono Fiktif")
    marks = tuple(Mark(case=one.key, presence=Attendance.HADIR) for one in (case, stranger))
    held = SessionHeld(effective=on("2025-03-10"), session="s-1", hours=4, marks=marks)
    no = refusal_of(house.propose, told("s-1", None, held))
    assert no.code == "partner_result.does_not_fit"
    assert not any(stranger.key in words for words in no.because)


@pytest.mark.parametrize(
    "facts",
    [
        [AgreementSuspended(effective=on("2025-06-01"), reason="Pemeriksaan")],
        [AgreementEnded(effective=on("2025-06-01"), reason="Selesai")],
    ],
)
def test_an_agreement_that_does_not_run_takes_no_results(house, facts):
    case = house.learner()
    house.desk.tell(house.agreement, *facts)
    with pytest.raises(NoSuchScope):
        house.propose(told("a-1", case, house.assessed()))


def test_one_that_runs_again_takes_them_again(house):
    case = house.learner()
    house.desk.tell(
        house.agreement,
        AgreementSuspended(effective=on("2025-06-01"), reason="Pemeriksaan"),
        AgreementResumed(effective=on("2025-06-15")),
    )
    assert house.propose(told("a-1", case, house.assessed()))


def test_no_other_agency_tells_of_the_class(house):
    case = house.learner()
    with pytest.raises(NoSuchScope):
        house.propose(told("a-1", case, house.assessed()), agency="BPVP-LAIN")


def test_a_class_of_a_kind_that_the_agreement_does_not_name_takes_none(house):
    house.programme = house.opened(ProgrammeKind.KEWIRAUSAHAAN)
    case = house.learner()
    with pytest.raises(NoSuchScope):
        house.propose(told("a-1", case, house.assessed()))


def test_a_corrected_fact_keeps_the_story_of_its_acceptance(house):
    """What was wrongly accepted is put right as any fact is; the answer to the partner stays."""
    case = house.learner()
    (result,) = house.propose(told("a-1", case, house.assessed()))
    house.accept(result)
    fact = house.ledger.read(case)[-1]
    right = house.assessed(result=Competence.BELUM_KOMPETEN)
    house.desk.correct(case, fact.event_id, right)
    assert training(house, case).proofs.assessed == {"Barber": right}
    house.desk.void(case, fact.event_id)
    assert training(house, case).proofs.assessed == {}
    assert house.told(result).accepted


def test_pages_of_results_move_no_journey_on(house):
    case = house.learner()
    before = house.desk.facts(house.programme)
    (result,) = house.propose(told("a-1", case, house.assessed()))
    (other,) = house.propose(told("a-2", case, house.assessed("2025-06-11")))
    house.accept(result)
    house.reject(other)
    assert house.desk.facts(house.programme) == before
    kinds = [type(page.event) for page in house.ledger.read(house.programme)[-4:]]
    assert kinds == [ResultProposed, ResultProposed, ResultAccepted, ResultRejected]


PKBM = "PKBM-FIKTIF"


def on_the_way(*facts):
    """The steps to an ijazah, as a PKBM tells them of one pupil."""
    return [ExamRegistered(effective=on("2025-05-01"), exam="UPK 2025"), *facts]


def test_a_pkbm_tells_the_way_to_an_ijazah_in_one_go_and_the_unit_takes_it_step_by_step(ledger):
    school = House(ledger, PKBM, AgencyKind.PKBM)
    pupil = school.pupil(school.programme)
    issued = IjazahIssued(
        effective=on("2025-06-30"), number="DN-12", issued_on=date(2025, 6, 30), sha256="a" * 64
    )
    facts = on_the_way(
        ExamTaken(effective=on("2025-05-20"), exam="UPK 2025"),
        Passed(effective=on("2025-06-15"), exam="UPK 2025"),
        issued,
    )
    results = school.propose(*(told(f"u-{n}", pupil, fact) for n, fact in enumerate(facts)))
    assert [against(school, one) for one in results] == [
        None,
        "kejar_paket.exam_not_registered",
        "kejar_paket.exam_not_taken",
        "kejar_paket.not_passed",
    ]
    for one in results:
        school.accept(one)
    (ijazah,) = school.desk.state(pupil, KEJAR_PAKET).finals.ijazah
    assert (ijazah.issued, ijazah.level) == (issued, PaketLevel.C)


def test_a_pupil_of_another_class_is_told_of_by_that_class(ledger):
    school = House(ledger, PKBM, AgencyKind.PKBM)
    pupil = school.pupil(school.opened())
    no = refusal_of(school.propose, told("u-1", pupil, *on_the_way()))
    assert no.code == "partner_result.another_class"


def test_a_pkbm_tells_no_results_of_a_training_and_a_bpvp_none_of_schooling(ledger, house):
    school = House(ledger, PKBM, AgencyKind.PKBM)
    pupil = school.pupil(school.programme)
    no = refusal_of(school.propose, told("a-1", pupil, school.assessed()))
    assert no.code == "partner_result.not_theirs"
    case = house.learner()
    no = refusal_of(house.propose, told("u-1", case, *on_the_way()))
    assert no.code == "partner_result.not_theirs"


def test_a_page_of_results_is_no_fact_that_could_be_corrected(house):
    case = house.learner()
    (result,) = house.propose(told("a-1", case, house.assessed()))
    no = refusal_of(house.desk.ask, house.programme, CorrectionKind.VOID, result)
    assert no.code == "correction.no_such_event"

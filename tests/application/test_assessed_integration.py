"""What the law finds about a proposed right stands beside it, and is worked out anew."""

from dataclasses import replace

import pytest
from correcting_desk import Desk, admitted, new_id, registered
from databases import own_database
from mined_store import own_ledger
from refusals import refusal_of
from scenario import on

from domain.conduct import ConductAssessed, Predicate
from domain.integration import IntegrationDeclined, IntegrationProposed, Right
from domain.integration_assessment import IntegrationAssessed
from domain.kernel import Refused
from domain.record import StreamId
from domain.verdict import (
    Instance,
    Outcome,
    SentenceKind,
    SentencePart,
    VerdictBecameFinal,
    VerdictExecuted,
    VerdictPronounced,
)

NUMBER = "1/Pid.B/2025/PN Mdn"
year = SentencePart(kind=SentenceKind.PENJARA, years=1, months=6, days=0, fine=0)
pronounced = VerdictPronounced(
    effective=on("2024-04-25"),
    instance=Instance.PN,
    court="PN Medan",
    number=NUMBER,
    outcome=Outcome.DIPIDANA,
    sentence=(year,),
    offence=("KUHP 362",),
)
good = ConductAssessed(
    effective=on("2024-12-31"),
    month="2024-12",
    score=80,
    predicate=Predicate.BAIK,
    risk_declined=True,
)
CONVICT = (
    pronounced,
    VerdictBecameFinal(effective=on("2024-05-02"), number=NUMBER),
    VerdictExecuted(effective=on("2024-05-06"), document="BA-8/1"),
    good,
)
asked = IntegrationProposed(
    effective=on("2025-01-20"), proposal="PB-1", right=Right.PB, rule_set="permenkumham-7-2022"
)
OTHERWISE = "integration_assessment.otherwise"


@pytest.fixture(scope="module")
def ledger(postgres, template):
    """One ledger: each test is about a case of its own."""
    with own_database(postgres, template) as database, own_ledger(database) as ledger:
        yield ledger


@pytest.fixture
def desk(ledger):
    return Desk(ledger)


@pytest.fixture
def case(desk):
    case = desk.case()
    desk.tell(case, *CONVICT)
    return case


def findings(desk, case):
    """The findings that stand, in the order in which they were told."""
    return [one for one in desk.facts(case) if isinstance(one, IntegrationAssessed)]


def test_a_proposal_is_recorded_with_what_the_law_finds_and_its_cause(desk, case):
    (proposed,) = desk.tell(case, asked)[:1]
    page = desk.history(case).pages[-1]
    assert isinstance(page.event, IntegrationAssessed)
    assert page.causation_id == proposed
    assert (page.event.possible, page.event.open_now) == (True, True)
    assert desk.open_items(case) == []


def test_nobody_tells_a_finding(desk, case):
    desk.tell(case, asked)
    with pytest.raises(Refused) as refusal:
        desk.tell(case, replace(findings(desk, case)[-1], possible=False))
    assert refusal.value.code == "integration_assessment.is_worked_out"


def test_a_foreigner_is_found_to_be_one_by_the_record_of_the_person(desk):
    person, case = new_id(), StreamId(kind="case", key=new_id())
    foreigner = replace(registered("John Fictitious"), nationality="NL")
    desk.tell(StreamId(kind="person", key=person), foreigner)
    leave = replace(asked, proposal="CMK-1", right=Right.CMK)
    desk.tell(case, admitted(person), *CONVICT, leave)
    compatriot = desk.case()
    desk.tell(compatriot, *CONVICT, leave)
    said = [
        {one.code: (one.met, one.because_id) for one in findings(desk, which)[-1].criteria}
        for which in (case, compatriot)
    ]
    assert [one["not_foreigner"] for one in said] == [
        (False, "Hak ini tidak diberikan kepada warga negara asing."),
        (True, "Anda bukan warga negara asing."),
    ]


def test_a_fact_told_late_has_it_worked_out_anew_and_the_proposal_looked_at(desk, case):
    desk.tell(case, asked)
    worse = replace(good, effective=on("2025-01-15"), month="2025-01", risk_declined=False)
    (late,) = desk.tell(case, worse)[:1]
    assert [one.possible for one in findings(desk, case)][-1] is False
    assert desk.open_items(case) == [OTHERWISE]
    desk.void(case, late)
    assert findings(desk, case)[-1].possible
    assert desk.open_items(case) == []


def test_what_changes_nothing_for_the_right_writes_nothing(desk, case):
    desk.tell(case, asked)
    length = len(desk.history(case).pages)
    desk.tell(case, replace(good, effective=on("2025-03-31"), month="2025-03"))
    assert len(desk.history(case).pages) == length + 1


def test_a_proposal_on_another_day_is_found_about_on_that_day_and_none_if_it_never_was(desk, case):
    (proposed,) = desk.tell(case, asked)[:1]
    early = replace(asked, effective=on("2024-12-20"))
    desk.correct(case, proposed, early)
    assert (findings(desk, case)[-1].effective, findings(desk, case)[-1].open_now) == (
        early.effective,
        False,
    )
    desk.void(case, proposed)
    assert findings(desk, case) == []


def test_a_proposal_that_was_declined_is_not_looked_at_again(desk, case):
    desk.tell(case, asked)
    no = IntegrationDeclined(
        effective=on("2025-02-10"), proposal="PB-1", reason="Belum ada penjamin"
    )
    desk.tell(case, no)
    worse = replace(good, effective=on("2025-01-15"), month="2025-01", risk_declined=False)
    desk.tell(case, worse)
    assert findings(desk, case)[-1].possible is False
    assert desk.open_items(case) == []


def test_a_finding_is_corrected_by_nobody(desk, case):
    desk.tell(case, asked)
    pages = desk.history(case).pages
    (finding,) = [page for page in pages if isinstance(page.event, IntegrationAssessed)]
    assert refusal_of(desk.void, case, finding.event_id) == "correction.worked_out"

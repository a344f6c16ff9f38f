"""What the law finds stands beside every proposal of remisi, and follows what the case tells."""

from dataclasses import replace
from datetime import date

import pytest
from correcting_desk import Desk
from databases import own_database
from mined_store import own_ledger
from scenario import on

from application.append import Proposal
from domain.admission import Religion
from domain.conduct import DisciplineBegan, DisciplineEnded, DisciplineLevel
from domain.kernel import Refused
from domain.law.book import LAW
from domain.law.facts import RemisiKind
from domain.remisi import (
    LEVELS,
    RemisiApplied,
    RemisiCancelled,
    RemisiDecided,
    RemisiProposed,
    RemisiSkIssued,
)
from domain.remisi_assessment import (
    ASSESSED_OTHERWISE,
    REMISI_ASSESSMENT,
    AssessedAt,
    RemisiAssessed,
    remisi_assessed,
)
from domain.review import ReviewOutcome
from domain.verdict import (
    CopyReceived,
    Instance,
    Outcome,
    SentenceKind,
    SentencePart,
    VerdictBecameFinal,
    VerdictExecuted,
    VerdictPronounced,
)

DAY = date(2025, 8, 17)
NUMBER = "1/Pid.B/2024/PN Mdn"
asked = RemisiProposed(
    effective=on("2025-06-16"),
    proposal="ru-2025",
    kind=RemisiKind.UMUM,
    award_day=DAY,
    remission_days=90,
    rule_set="keppres-174-1999",
    ground=None,
    missed=None,
    feast_fixed_by=None,
)
breach = DisciplineBegan(
    effective=on("2025-06-01"),
    measure="f-1",
    level=DisciplineLevel.BERAT,
    offence="Berkelahi",
    document="Register F 1/2025",
)


@pytest.fixture(scope="module")
def ledger(postgres, template):
    """One ledger: each test is about cases of its own."""
    with own_database(postgres, template) as database, own_ledger(database) as ledger:
        yield ledger


@pytest.fixture
def desk(ledger):
    return Desk(ledger)


def convict(desk, years=3):
    """A case of somebody sentenced to some years, held since 2024-01-10 or so."""
    case = desk.case(religion=Religion.ISLAM)
    part = SentencePart(kind=SentenceKind.PENJARA, years=years, months=0, days=0, fine=0)
    desk.tell(
        case,
        VerdictPronounced(
            effective=on("2024-05-02"),
            instance=Instance.PN,
            court="PN Medan",
            number=NUMBER,
            outcome=Outcome.DIPIDANA,
            sentence=(part,),
            offence=("KUHP 362",),
        ),
        CopyReceived(effective=on("2024-05-06"), number=NUMBER),
        VerdictBecameFinal(effective=on("2024-05-09"), number=NUMBER),
        VerdictExecuted(effective=on("2024-05-20"), document="BA-17"),
    )
    return case


def signed(desk, case):
    """Take the proposal through every level and the SK to its day."""
    for day, level in enumerate(LEVELS, 20):
        said = {"proposal": asked.proposal, "level": level, "agreed": True, "note": None}
        desk.tell(case, RemisiDecided(effective=on(f"2025-06-{day}"), **said))
    sk = {"proposal": asked.proposal, "sk_number": "PAS-1", "sk_date": date(2025, 8, 5)}
    desk.tell(
        case,
        RemisiSkIssued(effective=on("2025-08-05"), remission_days=60, **sk),
        RemisiApplied(effective=on("2025-08-17"), proposal=asked.proposal, releases=False),
    )


def found(desk, case, at=AssessedAt.PROPOSED):
    return desk.state(case, REMISI_ASSESSMENT).of(at)[asked.proposal]


def unmet(assessed):
    return {one.code for one in assessed.criteria if not one.met}


def assessments(desk, case):
    return [one for one in desk.facts(case) if isinstance(one, RemisiAssessed)]


def open_items(desk, case):
    return [item for item in desk.items(case) if not item.resolved]


def test_a_proposal_has_the_laws_finding_beside_it_and_is_recorded_whatever_that_is(desk):
    case = convict(desk)
    desk.tell(case, breach)
    (told,) = desk.tell(case, asked)[:1]
    assessed = found(desk, case)
    assert (assessed.eligible, assessed.remission_days) == (False, 0)
    assert unmet(assessed) == {"no_discipline_6_months"}
    (why,) = [one for one in assessed.criteria if not one.met]
    assert (why.value, why.by, why.by_day) == (
        "2025-06-01",
        "conduct.discipline_began",
        date(2025, 6, 1),
    )
    (page,) = [p for p in desk.ledger.read(case) if isinstance(p.event, RemisiAssessed)]
    assert page.causation_id == told
    assert open_items(desk, case) == []


def test_it_is_found_again_when_it_is_applied_and_is_not_its_own_past(desk):
    case = convict(desk)
    desk.tell(case, asked)
    signed(desk, case)
    first, again = found(desk, case), found(desk, case, AssessedAt.APPLIED)
    assert first.eligible
    assert (again.eligible, again.remission_days) == (True, first.remission_days)
    assert again.expiry_after == first.expiry_after


def test_a_breach_that_is_told_late_has_it_found_anew_and_looked_at_until_it_is_voided(desk):
    case = convict(desk)
    (proposal,) = desk.tell(case, asked)[:1]
    (measure,) = desk.tell(case, breach)[:1]
    assert not found(desk, case).eligible
    (item,) = open_items(desk, case)
    assert (item.raised.event, item.raised.code) == (proposal, ASSESSED_OTHERWISE)

    desk.void(case, measure)
    assert found(desk, case).eligible
    assert open_items(desk, case) == []
    assert [it.resolved.outcome for it in desk.items(case)] == [ReviewOutcome.STANDS_AGAIN]
    assert [one.eligible for one in assessments(desk, case)] == [True, False, True]


def test_what_would_read_the_same_is_not_written_again(desk):
    case = convict(desk)
    desk.tell(case, asked)
    old = replace(breach, effective=on("2024-03-01"), measure="f-0")
    desk.tell(case, old, DisciplineEnded(effective=on("2024-03-12"), measure="f-0"))
    assert len(assessments(desk, case)) == 1


def test_after_the_award_it_is_the_award_that_is_looked_at(desk):
    case = convict(desk)
    desk.tell(case, asked)
    signed(desk, case)
    desk.tell(case, breach)
    (item,) = open_items(desk, case)
    assert item.raised.event == desk.fact(case, RemisiApplied)


def test_nobody_looks_at_a_proposal_that_was_taken_back(desk):
    case = convict(desk)
    desk.tell(case, asked)
    back = RemisiCancelled(effective=on("2025-07-01"), proposal=asked.proposal, reason="Keliru")
    desk.tell(case, back)
    desk.tell(case, breach)
    assert open_items(desk, case) == []


def test_a_proposal_that_is_voided_takes_every_finding_on_it_along(desk):
    case = convict(desk)
    (proposal,) = desk.tell(case, asked)[:1]
    desk.tell(case, breach)
    desk.void(case, proposal)
    assert assessments(desk, case) == []
    assert open_items(desk, case) == []


def test_a_proposal_that_is_moved_is_assessed_where_it_belongs(desk):
    wrong, right = convict(desk), convict(desk, years=2)
    (proposal,) = desk.tell(wrong, asked)[:1]
    ends = found(desk, wrong).expiry_after
    desk.move(wrong, right, proposal)
    assert assessments(desk, wrong) == []
    assert found(desk, right).expiry_after == ends.replace(year=ends.year - 1)


def test_the_rule_set_stays_that_of_the_proposals_day(desk):
    case = convict(desk)
    desk.tell(case, asked)
    signed(desk, case)
    (today,) = [one for one in LAW.book if one.id == "uu-22-2022"]
    since = {"promulgated": date(2025, 7, 1), "valid_from": date(2025, 7, 1)}
    harder = replace(today, id="uu-baru", values=replace(today.values, served_days=900), **since)
    law = replace(LAW, book=(*LAW.book, harder))
    applied = next(one for one in desk.facts(case) if isinstance(one, RemisiApplied))
    again = remisi_assessed(asked, applied, desk.history(case).journey, law)
    assert again.eligible
    assert "uu-22-2022" in again.rule_sets
    of_july = replace(asked, effective=on("2025-07-02"))
    assert not remisi_assessed(of_july, of_july, desk.history(case).journey, law).eligible


def test_nobody_tells_what_the_law_finds(desk):
    case = convict(desk)
    desk.tell(case, asked)
    (mine,) = assessments(desk, case)
    flattering = replace(mine, remission_days=180)
    said = Proposal(stream=case, event=flattering, evidence=(), reason=None)
    with pytest.raises(Refused) as refusal:
        desk.append(desk.request(said))
    assert refusal.value.code == "remisi_assessment.is_worked_out"

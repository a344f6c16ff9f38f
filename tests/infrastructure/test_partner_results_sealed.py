"""What a partner tells of somebody lies under that person's key, in the stream of the programme."""

from datetime import date

import orjson
import pytest
from forgetting_house import House as Forgetting
from partner_house import House, told
from scenario import on

from domain.custody import CUSTODY, Released, ReleaseKind
from domain.kernel import FORGOTTEN, SubjectForgotten
from domain.partner_result import Paper
from domain.record import StreamId

PAPER = Paper(number="BA-7 Budi", dated=date(2025, 6, 10), sha256=None)
FREE = Released(effective=on("2025-08-01"), kind=ReleaseKind.BEBAS_MURNI, document="SL/1 Fiktif")


@pytest.fixture
def partner(ledger):
    return House(ledger)


@pytest.fixture
def forgetting(ledger, pool, database):
    return Forgetting(ledger, pool, database)


def person_of(partner, case):
    return partner.desk.state(case, CUSTODY).person


def certified(partner, case, number):
    """A finding that is accepted, and a certificate that waits; the latter's id."""
    (finding,) = partner.propose(told(f"a-{number[-1]}", case, partner.assessed(), PAPER))
    partner.accept(finding)
    (paper,) = partner.propose(told(f"c-{number[-1]}", case, partner.certified(number=number)))
    return finding, paper


def pages_in(pool):
    with pool.connection() as connection:
        rows = connection.execute(
            "SELECT page FROM ledger.event WHERE stream LIKE 'programme:%' ORDER BY position"
        )
        return [bytes(page) for (page,) in rows]


def test_numbers_and_papers_are_sealed_for_whom_they_are_about(partner, pool):
    case = partner.learner()
    certified(partner, case, "SK-77")
    finding, answer, paper = map(orjson.loads, pages_in(pool)[-3:])
    whose = {person_of(partner, case)}
    assert {box["subject"] for page in (finding, paper) for box in page["sealed"]} == whose
    fields = [set(box["fields"]) for box in paper["sealed"]]
    assert set().union(*fields) == {"/payload/papers", "/payload/fact/payload/number"}
    assert answer["sealed"] == []
    assert not any(b"SK-77" in page or b"Budi" in page for page in pages_in(pool))


def test_why_a_result_was_rejected_is_sealed_for_whom_it_is_about(partner, pool):
    case = partner.learner()
    (finding,) = partner.propose(told("a-1", case, partner.assessed()))
    partner.reject(finding, "Budi tidak hadir")
    (box,) = orjson.loads(pages_in(pool)[-1])["sealed"]
    assert box["subject"] == person_of(partner, case)
    assert partner.told(finding).rejected.reason == "Budi tidak hadir"


def test_whoever_is_forgotten_is_forgotten_in_what_partners_told_too(partner, forgetting):
    budi, tono = partner.learner("Budi Fiktif"), partner.learner("Tono Fiktif")
    finding, paper = certified(partner, budi, "SK-1")
    _, other = certified(partner, tono, "SK-2")
    partner.desk.tell(budi, FREE)
    forgetting.forget(StreamId(kind="person", key=person_of(partner, budi)))
    assert partner.told(paper).proposed.fact.number is FORGOTTEN
    assert partner.told(paper).proposed.fact.issuer == "LSP Fiktif"
    assert partner.told(finding).proposed.papers is FORGOTTEN
    assert partner.told(other).proposed.fact.number == "SK-2"


def test_a_result_of_somebody_forgotten_is_accepted_by_nobody_and_closed_without_a_reason(
    partner, forgetting
):
    case = partner.learner()
    _, paper = certified(partner, case, "SK-1")
    partner.desk.tell(case, FREE)
    forgetting.forget(StreamId(kind="person", key=person_of(partner, case)))
    with pytest.raises(SubjectForgotten):
        partner.accept(paper)
    partner.reject(paper, "Budi sudah dilupakan")
    assert partner.told(paper).rejected.reason is None
    assert not partner.told(paper).waits

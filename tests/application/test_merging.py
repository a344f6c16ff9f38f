"""Merges against the real ledger: a link that is taken away again as if it had not been."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest
from correcting_desk import RATNA, SITI, new_id
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from merging_desk import PAPER, MergingDesk
from psycopg.conninfo import make_conninfo
from refusals import refusal_of
from scenario import on

from application.access import subjects_behind
from application.journeys import Moment
from application.jurisdiction import jurisdiction
from application.records import merges_in, read_by, records_of
from domain.custody import ReadmissionReason, Readmitted, Released, ReleaseKind
from domain.kernel import Refused
from domain.one_person import HELD_TWICE, TOLD_WHILE_MERGED
from domain.person import CustodyBegan, IdentifierKind, IdentifierRecorded, Verification
from domain.person_link import LINKING, PersonMerged, PersonUnmerged
from domain.record import StreamId
from domain.review import ReviewOutcome
from infrastructure.connections import service_pool
from infrastructure.ledger import EventsourcingLedger
from infrastructure.master_key import MasterKey

SEVERAL = settings(
    max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def pool(postgres, template):
    """One database for all tests here: each has records of its own."""
    name = f"jejak_test_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        with service_pool(make_conninfo(postgres, dbname=name)) as pool:
            yield pool
        owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def desk(pool):
    with EventsourcingLedger(pool, MasterKey(b"k" * 32)) as ledger:
        yield MergingDesk(ledger)


@pytest.fixture
def two(desk):
    """Two records: the one that is to survive, and the other."""
    return desk.person("Budi Fiktif"), desk.person("Budy Fiktif")


def stored(pool, *streams):
    """The rows of some streams as the table holds them."""
    with pool.connection() as connection:
        return connection.execute(
            "SELECT * FROM ledger.event WHERE stream = ANY(%s) ORDER BY position",
            (list(map(str, streams)),),
        ).fetchall()


def nik(number="1271011203900001"):
    return IdentifierRecorded(
        effective=on("2024-03-02"),
        kind=IdentifierKind.NIK,
        number=number,
        verification=Verification.SEEN,
        valid_until=None,
    )


def test_a_merge_is_told_in_both_records_in_one_write_with_its_evidence(desk, two):
    survivor, other = two
    merge = desk.ask_to_merge(survivor, other)
    receipt = desk.decide(survivor, merge)
    assert [one.stream for one in receipt.written] == [survivor, other]
    told = [desk.ledger.read(stream)[-1] for stream in two]
    assert all(isinstance(page.event, PersonMerged) for page in told)
    assert [page.event.other for page in told] == [other.key, survivor.key]
    assert {page.evidence for page in told} == {(PAPER,)}
    assert told[1].causation_id == told[0].event_id
    assert {(page.event.requester, page.event.approver) for page in told} == {("ratna", "siti")}


def test_nobody_approves_what_they_asked_for(desk, two):
    survivor, other = two
    merge = desk.ask_to_merge(survivor, other, actor=SITI)
    assert refusal_of(desk.decide, survivor, merge) == "person.own_merge"
    desk.decide(survivor, merge, actor=RATNA)
    desk.ask_to_unmerge(survivor, merge, actor=SITI)
    assert refusal_of(desk.decide, survivor, merge) == "person.own_merge"


def test_what_was_declined_or_decided_is_not_decided_again(desk, two):
    survivor, other = two
    merge = desk.ask_to_merge(survivor, other)
    desk.decline(survivor, merge)
    assert refusal_of(desk.decide, survivor, merge) == "person.merge_not_pending"
    merge = desk.merge(survivor, other)
    assert refusal_of(desk.decide, survivor, merge) == "person.merge_not_pending"
    assert refusal_of(desk.decline, survivor, merge) == "person.merge_not_pending"


def test_nobody_is_merged_with_nobody_or_with_themselves(desk, two):
    survivor, _ = two
    nobody = StreamId(kind="person", key=new_id())
    assert refusal_of(desk.ask_to_merge, survivor, nobody) == "person.not_found"
    assert refusal_of(desk.ask_to_merge, survivor, survivor) == "person.merge_itself"


def test_links_make_a_star_and_no_chain_and_no_cycle(desk, two):
    survivor, other = two
    third = desk.person("Budi F.")
    desk.merge(survivor, other)
    assert refusal_of(desk.ask_to_merge, survivor, other) == "person.merge_exists"
    assert refusal_of(desk.ask_to_merge, other, survivor) == "person.merged_into"
    assert refusal_of(desk.merge, third, survivor) == "person.merged_from"
    assert refusal_of(desk.merge, third, other) == "person.merged_into"
    desk.merge(survivor, third)
    linked = read_by(desk.ledger.read)
    assert {records_of(one, linked) for one in (survivor, other, third)} == {
        (survivor, other, third)
    }


def test_a_merge_that_was_asked_for_twice_crosswise_is_approved_once(desk, two):
    one, other = two
    first, second = desk.ask_to_merge(one, other), desk.ask_to_merge(other, one)
    desk.decide(one, first)
    assert refusal_of(desk.decide, other, second) == "person.merged_into"


def test_of_two_merges_crosswise_that_are_approved_at_once_one_is_refused_whole(desk, two):
    asked = [(one, desk.ask_to_merge(one, other)) for one, other in (two, two[::-1])]

    def approve(survivor, merge):
        try:
            return desk.decide(survivor, merge)
        except Refused as refused:
            return refused.code

    with ThreadPoolExecutor(2) as hands:
        answers = list(hands.map(approve, *zip(*asked, strict=True)))
    (refused,) = (one for one in answers if isinstance(one, str))
    assert refused in {"person.merged_into", "person.merged_from"}  # whichever is read first
    told = [isinstance(desk.ledger.read(one)[-1].event, PersonMerged) for one in two]
    assert told == [True, True]
    assert len({records_of(one, read_by(desk.ledger.read)) for one in two}) == 1


def test_both_records_lie_untouched_in_the_ledger_and_are_read_as_before(desk, two, pool):
    survivor, other = two
    cases = desk.admit(survivor), desk.admit(other)
    desk.alias(other, "Budi Kecil")
    before = stored(pool, *two, *cases)
    known = [desk.known(record) for record in two]
    heads = [desk.history(case) for case in cases]
    merge = desk.merge(survivor, other)
    assert merges_in(desk.ledger.read(other))
    desk.unmerge(survivor, merge)
    assert stored(pool, *two, *cases)[: len(before)] == before
    assert [desk.known(record) for record in two] == known
    assert [desk.history(case) for case in cases] == heads
    assert isinstance(desk.ledger.read(other)[-1].event, PersonUnmerged)


def test_what_was_known_while_they_were_merged_is_still_known_to_have_been(desk, two):
    survivor, other = two
    merge = desk.merge(survivor, other)
    then = desk.ledger.read(other)[-1].recorded_at
    desk.unmerge(survivor, merge)
    history = desk.history(survivor, Moment(valid_at=None, known_at=then))
    assert list(merges_in(history.known)) == [merge]


def test_what_is_new_is_told_of_the_record_that_survives(desk, two):
    survivor, other = two
    merge = desk.merge(survivor, other)
    for call, told in (
        (desk.alias, (other, "Bang Budi")),
        (desk.tell, (other, nik())),
        (desk.admit, (other,)),
    ):
        with pytest.raises(Refused) as refusal:
            call(*told)
        assert refusal.value.code == "person.merged_into"
        assert all(survivor.key in words for words in refusal.value.because)
    desk.alias(survivor, "Bang Budi")
    desk.unmerge(survivor, merge)
    desk.alias(other, "Bang Budi")


def test_what_was_told_already_is_no_news_to_a_merged_record(desk, two):
    survivor, other = two
    desk.tell(other, nik())
    desk.merge(survivor, other)
    assert desk.tell(other, nik()) == []


@pytest.mark.parametrize("held", [0, 1])
def test_one_human_being_is_held_once_whichever_record_says_so(desk, two, held):
    survivor, other = two
    case = desk.admit(two[held])
    desk.merge(survivor, other)
    assert refusal_of(desk.admit, survivor, "2024-03-01") == "person.already_in_custody"
    desk.release(case, "2024-04-01")
    assert refusal_of(desk.admit, survivor, "2024-03-01") == "person.already_in_custody"
    desk.admit(survivor, "2024-05-01")


def test_a_record_goes_on_with_the_cases_that_it_had(desk, two):
    survivor, other = two
    case = desk.admit(other)
    desk.merge(survivor, other)
    released = Released(effective=on("2024-04-01"), kind=ReleaseKind.PENANGGUHAN, document="SL/1")
    desk.tell(case, released)
    assert desk.known(other).held_in is None
    back = Readmitted(
        effective=on("2024-05-01"), unit="RUTAN-MEDAN", reason=ReadmissionReason.PENANGGUHAN_DICABUT
    )
    new = desk.admit(survivor, "2024-04-15")
    assert refusal_of(desk.tell, case, back) == "person.already_in_custody"
    desk.release(new, "2024-04-20")
    desk.tell(case, back)
    assert desk.known(other).held_in == case.key


def test_who_is_held_in_both_records_may_be_merged_and_somebody_looks_at_it(desk, two):
    survivor, other = two
    desk.admit(survivor, "2024-02-01")
    desk.admit(other, "2024-02-15")
    merge = desk.merge(survivor, other)
    (item,) = desk.items(survivor)
    began = desk.fact(survivor, CustodyBegan)
    assert (item.raised.code, item.raised.event) == (HELD_TWICE, began)
    assert (item.raised.owner, item.resolved) == ("RUTAN-MEDAN", None)
    assert desk.items(other) == []
    desk.alias(survivor, "Bang Budi", "2024-01-15")  # told late: looks through the past again
    assert desk.open_items(survivor) == [HELD_TWICE]
    desk.unmerge(survivor, merge)
    assert desk.items(survivor)[0].resolved.outcome is ReviewOutcome.STANDS_AGAIN


def test_a_custody_told_late_that_overlaps_across_records_is_looked_at(desk, two):
    survivor, other = two
    desk.admit(other, "2024-06-01")
    desk.merge(survivor, other)
    assert desk.open_items(survivor) == []
    late = desk.admit(survivor, "2024-02-01")
    assert desk.open_items(survivor) == [HELD_TWICE]
    desk.release(late, "2024-05-01")
    assert desk.open_items(survivor) == []


def test_what_was_told_in_between_stays_and_somebody_looks_at_it(desk, two):
    survivor, other = two
    own = desk.admit(other)
    desk.tell(survivor, nik())
    merge = desk.merge(survivor, other)
    alias = desk.alias(survivor, "Bang Budi")
    desk.tell(survivor, replace(nik(), verification=Verification.MATCHED))
    desk.release(own, "2024-04-01")
    desk.admit(survivor, "2024-05-01")
    before = desk.known(survivor)
    desk.unmerge(survivor, merge)
    assert replace(before, merges={}) == desk.known(survivor)
    assert desk.known(other).held_in is None
    raised = {item.raised.event: item.raised for item in desk.items(survivor)}
    assert set(raised) == {alias, desk.fact(survivor, CustodyBegan)}
    assert {one.code for one in raised.values()} == {TOLD_WHILE_MERGED}
    assert {one.owner for one in raised.values()} == {"RUTAN-MEDAN"}
    desk.void(survivor, alias)
    assert desk.open_items(survivor) == [TOLD_WHILE_MERGED]


def test_a_merge_is_taken_apart_and_not_corrected_away(desk, two):
    survivor, other = two
    desk.merge(survivor, other)
    told = desk.fact(other, PersonMerged)
    assert refusal_of(desk.void, other, told) == "correction.unmerge_instead"


def test_whoever_sees_one_record_sees_both(desk):
    survivor = desk.person(actor=replace(RATNA, unit="RUTAN-PEKALONGAN"))
    other = desk.person()
    two = survivor, other
    desk.admit(other)
    merge = desk.merge(survivor, other)

    def owners(record):
        return jurisdiction(desk.ledger, record, desk.ledger.read(record)).owners

    assert owners(survivor) == owners(other) == {"RUTAN-MEDAN", "RUTAN-PEKALONGAN"}
    both = {subjects_behind(desk.ledger, record) for record in two}
    assert len(both) == 1
    assert {str(record) for record in two} < both.pop()
    desk.unmerge(survivor, merge)
    assert str(other) not in subjects_behind(desk.ledger, survivor)
    assert (owners(survivor), owners(other)) == ({"RUTAN-PEKALONGAN"}, {"RUTAN-MEDAN"})


FACTS = ("alias", "identifier", "admission", "release")
LINKS = ("merge", "unmerge", "declined")
STEPS = st.lists(
    st.tuples(st.sampled_from((*FACTS, *LINKS, "merge", "unmerge")), st.integers(0, 1)),
    min_size=4,
    max_size=14,
)


class World:
    """Two records and what was told of them; the second one's world has no merges."""

    def __init__(self, desk) -> None:
        self.desk, self.cases = desk, {}
        self.records = desk.person(), desk.person()
        self.merge, self.survivor = None, self.records[0]

    def tell(self, step, which, day):
        record = self.records[which]
        if step == "alias":
            self.desk.alias(record, f"Budi {day}", day)
        elif step == "identifier":
            self.desk.tell(record, replace(nik(), effective=on(day)))
        elif step == "admission":
            self.cases[which] = self.desk.admit(record, day)
        elif which in self.cases and self.desk.known(record).held_in:
            self.desk.release(self.cases[which], day)

    def link(self, step, which):
        if step == "unmerge":
            self.part()
        elif self.merge is None:
            self.survivor, other = self.records[which], self.records[1 - which]
            self.merge = self.desk.ask_to_merge(self.survivor, other)
            if step == "merge":
                self.desk.decide(self.survivor, self.merge)
            else:
                self.desk.decline(self.survivor, self.merge)
                self.merge = None

    def part(self):
        if self.merge:
            self.desk.unmerge(self.survivor, self.merge)
            self.merge = None

    def known(self):
        states = [self.desk.known(record) for record in self.records]
        return [replace(state, held_in=bool(state.held_in)) for state in states]


@given(steps=STEPS)
@SEVERAL
def test_after_any_merges_both_records_are_as_in_a_world_without_them(desk, pool, steps):
    merged, plain = World(desk), World(desk)
    written, refusals = [], set()
    for day, (step, which) in enumerate(steps, 10):
        if step in LINKS:
            merged.link(step, which)
            continue
        try:
            merged.tell(step, which, f"2024-02-{day}")
        except Refused as refused:
            refusals.add(refused.code)
            continue
        plain.tell(step, which, f"2024-02-{day}")
        written = stored(pool, *merged.records)
    merged.part()
    assert refusals <= {"person.merged_into", "person.already_in_custody"}
    assert merged.known() == plain.known()
    assert stored(pool, *merged.records)[: len(written)] == written
    for one, other in zip(merged.records, plain.records, strict=True):
        facts = [fact for fact in desk.facts(one) if not isinstance(fact, LINKING)]
        assert [type(fact) for fact in facts] == [type(fact) for fact in desk.facts(other)]

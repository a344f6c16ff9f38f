"""Two records of one human being: linked by two people, in a star, and taken apart again."""

from dataclasses import replace
from datetime import date

import pytest
from fold import pages
from scenario import Scenario, at, on

from domain.catalogue import PERSON as STREAM
from domain.forgetting import ForgettingBasis
from domain.one_person import held_twice, told_between
from domain.person import (
    PERSON,
    AliasRecorded,
    CustodyBegan,
    CustodyEnded,
    IdentifierKind,
    IdentifierRecorded,
    PersonForgotten,
    PersonRegistered,
    Sex,
    Verification,
)
from domain.person_link import (
    MergeDeclined,
    MergeGround,
    MergeRequested,
    PersonMerged,
    PersonUnmerged,
    UnmergeRequested,
    absorbed,
    merged_into,
)

STAYS, GOES, THIRD = (f"01980f5c-7a00-7000-8000-00000000000{digit}" for digit in "123")
MERGE, ANOTHER = (f"01980f5c-7a00-7000-8000-0000000000a{digit}" for digit in "12")
registered = PersonRegistered(
    effective=on("2025-02-10"),
    full_name="Budi Santoso",
    sex=Sex.MALE,
    birth_date=date(1995, 4, 1),
    birth_place="Medan",
    nationality="ID",
    nik="1271010104950001",
    nik_verification=Verification.CLAIMED,
)
requested = MergeRequested(
    effective=at("2025-09-01T09:00:00+07:00"),
    merge=MERGE,
    other=GOES,
    survivor=STAYS,
    ground=MergeGround.FINGERPRINT,
    explanation="Sidik jari sama",
    requester="wali-7",
)
merged = PersonMerged(
    effective=at("2025-09-02T09:00:00+07:00"),
    merge=MERGE,
    other=GOES,
    survivor=STAYS,
    ground=MergeGround.FINGERPRINT,
    requester="wali-7",
    approver="kasi-1",
)
merged_there = replace(merged, other=STAYS)
unmerging = UnmergeRequested(
    effective=at("2025-10-01T09:00:00+07:00"),
    merge=MERGE,
    explanation="Sidik jari tertukar",
    requester="wali-8",
)
unmerged = PersonUnmerged(
    effective=at("2025-10-02T09:00:00+07:00"),
    merge=MERGE,
    other=GOES,
    survivor=STAYS,
    requester="wali-8",
    approver="kasi-1",
)
unmerged_there = replace(unmerged, other=STAYS)
declined = MergeDeclined(
    effective=at("2025-10-02T10:00:00+07:00"),
    merge=MERGE,
    approver="kasi-1",
    because="Belum terbukti",
)
forgotten = PersonForgotten(
    effective=on("2025-08-01"),
    basis=ForgettingBasis.REQUESTED,
    decided_by="kanwil-7",
    decision="W2/12",
    document=None,
    documents=(),
)
stays = goes = Scenario(STREAM).given(registered)
asked = stays.given(requested)
one = asked.given(merged)
absorbed_one = goes.given(merged_there)


def state(scenario):
    return STREAM.fold(scenario.history)[PERSON]


def test_a_merge_is_asked_for_and_then_told_in_both_records():
    stays.when(requested).then_recorded()
    asked.when(merged).then_recorded()
    goes.when(merged_there).then_recorded()
    assert (absorbed(state(one).merges), merged_into(state(one).merges)) == ((GOES,), None)
    there = state(absorbed_one).merges
    assert (absorbed(there), merged_into(there)) == ((), STAYS)


def test_a_request_alone_links_nothing():
    assert absorbed(state(asked).merges) == ()
    assert state(asked).merges[MERGE].pending
    assert not state(one).merges[MERGE].pending


def test_unmerged_or_declined_a_record_is_in_the_state_in_which_it_was():
    one.given(unmerging).when(unmerged).then_recorded()
    absorbed_one.when(unmerged_there).then_recorded()
    for scenario in (
        asked.given(declined),
        one.given(unmerging, unmerged),
        absorbed_one.given(unmerged_there),
    ):
        assert state(scenario) == state(stays)


def test_to_decline_an_unmerging_leaves_the_merge_in_force():
    one.given(unmerging).when(declined).then_recorded()
    assert state(one.given(unmerging, declined)) == state(one)


def test_whoever_asked_does_not_approve():
    asked.when(replace(merged, approver="wali-7")).then_refused("person.own_merge")
    goes.when(replace(merged_there, approver="wali-7")).then_refused("person.own_merge")
    one.given(unmerging).when(replace(unmerged, approver="wali-8")).then_refused("person.own_merge")


@pytest.mark.parametrize(
    ("scenario", "proposed"),
    [
        (stays, merged),
        (asked, replace(merged, other=THIRD)),
        (asked, replace(merged, requester="wali-9")),
        (one, replace(unmerged, requester="wali-9")),
        (one.given(unmerging), replace(unmerged, requester="wali-9")),
        (one, declined),
        (stays, declined),
    ],
)
def test_only_what_waits_is_decided_on(scenario, proposed):
    scenario.when(proposed).then_refused("person.merge_not_pending")


@pytest.mark.parametrize("proposed", [unmerging, unmerged])
def test_what_is_not_merged_is_not_taken_apart(proposed):
    asked.when(proposed).then_refused("person.not_merged")
    stays.when(proposed).then_refused("person.not_merged")


def test_an_unmerging_is_asked_for_once_at_a_time():
    again = replace(unmerging, requester="wali-9")
    one.given(unmerging).when(again).then_refused("person.unmerge_pending")


def test_a_record_is_not_merged_with_itself():
    stays.when(replace(requested, other=STAYS)).then_refused("person.merge_itself")


def test_two_records_are_merged_once():
    again = replace(requested, merge=ANOTHER)
    asked.when(again).then_refused("person.merge_exists")
    one.when(again).then_refused("person.merge_exists")
    asked.when(requested).then_nothing()


def test_a_record_that_goes_on_in_another_has_no_links_of_its_own():
    with_third = replace(requested, merge=ANOTHER, other=THIRD)
    absorbed_one.when(with_third).then_refused("person.merged_into")
    absorbed_one.when(unmerging).then_refused("person.merged_into")
    into_third = replace(merged, merge=ANOTHER, other=THIRD, survivor=THIRD)
    absorbed_one.when(into_third).then_refused("person.merged_into")
    one.when(into_third).then_refused("person.merged_from")


def test_a_request_of_a_record_that_has_gone_since_is_not_approved():
    third = goes.given(replace(requested, other=THIRD, survivor=GOES, merge=ANOTHER), merged_there)
    late = replace(merged, merge=ANOTHER, other=THIRD, survivor=GOES)
    third.when(late).then_refused("person.merged_into")


def test_several_records_may_be_merged_into_one():
    third = (replace(one_of, merge=ANOTHER, other=THIRD) for one_of in (requested, merged))
    assert absorbed(state(one.given(*third)).merges) == (GOES, THIRD)


@pytest.mark.parametrize("proposed", [requested, merged, merged_there])
def test_nobody_unknown_or_forgotten_is_merged(proposed):
    Scenario(STREAM).when(proposed).then_refused("person.not_registered")
    stays.given(forgotten).when(proposed).then_refused("person.forgotten")


def began(day, case):
    return CustodyBegan(effective=on(day), case=case)


def ended(day, case):
    return CustodyEnded(effective=on(day), case=case)


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ([("1", began("2025-01-01", STAYS)), ("2", began("2025-02-01", GOES))], [1]),
        ([("2", began("2025-01-01", STAYS)), ("1", began("2025-02-01", GOES))], [2]),
        ([("2", began("2025-01-01", STAYS)), ("3", began("2025-02-01", GOES))], [2]),
        ([("1", began("2025-01-01", STAYS)), ("1", ended("2025-01-31", STAYS))], []),
        (
            [
                ("1", began("2025-01-01", STAYS)),
                ("1", ended("2025-02-01", STAYS)),
                ("2", began("2025-02-01", GOES)),
            ],
            [],
        ),
        (
            [
                ("1", began("2025-01-01", STAYS)),
                ("2", ended("2025-01-15", STAYS)),
                ("2", began("2025-02-01", GOES)),
                ("1", ended("2025-03-01", STAYS)),
                ("1", began("2025-04-01", THIRD)),
            ],
            [1, 5],
        ),
    ],
)
def test_custodies_that_overlap_across_records_are_found(told, found):
    written = pages((f"person:{key}", event) for key, event in told)
    ids = {page.event_id: page.position for page in written}
    survivor = written[0].stream.of("person:1")
    assert [ids[event_id] for event_id in held_twice(survivor, written)] == found


def test_what_was_told_in_between_is_looked_at_unless_it_was_the_records_own_before():
    def number(kind, said, verification=Verification.SEEN):
        return IdentifierRecorded(
            effective=on("2025-09-05"),
            kind=kind,
            number=said,
            verification=verification,
            valid_until=None,
        )

    told = [
        registered,
        began("2025-03-01", STAYS),
        AliasRecorded(effective=on("2025-03-01"), alias="Budi Kecil"),
        merged,
        number(IdentifierKind.NIK, "1271010104950001", Verification.MATCHED),
        number(IdentifierKind.NISN, "0051234567"),
        AliasRecorded(effective=on("2025-03-01"), alias="Budi Kecil"),
        AliasRecorded(effective=on("2025-09-05"), alias="Bang Budi"),
        ended("2025-09-06", STAYS),
        began("2025-09-07", STAYS),
        ended("2025-09-08", STAYS),
        began("2025-09-09", GOES),
    ]
    written = pages(("person:1", event) for event in told)
    between = [page.version for page, _ in told_between(written, 4)]
    assert between == [6, 8, 12]

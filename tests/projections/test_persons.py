"""Records of persons in the list, and which of them are one human being."""

from dataclasses import replace

from fold import of
from scenario import at

from domain.person_link import MergeGround, PersonMerged, PersonUnmerged
from projections.persons import PERSONS

STAYS, GOES, THIRD = (f"01980f5c-7a00-7000-8000-00000000000{digit}" for digit in "123")
merged = PersonMerged(
    effective=at("2025-09-02T09:00:00+07:00"),
    merge="01980f5c-7a00-7000-8000-0000000000a1",
    other=GOES,
    survivor=STAYS,
    ground=MergeGround.NIK,
    requester="wali-7",
    approver="kasi-1",
)
unmerged = PersonUnmerged(
    effective=at("2025-10-02T09:00:00+07:00"),
    merge=merged.merge,
    other=GOES,
    survivor=STAYS,
    requester="wali-8",
    approver="kasi-1",
)


def row(key, *events):
    return of(PERSONS, f"person:{key}", *events)[key]


def test_each_record_says_where_it_went_or_what_came_to_it():
    third = replace(merged, other=THIRD, merge="01980f5c-7a00-7000-8000-0000000000a2")
    assert row(STAYS, third, merged).merged_from == (GOES, THIRD)
    assert row(STAYS, merged).merged_into is None
    gone = row(GOES, replace(merged, other=STAYS))
    assert (gone.merged_into, gone.merged_from) == (STAYS, ())


def test_unmerged_neither_says_anything_of_the_other():
    for key, other in ((STAYS, GOES), (GOES, STAYS)):
        line = row(key, replace(merged, other=other), replace(unmerged, other=other))
        assert (line.merged_into, line.merged_from) == (None, ())


def test_a_record_may_be_merged_again_and_the_other_way_round():
    back = replace(merged, effective=at("2025-11-01T09:00:00+07:00"), survivor=GOES)
    assert row(STAYS, merged, unmerged, back).merged_into == GOES
    assert row(STAYS, back, merged, unmerged).merged_into == GOES

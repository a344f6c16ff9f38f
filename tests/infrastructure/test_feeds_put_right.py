"""What entries say no more once it was put right, by which names they tell, and what joins none."""

from datetime import date

import pytest
from feeding_house import LIBRARY, draft, joined, opened_house, replaced, signed
from scenario import on

from domain.activity import ActivityFinished, ActivityKind
from domain.agreement import AgreementProposed, AgreementStarted, ParticipantKind
from domain.custody import CustodyAdmitted
from domain.programme import ProgrammeKind
from domain.register import DomicileRecorded
from domain.registry import AgencyKind
from infrastructure import feed_settling

GROCERY = "DISKOP-12"
BOTH_KINDS = (ProgrammeKind.PERTANIAN, ProgrammeKind.PEMBERDAYAAN_EKONOMI)


@pytest.fixture(scope="module")
def house(postgres, followed_template):
    """One for all tests of this file, each of which has agreements of its own."""
    with opened_house(postgres, followed_template) as house:
        yield house


def data_of(entries):
    return [entry.data for entry in entries]


def home(region):
    return DomicileRecorded(effective=on("2026-03-01"), domicile=region)


def finished(activity):
    return ActivityFinished(effective=on("2026-04-01"), activity=activity)


# What was wrong is not told again.


def test_what_was_corrected_is_in_no_older_entry(house):
    agreement = house.agree(participant_kinds=(ParticipantKind.TAHANAN, ParticipantKind.ANAK))
    case, other = house.reader(agreement, "Anak Rahasia"), house.reader(agreement, "Sari Contoh")
    house.tell(case, home("12.07"))
    house.told(agreement)
    old = house.ledger.read(case)[0].event
    child = replaced(old, birth_date=date(2009, 5, 1))
    house.correct(case, house.fact(case, CustodyAdmitted), child)
    entries = house.told(agreement)
    assert entries[-1].type == "journey.changed.corrected", "no field is about an admission"
    assert entries[-1].data["full_name"] is None
    assert "Anak Rahasia" not in str(data_of(entries))
    assert house.data_at_rest(case) == 2, "one for each of the two parties"
    assert [one.data is None for one in entries if one.subject == str(other)] == [False]
    assert house.present(agreement)[str(case)] == entries[-1].data


def test_what_was_voided_is_in_no_older_entry_even_where_the_last_one_holds_none_of_it(house):
    agreement = house.agree()
    case = house.reader(agreement)
    house.tell(case, replaced(home("12.07"), effective=on("2026-02-20")))
    wrong = house.fact(case, DomicileRecorded)
    house.told(agreement)
    house.tell(case, home("12.71"))
    told = house.told(agreement)
    assert [one["domicile"] for one in data_of(told)] == ["12.07", "12.71"]
    house.void(case, wrong)
    entries = house.told(agreement)
    assert [one and one["domicile"] for one in data_of(entries)] == [None, "12.71"]
    assert house.present(agreement)[str(case)] == entries[-1].data


def test_what_is_shared_no_more_under_other_terms_is_in_no_older_entry(house):
    house.name(GROCERY, AgencyKind.DISKOUMPERINDAG)
    said = {"parties": (GROCERY, LIBRARY), "allowed_fields": ("programme",)}
    agreement = house.agree(programme_kinds=BOTH_KINDS, **said)
    farmer, both = house.reader(agreement), house.reader(agreement, "Andi Contoh")
    farming = replaced(joined(agreement), activity="tani", kind=ActivityKind.PERTANIAN)
    house.tell(farmer, farming)
    selling = replaced(
        farming, activity="usaha", kind=ActivityKind.PEMBERDAYAAN_EKONOMI, title="Usaha"
    )
    house.tell(both, farming, selling)
    house.told(agreement, GROCERY)
    narrow = draft(programme_kinds=BOTH_KINDS[:1], **said)
    house.correct(agreement, house.fact(agreement, AgreementProposed), narrow)
    entries = house.told(agreement, GROCERY)
    assert "Usaha" not in str(data_of(entries))
    assert entries[-1].type == "agreement.changed.upsert"
    shown = {one.subject for one in entries if one.data}
    assert shown == set(house.present(agreement, GROCERY)) == {str(farmer), str(both)}


def test_a_plain_change_leaves_what_was_told_before(house):
    agreement = house.agree()
    case = house.reader(agreement)
    house.told(agreement)
    house.tell(case, finished("kelas-baca"))
    assert all(data_of(house.told(agreement)))


# By which names.


def test_where_no_field_is_about_what_happened_it_has_no_name(house):
    agreement = house.agree(allowed_fields=("domicile",))
    case = house.reader(agreement)
    assert [one.type for one in house.told(agreement)] == ["journey.changed.upsert"]
    house.tell(case, home("12.07"), finished("kelas-baca"))
    assert [one.type for one in house.told(agreement)][1:] == ["journey.changed.upsert"]


def test_what_happened_under_another_agreement_is_not_named(house):
    ours, theirs = house.agree(), house.agree()
    case = house.reader(ours)
    house.tell(case, replaced(joined(theirs), activity="kelas-lain"))
    house.follow()
    house.tell(case, home("12.07"), finished("kelas-lain"))
    assert house.told(ours)[-1].type == "journey.changed.upsert"
    assert house.heard(theirs)[-1].type == "activity.finished.upsert"


def test_where_several_things_are_told_at_once_none_is_named_unless_they_are_alike(house):
    agreement = house.agree()
    case = house.reader(agreement)
    house.told(agreement)
    more = [replaced(joined(agreement), activity=name) for name in ("b", "c")]
    house.tell(case, *more)
    assert house.told(agreement)[-1].type == "activity.joined.upsert"
    house.tell(case, replaced(more[0], activity="d"), finished("b"))
    assert house.told(agreement)[-1].type == "journey.changed.upsert"


def test_a_correction_has_the_name_of_what_was_corrected_whatever_happens_beside_it(house):
    agreement = house.agree()
    case = house.reader(agreement)
    house.tell(case, finished("kelas-baca"))
    house.told(agreement)
    house.void(case, house.fact(case, ActivityFinished))
    house.tell(case, replaced(joined(agreement), activity="b"))
    entry = house.told(agreement)[-1]
    assert entry.type == "activity.finished.corrected"
    assert len(entry.data["programme"]) == 2


def test_what_a_correction_brings_back_is_named_when_it_is_undone(house):
    agreement = house.agree()
    case = house.reader(agreement)
    house.tell(case, finished("kelas-baca"))
    house.told(agreement)
    correction = house.void(case, house.fact(case, ActivityFinished))
    house.told(agreement)
    house.void(case, correction)
    entry = house.told(agreement)[-1]
    assert entry.type == "activity.finished.corrected"
    assert entry.data["programme"][0]["until"] == "2026-04-01"


# Nothing joins two agreements.


def test_neither_time_nor_order_tells_who_is_the_same_under_two_agreements(house, monkeypatch):
    monkeypatch.setattr(feed_settling, "PIECE", 2)
    agreements = [house.agree(running=False) for _ in range(2)]
    cases = [house.reader(agreements[0], f"Orang {n}") for n in range(6)]
    for case in cases:
        house.tell(case, replaced(joined(agreements[1]), activity="lain"))
    house.follow()
    for agreement in agreements:
        house.tell(agreement, signed(), AgreementStarted(effective=on("2026-01-12")))
    for case in cases:
        house.told(agreements[0])
        house.tell(case, home("33.75"))
    for agreement in agreements:
        entries = house.told(agreement)
        opening = [one.pseudonym for one in entries[: len(cases)]]
        assert opening == sorted(opening), "by names that are others under each agreement"
        assert {(one.at.minute, one.at.second, one.at.microsecond) for one in entries} == {
            (0, 0, 0)
        }
        assert len(entries) == 2 * len(cases)

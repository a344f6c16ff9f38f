from dataclasses import replace
from datetime import date

import pytest
from scenario import Scenario, on

from domain.catalogue import PERSON as STREAM
from domain.kernel import Refused
from domain.person import (
    PERSON,
    AliasRecorded,
    CustodyBegan,
    CustodyEnded,
    IdentifierKind,
    IdentifierRecorded,
    PersonRegistered,
    Sex,
    Verification,
)

FIRST, SECOND = (f"01980f5c-7a00-7000-8000-00000000000{digit}" for digit in "12")
person = Scenario(STREAM)
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
identified = IdentifierRecorded(
    effective=on("2025-02-12"),
    kind=IdentifierKind.NIK,
    number="1271010104950001",
    verification=Verification.SEEN,
    valid_until=None,
)
alias = AliasRecorded(effective=on("2025-02-12"), alias="Budi Kecil")
began = CustodyBegan(effective=on("2025-02-10"), case=FIRST)
ended = CustodyEnded(effective=on("2025-08-17"), case=FIRST)
known = person.given(registered)


def state(scenario):
    return STREAM.fold(scenario.history)[PERSON]


def refused_field(scenario, event):
    with pytest.raises(Refused) as refused:
        scenario.when(event).answer()
    return refused.value.field


def test_a_person_is_registered_once():
    person.when(registered).then_recorded()
    known.when(registered).then_nothing()
    known.when(replace(registered, full_name="Budi S.")).then_refused("person.already_registered")


def test_the_key_of_the_person_is_the_subject():
    assert STREAM.subject(FIRST, STREAM.begin()) == FIRST


def test_a_nik_may_be_missing_and_then_says_so():
    missing = replace(registered, nik=None, nik_verification=Verification.MISSING)
    person.when(missing).then_recorded()
    for wrong in (
        replace(missing, nik_verification=Verification.CLAIMED),
        replace(registered, nik_verification=Verification.MISSING),
    ):
        person.when(wrong).then_refused("person.nik_verification", article="UU 24/2013 art. 1")
        assert refused_field(person, wrong) == "nik_verification"


def test_nobody_is_registered_before_birth():
    unborn = replace(registered, birth_date=date(2025, 2, 11))
    person.when(unborn).then_refused("person.not_yet_born")
    assert refused_field(person, unborn) == "birth_date"
    person.when(replace(registered, birth_date=None)).then_recorded()


def test_an_identifier_is_recorded_and_verified_further():
    known.when(identified).then_recorded()
    known.given(identified).when(identified).then_nothing()
    matched = replace(identified, effective=on("2025-03-01"), verification=Verification.MATCHED)
    known.given(identified).when(matched).then_recorded()
    identifiers = state(known.given(identified, matched)).identifiers
    assert identifiers == {"nik:1271010104950001": matched}


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (IdentifierKind.NIK, "12710101"),
        (IdentifierKind.NIK, "1271010104950001\n"),
        (IdentifierKind.NISN, "0012345678X"),
    ],
)
def test_a_number_has_the_form_that_its_issuer_gives(kind, number):
    wrong = replace(identified, kind=kind, number=number)
    known.when(wrong).then_refused("person.identifier_form")
    assert refused_field(known, wrong) == "number"


def test_a_passport_has_any_form():
    known.when(replace(identified, kind=IdentifierKind.PASSPORT, number="C1234567")).then_recorded()


def test_an_identifier_that_is_missing_is_not_recorded():
    missing = replace(identified, verification=Verification.MISSING)
    known.when(missing).then_refused("person.identifier_missing")
    assert refused_field(known, missing) == "verification"


def test_an_alias_is_recorded_once_however_often_it_is_said():
    known.when(alias).then_recorded()
    known.given(alias).when(replace(alias, effective=on("2025-03-01"))).then_nothing()


@pytest.mark.parametrize("event", [identified, alias])
def test_nothing_is_known_of_somebody_not_registered(event):
    person.when(event).then_refused("person.not_registered")


def test_custody_begins_and_ends_and_may_begin_again_in_another_case():
    again = CustodyBegan(effective=on("2026-01-05"), case=SECOND)
    known.when(began).then_recorded()
    assert state(known.given(began)).held_in == FIRST
    known.given(began).when(ended).then_recorded()
    known.given(began, ended).when(again).then_recorded()


def test_one_person_is_not_held_in_two_cases_at_once():
    second = replace(began, case=SECOND)
    known.given(began).when(second).then_refused("person.already_in_custody")
    known.given(began).when(began).then_nothing()


def test_custody_ends_only_in_the_case_in_which_the_person_is_held():
    known.when(ended).then_refused("person.not_in_custody")
    known.given(began).when(replace(ended, case=SECOND)).then_refused("person.not_in_custody")
    assert state(known.given(began, replace(ended, case=SECOND))).held_in == FIRST


def test_custody_that_began_before_the_person_was_registered_here_may_be_told():
    person.when(replace(began, effective=on("2024-01-01"))).then_recorded()

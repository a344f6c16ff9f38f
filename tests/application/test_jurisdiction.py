"""Who answers for a stream, may see it and write to it: for every kind of stream."""

from dataclasses import replace

import pytest
from pages import ACTOR, draft, write
from scenario import on

from api.event_examples import example_event
from application.jurisdiction import (
    NOBODY,
    Jurisdiction,
    jurisdiction,
    of_draft,
    of_opening,
    owned_by,
    united,
)
from application.read_models import Access
from application.standing import standing
from domain.agreement import AgreementProposed
from domain.batch_list import BatchDrafted
from domain.catalogue import CASE
from domain.correction import Change, CorrectionApproved
from domain.custody import CustodyAdmitted, TransferReceived, TransferRefused
from domain.holiday import HolidayFixed
from domain.person import AliasRecorded, CustodyBegan, CustodyEnded, PersonRegistered
from domain.policy import PolicyAdopted
from domain.programme import ProgrammeOpened
from domain.record import StreamId
from domain.referral import ReferralReceived
from domain.registry import AgencyNamed, UnitNamed, UserNamed
from domain.transfer import TransferDeparted, TransferProposed

MEDAN, BINJAI, SERANG = "RUTAN-MEDAN", "LAPAS-BINJAI", "RUTAN-SERANG"
ALL_SEE = replace(NOBODY, everybody=True)
KEY = "01980f5c-7a00-7000-8000-0000000000a1"
OTHER = "01980f5c-7a00-7000-8000-0000000000a2"


def told(kind, **said):
    return replace(example_event(kind), effective=on("2025-07-21"), **said)


def of(stream, *events, ledger=None, **known):
    """Who answers for a stream with these events, told by somebody of Medan.

    Without a ledger nothing but the stream may be asked.
    """
    pages = [draft(event, to=stream, version=n) for n, event in enumerate(events, start=1)]
    return jurisdiction(ledger, stream, pages, **known)


def access(*units, everywhere=False):
    return Access(everywhere=everywhere, units=frozenset(units))


def stream(kind, key=KEY):
    return StreamId(kind=kind, key=key)


ADMITTED = told(CustodyAdmitted, unit=MEDAN)
ON_THE_WAY = (
    ADMITTED,
    told(TransferProposed, transfer="T-1", to=BINJAI),
    told(TransferDeparted, transfer="T-1"),
)


@pytest.mark.parametrize(
    ("kind", "events", "owners"),
    [
        ("case", [ADMITTED], {MEDAN}),
        ("programme", [told(ProgrammeOpened, unit=BINJAI)], {BINJAI}),
        ("remisi-batch", [told(BatchDrafted, unit=BINJAI)], {BINJAI}),
        ("agreement", [told(AgreementProposed, units=(MEDAN, BINJAI))], {MEDAN, BINJAI}),
        ("referral", [told(ReferralReceived, unit=BINJAI, agreement=None)], {BINJAI}),
        ("person", [told(PersonRegistered)], {MEDAN}),
    ],
)
def test_the_units_that_a_stream_names_answer_for_it(kind, events, owners):
    found = of(stream(kind), *events)
    assert found == owned_by(*owners)
    assert found.owners == owners
    assert not found.onlookers
    assert not found.everybody


@pytest.mark.parametrize("kind", ["case", "programme", "remisi-batch", "agreement", "referral"])
def test_nothing_said_is_nobody(kind):
    assert of(stream(kind)) == NOBODY


@pytest.mark.parametrize(
    ("name", "event", "found"),
    [
        ("unit/" + BINJAI, told(UnitNamed, unit=BINJAI), replace(owned_by(BINJAI), everybody=True)),
        ("agency/DISDIK", told(AgencyNamed), ALL_SEE),
        ("holiday/islam-2026", told(HolidayFixed), ALL_SEE),
        ("user/wali-7", told(UserNamed), owned_by(MEDAN)),
    ],
)
def test_reference_data_is_seen_by_all_but_a_colleagues_name(name, event, found):
    assert of(stream("registry", name), event) == found


def test_policies_are_seen_by_all_and_owned_by_nobody():
    assert of(stream("policy", "events"), told(PolicyAdopted)) == ALL_SEE


def test_an_agreement_without_units_is_seen_by_all_and_one_that_is_none_by_nobody():
    assert of_draft(told(AgreementProposed, units=())) == ALL_SEE
    assert of_draft(told(AgreementProposed, units=(MEDAN,))) == owned_by(MEDAN)
    assert of_draft(None) == NOBODY


def test_the_unit_of_destination_looks_on_until_it_has_received():
    case = stream("case")
    assert of(case, *ON_THE_WAY) == owned_by(MEDAN, onlooker=BINJAI)
    received = told(TransferReceived, transfer="T-1", unit=BINJAI)
    assert of(case, *ON_THE_WAY, received) == owned_by(BINJAI)
    journey = CASE.fold(ON_THE_WAY)
    assert of(case, ADMITTED, journey=journey) == owned_by(MEDAN, onlooker=BINJAI), "as is known"


def test_a_unit_of_destination_sees_and_only_receives():
    found = owned_by(MEDAN, onlooker=BINJAI)
    received, refused = told(TransferReceived), told(TransferRefused)
    for unit, sees in ((MEDAN, True), (BINJAI, True), (SERANG, False)):
        assert found.seen_by(access(unit)) is sees
        assert found.written_by(access(unit), [received, refused]) is sees
        assert found.written_by(access(unit), [received, ADMITTED]) is (unit == MEDAN)
    nobody, anywhere = access(), access(everywhere=True)
    assert (found.seen_by(nobody), found.written_by(nobody, [received])) == (False, False)
    assert (NOBODY.seen_by(anywhere), NOBODY.written_by(anywhere, [ADMITTED])) == (True, True)
    assert ALL_SEE.seen_by(nobody)
    assert not ALL_SEE.written_by(nobody, [ADMITTED])


@pytest.mark.parametrize(
    ("event", "found"),
    [
        (ADMITTED, owned_by(MEDAN)),
        (told(ProgrammeOpened, unit=BINJAI), owned_by(BINJAI)),
        (told(UnitNamed, unit=BINJAI), owned_by(BINJAI)),
        (told(ReferralReceived, unit=BINJAI), owned_by(BINJAI)),
        (told(BatchDrafted, unit=BINJAI), owned_by(BINJAI)),
        (told(AgreementProposed, units=()), ALL_SEE),
        (told(PersonRegistered), owned_by(MEDAN)),
        (told(AgencyNamed), NOBODY),
        (told(UserNamed), NOBODY),
        (told(HolidayFixed), NOBODY),
        (told(CustodyEnded), None),
    ],
    ids=lambda it: getattr(type(it), "__name__", None),
)
def test_who_will_answer_is_told_by_what_opens_a_stream(event, found):
    assert of_opening(event, ACTOR) == found


def test_whoever_answers_for_one_of_several_answers_for_all():
    one, other = owned_by(MEDAN, onlooker=SERANG), replace(owned_by(BINJAI), everybody=True)
    assert united(iter([one, other])) == Jurisdiction(
        owners=frozenset({MEDAN, BINJAI}), onlookers=frozenset({SERANG}), everybody=False
    )


def test_a_person_and_a_referral_are_seen_where_their_cases_and_agreements_are(ledger):
    case, moved, agreement = stream("case"), stream("case", OTHER), stream("agreement")
    write(ledger, draft(ADMITTED, to=case))
    write(
        ledger,
        *(draft(event, to=moved, version=n) for n, event in enumerate(ON_THE_WAY, start=1)),
    )
    write(ledger, draft(told(AgreementProposed, units=(SERANG,)), to=agreement))
    person = (told(PersonRegistered), told(AliasRecorded))
    began, ended = told(CustodyBegan, case=KEY), told(CustodyEnded, case=OTHER)
    registered = stream("person")
    assert of(registered, *person, ledger=ledger) == owned_by(MEDAN)
    assert of(registered, *person, ended, ledger=ledger) == owned_by(MEDAN, onlooker=BINJAI)
    assert of(registered, began, ledger=ledger) == owned_by(MEDAN)
    received = told(ReferralReceived, unit=BINJAI, agreement=KEY)
    assert of(stream("referral"), received, ledger=ledger) == owned_by(BINJAI, SERANG)


def test_what_was_first_recorded_answers_where_nothing_stands_any_more():
    case = stream("case")
    opened = draft(ADMITTED, to=case)
    void = Change(event=opened.event_id, by=None)
    gone = told(CorrectionApproved, changes=(void,), arrivals=(), undoes=())
    approved = draft(gone, to=case, version=2)
    assert standing([opened, approved]) == []
    assert jurisdiction(None, case, [opened, approved]) == owned_by(MEDAN)
    assert jurisdiction(None, case, [approved]) == NOBODY
    named = replace(opened, event=told(UserNamed))
    user = stream("registry", "user/wali-7")
    assert jurisdiction(None, user, [named, approved]) == owned_by(MEDAN)

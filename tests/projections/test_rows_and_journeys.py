"""Rows stand where the domain's own states stand, on whatever the domain admits."""

from dataclasses import replace
from datetime import date

import pytest
from fold import of, one_a_day
from hypothesis import given, settings
from hypothesis import strategies as st
from law.told_case import admitted, corruption, executed, final, part, pronounced
from scenario import on
from strategies import event, walks

from domain.agreement import AGREEMENT, status_on
from domain.catalogue import CASE, STREAMS
from domain.charge import CHARGE
from domain.custody import CUSTODY, CustodyAdmitted, CustodyTakenOver
from domain.detention import DETENTION
from domain.earlier_remisi import EARLIER_REMISI
from domain.fine import FinePaid
from domain.kejar_paket import KEJAR_PAKET
from domain.kernel import Stream
from domain.law.case_facts import facts_of
from domain.law.detention_case import chain_of, court_of, who_of
from domain.programme import PROGRAMME
from domain.skill_training import SKILL_TRAINING
from domain.verdict import VERDICT, SentenceKind, legal_status
from projections import agreements, detention_limits
from projections.agreements import AGREEMENTS
from projections.case_summary import CASE_SUMMARY
from projections.detention import DETENTIONS
from projections.education_register import EDUCATION_REGISTER
from projections.in_transit import IN_TRANSIT
from projections.programmes import PROGRAMMES
from projections.sentence_dates import SENTENCE_DATES, Reckoning, reckoned
from projections.sentence_steps import facts_by
from projections.training_participation import TRAINING_PARTICIPATION

pytestmark = pytest.mark.long


def journeys(*chapters):
    """Histories of a few chapters, deep ones, with the journeys that they come to."""
    name = " ".join(chapter.name for chapter in chapters)
    stream = Stream(name=name, chapters=chapters, subject=lambda key, _: key)
    return [
        (walk[:length], stream.fold(walk[:length]))
        for walk in walks(stream)
        for length in range(1, len(walk) + 1)
    ]


def test_the_case_summary_is_where_custody_and_verdicts_are():
    for history, journey in journeys(CUSTODY, VERDICT):
        (row,) = of(CASE_SUMMARY, "case:1", *history).values()
        custody = journey[CUSTODY]
        assert (row.presence, row.unit, row.destination, row.release_kind) == (
            custody.presence,
            custody.unit,
            custody.destination,
            custody.release,
        )
        assert row.admitted_on == custody.admitted_on
        assert row.legal_status == legal_status(journey)


def same_detention(row, journey):
    detention = journey[DETENTION]
    last = detention.orders[-1] if detention.orders else None
    assert (row.status, row.form, row.stage) == (detention.status, detention.form, detention.stage)
    assert (row.until, row.since) == (detention.until, last and last.starts)
    assert row.order_number == (last and last.order_number)
    assert row.in_hospital_since == detention.in_hospital_since
    assert row.hospital_days == detention.hospital_days
    told = chain_of(journey)
    orders = tuple(replace(order, by=None) for order in told.orders)
    assert detention_limits.chain_of(row.steps) == replace(told, orders=orders)
    assert detention_limits.court_of(row.court_steps or ()) == court_of(journey)
    assert row.child == who_of(journey).child


def test_the_running_term_of_detention_is_the_chapters():
    for history, journey in journeys(CUSTODY, DETENTION, VERDICT, CHARGE):
        for row in of(DETENTIONS, "case:1", *history).values():
            same_detention(row, journey)


def test_sentence_dates_are_what_the_facts_of_the_case_come_to():
    seen = set()
    with_verdicts = journeys(CUSTODY, VERDICT, EARLIER_REMISI)
    for history, journey in (*with_verdicts, *journeys(CUSTODY, DETENTION)):
        for row in of(SENTENCE_DATES, "case:1", *history).values():
            facts = facts_of(CASE.fold(history))
            again = facts_by(row.steps)
            assert (again.detention, again.sentences) == (facts.detention, facts.sentences)
            assert again.substitute == facts.substitute
            found = reckoned(facts)
            if found.why_none == "sentence.none_imposed":
                day = journey[VERDICT].pronounced[-1].effective.day
                found = replace(found, release=day, reckoning=Reckoning.DATED)
            assert {name: getattr(row, name) for name in vars(found)} == vars(found)
            seen.add(row.why_none)
    assert {None, "sentence.none"} <= seen


def test_sentence_dates_know_of_corruption_that_the_fine_is_not_all():
    fine = part(SentenceKind.DENDA, fine=50_000_000)
    instead = part(SentenceKind.PENJARA_PENGGANTI, months=6)
    paid = FinePaid(effective=on("2025-06-01"), amount=50_000_000, receipt="STS-1")
    history = (admitted, pronounced(part(years=4), fine, instead), final, executed, paid)
    (row,) = of(SENTENCE_DATES, "case:1", *history).values()
    assert row.release == date(2029, 2, 10)
    (row,) = of(SENTENCE_DATES, "case:1", *history, corruption).values()
    assert row.release == date(2029, 8, 9)


def told_of(*kinds):
    """Events of these types in any order, whether the domain would admit them or not."""
    return st.lists(st.sampled_from(kinds).flatmap(event), min_size=1, max_size=15).map(one_a_day)


@settings(deadline=None)
@given(told_of(CustodyAdmitted, CustodyTakenOver, *VERDICT.events))
def test_the_legal_status_is_that_of_the_rule_even_after_nonsense(history):
    (row,) = of(CASE_SUMMARY, "case:1", *history).values()
    assert row.legal_status == legal_status(CASE.fold(history))


@settings(deadline=None)
@given(told_of(*KEJAR_PAKET.events))
def test_the_levels_are_those_of_the_schooling_even_after_nonsense(history):
    same_schooling(of(EDUCATION_REGISTER, "case:1", *history)["1"], CASE.fold(history))


@settings(deadline=None)
@given(told_of(*DETENTION.events))
def test_detention_is_where_its_chapter_is_even_after_nonsense(history):
    same_detention(of(DETENTIONS, "case:1", *history)["1"], CASE.fold(history))


@settings(deadline=None)
@given(told_of(*SKILL_TRAINING.events))
def test_the_step_of_a_training_is_the_chapters_even_after_nonsense(history):
    trainings = CASE.fold(history)[SKILL_TRAINING].trainings
    for row in of(TRAINING_PARTICIPATION, "case:1", *history).values():
        assert row.step == trainings[row.programme].step


def test_only_who_custody_knows_to_be_under_way_is_in_transit():
    for history, journey in journeys(CUSTODY):
        (row,) = of(IN_TRANSIT, "case:1", *history).values()
        custody = journey[CUSTODY]
        assert row.destination == custody.destination
        assert row.under_way == (custody.destination is not None)
        assert row.unit == (custody.unit if row.under_way else None)


def same_schooling(row, journey):
    schooling = journey[KEJAR_PAKET]
    assert (row.standing, row.pause) == (schooling.standing, schooling.pause)
    assert row.passed == schooling.finals.passed
    assert [(line.level, bool(line.handed_over_on)) for line in row.ijazah] == [
        (ijazah.level, bool(ijazah.handed_over)) for ijazah in schooling.finals.ijazah
    ]
    assert row.nisn == schooling.nisn


def test_the_education_register_is_where_the_schooling_is():
    for history, journey in journeys(CUSTODY, KEJAR_PAKET):
        for row in of(EDUCATION_REGISTER, "case:1", *history).values():
            same_schooling(row, journey)


def test_training_participation_is_where_the_training_is():
    for history, journey in journeys(CUSTODY, SKILL_TRAINING):
        trainings = journey[SKILL_TRAINING].trainings
        rows = of(TRAINING_PARTICIPATION, "case:1", *history)
        assert {key.removeprefix("1/") for key in rows} == set(trainings)
        for row in rows.values():
            training = trainings[row.programme]
            assert (row.step, row.agreement) == (training.step, training.agreement)
            assert row.place == training.place
            decision = training.decision
            assert row.suitable == (decision.suitable if decision else None)
            assert row.sessions_held == sum(said.held for said in training.attendance)


def test_seats_and_queue_are_those_of_the_programme():
    for history, journey in journeys(PROGRAMME):
        (row,) = of(PROGRAMMES, "programme:1", *history).values()
        programme = journey[PROGRAMME]
        assert (row.seated, row.queue) == (programme.seated, programme.queue)
        assert row.capacity == programme.capacity


def test_an_agreement_stands_as_the_agreement_says():
    for history, journey in journeys(AGREEMENT):
        (row,) = of(AGREEMENTS, "agreement:1", *history).values()
        on = history[-1].effective.day
        assert agreements.status_on(row, on) == status_on(journey[AGREEMENT], on)


@pytest.mark.parametrize("name", STREAMS)
def test_there_is_something_to_compare(name):
    assert any(len(walk) > 3 for walk in walks(STREAMS[name]))

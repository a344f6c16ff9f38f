"""The demo on a real ledger: the figures of the five partnerships, and nothing lost or doubled."""

from collections import Counter, defaultdict
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from itertools import pairwise
from uuid import uuid4

import psycopg
import pytest
from agency_views import EXPECTED, said_of, views_of
from psycopg import sql
from psycopg.conninfo import make_conninfo
from uuid_utils import uuid7

from application.append import Append
from application.correcting import Correcting
from application.demo import EXAMPLE_CASE, SEED, correct, demo_plan, propose, run
from application.demo.pekalongan_returned import RETURNED
from application.demo.steps import TOLD_UNTIL
from application.partner_results import PartnerResults
from application.sharing import Sharing
from application.units import Units
from domain import programme, skill_training
from domain.admission import CustodyAdmitted
from domain.agreement import (
    AgreementEnded,
    AgreementProposed,
    AgreementSigned,
    AgreementStarted,
    ClaimRecorded,
)
from domain.catalogue import CASE
from domain.custody import CUSTODY, Presence
from domain.ijazah import IjazahIssued
from domain.job_placement import JobVerified
from domain.kejar_paket import Enrolled
from domain.person import PersonRegistered, Sex
from domain.release import Released
from domain.remisi import RemisiApplied, RemisiSkIssued
from domain.schooling import PaketLevel
from infrastructure.connections import service_pool
from infrastructure.ledger import EventsourcingLedger
from infrastructure.master_key import MasterKey

pytestmark = pytest.mark.long

MASTER = MasterKey(b"d" * 32)


class Killed(Exception):
    """The load was stopped from outside."""


@contextmanager
def opened(conninfo):
    with service_pool(conninfo) as pool, EventsourcingLedger(pool, MASTER) as ledger:
        yield ledger


def append_to(ledger):
    return Append(ledger, lambda: str(uuid7()), lambda: datetime.now(UTC))


def load(ledger, plan, on_step=lambda _: None, workers=4):
    run(plan, append_to(ledger), on_step, workers)


def streams_of(ledger):
    streams = defaultdict(list)
    for page in ledger.walk():
        streams[page.stream].append((page.version, page.event))
    return dict(streams)


@cache
def full_plan():
    return demo_plan()


def events_proposed(kind):
    return [
        (proposal.stream.key, proposal.event)
        for step in full_plan().steps
        for proposal in step.request.proposals
        if isinstance(proposal.event, kind)
    ]


def still_held(unit):
    gone = {case for case, _ in events_proposed(Released)}
    return [
        event
        for case, event in events_proposed(CustodyAdmitted)
        if event.unit == unit and case not in gone
    ]


# What is told, to the last figure.


def test_the_same_seed_tells_the_same_story_and_another_seed_another():
    assert demo_plan(scale=0) == demo_plan(scale=0)
    assert demo_plan(seed=7, scale=0).example_case != EXAMPLE_CASE
    assert (
        full_plan().seed,
        full_plan().example_case,
        demo_plan(scale=0).example_case,
    ) == (SEED, EXAMPLE_CASE, EXAMPLE_CASE)


def test_medan_holds_3290_people_and_2340_are_at_home_in_the_city():
    held = still_held("RUTAN-MEDAN")
    assert len(held) == 3_290
    assert sum(one.domicile == "12.71" for one in held) == 2_340


def test_serang_holds_380_people_of_the_regency_and_most_are_twenty_to_forty():
    held = still_held("RUTAN-SERANG")
    of_the_regency = [one for one in held if one.domicile == "36.04"]
    assert (len(of_the_regency), len(held)) == (380, 440)
    assert any(one.domicile == "36.73" for one in held)
    day = date(2025, 10, 8)
    ages = [
        day.year
        - one.birth_date.year
        - ((day.month, day.day) < (one.birth_date.month, one.birth_date.day))
        for one in of_the_regency
    ]
    assert sum(20 <= age <= 40 for age in ages) == 281
    assert min(ages) >= 18


def test_pekalongan_and_barru_hold_as_many_as_they_are_said_to():
    assert len(still_held("RUTAN-PEKALONGAN")) == 250
    assert len(still_held("RUTAN-BARRU")) == 120


def test_nobody_is_told_twice_and_every_name_says_that_it_is_invented():
    admitted = [event for _, event in events_proposed(CustodyAdmitted)]
    words = Counter(one.full_name.split()[-1] for one in admitted)
    assert len({one.person for one in admitted}) == len(admitted) - len(RETURNED)
    assert set(words) <= {
        *("Andaian", "Contoh", "Fiktif", "Khayal", "Misalan", "Peraga", "Purwarupa"),
        *("Rekaan", "Tiruan", "Umpama"),
    }


def test_every_nik_bears_a_serial_that_was_never_given_and_some_have_none():
    people = [event for _, event in events_proposed(PersonRegistered)]
    niks = [(one.nik, one) for one in people if one.nik]
    assert 0.8 < len(niks) / len(people) < 0.95
    for nik, one in niks:
        day = one.birth_date.day + (40 if one.sex is Sex.FEMALE else 0)
        assert nik[6:12] == f"{day:02}{one.birth_date:%m%y}"
        assert nik[12:14] == "99"


def test_nothing_takes_effect_after_the_day_until_which_is_told():
    days = [p.event.effective.day for s in full_plan().steps for p in s.request.proposals]
    assert max(days) <= TOLD_UNTIL


def test_every_step_has_a_key_of_its_own_and_says_what_it_is_in_two_languages():
    plan = full_plan()
    keys = {step.request.command.key for step in plan.steps}
    assert len(keys) == plan.total
    assert all(key.startswith(f"demo/{SEED}/") for key in keys)
    assert all(indonesian != english for indonesian, english in (s.words for s in plan.steps))
    assert all(a.stage <= b.stage for a, b in pairwise(plan.steps))


# What comes of it, on the ledger.


@pytest.fixture(scope="module")
def small():
    return demo_plan(scale=0)


@pytest.fixture(scope="module")
def loaded(postgres, template, small):
    """The ledger of one load from the first step to the last, shared by who only reads it."""
    name = f"jejak_demo_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as owner:
        owner.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, template)))
        )
        with opened(make_conninfo(postgres, dbname=name)) as ledger:
            load(ledger, small)
            yield ledger
        owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def of(streams, kind, *types):
    return [
        (stream.key, event)
        for stream, pages in streams.items()
        if stream.kind == kind
        for _, event in pages
        if isinstance(event, types)
    ]


def test_the_five_partnerships_stand_in_the_ledger(loaded, small):
    streams = streams_of(loaded)
    medan(streams, small.agreements["S3"])
    serang(streams, small.agreements["S2"])
    barru(streams, small.agreements["S4"])
    audiensi(streams, small.agreements["S1"])
    ceremony(streams)
    afterwards(streams, small.agreements["S0"])
    youths(streams)
    example(streams)


def test_each_agency_is_told_its_fields_of_its_people_and_nothing_else(loaded, small):
    """Counts are worked out from read models, and so told of in the long run alone."""
    views = views_of(loaded, small.agreements)
    told = {place: said_of(*view) for place, view in views.items()}
    counted = {place: {} if ("counts",) in said else said for place, said in EXPECTED.items()}
    assert told == counted


def steps_of(streams, agreement):
    told = of(streams, "agreement", AgreementProposed, AgreementSigned, AgreementStarted)
    return [type(event) for key, event in told if key == agreement]


def opened_for(streams, agreement):
    return {
        key: event
        for key, event in of(streams, "programme", programme.ProgrammeOpened)
        if event.agreement == agreement
    }


def medan(streams, agreement):
    assert steps_of(streams, agreement) == [AgreementProposed, AgreementSigned, AgreementStarted]
    in_medan = {
        key: event
        for key, event in of(streams, "programme", programme.ProgrammeOpened)
        if event.unit == "RUTAN-MEDAN"
    }
    certified = {key for key, event in in_medan.items() if event.certified}
    assert (len(certified), len(in_medan) - len(certified)) == (3, 7)
    assert certified == set(opened_for(streams, agreement))
    seated = [
        event.case for key, event in of(streams, "programme", programme.Seated) if key in certified
    ]
    assert (len(seated), len(set(seated))) == (48, 48)
    proofs = of(
        streams, "case", skill_training.CompetenceCertified, skill_training.AttendanceCertified
    )
    competent = {event.programme for _, event in proofs if hasattr(event, "valid_until")}
    attended = {event.programme for _, event in proofs if not hasattr(event, "valid_until")}
    assert certified <= competent
    assert not competent & (set(in_medan) - certified)
    assert set(in_medan) - certified <= attended
    placed = {
        case: event.still_working
        for case, event in of(streams, "case", JobVerified)
        if case in seated and event.month == 6
    }
    assert sorted(placed.values()) == [False, *5 * [True]]
    claims = {e.claim: e.figure for k, e in of(streams, "agreement", ClaimRecorded)}
    assert (claims["peserta-judul"], claims["peserta-isi"]) == (2_340, 48)
    assert {"kelas-isi", "kelas-foto"} <= set(claims)


def serang(streams, agreement):
    assert steps_of(streams, agreement) == [AgreementProposed, AgreementSigned, AgreementStarted]
    held = opened_for(streams, agreement)
    assert {event.eligible_domiciles for event in held.values()} == {("36.04",)}
    assert {event.provider_kind for event in held.values()} == {programme.ProviderKind.UMKM}
    waiting = [event for key, event in of(streams, "programme", programme.Queued) if key in held]
    assert sorted(event.place for event in waiting) == [1, 1, 2, 2, 3, 3, 4, 4]


def barru(streams, agreement):
    assert steps_of(streams, agreement) == [AgreementProposed, AgreementSigned]
    assert not opened_for(streams, agreement)
    assert not of(streams, "agreement", AgreementEnded)


def audiensi(streams, agreement):
    assert steps_of(streams, agreement) == [AgreementProposed]
    enrolled = of(streams, "case", Enrolled)
    levels = Counter(event.level for _, event in enrolled)
    assert levels == {PaketLevel.A: 10, PaketLevel.B: 14, PaketLevel.C: 19}
    kinds = {event.kind.value for event in opened_for(streams, agreement).values()}
    assert kinds == {"kejar_paket", "literasi", "pertanian", "kerohanian"}
    assert len(of(streams, "case", IjazahIssued)) == 19


def ceremony(streams):
    applied = of(streams, "case", RemisiApplied)
    assert {event.effective.day for _, event in applied} == {date(2025, 8, 17)}
    assert len({event.sk_number for _, event in of(streams, "case", RemisiSkIssued)}) == 1
    assert len(applied) > 50
    freed = {case for case, event in applied if event.releases}
    gone = {
        case
        for case, event in of(streams, "case", Released)
        if event.kind.value == "remisi" and event.effective.day == date(2025, 8, 17)
    }
    assert freed == gone
    assert freed


def afterwards(streams, agreement):
    assert steps_of(streams, agreement) == [AgreementProposed, AgreementSigned, AgreementStarted]
    kinds = {event.kind.value for event in opened_for(streams, agreement).values()}
    assert kinds == {
        *("pelatihan_keterampilan", "bantuan_hukum", "psikososial", "pemberdayaan_ekonomi"),
    }
    verified = {(event.month, event.still_working) for _, event in of(streams, "case", JobVerified)}
    assert {(1, True), (3, True), (6, True), (12, True), (3, False), (6, False)} <= verified


def youths(streams):
    referrals = {stream.key for stream in streams if stream.kind == "referral"}
    cases = {stream.key for stream in streams if stream.kind in {"case", "person"}}
    assert len(referrals) == 12
    assert not referrals & cases


def example(streams):
    pages = next(v for s, v in streams.items() if (s.kind, s.key) == ("case", EXAMPLE_CASE))
    events = sorted((event for _, event in pages), key=lambda event: event.effective.instant)
    names = {event.stored_as for event in events}
    assert {
        *("custody.admitted", "detention.extended", "verdict.executed", "remisi.applied"),
        *("kejar_paket.moved", "kejar_paket.ijazah_handed_over", "custody.released"),
        *("skill_training.competence_certified", "job_placement.started"),
    } <= names
    seen = {event.month for event in events if isinstance(event, JobVerified)}
    assert seen == {1, 3, 6, 12}
    assert CASE.fold(events)[CUSTODY].presence is Presence.RELEASED


def test_loading_it_again_adds_nothing(loaded, small):
    position, told = loaded.position(), []
    load(loaded, small, told.append)
    assert loaded.position() == position
    assert len(told) == small.total


@pytest.mark.long
def test_a_load_killed_in_the_middle_and_begun_again_loses_and_doubles_nothing(
    loaded, database, small
):
    whole = streams_of(loaded)
    for stop_after in (small.total // 4, small.total * 3 // 4):
        told = []

        def kill(step, told=told, stop_after=stop_after):
            told.append(step)
            if len(told) == stop_after:
                raise Killed

        with opened(database) as ledger, pytest.raises(Killed):
            load(ledger, small, kill)
    with opened(database) as ledger:
        assert 0 < ledger.position() < loaded.position()
        load(ledger, small, workers=2)
        assert streams_of(ledger) == whole
        assert [page.position for page in ledger.walk()] == list(range(1, ledger.position() + 1))


def test_what_was_recorded_wrongly_is_corrected_once_and_leaves_something_to_decide(loaded, small):
    desk = Correcting(append=append_to(loaded), pages=loaded)
    for _ in range(2):
        correct(small, desk)
        told = Counter(
            page.event.stored_as
            for page in loaded.walk()
            if page.event.stored_as.startswith(("correction.", "review."))
        )
        assert told == {
            "correction.requested": 3,
            "correction.proposed": 4,  # an admission's day is also the day that custody began
            "correction.approved": 3,
            "review.raised": 1,
        }


def test_a_partners_results_wait_for_its_unit_and_are_told_once(loaded, small):
    sharing = Sharing(loaded, Units(loaded, append_to(loaded).now), append_to(loaded).now)
    results = PartnerResults(append_to(loaded), sharing)
    for _ in range(2):
        propose(small, results)
        told = Counter(
            page.event.stored_as
            for page in loaded.walk()
            if page.event.stored_as.startswith("programme.result_")
        )
        assert told == {"programme.result_proposed": 4, "programme.result_rejected": 1}

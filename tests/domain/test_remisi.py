from dataclasses import replace
from datetime import date

import pytest
from scenario import Scenario, on

from domain.catalogue import CASE
from domain.custody import (
    AdmissionReason,
    CustodyAdmitted,
    Escaped,
    Released,
    ReleaseKind,
    Religion,
)
from domain.fields import EXAMPLE_ID
from domain.law.facts import Missed, RemisiGround
from domain.person import Sex
from domain.register import ReligionConverted
from domain.remisi import (
    LEVELS,
    REMISI,
    DecisionLevel,
    RemisiApplied,
    RemisiCancelled,
    RemisiDecided,
    RemisiKind,
    RemisiProposed,
    RemisiSkIssued,
)

admitted = CustodyAdmitted(
    effective=on("2024-02-10"),
    person=EXAMPLE_ID,
    unit="RUTAN-PEKALONGAN",
    reason=AdmissionReason.PENAHANAN,
    full_name="Contoh Satu",
    sex=Sex.MALE,
    birth_date=None,
    religion=Religion.ISLAM,
    domicile=None,
)
asked = RemisiProposed(
    effective=on("2025-07-01"),
    proposal="2025-umum",
    kind=RemisiKind.UMUM,
    award_day=date(2025, 8, 17),
    remission_days=60,
    rule_set="remisi-2023",
    ground=None,
    missed=None,
    feast_fixed_by=None,
)
agreed = [
    RemisiDecided(
        effective=on(f"2025-07-{10 + 5 * n}"),
        proposal="2025-umum",
        level=level,
        agreed=True,
        note=None,
    )
    for n, level in enumerate(LEVELS)
]
tpp, kepala_upt, kanwil, ditjenpas = agreed
sk = RemisiSkIssued(
    effective=on("2025-08-05"),
    proposal="2025-umum",
    sk_number="PAS-1423.PK.05.03 Tahun 2025",
    sk_date=date(2025, 8, 5),
    remission_days=60,
)
applied = RemisiApplied(effective=on("2025-08-17"), proposal="2025-umum", releases=False)
cancelled = RemisiCancelled(
    effective=on("2025-08-16"), proposal="2025-umum", reason="Pelanggaran tata tertib"
)

held = Scenario(CASE).given(admitted)
proposed = held.given(asked)
with_sk = proposed.given(*agreed, sk)


def again(proposal: str, award_day: str, *, made: str, kind: RemisiKind) -> RemisiProposed:
    return replace(
        asked,
        effective=on(made),
        proposal=proposal,
        award_day=date.fromisoformat(award_day),
        kind=kind,
    )


def test_a_remisi_goes_from_the_tpp_to_the_award_day():
    steps = [asked, *agreed, sk, applied]
    for n, step in enumerate(steps):
        held.given(*steps[:n]).when(step).then_recorded()


def test_each_step_said_twice_is_recorded_once():
    steps = [asked, *agreed, sk, applied]
    for step in steps:
        held.given(*steps).when(step).then_nothing()


def test_a_remisi_is_proposed_for_somebody_who_is_held():
    Scenario(CASE).when(asked).then_refused("remisi.not_held")
    free = Released(effective=on("2025-05-01"), kind=ReleaseKind.BEBAS_MURNI, document="Surat")
    held.given(free).when(asked).then_refused("remisi.not_held")
    held.given(Escaped(effective=on("2025-05-01"))).when(asked).then_refused("remisi.not_held")


def test_a_remisi_of_no_days_is_none():
    held.when(replace(asked, remission_days=0)).then_refused("remisi.no_days")
    proposed.given(*agreed).when(replace(sk, remission_days=0)).then_refused("remisi.no_days")


def test_nothing_is_proposed_for_an_award_day_that_is_gone_but_on_that_day_it_is():
    late = replace(asked, effective=on("2025-08-18"))
    held.when(late).then_refused("remisi.award_day_passed")
    held.when(replace(asked, effective=on("2025-08-17"))).then_recorded()


def test_an_award_that_was_missed_is_proposed_as_susulan_on_a_day_of_its_own():
    susulan = again("susulan", "2025-10-01", made="2025-09-01", kind=RemisiKind.SUSULAN)
    with_sk.given(applied).when(susulan).then_recorded()


@pytest.mark.parametrize("kind", [RemisiKind.UMUM, RemisiKind.KHUSUS])
def test_there_is_one_umum_and_one_khusus_in_a_year(kind):
    first = again("satu", "2033-01-03", made="2032-12-01", kind=kind)
    second = again("dua", "2033-12-23", made="2033-11-01", kind=kind)
    next_year = again("tiga", "2034-12-12", made="2033-11-01", kind=kind)
    given = held.given(first)
    given.when(second).then_refused("remisi.one_a_year", article="Keppres 174/1999")
    given.when(next_year).then_recorded()


def test_umum_and_khusus_and_dasawarsa_do_not_stand_in_each_others_way():
    proposed.when(
        again("khusus", "2026-03-21", made="2025-11-01", kind=RemisiKind.KHUSUS)
    ).then_recorded()
    proposed.when(
        again("dasawarsa", "2025-08-17", made="2025-07-01", kind=RemisiKind.DASAWARSA)
    ).then_recorded()


@pytest.mark.parametrize(
    ("religion", "feast"),
    [
        (Religion.ISLAM, "2025-03-31"),
        (Religion.KRISTEN, "2025-12-25"),
        (Religion.KATOLIK, "2025-12-25"),
        (Religion.HINDU, "2025-03-29"),
        (Religion.BUDDHA, "2025-05-12"),
        (Religion.KONGHUCU, "2025-01-29"),
    ],
)
def test_khusus_is_for_the_feast_of_the_religion_first_recorded(religion, feast):
    of_theirs = Scenario(CASE).given(replace(admitted, religion=religion))
    of_theirs.when(khusus(feast)).then_recorded()
    of_theirs.when(khusus("2025-06-06")).then_refused(
        "remisi.another_feast", article="Keppres 174/1999"
    )


def test_whoever_converts_keeps_the_feast_of_the_religion_first_recorded():
    converted = ReligionConverted(
        effective=on("2024-06-01"), religion=Religion.KRISTEN, document="Surat baptis"
    )
    given = Scenario(CASE).given(admitted, converted)
    given.when(khusus("2025-03-31")).then_recorded()
    given.when(khusus("2025-12-25")).then_refused("remisi.another_feast")


def test_a_feast_that_is_not_known_yet_refuses_nobody():
    held.when(khusus("2031-01-14", made="2030-11-01")).then_recorded()


def khusus(award_day, made="2025-01-02"):
    return again("khusus", award_day, made=made, kind=RemisiKind.KHUSUS)


def test_what_was_cancelled_or_turned_down_is_not_the_one_of_the_year():
    anew = again("2025-umum-b", "2025-08-17", made="2025-08-17", kind=RemisiKind.UMUM)
    proposed.given(cancelled).when(anew).then_recorded()
    proposed.given(replace(tpp, agreed=False)).when(anew).then_recorded()
    proposed.when(anew).then_refused("remisi.one_a_year")


def test_what_was_missed_is_made_up_for_once():
    ru = Missed(kind=RemisiKind.UMUM, on=date(2025, 8, 17))
    first, second = (
        replace(again(key, day, made="2025-09-01", kind=RemisiKind.SUSULAN), missed=ru)
        for key, day in (("satu", "2025-10-01"), ("dua", "2025-11-01"))
    )
    held.given(first).when(second).then_refused("remisi.one_a_year")
    proposed.when(first).then_refused("remisi.one_a_year")
    proposed.given(cancelled).when(first).then_recorded()
    of_2024 = replace(second, missed=replace(ru, on=date(2024, 8, 17)))
    held.given(first).when(of_2024).then_recorded()
    next_umum = again("RU", "2026-08-17", made="2026-06-01", kind=RemisiKind.UMUM)
    held.given(replace(first, award_day=date(2026, 1, 5))).when(next_umum).then_recorded()


def test_of_susulan_that_do_not_say_what_was_missed_there_may_be_two():
    first, second = (
        again(key, "2025-10-01", made="2025-09-01", kind=RemisiKind.SUSULAN) for key in ("1", "2")
    )
    held.given(first).when(second).then_recorded()


def test_a_pmp_is_made_up_for_by_its_day():
    august, march = (Missed(kind=RemisiKind.PMP, on=date(2025, *day)) for day in ((8, 17), (3, 31)))
    late = again("satu", "2025-10-01", made="2025-09-01", kind=RemisiKind.SUSULAN)
    given = held.given(replace(late, missed=august))
    given.when(replace(late, proposal="dua", missed=march)).then_recorded()
    given.when(replace(late, proposal="dua", missed=august)).then_refused("remisi.one_a_year")


@pytest.mark.parametrize(
    ("kind", "other_day"),
    [(RemisiKind.DASAWARSA, "2025-12-25"), (RemisiKind.PMP, "2025-08-17")],
)
def test_a_dasawarsa_of_the_year_and_a_pmp_of_the_day_are_proposed_once(kind, other_day):
    first = again("satu", "2025-08-17", made="2025-06-01", kind=kind)
    second = again("dua", other_day, made="2025-06-01", kind=kind)
    held.given(first).when(second).then_refused("remisi.one_a_year")
    gone = replace(cancelled, proposal="satu")
    held.given(first, gone).when(second).then_recorded()
    held.given(first).when(replace(second, award_day=date(2026, 3, 31))).then_recorded()


def test_a_tambahan_is_proposed_once_a_year_for_each_ground():
    first, second = (
        replace(
            again(key, "2025-08-17", made="2025-06-01", kind=RemisiKind.TAMBAHAN),
            ground=RemisiGround.PEMUKA,
        )
        for key in ("satu", "dua")
    )
    held.given(first).when(second).then_refused("remisi.one_a_year")
    held.given(first).when(replace(second, ground=RemisiGround.JASA)).then_recorded()
    held.given(first).when(replace(second, award_day=date(2026, 8, 17))).then_recorded()


def test_the_key_of_a_proposal_is_used_once_even_when_cancelled():
    other_day = replace(asked, award_day=date(2026, 8, 17))
    proposed.when(other_day).then_refused("remisi.proposal_exists")
    proposed.given(cancelled).when(other_day).then_refused("remisi.proposal_exists")


@pytest.mark.parametrize("step", [tpp, sk, applied, cancelled])
def test_nothing_happens_to_a_proposal_that_was_never_made(step):
    held.when(step).then_refused("remisi.no_such_proposal")


def test_a_step_is_decided_on_what_was_true_on_its_own_day():
    nonsense = held.given(tpp)
    nonsense.when(kepala_upt).then_refused("remisi.no_such_proposal")


def test_the_levels_decide_in_their_order():
    proposed.when(kanwil).then_refused("remisi.level_out_of_order", article="Permenkumham 3/2018")
    proposed.given(tpp).when(replace(tpp, agreed=False)).then_refused("remisi.level_out_of_order")
    proposed.given(*agreed).when(
        replace(ditjenpas, effective=on("2025-08-01"), note="Sekali lagi")
    ).then_refused("remisi.level_out_of_order")


@pytest.mark.parametrize("n", range(4))
def test_a_no_at_any_level_ends_the_proposal(n):
    no = replace(agreed[n], agreed=False)
    ended = proposed.given(*agreed[:n], no)
    for step in [replace(agreed[n], note="Berubah pikiran"), *agreed[n + 1 :], sk, applied]:
        ended.when(step).then_refused("remisi.turned_down")
    ended.when(cancelled).then_refused("remisi.turned_down")


@pytest.mark.parametrize("n", range(4))
def test_there_is_no_sk_before_ditjenpas_has_agreed(n):
    proposed.given(*agreed[:n]).when(sk).then_refused("remisi.not_agreed")


def test_the_sk_may_have_other_days_than_proposed_and_both_are_kept():
    fewer = replace(sk, remission_days=30)
    proposed.given(*agreed).when(fewer).then_recorded()
    known = CASE.fold([admitted, asked, *agreed, fewer])[REMISI].proposals["2025-umum"]
    assert known.asked is not None
    assert known.sk is not None
    assert (known.asked.remission_days, known.sk.remission_days) == (60, 30)


def test_a_proposal_has_one_sk():
    with_sk.when(replace(sk, remission_days=30)).then_refused("remisi.sk_exists")


def test_an_sk_dated_after_the_award_day_is_recorded_as_effective_on_it():
    late = replace(sk, sk_date=date(2025, 8, 20), effective=on("2025-08-20"))
    agreed_by_all = proposed.given(*agreed)
    agreed_by_all.when(late).then_refused("remisi.sk_after_award_day")
    acts_back = replace(late, effective=on("2025-08-17"))
    agreed_by_all.when(acts_back).then_recorded()
    agreed_by_all.given(acts_back).when(applied).then_recorded()


def test_nothing_is_applied_without_an_sk():
    proposed.given(*agreed).when(applied).then_refused("remisi.no_sk", article="Keppres 174/1999")


@pytest.mark.parametrize("day", ["2025-08-16", "2025-08-18"])
def test_an_award_takes_effect_on_its_day_and_no_other(day):
    with_sk.when(replace(applied, effective=on(day))).then_refused("remisi.not_on_award_day")


def test_an_award_does_not_take_effect_on_the_day_of_its_sk():
    with_sk.when(replace(applied, effective=sk.effective)).then_refused("remisi.not_on_award_day")


def test_a_proposal_can_be_cancelled_at_any_time_before_it_is_applied():
    steps = [*agreed, sk]
    for n in range(len(steps) + 1):
        proposed.given(*steps[:n]).when(cancelled).then_recorded()
    too_late = replace(cancelled, effective=on("2025-08-18"))
    with_sk.given(applied).when(too_late).then_refused("remisi.already_applied")


@pytest.mark.parametrize("step", [tpp, sk, applied, replace(cancelled, reason="Lain")])
def test_nothing_more_happens_to_a_cancelled_proposal(step):
    proposed.given(cancelled).when(step).then_refused("remisi.already_cancelled")


def test_the_next_level_is_known():
    def due(*decided: RemisiDecided) -> DecisionLevel | None:
        return CASE.fold([admitted, asked, *decided])[REMISI].proposals["2025-umum"].next_level

    assert due() is DecisionLevel.TPP
    assert due(*agreed[:3]) is DecisionLevel.DITJENPAS
    assert due(*agreed) is None


@pytest.mark.parametrize(
    ("kind", "field", "told"),
    [
        (RemisiKind.UMUM, "ground", RemisiGround.PEMUKA),
        (RemisiKind.KHUSUS, "missed", Missed(kind=RemisiKind.UMUM, on=date(2024, 8, 17))),
        (RemisiKind.PMP, "feast_fixed_by", "SKB 1/2025"),
    ],
)
def test_a_proposal_tells_only_what_its_kind_has(kind, field, told):
    with_it = replace(asked, kind=kind, award_day=date(2025, 8, 17), **{field: told})
    held.when(with_it).then_refused("remisi.not_of_this_kind")


def test_a_proposal_of_the_first_version_tells_neither_ground_nor_decree():
    lifted = RemisiProposed.upcast_v1_v2({"proposal": "2025-umum"})
    assert (lifted["ground"], lifted["missed"], lifted["feast_fixed_by"]) == (None, None, None)

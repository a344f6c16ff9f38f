"""What the law finds on a remisi, besides the worked examples of the domain's page."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from law.plain_facts import facts_with, held, sentenced

from domain.admission import Religion
from domain.law.book import LAW
from domain.law.choosing import choose
from domain.law.facts import (
    Breach,
    CaseType,
    Granted,
    HeldForm,
    Missed,
    RemisiGround,
    RemisiKind,
    Right,
    RightLived,
    SubjectKind,
    Substitute,
    Wanted,
)
from domain.law.remisi import finding, findings
from domain.law.span import Span

RU_2025 = date(2025, 8, 17)
FIVE_YEARS = (sentenced(Span(years=5, months=0, days=0)),)


def since(day, **said):
    return facts_with(detention=(held(day, None),), **{"sentences": FIVE_YEARS, **said})


def served(days, by=RU_2025, **said):
    return since(by - timedelta(days=days), **said)


def wanted(kind=RemisiKind.UMUM, on=RU_2025, ground=None, missed=None):
    return Wanted(kind=kind, on=on, ground=ground, missed=missed)


def on_feast(day):
    return wanted(RemisiKind.KHUSUS, day)


def unmet(found):
    return {one.code for one in found.criteria if not one.met}


def law_with(**options):
    return choose(LAW, rule_sets={}, options=options)


@pytest.mark.parametrize(
    ("start", "ordinal", "umum", "khusus"),
    [
        (date(2024, 12, 1), 1, 30, 30),
        (date(2024, 4, 1), 1, 60, 30),
        (date(2023, 12, 1), 2, 90, 30),
        (date(2022, 12, 1), 3, 120, 30),
        (date(2021, 12, 1), 4, 150, 45),
        (date(2020, 12, 1), 5, 150, 45),
        (date(2019, 12, 1), 6, 180, 60),
        (date(2010, 12, 1), 15, 180, 60),
    ],
)
def test_the_year_that_it_is_says_how_long_it_is(start, ordinal, umum, khusus):
    long = (sentenced(Span(years=20, months=0, days=0)),)
    facts = since(start, sentences=long, religion=Religion.KRISTEN)
    found = finding(facts, wanted(), LAW)
    assert (found.year_ordinal, found.days) == (ordinal, umum)
    assert finding(facts, on_feast(date(2025, 12, 25)), LAW).days == khusus


def test_six_months_are_180_days_and_the_180th_is_for_a_human_to_look_at():
    assert unmet(finding(served(179), wanted(), LAW)) == {"served_6_months"}
    exactly = finding(served(180), wanted(), LAW)
    assert exactly.eligible
    assert "exactly_the_days_needed" in {one.code for one in exactly.notices}
    strict = law_with(six_months_strict="more_than")
    assert unmet(finding(served(180), wanted(), strict)) == {"served_6_months"}
    more = finding(served(181), wanted(), strict)
    assert more.eligible
    assert "exactly_the_days_needed" not in {one.code for one in more.notices}


def test_twelve_months_are_360_days():
    assert [finding(served(days), wanted(), LAW).days for days in (359, 360)] == [30, 60]


def test_a_year_without_an_award_counts_unless_awards_are_counted():
    facts = since(date(2022, 6, 1))  # 17 August of 2023, 2024 and 2025
    assert finding(facts, wanted(), LAW).days == 120
    by_grants = law_with(ordinal_basis="grants")
    assert finding(facts, wanted(), by_grants).days == 60
    given = Granted(kind=RemisiKind.UMUM, on=date(2024, 8, 17), days=60, by=None)
    once = replace(facts, remissions=(given,))
    assert finding(once, wanted(), by_grants).days == 90


def test_whoever_was_out_in_between_counts_from_the_last_detention():
    stays = (held(date(2022, 1, 1), date(2024, 12, 31)), held(date(2025, 2, 1), None))
    found = finding(facts_with(detention=stays, sentences=FIVE_YEARS), wanted(), LAW)
    assert (found.days_served, found.year_ordinal, found.days) == (197, 1, 30)


def test_another_form_of_detention_interrupts_nothing_and_hospital_counts_for_nothing():
    stays = (
        held(date(2025, 1, 1), date(2025, 1, 31)),
        held(date(2025, 2, 1), date(2025, 3, 2), HeldForm.KOTA),
        held(date(2025, 3, 3), date(2025, 3, 12), HeldForm.PEMBANTARAN),
        held(date(2025, 3, 13), None),
    )
    facts = facts_with(detention=stays, sentences=FIVE_YEARS)
    assert finding(facts, wanted(), LAW).days_served == 228 - 10
    as_credited = law_with(remisi_served_forms="as_credited")
    assert finding(facts, wanted(), as_credited).days_served == 228 - 10 - 30 + 6


def test_what_is_missing_only_for_time_is_told_with_its_day_and_the_next_award():
    found = finding(served(179), wanted(), LAW)
    assert found.almost.missing == ("served_6_months",)
    assert found.almost.from_day == date(2025, 8, 18)
    assert found.almost.next_award == date(2026, 8, 17)
    hopeless = finding(served(179, conduct_risk_declined=False), wanted(), LAW)
    assert hopeless.almost is None


def test_the_day_that_is_told_for_what_is_missing_is_the_first_that_would_do():
    breach = (Breach(on=date(2025, 6, 1), until=None, by=None),)
    facts = served(400, discipline=breach)
    day = finding(facts, wanted(), LAW).almost.from_day
    conduct = "no_discipline_6_months"
    assert conduct not in unmet(finding(facts, wanted(on=day), LAW))
    assert conduct in unmet(finding(facts, wanted(on=day - timedelta(days=1)), LAW))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"kind": SubjectKind.TAHANAN}, "verdict_final"),
        ({"verdict_final_on": date(2025, 8, 18)}, "verdict_final"),
        ({"executed": False}, "executed"),
        ({"programmes_good": False}, "programmes_good"),
        ({"conduct_risk_declined": False}, "risk_declined"),
        ({"sentences": (sentenced(Span(years=0, months=5, days=29)),)}, "sentence_6_months"),
        ({"case_type": CaseType.TERORISME, "deradicalised": False}, "deradicalised"),
    ],
)
def test_every_condition_bars_by_itself_and_is_told_in_both_languages(said, code):
    found = finding(served(190, **said), wanted(), LAW)
    assert code in unmet(found)
    (criterion,) = [one for one in found.criteria if one.code == code]
    assert criterion.because_id.endswith(".")
    assert criterion.because_en.endswith(".")
    assert criterion.article
    assert (found.days, found.year_ordinal, found.releases) == (0, None, False)


def test_whoever_is_on_cmb_gets_none_and_on_pb_or_cb_by_policy():
    def on(right):
        lived = RightLived(right=right, from_day=date(2025, 8, 1), to=None, by=None)
        return served(400, rights=(lived,))

    assert unmet(finding(on(Right.CMB), wanted(), LAW)) == {"not_on_cmb"}
    assert unmet(finding(on(Right.PB), wanted(), LAW)) == {"not_on_pb_or_cb"}
    assert finding(on(Right.PB), wanted(), law_with(remisi_on_pb_or_cb="yes")).eligible
    assert finding(on(Right.CMK), wanted(), LAW).eligible


def test_a_measure_that_runs_on_the_day_bars_and_one_without_an_end_is_looked_at():
    def facts(until):
        return served(500, discipline=(Breach(on=date(2025, 1, 2), until=until, by=None),))

    assert unmet(finding(facts(RU_2025), wanted(), LAW)) == {"not_under_discipline"}
    without = finding(facts(None), wanted(), LAW)
    assert without.eligible
    assert "measure_without_end" in {one.code for one in without.notices}
    running = law_with(measure_without_end="running")
    assert unmet(finding(facts(None), wanted(), running)) == {"not_under_discipline"}


def test_working_with_justice_was_asked_for_until_the_court_said_no():
    corrupt = since(date(2017, 1, 1), case_type=CaseType.KORUPSI)
    before = finding(corrupt, wanted(on=date(2019, 8, 17)), LAW)
    after = finding(corrupt, wanted(on=date(2022, 8, 17)), LAW)
    assert "cooperated" in {one.code for one in before.criteria}
    assert "letter_of_cooperation" in {one.code for one in before.notices}
    assert "cooperated" not in {one.code for one in after.criteria}


def test_a_lowered_risk_is_asked_for_since_the_law_of_2022():
    risky = since(date(2019, 1, 1), conduct_risk_declined=False)
    assert finding(risky, wanted(on=date(2021, 8, 17)), LAW).eligible
    assert unmet(finding(risky, wanted(on=date(2023, 8, 17)), LAW)) == {"risk_declined"}


def test_a_proposal_stays_under_the_rule_set_of_its_day_when_the_law_changes_afterwards():
    (today,) = [one for one in LAW.book if one.id == "uu-22-2022"]
    harder = replace(
        today,
        id="uu-baru",
        promulgated=date(2025, 7, 1),
        valid_from=date(2025, 7, 1),
        values=replace(today.values, served_days=720),
    )
    law = replace(LAW, book=(*LAW.book, harder))
    facts = served(200)
    proposed_before = finding(facts, wanted(), law, under=date(2025, 6, 16))
    assert proposed_before.eligible
    assert "uu-22-2022" in proposed_before.explanation.rule_sets
    proposed_after = finding(facts, wanted(), law, under=date(2025, 7, 1))
    assert unmet(proposed_after) == {"served_24_months"}
    assert "uu-baru" in proposed_after.explanation.rule_sets


def test_a_tambahan_goes_with_the_umum_of_its_year():
    facts = since(date(2023, 12, 1))
    pemuka = wanted(RemisiKind.TAMBAHAN, ground=RemisiGround.PEMUKA)
    assert unmet(finding(facts, pemuka, LAW)) == {"umum_of_the_year"}
    umum, tambahan = findings(facts, [pemuka, wanted()], LAW)
    assert (umum.days, tambahan.days) == (90, 30)
    groundless = findings(facts, [wanted(), wanted(RemisiKind.TAMBAHAN)], LAW)[1]
    assert unmet(groundless) == {"ground"}


def test_working_with_justice_gives_a_tambahan_since_2022():
    facts = since(date(2020, 1, 1), case_type=CaseType.KORUPSI)
    helped = RemisiGround.JUSTICE_COLLABORATOR

    def of(year):
        day = date(year, 8, 17)
        asked = [wanted(on=day), wanted(RemisiKind.TAMBAHAN, day, ground=helped)]
        return findings(facts, asked, LAW)[1]

    assert unmet(of(2021)) == {"ground"}
    assert of(2022).days == findings(facts, [wanted(on=date(2022, 8, 17))], LAW)[0].days / 2


@pytest.mark.parametrize(
    ("span", "days"),
    [
        (Span(years=1, months=6, days=0), 45),
        (Span(years=1, months=1, days=15), 33),
        (Span(years=3, months=0, days=0), 90),
        (Span(years=15, months=0, days=0), 90),
    ],
)
def test_a_dasawarsa_is_a_twelfth_and_three_months_at_most(span, days):
    facts = served(200, sentences=(sentenced(span),))
    assert finding(facts, wanted(RemisiKind.DASAWARSA), LAW).days == days


def test_a_dasawarsa_is_every_tenth_year():
    asked = wanted(RemisiKind.DASAWARSA, date(2026, 8, 17))
    found = finding(since(date(2024, 1, 1)), asked, LAW)
    assert unmet(found) == {"award_day"}
    again = finding(since(date(2034, 1, 1)), wanted(RemisiKind.DASAWARSA, date(2035, 8, 17)), LAW)
    assert again.eligible


def test_a_dasawarsa_is_also_for_what_is_served_in_place_of_a_fine():
    six_months = Substitute(span=Span(years=0, months=6, days=0), paid=False)
    year = (sentenced(Span(years=1, months=0, days=0)),)
    facts = since(date(2024, 7, 1), sentences=year, substitute=six_months)
    umum, decade = findings(facts, [wanted(), wanted(RemisiKind.DASAWARSA)], LAW)
    assert "not_serving_substitute" in unmet(umum)
    assert (decade.eligible, decade.days) == (True, 15)
    assert decade.expiry_after == date(2025, 7, 1) + timedelta(days=180 - 15)
    paid = replace(facts, substitute=replace(six_months, paid=True))
    assert unmet(finding(paid, wanted(RemisiKind.DASAWARSA), LAW)) == {"sentence_left"}


def test_days_beyond_the_end_are_lost_and_nothing_is_left_for_another_award_of_the_day():
    facts = since(date(2025, 1, 10), sentences=(sentenced(Span(years=0, months=8, days=0)),))
    both = [wanted(RemisiKind.DASAWARSA), wanted()]
    umum, decade = findings(facts, both, LAW)
    assert (umum.kind, umum.releases, umum.lost_days) == (RemisiKind.UMUM, True, 9)
    assert unmet(decade) == {"sentence_left"}
    given = findings(facts, both, law_with(award_after_release="given"))[1]
    assert (given.eligible, given.releases) == (True, True)
    first = findings(facts, both, law_with(same_day_order="dasawarsa_first"))[0]
    assert (first.kind, first.days, first.releases) == (RemisiKind.DASAWARSA, 20, False)


def test_a_susulan_is_what_was_missed_for_want_of_a_final_verdict():
    missed = Missed(kind=RemisiKind.UMUM, on=RU_2025)
    asked = wanted(RemisiKind.SUSULAN, date(2025, 11, 3), missed=missed)
    late = served(190, verdict_final_on=date(2025, 10, 1))
    found = finding(late, asked, LAW)
    assert (found.eligible, found.days, found.days_served) == (True, 30, 190)
    in_time = finding(served(190, verdict_final_on=date(2025, 8, 1)), asked, LAW)
    assert unmet(in_time) == {"was_missed"}
    too_short = served(100, verdict_final_on=date(2025, 10, 1))
    assert unmet(finding(too_short, asked, LAW)) == {"served_6_months"}
    of_nothing = finding(late, wanted(RemisiKind.SUSULAN, date(2025, 11, 3)), LAW)
    assert "was_missed" in unmet(of_nothing)


def test_how_much_a_remisi_for_humanitys_sake_is_nobody_guesses():
    old = served(400, birth_date=date(1954, 5, 28))
    asked = wanted(RemisiKind.KEMANUSIAAN, date(2025, 5, 29), RemisiGround.LANJUT_USIA)
    assert unmet(finding(old, asked, LAW)) == {"amount_stated"}
    like_umum = law_with(kemanusiaan_amount="as_umum")
    assert finding(old, asked, like_umum).days == 30
    young = replace(old, birth_date=date(1955, 5, 29))  # seventy, and not over it
    assert unmet(finding(young, asked, like_umum)) == {"ground"}
    ill = wanted(RemisiKind.KEMANUSIAAN, date(2025, 4, 8), RemisiGround.SAKIT_BERKEPANJANGAN)
    assert unmet(finding(old, ill, like_umum)) == {"award_day"}
    assert "doctor_statement" in {one.code for one in finding(old, ill, LAW).notices}
    short = wanted(RemisiKind.KEMANUSIAAN, date(2025, 8, 1), RemisiGround.PIDANA_SINGKAT)
    assert unmet(finding(old, short, like_umum)) == {"ground"}


def test_before_its_text_there_is_no_rule_and_it_says_so():
    asked = wanted(RemisiKind.KEMANUSIAAN, date(2020, 5, 29), RemisiGround.LANJUT_USIA)
    found = finding(since(date(2018, 1, 1)), asked, LAW)
    assert unmet(found) == {"rule_in_force"}
    assert (found.eligible, found.days) == (False, 0)


def test_an_anak_binaan_has_pmp_after_three_months():
    child = {"kind": SubjectKind.ANAK_BINAAN}
    pmp = wanted(RemisiKind.PMP)
    found = finding(served(90, **child), pmp, LAW)
    assert (found.eligible, found.days) == (True, 30)
    assert unmet(finding(served(89, **child), pmp, LAW)) == {"served_3_months"}
    breach = (Breach(on=date(2025, 5, 1), until=date(2025, 5, 3), by=None),)
    assert finding(served(200, discipline=breach, **child), pmp, LAW).eligible
    late = (Breach(on=date(2025, 6, 1), until=date(2025, 6, 3), by=None),)
    of_late = finding(served(200, discipline=late, **child), pmp, LAW)
    assert unmet(of_late) == {"no_discipline_3_months"}
    assert unmet(finding(served(200), pmp, LAW)) == {"anak_binaan"}
    idul_fitri = date(2025, 3, 31)
    feast = finding(served(100, idul_fitri, **child), wanted(RemisiKind.PMP, idul_fitri), LAW)
    assert (feast.eligible, feast.days) == (True, 15)


def test_khusus_is_on_the_feast_of_the_religion_first_recorded():
    facts = since(date(2023, 1, 1), religion=Religion.HINDU)
    assert finding(facts, on_feast(date(2025, 3, 29)), LAW).eligible
    assert unmet(finding(facts, on_feast(date(2025, 3, 31)), LAW)) == {"own_feast"}


@pytest.mark.parametrize("religion", [Religion.TIDAK_DIKETAHUI, Religion.KEPERCAYAAN])
def test_without_a_known_feast_there_is_no_khusus_until_the_registry_has_one(religion):
    facts, day = since(date(2023, 1, 1), religion=religion), date(2025, 6, 27)
    assert unmet(finding(facts, on_feast(day), LAW)) == {"own_feast"}
    known = replace(LAW, feasts={(Religion.KEPERCAYAAN, 2025): (day,)})
    found = finding(facts, on_feast(day), known)
    assert found.eligible is (religion is Religion.KEPERCAYAAN)


def test_by_a_feast_that_is_not_sure_nobody_is_judged_and_somebody_looks():
    facts = since(date(2024, 1, 1))
    for day in (date(2027, 3, 9), date(2027, 3, 10), date(2040, 1, 1)):
        found = finding(facts, on_feast(day), LAW)
        assert "own_feast" not in unmet(found)
        assert "feast_not_sure" in {one.code for one in found.notices}


def test_a_feast_that_was_moved_late_moves_the_award():
    facts = since(date(2024, 1, 1))
    moved = replace(LAW, feasts={(Religion.ISLAM, 2026): (date(2026, 3, 20),)})
    assert finding(facts, on_feast(date(2026, 3, 20)), moved).eligible
    assert unmet(finding(facts, on_feast(date(2026, 3, 21)), moved)) == {"own_feast"}


def test_two_feasts_in_one_year_are_one_award_unless_it_is_one_for_each():
    first, second = date(2033, 1, 2), date(2033, 12, 23)
    law = replace(LAW, feasts={(Religion.ISLAM, 2033): (first, second)})
    facts = since(date(2031, 1, 1))
    asked = [on_feast(first), on_feast(second)]
    one, other = findings(facts, asked, law)
    assert one.eligible
    assert unmet(other) == {"once_a_year"}
    assert "khusus_twice_a_year" in {it.name for it in other.explanation.policies}
    each = choose(law, rule_sets={}, options={"khusus_twice_a_year": "one_a_feast"})
    assert [it.eligible for it in findings(facts, asked, each)] == [True, True]


def test_an_ordinal_that_hangs_on_a_day_of_an_unsure_feast_is_told():
    threshold = date(2023, 4, 22) - timedelta(days=180)  # the feast of 2023 is only likely
    near = finding(since(threshold), on_feast(date(2025, 3, 31)), LAW)
    far = finding(since(threshold - timedelta(days=9)), on_feast(date(2025, 3, 31)), LAW)
    assert "ordinal_hangs_on_a_day" in {one.code for one in near.notices}
    assert "ordinal_hangs_on_a_day" not in {one.code for one in far.notices}
    assert near.year_ordinal == 3


def test_a_remisi_was_given_once_a_year():
    given = Granted(kind=RemisiKind.UMUM, on=RU_2025, days=30, by=None)
    assert "once_a_year" in unmet(finding(served(400, remissions=(given,)), wanted(), LAW))
    last_year = replace(given, on=date(2024, 8, 17))
    assert finding(served(700, remissions=(last_year,)), wanted(), LAW).eligible

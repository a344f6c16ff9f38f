"""The rights of integration: the worked examples to the day, and every condition met and broken."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from person_facts import LIFE, breach, granted, held, lived, person, span

from domain.law.book import LAW
from domain.law.choosing import choose
from domain.law.facts import CaseType, RemisiKind, Right, SubjectKind, Substitute
from domain.law.integration import rights
from domain.law.integration_rules import Paper

UMUM, DASAWARSA = RemisiKind.UMUM, RemisiKind.DASAWARSA


def day(text):
    return date.fromisoformat(text)


def with_policy(**options):
    return choose(LAW, rule_sets={}, options=options)


def found(facts, right, on=None, law=LAW, **said):
    return rights(facts, day(on) if on else None, law, **said)[Right(right)]


def codes(finding):
    return [one.code for one in finding.reasons]


def criterion(finding, code):
    return next(one for one in finding.criteria if one.code == code)


W6 = person(
    "2025-02-10",
    "1y6m",
    remissions=(granted("2025-08-17", 30), granted("2025-08-17", 45, DASAWARSA)),
)
G4 = person("2018-05-08", "1y")


def test_w6_cb_and_pb_are_open_from_27_november_2025():
    for right in ("cb", "pb"):
        one = found(W6, right, "2025-08-18")
        assert (one.possible, one.from_day, one.until) == (
            True,
            day("2025-11-27"),
            day("2026-05-26"),
        )
        assert one.reasons == ()
        assert not one.open_on(day("2025-11-26"))
        assert one.open_on(day("2025-11-27"))


def test_w3_the_published_cb_of_four_months_and_five_days():
    one = found(G4, "cb", "2019-01-03")
    assert (one.from_day, one.until) == (day("2019-01-03"), day("2019-05-08"))
    assert (one.until - one.from_day).days == 125
    assert one.explanation.rule_sets == (
        "kuhp-1946",
        "permenkumham-3-2018-integrasi",
        "uu-12-1995-hak",
    )


def test_w4_cb_of_a_sentence_of_a_year_and_six_months():
    assert found(person("2022-08-04", "1y6m"), "cb").from_day == day("2023-08-04")


def test_w10_a_life_sentence_has_no_right_and_says_why():
    for one in rights(person("2020-01-01", "0d", sentences=(LIFE,)), None, LAW).values():
        assert (one.applicable, one.possible, one.from_day) == (False, False, None)
        assert "seumur hidup" in one.criteria[0].because_id


def test_a_tahanan_is_told_that_these_rights_are_for_convicts():
    one = found(person("2025-02-10", "1y6m", kind=SubjectKind.TAHANAN), "pb")
    assert (one.applicable, codes(one)) == (False, ["not_convicted"])


@pytest.mark.parametrize(
    ("last", "from_day", "length"),
    [(150, "2026-07-13", 150), (180, "2026-06-13", 180), (210, "2026-06-13", 180)],
)
def test_w18_cmb_is_as_long_as_the_last_remission_and_six_months_at_the_most(
    last, from_day, length
):
    # 5 years from 2023-01-01 end on 2028-01-01, 387 days after 2026-12-10.
    facts = person(
        "2023-01-01",
        "5y",
        remissions=(granted("2024-08-17", 387 - last), granted("2025-08-17", last)),
    )
    one = found(facts, "cmb")
    assert (one.from_day, one.until) == (day(from_day), day("2026-12-10"))
    assert one.longest_days == length


def test_cmb_takes_the_last_remission_other_than_dasawarsa_unless_the_policy_says_any():
    assert found(W6, "cmb").longest_days == 30
    later = replace(W6, remissions=(*W6.remissions, granted("2025-08-18", 45, DASAWARSA)))
    assert found(later, "cmb").longest_days == 30
    either = found(later, "cmb", law=with_policy(cmb_last_remission="any"))
    assert either.longest_days == 45
    assert [one.chosen for one in either.explanation.policies if "cmb" in one.name] == ["any"]


def test_cmb_does_not_begin_before_the_remission_that_it_takes_was_given():
    facts = person(
        "2023-01-01", "5y", remissions=(granted("2024-08-17", 207), granted("2026-08-17", 180))
    )
    assert found(facts, "cmb").from_day == day("2026-08-17")


def test_nobody_without_a_remission_has_cmb():
    assert codes(found(person("2023-01-01", "5y"), "cmb")) == ["last_remission"]


@pytest.mark.parametrize(
    ("length", "possible", "part"),
    [("13m15d", True, "270"), ("13m14d", False, "269"), ("13m", False, "260")],
)
def test_w19_two_thirds_of_pb_are_nine_months_at_least(length, possible, part):
    facts = person("2025-02-10", length, remissions=(granted("2025-08-17", 30),))
    for right in ("pb", "cmb"):
        one = found(facts, right)
        assert one.possible is possible
        assert criterion(one, "part_long_enough").value == part
        assert codes(one) == ([] if possible else ["part_long_enough"])


def test_cb_is_for_sentences_up_to_a_year_and_six_months_and_was_for_less_before():
    assert codes(found(person("2025-02-10", "1y6m1d"), "cb")) == ["sentence_short_enough"]
    before = person("2014-01-01", "1y6m")
    assert codes(found(before, "cb", "2015-01-01")) == ["sentence_short_enough"]
    shorter = found(person("2014-01-01", "1y3m"), "cb", "2014-11-01")
    # 1y3m from 2014-01-01 ends on 2015-04-01; 4 months before that is later than two thirds.
    assert (shorter.from_day, shorter.part_day) == (day("2014-12-02"), day("2014-10-28"))


def test_a_remission_that_moves_the_day_into_the_past_opens_the_right_on_its_own_day():
    # 2 years from 2023-01-01: two thirds on 2024-04-30; 120 days less is 2024-01-01.
    facts = person("2023-01-01", "2y", remissions=(granted("2024-02-01", 120),))
    one = found(facts, "pb")
    assert (one.from_day, one.part_day, one.moved_on) == (
        day("2024-02-01"),
        day("2024-01-01"),
        day("2024-02-01"),
    )
    assert "1 Januari 2024" in criterion(one, "served_two_thirds").because_id


def test_a_remission_after_the_day_does_not_open_the_right_later():
    plain = found(person("2023-01-01", "2y"), "pb").from_day
    facts = person("2023-01-01", "2y", remissions=(granted("2024-08-17", 60),))
    one = found(facts, "pb")
    assert (one.from_day, one.moved_on) == (plain, None)
    assert one.part_day == plain - timedelta(days=60)


def test_cmk_is_for_two_days_after_half_every_three_months():
    facts = person("2024-01-01", "2y", rights=(lived("cmk", "2025-02-01", "2025-02-03"),))
    one = found(facts, "cmk", "2025-03-01")
    assert (one.possible, one.from_day, one.longest_days) == (True, day("2025-05-01"), 2)
    assert criterion(one, "long_enough_ago").from_day == day("2025-05-01")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nationality": "MY"}, "not_foreigner"),
        ({"recidivist": True}, "not_recidivist"),
        ({"case_type": CaseType.KORUPSI}, "not_special_crime"),
        ({"sentences": person("2024-01-01", "11m29d").sentences}, "sentence_long_enough"),
    ],
)
def test_cmk_leaves_out_foreigners_recidivists_special_offences_and_short_sentences(changes, code):
    assert codes(found(person("2024-01-01", "2y", **changes), "cmk")) == [code]


def test_pb_leaves_none_of_them_out_and_asks_a_foreigner_for_two_more_papers():
    plain = person("2024-01-01", "2y")
    one = found(replace(plain, nationality="MY", recidivist=True), "pb")
    more = {paper.paper for paper in one.checklist} - {
        paper.paper for paper in found(plain, "pb").checklist
    }
    assert (one.possible, more) == (
        True,
        {Paper.JAMINAN_PERWAKILAN, Paper.KETERANGAN_IMIGRASI},
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"executed": False}, "executed"),
        ({"programmes_good": False}, "programmes_good"),
        ({"conduct_risk_declined": False}, "risk_declined"),
        ({"rights": (lived("cb", "2025-11-27"),)}, "not_on_another_right"),
        ({"case_type": CaseType.KORUPSI, "fine_paid": False}, "fine_paid"),
        ({"case_type": CaseType.TERORISME, "deradicalised": False}, "deradicalised"),
    ],
)
def test_a_broken_condition_bars_pb_with_its_article_and_a_sentence_to_be_read(changes, code):
    one = found(replace(W6, **changes), "pb", "2025-12-01")
    assert (one.possible, codes(one)) == (False, [code])
    broken = criterion(one, code)
    assert broken.article
    assert broken.because_id.endswith(".")
    assert broken.because_en.endswith(".")


def test_what_nobody_says_counts_as_met_and_says_so():
    one = found(replace(W6, executed=None), "pb", "2025-12-01")
    said = criterion(one, "executed")
    assert (said.met, said.value) == (True, None)
    assert "belum ada catatannya" in said.because_id


def test_a_lower_risk_is_asked_for_since_the_law_of_2022():
    facts = person("2020-01-01", "2y", conduct_risk_declined=False)
    assert found(facts, "pb", "2021-06-01").possible
    assert codes(found(facts, "pb", "2021-06-01", under=day("2022-08-03"))) == ["risk_declined"]


def test_discipline_in_the_nine_months_before_two_thirds_puts_pb_off_and_not_away():
    one = found(replace(W6, discipline=(breach("2025-03-01"),)), "pb", "2025-11-27")
    conduct = criterion(one, "good_conduct")
    assert (conduct.met, conduct.from_day, one.from_day) == (
        False,
        day("2025-12-02"),
        day("2025-12-02"),
    )
    assert "1 Maret 2025" in conduct.because_id
    first = replace(W6, discipline=(breach("2025-02-27"),))
    assert found(first, "pb", "2025-11-27").from_day == day("2025-11-28")
    before = replace(W6, discipline=(breach("2025-02-26"),))
    assert found(before, "pb", "2025-11-27").from_day == day("2025-11-27")
    six = found(replace(W6, discipline=(breach("2025-05-26"),)), "cb", "2025-11-27")
    assert six.from_day == day("2025-11-27")


def test_discipline_after_two_thirds_counts_where_the_policy_says_so():
    facts = replace(W6, discipline=(breach("2025-12-05"),))
    assert found(facts, "pb", "2025-12-10").from_day == day("2025-11-27")
    strict = with_policy(integration_conduct_window="before_day_asked")
    # Nine months after 5 December 2025 she is free already.
    assert codes(found(facts, "pb", "2025-12-10", law=strict)) == ["time_left"]


def test_nobody_begins_a_right_while_a_measure_runs():
    facts = replace(W6, discipline=(breach("2025-12-05", "2025-12-19"),))
    one = found(facts, "pb", "2025-12-10")
    assert (criterion(one, "not_under_discipline").met, one.from_day) == (
        False,
        day("2025-12-20"),
    )


def test_a_measure_without_an_end_is_over_unless_the_policy_says_that_it_runs():
    facts = replace(W6, discipline=(breach("2025-12-05"),))
    one = found(facts, "pb", "2025-12-10")
    assert (one.possible, criterion(one, "not_under_discipline").met) == (True, True)
    assert "measure_without_end" in [used.name for used in one.explanation.policies]
    strict = with_policy(measure_without_end="running")
    assert codes(found(facts, "pb", "2025-12-10", law=strict)) == ["not_under_discipline"]


def test_asimilasi_is_from_half_and_until_the_first_leave():
    one = found(person("2023-01-01", "2y"), "asimilasi")
    assert (one.from_day, one.until) == (day("2024-01-01"), day("2024-04-30"))


def test_asimilasi_of_special_offences_is_from_two_thirds_with_nine_months_of_conduct():
    plain = person("2020-01-01", "6y", case_type=CaseType.NARKOTIKA)
    assert found(plain, "asimilasi").from_day == day("2024-01-01")
    shorter = person("2020-01-01", "4y", case_type=CaseType.NARKOTIKA)
    assert found(shorter, "asimilasi").from_day == day("2022-01-01")
    put_off = replace(plain, discipline=(breach("2023-05-01"),))
    assert found(put_off, "asimilasi").from_day == day("2024-02-02")


def test_pb_of_narcotics_waits_for_half_of_the_remaining_time_in_asimilasi():
    facts = person("2020-01-01", "6y", case_type=CaseType.NARKOTIKA)
    # Two thirds on 2024-01-01, expiry on 2026-01-01: 731 days remain, 366 in asimilasi.
    assert found(facts, "pb").from_day == day("2025-01-01")
    begun = replace(facts, rights=(lived("asimilasi", "2024-03-01"),))
    assert found(begun, "pb", "2024-04-01").from_day == day("2025-03-02")
    broken_off = replace(facts, rights=(lived("asimilasi", "2024-03-01", "2024-03-10"),))
    assert found(broken_off, "pb", "2024-06-01").from_day == day("2025-05-23")
    own = with_policy(asimilasi_remaining="from_its_start")
    # From 2024-03-01 there remain 671 days: 336.
    assert found(begun, "pb", "2024-04-01", law=own).from_day == day("2025-01-31")


def test_who_cannot_have_asimilasi_has_no_pb_of_narcotics():
    facts = person(
        "2020-01-01", "6y", case_type=CaseType.NARKOTIKA, rights=(lived("cb", "2024-01-01"),)
    )
    assert "asimilasi_lived" in codes(found(facts, "pb", "2024-02-01"))


def test_corruption_is_no_longer_asked_for_asimilasi_since_2022():
    facts = person("2020-01-01", "3y", case_type=CaseType.KORUPSI, fine_paid=True)
    assert found(facts, "pb", "2021-12-01").from_day == day("2022-07-03")
    assert found(facts, "pb", "2022-02-01").from_day == day("2022-01-01")


def test_a_letter_of_justice_collaborator_is_asked_for_until_the_court_struck_it_down():
    facts = person("2019-01-01", "6y", case_type=CaseType.NARKOTIKA)
    asked = [
        Paper.JUSTICE_COLLABORATOR in {one.paper for one in found(facts, "pb", on).checklist}
        for on in ("2021-10-27", "2021-10-28")
    ]
    assert asked == [True, False]


def test_a_proposal_stays_under_the_texts_of_its_day():
    facts = person("2020-01-01", "3y", case_type=CaseType.KORUPSI, fine_paid=True)
    later = found(facts, "pb", "2022-02-01", under=day("2021-12-01"))
    assert "asimilasi_lived" in [one.code for one in later.criteria]
    assert later.explanation.rule_sets[1] == "ma-28p-hum-2021-integrasi"


def test_before_the_first_text_in_the_book_nothing_is_guessed():
    one = found(person("1994-01-01", "2y"), "pb")
    assert (one.applicable, codes(one)) == (False, ["no_rule_set"])


def test_a_child_has_pb_after_half_of_the_time():
    facts = person("2025-01-10", "8m", kind=SubjectKind.ANAK_BINAAN)
    one = found(facts, "pb")
    assert (one.possible, one.from_day) == (True, day("2025-05-10"))
    assert criterion(one, "served_half").article == "UU 11/2012"
    assert "uu-11-2012-pb" in one.explanation.rule_sets


def test_an_unpaid_substitute_comes_before_leave_where_the_policy_says_so():
    facts = replace(W6, substitute=Substitute(span=span("3m"), paid=False))
    plain = found(facts, "pb", "2025-08-18")
    assert (plain.from_day, plain.until) == (day("2025-11-27"), day("2026-05-26"))
    assert "substitute_and_leave" in [one.name for one in plain.explanation.policies]
    before = found(facts, "pb", "2025-08-18", with_policy(substitute_and_leave="before_leave"))
    assert (before.from_day, before.until) == (day("2026-02-25"), day("2026-08-24"))
    paid = replace(facts, substitute=Substitute(span=span("3m"), paid=True))
    assert "substitute_and_leave" not in [
        one.name for one in found(paid, "pb", "2025-08-18").explanation.policies
    ]


def test_a_verdict_that_becomes_final_after_two_thirds_opens_the_right_then():
    one = found(replace(W6, verdict_final_on=day("2026-01-05")), "pb", "2025-12-01")
    assert (one.from_day, criterion(one, "verdict_final").met) == (day("2026-01-05"), False)


DAYS = st.dates(date(2019, 1, 1), date(2024, 12, 31)).map(str)


@settings(max_examples=60)
@given(DAYS, st.integers(30, 3600), st.integers(0, 5), st.integers(1, 180), st.data())
def test_a_remission_never_closes_a_right_or_opens_it_later(start, length, years, days, data):
    facts = person(start, f"{length}d")
    on = day(start) + timedelta(days=data.draw(st.integers(0, 365 * years + 30)))
    more = replace(facts, remissions=(granted(str(on), days),))
    for right in (Right.ASIMILASI, Right.CB, Right.PB):
        before, after = rights(facts, None, LAW)[right], rights(more, None, LAW)[right]
        if before.possible and after.possible:
            assert after.from_day <= before.from_day
        if after.possible:
            assert after.from_day < after.until
            assert after.moved_on is None or after.moved_on <= after.from_day


@settings(max_examples=40)
@given(DAYS, st.integers(30, 3600), st.integers(1, 3000))
def test_splitting_a_detention_into_adjacent_parts_changes_no_right(start, length, at):
    cut = day(start) + timedelta(days=at)
    parts = (held(start, str(cut)), held(str(cut + timedelta(days=1))))
    whole = person(start, f"{length}d")
    assert rights(whole, None, LAW) == rights(replace(whole, detention=parts), None, LAW)

"""Recidivism: of whom, within what, and never a rate without its numbers."""

from datetime import date

import pytest
from fold import tables
from reported import MEDAN, admitted, agreement, opened, report, seated, told
from scenario import on

from domain.custody import (
    AdmissionReason,
    CustodyAdmitted,
    Died,
    Released,
    ReleaseKind,
    Religion,
    Sex,
)
from domain.integration import IntegrationEnded, IntegrationProposed, IntegrationStarted, Right
from domain.kernel import Refused
from domain.person_link import MergeGround, PersonMerged
from domain.skill_training import Seated
from domain.verdict import Instance, Outcome, VerdictBecameFinal, VerdictExecuted, VerdictPronounced
from projections.recidivism import RECIDIVISM

ASKED = {"from": "2025-06-01", "until": "2025-06-30", "months": "12", "on": "2026-07-01"}


def freed(case, day="2025-06-10", kind=ReleaseKind.BEBAS_MURNI):
    return told(case, Released, day, kind=kind, document="SK")


def back(case, day, *, person=None, reason=AdmissionReason.PENAHANAN, unit=MEDAN):
    event = CustodyAdmitted(
        effective=on(day),
        person=person or f"orang-{case}",
        unit=unit,
        reason=reason,
        full_name="Fiktif",
        sex=Sex.MALE,
        birth_date=date(1995, 1, 1),
        religion=Religion.ISLAM,
        domicile="12.71",
    )
    return f"case:lagi-{case}", event


def sentenced(case, day):
    stream = f"lagi-{case}"
    return [
        told(
            stream,
            VerdictPronounced,
            "2025-10-01",
            instance=Instance.PN,
            court="PN Medan",
            number="1/Pid",
            outcome=Outcome.DIPIDANA,
            sentence=(),
            offence=(),
        ),
        told(stream, VerdictBecameFinal, "2025-10-08", number="1/Pid"),
        told(stream, VerdictExecuted, day, document="BA-17"),
    ]


def span(*events, group="all", **asked):
    lines = report(RECIDIVISM, events, **ASKED | asked)
    (line,) = [one for one in lines if one.period.value == "span" and one.group.value == group]
    return line


def numbers(line):
    return line.released, line.closed, line.returned, line.window_open, line.died


def convicts(number):
    return [one for n in range(number) for one in (admitted(n), freed(n))]


def test_the_rate_is_of_those_whose_window_has_closed():
    events = [*convicts(8), admitted("baru"), freed("baru", "2025-06-30")]
    events += [back(0, "2025-08-01"), back(1, "2026-06-10"), back(2, "2026-06-11")]
    events += [back("baru", "2025-07-01")]
    line = span(*events, on="2026-06-29")
    assert numbers(line) == (9, 8, 2, 1, 0), "a day after the window is too late"
    assert (line.rate_percent, line.returned_early, line.window_months) == (25.0, 1, 12)
    assert numbers(span(*events, on="2026-06-30")) == (9, 9, 3, 0, 0)
    assert numbers(span(*events, on="2026-06-09")) == (9, 0, 0, 9, 0)


def test_no_rate_is_told_of_fewer_than_five():
    four = span(*convicts(4), back(0, "2025-08-01"))
    assert (four.returned, four.closed, four.rate_percent) == (1, 4, None)
    assert span(*convicts(5), back(0, "2025-08-01")).rate_percent == 20.0


def test_only_final_releases_of_somebody_convicted_make_a_cohort():
    events = [admitted("tahanan", sentenced=False), freed("tahanan")]
    events += [admitted("pb"), freed("pb", kind=ReleaseKind.PEMBEBASAN_BERSYARAT)]
    events += [admitted("lepas"), freed("lepas", kind=ReleaseKind.BEBAS_DEMI_HUKUM)]
    events += [admitted("kemudian"), freed("kemudian", "2025-07-01")]
    assert span(*events).released == 0
    right = {"proposal": "P"}
    events += [
        told("pb", IntegrationProposed, "2025-04-01", right=Right.PB, rule_set="2022", **right),
        told("pb", IntegrationStarted, "2025-06-10", bapas="BAPAS-MEDAN", **right),
        told("pb", IntegrationEnded, "2025-06-20", **right),
    ]
    assert numbers(span(*events, back("pb", "2025-06-15"))) == (1, 1, 0, 0, 0)
    assert numbers(span(*events, back("pb", "2025-06-25"))) == (1, 1, 1, 0, 0)


def test_a_new_verdict_counts_when_it_is_executed_and_no_admission_does():
    events = [*convicts(5), *(back(n, "2025-08-01") for n in range(3))]
    events += [*sentenced(0, "2025-10-20"), *sentenced(1, "2026-06-11")]
    assert span(*events).returned == 3
    assert span(*events, **{"return": "new_verdict"}).returned == 1
    direct = back(4, "2025-12-01", reason=AdmissionReason.PIDANA)
    assert span(*events, direct, **{"return": "new_verdict"}).returned == 2


@pytest.mark.parametrize("reason", [AdmissionReason.TITIPAN, AdmissionReason.SANDERA])
def test_who_is_held_in_trust_or_for_a_debt_did_not_come_back_unless_sentenced_there(reason):
    events = [*convicts(5), back(0, "2025-08-01", reason=reason)]
    line = span(*events)
    assert line.returned == 0
    for word in ("titipan", "sandera"):
        assert word in line.definition_id
        assert word in line.definition_en
    events += sentenced(0, "2025-10-20")
    assert span(*events).returned == 1
    assert span(*events, on="2025-10-19").returned_early == 0
    assert {"opened_for"} <= RECIDIVISM.counted["case_summary"], "else no reader is given it"


def test_the_words_say_that_a_death_outside_is_known_only_where_it_was_told():
    line = span(*convicts(1))
    assert "kematian di luar hanya diketahui bila diberitahukan" in line.definition_id
    assert "a death outside is known only if it was told" in line.definition_en


def test_who_died_in_the_window_is_in_neither_number():
    events = [*convicts(6), told(0, Died, "2025-12-01", place="Medan", cause=None, document="SK")]
    assert numbers(span(*events)) == (6, 5, 0, 0, 1)
    assert numbers(span(*events, on="2025-11-30")) == (6, 0, 0, 6, 0)


def test_who_came_back_and_then_died_came_back():
    events = [*convicts(5), back(0, "2025-08-01")]
    events += [told("lagi-0", Died, "2025-12-01", place="Medan", cause=None, document="SK")]
    assert numbers(span(*events)) == (5, 5, 1, 0, 0)


def test_who_is_taken_in_again_at_the_gate_came_back_and_who_was_held_elsewhere_did_not():
    assert span(*convicts(5), back(0, "2025-06-10")).returned == 1
    assert span(*convicts(5), back(0, "2025-06-09")).returned == 0


def test_the_end_of_asimilasi_is_no_release():
    events = [admitted("a"), freed("a", kind=ReleaseKind.PEMBEBASAN_BERSYARAT)]
    said = {"right": Right.ASIMILASI, "rule_set": "2022"}
    events += [told("a", IntegrationProposed, "2025-04-01", proposal="A", **said)]
    events += [told("a", IntegrationEnded, "2025-06-10", proposal="A")]
    assert span(*events).released == 0


def test_merged_records_are_one_person():
    events = [*convicts(5), back(0, "2025-08-01", person="lain")]
    assert span(*events).returned == 0
    merged = PersonMerged(
        effective=on("2025-09-01"),
        merge="0" * 32,
        other="orang-0",
        survivor="orang-0",
        ground=next(iter(MergeGround)),
        requester="ratna",
        approver="sari",
    )
    assert span(*events, ("person:lain", merged)).returned == 1


def test_participants_stand_beside_others_of_the_same_units_and_no_effect_is_claimed():
    events = [agreement(), opened("roti"), *(admitted(n) for n in range(12))]
    events += [seated(n) for n in range(5)]
    events += [freed(n, "2025-12-10") for n in range(12)]
    events += [told(11, Seated, "2025-12-11", programme="roti")]
    events += [admitted("jauh", unit="RUTAN-LAIN"), freed("jauh", "2025-12-10")]
    events += [back(0, "2026-01-01"), *(back(n, "2026-01-01") for n in range(5, 9))]
    asked = {"from": "2025-12-01", "until": "2025-12-31", "on": "2027-01-01", "agreement": "pks"}
    assert numbers(span(*events, **asked)) == (12, 12, 5, 0, 0)
    taking_part = span(*events, group="participants", **asked)
    others = span(*events, group="others", **asked)
    assert (taking_part.closed, taking_part.returned, taking_part.rate_percent) == (5, 1, 20.0)
    assert (others.closed, others.returned, others.rate_percent) == (7, 4, 57.1)
    assert "bukan bukti akibat" in others.definition_id
    assert "proves no effect" in others.definition_en
    assert report(RECIDIVISM, events, **ASKED | {"agreement": "tidak-ada"}) == []


def test_every_line_says_of_whom_it_is_and_until_when():
    for line in report(RECIDIVISM, convicts(2), **ASKED | {"return": "new_verdict"}):
        for text in (line.definition_id, line.definition_en):
            for said in ("2025-06-01", "2025-06-30", "12", "2026-07-01"):
                assert said in text
        assert "putusan berkekuatan hukum tetap" in line.definition_id
        assert "sentenced again" in line.definition_en


def test_months_and_years_add_up_to_the_span():
    events = [*convicts(3), admitted("lama"), freed("lama", "2025-05-01")]
    asked = ASKED | {"from": "2024-01-01", "until": "2025-12-31"}
    lines = report(RECIDIVISM, events, **asked)
    found = {(one.period.value, one.cohort): one.released for one in lines}
    assert found == {
        ("span", "2024-01-01/2025-12-31"): 4,
        ("year", "2024"): 0,
        ("year", "2025"): 4,
        ("month", "2025-05"): 1,
        ("month", "2025-06"): 3,
    }


def test_by_default_the_last_year_whose_windows_have_closed_is_asked():
    def cohort(**asked):
        return report(RECIDIVISM, [], **asked)[0].cohort

    assert cohort(on="2026-12-30") == "2023-01-01/2023-12-31"
    assert cohort(on="2026-12-31") == "2024-01-01/2024-12-31"
    assert cohort(on="2026-12-31", months="60") == "2021-01-01/2021-12-31"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"on": None}, "on"),
        ({"months": "0"}, "months"),
        ({"months": "1e3"}, "months"),
        ({"months": "9999"}, "months"),
        ({"return": "arrest"}, "return"),
        ({"from": "2025-07-01"}, "until"),
        ({"from": "kemarin"}, "from"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked, field):
    with pytest.raises(Refused) as refused:
        report(RECIDIVISM, [], **ASKED | asked)
    assert refused.value.field == field


def test_a_return_out_of_sight_is_not_seen_and_the_words_say_so():
    rows = tables(RECIDIVISM.over, [*convicts(5), back(0, "2025-08-01")])
    rows["case_summary"] = [row for row in rows["case_summary"] if row.case != "lagi-0"]
    line = RECIDIVISM.count(rows, ASKED)[0]
    assert line.returned == 0
    assert "luar lingkup pembaca tidak terlihat" in line.definition_id

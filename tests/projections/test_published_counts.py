"""What a pemda is told of an agreement: its own people, and never a handful of them."""

from dataclasses import replace
from datetime import date

from fold import tables
from reported import MEDAN, PKS, admitted, agreement, opened, seated, signed, told
from scenario import on

from domain.agreement import AgreementStarted, ParticipantKind
from domain.custody import Released, ReleaseKind
from domain.job_placement import JobStarted, JobVerified, VerificationMethod, WorkKind
from domain.programme import ProgrammeKind
from domain.region import REGIONS
from domain.registry import AgencyKind
from domain.sharing.scope import compile_scope
from domain.skill_training import Applied, Completed, Seated
from projections.shared.counts import OVER, By, published_counts

DAY = date(2026, 6, 1)
KINDS = (ProgrammeKind.PELATIHAN_KETERAMPILAN,)


def scope(**changes):
    terms = {"programme_kinds": KINDS, "allowed_fields": ("counts",)} | changes
    facts = [agreement(**terms)[1], signed()[1], AgreementStarted(effective=on("2025-11-11"))]
    return compile_scope(PKS.split(":")[1], facts, "PEMKO-MEDAN", AgencyKind.PEMDA)


def counts(events, day=DAY, **changes):
    return published_counts(scope(**changes), tables(OVER, events), day)


def figures(events, day=DAY, **changes):
    return {
        (line.figure.value, line.by and line.by.value, line.value): line.count
        for line in counts(events, day, **changes).lines
    }


def totals(events, day=DAY, **changes):
    told_counts = figures(events, day, **changes)
    return {figure: count for (figure, by, _), count in told_counts.items() if by is None}


def people(number, first=0, **said):
    return [admitted(n, **said) for n in range(first, first + number)]


def job(case, *, working):
    started = told(
        case,
        JobStarted,
        "2026-01-01",
        placement="K",
        kind=WorkKind.USAHA_SENDIRI,
        employer=None,
        agreement="pks",
        programme=None,
        income_band=None,
    )
    looked = told(
        case,
        JobVerified,
        "2026-04-01",
        placement="K",
        month=3,
        still_working=working,
        method=VerificationMethod.KUNJUNGAN,
        income_band=None,
    )
    return [started, looked]


def test_only_people_whom_the_agreement_names_are_counted():
    events = [
        *people(12),
        *people(9, 20, domicile="12.07"),
        *people(9, 40, domicile=None),
        *people(9, 60, sentenced=False),
        *people(9, 80, unit="RUTAN-LAIN"),
    ]
    assert totals(events)["population"] == 10
    assert figures(events)["population", "domicile", "12.71"] == 10
    assert totals(events, participant_kinds=tuple(ParticipantKind))["population"] == 20
    assert totals(events, units=(MEDAN, "RUTAN-LAIN"))["population"] == 15, "10 + 5"
    assert totals(events, regions=("12",))["population"] == 20


def test_what_an_agreement_does_not_name_is_nobody():
    events = [opened("roti"), *people(12), *(seated(n) for n in range(12))]
    assert totals(events)["enrolled"] == 10
    for nothing in ("units", "regions", "participant_kinds"):
        assert set(totals(events, **{nothing: ()}).values()) == {None}, nothing
    no_programme = totals(events, programme_kinds=())
    assert (no_programme["population"], no_programme["enrolled"]) == (10, None)


def test_fewer_than_five_and_nobody_are_told_alike_and_more_are_rounded_down():
    for number, count in ((0, None), (1, None), (4, None), (5, 5), (9, 5), (10, 10)):
        events = people(number)
        line = next(one for one in counts(events).lines if one.by is None)
        assert (line.count, line.suppressed) == (count, count is None), number


def test_a_programme_of_another_agreement_or_kind_is_not_counted():
    events = [opened("roti"), opened("lain", under="lain"), *people(32)]
    events += [opened("kebun", kind=ProgrammeKind.PERTANIAN)]
    events += [seated(n, "lain") for n in range(6)] + [seated(n, "kebun") for n in range(6, 12)]
    assert totals(events)["enrolled"] is None
    events += [seated(n) for n in range(12, 26)]
    found = {key[2]: count for key, count in figures(events).items() if key[0] == "enrolled"}
    assert found == {None: 10, "roti": 10, "other": None}
    (line,) = [one for one in counts(events).lines if one.value == "roti"]
    assert line.title == "Roti"


def test_a_programme_of_another_unit_is_not_counted_nor_whoever_is_not_of_the_scope():
    stream, event = opened("lain")
    events = [(stream, replace(event, unit="RUTAN-LAIN")), opened("roti"), *people(12)]
    events += [seated(n, "lain") for n in range(12)]
    events += [*people(12, 20, domicile="12.07"), *(seated(n) for n in range(20, 32))]
    assert {key for key in figures(events) if key[0] == "enrolled"} == {("enrolled", None, None)}
    assert totals(events)["enrolled"] is None


def test_a_programme_is_listed_whether_or_not_somebody_of_the_scope_is_in_it():
    """Else the day on which it is first listed would tell of the first person in it."""
    events = [opened("roti"), opened("kue"), *people(20), *(seated(n) for n in range(12))]
    nobody, first = figures(events), figures([*events, seated(12, "kue")])
    assert nobody == first
    assert nobody["enrolled", "programme", "kue"] is None
    assert figures([*events, opened("jahit")]).keys() > nobody.keys(), "it shows once it is open"


def test_whoever_takes_part_elsewhere_under_the_agreement_is_in_other_programmes():
    events = [opened("roti"), opened("lain", under="lain"), opened("bebas", under=None)]
    events += [*people(40), *(seated(n) for n in range(12))]
    before = figures(events)
    there = range(20, 30)
    events += [
        told(n, Applied, "2025-11-01", programme=programme, agreement="pks")
        for n, programme in zip(there, ["lain", "bebas"] * 5, strict=True)
    ]
    events += [seated(n, "lain" if n % 2 == 0 else "bebas") for n in there]
    after = figures(events)
    assert before.keys() == after.keys(), "no line is there because somebody is"
    assert before["enrolled", "programme", "other"] is None
    assert after["enrolled", "programme", "other"] == 10


def test_parts_that_would_tell_of_one_person_each_are_not_told():
    """Nine people in nine regencies, of ten: no part is large enough to be told."""
    homes = [code for code in REGIONS if code.startswith("12.")][:10]
    events = [admitted(n, home) for n, home in enumerate(homes[:9])]
    domiciles = [key for key in figures(events, regions=("12",)) if key[1] == "domicile"]
    assert (totals(events, regions=("12",))["population"], domiciles) == (5, [])


def test_who_came_so_far_is_told_as_no_more_than_who_was_enrolled():
    """Of 30, 26 in one course and 4 in the other: 30 who attended would show the 4."""
    events = [opened("roti"), opened("kue"), *people(30)]
    events += [seated(n, "roti" if n < 26 else "kue") for n in range(30)]
    events += [
        told(n, Completed, "2026-02-01", programme="roti" if n < 26 else "kue") for n in range(30)
    ]
    found = figures(events)
    assert found["enrolled", "programme", "roti"] == found["enrolled", None, None] == 25
    assert found["completed", None, None] == 25


def test_whoever_was_released_still_counts_where_they_took_part():
    events = [opened("roti"), *people(6), *(seated(n) for n in range(6))]
    events += [
        told(n, Released, "2026-05-01", kind=ReleaseKind.BEBAS_MURNI, document="SK")
        for n in range(6)
    ]
    events += [one for n in range(6) for one in job(n, working=n < 5)]
    found = totals(events, participant_kinds=(ParticipantKind.NARAPIDANA,))
    assert (found["population"], found["enrolled"], found["placed"]) == (None, 5, 5)
    assert (found["placed_3_months_ago"], found["employed_3_months"]) == (5, 5)
    assert found["placed_6_months_ago"] is None
    assert totals(events, day=date(2026, 4, 30))["population"] == 5


def test_the_same_facts_make_the_same_counts_on_a_day_on_which_nothing_changes():
    events = [opened("roti"), *people(12), *(seated(n) for n in range(12))]
    assert counts(events, date(2026, 6, 1)) == counts(events, date(2026, 6, 2))
    one_more = [*events, *people(1, 30)]
    assert counts(events) == counts(one_more), "one person more is not to be seen"
    assert counts(events) != counts([*events, *people(3, 30)])


def test_a_breakdown_is_told_once_one_of_its_parts_is_ten():
    assert [line.by for line in counts(people(9)).lines if line.by] == []
    assert {line.by for line in counts(people(10)).lines if line.by} == {
        *(By.UNIT, By.DOMICILE, By.AGE_BAND, By.SEX)
    }


def test_a_small_part_is_told_as_nobody_is_and_the_whole_leaves_room_for_nobody():
    told_parts = figures(
        [*people(20), *people(7, 20, born=date(1960, 1, 1)), *people(2, 40, born=None)]
    )
    bands = {value: count for (_, by, value), count in told_parts.items() if by == "age_band"}
    few = dict.fromkeys(("0-17", "18-19", "41-59", "unknown"))
    assert bands == {**few, "20-40": 20, "60+": 5}
    assert told_parts["population", None, None] == 25


def test_a_scope_of_an_agency_that_is_no_pemda_has_no_field_for_counts():
    as_dinas = compile_scope(
        "pks",
        [agreement(allowed_fields=("counts",))[1], signed()[1]],
        "PEMKO-MEDAN",
        AgencyKind.DINAS_PENDIDIKAN,
    )
    assert as_dinas.fields == ()
    assert replace(as_dinas, kind=AgencyKind.PEMDA).fields == ()


def test_nobody_is_to_be_seen_in_the_difference_of_any_two_days_or_figures():
    """One more person is admitted each day, and seated the day after."""
    events = [opened("roti")]
    for n in range(17):
        came = admitted(n)[1]
        events.append((f"case:{n}", replace(came, effective=on(f"2026-03-{n + 1:02}"))))
        events.append(told(n, Seated, f"2026-03-{n + 2:02}", programme="roti"))
    rows = tables(OVER, events)
    nobody = published_counts(scope(), rows, date(2026, 2, 28))
    days = [published_counts(scope(), rows, date(2026, 3, day)) for day in range(1, 20)]
    shown = [line.count for one in days for line in one.lines if line.count is not None]
    assert {5, 10, 15} == set(shown)
    assert nobody == days[0] == days[3] != days[4], "four are told as nobody is"

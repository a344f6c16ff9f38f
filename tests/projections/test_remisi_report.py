"""Who got remisi on an award day, who went free by it, and who did not: to the last person."""

from datetime import date

import pytest
from fold import tables
from reported import admitted, told
from scenario import on

from domain.batch_list import (
    BatchApplied,
    BatchDrafted,
    BatchLineChanged,
    BatchListed,
    BatchSessionHeld,
    BatchWithdrawn,
    Candidate,
    ChangeReason,
    KindTotals,
    StopReason,
)
from domain.custody import (
    Released,
    ReleaseKind,
    TransferDeparted,
    TransferProposed,
    TransferReceived,
)
from domain.kernel import Refused
from domain.registry import UnitKind, UnitNamed
from domain.remisi import (
    LEVELS,
    DecisionLevel,
    RemisiApplied,
    RemisiCancelled,
    RemisiDecided,
    RemisiKind,
    RemisiProposed,
    RemisiSkIssued,
)
from projections.remisi_report import (
    REMISI_REPORT,
    Family,
    Figure,
    RemisiGrouping,
    Share,
    Tally,
    reported,
)

DAY = date(2025, 8, 17)
UMUM, DASAWARSA = RemisiKind.UMUM, RemisiKind.DASAWARSA
PUBLISHED = {
    (Family.REMISI, UMUM): (175_395, 3_917),
    (Family.REMISI, DASAWARSA): (182_857 + 5_626, 4_186 + 314),
    (Family.PMP, UMUM): (1_336, 33),
    (Family.PMP, DASAWARSA): (1_326, 35),
}
"""W23: the national figures of 17 August 2025, those of a penjara pengganti denda with RD."""


def award(case, *, kind=UMUM, days=60, upto="applied", of="2025"):
    """The facts of one proposal, up to one of its steps, to the Kanwil's no, or to release."""
    key = f"{of}/{kind.value}"
    releases = upto == "released"
    yield told(
        case,
        RemisiProposed,
        "2025-06-15",
        proposal=key,
        kind=kind,
        award_day=DAY,
        remission_days=days,
        rule_set="keppres-174-1999",
        ground=None,
        missed=None,
        feast_fixed_by=None,
    )
    if upto == "proposed":
        return
    for number, level in enumerate(LEVELS, 20):
        agreed = upto != "refused" or level is not DecisionLevel.KANWIL
        said = {"proposal": key, "level": level, "agreed": agreed, "note": None}
        yield told(case, RemisiDecided, f"2025-06-{number}", **said)
        if not agreed:
            return
    if upto == "cancelled":
        yield told(case, RemisiCancelled, "2025-08-01", proposal=key, reason="pelanggaran")
        return
    sk = {"sk_number": "SK-1", "sk_date": date(2025, 8, 11), "remission_days": days}
    yield told(case, RemisiSkIssued, "2025-08-11", proposal=key, **sk)
    yield told(case, RemisiApplied, "2025-08-17", proposal=key, releases=releases)


def unit(code, region):
    named = {"unit": code, "kind": UnitKind.RUTAN, "unit_class": None, "title": code.title()}
    return f"registry:unit/{code}", UnitNamed(effective=on("2020-01-01"), region=region, **named)


def report(*events, **parameters):
    rows = tables(REMISI_REPORT.over, events)
    names = {name: parameters.get(name) for name in REMISI_REPORT.parameters}
    lines = REMISI_REPORT.count(rows, names)
    return {
        (one.by.value, one.value, one.kind, one.reason or one.figure): (one.count, one.days)
        for one in lines
    }


def small_house():
    """Six people in two provinces: two awarded, one freed, one each withdrawn, refused, waiting."""
    yield unit("RUTAN-MEDAN", "12.71")
    yield unit("RUTAN-PEKALONGAN", "33.75")
    for case in range(1, 6):
        yield admitted(case)
    yield admitted(6, unit="RUTAN-PEKALONGAN")
    yield from award(1)
    yield from award(1, kind=DASAWARSA, days=45)
    yield from award(2, days=90, upto="released")
    yield told(2, Released, "2025-08-17", kind=ReleaseKind.REMISI, document="SB-1")
    yield from award(3, upto="cancelled")
    yield from award(4, upto="refused")
    yield from award(5, upto="proposed")
    yield from award(6, days=30)


def test_every_proposal_stands_under_one_figure_and_they_add_up():
    counted = report(*small_house())
    umum = {
        figure: counted["total", None, UMUM, figure][0]
        for figure in Figure
        if ("total", None, UMUM, figure) in counted
    }
    assert umum == {
        Figure.I: 2,
        Figure.II: 1,
        Figure.AWARDED: 3,
        Figure.WITHDRAWN: 1,
        Figure.TURNED_DOWN: 1,
        Figure.PENDING: 1,
        Figure.POPULATION: 6,
    }
    assert counted["total", None, UMUM, Figure.AWARDED][1] == 60 + 90 + 30


def test_awards_of_all_kinds_are_summed_beside_those_of_each():
    counted = report(*small_house())
    assert counted["total", None, None, Figure.AWARDED] == (4, 60 + 45 + 90 + 30)


def test_units_and_provinces_add_up_to_the_whole():
    counted = report(*small_house())
    whole = {key[3]: tally for key, tally in counted.items() if key[:3] == ("total", None, UMUM)}
    for by, values in (("unit", ("RUTAN-MEDAN", "RUTAN-PEKALONGAN")), ("province", ("12", "33"))):
        for figure, (count, days) in whole.items():
            parts = [counted.get((by, value, UMUM, figure), (0, 0)) for value in values]
            assert (sum(part[0] for part in parts), sum(part[1] for part in parts)) == (count, days)
    assert counted["province", "33", UMUM, Figure.I] == (1, 30)


def test_somebody_counts_in_the_unit_of_the_award_day():
    way = {"transfer": "P-1"}
    left = told(1, TransferProposed, "2025-09-01", **way, to="RUTAN-PEKALONGAN", reason="dekat")
    gone = told(1, TransferDeparted, "2025-09-02", **way)
    came = told(1, TransferReceived, "2025-09-03", **way, unit="RUTAN-PEKALONGAN")
    before, after = report(*small_house()), report(*small_house(), left, gone, came)
    assert after == before
    assert after["unit", "RUTAN-MEDAN", UMUM, Figure.I] == (1, 60)


def test_what_a_child_is_given_is_pmp():
    child = admitted(7, born=date(2009, 1, 1))
    rows = tables(REMISI_REPORT.over, [*small_house(), child, *award(7)])
    lines = REMISI_REPORT.count(rows, {"award_day": "2025-08-17", "by": "total"})
    found = {(one.family, one.kind): one.count for one in lines if one.figure is Figure.AWARDED}
    assert found[Family.REMISI, UMUM] == 3
    assert found[Family.PMP, UMUM] == 1


def candidate(case, *lacking):
    return Candidate(
        case=f"00000000-0000-7000-8000-{case:012}",
        kind=UMUM,
        included=not lacking,
        remission_days=0 if lacking else 60,
        days_served=200,
        year_ordinal=None,
        releases=False,
        reasons=lacking,
    )


def batch(*more, key="daftar"):
    """A list of seven in Medan, of whom four are proposed."""
    drafted = BatchDrafted(
        effective=on("2025-06-10"),
        unit="RUTAN-MEDAN",
        award_day=DAY,
        kinds=(UMUM,),
        rule_sets=(),
        policies=(),
        by="ratna",
        on_behalf_of=None,
    )
    out = [("verdict_final",), ("served_6_months", "verdict_final"), ("no_discipline_6_months",)]
    lines = [candidate(number) for number in range(1, 5)]
    lines += [candidate(number, *lacking) for number, lacking in enumerate(out, 5)]
    listed = BatchListed(effective=on("2025-06-10"), lines=tuple(lines), more=False)
    return [(f"remisi-batch:{key}", event) for event in (drafted, listed, *more)]


def held():
    yield unit("RUTAN-MEDAN", "12.71")
    for case in range(1, 8):
        yield admitted(case)


def recommended():
    said = {"minutes": "BA-1", "members": ("ani", "budi"), "recommended": True, "except_cases": ()}
    return BatchSessionHeld(effective=on("2025-06-20"), by="tpp-1", on_behalf_of=None, **said)


def totals(**counts):
    said = {"turned_down": 0, "withdrawn": 0, "releasing": 1, "remission_days": 180, **counts}
    return KindTotals(kind=UMUM, listed=7, excluded=3, **said)


def test_everybody_on_a_list_is_accounted_for_once_it_was_applied():
    """Two awarded, one freed, one withdrawn, three never proposed: seven."""
    done = BatchApplied(effective=on("2025-08-17"), totals=(totals(applied=3, withdrawn=1),))
    told = [
        *award(1, of="daftar"),
        *award(2, of="daftar"),
        *award(4, of="daftar", upto="cancelled"),
    ]
    told += award(3, of="daftar", upto="released")
    counted = report(*held(), *batch(recommended(), done), *told, kind="umum", by="total")
    figures = {key[3]: count for key, (count, _) in counted.items() if key[2]}
    assert figures == {
        Figure.POPULATION: 7,
        Figure.AWARDED: 3,
        Figure.I: 2,
        Figure.II: 1,
        Figure.WITHDRAWN: 1,
        Figure.EXCLUDED: 3,
        "verdict_final": 2,
        "served_6_months": 1,
        "no_discipline_6_months": 1,
    }


def test_whom_a_list_has_and_no_case_tells_of_is_a_figure_of_its_own():
    done = BatchApplied(effective=on("2025-08-17"), totals=(totals(applied=4),))
    told = [*award(1, of="daftar"), *award(2, of="daftar"), *award(4, of="daftar")]
    counted = report(*held(), *batch(recommended(), done), *told, by="unit")
    assert counted["unit", "RUTAN-MEDAN", UMUM, Figure.UNACCOUNTED] == (1, 0)
    assert counted["unit", "RUTAN-MEDAN", UMUM, Figure.POPULATION][0] == 7


def changed(case, *, included, reason, days=None, day="2025-06-12"):
    said = {"case": candidate(case).case, "kind": UMUM, "included": included, "reason": reason}
    return BatchLineChanged(
        effective=on(day), remission_days=days, by="budi", on_behalf_of=None, **said
    )


def test_a_list_that_was_changed_by_hand_counts_as_it_stands():
    missing = {"included": False, "reason": ChangeReason.DOCUMENTS_MISSING}
    back = {"included": True, "reason": ChangeReason.DOCUMENTS_COMPLETE, "day": "2025-06-14"}
    again = {"included": True, "days": 30}
    by_hand = [
        changed(1, **missing),
        changed(2, **missing),
        changed(3, **missing),
        changed(3, **back),
        changed(4, **again, reason=ChangeReason.COUNTED_AGAIN),
        changed(7, **again, reason=ChangeReason.ASSESSED_AGAIN),
    ]
    counted = report(*held(), *batch(*by_hand), by="total")
    figures = {key[3]: count for key, (count, _) in counted.items() if key[2]}
    assert (figures[Figure.PENDING], figures[Figure.EXCLUDED]) == (3, 4)
    assert figures[Figure.POPULATION] == 7
    assert figures["documents_missing"] == 2
    assert report(*held(), *batch(*reversed(by_hand)), by="total") == counted


def test_a_draft_waits_and_one_that_was_thrown_away_counts_nobody():
    counted = report(*held(), *batch(), by="total")
    assert counted["total", None, UMUM, Figure.PENDING] == (4, 0)
    assert counted["total", None, UMUM, Figure.EXCLUDED] == (3, 0)
    anew = BatchWithdrawn(effective=on("2025-06-12"), reason=StopReason.DRAFTED_ANEW)
    again = report(*held(), *batch(anew), *batch(key="daftar-2"), by="total")
    assert again == counted


def test_the_published_national_report_adds_up_as_published():
    tallies = {
        Share(
            award_day=DAY,
            family=family,
            kind=kind,
            unit=None,
            province=None,
            figure=figure,
            reason=None,
        ): Tally(count=count, days=0)
        for (family, kind), counts in PUBLISHED.items()
        for figure, count in zip((Figure.I, Figure.II), counts, strict=True)
    }
    lines = reported(tallies, [RemisiGrouping.TOTAL])
    awarded = {(one.family, one.kind): one.count for one in lines if one.figure is Figure.AWARDED}
    assert awarded == {
        (Family.REMISI, UMUM): 179_312,
        (Family.REMISI, DASAWARSA): 192_983,
        (Family.REMISI, None): 372_295,
        (Family.PMP, UMUM): 1_369,
        (Family.PMP, DASAWARSA): 1_361,
        (Family.PMP, None): 2_730,
    }


@pytest.mark.parametrize(
    ("parameters", "only"),
    [
        ({"award_day": "2024-08-17"}, set()),
        ({"kind": "dasawarsa", "by": "total"}, {DASAWARSA, None}),
        ({"unit": "RUTAN-PEKALONGAN", "by": "unit"}, {UMUM, None}),
    ],
)
def test_only_what_is_asked_for_is_counted(parameters, only):
    assert {key[2] for key in report(*small_house(), **parameters)} == only


@pytest.mark.parametrize(("name", "value"), [("award_day", "kemarin"), ("kind", "x"), ("by", "y")])
def test_a_word_that_says_nothing_is_refused_by_its_name(name, value):
    with pytest.raises(Refused) as refusal:
        report(**{name: value})
    assert refusal.value.field == name

"""A report is counted over no more than it looks at, and comes to what it is over whole rows."""

from dataclasses import replace
from datetime import date

import pytest
from facts import MEDAN, append, event, open_case
from reading import told

from api.report_rows import pages_of, rows_of
from application.read_models import Access, Then
from domain.custody import Released
from domain.detention import DetentionStage
from projections.case_summary import CASE_SUMMARY
from projections.detention import DETENTIONS
from projections.detention_clock import DETENTION_CLOCK
from projections.due_for_release import DUE_FOR_RELEASE
from projections.overstays import OVERSTAYS
from projections.recidivism import RECIDIVISM
from projections.sentence_dates import SENTENCE_DATES

ACCESS = Access(everywhere=False, units=frozenset([MEDAN]))
ORDER = {
    "stage": "penyidik",
    "form": "rutan",
    "authority": "Polrestabes Medan",
    "order_number": "SP.Han/88",
    "order_date": "2025-11-03",
    "starts": "2025-11-03",
    "until": "2025-11-22",
    "legal_basis": "UU 8/1981 art. 20",
}
NUMBER = "9/Pid.B/2025/PN Mdn"
PART = {"kind": "penjara", "years": 0, "months": 4, "days": 0, "fine": 0}
VERDICT = {
    "instance": "pn",
    "court": "PN Medan",
    "number": NUMBER,
    "outcome": "dipidana",
    "sentence": [PART],
    "offence": ["KUHP 1946 art. 362"],
}
DAYS = ("2025-11-03", "2025-11-10", "2025-12-01", "2025-12-12", "2026-02-20", "2026-04-01")


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


@pytest.fixture(scope="module")
def unit(service):
    """One waits for a verdict, one serves a sentence; one of each kind was released."""
    client = service.caller("caseworker", MEDAN)
    waiting = open_case(client, "Andi Fiktif", day="2025-11-03")
    append(client, waiting, event("detention.ordered", "2025-11-03", **ORDER))
    free = open_case(client, "Dodi Fiktif", day="2025-11-03")
    append(client, free, event("detention.ordered", "2025-11-03", **ORDER))
    out = event("custody.released", "2025-11-23", kind="bebas_demi_hukum", document="SL-2/2025")
    assert append(client, free, out, version=2).is_success
    serving = open_case(client, "Budi Fiktif", day="2025-11-03")
    gone = open_case(client, "Citra Fiktif", day="2025-11-03")
    for case in serving, gone:
        append(client, case, event("detention.ordered", "2025-11-03", **ORDER))
        for version, (kind, day, said) in enumerate(
            [
                ("verdict.pronounced", "2025-12-01", VERDICT),
                ("verdict.became_final", "2025-12-09", {"number": NUMBER}),
                ("verdict.executed", "2025-12-12", {"document": "BA-17/2025"}),
            ],
            start=2,
        ):
            assert append(client, case, event(kind, day, **said), version=version).is_success
    left = event("custody.released", "2026-03-03", kind="bebas_murni", document="SL-1/2026")
    assert append(client, gone, left, version=5).is_success
    told(service)
    return service.services.read_models


def read(models, report, on, **asked):
    parameters = dict.fromkeys(report.parameters) | {"on": on} | asked
    rows = rows_of(pages_of(models, report, parameters, ACCESS, None))
    return rows, report.count(rows, parameters)


@pytest.mark.parametrize("report", [DETENTION_CLOCK, OVERSTAYS, DUE_FOR_RELEASE])
def test_what_is_not_read_changes_no_answer(unit, report):
    whole = replace(report, stands={})
    answers = [(read(unit, report, on)[1], read(unit, whole, on)[1]) for on in DAYS]
    assert all(spared == said for spared, said in answers)
    assert any(said for _, said in answers)


@pytest.mark.parametrize(
    ("report", "steps"),
    [
        (DETENTION_CLOCK, {CASE_SUMMARY.name: "movements", DETENTIONS.name: "steps"}),
        (OVERSTAYS, {DETENTIONS.name: "steps"}),
    ],
)
def test_only_a_row_that_was_told_of_for_a_later_day_comes_whole(unit, report, steps):
    before, after = (read(unit, report, day)[0] for day in ("2025-11-03", "2026-04-01"))
    for name, column in steps.items():
        assert all(getattr(row, column) is not None for row in before[name])
        assert after[name]
        assert not any(getattr(row, column) for row in after[name])


def test_who_is_gone_and_who_has_no_release_are_not_read(unit):
    on_the_day, _ = read(unit, DUE_FOR_RELEASE, "2026-03-03")
    assert len(on_the_day[CASE_SUMMARY.name]) == 2
    on = "2026-03-04"
    rows, _ = read(unit, DUE_FOR_RELEASE, on)
    assert len(rows[CASE_SUMMARY.name]) == 1
    assert all(row.release for row in rows[SENTENCE_DATES.name])
    clock, _ = read(unit, DETENTION_CLOCK, on)
    assert [len(clock[one.name]) for one in DETENTION_CLOCK.over] == [1, 1]


def test_the_steps_of_whoever_is_overdue_are_read_again(unit):
    for report in DUE_FOR_RELEASE, OVERSTAYS:
        soon, late = (read(unit, report, day)[0] for day in ("2026-02-20", "2026-04-01"))
        assert [row.steps for row in soon[SENTENCE_DATES.name]].count(None) == 1
        assert [bool(row.steps) for row in late[SENTENCE_DATES.name]] == [True]


def test_the_movements_are_read_of_whoever_was_ever_released(unit):
    asked = {"from": "2025-01-01", "until": "2026-12-31", "months": "1"}
    rows, said = read(unit, RECIDIVISM, "2026-06-01", **asked)
    read_of = [bool(row.movements and row.homes) for row in rows[CASE_SUMMARY.name]]
    assert sorted(read_of) == [False, False, True, True]
    assert said[0].released == 1
    assert said == read(unit, replace(RECIDIVISM, stands={}), "2026-06-01", **asked)[1]


@pytest.mark.parametrize("report", [DUE_FOR_RELEASE, RECIDIVISM])
def test_of_another_time_no_rows_are_asked_for_twice_which_are_folded_each_time(unit, report):
    on = "2026-04-01"
    then = Then(valid_at=date.fromisoformat(on), known_at=None, position=None)
    parameters = dict.fromkeys(report.parameters) | {"on": on}
    everywhere = Access(everywhere=True, units=frozenset())
    asked = []

    class Watched:
        def ask(self, name, question, access):
            if question.limit is None:
                asked.append(name)
            return unit.ask(name, question, access)

        def ask_all(self, questions, access):
            return {name: self.ask(name, one, access) for name, one in questions.items()}

    rows = rows_of(pages_of(Watched(), report, parameters, everywhere, then))
    assert sorted(asked) == sorted(one.name for one in report.over)
    whole = replace(report, stands={}, again=lambda *_: {})
    assert report.count(rows, parameters) == report.count(
        rows_of(pages_of(unit, whole, parameters, everywhere, then)), parameters
    )


def test_of_another_time_nothing_is_left_out_for_how_a_case_stands_now(unit):
    then = Then(valid_at=date(2025, 11, 22), known_at=None, position=None)
    asked = {"on": "2025-11-25", "unit": None, "level": None}
    everywhere = Access(everywhere=True, units=frozenset())
    pages = pages_of(unit, DETENTION_CLOCK, asked, everywhere, then)
    lines = DETENTION_CLOCK.count(rows_of(pages), asked)
    assert [line.stage for line in lines] == [DetentionStage.PENYIDIK] * 4


def test_as_was_known_before_a_release_was_told_whoever_was_released_since_is_there(service, unit):
    pages = service.services.ledger.read_after(0, 1_000)
    release = next(page for page in pages if isinstance(page.event, Released))
    then = Then(valid_at=None, known_at=release.recorded_at, position=release.position - 1)
    asked = {"on": "2025-11-25", "unit": None, "level": None}
    everywhere = Access(everywhere=True, units=frozenset())
    lines = DETENTION_CLOCK.count(
        rows_of(pages_of(unit, DETENTION_CLOCK, asked, everywhere, then)), asked
    )
    assert [line.stage for line in lines] == [DetentionStage.PENYIDIK] * 2

"""What a rebuild and a report rely on: rows within streams, and figures without sealed columns."""

from collections import defaultdict
from datetime import timedelta
from types import SimpleNamespace

import pytest
from fold import pages, tables
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import event

from domain.catalogue import STREAMS
from projections.case_summary import CASE_SUMMARY
from projections.catalogue import PROJECTIONS, REPORTS
from projections.counting import seen, then
from projections.kernel import Stated

pytestmark = pytest.mark.long

BRIEFLY = settings(deadline=None, max_examples=5)


def streams_of(event):
    """Two streams that the event may stand in; other kinds have streams of the same keys."""
    found = (stream.name for stream in STREAMS.values() if type(event) in stream.chapter_of)
    kind = next(found, "case")
    return f"{kind}:1", f"{kind}:2"


def one_of_each(projections):
    kinds = {kind: None for one in projections for kind in one.events}
    return st.tuples(*map(event, kinds))


@pytest.mark.parametrize(
    "projection", [one for one in PROJECTIONS if one.within_stream], ids=lambda one: one.name
)
def test_no_row_is_about_pages_of_two_streams(projection):
    @BRIEFLY
    @given(one_of_each([projection]))
    def law(events):
        streams = defaultdict(set)
        for page in pages((stream, one) for one in events for stream in streams_of(one)):
            streams[projection.key(page)].add(page.stream)
        assert all(len(of) == 1 for key, of in streams.items() if key is not None)

    law()


@pytest.mark.parametrize("report", REPORTS, ids=lambda one: one.name)
def test_a_report_looks_at_no_column_but_those_that_it_says_it_counts(report):
    @BRIEFLY
    @given(one_of_each(report.over))
    def law(events):
        rows = tables(report.over, [(streams_of(one)[0], one) for one in events])
        days = "2025-08-17", "2031-01-01"
        for on in days if report.daily else (None, *days):
            asked = dict.fromkeys(report.parameters) | {"on": on}
            found = narrowed(rows, report, report.narrow(asked))
            assert report.count(found, asked) == report.count(rows, asked)

    law()


def narrowed(rows, report, narrow):
    """The same rows without any other column: to look at one is an error; some rows not at all."""
    columns = {one.name: report.columns(one) for one in report.over}
    return {
        name: [
            SimpleNamespace(**{c: getattr(row, c) for c in columns[name]})
            for row in some
            if all(is_value(getattr(row, c), value) for c, value in narrow.get(name, {}).items())
        ]
        for name, some in rows.items()
    }


def is_value(said, value):
    return said is not None if value is Stated.ANY else str(getattr(said, "value", said)) == value


def test_who_was_told_of_for_the_last_time_before_a_day_was_on_it_as_the_row_says():
    @settings(deadline=None, max_examples=20)
    @given(st.lists(st.one_of(*map(event, CASE_SUMMARY.events)), min_size=1, max_size=12))
    def law(events):
        rows = tables([CASE_SUMMARY], [(streams_of(one)[0], one) for one in events])
        for row in rows[CASE_SUMMARY.name]:
            assert seen(row, None) == then(row, None)
            for days in range(-2, 3):
                on = row.last_effective_day + timedelta(days=days)
                assert seen(row, on) == then(row, on)

    law()

"""What a rebuild and a report rely on: rows within streams, and figures without sealed columns."""

from collections import defaultdict
from dataclasses import replace

import pytest
from fold import pages, tables
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import event

from domain.catalogue import STREAMS
from domain.kernel import DataClass, data_classes
from projections.catalogue import PROJECTIONS, REPORTS

BRIEFLY = settings(deadline=None, max_examples=5)


def streams_of(event):
    """Two streams that the event may stand in; other kinds have streams of the same keys."""
    kind = next(stream.name for stream in STREAMS.values() if type(event) in stream.chapter_of)
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
def test_a_report_counts_the_same_without_the_columns_that_it_does_not_open(report):
    @BRIEFLY
    @given(one_of_each(report.over))
    def law(events):
        rows = tables(report.over, [(streams_of(one)[0], one) for one in events])
        for on in None, "2025-08-17":
            asked = dict.fromkeys(report.parameters) | {"on": on}
            assert report.count(blanked(rows, report), asked) == report.count(rows, asked)

    law()


def blanked(rows, report):
    sealed = {
        one.name: {
            column: None
            for column, mark in data_classes(one.row).items()
            if mark is not DataClass.NONE and column not in report.opened
        }
        for one in report.over
    }
    return {name: [replace(row, **sealed[name]) for row in some] for name, some in rows.items()}

"""Pages that are read without being opened: what is known of them, and who goes on by them."""

from dataclasses import replace

import orjson
import pytest
from forgetting_house import MASTER, House, somebody, take_keys
from pages import assessed, began, draft, stream, write
from scenario import on

from application.ledger import Head
from domain.correction import Change, CorrectionApproved, CorrectionProposed
from infrastructure.closed_pages import closed
from infrastructure.codec import PageAlone, Unreadable
from infrastructure.ledger import EventsourcingLedger
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import RowSeals
from projections.case_summary import CASE_SUMMARY
from projections.changes import CHANGES
from projections.timeline import TIMELINE

WHEN = on("2025-09-01")


def stored(ledger):
    return ledger.recorder.select_notifications(1, 100)


def test_a_closed_page_says_what_the_open_one_says_but_nothing_of_what_is_told(ledger):
    write(ledger, draft(assessed(), reason="karena"), draft(began(), version=2))
    for page, whole in zip(stored(ledger), ledger.read(stream()), strict=True):
        found = closed(page)
        known = vars(whole) | {"event": found.event}
        assert vars(found) == {n: v for n, v in known.items() if n not in {"evidence", "reason"}}
        assert type(found.event) is type(whole.event)
        assert vars(found.event) == {"effective": whole.event.effective}
        with pytest.raises(AttributeError):
            _ = found.event.document


def test_an_envelope_that_is_not_known_is_refused(ledger):
    write(ledger, draft(assessed()))
    (page,) = stored(ledger)
    for change in {"name": "conduct.guessed@1"}, {"format": 2}, {"effective": 1}:
        said = orjson.dumps(orjson.loads(page.state) | change)
        with pytest.raises(Unreadable):
            closed(PageAlone(said, page.id, page.recorded_at))


def test_a_page_whose_key_is_lost_stops_only_what_looks_into_it(house, pool, database):
    _, case = somebody(house, "Budi Fiktif", "b" * 64)
    take_keys(database, next(page.subject for page in house.ledger.read(case)))
    with EventsourcingLedger(pool, MASTER) as ledger:
        later = House(ledger, pool, database)
        later.follow()
        letters = {one.name: one.stopped_keys for one in later.models.progress()}
        assert letters[TIMELINE.name] == 0
        assert letters[CASE_SUMMARY.name] == 1
        (same,) = later.models.compare([TIMELINE.name])
        assert same.live == same.replay
        assert same.rows == len(house.ledger.read(case))


def test_a_corrected_stream_is_built_anew_as_it_stands(ledger, pool):
    seals = RowSeals(ledger.store, ledger.keys, MASTER)
    models = PostgresReadModels(ledger, pool, seals, [TIMELINE, CHANGES])
    models.follower.prepare()
    write(ledger, draft(assessed()), draft(began(), version=2))
    first, last = ledger.read(stream())
    other = replace(first.event, effective=on("2024-01-01"))
    by = draft(CorrectionProposed(effective=WHEN, correction="k-1", content=other), version=3)
    voided = Change(event=last.event_id, by=None)
    decision = CorrectionApproved(
        effective=WHEN,
        correction="k-1",
        requested_in="case:1",
        approver="supervisor",
        changes=(Change(event=first.event_id, by=by.event_id), voided),
        arrivals=(),
        undoes=(),
    )
    told = by, draft(decision, version=4)
    write(ledger, *told, heads={stream(): Head(version=2, hash=last.hash)})
    while models.follower.advance():
        pass
    names = [TIMELINE.name, CHANGES.name]
    for same in models.compare(names):
        assert same.live == same.replay
        assert same.rows == {TIMELINE.name: 1, CHANGES.name: 3}[same.name]

"""Streams of one feed go on together: no news parts them, and a slow reader holds up nobody."""

import asyncio
import re
import threading
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress

import pytest
from anyio.from_thread import start_blocking_portal
from facts import event
from feed_doors import partnership
from partner_story import feed, told_of, within

import api.delivery
import api.feed_flocks
import api.feed_streams

pytestmark = pytest.mark.long

STREAMS = 7


@pytest.fixture(scope="module")
def house(postgres, followed_template):
    with partnership(postgres, followed_template) as house:
        yield house


@pytest.fixture(scope="module")
def portal():
    with start_blocking_portal() as portal:
        yield portal


class Reader:
    """A server's side of one stream: what was sent, and whether the socket takes any more."""

    def __init__(self, house, after) -> None:
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": f"{house.feed}/stream",
            "raw_path": f"{house.feed}/stream".encode(),
            "query_string": f"lastEventId={after}".encode(),
            "root_path": "",
            "headers": [(b"authorization", f"Bearer {house.token()}".encode())],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        self.app, self.said, self.takes = house.app, b"", asyncio.Event()
        self.takes.set()
        self.full = self.ended = False

    @property
    def ids(self):
        return [int(one) for one in re.findall(rb"^id: (\d+)", self.said, re.MULTILINE)]

    async def read(self):
        try:
            await self.app(self._scope, self._receive, self._send)
        finally:
            self.ended = True

    async def _receive(self):
        await asyncio.Event().wait()

    async def _send(self, message):
        if not self.takes.is_set():
            self.full = True
            await self.takes.wait()
        self.said += message.get("body", b"")


@contextmanager
def reading(portal, house, many=STREAMS):
    """Give readers who have heard all that there is, and want what comes next."""
    last = int(feed(house.disnaker, house.agreement)[-1]["id"])
    readers = [Reader(house, last) for _ in range(many)]
    with suppress(CancelledError):
        tasks = [portal.start_task_soon(reader.read) for reader in readers]
        assert within(20, lambda: all(b"jejak" in one.said for one in readers))
        assert within(20, lambda: resting(house) == many)
        yield readers, last
        for task in tasks:
            task.cancel()
    assert within(20, lambda: all(one.ended for one in readers))


def resting(house):
    flocks = [one.flock for one in house.app.state.deliveries._listening.values()]  # noqa: SLF001
    return sum(len(one._resting) for one in flocks)  # noqa: SLF001


def test_news_that_comes_while_a_round_is_under_way_makes_one_next_round_for_all(
    house, portal, monkeypatch
):
    begun, go_on, asked, parts = threading.Event(), threading.Event(), [], []
    record_alike, after = house.services.access.record_alike, house.services.feeds.after

    def slowly(answers):
        parts.extend(one for one, _ in answers if one.route.endswith("/stream"))
        if len(parts) == 2 and not begun.is_set():
            begun.set()
            assert go_on.wait(20)
        record_alike(answers)

    def counted(audience, entry, most):
        if most == api.feed_flocks.BATCH_MOST:
            asked.append(entry)
        return after(audience, entry, most)

    monkeypatch.setattr(api.feed_flocks, "RECORDED_AT_ONCE", 3)
    monkeypatch.setattr(api.feed_flocks, "SENT_AT_ONCE", 2)
    with reading(portal, house) as (readers, last):
        monkeypatch.setattr(house.services.access, "record_alike", slowly)
        monkeypatch.setattr(house.services.feeds, "after", counted)
        before = len(house.kept())
        house.teach("Pertama Contoh")
        assert begun.wait(20)
        assert within(20, lambda: sum(bool(one.ids) for one in readers) == 3), "the first part"
        house.teach("Kedua Contoh", "Ketiga Contoh")
        go_on.set()
        whole = [int(one["id"]) for one in feed(house.disnaker, house.agreement, last)]
        assert within(20, lambda: all(one.ids == whole for one in readers))
        assert len(set(asked)) == len(asked) <= 3, "read for once at each place that they came to"
    told = [one for one in house.kept()[before:] if one["route"].endswith("/stream")]
    assert sum(one["rows"] for one in told) == STREAMS * len(whole)
    assert len({one["trace_id"] for one in told}) == STREAMS


def test_a_reader_whose_socket_is_full_keeps_nobody_waiting_and_then_hears_all(house, portal):
    with reading(portal, house) as (readers, last):
        slow, *others = readers
        portal.call(slow.takes.clear)
        house.teach("Satu Contoh")
        assert within(20, lambda: slow.full)
        house.teach("Dua Contoh")
        whole = [int(one["id"]) for one in feed(house.disnaker, house.agreement, last)]
        assert within(20, lambda: all(one.ids == whole for one in others))
        assert slow.ids == []
        portal.call(slow.takes.set)
        assert within(20, lambda: slow.ids == whole)


def test_a_reader_who_takes_nothing_is_let_go_and_the_others_go_on(house, portal, monkeypatch):
    with reading(portal, house) as (readers, last):
        slow, *others = readers
        monkeypatch.setattr(api.feed_streams, "SLOW_SECONDS", 0.05)
        portal.call(slow.takes.clear)
        house.teach("Macet Contoh")
        assert within(20, lambda: slow.ended)
        house.teach("Lancar Contoh")
        whole = [int(one["id"]) for one in feed(house.disnaker, house.agreement, last)]
        assert within(20, lambda: all(one.ids == whole for one in others))


def test_streams_whose_entries_cannot_be_told_end_and_do_not_hang(house, portal, monkeypatch):
    def fails(*_):
        raise ValueError

    with reading(portal, house, 2) as (readers, _):
        with monkeypatch.context() as wrong:
            wrong.setattr(api.delivery, "cloud_event", fails)
            house.teach("Cacat Contoh")
            assert within(20, lambda: all(one.ended for one in readers))
        assert not any(one.ids for one in readers)


def test_a_full_socket_gets_no_sign_of_life_and_the_others_do(house, portal, monkeypatch):
    monkeypatch.setattr(api.feed_flocks, "HEARTBEAT_SECONDS", 0.02)
    with reading(portal, house, 2) as ((slow, other), _):
        portal.call(slow.takes.clear)
        assert within(20, lambda: slow.full and other.said.count(b": ping") > 5)
        shown = slow.said.count(b": ping")
        portal.call(slow.takes.set)
        assert within(20, lambda: slow.said.count(b": ping") > shown + 1)


def test_whoever_is_recorded_after_the_agreement_rests_is_sent_nobodys_data(
    house, portal, monkeypatch
):
    begun, go_on, parts = threading.Event(), threading.Event(), []
    record_alike = house.services.access.record_alike

    def slowly(answers):
        parts.extend(one for one, _ in answers if one.route.endswith("/stream"))
        if len(parts) == 2 and not begun.is_set():
            begun.set()
            assert go_on.wait(20)
        record_alike(answers)

    monkeypatch.setattr(api.feed_flocks, "RECORDED_AT_ONCE", 3)
    monkeypatch.setattr(api.feed_flocks, "FRESH_SECONDS", 0.0)
    with reading(portal, house) as (readers, _):
        monkeypatch.setattr(house.services.access, "record_alike", slowly)
        house.teach("Terakhir Contoh")
        assert begun.wait(20)
        rests = event("agreement.suspended", "2025-11-01", reason="rehat")
        told_of(house.medan, house.agreement, rests)
        go_on.set()
        assert within(20, lambda: all(one.ids for one in readers))
        assert within(20, lambda: resting(house) == STREAMS)
    assert sum(b"Terakhir Contoh" in one.said for one in readers) == 6, "whose records had begun"

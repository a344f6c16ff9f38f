"""A feed as a stream: many share one reading, and each ends when there is no more reason for it."""

import asyncio
import re
import threading
from contextlib import ExitStack
from datetime import timedelta
from itertools import islice

import httpx2
import pytest
from anyio.from_thread import start_blocking_portal
from feed_doors import partnership, served
from partner_story import feed, streaming, within

import api.door
import api.feed_flocks
import api.feed_streams
import api.serving
from api.feed_streams import FeedStream, patiently
from application.access import Unrecorded
from application.feeds import Unready
from infrastructure import feed_reading

pytestmark = pytest.mark.long

STREAMS = 12


@pytest.fixture(scope="module")
def house(postgres, followed_template):
    with partnership(postgres, followed_template) as house:
        yield house


@pytest.fixture(scope="module")
def server(house):
    with served(house.app) as server:
        yield server


def streamed(server, house, query="", **said):
    """Open a stream, to be read line by line."""
    address = f"{server.address}{house.feed}/stream{query}"
    return httpx2.stream("GET", address, headers=said or house.disnaker.headers)


def first_lines(answer):
    """Return what a stream begins with, to the end of its first entry."""
    lines = answer.iter_lines()
    return [next(lines) for _ in range(7)]


@pytest.fixture
def many(house, server):
    """Streams of one feed, all of which have heard all that there is."""
    head = feed(house.disnaker, house.agreement)
    with ExitStack() as use:
        token = house.token()
        streams = [
            use.enter_context(streaming(server.address, token, house.agreement))
            for _ in range(STREAMS)
        ]
        for stream in streams:
            assert stream.wait_for(lambda told: len(told) == len(head)) == head
        yield streams


def test_all_streams_of_a_feed_share_one_reading_and_each_is_on_record(house, many, monkeypatch):
    asked, after = [], house.services.feeds.after
    last = int(feed(house.disnaker, house.agreement)[-1]["id"])

    def counted(audience, entry, most):
        told = after(audience, entry, most)
        if told.entries:
            asked.append(entry)
        return told

    monkeypatch.setattr(house.services.feeds, "after", counted)
    monkeypatch.setattr(api.feed_flocks, "SENT_AT_ONCE", 5)  # and they are sent to in three turns
    before = len(house.kept())
    house.teach("Sari Contoh")
    whole = feed(house.disnaker, house.agreement)
    for stream in many:
        assert stream.wait_for(lambda told: len(told) == len(whole)) == whole
    assert len(asked) < STREAMS / 2
    told = [one for one in house.kept()[before:] if one["route"].endswith("/stream")]
    assert sum(one["rows"] for one in told) == STREAMS * (len(whole) - last)
    assert {one["agreement"] for one in told} == {house.agreement}
    assert {tuple(one["subjects"]) for one in told} == {(f"case:{house.cases[-1]}",)}


def test_a_stream_goes_on_from_where_its_reader_came_to(house, server):
    whole = feed(house.disnaker, house.agreement)
    token = house.token()
    with streaming(server.address, token, house.agreement, after=whole[-2]["id"]) as stream:
        assert stream.wait_for(lambda told: len(told) == 1) == whole[-1:]
    with streamed(server, house, "?lastEventId=1") as answer:
        assert f"id: {whole[1]['id']}" in first_lines(answer)


def test_what_comes_between_the_first_reading_and_the_listening_is_not_missed(
    house, server, monkeypatch
):
    told, answer = len(feed(house.disnaker, house.agreement)), FeedStream.__call__
    with streaming(server.address, house.token(), house.agreement) as early:
        early.wait_for(lambda heard: len(heard) == told)

        def comes():
            house.teach("Di Antara")
            early.wait_for(lambda heard: len(heard) > told)

        async def late(*said):
            await asyncio.to_thread(comes)
            await answer(*said)

        monkeypatch.setattr(FeedStream, "__call__", late)
        with streaming(server.address, house.token(), house.agreement) as stream:
            stream.wait_for(lambda heard: len(heard) == len(early.told) > told)


def test_a_stream_says_what_it_sends_as_the_standard_has_it(house, server):
    asked = httpx2.stream(
        "GET", f"{server.address}{house.feed}/stream", headers=house.disnaker.headers
    )
    with asked as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        lines = answer.iter_lines()
        said = [next(lines) for _ in range(7)]
    first = feed(house.disnaker, house.agreement)[0]
    assert said[0].startswith(":")
    assert said[1] == "retry: 3000"
    assert {f"id: {first['id']}", f"event: {first['type']}"} <= set(said)
    assert [one for one in said if one.startswith("data: {")]


def test_a_long_feed_comes_in_batches_that_miss_nothing(house, server, monkeypatch):
    for room in (api.feed_streams, api.feed_flocks):
        monkeypatch.setattr(room, "BATCH_MOST", 2)
    whole = feed(house.disnaker, house.agreement)
    with streaming(server.address, house.token(), house.agreement) as stream:
        assert stream.wait_for(lambda told: len(told) == len(whole)) == whole


def test_a_stream_ends_with_the_token_and_sends_nothing_after_it(house, server):
    whole = feed(house.disnaker, house.agreement)
    with streaming(server.address, house.token(hours=1), house.agreement) as stream:
        stream.wait_for(lambda told: len(told) == len(whole))
        house.clock.instant = house.clock() + timedelta(hours=2)
        house.teach("Terlambat Contoh")
        assert stream.ended.wait(20)
        assert stream.told == whole
    house.clock.instant = None


def test_a_quiet_stream_shows_a_sign_of_life_and_ends_with_the_token(house, server, monkeypatch):
    assert within(20, lambda: counted(house, "jejak_feed_streams") == 0), "whose clock goes already"
    monkeypatch.setattr(api.feed_flocks, "HEARTBEAT_SECONDS", 0.02)
    with streamed(server, house, Authorization=f"Bearer {house.token(hours=1)}") as answer:
        lines = answer.iter_lines()
        assert ": ping" in (next(lines) for _ in range(1_000))
        house.clock.instant = house.clock() + timedelta(hours=2)
        left = list(islice(lines, 1_000))
    assert len(left) < 1_000
    assert all(line.startswith(":") or not line for line in left)
    house.clock.instant = None


def test_news_that_nobody_told_of_is_noticed_all_the_same(house, server, monkeypatch):
    monkeypatch.setattr(api.feed_flocks, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(house.app.state.deliveries, "_wake", lambda *_, **__: None)
    whole = feed(house.disnaker, house.agreement)
    with streaming(server.address, house.token(), house.agreement) as stream:
        stream.wait_for(lambda told: len(told) == len(whole))
        house.teach("Tanpa Kabar")
        stream.wait_for(lambda told: len(told) > len(whole))


def test_a_stream_waits_for_feeds_that_are_too_far_behind_and_then_misses_nothing(
    house, server, monkeypatch
):
    monkeypatch.setattr(api.feed_flocks, "HEARTBEAT_SECONDS", 0.05)
    whole, refused, after = feed(house.disnaker, house.agreement), threading.Event(), None

    def refusing(*asked):
        try:
            return after(*asked)
        except Unready:
            refused.set()
            raise

    with streaming(server.address, house.token(), house.agreement) as stream:
        stream.wait_for(lambda told: len(told) == len(whole))
        after = house.services.feeds.after
        monkeypatch.setattr(house.services.feeds, "after", refusing)
        with monkeypatch.context() as late:
            late.setattr(feed_reading, "LAG_MOST_SECONDS", -1.0)
            house.teach("Nanti Contoh")
            assert refused.wait(10)
            assert len(stream.told) == len(whole)
        stream.wait_for(lambda told: len(told) > len(whole))


def test_a_stream_sends_nothing_that_cannot_be_recorded(house, server, monkeypatch):
    whole = feed(house.disnaker, house.agreement)
    record_alike = house.services.access.record_alike
    with streaming(server.address, house.token(), house.agreement) as stream:
        stream.wait_for(lambda told: len(told) == len(whole))

        def fails(answers):
            if any(one.route.endswith("/stream") for one, _ in answers):
                raise Unrecorded
            record_alike(answers)

        monkeypatch.setattr(house.services.access, "record_alike", fails)
        house.teach("Tak Tercatat")
        assert stream.ended.wait(20)
        assert stream.told == whole


def test_a_reader_that_takes_nothing_for_long_is_let_go(monkeypatch):
    monkeypatch.setattr(api.feed_streams, "SLOW_SECONDS", 0.01)

    async def never(_message):
        await asyncio.Event().wait()

    with start_blocking_portal() as portal, pytest.raises(TimeoutError):
        portal.call(patiently(never), {"type": "http.response.body"})


def test_a_reader_that_takes_slowly_is_waited_for():
    taken = []

    async def slowly(message):
        for _ in range(3):
            await asyncio.sleep(0)
        taken.append(message)

    with start_blocking_portal() as portal:
        portal.call(patiently(slowly), {"type": "http.response.body"})
    assert taken == [{"type": "http.response.body"}]


def test_whoever_hangs_up_is_listened_for_no_more(house, server, monkeypatch):
    ended, listen = [], house.services.feeds.listen

    def counted(audience, told):
        end = listen(audience, told)

        def gone():
            ended.append(audience)
            end()

        return gone

    monkeypatch.setattr(house.services.feeds, "listen", counted)
    with streamed(server, house):
        assert not ended
    assert within(20, lambda: ended)


def test_readers_that_come_back_all_at_once_are_all_let_in(house, server, monkeypatch):
    door = house.app.door
    come, after, answers = threading.Event(), house.services.feeds.after, []

    def slow(*asked):
        assert come.wait(20)
        return after(*asked)

    def back():
        with streamed(server, house) as answer:
            answers.append(answer.status_code)

    monkeypatch.setattr(api.door, "INSIDE_MOST", 1)
    monkeypatch.setattr(house.services.feeds, "after", slow)
    readers = [threading.Thread(target=back) for _ in range(STREAMS)]
    for reader in readers:
        reader.start()
    assert within(20, lambda: door.places.waiting + len(answers) == STREAMS)
    come.set()
    for reader in readers:
        reader.join(20)
    assert answers == [200] * STREAMS


def counted(house, name):
    """Return a figure of the metrics, 0 where it is not there."""
    text = house.service.stranger().get("/metrics").text
    found = re.findall(rf"^{re.escape(name)} (\d+)$", text, re.MULTILINE)
    return int(found[0]) if found else 0


def test_metrics_say_how_many_wait_how_many_streams_are_open_and_what_was_told(house, server):
    told = 'jejak_feed_entries_total{route="/v1/feeds/{agreement_id}"}'
    before, streams = counted(house, told), counted(house, "jejak_feed_streams")
    whole = house.disnaker.get(house.feed).json()
    house.disnaker.head(house.feed)
    assert counted(house, told) == before + len(whole)
    asked = f"{server.address}{house.feed}?lastEventId={whole[-1]['id']}&timeout=30000"
    waiting = threading.Thread(
        target=lambda: httpx2.get(asked, headers=house.disnaker.headers, timeout=60)
    )
    waiting.start()
    there, said = f"{server.address}{house.feed}/stream", house.disnaker.headers
    with httpx2.stream("GET", there, headers=said) as stream:
        lines = stream.iter_lines()
        assert next(lines)
        assert within(20, lambda: counted(house, "jejak_feed_streams") == streams + 1)
        assert within(20, lambda: counted(house, "jejak_feed_waiting") == 1)
        by_stream = told.replace("}", "}/stream", 1)
        assert counted(house, by_stream) >= len(whole)
        house.teach("Yuni Contoh")
        waiting.join(20)
    assert within(20, lambda: counted(house, "jejak_feed_streams") == streams)
    assert counted(house, "jejak_feed_waiting") == 0
    assert counted(house, told) > before + len(whole)


def test_streams_and_waits_end_when_the_service_is_asked_to_stop(house, monkeypatch):
    monkeypatch.setattr(api.serving, "GRACE_SECONDS", 600)
    whole, heard = feed(house.disnaker, house.agreement), []
    with served(house.app) as server:
        asked = f"{server.address}{house.feed}?lastEventId={whole[-1]['id']}&timeout=30000"

        def wait():
            heard.append(httpx2.get(asked, headers=house.disnaker.headers, timeout=60))

        waiting = threading.Thread(target=wait)
        with streaming(server.address, house.token(), house.agreement) as stream:
            stream.wait_for(lambda told: len(told) == len(whole))
            waiting.start()
            assert within(20, lambda: len(server.server.server_state.tasks) == 2)
            assert server.stop()
            assert stream.ended.wait(20)
        waiting.join(20)
    assert heard[0].json() == []

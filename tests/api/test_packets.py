"""The head of an answer and its body leave together, and nothing is kept that should leave."""

import asyncio

import pytest
from anyio.from_thread import start_blocking_portal

from api.packets import OnePacket

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"


class Wire(asyncio.Transport):
    """A transport that keeps what each call of it would have sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent, self.over = [], False

    def is_closing(self):
        return self.over

    def write(self, data):
        assert not self.over, "as uvloop refuses it once the connection is lost"
        self.sent.append(bytes(data))

    def writelines(self, list_of_data):
        self.sent.append(b"".join(list_of_data))

    def close(self):
        self.sent.append("closed")


@pytest.fixture(scope="module")
def portal():
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture(scope="module")
def on_loop(portal):
    return lambda steps: portal.call(sent, steps)


async def sent(steps):
    """Return what has left once the steps were taken, and what one turn of the loop later."""
    wire = Wire()
    steps(OnePacket(wire, asyncio.get_running_loop()))
    at_once = list(wire.sent)
    await asyncio.sleep(0)
    return at_once, wire.sent


def written(*parts):
    def steps(transport):
        for part in parts:
            transport.write(part)

    return steps


def test_a_head_and_its_body_leave_as_one(on_loop):
    assert on_loop(written(HEAD, b"body")) == ([HEAD + b"body"], [HEAD + b"body"])


def test_a_body_of_nothing_sends_its_head_at_once(on_loop):
    assert on_loop(written(HEAD, b""))[0] == [HEAD]


def test_a_head_that_nothing_follows_leaves_with_the_loops_turn(on_loop):
    assert on_loop(written(HEAD)) == ([], [HEAD])


def test_what_comes_after_a_head_and_its_body_waits_for_nothing(on_loop):
    assert on_loop(written(HEAD, b"a", b"b", b"c"))[0] == [HEAD + b"a", b"b", b"c"]


def test_a_body_that_begins_like_a_head_leaves_in_its_turn(on_loop):
    at_once, later = on_loop(written(b"HTTP/ is a protocol", HEAD, HEAD))
    assert (at_once, later) == ([b"HTTP/ is a protocol" + HEAD], [*at_once, HEAD])


def test_what_is_kept_leaves_before_the_end(on_loop):
    def steps(transport):
        transport.write(HEAD)
        transport.close()

    assert on_loop(steps) == ([HEAD, "closed"], [HEAD, "closed"])


def test_a_head_whose_client_hangs_up_meanwhile_goes_nowhere(portal):
    async def lost():
        wire, wrong = Wire(), []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, said: wrong.append(said))
        OnePacket(wire, loop).write(HEAD)
        wire.over = True
        await asyncio.sleep(0)
        loop.set_exception_handler(None)
        return wire.sent, wrong

    assert portal.call(lost) == ([], [])

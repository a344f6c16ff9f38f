"""What measures feeds loses nothing itself: streams in pieces, and entries that are not there."""

import pytest
from anyio.from_thread import start_blocking_portal

from benchmarks import feed
from benchmarks.feed_load import Audience, Reader, waited
from benchmarks.jobs import WorkerFailed
from benchmarks.place import Place
from benchmarks.result import TINY
from infrastructure.postgres_tenant import wheel_binaries

ANSWER = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n: jejak\n\n\r\n"


class Wire:
    def write(self, _):
        pass


def message(entry, held):
    said = b'event: a.upsert\ndata: {"data":{"held":%d}}\nid: %d\n\n' % (held, entry)
    return b"%x\r\n%b\r\n" % (len(said), said)


def read(pieces, last=0):
    async def reading():
        reader = Reader(b"GET", last, reads=True)
        reader.connection_made(Wire())
        reader.wait_for(last + 3)
        for piece in pieces:
            reader.data_received(piece)
        return reader

    with start_blocking_portal() as portal:
        return portal.call(reading)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_stream_is_read_alike_in_whatever_pieces_it_comes(size):
    wire = ANSWER + b"".join(message(entry, 40 + entry) for entry in (4, 5, 5, 6))
    reader = read([wire[n : n + size] for n in range(0, len(wire), size)], last=3)
    assert list(reader.came) == [4, 5, 6]
    assert reader.numbers == {4: 44, 5: 45, 6: 46}
    assert reader.through.result() is None


def test_a_stream_that_is_refused_fails_the_run():
    reader = read([b"HTTP/1.1 404 Not Found\r\n\r\nno such feed"])
    for waited_for in (reader.opened, reader.through):
        with pytest.raises(WorkerFailed, match="no such feed"):
            waited_for.result()


def test_what_a_stream_has_not_or_has_besides_fails_the_run():
    whole = read([ANSWER, message(1, 7), message(2, 8), message(3, 9)])
    missing = read([ANSWER, message(1, 7), message(3, 9)])

    def waits(sent, *readers):
        audience = Audience("", "", {}, [], list(readers), dict.fromkeys(sent, 0.0))
        return len(list(waited(audience)))

    assert waits((7, 8, 9), whole, whole) == 6
    with pytest.raises(WorkerFailed, match="1 of 4"):
        waits((7, 8, 9, 10), whole)
    with pytest.raises(WorkerFailed, match="other entries"):
        waits((7, 8, 9), whole, missing)


@pytest.mark.long
def test_streams_are_measured_from_one_end_to_the_other(postgres, tmp_path):
    place = Place(postgres=postgres, cache=tmp_path, binaries=wheel_binaries(), installs=False)
    found = {row.subject: row for row in feed.run(TINY, place).rows}
    ours = found["Jejak, 10 streams of 10 audiences: wait"]
    assert ours.value > 0
    assert ours.ratio_to == "streams alone, 10 streams of 10 audiences: wait"

"""An archive of any length is verified in the same memory: it is read on, never kept."""

import tracemalloc
from random import Random

import pytest
from archives import Archive, leaves_of

from verifier.archive import Asked, verify
from verifier.lines import Tails

BLOCK = 1 << 14
MANY, STREAMS = 800, 20


def most_held(written, tails, *, thorough):
    """Return the bytes that verifying an archive held at once, without the archive itself."""
    blocks = (written[at : at + BLOCK] for at in range(0, len(written), BLOCK))
    tracemalloc.start()
    try:
        verdict = verify(blocks, Asked(thorough=thorough), tails=tails)
        assert verdict.fault is None
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("thorough", [False, True])
def test_eight_times_as_many_events_are_verified_in_the_same_memory(thorough):
    few, many = (
        Archive.of(leaves_of(Random(1), events, STREAMS, accesses=0)).written()  # noqa: S311
        for events in (MANY // 8, MANY)
    )
    tails = Tails(after=1)
    verify([many], Asked(thorough=thorough), tails=tails)  # patterns are learnt once, and kept
    held = [most_held(written, tails, thorough=thorough) for written in (few, many)]
    assert held[1] - held[0] < (MANY - MANY // 8) * 24, "not even a hash is kept of each"

"""A tail over a ledger, which hears what others say."""

import time
from contextlib import contextmanager

from infrastructure.tail import Tail


@contextmanager
def following(ledger, pool, *, local=True):
    tail = Tail(pool, ledger.awake)
    if local:
        ledger.recorder.tail = tail
    tail.start()
    try:
        wait_until(lambda: tail.listening)
        yield tail
    finally:
        tail.close()


def wait_until(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)

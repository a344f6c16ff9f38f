"""What was freed is kept in few places where the machine's library lets us say so."""

import ctypes
import platform
import re
import subprocess
import sys

import pytest

from infrastructure import arenas

MANY_THREADS = """
import ctypes, sys
from threading import Barrier, Thread
from infrastructure.arenas import keep_few
if sys.argv[1:]:
    keep_few()
libc, met = ctypes.CDLL(None), Barrier(20)
def take():
    met.wait()
    libc.malloc(2000)
    met.wait()
threads = [Thread(target=take) for _ in range(20)]
for one in threads:
    one.start()
for one in threads:
    one.join()
libc.malloc_stats()
"""


def places(*words):
    said = subprocess.run(
        [sys.executable, "-c", MANY_THREADS, *words], capture_output=True, text=True, check=True
    ).stderr
    return len(re.findall(r"^Arena \d+:", said, re.MULTILINE))


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc has such places")
def test_many_threads_share_few_places():
    assert places("few") <= arenas.PLACES < places()


def test_a_machine_without_such_a_library_is_left_alone(monkeypatch):
    def missing(_):
        raise OSError

    monkeypatch.setattr(ctypes, "CDLL", missing)
    assert not arenas.keep_few()

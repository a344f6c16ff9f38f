"""That a day is a day for whoever works it, and that what grew in it is told."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.day import GOAL, Sample, family, held, rows


def day(*pss):
    return [Sample(requests=1_000 * n, rss=held + 50, pss=held) for n, held in enumerate(pss)]


def test_what_fills_in_the_morning_and_stays_is_flat():
    *_, growth = rows(day(150.0, 180.0, 190.0, 190.0, 190.1, 190.0, 190.1, 190.1, 190.1))
    assert (growth.goal, growth.met) == (GOAL, True)


def test_what_goes_on_growing_is_not():
    *moments, growth = rows(day(*(150.0 + n for n in range(9))))
    assert growth.value == pytest.approx(10.0)
    assert growth.met is False
    assert [one.value for one in moments] == [150.0, 152.0, 154.0, 158.0]


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="Linux says it")
def test_all_processes_of_a_service_are_counted():
    child = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    with subprocess.Popen([sys.executable, "-c", child], stdin=subprocess.PIPE) as parent:
        while len(everybody := [*family(parent.pid)]) < 2:
            pass
        rss, pss = held(parent.pid)
        assert everybody[0] == parent.pid
        assert 0 < pss <= rss
        parent.stdin.close()
    assert held(parent.pid) == (0, 0)

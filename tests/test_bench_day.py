"""That a day is a day for whoever works it, and that what grew in it is told."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.day import GOAL, Held, Sample, family, held, rows


def day(*pss):
    return [
        Sample(1_000 * n, Held(held + 50, held, {"service": held - 60, "sealer": 60.0}))
        for n, held in enumerate(pss)
    ]


def test_what_fills_in_the_morning_and_stays_is_flat():
    *_, growth = rows(day(150.0, 180.0, 190.0, 190.0, 190.1, 190.0, 190.1, 190.1, 190.1))
    assert (growth.goal, growth.met) == (GOAL, True)


def test_what_goes_on_growing_is_not():
    *moments, growth = rows(day(*(150.0 + n for n in range(9))))
    assert growth.value == pytest.approx(10.0)
    assert growth.met is False
    assert [one.value for one in moments] == [150.0, 152.0, 154.0, 158.0]
    assert moments[-1].note == "service 98, sealer 60; RSS 208 MB, 8,000 requests"


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="Linux says it")
def test_all_processes_of_a_service_are_counted():
    kept = "[sys.executable, '-c', 'input()', 'infrastructure.witness_process']"
    child = f"import subprocess, sys; subprocess.run({kept})"
    with subprocess.Popen([sys.executable, "-c", child], stdin=subprocess.PIPE) as parent:
        while len(everybody := [*family(parent.pid)]) < 2:
            pass
        while "witness" not in (found := held(parent.pid)).each:  # it has not become itself yet
            pass
        assert everybody[0] == parent.pid
        assert [*found.each] == ["service", "witness"]
        assert 0 < found.pss == sum(found.each.values()) <= found.rss
        parent.stdin.close()
    assert held(parent.pid) == (0, 0, {})

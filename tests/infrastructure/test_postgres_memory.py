from pathlib import Path

import pytest

from infrastructure import postgres_memory
from infrastructure.postgres_memory import LEAST, MOST, shared_buffers, too_much

GIGABYTE = 2**30


@pytest.fixture
def machine(monkeypatch):
    """Sets how many bytes the machine has."""

    def having(size: int) -> None:
        answers = {"SC_PHYS_PAGES": size // 4096, "SC_PAGE_SIZE": 4096}
        monkeypatch.setattr(postgres_memory.os, "sysconf", answers.__getitem__)

    return having


@pytest.mark.parametrize(
    ("size", "share"), [(1, LEAST), (2, LEAST), (8, 512), (24, 1_536), (1_024, MOST)]
)
def test_postgresql_keeps_a_sixteenth_of_the_machine_within_bounds(machine, tmp_path, size, share):
    machine(size * GIGABYTE)
    assert shared_buffers(tmp_path) == f"{share}MB"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("0::/", "memory.max"),
        ("0::/system.slice/jejak.service", "system.slice/memory.max"),
        ("0::/system.slice/jejak.service", "system.slice/jejak.service/memory.max"),
        ("0::/of/the/host/and/not/seen/here", "memory.max"),
        ("9:name=systemd:/\n4:cpu,memory:/docker/1", "memory/docker/1/memory.limit_in_bytes"),
        ("4:memory:/docker/1", "memory/memory.limit_in_bytes"),
    ],
)
def test_where_a_group_may_have_less_it_is_a_share_of_that(machine, tmp_path: Path, said, name):
    machine(64 * GIGABYTE)
    own, limit = tmp_path / "own", tmp_path / name
    own.write_text(said)
    limit.parent.mkdir(parents=True, exist_ok=True)
    limit.write_text(f"{4 * GIGABYTE}\n")
    assert shared_buffers(tmp_path, own) == "256MB"


@pytest.mark.parametrize("said", ["max\n", "9223372036854771712\n", ""])
def test_a_group_without_a_limit_has_what_the_machine_has(machine, tmp_path: Path, said):
    machine(16 * GIGABYTE)
    own = tmp_path / "own"
    own.write_text("0::/")
    (tmp_path / "memory.max").write_text(said)
    assert shared_buffers(tmp_path, own) == "1024MB"
    assert shared_buffers(tmp_path, tmp_path / "no such system") == "1024MB"


def test_only_a_server_that_was_refused_its_memory_is_started_with_less():
    assert too_much("FATAL:  could not map anonymous shared memory: Cannot allocate memory")
    assert not too_much('FATAL:  lock file "postmaster.pid" already exists')

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


@pytest.mark.parametrize("name", ["memory.max", "memory/memory.limit_in_bytes"])
def test_in_a_container_it_is_a_share_of_what_the_container_has(machine, tmp_path: Path, name):
    machine(64 * GIGABYTE)
    limit = tmp_path / name
    limit.parent.mkdir(exist_ok=True)
    limit.write_text(f"{4 * GIGABYTE}\n")
    assert shared_buffers(tmp_path) == "256MB"


@pytest.mark.parametrize("said", ["max\n", "9223372036854771712\n", ""])
def test_a_container_without_a_limit_has_what_the_machine_has(machine, tmp_path: Path, said):
    machine(16 * GIGABYTE)
    (tmp_path / "memory.max").write_text(said)
    assert shared_buffers(tmp_path) == "1024MB"


def test_only_a_server_that_was_refused_its_memory_is_started_with_less():
    assert too_much("FATAL:  could not map anonymous shared memory: Cannot allocate memory")
    assert not too_much('FATAL:  lock file "postmaster.pid" already exists')

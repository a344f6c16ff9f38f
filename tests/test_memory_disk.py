import shutil
from pathlib import Path

import memory_disk
import pytest

pytestmark = pytest.mark.skipif(
    not memory_disk.MEMORY.is_dir(), reason="the system has no directory in memory"
)


@pytest.fixture(autouse=True)
def memory(tmp_path, monkeypatch) -> Path:
    """A directory that stands for the one in memory."""
    monkeypatch.setattr(memory_disk, "MEMORY", tmp_path)
    monkeypatch.setattr(memory_disk, "ENOUGH", 0)
    return tmp_path


def test_what_is_lent_is_gone_afterwards_with_all_that_was_written(memory):
    with memory_disk.memory_disk(Path("elsewhere")) as directory:
        assert directory.parent == memory
        (directory / "cluster").write_text("pages")
    assert list(memory.iterdir()) == []


def test_two_runs_at_once_leave_each_other_s_alone(memory):
    with memory_disk.memory_disk(memory) as one, memory_disk.memory_disk(memory) as other:
        assert one != other
        assert one.is_dir()


def test_what_a_killed_run_left_is_given_back_by_the_next(memory):
    left = memory / f"{memory_disk.PREFIX}killed"
    (left / "postgres").mkdir(parents=True)
    with memory_disk.memory_disk(memory):
        assert not left.exists()


def test_where_memory_is_scarce_the_disk_does(memory, monkeypatch):
    monkeypatch.setattr(memory_disk, "ENOUGH", shutil.disk_usage(memory).total + 1)
    with memory_disk.memory_disk(Path("on a disk")) as directory:
        assert directory == Path("on a disk")

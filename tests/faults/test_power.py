"""Whatever a power cut leaves of what Jejak writes, nothing that was told is lost."""

import os
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from infrastructure.durable import make_folder, make_once, replace_durably, settle, sync_tree
from tests.faults.power import Disk, Stopped
from tests.faults.power_cut import Campaign
from tests.faults.power_servers import a_server
from tests.faults.power_stories import STORIES

SEED = 7
pytestmark = pytest.mark.filterwarnings(  # who is killed closes nothing
    "ignore::pytest.PytestUnraisableExceptionWarning"
)


def left_of(disk, tmp_path_factory, name, most=60):
    """What a file may hold after a cut; None where it may be gone."""
    found = set()
    for state in disk.states(Random(SEED), most):  # noqa: S311  # drawn, not kept
        at = tmp_path_factory.mktemp("left")
        disk.put_down(state, at)
        found.add((at / name).read_bytes() if (at / name).exists() else None)
    return found


@pytest.fixture
def disk(tmp_path):
    with closing(Disk(tmp_path)) as disk:
        yield disk


def test_what_nobody_waited_for_may_be_gone_cut_short_or_zeros(disk, tmp_path, tmp_path_factory):
    with disk.until():
        (tmp_path / "file").write_bytes(b"content" * 20)
    left = left_of(disk, tmp_path_factory, "file")
    assert {None, b"", b"content" * 20, bytes(140)} < left
    assert any(it and it != bytes(140) and b"\0" in it for it in left), "zeros in part"
    assert any(it and it in b"content" * 19 for it in left), "cut short"


def test_content_and_name_are_waited_for_one_by_one(disk, tmp_path, tmp_path_factory):
    path = tmp_path / "file"
    with disk.until():
        descriptor = os.open(path, os.O_CREAT | os.O_WRONLY)
        os.write(descriptor, b"new")
        os.fsync(descriptor)
        os.close(descriptor)
    assert left_of(disk, tmp_path_factory, "file") == {None, b"new"}
    with disk.until():
        replace_durably(path, b"newer")
    assert left_of(disk, tmp_path_factory, "file") == {b"newer"}
    with disk.until():
        path.unlink()
    assert left_of(disk, tmp_path_factory, "file") == {None, b"newer"}


def test_a_folder_is_there_with_all_above_it_or_what_is_in_it_is_not(
    disk, tmp_path, tmp_path_factory
):
    with disk.until():
        (tmp_path / "deep").mkdir()
        replace_durably(tmp_path / "deep/file", b"lost with its folder")
    assert None in left_of(disk, tmp_path_factory, "deep/file")
    with disk.until():
        make_folder(tmp_path / "deep/er/est", parents=True)
        make_once(tmp_path / "deep/er/est/file", lambda: b"there")
    assert left_of(disk, tmp_path_factory, "deep/er/est/file") == {b"there"}


def test_a_tree_is_on_the_disk_with_all_that_is_in_it(disk, tmp_path, tmp_path_factory):
    with disk.until():
        make_folder(tmp_path / "tree/inner", parents=True)
        (tmp_path / "tree/inner/file").write_bytes(b"whole")
        sync_tree(tmp_path / "tree")
    assert left_of(disk, tmp_path_factory, "tree/inner/file") == {b"whole"}


def test_what_lies_where_there_is_no_fsync_is_read_all_the_same():
    with pytest.raises(OSError, match="Invalid argument"), Path("/proc/version").open() as file:
        os.fsync(file)
    settle(Path("/proc/version"))


def test_who_is_stopped_does_nothing_more(disk, tmp_path):
    def work():
        try:
            (tmp_path / "one").mkdir()
            (tmp_path / "two").mkdir()
        finally:
            (tmp_path / "one").rmdir()

    with pytest.raises(Stopped), disk.until(1):
        work()
    assert [it.name for it in tmp_path.iterdir()] == ["one"]


@pytest.mark.parametrize("name", STORIES)
def test_nothing_told_is_lost(name):
    found = Campaign(seed=SEED, most=6, lives=1).of(name, STORIES[name])
    assert found.states > 10
    assert not found.broken, found.where


@pytest.mark.long
@pytest.mark.parametrize("name", STORIES)
def test_nothing_told_is_lost_whoever_was_killed_before_the_cut(name):
    found = Campaign(seed=SEED, most=60, lives=1000).of(name, STORIES[name])
    assert not found.broken, found.where


@pytest.mark.long
def test_nothing_told_is_lost_where_postgres_takes_part(tmp_path):
    with a_server(tmp_path) as server:
        for name, story in server.stories().items():
            found = Campaign(seed=SEED, most=4, lives=0).of(name, story)
            assert found.states > 10, name
            assert not found.broken, found.where


@pytest.mark.parametrize(
    ("control", "name"), [("file", "witness"), ("folder", "witness"), ("folder", "bases_let_go")]
)
def test_an_fsync_that_is_left_out_is_found(control, name):
    found = Campaign(seed=SEED, most=6, lives=0, control=control).of(name, STORIES[name])
    assert found.broken

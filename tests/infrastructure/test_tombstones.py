"""The file of who was forgotten: one line after another, from however many processes."""

import multiprocessing
import os

import pytest
from uuid_utils import uuid7

from infrastructure.tombstones import Destruction, TombstoneFile, TombstonesUnreadable

PROCESSES, LINES = 3, 25


def forgetting(*subjects):
    return Destruction(
        subjects=subjects, event_id=str(uuid7()), stream=f"person:{subjects[0]}", told={"name": "x"}
    )


def write_many(path, number, together):
    file = TombstoneFile(path)
    together.wait()
    for line in range(LINES):
        file.add(forgetting(f"{number}-{line}"))


def test_no_line_is_lost_however_many_processes_write_at_once(tmp_path):
    path, forking = tmp_path / "forgotten.jsonl", multiprocessing.get_context("fork")
    together = forking.Barrier(PROCESSES)
    writers = [
        forking.Process(target=write_many, args=(path, number, together))
        for number in range(PROCESSES)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * PROCESSES
    written = [subject for one in TombstoneFile(path).read() for subject in one.subjects]
    expected = {f"{number}-{line}" for number in range(PROCESSES) for line in range(LINES)}
    assert len(written) == len(expected)
    assert set(written) == expected


def test_a_decision_is_one_line_however_often_it_is_added(tmp_path):
    path, once = tmp_path / "forgotten.jsonl", forgetting("budi")
    TombstoneFile(path).add(once)
    TombstoneFile(path).add(once, forgetting("tono"))
    assert [one.subjects for one in TombstoneFile(path).read()] == [("budi",), ("tono",)]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_line_that_was_cut_short_counts_as_not_written_and_a_damaged_one_is_told(tmp_path):
    path = tmp_path / "forgotten.jsonl"
    tombstones = TombstoneFile(path)
    tombstones.add(forgetting("budi"))
    with path.open("a") as file:
        file.write('{"subjects": ["tono"')
    assert [one.subjects for one in tombstones.read()] == [("budi",)]
    tombstones.add(forgetting("sari"))
    assert [one.subjects for one in tombstones.read()] == [("budi",), ("sari",)]
    path.write_text("nonsense" + os.linesep)
    with pytest.raises(TombstonesUnreadable):
        tombstones.read()
    with pytest.raises(TombstonesUnreadable):
        tombstones.add(forgetting("adi"))
    assert path.read_text() == "nonsense" + os.linesep

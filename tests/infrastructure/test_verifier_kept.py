"""What was kept of a log earlier: it names the leaf that was changed, and what is missing."""

import json

import pytest
from archives import Archive
from vector_log import BASE, GOOD, HALF, forged

from tests.infrastructure.test_verifier import verdict_of
from verifier.faults import Misuse
from verifier.kept import Kept, kept_in, tile_path


def kept_archive(folder):
    folder.mkdir(exist_ok=True)
    (folder / "older.ndjson").write_bytes(GOOD.written())
    return folder / "older.ndjson"


def kept_hashes(folder):
    folder.mkdir(exist_ok=True)
    (folder / "hashes").write_bytes(b"".join(leaf.hash for leaf in BASE))
    return folder / "hashes"


def kept_tiles(folder):
    tile = folder / "tile" / "0" / f"{tile_path(0)}.p" / str(len(BASE))
    tile.parent.mkdir(parents=True)
    tile.write_bytes(b"".join(leaf.hash for leaf in BASE))
    return folder


@pytest.mark.parametrize("keep", [kept_archive, kept_hashes, kept_tiles])
def test_a_forged_stream_is_located_to_its_first_page_by_what_was_kept(tmp_path, keep):
    first = next(at for at, leaf in enumerate(BASE) if leaf.kind == "event" and at > 2)
    rewritten = Archive.of(forged(first))
    assert verdict_of(rewritten.written())["ok"]  # signed by the log itself: nothing else finds it
    fault = verdict_of(rewritten.written(), kept=kept_in(keep(tmp_path)))["fault"]
    said = json.loads(BASE[first].content)
    assert fault["code"] == "leaf.differs"
    assert (fault["index"], fault["number"]) == (first, BASE[first].number)
    assert (fault["stream"], fault["version"]) == (said["stream"], said["version"])
    assert verdict_of(GOOD.written(), kept=kept_in(keep(tmp_path / "again")))["ok"]


def test_what_was_kept_may_be_shorter_than_the_archive():
    few = Kept(leaf.hash for leaf in BASE[:3])
    assert verdict_of(GOOD.written(), kept=few)["ok"]


@pytest.mark.parametrize("keep", [kept_archive, kept_hashes, kept_tiles])
def test_an_archive_that_is_shorter_than_what_was_kept_has_lost_its_tail(tmp_path, keep):
    short = Archive.of(BASE[:HALF]).written()
    for how in ({}, {"thorough": True}):
        kept = kept_in(keep(tmp_path / str(how)))
        verdict = verdict_of(short, kept=kept, **how)
        assert verdict["fault"]["code"] == "older.size"
        assert verdict["fault"]["between"] == [HALF, len(BASE)]
        assert verdict["compared"] == HALF


def test_how_many_leaves_were_compared_is_said(tmp_path):
    for keep in (kept_archive, kept_hashes, kept_tiles):
        verdict = verdict_of(GOOD.written(), kept=kept_in(keep(tmp_path / keep.__name__)))
        assert (verdict["ok"], verdict["compared"]) == (True, len(BASE))
    few = Kept(leaf.hash for leaf in BASE[:3])
    assert verdict_of(GOOD.written(), kept=few)["compared"] == 3
    assert verdict_of(GOOD.written())["compared"] is None


def test_what_keeps_nothing_is_said_to_keep_nothing(tmp_path):
    (tmp_path / "x").write_bytes(b"nothing of the kind")
    (tmp_path / "none").write_bytes(b"")
    (tmp_path / "empty").mkdir()
    (tmp_path / "header").write_bytes(Archive.of(()).written())
    for name in ("x", "none", "empty", "header", "/dev/null"):
        with pytest.raises(Misuse):
            kept_in(tmp_path / name)


def test_what_was_kept_and_is_damaged_is_not_taken_for_all_that_there_was(tmp_path):
    lines = GOOD.lines()
    (tmp_path / "older").write_bytes(b"".join([*lines[:4], b"{}\n", *lines[5:]]))
    tile = kept_tiles(tmp_path) / "tile" / "0" / "000.p"
    (tile / str(len(BASE) + 1)).write_bytes(bytes(33))
    for path in (tmp_path / "older", tmp_path):
        with pytest.raises(Misuse):
            verdict_of(GOOD.written(), kept=kept_in(path))


def test_what_is_no_tile_is_passed_over_in_a_folder_of_tiles(tmp_path):
    (kept_tiles(tmp_path) / "tile" / "0" / "000.p" / "tmp").write_bytes(b"half a tile")
    assert verdict_of(GOOD.written(), kept=kept_in(tmp_path))["compared"] == len(BASE)


def test_tiles_are_found_where_tlog_tiles_puts_them():
    assert [tile_path(n) for n in (0, 999, 1000, 1234067)] == [
        "000",
        "999",
        "x001/000",
        "x001/x234/067",
    ]


def test_tiles_are_read_one_after_the_other_to_the_last_that_is_not_full(tmp_path):
    leaves = [bytes([n % 256, n // 256]) * 16 for n in range(2 * 256 + 3)]
    for number in range(3):
        full = tmp_path / "tile" / "0" / tile_path(number)
        here = leaves[number * 256 : (number + 1) * 256]
        path = full if len(here) == 256 else full.with_name(f"{full.name}.p") / str(len(here))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(here))
    kept = kept_in(tmp_path)
    assert [kept.leaf(at) for at in range(len(leaves))] == leaves
    assert kept.leaf(len(leaves)) is None
    assert tile_path(1_234_067) == "x001/x234/067"

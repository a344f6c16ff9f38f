"""The tree is RFC 6962's: as published vectors, another library and every changed bit show."""

import base64
import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_facts import ASKED, LEAVES, TILES, TREE
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion

from infrastructure.merkle import (
    EMPTY_ROOT,
    HASH,
    Node,
    Tile,
    consistent,
    includes,
    leaf_hash,
    node_hash,
    root_of,
    tile_of,
    whole_subtrees,
    width_of,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/rfc6962.json").read_text())
sizes = st.integers(1, 700) | st.integers(1, len(LEAVES))


def raw(text):
    return base64.b64decode(text)


@pytest.mark.parametrize("vector", VECTORS["inclusion"], ids=lambda it: it[0])
def test_published_inclusion_proofs_hold_or_fail_as_published(vector):
    _, root, size, index, leaf, proof, holds = vector
    assert includes(raw(root), size, index, raw(leaf), [raw(it) for it in proof]) is holds


@pytest.mark.parametrize("vector", VECTORS["consistency"], ids=lambda it: it[0])
def test_published_consistency_proofs_hold_or_fail_as_published(vector):
    _, old, old_root, new, new_root, proof, holds = vector
    found = consistent(old, raw(old_root), new, raw(new_root), [raw(it) for it in proof])
    assert found is holds


def test_the_empty_tree_is_the_hash_of_nothing_and_holds_no_leaf():
    assert root_of(b"") == TREE.root(0) == EMPTY_ROOT == sha256().digest()
    assert not includes(EMPTY_ROOT, 0, 0, leaf_hash(b""), [])
    assert consistent(0, EMPTY_ROOT, 5, TREE.root(5), [])
    assert not consistent(0, TREE.root(1), 5, TREE.root(5), [])


def test_a_tree_of_one_leaf_is_that_leaf():
    assert TREE.inclusion(0, 1) == []
    assert includes(TREE.root(1), 1, 0, leaf_hash(b"0"), [])
    assert not includes(TREE.root(1), 1, 0, leaf_hash(b"0"), [leaf_hash(b"1")])


@settings(max_examples=60, deadline=None)
@given(size=st.integers(1, 300), data=st.data())
def test_roots_and_proofs_are_those_of_another_library(size, data):
    theirs = InmemoryTree(algorithm="sha256")
    for leaf in LEAVES[:size]:
        theirs.append_entry(leaf)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root, old_root = theirs.get_root(), theirs.get_root(old)
    assert (TREE.root(size), TREE.root(old)) == (root, old_root)
    inclusion = theirs.prove_inclusion(index + 1, size)
    consistency = theirs.prove_consistency(old, size)
    verify_inclusion(leaf_hash(LEAVES[index]), root, inclusion)
    verify_consistency(old_root, root, consistency)
    ours = TREE.inclusion(index, size)
    assert set(ours) == set(inclusion.path) - {leaf_hash(LEAVES[index])}
    assert includes(root, size, index, leaf_hash(LEAVES[index]), ours)
    assert consistent(old, old_root, size, root, TREE.consistency(old, size))


@settings(max_examples=200, deadline=None)
@given(size=sizes, data=st.data())
def test_every_leaf_is_proved_and_a_changed_bit_anywhere_is_found(size, data):
    index = data.draw(st.integers(0, size - 1))
    leaf, root, proof = leaf_hash(LEAVES[index]), TREE.root(size), TREE.inclusion(index, size)
    assert includes(root, size, index, leaf, proof)
    assert len(ASKED) <= 2 * 3  # tiles of a level: one beneath the leaf's path, one at the edge
    parts = [root, leaf, *proof]
    changed = flipped(parts, data)
    assert not includes(changed[0], size, index, changed[1], changed[2:])
    assert not includes(root, size, index ^ 1, leaf, proof)
    assert not includes(root, size, index, leaf, proof[:-1]) or not proof
    assert not includes(root, size, index, leaf, [*proof, leaf])


@settings(max_examples=200, deadline=None)
@given(size=sizes, data=st.data())
def test_every_growth_is_proved_and_a_changed_bit_anywhere_is_found(size, data):
    old = data.draw(st.integers(1, size))
    before, after, proof = TREE.root(old), TREE.root(size), TREE.consistency(old, size)
    assert consistent(old, before, size, after, proof)
    assert len(ASKED) <= 3 * 3
    changed = flipped([before, after, *proof], data)
    assert not consistent(old, changed[0], size, changed[1], changed[2:])
    assert not consistent(old, before, size, after, [*proof, after])
    assert not consistent(size + 1, before, size, after, proof)


def flipped(parts, data):
    which = data.draw(st.integers(0, len(parts) - 1))
    at, bit = data.draw(st.integers(0, HASH - 1)), data.draw(st.integers(0, 7))
    changed = bytearray(parts[which])
    changed[at] ^= 1 << bit
    return [*parts[:which], bytes(changed), *parts[which + 1 :]]


@given(start=st.just(0) | st.integers(0, 2**62), size=st.integers(0, 2**62))
def test_whole_subtrees_make_up_leaves_without_gap_or_overlap(start, size):
    at, stop = start, start + size
    for node in whole_subtrees(start, stop):
        assert node.place << node.level == at
        larger = 2 << node.level
        assert at % larger or at + larger > stop, "no larger one is whole"
        at += 1 << node.level
    assert at == stop


def test_a_tile_of_any_level_holds_the_roots_of_full_tiles_below():
    below = [TILES[Tile(0, number)] for number in range(256)]
    assert TILES[Tile(1, 0)] == b"".join(map(root_of, below))
    assert tile_of(Node(8, 3)) == (Tile(1, 0), slice(3 * HASH, 4 * HASH))
    assert tile_of(Node(10, 65)) == (Tile(1, 1), slice(4 * HASH, 8 * HASH))
    assert root_of(TILES[Tile(0, 0)][: 2 * HASH]) == node_hash(*map(leaf_hash, LEAVES[:2]))


def test_the_widths_are_those_of_the_specifications_example():
    size = 70_000
    assert [width_of(Tile(0, n), size) for n in (0, 272, 273, 274)] == [256, 256, 112, 0]
    assert [width_of(Tile(1, n), size) for n in (0, 1, 2)] == [256, 17, 0]
    assert [width_of(Tile(2, n), size) for n in (0, 1)] == [1, 0]
    assert len(TILES) == 273 + 1 + 1 + 1 + 1

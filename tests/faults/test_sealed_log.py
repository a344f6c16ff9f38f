"""The check of the sealed log: RFC 6962's tree, and each defect of a log is named."""

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pymerkle import InmemoryTree

from tests.faults.sealed_log import SealedLog, faults_of, leaf, roots_at, unrecorded

AT = datetime(2026, 11, 22, 1, 2, 3, 4, tzinfo=UTC)
SOMEBODY = "01980f5c-7a00-7000-8000-000000000001"


@pytest.fixture
def log():
    """Three events and one access, in an order that the sealer chose, and two checkpoints."""
    events = [(n, hashlib.sha256(b"%d" % n).hexdigest(), AT) for n in (1, 2, 3)]
    body = b'{"subjects":["%s"]}' % SOMEBODY.encode()
    accesses = [(1, body, hashlib.sha256(body).hexdigest(), AT)]
    one, two, three = (leaf("event", "position", n, its_hash, at) for n, its_hash, at in events)
    seen = leaf("access", "number", 1, accesses[0][2], AT)
    hashes = [one, two, seen, three]
    names = [("event", 1), ("event", 2), ("access", 1), ("event", 3)]
    roots = roots_at(hashes, {2, 4})
    return SealedLog(
        events=events,
        accesses=accesses,
        leaves=[(n, *name, hashes[n]) for n, name in enumerate(names)],
        checkpoints=[(2, roots[2]), (4, roots[4])],
    )


def test_of_a_sound_log_nothing_is_said(log):
    assert list(faults_of(log)) == []


def test_leaf_data_is_what_every_verifier_hashes():
    data = b'{"hash":"ab","kind":"event","position":7,"recorded_at":"2026-11-22T01:02:03.000004Z"}'
    assert leaf("event", "position", 7, "ab", AT) == hashlib.sha256(b"\0" + data).digest()


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13])
def test_roots_are_those_of_another_library(size):
    tree = InmemoryTree(algorithm="sha256")
    entries = [b"%d" % number for number in range(size)]
    for entry in entries:
        tree.append_entry(entry)
    leaves = [hashlib.sha256(b"\0" + entry).digest() for entry in entries]
    assert roots_at(leaves, {size})[size] == tree.get_root()


def without_a_leaf(log):
    return replace(log, leaves=[log.leaves[0], *log.leaves[2:]])


def in_another_order(log):
    one, two, *rest = log.leaves
    return replace(log, leaves=[(0, *two[1:]), (1, *one[1:]), *rest])


def with_another_page(log):
    return replace(log, events=[(1, "f" * 64, AT), *log.events[1:]])


def without_an_access(log):
    return replace(log, accesses=[(2, *log.accesses[0][1:])])


def with_another_root(log):
    return replace(log, checkpoints=[(4, bytes(32))])


def beyond_its_leaves(log):
    return replace(log, checkpoints=[(9, log.checkpoints[1][1])])


@pytest.mark.parametrize(
    "plant",
    [
        without_a_leaf,
        in_another_order,
        with_another_page,
        without_an_access,
        with_another_root,
        beyond_its_leaves,
    ],
)
def test_each_defect_of_a_log_is_found(log, plant):
    assert list(faults_of(plant(log)))


def test_who_was_shown_more_often_than_is_recorded_is_named(log):
    assert unrecorded(log, Counter({SOMEBODY: 1})) == []
    assert unrecorded(log, Counter({SOMEBODY: 2})) == [SOMEBODY]

"""Heads of the log are copied every few seconds; what the disk has is not waited for again."""

import pytest

from infrastructure import key_copy
from infrastructure.key_copy import Copies, head_size
from infrastructure.signed_note import Signer, TreeHead

LOG = Signer("jejak/copied", b"l" * 32)


def head_of(size):
    text = TreeHead(LOG.key.name, size, b"r" * 32).text
    return f"{text}\n{LOG.sign(text)}"


@pytest.fixture
def copies(tmp_path):
    (tmp_path / "keys").mkdir()
    return Copies(tombstones=tmp_path / "forgotten.jsonl", keys=tmp_path / "keys", ledger=None)


def test_a_copied_head_is_waited_for_once_and_again_where_somebody_else_copied_a_newer(
    copies, tmp_path, monkeypatch
):
    waited, copy = [], tmp_path / "keys/log.x.head"
    monkeypatch.setattr(key_copy, "settle", lambda path: waited.append(head_size(path)))
    (tmp_path / "log.x.head").write_text(head_of(3))
    copy.write_text(head_of(3))  # by a process that may have been killed a moment later
    copies.keep_heads()
    copies.keep_heads()
    assert waited == [3]
    copy.write_text(head_of(5))
    copies.keep_heads()
    copies.keep_heads()
    assert waited == [3, 5]
    (tmp_path / "log.x.head").write_text(head_of(9))
    copies.keep_heads()
    copies.keep_heads()
    assert head_size(copy) == 9
    assert waited == [3, 5], "this process wrote it, and waited then"

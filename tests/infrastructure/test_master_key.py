"""Where the master key is kept: a file, the environment; and what follows it."""

import pytest

from infrastructure.master_key import (
    KeptInEnvironment,
    KeptInFile,
    MasterKey,
    MasterKeyUnreadable,
    master_place,
)

OLD, NEW = "01" * 32, "02" * 32


@pytest.fixture(autouse=True)
def no_choice_made(monkeypatch):
    for name in ("JEJAK_MASTER_KEY", "JEJAK_MASTER_KEY_NEXT", "JEJAK_MASTER_KEY_COMMAND"):
        monkeypatch.delenv(name, raising=False)


def test_a_file_is_made_once_closed_to_others_and_read_again(tmp_path):
    place = master_place(tmp_path / "data")
    assert isinstance(place, KeptInFile)
    secret = place.read()
    assert place.read() == secret
    assert place.path.stat().st_mode & 0o777 == 0o600
    assert MasterKey.kept_in(tmp_path / "data").derive("x") == MasterKey(secret).derive("x")


def test_the_next_key_takes_the_place_of_the_first_which_is_put_aside(tmp_path):
    place = KeptInFile(tmp_path)
    first, following = place.read(), place.next(make=True)
    assert place.next(make=True) == following, "made once, however often a rotation is begun"
    assert place.promote(1).read_text().strip() == first.hex()
    assert (place.read(), place.next(make=False)) == (following, None)


def test_the_environment_is_the_operators_own_and_so_is_what_follows_it(monkeypatch, tmp_path):
    monkeypatch.setenv("JEJAK_MASTER_KEY", OLD)
    place = master_place(tmp_path)
    assert isinstance(place, KeptInEnvironment)
    assert place.read().hex() == OLD
    assert place.next(make=False) is None
    with pytest.raises(MasterKeyUnreadable, match="JEJAK_MASTER_KEY_NEXT"):
        place.next(make=True)
    monkeypatch.setenv("JEJAK_MASTER_KEY_NEXT", NEW)
    assert place.next(make=True).hex() == NEW
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("written", ["", "not hex", "0102"])
def test_what_is_no_key_is_told_in_words(tmp_path, written):
    (tmp_path / "master.key").write_text(written)
    with pytest.raises(MasterKeyUnreadable, match="master key must"):
        MasterKey.kept_in(tmp_path)

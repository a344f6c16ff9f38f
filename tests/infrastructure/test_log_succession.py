"""The log's key is followed by another: announced by both, believed by witnesses, and once only."""

import json
from itertools import count

import pytest
from log_facts import TREE, record

from infrastructure.archive import SealedArchives
from infrastructure.connections import service_pool
from infrastructure.durable import replace_durably
from infrastructure.log import Log
from infrastructure.log_key import (
    log_seed,
    make_next_log_key,
    next_log_seed,
)
from infrastructure.log_refused import OtherKey
from infrastructure.sealer import Sealer, seal_once, sealer_pool
from infrastructure.signed_note import (
    COSIGNATURE,
    Note,
    NoteRefused,
    Signer,
    TreeHead,
    VerifierKey,
    announcing,
    successor_in,
    to_base64,
)
from infrastructure.witness import Witness, WitnessState
from infrastructure.witness_client import Asking, WitnessAddress, WitnessSaidNo
from verifier.archive import Asked, verify
from verifier.notes import VerifierKey as PinnedKey

ORIGIN = "jejak/of-this-test"
FIRST, NEXT, THIRD = (Signer(ORIGIN, seed * 32) for seed in (b"1", b"2", b"3"))
SELF = Signer("saksi.example/1", b"w" * 32, COSIGNATURE)


@pytest.fixture
def log(database):
    with service_pool(database) as pool:
        yield Log(pool)


@pytest.fixture
def signed(database, tmp_path):
    """A log that was signed once, by the key that is to be followed."""
    record(database, 3)
    seal_once(database, tmp_path)
    return database


def signers_of(checkpoint):
    return {one.key_id.hex() for one in Note.of(checkpoint.note).signatures}


def id_of(vkey):
    return VerifierKey.of(vkey).key_id.hex()


def test_the_next_checkpoint_announces_the_key_and_both_sign_it(signed, tmp_path, log):
    first = log.vkey
    make_next_log_key(tmp_path)
    assert seal_once(signed, tmp_path) is None, "with nothing new there is nothing to sign"
    assert log.vkey == first
    record(signed, 1)
    announced = seal_once(signed, tmp_path)
    key = successor_in(Note.of(announced.note))
    assert log.vkey == str(key) != first
    assert signers_of(announced) == {id_of(first), id_of(log.vkey)}
    assert TreeHead.of(Note.of(announced.note).text).root == announced.root
    record(signed, 1)
    assert signers_of(seal_once(signed, tmp_path)) == {id_of(log.vkey)}
    assert [(one.vkey, one.since) for one in log.log_keys()] == [(first, 0), (log.vkey, 4)]


def test_the_key_before_is_kept_aside_and_signs_nothing_more(signed, tmp_path, log):
    first, before = log_seed(tmp_path), log.vkey
    following = make_next_log_key(tmp_path)
    record(signed, 1)
    seal_once(signed, tmp_path)
    assert log_seed(tmp_path) == following
    retired = tmp_path / f"log.key.retired-{id_of(before)}"
    assert bytes.fromhex(retired.read_text()) == first
    assert next_log_seed(tmp_path) is None
    (tmp_path / "log.key").write_text(first.hex())
    record(signed, 1)
    with pytest.raises(OtherKey):
        seal_once(signed, tmp_path)


@pytest.mark.long
def test_a_key_that_nobody_announced_is_refused(signed, tmp_path):
    (tmp_path / "log.key").write_text("77" * 32)
    record(signed, 1)
    with pytest.raises(OtherKey):
        seal_once(signed, tmp_path)


@pytest.mark.long
def test_a_sealer_at_work_goes_over_to_a_key_that_another_process_announced(signed, tmp_path, log):
    with sealer_pool(signed) as pool:
        at_work = Sealer.of(pool, tmp_path)
        make_next_log_key(tmp_path)
        record(signed, 1)
        seal_once(signed, tmp_path)
        record(signed, 1)
        assert signers_of(at_work.seal()) == {id_of(log.vkey)}


def died(*_):
    raise InterruptedError


def wrote_and_died(path, text):
    replace_durably(path, text)
    raise InterruptedError


@pytest.mark.long
@pytest.mark.parametrize(
    "death",
    [("replace_durably", died), ("replace_durably", wrote_and_died), ("take_next_log_key", died)],
    ids=["before anything", "before the database", "before the key has its place"],
)
def test_whoever_dies_on_the_way_is_made_up_for(signed, tmp_path, log, monkeypatch, death):
    name, how = death
    first = log.vkey
    make_next_log_key(tmp_path)
    record(signed, 1)
    with monkeypatch.context() as broken:
        broken.setattr(f"infrastructure.sealer.{name}", how)
        with pytest.raises(InterruptedError):
            seal_once(signed, tmp_path)
    record(signed, 1)
    seal_once(signed, tmp_path)
    record(signed, 1)
    last = seal_once(signed, tmp_path)
    assert signers_of(last) == {id_of(log.vkey)} != {id_of(first)}
    assert len(log.log_keys()) == 2
    assert next_log_seed(tmp_path) is None


@pytest.mark.long
def test_keys_of_the_environment_follow_one_another_as_well(signed, tmp_path, log, monkeypatch):
    first = log_seed(tmp_path).hex()
    (tmp_path / "log.key").unlink()
    monkeypatch.setenv("JEJAK_LOG_KEY", first)
    monkeypatch.setenv("JEJAK_LOG_KEY_NEXT", "33" * 32)
    for _ in range(3):
        record(signed, 1)
        last = seal_once(signed, tmp_path)
    assert signers_of(last) == {id_of(log.vkey)}
    monkeypatch.delenv("JEJAK_LOG_KEY_NEXT")
    with pytest.raises(OtherKey):
        seal_once(signed, tmp_path)
    monkeypatch.setenv("JEJAK_LOG_KEY", "33" * 32)
    assert seal_once(signed, tmp_path) is None


@pytest.mark.long
def test_an_archive_verifies_by_any_of_the_keys_and_by_no_other(signed, tmp_path, log):
    for _ in range(2):
        make_next_log_key(tmp_path)
        for _ in range(2):
            record(signed, 1)
            seal_once(signed, tmp_path)
    vkeys = [one.vkey for one in log.log_keys()]
    with service_pool(signed) as pool:
        archives = SealedArchives(pool, tmp_path)
        archive = b"".join(archives.newest().blocks())
        assert archives.verified(Asked()).fault.code == "page.format", "no pages of ours"
    header = json.loads(archive.splitlines()[0])
    assert (header["jejak_archive"], header["public_key"]) == (2, vkeys[2])
    for vkey in vkeys:
        fault = verify([archive], Asked(key=PinnedKey.of(vkey))).fault
        assert fault.code == "page.format", "which is looked at after the keys"
    other = str(Signer(log.origin, b"x" * 32).key)
    assert verify([archive], Asked(key=PinnedKey.of(other))).fault.code == "key.differs"


# ---- the witness


@pytest.fixture
def state(tmp_path):
    held = WitnessState(tmp_path / "state.json")
    yield held
    held.close()


@pytest.fixture
def witness(state):
    return Witness(SELF, [FIRST.key], state, clock=lambda: 1)


def asked(size, *signers, old=0, names=None):
    text = TreeHead(ORIGIN, size, TREE.root(size)).text
    text = announcing(text, names.key) if names else text
    proof = [f"{to_base64(it)}\n" for it in TREE.consistency(old, size)]
    lines = "".join(one.sign(text) for one in signers)
    return f"old {old}\n{''.join(proof)}\n{text}\n{lines}".encode()


def test_a_witness_believes_the_key_that_was_announced_and_the_one_before_no_more(witness):
    sizes = count(1)
    assert witness.add_checkpoint(asked(next(sizes), NEXT)).status == 403
    assert witness.add_checkpoint(asked(2, FIRST, NEXT, names=NEXT)).status == 200
    assert witness.add_checkpoint(asked(3, NEXT, old=2)).status == 200
    assert witness.add_checkpoint(asked(4, FIRST, old=3)).status == 403
    assert witness.add_checkpoint(asked(4, THIRD, old=3)).status == 403


@pytest.mark.parametrize(
    ("signers", "names"),
    [((FIRST,), NEXT), ((NEXT,), NEXT), ((FIRST, NEXT), THIRD), ((FIRST, SELF), SELF)],
    ids=["not by the next", "not by the first", "of a third", "of a witness"],
)
def test_a_witness_believes_no_key_that_not_both_have_signed(witness, signers, names):
    assert witness.add_checkpoint(asked(2, *signers, names=names)).status == 403
    assert witness.add_checkpoint(asked(3, NEXT)).status == 403
    assert witness.add_checkpoint(asked(3, FIRST)).status == 200


def test_a_witness_remembers_whom_it_believes(witness, state, tmp_path):
    witness.add_checkpoint(asked(2, FIRST, NEXT, names=NEXT))
    witness.add_checkpoint(asked(3, NEXT, THIRD, old=2, names=THIRD))
    witness.add_checkpoint(asked(4, THIRD, old=3))
    state.close()
    again = WitnessState(tmp_path / "state.json")
    for told in (FIRST, NEXT, THIRD):  # whichever its operator was given
        later = Witness(SELF, [told.key], again, clock=lambda: 1)
        assert later.add_checkpoint(asked(4, THIRD, old=4)).status == 200, told
        assert later.add_checkpoint(asked(5, NEXT, old=4)).status == 403
    again.close()


def test_a_successor_is_a_key_of_this_log():
    text = announcing(TreeHead(ORIGIN, 2, TREE.root(2)).text, SELF.key)
    with pytest.raises(NoteRefused):
        successor_in(Note.of(f"{text}\n{FIRST.sign(text)}{SELF.sign(text)}"))


class Straight(Asking):
    """Asks a witness without a line between the two."""

    def __init__(self, pool, witness) -> None:
        super().__init__(pool, WitnessAddress("http://127.0.0.1:1", SELF.key))
        self._asked_of = witness

    def _post(self, old, new, text, log_line):
        proof = "".join(f"{to_base64(it)}\n" for it in self._log.consistency(old, new))
        body = f"old {old}\n{proof}\n{text}\n{log_line}"
        answer = self._asked_of.add_checkpoint(body.encode())
        return answer.status, answer.body


@pytest.mark.long
def test_a_witness_that_was_away_when_keys_were_announced_hears_of_all_of_them(
    signed, tmp_path, log, state
):
    first, away = VerifierKey.of(log.vkey), []
    with sealer_pool(signed) as pool:
        asking = Straight(pool, Witness(SELF, [first], state, clock=lambda: 1))
        assert asking.ask()
        for _ in range(2):
            make_next_log_key(tmp_path)
            for _ in range(2):
                record(signed, 1)
                away.append(seal_once(signed, tmp_path).size)
        assert asking.ask()
        assert log.witnessed().size == away[-1]
        assert not asking.ask()
        stranger = Witness(SELF, [FIRST.key], state, clock=lambda: 1)
        record(signed, 1)
        seal_once(signed, tmp_path)
        with pytest.raises(WitnessSaidNo):
            Straight(pool, stranger).ask()

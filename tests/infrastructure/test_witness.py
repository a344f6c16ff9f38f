"""A witness cosigns what grew out of what it cosigned before, and nothing else, ever."""

import socket
import subprocess
import sys
from hashlib import sha256
from time import monotonic, sleep

import psycopg
import pytest
from log_facts import TREE, record, tamper
from running import free_port

from infrastructure.connections import service_pool
from infrastructure.log import Log
from infrastructure.log_key import log_seed
from infrastructure.log_standing import standing
from infrastructure.merkle import EMPTY_ROOT
from infrastructure.sealer import Sealer, sealer_pool
from infrastructure.signed_note import (
    COSIGNATURE,
    Note,
    NoteRefused,
    Signer,
    TreeHead,
    VerifierKey,
    to_base64,
)
from infrastructure.witness import KEPT_MOST, Witness, WitnessState, WitnessStateUnusable
from infrastructure.witness_client import (
    Askers,
    Asking,
    WitnessAddress,
    WitnessDisagrees,
    WitnessesUnreadable,
    WitnessSaidNo,
)
from infrastructure.witness_process import main

ORIGIN = "jejak/of-this-test"
LOG, STRANGER = Signer(ORIGIN, b"l" * 32), Signer(ORIGIN, b"s" * 32)
SELF = Signer("saksi.example/1", b"w" * 32, COSIGNATURE)
NOW = 1_700_000_000
PATIENCE_SECONDS = 30


@pytest.fixture
def state(tmp_path):
    held = WitnessState(tmp_path / "state.json")
    yield held
    held.close()


@pytest.fixture
def witness(state):
    return Witness(SELF, [LOG.key], state, clock=lambda: NOW)


def note_of(size, root=None, signer=LOG, origin=ORIGIN):
    text = TreeHead(origin, size, root or TREE.root(size)).text
    return f"{text}\n{signer.sign(text)}"


def asking(old, note, proof=()):
    lines = "".join(f"{to_base64(it)}\n" for it in proof)
    return f"old {old}\n{lines}\n{note}".encode()


def grown(old, new):
    return asking(old, note_of(new), TREE.consistency(old, new))


def test_it_cosigns_the_first_tree_and_each_that_grew_out_of_the_last(witness):
    for old, new in ((0, 5), (5, 300), (300, 300), (300, 4096)):
        answer = witness.add_checkpoint(grown(old, new))
        assert answer.status == 200, answer.body
        note = Note.of(note_of(new) + answer.body)
        [cosigned] = note.verified([SELF.key])
        assert cosigned.time == NOW


def test_it_answers_a_stale_size_with_the_one_it_remembers(witness):
    witness.add_checkpoint(grown(0, 5))
    for body in (grown(0, 9), grown(4, 9), grown(0, 5)):
        answer = witness.add_checkpoint(body)
        assert (answer.status, answer.body) == (409, "5\n")
        assert answer.media_type == "text/x.tlog.size"


def test_it_cosigns_no_fork_and_no_shorter_tree(witness):
    witness.add_checkpoint(grown(0, 5))
    forked = sha256(b"fork").digest()
    refused = (
        asking(5, note_of(9, forked), TREE.consistency(5, 9)),
        asking(5, note_of(9), TREE.consistency(4, 9)),
        asking(5, note_of(9)),
        asking(5, note_of(5), [forked]),
    )
    for body in refused:
        assert witness.add_checkpoint(body).status == 422
    assert witness.add_checkpoint(asking(5, note_of(5, forked))).status == 422
    assert witness.add_checkpoint(asking(5, note_of(3))).status == 400
    assert witness.add_checkpoint(grown(5, 9)).status == 200


def test_what_it_refused_is_kept_once_for_each_text_and_a_contradiction_always(witness, tmp_path):
    witness.add_checkpoint(grown(0, 5))
    for number in range(9):
        proof = [sha256(b"%d" % number).digest()]
        assert witness.add_checkpoint(asking(5, note_of(9), proof)).status == 422
    [_] = tmp_path.glob("state.json.refused-*")
    for number in range(KEPT_MOST):
        forked = note_of(9, sha256(b"%d" % number).digest())
        assert witness.add_checkpoint(asking(5, forked)).status == 422
    assert len(list(tmp_path.glob("state.json.refused-*"))) == KEPT_MOST
    first, second = (asking(5, note_of(5, sha256(word).digest())) for word in (b"x", b"y"))
    for body in (first, second, second):
        assert witness.add_checkpoint(body).status == 422
    [kept] = tmp_path.glob("state.json.contradicts-*-5")
    assert kept.read_bytes() == first


def test_an_empty_tree_has_the_empty_root_and_from_it_no_proof_is_needed(witness):
    assert witness.add_checkpoint(asking(0, note_of(0, sha256(b"x").digest()))).status == 422
    assert witness.add_checkpoint(asking(0, note_of(0, EMPTY_ROOT))).status == 200
    assert witness.add_checkpoint(asking(0, note_of(5), [EMPTY_ROOT])).status == 422
    assert witness.add_checkpoint(asking(0, note_of(5))).status == 200


def test_it_trusts_the_keys_it_was_given_and_no_others(witness):
    other = Signer("jejak/another", b"l" * 32)
    stranger = note_of(5, signer=STRANGER)
    assert witness.add_checkpoint(asking(0, note_of(5, signer=other))).status == 403
    unknown = note_of(5, signer=other, origin=other.key.name)
    assert witness.add_checkpoint(asking(0, unknown)).status == 404
    assert witness.add_checkpoint(asking(0, stranger)).status == 403
    false = note_of(5).replace("\n5\n", "\n6\n")
    assert witness.add_checkpoint(asking(0, false)).status == 403
    both = note_of(5) + STRANGER.sign(TreeHead(ORIGIN, 5, TREE.root(5)).text)
    assert witness.add_checkpoint(asking(0, both)).status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        grown(0, 5).replace(b"old 0", b"old 00"),
        grown(0, 5).replace(b"old 0", b"old -1"),
        grown(0, 5).replace(b"old 0", b"OLD 0"),
        grown(0, 5).replace(b"old 0\n\n", b"old 0\n"),
        asking(5, note_of(9), [b"short"]),
        asking(5, note_of(9), [EMPTY_ROOT] * 64),
        grown(0, 5)[:-1],
    ],
)
def test_what_is_no_request_is_answered_400(witness, body):
    assert witness.add_checkpoint(body).status == 400


def test_it_remembers_across_a_restart_and_serves_what_it_cosigned(tmp_path):
    path, hashed = tmp_path / "memory.json", sha256(ORIGIN.encode()).hexdigest()
    first = WitnessState(path)
    witness = Witness(SELF, [LOG.key], first, clock=lambda: NOW)
    assert witness.checkpoint(hashed).status == 404
    line = witness.add_checkpoint(grown(0, 5)).body
    with pytest.raises(WitnessStateUnusable):
        WitnessState(path)
    first.close()
    second = WitnessState(path)
    again = Witness(SELF, [LOG.key], second)
    assert again.checkpoint(hashed).body == note_of(5) + line
    assert again.checkpoint("0" * 64).status == 404
    assert again.add_checkpoint(grown(0, 5)).status == 409
    second.close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_memory_that_cannot_be_read_is_never_taken_for_an_empty_one(tmp_path):
    path = tmp_path / "memory.json"
    for said in ("", "[]", '{"a": "b"}', "{"):
        path.write_text(said)
        with pytest.raises(WitnessStateUnusable):
            WitnessState(path)


def test_a_place_where_no_memory_can_be_is_named(tmp_path):
    (tmp_path / "file").touch()
    for path, words in ((tmp_path, "names a file"), (tmp_path / "file/state", "written to")):
        with pytest.raises(WitnessStateUnusable, match=words):
            WitnessState(path)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_program_prints_its_key_and_refuses_what_it_cannot_be(tmp_path, capsys):
    files = ("--key", str(tmp_path / "key"), "--state", str(tmp_path / "state"))
    assert main(["--name", "saksi.example/1", *files, "--vkey"]) == 0
    assert VerifierKey.of(capsys.readouterr().out.strip()).name == "saksi.example/1"
    for words in (("--name", "a b"), ("--name", "a"), ("--name", "a", "--log", str(SELF.key))):
        assert main([*words, *files]) == 1
        assert "--" in capsys.readouterr().err
    assert main(["--name", "a", "--key", str(tmp_path), "--state", "s", "--vkey"]) == 1
    assert "signing key" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--name", "a", *files, "--listen", "nowhere"])


class Running:
    """The witness as its user runs it: a process, which says where it is and under which key."""

    def __init__(self, directory, log_vkey, port) -> None:
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "infrastructure.witness_process", "--name", "saksi.test/1"),
                *("--key", directory / "saksi.key", "--state", directory / "saksi.json"),
                *("--listen", f"127.0.0.1:{port}", "--log", log_vkey),
            ],
            stderr=subprocess.PIPE,
            text=True,
        )
        [self.address] = WitnessAddress.all_of(self.process.stderr.readline())
        deadline = monotonic() + PATIENCE_SECONDS
        while not listens(port):
            assert monotonic() < deadline
            sleep(0.02)

    def stop(self):
        self.process.terminate()
        self.process.stderr.close()
        return self.process.wait(10)


def test_a_sealer_has_its_checkpoints_cosigned_and_a_witness_that_is_away_delays_nothing(
    database, tmp_path
):
    with sealer_pool(database) as pool, service_pool(database) as readers:
        sealer, log, port = Sealer(pool, log_seed(tmp_path), tmp_path), Log(readers), free_port()
        record(database, 3)
        first = sealer.seal()
        running = Running(tmp_path, log.vkey, port)
        asking = Asking(pool, running.address)
        assert asking.ask()
        assert not asking.ask()
        cosigned = Note.of(log.checkpoint().note)
        both = [VerifierKey.of(log.vkey), running.address.key]
        assert len(cosigned.verified(both)) == 2
        assert running.stop() == 0

        record(database, 2)
        sealer.seal()
        Askers(pool, [running.address]).once()
        assert log.witnessed().size == first.size == log.inclusion("event", 1).checkpoint.size
        assert log.inclusion("event", 5).checkpoint.size == 5
        with psycopg.connect(database) as owner:
            [seen] = standing(owner, [running.address]).witnesses
            assert (seen.name, seen.size, seen.behind) == ("saksi.test/1", 3, 2)

        running = Running(tmp_path, log.vkey, port)
        with psycopg.connect(database) as owner:  # so that it does not know what was cosigned
            owner.execute("ALTER TABLE ledger.cosignature DISABLE TRIGGER USER")
            owner.execute("DELETE FROM ledger.cosignature")
        assert Asking(pool, running.address).ask()
        assert log.witnessed().size == 5
        assert running.stop() == 0


class Lying(Asking):
    """A witness that answers what it likes."""

    def __init__(self, pool, *answers) -> None:
        super().__init__(pool, WitnessAddress("http://127.0.0.1:1", SELF.key))
        self.answers = list(answers)

    def _post(self, old, new, text, log_line):
        return self.answers.pop(0)


def test_a_false_cosignature_is_not_kept_and_a_witness_ahead_of_us_is_an_alarm(database, tmp_path):
    with sealer_pool(database) as pool:
        record(database, 3)
        note = Sealer(pool, log_seed(tmp_path), tmp_path).seal().note
        text = Note.of(note).text
        with pytest.raises(WitnessDisagrees):
            Lying(pool, (409, "9\n")).ask()
        with pytest.raises(WitnessSaidNo):
            Lying(pool, (409, "2\n"), (500, "")).ask()
        for second in ((409, "3\n"), (409, ""), (422, "")):
            with pytest.raises(WitnessDisagrees):
                Lying(pool, (409, "3\n"), second).ask()
        false = [SELF.cosign("another text\n", NOW), *(SELF.cosign(text, it) for it in (0, 2**63))]
        for answer in ("", "nonsense", *false, LOG.sign(text)):
            with pytest.raises(NoteRefused):
                Lying(pool, (200, answer)).ask()
        assert Log(pool).witnessed() is None
        assert Lying(pool, (200, SELF.cosign(text, NOW))).ask()
        assert Log(pool).witnessed().size == 3


def test_a_witness_that_another_honest_sealer_reached_first_is_no_alarm(database, tmp_path):
    class Slow(Lying):
        """Is overtaken while it asks, so that the witness knows of more than it asked about."""

        def _post(self, old, new, text, log_line):
            if len(self.answers) == 2:
                record(database, 1)
                sealer.seal()
            if len(self.answers) == 1:
                self.answers = [(200, SELF.cosign(text, NOW))]
            return super()._post(old, new, text, log_line)

    with sealer_pool(database) as pool:
        record(database, 3)
        sealer = Sealer(pool, log_seed(tmp_path), tmp_path)
        sealer.seal()
        assert Slow(pool, (409, "4\n"), (200, "")).ask()
        assert Log(pool).witnessed().size == 4


WRITTEN_ANEW = (
    "UPDATE ledger.event SET page = 'x' WHERE position = 9",
    "DELETE FROM ledger.cosignature",
    "DELETE FROM ledger.checkpoint",
    "DELETE FROM ledger.tile",
    "DELETE FROM ledger.leaf",
)


def test_a_past_written_anew_with_the_logs_own_key_is_refused_and_kept_as_evidence(
    database, tmp_path, state
):
    with sealer_pool(database) as pool:
        record(database, 300)
        sealer = Sealer(pool, log_seed(tmp_path), tmp_path)
        sealer.seal()
        witness = Witness(SELF, [sealer.signer.key], state)
        assert Hearing(pool, witness).ask()
        tamper(database, *WRITTEN_ANEW)
        sealer.memory.unlink()
        for recorded in (1, 100):
            record(database, recorded)
            assert sealer.seal()
            with pytest.raises(WitnessDisagrees):
                Hearing(pool, witness).ask()
        assert Log(pool).witnessed() is None
    [kept, _] = tmp_path.glob("state.json.refused-*")
    assert Note.of(kept.read_text().partition("\n\n")[2]).verified([sealer.signer.key])


class Hearing(Asking):
    """A witness in the same process."""

    def __init__(self, pool, witness) -> None:
        super().__init__(pool, WitnessAddress("http://127.0.0.1:1", SELF.key))
        self.heard = witness

    def _post(self, old, new, text, log_line):
        proof = self._log.consistency(old, new)
        answer = self.heard.add_checkpoint(asking(old, f"{text}\n{log_line}", proof))
        return answer.status, answer.body


@pytest.mark.parametrize(
    "text", ["http://x", "ftp://x " + str(SELF.key), f"http://x {LOG.key}", "http://x a b"]
)
def test_a_list_of_witnesses_that_cannot_be_read_is_refused(text):
    with pytest.raises(WitnessesUnreadable):
        WitnessAddress.all_of(text)
    assert WitnessAddress.all_of(" , ") == []

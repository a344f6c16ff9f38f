"""`python3 -m verifier --proof`: what a `.tlog-proof` proves, to the letter, and what is wrong."""

import io
import json
import random
import sys

import pytest
from archive_vectors import FOLDER as ARCHIVES
from archives import LOG, WITNESSES, Notary, checkpoint, mth
from proof_vectors import AT, FOLDER, HASHES, INDEX, PINNED, lines_of, path, vectors, written
from vector_log import BASE

from verifier.__main__ import main
from verifier.faults import PROOF_CODES
from verifier.notes import Checkpoint, VerifierKey
from verifier.proof import PROOF_MOST, Handed, Sought, verify_proof
from verifier.succession import Succession
from verifier.tree import root_above

VECTORS = json.loads(INDEX.read_text(encoding="utf-8"))
KEY = LOG.vkey
WITNESSED = [word for one in WITNESSES for word in ("--witness", one.vkey)]
SERVED = FOLDER / "served.tlog-proof"


@pytest.fixture
def run(capsys):
    """Run it; return its status and what it wrote, here and there."""

    def run(*words):
        status = main([str(word) for word in words])
        return status, *capsys.readouterr()

    return run


def file_of(name):
    return FOLDER / f"{name}.tlog-proof"


def sought_of(asked):
    notes = map(Checkpoint.of, asked.get("announcements", ()))
    announced = tuple(sorted(notes, key=lambda it: it.size))
    keys = [asked["key"], *(it.successor for it in announced)]
    leaf = asked.get("leaf")
    return Sought(
        keys=Succession(tuple(map(VerifierKey.of, keys)), announced),
        witnesses=tuple(map(VerifierKey.of, asked.get("witnesses", ()))),
        handed=None if leaf is None else Handed.of(leaf.encode()),
    )


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_every_vector_gets_its_answer(vector):
    verdict = verify_proof(file_of(vector["name"]).read_bytes(), sought_of(vector["asked"]))
    said = verdict.as_json()
    assert said["ok"] == (vector["answer"]["fault"] is None)
    for part in ("proven", "fault"):
        expected, found = vector["answer"][part], said[part]
        assert (expected is None) == (found is None), found
        assert {key: (found or {}).get(key) for key in expected or {}} == (expected or {})


def test_the_vectors_are_those_that_were_written():
    assert [vector["name"] for vector in VECTORS] == [name for name, *_ in vectors()]
    for name, content, asked, answer in vectors():
        assert file_of(name).read_bytes() == content, name
        [kept] = [it for it in VECTORS if it["name"] == name]
        assert kept == json.loads(json.dumps({"name": name, "asked": asked, "answer": answer}))


def test_every_code_has_a_vector_and_words_in_both_languages():
    seen = {it["answer"]["fault"]["code"] for it in VECTORS if it["answer"]["fault"]}
    assert seen == {*PROOF_CODES, "key.succession"}
    assert all(len(set(words)) == 2 for words in PROOF_CODES.values())


def test_the_way_up_is_the_definition_for_every_leaf_of_every_size():
    for size in range(1, 16):
        for index in range(size):
            beside, root = path(index, HASHES[:size]), mth(HASHES[:size])
            assert root_above(HASHES[index], index, size, beside) == root
            assert root_above(HASHES[index], index, size, [*beside, root]) is None
            assert not beside or root_above(HASHES[index], index, size, beside[:-1]) is None
            for other in range(size):
                found = root_above(HASHES[index], other, size, beside)
                assert other == index or found != root


def test_no_byte_of_a_proof_can_be_changed_unseen():
    chance, good = random.Random(6), written(lines_of())  # noqa: S311  # the same every time
    sought = sought_of(PINNED)
    assert verify_proof(good, sought).fault is None
    for at in range(len(good)):
        other = chance.choice([it for it in b"\n\r +/=0AZaz\xc3" if it != good[at]])
        for changed in (
            good[:at] + bytes([other]) + good[at + 1 :],
            good[:at] + good[at + 1 :],
            good[:at] + bytes([other]) + good[at:],
            good[:at],
        ):
            assert changed == good or verify_proof(changed, sought).fault, (at, other)


SENTENCE = f"""\
TERBUKTI: peristiwa 5, dicatat {BASE[AT].at}, isi SHA-256 %s, adalah daun nomor urut 6 (dari 0) \
di antara 15 daun buku {LOG.name}, ditandatangani kunci {KEY}, %s.
PROVEN: event 5, recorded {BASE[AT].at}, content SHA-256 %s, is the leaf of index 6 (from 0) \
among the 15 leaves of the log {LOG.name}, signed with the key {KEY}, %s.
"""
SEEN = "saksi.example/1 (2025-11-22T08:26:40+00:00), saksi.example/2 (2025-11-22T08:26:40+00:00)"
NO_CONTENT = """
Isi tidak dibandingkan: beri halaman, atau baris arsipnya, dengan --leaf.
No content was compared: give the page, or its line of an archive, by --leaf.
"""
UNREAD = """
Tanda tangan lain, tidak diperiksa: saksi.example/9
Other signatures, not looked at: saksi.example/9
"""
UNWITNESSED = """
Tanpa --witness: pemilik kunci buku dapat menulis ulang semuanya tanpa ketahuan.
Without --witness: whoever holds the log's key could have rewritten all of it.
"""


def sentence(indonesian, english):
    digest = json.loads(BASE[AT].data)["hash"]
    return SENTENCE % (digest, indonesian, digest, english)


def test_what_is_proven_is_one_sentence_in_each_language(run, tmp_path):
    (tmp_path / "page").write_bytes(BASE[AT].content)
    words = ("--proof", file_of("good-page"), "--key", KEY, "--leaf", tmp_path / "page")
    whole = sentence(f"disaksikan {SEEN}", f"cosigned by {SEEN}")
    assert run(*words, *WITNESSED) == (0, whole, "")
    nobody = sentence("tanpa saksi yang Anda sebut", "with no witness that you named")
    status, said, _ = run("--proof", file_of("good-stranger"), "--key", KEY)
    unread = "saksi.example/9, saksi.example/1, saksi.example/2"
    told = UNREAD.replace("saksi.example/9", unread)
    assert (status, said) == (0, f"{nobody}{NO_CONTENT}{told}{UNWITNESSED}")
    status, said, _ = run("--proof", file_of("good-stranger"), "--key", KEY, *WITNESSED)
    assert (status, said) == (0, f"{whole}{NO_CONTENT}{UNREAD}")
    assert "catatan akses 2," in run("--proof", file_of("good-4"), "--key", KEY)[1]


def test_what_is_wrong_is_the_first_thing_and_its_place(run):
    status, said, _ = run("--proof", file_of("hash-unpadded"), "--key", KEY)
    assert status == 1
    assert said.splitlines() == [
        f"ADA YANG SALAH [proof.line]: {PROOF_CODES['proof.line'][0]}",
        f"SOMETHING IS WRONG: {PROOF_CODES['proof.line'][1]}",
        "  baris / line                            4",
    ]


def test_a_name_that_would_turn_the_screens_text_round_is_spelt_out(run, tmp_path):
    forger = Notary("saksi\u202eexample", 4)
    (tmp_path / "proof").write_bytes(written(lines_of(note=checkpoint(BASE, (LOG, forger)))))
    said = run("--proof", tmp_path / "proof", "--key", KEY)[1]
    assert "not looked at: 'saksi\\u202eexample'\n" in said
    other = Notary("jejak/\u202e", seed=b"o" * 32)
    note = checkpoint(BASE, (other,), other.name)
    (tmp_path / "proof").write_bytes(written(lines_of(note=note)))
    status, said, _ = run("--proof", tmp_path / "proof", "--key", KEY)
    assert (status, "\u202e" in said, "'jejak/\\u202e'" in said) == (1, False, True)


def test_a_program_reads_the_same_in_json(run):
    status, said, _ = run("--proof", file_of("good-stranger"), "--key", KEY, "--json")
    assert (status, said.count("\n")) == (0, 1)
    assert json.loads(said) == {
        "ok": True,
        "proven": {
            "origin": LOG.name,
            "size": 15,
            "root": "7PGEvy1cQGw9VYBsd13117FIMdvEJG6qvJntjmNNtJs=",
            "index": 6,
            "kind": "event",
            "number": 5,
            "hash": json.loads(BASE[AT].data)["hash"],
            "recorded_at": BASE[AT].at,
            "content_compared": False,
            "key": KEY,
            "witnesses": [],
            "unread": ["saksi.example/9", "saksi.example/1", "saksi.example/2"],
        },
        "fault": None,
    }


def test_the_keys_that_followed_are_believed_by_their_announcements(run, tmp_path):
    vector = next(it for it in VECTORS if it["name"] == "good-next-key")
    (tmp_path / "said.txt").write_text(vector["asked"]["announcements"][0], encoding="utf-8")
    words = ("--proof", file_of("good-next-key"), "--key", KEY)
    assert run(*words)[0] == 1
    assert run(*words, "--checkpoint", tmp_path / "said.txt")[0] == 0


def test_what_the_service_served_on_a_day_is_proven_for_ever(run):
    keys = json.loads((FOLDER / "served.json").read_text(encoding="utf-8"))
    witnesses = [word for it in keys["witnesses"] for word in ("--witness", it)]
    leaf = FOLDER / "served.page.json"
    words = ("--proof", SERVED, "--key", keys["key"], *witnesses, "--leaf", leaf, "--json")
    status, said, _ = run(*words)
    assert (status, json.loads(said)["proven"]["content_compared"]) == (0, True)


def test_it_comes_from_standard_input_too(run, monkeypatch):
    content = file_of("good-0").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert run("--proof", "-", "--key", KEY)[0] == 0


def test_misuse_is_said_in_both_languages_and_is_no_verdict(run, tmp_path):
    proof, archive = file_of("good-0"), ARCHIVES / "good.ndjson"
    (tmp_path / "long").write_bytes(b"x" * (PROOF_MOST + 1))
    (tmp_path / "plain.txt").write_text(checkpoint(BASE), encoding="utf-8")
    for words, said in (
        ((), "give an archive or --proof"),
        ((archive, "--proof", proof, "--key", KEY), "give an archive or --proof"),
        ((archive, "--leaf", proof), "--leaf: only along with --proof"),
        (("--proof", proof), "--proof: give --key; a proof does not hold the log's key"),
        (("--proof", proof, "--key", "x"), "this is no key of a log (name+id+base64): x"),
        (
            ("--proof", proof, "--key", KEY, "--thorough"),
            "--against, --thorough: for an archive only",
        ),
        (
            ("--proof", proof, "--key", KEY, "--against", archive),
            "--against, --thorough: for an archive only",
        ),
        (
            ("--proof", proof, "--key", KEY, "--checkpoint", tmp_path / "plain.txt"),
            "--checkpoint (15): with --proof only one that announces a key",
        ),
        (
            ("--proof", tmp_path / "long", "--key", KEY),
            f"{tmp_path / 'long'}: more than {PROOF_MOST} bytes",
        ),
        (("--proof", tmp_path, "--key", KEY), f"{tmp_path}: a folder and no file"),
        (
            ("--proof", proof, "--key", KEY, "--leaf", tmp_path / "none"),
            f"{tmp_path / 'none'}: there is no such file",
        ),
    ):
        status, told, complaint = run(*words)
        assert (status, told, complaint.splitlines()[1:]) == (2, "", [said])

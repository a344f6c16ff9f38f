"""`python3 -m verifier` to the letter: what an auditor types, and what the verifier answers.

Where it is meant to answer otherwise, `PYTHONPATH=tests:. .venv/bin/python THIS_FILE` writes down
anew what it says of the vectors.
"""

import io
import json
import sys
from hashlib import sha256

import pytest
from archive_vectors import FOLDER
from archives import LOG, WITNESSES, Archive, checkpoint
from vector_log import BASE, GOOD, HALF

from tests.infrastructure.test_verifier import asked as asked_by
from verifier.__main__ import main
from verifier.archive import Asked, verify
from verifier.asking import asked, blocks_of
from verifier.report import report

SAID = FOLDER / "said.json"
ORIGIN = "jejak/0198f5c0-7a00-4000-8000-000000000001"
KEY = f"{ORIGIN}+dd48bf99+Af7BQoZz9q/okmSzgHNErosmnRJaUDhVICaH21pxKFef"
NEW_KEY = f"{ORIGIN}+ab9dde66+AQFOTZIsWWo4Ct/J7tci6DWCLxI2dhaT5Lq7YeGvuwTx"
WITNESSED = [word for one in WITNESSES for word in ("--witness", one.vkey)]
WHOLE = f"""\
UTUH: semuanya persis seperti yang ditandatangani.
WHOLE: everything is exactly as it was signed.

  buku / log                      {ORIGIN}
  daun / leaves                   15
  peristiwa / events              12
  catatan akses / access records  3
  catatan / streams               3
  akar / root                     7PGEvy1cQGw9VYBsd13117FIMdvEJG6qvJntjmNNtJs=
  kunci / key                     """
UNPINNED = """
Kunci diambil dari arsip itu sendiri; beri --key dari luar arsip.
The key was taken from the archive itself; give --key from outside it.
"""
UNWITNESSED = """
Tanpa --witness: pemilik kunci buku dapat menulis ulang semuanya tanpa ketahuan.
Without --witness: whoever holds the log's key could have rewritten all of it.
"""
BROKEN = f"""\
ADA YANG SALAH [stream.prev_hash]: hash halaman sebelumnya tidak cocok: halaman ini atau yang \
sebelumnya diubah
SOMETHING IS WRONG: the hash of the page before does not fit: this page or the one before it was \
changed
  baris / line                            16
  nomor urut daun / index of the leaf     14
  jenis / kind                            event
  posisi atau nomor / position or number  12
  catatan / stream                        case:1b2ed40e-d3ad-dccb-2c33-be0ac79d6793
  versi / version                         3

  buku / log                      {ORIGIN}
  daun / leaves                   14
  peristiwa / events              11
  catatan akses / access records  3
  catatan / streams               3
  akar / root                     P5DiLmHS0cPrXYwal2iD7fntoBajUMXUtS/0Wfp9t90=
  kunci / key                     {KEY}
"""


@pytest.fixture
def run(capsys):
    """Run it; return its status and what it wrote, here and there."""

    def run(*words):
        status = main([str(word) for word in words])
        return status, *capsys.readouterr()

    return run


def archive(name):
    return FOLDER / f"{name}.ndjson"


@pytest.mark.parametrize(
    ("name", "words", "status", "said"),
    [
        ("good", (), 0, f"{WHOLE}{KEY}\n{UNPINNED}{UNWITNESSED}"),
        ("good", ("--key", f" {LOG.vkey}\n"), 0, f"{WHOLE}{KEY}\n{UNWITNESSED}"),
        (
            "good",
            (*WITNESSED, "--against", archive("good")),
            0,
            (
                f"{WHOLE}{KEY}\n"
                "  hash dibandingkan / compared    15\n"
                "  saksi / witness                 saksi.example/1 2025-11-22T08:26:40+00:00\n"
                "  saksi / witness                 saksi.example/2 2025-11-22T08:26:40+00:00\n"
                f"{UNPINNED}"
            ),
        ),
        (
            "good-succession-unpinned",
            ("--key", NEW_KEY),
            0,
            (
                f"{WHOLE}{NEW_KEY}\n"
                "  kunci diganti / key replaced at   7\n"
                "  titik periksa lama cocok / older checkpoints fit: 7\n"
                f"{UNWITNESSED}"
            ),
        ),
        ("edited-page", (), 1, BROKEN),
        ("edited-page", ("--thorough",), 1, BROKEN),
    ],
)
def test_a_report_says_what_was_found_in_both_languages(run, name, words, status, said):
    assert run(archive(name), *words) == (status, said, "")


def test_whoever_signed_with_another_clock_is_shown_as_they_signed():
    words = verify(
        blocks_of(archive("good-milliseconds")), asked(key=LOG.vkey, witnesses=MILLISECONDS)
    )
    signed = [line for line in report(words) if "saksi / witness" in line]
    assert signed == [
        f"  saksi / witness                 {it['name']} {it['time']}"
        for it in words.as_json()["witnesses"]
    ]
    assert signed


INDEX = {it["name"]: it for it in json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))}
MILLISECONDS = INDEX["good-milliseconds"]["asked"]["witnesses"]


@pytest.mark.parametrize("name", ["checkpoint-size", "edited-access"])
def test_where_no_leaf_can_be_named_it_says_between_which_sizes(run, name):
    status, said, _ = run(archive(name))
    assert status == 1
    assert said.splitlines()[2:5] == [
        "  di antara ukuran / between the sizes    0 - 15",
        "",
        f"  buku / log                      {ORIGIN}",
    ]


def test_a_program_reads_the_same_in_json(run, tmp_path):
    (tmp_path / "older").write_text(checkpoint(BASE[:HALF]), encoding="utf-8")
    status, said, _ = run(archive("good"), "--json", "--checkpoint", tmp_path / "older")
    assert (status, said.count("\n")) == (0, 1)
    assert json.loads(said) == {
        "ok": True,
        "origin": ORIGIN,
        "size": 15,
        "root": "7PGEvy1cQGw9VYBsd13117FIMdvEJG6qvJntjmNNtJs=",
        "events": 12,
        "accesses": 3,
        "streams": 3,
        "key": KEY,
        "keys": [{"key": KEY, "since": 0}],
        "pinned": False,
        "witnesses": [],
        "older": [HALF],
        "compared": None,
        "fault": None,
    }
    status, said, _ = run(archive("edited-page"), "--json")
    assert status == 1
    assert json.loads(said)["fault"] == {
        "code": "stream.prev_hash",
        "line": 16,
        "index": 14,
        "kind": "event",
        "number": 12,
        "stream": "case:1b2ed40e-d3ad-dccb-2c33-be0ac79d6793",
        "version": 3,
        "message": {
            "id": "hash halaman sebelumnya tidak cocok: halaman ini atau yang sebelumnya diubah",
            "en": (
                "the hash of the page before does not fit: this page or the one before it was"
                " changed"
            ),
        },
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            [archive("nowhere")],
            (f"{archive('nowhere')}: tidak ada", f"{archive('nowhere')}: there is no such file"),
        ),
        ([FOLDER], (f"{FOLDER}: folder, bukan berkas", f"{FOLDER}: a folder and no file")),
        (
            [archive("good"), "--key", WITNESSES[0].vkey],
            (
                f"ini bukan kunci buku (nama+id+base64): {WITNESSES[0].vkey}",
                f"this is no key of a log (name+id+base64): {WITNESSES[0].vkey}",
            ),
        ),
        (
            [archive("good"), "--witness", "x"],
            (
                "ini bukan kunci saksi (nama+id+base64): x",
                "this is no key of a witness (name+id+base64): x",
            ),
        ),
        (
            [archive("good"), "--checkpoint", archive("good")],
            (
                f"{archive('good')}: bukan titik periksa (signed note)",
                f"{archive('good')}: this is no checkpoint (a signed note)",
            ),
        ),
        (
            [archive("good"), "--against", FOLDER / "index.json"],
            (
                f"{FOLDER / 'index.json'}: bukan arsip, bukan folder tile, bukan berkas hash",
                (
                    f"{FOLDER / 'index.json'}: neither an archive nor a folder of tiles nor a file"
                    " of hashes"
                ),
            ),
        ),
    ],
)
def test_misuse_is_said_in_both_languages_and_is_no_verdict(run, words, said):
    assert run(*words) == (2, "", "".join(f"{line}\n" for line in said))


def test_what_cannot_be_opened_is_misuse_as_well(run, tmp_path, monkeypatch):
    def nothing(_path):
        raise PermissionError(13, "Permission denied", "arsip.ndjson")

    monkeypatch.setattr("verifier.__main__.blocks_of", nothing)
    assert run(tmp_path) == (
        2,
        "",
        (
            "arsip.ndjson: tidak terbaca: Permission denied\n"
            "arsip.ndjson: cannot be read: Permission denied\n"
        ),
    )


def test_an_archive_comes_from_standard_input_too_and_is_read_in_blocks(run, monkeypatch):
    monkeypatch.setattr("verifier.asking.BLOCK", 1_000)
    heard = []
    written = b"".join(blocks_of(archive("good"), heard.append))
    assert written == archive("good").read_bytes()
    assert (sum(heard), max(heard)) == (len(written), 1_000)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(written)))
    assert max(map(len, blocks_of("-"))) == 1_000
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(written)))
    assert run("-")[:2] == (0, f"{WHOLE}{KEY}\n{UNPINNED}{UNWITNESSED}")


def test_what_is_asked_is_what_is_looked_for(tmp_path):
    assert asked() == Asked(key=None, witnesses=(), older=(), kept=None, thorough=False)
    assert asked(thorough=True).thorough
    kept = asked(against=archive("good")).kept
    assert kept is not None
    last = tmp_path / "last.json"
    last.write_bytes(b"\xef\xbb\xbf" + Archive.of(BASE).lines()[-1].replace(b"\n", b"\r\n"))
    assert asked(checkpoints=[last]).older[0].size == len(GOOD.leaves)


def marks():
    """Of each vector's whole verdict and report a short digest."""
    for name, vector in INDEX.items():
        if "misuse" not in vector["answer"]:
            wanted = asked_by(vector["asked"])
            verdict = verify([archive(name).read_bytes()], wanted)
            told = json.dumps([verdict.as_json(), list(report(verdict))])
            yield name, sha256(told.encode()).hexdigest()[:8]


def test_what_is_said_of_every_vector_is_what_was_said_before_to_the_letter():
    before = json.loads(SAID.read_text(encoding="utf-8"))
    now = dict(marks())
    assert {name for name in {**now, **before} if now.get(name) != before.get(name)} == set()


if __name__ == "__main__":
    SAID.write_text(json.dumps(dict(marks()), indent=0) + "\n", encoding="utf-8")

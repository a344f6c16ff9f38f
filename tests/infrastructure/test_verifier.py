"""The verifier: it answers every vector, takes no shortcut that parsing would not, and is alone."""

import ast
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from archive_vectors import FOLDER, INDEX
from archives import LOG, WITNESSES, Archive, checkpoint, leaves_of, mth
from vector_log import BASE, GOOD, HALF, PINNED, with_page

import verifier
from verifier.archive import Asked, verify
from verifier.asking import checkpoint_of, key_in
from verifier.faults import CODES, Misuse
from verifier.heads import Heads
from verifier.kept import kept_in
from verifier.lines import EVENT, FRONT, HEAD, UUID, Tails
from verifier.notes import LOG_KEY, WITNESS_KEY, Checkpoint, Unreadable, VerifierKey
from verifier.pages import page_in
from verifier.report import report
from verifier.tree import Tree, leaf_hash

ROOT = Path(verifier.__file__).parent
VECTORS = json.loads(INDEX.read_text(encoding="utf-8"))
NOT_IN_VECTORS = {"columns.differ"}
"""What only the ledger's own tables can tell; it has a test of its own."""


def asked(said, **how):
    return Asked(
        key=key_in(said["key"], LOG_KEY) if "key" in said else None,
        witnesses=tuple(key_in(it, WITNESS_KEY) for it in said.get("witnesses", ())),
        older=tuple(map(checkpoint_of, said.get("older", ()))),
        **({"kept": kept_in(FOLDER / said["against"])} if "against" in said else {}),
        **how,
    )


def verdict_of(written, said=PINNED, *, block=1 << 20, heads=None, tails=None, **how):
    blocks = [written[at : at + block] for at in range(0, len(written), block)]
    return json.loads(json.dumps(verify(blocks, asked(said, **how), heads, tails).as_json()))


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_every_vector_gets_its_answer_however_it_is_read(vector):
    written = (FOLDER / f"{vector['name']}.ndjson").read_bytes()
    if "misuse" in vector["answer"]:
        with pytest.raises((Misuse, Unreadable)):
            verify([written], asked(vector["asked"]))
        return
    for how in ({}, {"thorough": True}, {"block": 97}, {"heads": Heads(1), "tails": Tails(1)}):
        verdict = verdict_of(written, vector["asked"], **how)
        said, expected = verdict["fault"] or {}, vector["answer"]["fault"] or {}
        assert verdict["ok"] == vector["answer"]["ok"], how
        assert {key: said.get(key) for key in expected} == expected, how
    assert list(report(verify([written], asked(vector["asked"]))))


def test_every_code_has_a_vector_and_words_in_both_languages():
    seen = {vector["answer"]["fault"]["code"] for vector in VECTORS if vector["answer"]["fault"]}
    assert seen == CODES.keys() - NOT_IN_VECTORS
    assert all(len(set(words)) == 2 for words in CODES.values())


def test_a_verdict_says_what_was_read_and_by_whom_it_is_signed():
    verdict = verdict_of(GOOD.written(), PINNED | {"older": [checkpoint(BASE[:HALF])]})
    assert verdict["ok"]
    assert (verdict["events"], verdict["accesses"], verdict["size"]) == (12, 3, 15)
    assert verdict["streams"] == len({json.loads(leaf.content)["stream"] for leaf in EVENTS})
    assert verdict["older"] == [HALF]
    assert [it["name"] for it in verdict["witnesses"]] == [it.name for it in WITNESSES]


EVENTS = [leaf for leaf in BASE if leaf.kind == "event"]

# ---- trees and notes against what others published


def test_the_tree_is_the_one_of_the_reference_implementation_of_rfc_6962():
    inputs = "|00|10|2021|3031|40414243|5051525354555657|606162636465666768696a6b6c6d6e6f"
    roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
    tree = Tree()
    assert tree.root() == sha256().digest()
    for entry, root in zip(map(bytes.fromhex, inputs.split("|")), roots, strict=True):
        tree.add(leaf_hash(entry))
        assert tree.root().hex() == root


def test_the_tree_is_the_definition_for_every_size():
    leaves, tree = [bytes([n]) * 32 for n in range(131)], Tree()
    for size, leaf in enumerate(leaves, 1):
        tree.add(leaf)
        assert tree.root() == mth(leaves[:size])


def test_leaves_put_into_the_tree_together_make_the_same_tree():
    leaves = [bytes([n]) * 32 for n in range(40)]
    for first in range(20):
        for many in range(20):
            tree = Tree()
            tree.extend(leaves[:first])
            tree.extend(leaves[first : first + many])
            assert (tree.size, tree.root()) == (first + many, mth(leaves[: first + many]))


def test_the_example_of_the_specification_of_notes_verifies():
    key = VerifierKey.of("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    line = (
        "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3"
        "mFXmRKuwHjG1Yu72IneyaQM="
    )
    note = Checkpoint.of(f"o\n1\n{'A' * 43}=\n\n{line}\n")
    assert note.signatures[0][1][:4] == key.key_id
    assert key.has_signed(note.signatures[0][1][4:], b"This is an example message.\n")
    assert not key.has_signed(note.signatures[0][1][4:], b"This is another message.\n")


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "x",
        LOG.vkey[:-4],
        LOG.vkey.replace("jejak/", "Jejak/"),
        LOG.vkey.replace("+A", "+B", 1),
        LOG.vkey + "=",
    ],
)
def test_what_is_no_key_is_not_taken_for_one(vkey):
    with pytest.raises(Unreadable):
        VerifierKey.of(vkey)


# ---- the quick way and the whole parse


TOKENS = [
    b'"version":1',
    b',"stream":"case:x"',
    b'"prev_hash":"' + b"0" * 64 + b'"',
    b"null",
    b"{}",
    b"[]",
    b",",
    b'"',
    b"\\",
    b"}",
    b"-0",
    b"01",
    b"1.5",
    b"\xc3",
    b"\xc3\xa9",
    b" ",
    b'\\"',
    b"true",
    b'"a":1',
    b'{"class":"personal"}',
]


def tampered(random, content):
    """Return a page with one random change, some of them very likely to matter."""
    at = random.randrange(len(content))
    token = random.choice(TOKENS)
    match random.randrange(6):
        case 0:
            return content[:at] + bytes([random.randrange(256)]) + content[at + 1 :]
        case 1:
            return content[:at] + content[at + random.randint(1, 40) :]
        case 2:
            return content[:at] + token + content[at:]
        case 3:
            spots = [it.start() for it in re.finditer(rb'[,:{"\[]', content)]
            spot = random.choice(spots) + 1
            return content[:spot] + token + content[spot:]
        case 4:
            other = random.randrange(len(content))
            one, two = sorted((at, other))
            return content[:one] + content[two:] + content[one:two]
        case _:
            fields = json.loads(content)
            fields[random.choice(sorted(fields))] = random.choice([None, 1, "x", [], {}, {"a": {}}])
            text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            return text.encode()


def learnt_from(leaves):
    """The patterns that a verifier makes on reading these leaves."""
    tails = Tails(after=1)
    verify([Archive.of(leaves).written()], Asked(), tails=tails)
    return tails


def test_the_quick_way_says_what_the_whole_parse_says_of_whatever_was_done_to_a_page():
    random = Random(20)  # noqa: S311
    leaves = leaves_of(random, events=60, streams=6, accesses=2)
    lines, found, tails = Archive.of(leaves).lines(), set(), learnt_from(leaves)
    events = [at for at, leaf in enumerate(leaves) if leaf.kind == "event"]
    for _ in range(150):
        at = random.choice(events)
        content = tampered(random, leaves[at].content)
        line = lines[at + 1].replace(leaves[at].content, content)
        written = b"".join([*lines[: at + 1], line, *lines[at + 2 :]])
        quick = verdict_of(written, tails=tails)
        thorough = verdict_of(written, thorough=True)
        assert quick == thorough, line
        found.add(quick["fault"] and quick["fault"]["code"])
    assert {"page.canonical", "page.envelope", "stream.prev_hash"} <= found


def test_what_the_patterns_take_out_of_a_line_is_what_parsing_finds_in_its_page():
    random, ordinary = Random(21), 0  # noqa: S311
    leaves = leaves_of(random, events=500, streams=30, accesses=0)
    tails = learnt_from(leaves)
    for leaf in leaves:
        content = tampered(random, leaf.content) if random.random() < 0.7 else leaf.content
        line = replace(leaf, content=content).line(leaf.number - 1)
        taken = taken_out(tails, line) if is_text(content) else None
        if taken is None:
            continue
        read = page_in(content)  # raises where the whole parse finds something wrong
        ordinary += 1
        assert taken == (read["prev_hash"], read["stream"], str(read["version"]))
    assert ordinary > 100


def test_digits_in_hex_are_digits_and_hyphens_in_their_places():
    right = '"0198f5c0-7a00-4000-8000-0000000000be"'
    assert re.fullmatch(UUID, right.encode())
    for at in range(1, 37):
        for other in "-\n\rgG/:`\0 " if right[at] != "-" else "0\n ":
            wrong = right[:at] + other + right[at + 1 :]
            assert not re.fullmatch(UUID, wrong.encode()), wrong


def is_text(content):
    """Whether bytes are UTF-8 at all: the quick way asks that first, and not of its patterns."""
    return content.decode(errors="ignore").encode() == content


def taken_out(tails, line):
    """What the quick way takes out of a line, or None where it leaves it to be parsed."""
    front = FRONT % (int(EVENT.fullmatch(line)[1]), int(EVENT.fullmatch(line)[2]))
    head = HEAD.match(line, len(front)) if line.startswith(front) else None
    for tail in tails.known.get(Tails.key(head[3], head[2]), ()) if head else ():
        rest = tail(line, head.end())
        if rest and rest.end() == len(line):
            return tuple(group.decode() for group in rest.groups())
    return None


def test_streams_that_do_not_fit_into_memory_are_remembered_all_the_same():
    archive = Archive.of(leaves_of(Random(3), events=300, streams=90, accesses=5))  # noqa: S311
    few = Heads(most=4)
    assert verdict_of(archive.written(), block=4_000, heads=few)["ok"]
    assert few.spilled
    last = next(at for at in range(304, 0, -1) if archive.leaves[at].kind == "event")
    broken = json.loads(archive.leaves[last].content) | {"prev_hash": "ab" * 32}
    line = archive.lines()[last + 1].replace(
        archive.leaves[last].content,
        json.dumps(broken, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(),
    )
    written = b"".join([*archive.lines()[: last + 1], line])
    fault = verdict_of(written, block=4_000, heads=Heads(most=4))["fault"]
    assert (fault["code"], fault["index"]) == ("stream.prev_hash", last)


# ---- alone


def test_it_imports_nothing_but_the_standard_library_and_cryptography():
    for path in ROOT.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [it.name for it in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            else:
                continue
            assert {it.partition(".")[0] for it in names} <= {
                *sys.stdlib_module_names,
                "cryptography",
            }, path


@pytest.fixture
def copied(tmp_path):
    """The folder of the verifier alone, where nothing of the product is."""
    shutil.copytree(ROOT, tmp_path / "verifier", ignore=shutil.ignore_patterns("__pycache__"))

    def run(*words):
        program = "import sys, runpy; home = sys.argv.pop(1); sys.path.remove(home)"
        program += "; runpy.run_module('verifier', run_name='__main__')"
        return subprocess.run(
            [sys.executable, "-c", program, str(ROOT.parent), *map(str, words)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.long
def test_copied_out_of_the_repository_it_runs_alone(copied, tmp_path):
    good, bad = FOLDER / "good.ndjson", FOLDER / "edited-page.ndjson"
    witnesses = [word for it in WITNESSES for word in ("--witness", it.vkey)]
    (tmp_path / "older.txt").write_text(checkpoint(BASE[:HALF]), encoding="utf-8")
    answer = copied(good, "--key", LOG.vkey, *witnesses, "--checkpoint", "older.txt")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("UTUH")
    assert "saksi.example/2" in answer.stdout
    answer = copied(bad, "--json")
    assert answer.returncode == 1
    assert json.loads(answer.stdout)["fault"]["code"] == "stream.prev_hash"
    assert "catatan / stream" in copied(bad).stdout
    proof = FOLDER.parent / "proofs" / "good-0.tlog-proof"
    assert copied("--proof", proof, "--key", LOG.vkey, *witnesses).stdout.startswith("TERBUKTI")
    for words in (
        (good, "--key", "x"),
        (good, "--key", ""),
        ("nowhere",),
        (good, "--checkpoint", good),
        (tmp_path,),
        (good, "--checkpoint", tmp_path),
        (f"{good}/x",),
    ):
        answer = copied(*words)
        assert (answer.returncode, answer.stdout) == (2, "")
        assert len(answer.stderr.splitlines()) == 2
        assert re.search("[a-z]{4}", answer.stderr)


def test_the_last_line_of_an_archive_is_what_one_brings_along_next_time(copied, tmp_path):
    (tmp_path / "last.json").write_bytes(Archive.of(BASE[:HALF]).lines()[-1])
    answer = copied(FOLDER / "good.ndjson", "--checkpoint", "last.json", "--json")
    assert json.loads(answer.stdout)["older"] == [HALF]


def test_a_line_may_not_go_on_for_ever_however_it_is_read(monkeypatch):
    most = max(map(len, GOOD.lines()))
    monkeypatch.setattr("verifier.archive.LINE_MOST", most)
    assert verdict_of(GOOD.written(), block=97)["ok"]
    monkeypatch.setattr("verifier.archive.LINE_MOST", most - 1)
    faults = [verdict_of(GOOD.written(), block=it)["fault"] for it in (97, 4_000, 1 << 20)]
    assert faults[0] == faults[1] == faults[2]
    assert faults[0]["code"] == "archive.line"


def test_an_edit_after_which_everything_is_signed_anew_is_bounded_by_the_checkpoints():
    changed = with_page(len(BASE) - 1 if BASE[-1].kind == "event" else len(BASE) - 2, purpose="x")
    fault = verdict_of(
        changed.written(), PINNED | {"older": [checkpoint(BASE[:n]) for n in (3, HALF, 9)]}
    )["fault"]
    assert fault["code"] == "checkpoint.root"
    assert fault["between"] == [9, len(BASE)]

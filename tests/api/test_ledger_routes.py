"""The log over HTTP: what it serves can be verified with nothing but the log's public key."""

import base64
import json

import pytest
from facts import open_case

from infrastructure.log import Log
from infrastructure.log_key import make_next_log_key
from infrastructure.merkle import consistent, includes, leaf_hash, root_of
from infrastructure.sealer import seal_once
from infrastructure.signed_note import Note, TreeHead, VerifierKey

pytestmark = pytest.mark.long

ROLES = ("caseworker", "supervisor", "auditor", "compliance", "operator", "agency")
FOR_EVER = "private, max-age=31536000, immutable"

NOT_THERE = (
    "tile/0/000",
    "tile/0/001.p/1",
    "tile/0/000.p/256",
    "tile/0/000.p/0",
    "tile/0/000.p/01",
    "tile/0/000.p/250",
    "tile/0/0",
    "tile/0/x000/000.p/1",
    "tile/0/x001/000.p/1",
    "tile/0/" + "x999/" * 6 + "999",
    "tile/0/" + "x999/" * 7 + "999",
    "tile/00/000.p/1",
    "tile/64/000.p/1",
    "tile/1/000.p/1",
    "tile/9/000.p/1",
    "tile/x/000.p/1",
    "tile/entries/000",
    "tile/entries/000.p/250",
    "tile/entries/xyz",
    "tile/entries/" + "x999/" * 6 + "999",
)


TAKEN = {
    "gzip": True,
    "br, gzip;q=0.5": True,
    "identity": False,
    "": False,
    "br, gzip; q=0": False,
    "gzip;q=0.00": False,
    "x-gzip": False,
}


def raw(text):
    return base64.b64decode(text)


@pytest.fixture
def sealed(service, medan, database, tmp_path, pool):
    """A client, and the checkpoint over a few events."""
    open_case(medan)
    return medan, seal_once(database, tmp_path), Log(pool).vkey


def test_every_event_is_proved_by_its_position_and_a_question_for_none_or_two_is_refused(sealed):
    client, checkpoint, _ = sealed
    for query in ("", "?position=1&number=1", "?position=1&kind=access", "?position=0", "?x=1"):
        assert client.get(f"/v1/ledger/proofs/inclusion{query}").status_code == 422
    for position in range(1, checkpoint.size + 1):
        answer = client.get("/v1/ledger/proofs/inclusion", params={"position": position})
        said = answer.json()
        leaf = said["leaf"]
        assert json.loads(leaf["data"])["position"] == leaf["number"] == position
        proof = [raw(it) for it in said["proof"]]
        assert raw(leaf["hash"]) == leaf_hash(leaf["data"].encode())
        assert includes(raw(said["root"]), said["size"], leaf["index"], raw(leaf["hash"]), proof)
        assert TreeHead.of(Note.of(said["checkpoint"]).text).root == raw(said["root"])


def test_the_checkpoint_is_signed_and_a_proof_file_holds_all_that_proves_an_event(sealed):
    client, checkpoint, vkey = sealed
    newest = client.get("/v1/ledger/checkpoint")
    assert newest.headers["content-type"] == "text/plain; charset=utf-8"
    assert newest.text == checkpoint.note
    answer = client.get("/v1/ledger/proofs/events/2.tlog-proof")
    head, _, signed = answer.text.partition("\n\n")
    version, extra, index, *proof = head.split("\n")
    assert (version, index) == ("c2sp.org/tlog-proof@v1", "index 1")
    note = Note.of(signed)
    assert note.verified([VerifierKey.of(vkey)])
    assert signed == checkpoint.note
    tree = TreeHead.of(note.text)
    leaf = leaf_hash(raw(extra.removeprefix("extra ")))
    assert includes(tree.root, checkpoint.size, 1, leaf, [raw(it) for it in proof])
    assert answer.headers["content-disposition"] == 'attachment; filename="2.tlog-proof"'


def test_growth_is_proved_between_any_two_sizes(sealed, database, tmp_path):
    client, old, _ = sealed
    open_case(client)
    new = seal_once(database, tmp_path)
    said = client.get("/v1/ledger/proofs/consistency", params={"from": old.size}).json()
    proof = [raw(it) for it in said["proof"]]
    assert (said["from_size"], said["to_size"]) == (old.size, new.size)
    assert consistent(old.size, old.root, new.size, new.root, proof)
    whole = client.get("/v1/ledger/proofs/consistency?from=2&to=2").json()
    assert whole["proof"] == []
    for wrong in ("from=2&to=1", f"from=1&to={new.size + 1}", "from=-1", f"from={2**64}", "to=1"):
        assert client.get(f"/v1/ledger/proofs/consistency?{wrong}").status_code == 422


def test_tiles_and_entries_make_up_the_tree_for_ever_and_what_is_none_is_not_there(sealed):
    client, checkpoint, _ = sealed
    for path in NOT_THERE:
        answer = client.get(f"/v1/ledger/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "request.not_found"), path
    size = checkpoint.size
    tile = client.get(f"/v1/ledger/tile/0/000.p/{size}")
    assert root_of(tile.content) == checkpoint.root
    assert tile.headers["content-type"] == "application/octet-stream"
    path = f"tile/entries/000.p/{size}"
    entries = client.get(f"/v1/ledger/{path}")
    assert {it.headers["cache-control"] for it in (tile, entries)} == {FOR_EVER}
    for taken, packed in TAKEN.items():
        answer = client.get(f"/v1/ledger/{path}", headers={"Accept-Encoding": taken})
        assert (answer.content, answer.headers["vary"]) == (entries.content, "Accept-Encoding")
        assert (answer.headers.get("content-encoding") == "gzip") == packed, taken
    rest, hashes = entries.content, []
    while rest:
        length = int.from_bytes(rest[:2], "big")
        hashes.append(leaf_hash(rest[2 : 2 + length]))
        rest = rest[2 + length :]
    assert b"".join(hashes) == tile.content


def test_what_is_not_sealed_yet_is_said_to_be_so(service, medan):
    for path in (
        "checkpoint",
        "proofs/inclusion?position=1",
        "proofs/inclusion?kind=access&number=1",
        "proofs/consistency?from=0",
        "proofs/events/1.tlog-proof",
        "tile/entries/000.p/1",
    ):
        answer = medan.get(f"/v1/ledger/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "ledger.not_sealed"), path


def test_every_known_caller_reads_the_log_and_a_stranger_does_not(service, sealed):
    for path in ("checkpoint", "proofs/inclusion?position=1", "tile/0/000.p/1"):
        assert service.stranger().get(f"/v1/ledger/{path}").status_code == 401
        for role in ROLES:
            assert service.caller(role).get(f"/v1/ledger/{path}").status_code == 200, role


def test_the_keys_are_published_with_what_announced_them(sealed, database, tmp_path):
    client, checkpoint, vkey = sealed
    first = {"vkey": vkey, "since": 0, "announcement": None}
    assert client.get("/v1/ledger/keys").json() == {"keys": [first]}
    make_next_log_key(tmp_path)
    open_case(client)
    announced = seal_once(database, tmp_path)
    known, following = client.get("/v1/ledger/keys").json()["keys"]
    assert (known, following["since"]) == (first, announced.size)
    assert following["announcement"] == announced.note
    both = [VerifierKey.of(vkey), VerifierKey.of(following["vkey"])]
    assert len(Note.of(announced.note).verified(both)) == 2
    assert checkpoint.size < announced.size

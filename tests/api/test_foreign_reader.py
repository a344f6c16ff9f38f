"""What we publish, read by a program that is not ours: golang.org/x/mod's sumdb, from Debian."""

import base64
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from log_facts import record
from proof_vectors import FOLDER, INDEX
from whole_service import UNITS

from infrastructure.log import Log
from infrastructure.log_key import make_next_log_key
from infrastructure.sealer import seal_once
from infrastructure.signed_note import COSIGNATURE, Note, Signer

pytestmark = pytest.mark.long

SOURCE = Path(__file__).parents[1] / "foreign" / "read.go"
LIBRARIES = Path("/usr/share/gocode")
WITNESS = Signer("saksi.example/1", b"w" * 32, COSIGNATURE)
BEFORE, AFTER = 300, 700
VECTORS = json.loads(INDEX.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """The program, built; or a skip that says what is missing."""
    go = shutil.which("go")
    if not go or not (LIBRARIES / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip("no go, or no x/mod: apt-get install golang-go golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("foreign")
    own = {"GO111MODULE": "off", "GOPATH": str(LIBRARIES), "GOCACHE": str(folder / "cache")}
    built = folder / "read"
    subprocess.run([go, "build", "-o", built, SOURCE], check=True, env=os.environ | own)
    return built


@dataclass
class Reader:
    """The program, and the token that it shows at a service."""

    program: Path
    token: str

    def found(self, *words):
        """Return what it found."""
        status, said = self._run(words)
        assert status == 0, said
        return json.loads(said)

    def wrong(self, *words):
        """Return what it says is wrong."""
        status, said = self._run(words)
        assert status == 1, said
        return said

    def _run(self, words):
        own = os.environ | {"TOKEN": self.token}
        run = [self.program, *words]
        answer = subprocess.run(run, stdout=subprocess.PIPE, text=True, env=own, check=False)
        return answer.returncode, answer.stdout


@pytest.fixture
def read(program, medan):
    return Reader(program, medan.headers["Authorization"].removeprefix("Bearer "))


@pytest.fixture
def grown(service, medan, database, tmp_path, pool):
    """The log's key over two full tiles and a part of a third, which a witness has cosigned."""
    record(database, BEFORE - len(UNITS))  # which the service has recorded
    seal_once(database, tmp_path)
    record(database, AFTER - BEFORE)
    newest = seal_once(database, tmp_path)
    line = WITNESS.cosign(Note.of(newest.note).text, 1_700_000_000)
    with psycopg.connect(database) as owner:
        owner.execute(
            "INSERT INTO ledger.cosignature (size, vkey, line) VALUES (%s, %s, %s)",
            (newest.size, str(WITNESS.key), line),
        )
    return Log(pool).vkey


@pytest.fixture
def door(medan):
    """The service behind somebody who may alter its answers on their way."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self):
            answer = medan.get(self.path)
            self.send_response(answer.status_code)
            self.end_headers()
            self.wfile.write(server.alter(self.path.removeprefix("/v1/ledger/"), answer.content))

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def flipped(content, at=0, bit=1):
    return content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :]


def flipped_base64(text, at):
    return base64.b64encode(flipped(base64.b64decode(text), at)).decode()


def spoilt_line(number, at):
    """Flip a bit in what stands in base64 at the end of a note's line."""

    def spoil(content):
        lines = content.decode().split("\n")
        before, blank, encoded = lines[number].rpartition(" ")
        lines[number] = before + blank + flipped_base64(encoded, at)
        return "\n".join(lines).encode()

    return spoil


def spoilt_proof(content):
    said = json.loads(content)
    said["proof"][1] = flipped_base64(said["proof"][1], 9)
    return json.dumps(said).encode()


SPOILT = [
    (
        "checkpoint",
        lambda it: it.replace(b"\n700\n", b"\n701\n"),
        "invalid signature for key jejak/",
    ),
    ("checkpoint", spoilt_line(2, 5), "invalid signature for key jejak/"),
    ("checkpoint", spoilt_line(4, 20), "invalid signature for key jejak/"),
    ("checkpoint", spoilt_line(5, 20), "invalid signature for key saksi.example/1"),
    ("checkpoint", spoilt_line(5, 11), "invalid signature for key saksi.example/1"),
    ("tile/0/000", lambda it: flipped(it, 8191), "leaf 255: its data is not what the tile holds"),
    ("tile/0/001", lambda it: flipped(it, 0), "leaf 256: its data is not what the tile holds"),
    ("tile/0/002.p/188", lambda it: flipped(it, 187 * 32), "inconsistent tile"),
    ("tile/0/002.p/188", lambda it: it[:-32], "bad result slice"),
    ("tile/1/000.p/2", lambda it: flipped(it, 40), "inconsistent tile"),
    ("tile/entries/001", lambda it: flipped(it, 500), "the entries have another root"),
    ("tile/entries/002.p/188", lambda it: it[:-1], "a bundle of entries is cut off"),
    ("proofs/inclusion?position=651", spoilt_proof, "leaf 650: invalid transparency proof"),
    ("proofs/consistency?from=300&to=700", spoilt_proof, "growth: invalid transparency proof"),
]


def only(spoilt, spoil, path, content):
    return spoil(content) if path == spoilt else content


def test_a_served_log_is_read_whole(read, grown, medan, address):
    found = read.found("log", f"{address}/v1/ledger", str(BEFORE), grown, str(WITNESS.key))
    text = medan.get("/v1/ledger/checkpoint").text.split("\n")
    assert (found["size"], found["root"]) == (AFTER, text[2])
    assert (found["leaves"], found["proofs"]) == (AFTER, AFTER // 50)


def test_no_bit_of_a_served_log_can_be_changed_on_its_way(read, grown, door):
    words = (f"http://127.0.0.1:{door.server_port}/v1/ledger", str(BEFORE), grown, str(WITNESS.key))
    door.alter = lambda _, content: content
    assert read.found("log", *words)["size"] == AFTER
    for spoilt, spoil, said in SPOILT:
        door.alter = partial(only, spoilt, spoil)
        assert said in read.wrong("log", *words), spoilt


def test_a_proof_of_ours_is_read_and_no_bit_of_it_can_be_changed(read, grown, medan, tmp_path):
    kept, keys = tmp_path / "5.tlog-proof", (grown, str(WITNESS.key))
    for position in (1, 256, 257, AFTER, 513):
        good = medan.get(f"/v1/ledger/proofs/events/{position}.tlog-proof").content
        kept.write_bytes(good)
        found = read.found("proof", kept, *keys)
        assert (found["size"], found["index"]) == (AFTER, position - 1)
        assert json.loads(found["leaf"])["position"] == position
    end = good.index(b"\n\n")
    for spoil, said in (
        (spoilt_line(1, 30), "invalid transparency proof"),
        (lambda it: it.replace(b"\nindex 5", b"\nindex 4"), "invalid transparency proof"),
        (spoilt_line(3, 0), "invalid transparency proof"),
        (lambda it: flipped(it, end + 7), "invalid signature for key jejak/"),
        (spoilt_line(-3, 40), "invalid signature for key jejak/"),
        (spoilt_line(-2, 40), "invalid signature for key saksi.example/1"),
    ):
        kept.write_bytes(spoil(good))
        assert said in read.wrong("proof", kept, *keys)


def test_the_good_vectors_are_good_to_it(read):
    for vector in VECTORS:
        asked, name = vector["asked"], vector["name"]
        if name.startswith("good-") and not {"announcements", "leaf"} & asked.keys():
            keys = (asked["key"], *asked["witnesses"])
            found = read.found("proof", FOLDER / f"{name}.tlog-proof", *keys)
            assert found["index"] == vector["answer"]["proven"]["index"], name
    said = json.loads((FOLDER / "served.json").read_text(encoding="utf-8"))
    assert read.found("proof", FOLDER / "served.tlog-proof", said["key"], *said["witnesses"])


def test_a_log_whose_key_was_replaced_is_read_by_both_keys_and_then_by_the_new_one(
    read, medan, database, tmp_path, address
):
    seal_once(database, tmp_path)
    make_next_log_key(tmp_path)
    for more in (1, 2):
        record(database, 1)
        seal_once(database, tmp_path)
        keys = [it["vkey"] for it in medan.get("/v1/ledger/keys").json()["keys"]][more // 2 :]
        found = read.found("log", f"{address}/v1/ledger", str(len(UNITS)), *keys)
        assert (found["size"], len(keys)) == (len(UNITS) + more, 3 - more)

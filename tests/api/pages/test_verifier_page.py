"""The verifier in the browser: it agrees with the one in Python, and can send nothing anywhere."""

import json
import os
import re
import shutil
import subprocess
from base64 import b64encode

import pytest
from archive_vectors import FOLDER, INDEX
from archives import LOG, WITNESSES, checkpoint
from fastapi.testclient import TestClient
from proof_vectors import AT
from proof_vectors import FOLDER as PROOF_FOLDER
from proof_vectors import INDEX as PROOF_INDEX
from vector_log import BASE, PINNED

from api.pages.rendering import ADDRESSES, CONTENT
from verifier.__main__ import main
from verifier.archive import LINE_MOST, Asked, verify
from verifier.proof import PROOF_MOST

pytestmark = pytest.mark.long

VECTORS = json.loads(INDEX.read_text(encoding="utf-8"))
SCRIPT = FOLDER.parents[2] / "api/pages/static/verifier.js"
BASE_NOTE = checkpoint(BASE)
SEEN = "saksi.example/1 (2025-11-22T08:26:40Z), saksi.example/2 (2025-11-22T08:26:40Z)"
PROOFS = json.loads(PROOF_INDEX.read_text(encoding="utf-8"))
VERIFY_HERE = """async ([written, kept, asked]) => {
  const blob = (it) => new Blob([Uint8Array.from(atob(it), it => it.charCodeAt(0))]);
  const wanted = await JejakVerifier.asked({...asked, against: kept === null ? null : blob(kept)});
  return wanted && JejakVerifier.verify(blob(written), wanted);
}"""

PROVE_HERE = """async ([written, asked]) => {
  const blob = new Blob([Uint8Array.from(atob(written), it => it.charCodeAt(0))]);
  const leaf = asked.leaf === undefined ? null : new Blob([asked.leaf]);
  const sought = await JejakVerifier.proofAsked({...asked, older: asked.announcements, leaf});
  return sought && JejakVerifier.verifyProof(blob, sought);
}"""


@pytest.fixture(scope="module")
def service(lasting_service):
    """Each test is about something of its own."""
    return lasting_service


def ensure_agrees(verdict, answer):
    if "misuse" in answer:
        assert verdict is None
        return
    assert verdict["ok"] == answer["ok"]
    said, expected = verdict["fault"] or {}, answer["fault"] or {}
    assert {key: said.get(key) for key in expected} == expected


def ensure_proves_the_same(found, vector, folder, capsys):
    """Say the same as `python -m verifier --proof`, to the last field of what is proven."""
    words = ["--proof", PROOF_FOLDER / f"{vector['name']}.tlog-proof", "--json"]
    words += ["--key", vector["asked"]["key"]]
    words += [word for it in vector["asked"].get("witnesses", ()) for word in ("--witness", it)]
    for number, note in enumerate(vector["asked"].get("announcements", ())):
        (folder / f"{number}.txt").write_text(note, encoding="utf-8")
        words += ["--checkpoint", folder / f"{number}.txt"]
    if "leaf" in vector["asked"]:
        (folder / "leaf").write_bytes(vector["asked"]["leaf"].encode())
        words += ["--leaf", folder / "leaf"]
    main(list(map(str, words)))
    said = json.loads(capsys.readouterr().out)
    if said["fault"]:
        del said["fault"]["message"]
    assert found == {**said, "unchecked": False}, vector["name"]
    assert (said["fault"] or {}).get("code") == (vector["answer"]["fault"] or {}).get("code")


@pytest.fixture
def opened(chromium, address):
    """The page, and what its console complained about and what it asked for."""
    context = chromium.new_context(locale="id-ID", base_url=address)
    page, heard, asked = context.new_page(), [], []
    page.on("console", lambda said: heard.append(said.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: asked.append(request.url.removeprefix(address)))
    page.goto("/periksa")
    page.wait_for_load_state("networkidle")
    yield page, heard, asked
    context.close()


def choose(page, vector):
    page.get_by_label("Arsip (jejak").set_input_files(FOLDER / f"{vector['name']}.ndjson")
    page.get_by_label("Kunci buku").fill(vector["asked"].get("key", ""))
    page.get_by_label("Kunci saksi").fill("\n".join(vector["asked"].get("witnesses", ())))
    notes = [
        {"name": f"{number}.txt", "mimeType": "text/plain", "buffer": note.encode()}
        for number, note in enumerate(vector["asked"].get("older", ()))
    ]
    page.get_by_label("Titik periksa yang").set_input_files(notes)
    kept = vector["asked"].get("against")
    page.get_by_label("Pembanding").set_input_files([FOLDER / kept] if kept else [])
    page.get_by_role("button", name="Periksa", exact=True).click()
    return page.locator("#hasil[data-verdict]")


@pytest.mark.long
def test_the_browser_agrees_with_the_answer_to_every_vector(opened):
    page, heard, _ = opened
    for vector in VECTORS:
        kept = vector["asked"].get("against")
        files = [f"{vector['name']}.ndjson", kept]
        given = [it and b64encode((FOLDER / it).read_bytes()).decode() for it in files]
        verdict = page.evaluate(VERIFY_HERE, [*given, vector["asked"]])
        ensure_agrees(verdict, vector["answer"])
    assert not heard


def test_somebody_chooses_a_file_and_reads_what_is_wrong_with_it_and_nothing_is_sent(opened):
    page, heard, asked = opened
    before = list(asked)
    by_name = {vector["name"]: vector for vector in VECTORS}
    result = choose(page, by_name["good-older"])
    result.wait_for()
    assert result.get_by_text("Utuh: semuanya persis seperti yang ditandatangani.").is_visible()
    assert result.get_by_text(SEEN, exact=True).is_visible()
    result = choose(page, by_name["signed-shorter"])
    result.get_by_text("ekornya hilang").wait_for()
    assert result.get_by_text("7 - 9").is_visible()
    edited = choose(page, by_name["edited-page"])
    edited.get_by_text("stream.prev_hash").wait_for()
    assert page.evaluate("fetch('/').catch(() => 'refused')") == "refused"
    assert asked == before
    # The console speaks of the fetch that was refused, and of nothing of ours.
    assert heard
    assert all("Content Security Policy" in said for said in heard)


@pytest.mark.long
def test_somebody_compares_with_what_was_kept_and_with_the_copy_of_a_checkpoint(opened):
    page, _, _ = opened
    by_name = {vector["name"]: vector for vector in VECTORS}
    found = choose(page, by_name["against-kept-longer-forged"])
    found.get_by_text("leaf.differs").wait_for()
    choose(page, by_name["against-damaged"])
    page.locator("#hasil").get_by_text("tidak terbaca; salinlah utuh").wait_for()
    choose(page, by_name["against-older"]).get_by_text("Daun yang dibandingkan").wait_for()
    [half] = by_name["good-older"]["asked"]["older"]
    page.get_by_label("Atau salinan").fill(f"  {half.strip()}")
    choose(page, by_name["signed-forgery"] | {"asked": PINNED}).get_by_text("older.root").wait_for()


@pytest.mark.long
def test_the_browser_says_of_every_proof_what_the_command_says(opened, tmp_path, capsys):
    page, heard, _ = opened
    for vector in PROOFS:
        written = (PROOF_FOLDER / f"{vector['name']}.tlog-proof").read_bytes()
        given = [b64encode(written).decode(), vector["asked"]]
        ensure_proves_the_same(page.evaluate(PROVE_HERE, given), vector, tmp_path, capsys)
    assert not heard


def choose_proof(page, vector, *, content=None):
    name, asked = f"{vector['name']}.tlog-proof", vector["asked"]
    written = (PROOF_FOLDER / name).read_bytes() if content is None else content
    page.get_by_label("Arsip (jejak").set_input_files(a_file(name, written))
    page.get_by_label("Kunci buku").fill(asked.get("key", ""))
    page.get_by_label("Kunci saksi").fill("\n".join(asked.get("witnesses", ())))
    notes = [a_file("said.txt", it.encode()) for it in asked.get("announcements", ())]
    page.get_by_label("Titik periksa yang").set_input_files(notes)
    leaf = [a_file("leaf", asked["leaf"].encode())] if "leaf" in asked else []
    page.get_by_label("Untuk bukti: halaman").set_input_files(leaf)
    page.get_by_role("button", name="Periksa", exact=True).click()
    return page.locator("#hasil")


def a_file(name, content):
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@pytest.mark.long
def test_somebody_chooses_a_proof_and_reads_what_it_proves_or_what_is_wrong(opened):
    page, heard, _ = opened
    by_name = {vector["name"]: vector for vector in PROOFS}
    found = choose_proof(page, by_name["good-page"])
    found.get_by_text("Terbukti: halaman ini ada di dalam buku").wait_for()
    for said in ("peristiwa", SEEN, BASE[AT].at, LOG.vkey):
        assert found.get_by_text(said, exact=True).is_visible()
    found = choose_proof(page, by_name["good-stranger"])
    found.get_by_text("Isinya tidak dibandingkan").wait_for()
    assert found.get_by_text("saksi.example/9", exact=True).is_visible()
    found = choose_proof(page, by_name["good-next-key"])
    found.get_by_text("pemilik kunci buku dapat menulis ulang semuanya").wait_for()
    found = choose_proof(page, by_name["way-edited"])
    found.get_by_text("tidak sampai ke akar yang ditandatangani").wait_for()
    assert found.get_by_text("proof.root").is_visible()
    choose_proof(page, by_name["header"]).get_by_text("proof.header").wait_for()
    for name, asked, content in (
        ("good-0", {}, None),
        ("good-0", {"key": WITNESSES[0].vkey}, None),
        ("good-0", {"key": LOG.vkey, "announcements": [BASE_NOTE]}, None),
        ("good-0", {"key": LOG.vkey}, b"x" * (PROOF_MOST + 1)),
    ):
        found = choose_proof(page, {"name": name, "asked": asked}, content=content)
        found.get_by_text("Sebuah bukti memerlukan kunci buku").wait_for()
    assert not heard


@pytest.mark.long
def test_a_browser_without_ed25519_says_so_and_claims_nothing(opened):
    page, _, _ = opened
    page.evaluate(
        "() => { crypto.subtle.importKey ="
        " () => Promise.reject(new DOMException('', 'NotSupportedError')) }"
    )
    result = choose(page, {"name": "good", "asked": PINNED})
    result.wait_for()
    verdict = json.loads(result.get_attribute("data-verdict"))
    assert (verdict["ok"], verdict["unchecked"], verdict["fault"]) == (False, True, None)
    assert result.get_by_text("tidak dapat memeriksa tanda tangan").is_visible()
    [proof] = [it for it in PROOFS if it["name"] == "signed-by-log-and-not"]
    choose_proof(page, proof).get_by_text("SHA-256 isi").wait_for()
    verdict = json.loads(result.get_attribute("data-verdict"))
    assert (verdict["ok"], verdict["unchecked"], verdict["fault"]) == (False, True, None)
    assert result.get_by_text("tidak dapat memeriksa tanda tangan").is_visible()


@pytest.mark.long
def test_a_key_that_cannot_be_read_is_said_before_anything_is_verified(opened):
    page, _, _ = opened
    choose(page, {"name": "good", "asked": {"key": WITNESSES[0].vkey}})
    page.locator("#hasil").get_by_text("tidak terbaca; salinlah utuh").wait_for()
    choose(page, {"name": "good", "asked": {"key": LOG.vkey[:-1]}})
    page.locator("#hasil").get_by_text("tidak terbaca; salinlah utuh").wait_for()


def test_the_page_needs_no_login_runs_only_its_own_scripts_and_contacts_nobody(service):
    answer = TestClient(service.app).get("/periksa")
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    for said in ("default-src 'none'", "script-src 'self'", "connect-src 'none'"):
        assert said in policy
    assert "unsafe" not in policy
    scripts = re.findall(r"<script(.*?)>(.*?)</script>", answer.text, re.DOTALL)
    assert [inner for _, inner in scripts] == ["", ""]
    assert ADDRESSES["verifier.js"] in answer.text
    for name in ("verifier.js", "periksa.js"):
        script = TestClient(service.app).get(ADDRESSES[name])
        assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert script.content == CONTENT[name]


def under_node(folder):
    """Yield the names of what lies in a folder, and the verdicts."""
    node = shutil.which("node")
    if not node:
        pytest.skip("no node")
    run = FOLDER.parents[1] / "node_verifier.mjs"
    answer = subprocess.run(
        [node, "--no-warnings", run, SCRIPT, folder], capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in answer.stdout.split("\n")[:-1]]


def test_the_same_script_agrees_under_node(tmp_path, capsys):
    proofs = under_node(PROOF_FOLDER)
    assert [it["name"] for it in proofs] == [it["name"] for it in PROOFS]
    for vector, found in zip(PROOFS, proofs, strict=True):
        ensure_proves_the_same(found["verdict"], vector, tmp_path, capsys)
    verdicts = under_node(FOLDER)
    assert [it["name"] for it in verdicts] == [it["name"] for it in VECTORS]
    for vector, found in zip(VECTORS, verdicts, strict=True):
        ensure_agrees(found["verdict"], vector["answer"])


def test_a_line_that_never_ends_is_refused_by_both_in_the_same_words(tmp_path):
    header, leaf, *_ = (FOLDER / "good.ndjson").read_bytes().splitlines(keepends=True)
    index = []
    for name, start, end in (
        ("header", b"", b""),
        ("leaf", header, b"\n"),
        ("next", header + leaf, b""),
    ):
        with (tmp_path / f"{name}.ndjson").open("wb") as file:
            file.write(start)
            file.seek(LINE_MOST + 1, os.SEEK_CUR)
            file.write(b"x" + end)
        index.append({"name": name, "asked": {}})
    (tmp_path / "index.json").write_text(json.dumps(index), encoding="utf-8")
    for found in under_node(tmp_path):
        written = (tmp_path / f"{found['name']}.ndjson").read_bytes()
        fault = verify([written], Asked()).as_json()["fault"]
        del fault["message"]
        assert found["verdict"]["fault"] == fault
        assert fault["code"] == "archive.line"

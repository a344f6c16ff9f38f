"""The verifier in the browser: it agrees with the one in Python, and can send nothing anywhere."""

import json
import os
import re
import shutil
import subprocess
from base64 import b64encode

import pytest
from archive_vectors import FOLDER, INDEX
from archives import LOG, WITNESSES
from fastapi.testclient import TestClient
from vector_log import PINNED

from api.pages.rendering import ADDRESSES, CONTENT
from verifier.archive import LINE_MOST, Asked, verify

pytestmark = pytest.mark.long

VECTORS = json.loads(INDEX.read_text(encoding="utf-8"))
SCRIPT = FOLDER.parents[2] / "api/pages/static/verifier.js"
VERIFY_HERE = """async ([written, kept, asked]) => {
  const blob = (it) => new Blob([Uint8Array.from(atob(it), it => it.charCodeAt(0))]);
  const wanted = await JejakVerifier.asked({...asked, against: kept === null ? null : blob(kept)});
  return wanted && JejakVerifier.verify(blob(written), wanted);
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
    assert result.get_by_text("saksi.example/1, saksi.example/2").is_visible()
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


def test_the_same_script_agrees_under_node():
    node = shutil.which("node")
    if not node:
        pytest.skip("no node")
    run = FOLDER.parents[1] / "node_verifier.mjs"
    answer = subprocess.run(
        [node, "--no-warnings", run, SCRIPT, FOLDER], capture_output=True, text=True, check=True
    )
    verdicts = [json.loads(line) for line in answer.stdout.split("\n")[:-1]]
    assert [it["name"] for it in verdicts] == [it["name"] for it in VECTORS]
    for vector, found in zip(VECTORS, verdicts, strict=True):
        ensure_agrees(found["verdict"], vector["answer"])


def test_a_line_that_never_ends_is_refused_by_both_in_the_same_words(tmp_path):
    node = shutil.which("node")
    if not node:
        pytest.skip("no node")
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
    run = FOLDER.parents[1] / "node_verifier.mjs"
    answer = subprocess.run(
        [node, "--no-warnings", run, SCRIPT, tmp_path], capture_output=True, text=True, check=True
    )
    for line in answer.stdout.splitlines():
        found = json.loads(line)
        written = (tmp_path / f"{found['name']}.ndjson").read_bytes()
        fault = verify([written], Asked()).as_json()["fault"]
        del fault["message"]
        assert found["verdict"]["fault"] == fault
        assert fault["code"] == "archive.line"

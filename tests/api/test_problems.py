"""Every refusal is problem+json, in two languages, and never repeats what was sent."""

import asyncio
import json
from dataclasses import replace
from types import SimpleNamespace

import psycopg
import pytest
from anyio.from_thread import start_blocking_portal
from facts import append, assessed, new_case, open_case
from fastapi.testclient import TestClient

from api.app import create_app
from application.ledger import OutcomeUnknown

FIELDS = {"type", "title", "status", "detail", "code", "article", "errors", "trace_id"}
SECRET = "Rahasia-3375014508880002"


@pytest.fixture(scope="module")
def service(lasting_service):
    """Each test is about something of its own."""
    return lasting_service


def problem(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said.keys() >= FIELDS
    assert (said["status"], said["type"]) == (status, f"/problems/{code}")
    assert said["trace_id"] == answer.headers["x-trace-id"]
    return said


def test_what_the_framework_refuses_is_a_problem_too(medan):
    problem(medan.get("/v1/unheard-of"), 404, "request.not_found")
    answer = medan.delete("/v1/cases")
    problem(answer, 405, "request.method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) <= {"GET", "POST", "HEAD"}


@pytest.mark.parametrize(
    "body", [b"{", b"", b"\xff\xfe", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}", b"nul"]
)
def test_a_body_that_is_no_json_is_unreadable(medan, body):
    headers = {"Content-Type": "application/json"}
    answer = medan.post("/v1/cases", content=body, headers=headers)
    assert answer.status_code in {400, 422}
    problem(answer, answer.status_code, answer.json()["code"])


def test_a_body_over_the_limit_is_refused_however_it_comes(medan):
    headers = {"Content-Type": "application/json"}
    big = b'{"a": "' + b"x" * 1_000_000 + b'"}'
    problem(medan.post("/v1/cases", content=big, headers=headers), 413, "request.too_large")
    chunks = (b"x" * 100_000 for _ in range(11))
    answer = medan.post("/v1/cases", content=chunks, headers=headers)
    problem(answer, 413, "request.too_large")


def test_a_body_of_another_type_is_not_taken(medan):
    text = json.dumps(new_case())
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = medan.post("/v1/cases", content=text, headers={"Content-Type": kind})
        problem(answer, 415, "request.json_only")


def test_a_problem_is_in_the_language_asked_for(medan):
    for accept, language in (
        ("", "id"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("id;q=0.5, en;q=0.9", "en"),
        ("fr, de;q=0.3", "id"),
        ("en;q=x", "id"),
    ):
        answer = medan.get("/v1/nowhere", headers={"Accept-Language": accept})
        assert answer.headers["content-language"] == language
        assert answer.json()["title"] == {"id": "Tidak ditemukan", "en": "Not found"}[language]


def test_every_wrong_field_is_named_and_none_repeated(medan):
    body = new_case(SECRET * 20, birth_date=SECRET, religion=SECRET)
    body["person"]["register"]["nik"] = SECRET
    answer = medan.post("/v1/cases", json=body)
    said = problem(answer, 422, "request.invalid")
    pointers = {error["pointer"] for error in said["errors"]}
    assert "/admission/data/religion" in pointers
    assert "/person/register/nik" in pointers
    assert "3375014508880002" not in answer.text


def test_parameters_that_are_unknown_or_twice_are_refused_by_their_names(medan):
    case = f"/v1/cases/{open_case(medan)}"
    unknown = medan.get(f"{case}?valid_on=2025-01-01")
    said = problem(unknown, 422, "request.unknown_parameter")
    assert said["detail"].startswith("parameter `valid_on` tidak dikenal; yang ada: ")
    assert [one["pointer"] for one in said["errors"]] == ["/query/valid_on"]
    twice = medan.get(f"{case}?valid_at=2025-01-01&valid_at=2025-01-02")
    said = problem(twice, 422, "request.parameter_twice")
    assert said["detail"] == "parameter `valid_at` hanya boleh satu kali"
    assert [one["pointer"] for one in said["errors"]] == ["/query/valid_at"]
    said = problem(medan.get("/v1/cases?statuss=tahanan"), 422, "list.unknown_filter")
    assert said["errors"][0]["pointer"] == "/query/statuss"
    said = problem(medan.get("/v1/cases?limit=0"), 422, "list.number")
    assert said["detail"] == "`limit` harus bilangan bulat 1 sampai 1000"
    problem(medan.get("/v1/cases?cursor=abc"), 422, "list.cursor")
    problem(medan.get("/v1/cases?q=a%00b"), 422, "list.words")


@pytest.mark.parametrize("name", ["3375014508880002", "Budi Santoso", "b" * 41])
def test_a_parameter_that_could_be_somebody_is_not_repeated(medan, name):
    for address, code in (("cases", "list.unknown_filter"), ("clock", "request.unknown_parameter")):
        answer = medan.get(f"/v1/{address}", params={name: "1"})
        said = problem(answer, 422, code)
        assert name not in answer.text
        assert [one["pointer"] for one in said["errors"]] == ["/query"]


@pytest.mark.parametrize("name", ["Budi\x00", "Budi\ud800", "Bu\u202edi", "B" * 201, " ", 7, None])
def test_what_no_store_can_hold_is_refused(medan, name):
    body = json.dumps(new_case(name))
    answer = medan.post("/v1/cases", content=body, headers={"Content-Type": "application/json"})
    problem(answer, 422, "request.invalid")


@pytest.mark.parametrize("score", [2**70, -1, 1.5, "82", True])
def test_a_number_that_is_none_is_refused(medan, score):
    case = open_case(medan)
    problem(append(medan, case, assessed(score=score)), 422, "request.invalid")


@pytest.mark.parametrize("header", ["X-Purpose", "X-On-Behalf-Of", "Idempotency-Key"])
def test_a_header_has_its_form(medan, header):
    case = open_case(medan)
    for value in (" spaced out ", "x" * 300, "Budi Santoso;"):
        answer = append(medan, case, assessed(), **{header: value})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"].startswith("/header/")


def broken(error):
    """A ledger that raises what it was given."""

    def refuse(*_, **__):
        raise error

    return SimpleNamespace(read=refuse)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OutcomeUnknown(), (503, "append.outcome_unknown")),
        (psycopg.OperationalError("host=Budi"), (503, "service.unavailable")),
        (RuntimeError("Budi Santoso"), (500, "service.error")),
    ],
)
def test_what_goes_wrong_behind_the_counter_is_said_without_its_words(
    service, capsys, error, expected
):
    app = create_app(replace(service.services, ledger=broken(error)))
    client = TestClient(app, headers=service.caller("auditor", "RUTAN-MEDAN").headers)
    answer = client.get("/v1/cases/01980f5c-7a00-7000-8000-000000000001")
    problem(answer, *expected)
    assert answer.headers.get("retry-after") == ("1" if expected[0] == 503 else None)
    shown = capsys.readouterr()
    assert "Budi" not in answer.text + shown.out + shown.err


def test_every_answer_keeps_to_itself(medan):
    for answer in (medan.get("/livez"), medan.get("/v1/nowhere"), medan.get("/v1/cases")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_log_line_names_the_route_and_never_what_was_asked(medan, capsys):
    medan.get("/v1/cases?q=Budi%20Santoso")
    medan.get("/v1/cases/Budi-Santoso")
    medan.get("/Budi-Santoso")
    shown = "".join(capsys.readouterr())
    assert "/v1/cases/{case_id}" in shown
    assert "Budi" not in shown


def test_whoever_comes_when_the_service_is_full_is_told_when_to_come_again(medan, monkeypatch):
    monkeypatch.setattr("api.door.INSIDE_MOST", 0)
    answer = medan.get("/v1/cases", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert answer.json()["code"] == "service.overloaded"
    assert "nothing was recorded" in answer.json()["detail"]
    monkeypatch.undo()
    assert medan.get("/v1/cases").status_code == 200


def test_health_is_told_though_the_service_is_full(service, monkeypatch):
    monkeypatch.setattr("api.door.INSIDE_MOST", 0)
    assert [service.stranger().get(path).status_code for path in ("/livez", "/readyz")] == [
        200,
        200,
    ]


def test_nobody_keeps_a_place_with_a_body_that_does_not_come(service, medan, monkeypatch):
    monkeypatch.setattr("api.door.CHUNK_SECONDS", 0.05)
    sent = []

    async def receive():
        await asyncio.sleep(5)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/cases",
        "raw_path": b"/v1/cases",
        "query_string": b"",
        "headers": [
            (b"content-type", b"application/json"),
            (b"authorization", medan.headers["Authorization"].encode()),
        ],
    }
    with start_blocking_portal() as portal:
        portal.call(service.app, scope, receive, send)
    assert sent[0]["status"] == 408

"""The campaign of bad input finds what it is there to find, each beside an answer that is well."""

import json
import random

import pytest
from pages import assessed, draft, stream, write

from tests.faults import bad_files, nasty
from tests.faults.bad_files import Files
from tests.faults.bad_input import faults_of
from tests.faults.bare_line import Answer
from tests.faults.drawn_requests import Drawn, Request
from tests.faults.scene import PLANTED, Scene
from tests.faults.written import Written, faults_of_ledger

WELL = {"title": "Isian", "code": "a.b", "detail": "isian ini salah"}
PROBLEM, JSON, PAGE = "application/problem+json", "application/json", "text/html; charset=utf-8"


def said(status, body=WELL, kind=PROBLEM, more=""):
    content = body if isinstance(body, str) else json.dumps(body)
    head = f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\n{more}\r\n"
    return Answer(status, head.encode(), content.encode())


@pytest.mark.parametrize(
    ("answer", "caller"),
    [
        (said(422), "medan"),
        (said(503, more="retry-after: 1\r\n"), "medan"),
        (said(200, PLANTED, JSON), "medan"),
        (said(422, f"<input value='{nasty.MARK}'>{PLANTED}", PAGE), "medan"),
        (said(400, "Invalid HTTP request received.", "text/plain"), "medan"),
    ],
)
def test_of_an_answer_that_is_well_nothing_is_said(answer, caller):
    assert faults_of(Request("POST", "/v1/cases", caller=caller), answer) == []


@pytest.mark.parametrize(
    ("answer", "caller", "found"),
    [
        (said(500), "medan", "answered 500"),
        (said(503), "medan", "503 without Retry-After"),
        (said(422, WELL | {"detail": nasty.MARK}), "medan", "repeats what was sent"),
        (said(404, WELL | {"detail": PLANTED}), "medan", "names somebody"),
        (said(422, WELL, JSON), "medan", "no problem+json"),
        (said(422, {"title": "x"}), "medan", "without code or detail"),
        (said(200, PLANTED, JSON), "stranger", "out of scope (stranger)"),
        (said(200, PLANTED, JSON), "nobody", "out of scope (nobody)"),
        (said(200, nasty.SCRIPT, PAGE), "medan", "taken for our own"),
        (said(200, more="X-Injected: 1\r\n"), "medan", "taken for our own"),
    ],
)
def test_what_is_wrong_with_an_answer_is_said(answer, caller, found):
    (fault,) = faults_of(Request("POST", "/v1/cases", caller=caller), answer)
    assert found in fault


def test_the_same_seed_draws_the_same_requests():
    scene = Scene({"case_id": "1"}, {"1": '"1"'})
    corpus = [
        Request("GET", "/"),
        Request("POST", "/v1/cases/{case_id}", {"case_id": "x"}, body={}),
    ]

    def drawn():
        draws = Drawn(corpus, random.Random(7))  # noqa: S311
        made = [draws.next(scene) for _ in range(200)]
        return [(one.method, one.target(), one.headers, one.content()) for one in made]

    assert drawn() == drawn()
    assert [one.parts for one in corpus] == [{}, {"case_id": "x"}], "what is drawn from stays"


def test_what_was_refused_and_is_written_or_acknowledged_and_not_there_is_found(ledger, database):
    receipt = write(ledger, draft(assessed()), draft(assessed("2025-06"), version=2))
    told = {"events": [{"event_id": one.event_id} for one in receipt.written]}
    (page, _) = ledger.read(stream())
    written = Written()
    written.told(page.correlation_id, json.dumps(told).encode())
    assert faults_of_ledger(database, written) == []
    (refused,) = faults_of_ledger(database, Written())
    assert refused.startswith(f"refused, yet written: {page.correlation_id}")
    written.told("x", b'{"events": [{"event_id": "1"}]}')
    assert faults_of_ledger(database, written) == ["acknowledged and not there: 1"]


def test_who_was_shown_somebody_and_is_not_in_the_book_of_reads_is_found(database):
    written = Written(shown={"trace-1"})
    assert faults_of_ledger(database, written) == ["shown without a record: trace-1"]


def test_a_request_that_was_written_by_two_transactions_is_found(ledger, database):
    written = Written()
    for key in "12":
        write(ledger, draft(assessed(), to=stream(key)))
        (page,) = ledger.read(stream(key))
        written.told(page.correlation_id, b"")
    (found,) = faults_of_ledger(database, written)
    assert found.startswith("half written")


def test_a_file_that_a_reader_fails_on_or_takes_for_whole_is_noted(tmp_path, monkeypatch):
    files, draw = Files(), random.Random(7)  # noqa: S311
    for _ in range(40):
        bad_files.verified(tmp_path / "file", draw, files, "x")
    assert files.wrong == []

    def forgiving(blocks, asked):
        return type("Verdict", (), {"fault": None})

    monkeypatch.setattr(bad_files, "verify", forgiving)
    for _ in range(40):
        bad_files.verified(tmp_path / "file", draw, files, "x")
    assert all("archive accepted" in one for one in files.wrong)
    assert files.wrong

    def failing(blocks, asked):
        raise KeyError(asked)

    files.wrong.clear()
    monkeypatch.setattr(bad_files, "verify", failing)
    for _ in range(40):
        bad_files.verified(tmp_path / "file", draw, files, "x")
    assert all("KeyError" in one for one in files.wrong)
    assert files.wrong

"""A log line holds what is on the list, and of anything else only that it was there."""

import json
import sys
from datetime import date
from io import StringIO

import structlog

from infrastructure.logging import StandardError, as_json, configure_logging, only_allowed


def test_a_key_that_is_not_on_the_list_is_dropped_with_its_value():
    line = only_allowed(None, "info", {"event": "request", "status": 200, "name": "Budi"})
    assert line == {"event": "request", "status": 200, "dropped": ["name"]}


def test_a_line_is_json_on_standard_error(capsys):
    kept = structlog.get_config()
    try:
        configure_logging()
        structlog.get_logger().info("request", route="/v1/cases", query="q=Budi")
        line = json.loads(capsys.readouterr().err)
    finally:
        structlog.configure(**kept)
    assert (line["event"], line["route"], line["dropped"]) == ("request", "/v1/cases", ["query"])
    assert "Budi" not in str(line)


def test_a_line_that_json_cannot_say_is_said_all_the_same():
    odd = {"event": "bug", "error": "half \ud800", "size": 2**70, "route": date(2025, 1, 2)}
    told = json.loads(as_json(None, "error", odd))
    assert told == odd | {"route": "datetime.date(2025, 1, 2)"}


def test_what_only_orjson_knows_is_shown_as_python_shows_it():
    line = json.loads(as_json(None, "info", {"event": "request", "route": date(2025, 1, 2)}))
    assert line["route"] == "datetime.date(2025, 1, 2)"


def test_a_closed_standard_error_costs_a_line_and_no_request(monkeypatch):
    closed = StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    StandardError().write("a line\n")
    StandardError().flush()

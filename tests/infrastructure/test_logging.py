"""A log line holds what is on the list, and of anything else only that it was there."""

import json
import sys
from io import StringIO

import structlog

from infrastructure.logging import StandardError, configure_logging, only_allowed


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


def test_a_closed_standard_error_costs_a_line_and_no_request(monkeypatch):
    closed = StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    StandardError().write("a line\n")
    StandardError().flush()

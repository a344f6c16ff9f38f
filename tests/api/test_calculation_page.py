"""docs/calculation.md: every command runs; its examples are tried with those of the API."""

import json
import re
import shlex
from pathlib import Path

from typer.testing import CliRunner

from api.calculation_forms import EXAMPLE, CalculationBody
from api.cli import app

HOUSE = Path(__file__).parents[2]
PAGE = (HOUSE / "docs/calculation.md").read_text(encoding="utf-8")
SAMPLE = HOUSE / "docs/samples/fakta.json"


def test_every_command_of_the_page_runs(monkeypatch):
    monkeypatch.chdir(HOUSE)
    (block,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for command in block.splitlines():
        answer = CliRunner().invoke(app, shlex.split(command)[1:])
        assert (answer.exit_code, bool(answer.stdout)) == (0, True), command


def test_the_days_on_the_page_are_those_of_the_sample():
    (block,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert block in CliRunner().invoke(app, ["calculate", str(SAMPLE)]).stdout
    assert json.loads(SAMPLE.read_text()) == EXAMPLE


def test_the_page_names_every_field_of_the_question():
    rows = set(re.findall(r"`([a-z_]+)`", PAGE))
    assert CalculationBody.model_fields.keys() <= rows

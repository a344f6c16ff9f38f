"""The rooms and the house style, and each rule seen to fail."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("domain", "application", "projections", "infrastructure", "api", "verifier")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]
FORBIDDEN_FILES = {"utils", "common", "core", "models", "schemas", "services", "base"}
FORBIDDEN_ENDINGS = ("Manager", "Helper", "Util", "Utils", "Base", "Impl")
LONGEST_FILE, LONGEST_FUNCTION = 400, 40
CLOCKS_AND_DOORS = {"now", "today", "utcnow", "open", "print", "input", "uuid4", "uuid7"}

STAIRCASE = "The rooms form one staircase; nobody looks up it"
PURE = "The domain speaks only Python"
FRAMEWORK_FREE = "Application and projections know no framework, no SQL, no HTTP, no JSON"
BASEMENT = "Only the composition root meets the basement"
ALONE = "The verifier stands alone"
PLANTED = [
    (STAIRCASE, "domain", "import application"),
    (STAIRCASE, "application", "import projections"),
    (STAIRCASE, "projections", "import application"),
    (STAIRCASE, "infrastructure", "import api"),
    (PURE, "domain", "import time"),
    (PURE, "domain", "import uuid"),
    (PURE, "domain", "from pydantic import BaseModel"),
    (FRAMEWORK_FREE, "application", "import psycopg"),
    (FRAMEWORK_FREE, "projections", "import json"),
    (BASEMENT, "api", "import infrastructure"),
    (BASEMENT, "api", "from eventsourcing.domain import Aggregate"),
    (ALONE, "verifier", "from infrastructure import settings"),
    (ALONE, "verifier", "import psycopg"),
]


@pytest.fixture
def empty_house(tmp_path) -> Path:
    """The same rooms and contracts, with nothing in them but the one exception."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for room in ROOMS:
        (tmp_path / room).mkdir()
        shutil.copy(ROOT / room / "__init__.py", tmp_path / room)
    (tmp_path / "infrastructure/settings.py").touch()
    (tmp_path / "api/main.py").write_text("import infrastructure.settings\n")
    return tmp_path


def lint_imports(house: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house)},
        capture_output=True,
        check=False,
        text=True,
    )


def test_nobody_imports_what_his_room_may_not():
    answer = lint_imports(ROOT)
    assert answer.returncode == 0, answer.stdout


def test_an_empty_house_is_in_order(empty_house):
    answer = lint_imports(empty_house)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize(("contract", "room", "line"), PLANTED)
def test_a_planted_import_breaks_its_contract_and_no_other(empty_house, contract, room, line):
    (empty_house / room / "planted.py").write_text(f"{line}\n")
    answer = lint_imports(empty_house)
    assert answer.returncode != 0
    broken = {it["name"] for it in CONTRACTS if f"{it['name']} BROKEN" in answer.stdout}
    assert broken == {contract}, answer.stdout


def test_every_contract_was_seen_to_fail():
    assert {it["name"] for it in CONTRACTS} == {contract for contract, _, _ in PLANTED}


def foreign_owners() -> dict[str, set[str]]:
    """Other distributions that bring a package with the name of one of our rooms."""
    owners = packages_distributions()
    found = {room: set(owners.get(room, ())) - {"jejak"} for room in ROOMS}
    return {room: who for room, who in found.items() if who}


def test_no_library_brings_a_room_of_ours():
    assert foreign_owners() == {}
    for room in ROOMS:
        assert Path(find_spec(room).origin).parent == ROOT / room


def test_a_library_that_brings_an_api_is_noticed(tmp_path, monkeypatch):
    about = tmp_path / "stranger-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (about / "RECORD").write_text("api/__init__.py,,\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert foreign_owners() == {"api": {"stranger"}}


def faults_in(place: str, find: Callable[[Path, str], list[str]]) -> list[str]:
    files = sorted((ROOT / place).rglob("*.py"))
    return [fault for it in files for fault in find(it.relative_to(ROOT), it.read_text())]


def style_faults(path: Path, text: str) -> list[str]:
    """What the house style forbids everywhere: vague names, long files, long functions."""
    faults = []
    if FORBIDDEN_FILES & {path.stem, *path.parent.parts}:
        faults.append(f"{path}: a file is named for what it holds")
    if (lines := text.count("\n")) > LONGEST_FILE:
        faults.append(f"{path}: {lines} lines")
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                lines = node.end_lineno - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    faults.append(f"{path}:{node.lineno}: {node.name} has {lines} lines")
            case ast.ClassDef(name=name) if name.endswith(FORBIDDEN_ENDINGS):
                faults.append(f"{path}:{node.lineno}: {name} is named for no thing")
    return faults


def domain_faults(path: Path, text: str) -> list[str]:
    """What a chapter must never contain: a clock, a door to the world, `async`, a loud `evolve`."""
    faults = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.AsyncFunctionDef() | ast.Await():
                faults.append(f"{path}:{node.lineno}: async")
            case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name)) if (
                name in CLOCKS_AND_DOORS
            ):
                faults.append(f"{path}:{node.lineno}: {name}()")
            case ast.FunctionDef(name="evolve"):
                loud = [it for it in ast.walk(node) if isinstance(it, ast.Raise)]
                faults += [f"{path}:{it.lineno}: raise in evolve" for it in loud]
    return faults


@pytest.mark.parametrize("place", [*ROOMS, "tests"])
def test_files_are_short_and_named_for_what_they_hold(place):
    assert faults_in(place, style_faults) == []


def test_run_py_keeps_the_house_style():
    assert style_faults(Path("run.py"), (ROOT / "run.py").read_text()) == []


def test_the_domain_has_no_clock_no_door_and_a_silent_evolve():
    assert faults_in("domain", domain_faults) == []


LONG_FUNCTION = "def f():\n" + "    x = 1\n" * LONGEST_FUNCTION


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("api/utils.py", ""),
        ("domain/common/remisi.py", ""),
        ("api/pages.py", "x = 1\n" * (LONGEST_FILE + 1)),
        ("api/pages.py", LONG_FUNCTION),
        ("api/pages.py", "class C:\n    async " + LONG_FUNCTION.replace("\n", "\n    ")),
        ("api/pages.py", "class CaseManager: ..."),
    ],
)
def test_what_the_house_style_forbids_is_found(path, text):
    assert len(style_faults(Path(path), text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import date\nx = date.today()",
        "open('x')",
        "async def decide(): ...",
        "def evolve(state, event):\n    raise ValueError",
    ],
)
def test_what_the_domain_must_not_contain_is_found(text):
    assert len(domain_faults(Path("domain/x.py"), text)) == 1

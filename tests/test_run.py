import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from io import BytesIO
from pathlib import Path
from types import ModuleType
from urllib.error import URLError

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def run(tmp_path) -> ModuleType:
    """run.py, standing in a checkout of its own."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("run.py", "pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, checkout)
    spec = spec_from_file_location("run", checkout / "run.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def prepared(run):
    """The same, with an environment which says that it is whole."""

    def prepare(*, testing: bool) -> ModuleType:
        run.PYTHON.parent.mkdir(parents=True, exist_ok=True)
        run.PYTHON.unlink(missing_ok=True)
        run.PYTHON.symlink_to(sys.executable)
        run.STAMP.write_text(run.stamp(testing=testing))
        return run

    return prepare


def imports(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {it.name.partition(".")[0] for it in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("path", ["run.py", "infrastructure/postgres_launch.py"])
def test_it_needs_nothing_but_the_standard_library(path):
    assert imports(ast.parse((ROOT / path).read_text())) <= sys.stdlib_module_names


def test_an_old_python_can_read_it_as_far_as_the_message_that_it_is_too_old(
    run, monkeypatch, capsys
):
    ast.parse((ROOT / "run.py").read_text(), feature_version=(3, 8))
    monkeypatch.setattr(run.sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit, match="1"):
        run.main(["demo"])
    said = capsys.readouterr().err
    assert "Perlu Python 3.11" in said
    assert "Python 3.11 or later is needed" in said


def test_it_asks_for_the_same_python_as_the_project(run):
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert oldest == ">=" + ".".join(map(str, run.PYTHON_OLDEST))


def test_an_environment_for_tests_serves_everything_and_one_without_them_not_the_tests(prepared):
    run = prepared(testing=True)
    assert run.is_prepared(testing=True)
    assert run.is_prepared(testing=False)
    run = prepared(testing=False)
    assert run.is_prepared(testing=False)
    assert not run.is_prepared(testing=True)


@pytest.mark.parametrize("name", ["pyproject.toml", "uv.lock"])
def test_a_changed_list_of_libraries_makes_it_prepare_again(prepared, name):
    run = prepared(testing=True)
    with (run.ROOT / name).open("a") as file:
        file.write("# changed\n")
    assert not run.is_prepared(testing=False)


def test_a_moved_checkout_is_noticed(prepared, monkeypatch):
    run = prepared(testing=True)
    moved = run.ROOT.rename(run.ROOT.with_name("moved"))
    for name in ("ROOT", "VENV", "PYTHON", "STAMP"):
        path = getattr(run, name).relative_to(run.ROOT.with_name("checkout"))
        monkeypatch.setattr(run, name, moved / path)
    assert run.STAMP.exists()
    assert not run.is_prepared(testing=False)
    assert not run.is_healthy()


def test_an_environment_whose_python_is_gone_or_was_exchanged_is_noticed(prepared):
    run = prepared(testing=True)
    run.PYTHON.unlink()
    assert not run.is_prepared(testing=False)
    assert not run.is_healthy()


def test_tests_run_on_all_cores_but_no_more_than_four(run, monkeypatch):
    monkeypatch.setattr(run.os, "cpu_count", lambda: 64)
    assert run.parallel(["-k", "remisi"])[:2] == ["-n", "4"]
    monkeypatch.setattr(run.os, "cpu_count", lambda: 1)
    assert run.parallel([]) == []


@pytest.mark.parametrize("word", ["-n0", "-n", "--numprocesses=2", "--pdb"])
def test_who_says_how_many_workers_is_obeyed(run, word):
    assert run.parallel([word]) == []


def test_nothing_of_the_caller_leads_the_tools_elsewhere(run, monkeypatch):
    for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT"):
        monkeypatch.setenv(name, "/elsewhere")
    monkeypatch.setenv("UV_PYTHON", "3.14")
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "automatic")
    environment = run.environment_for_tools()
    assert "/elsewhere" not in environment.values()
    assert environment["UV_PYTHON"] == sys.executable
    assert environment["UV_PYTHON_DOWNLOADS"] == "never"


def test_a_second_one_waits_for_the_first_and_for_the_children_of_one_that_was_killed(run):
    before = set(run.ROOT.iterdir())
    with run.alone() as descriptor:
        child = run.subprocess.Popen(["/bin/sleep", "0.3"], pass_fds=[descriptor])
    began = time.monotonic()
    with run.alone():
        assert time.monotonic() - began > 0.1
        assert child.wait() == 0
    assert set(run.ROOT.iterdir()) == before


def test_what_the_tests_compile_is_kept_whatever_the_caller_says(prepared, monkeypatch):
    run = prepared(testing=True)
    (run.ROOT / "pytest.py").write_text("import sys; print(sys.dont_write_bytecode)")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    answer = subprocess.run(
        [sys.executable, run.__file__, "test"], capture_output=True, check=False, text=True
    )
    assert (answer.stdout, answer.stderr) == ("False\n", "")


def test_signals_and_the_exit_status_are_those_of_the_command(prepared):
    run = prepared(testing=False)
    (run.VENV / "bin/jejak").write_text("import sys; print(sys.argv[1:]); sys.exit(42)")
    answer = subprocess.run(
        [sys.executable, run.__file__, "demo", "--port", "1"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert answer.stdout == "['demo', '--port', '1']\n"
    assert (answer.returncode, answer.stderr) == (42, "")


@pytest.fixture
def without_pip(run, monkeypatch, tmp_path):
    """`run.py` where there is neither uv nor pip; what was run is in ``ran``."""
    ran = []
    monkeypatch.setattr(run, "VENV", tmp_path)
    monkeypatch.setattr(run.shutil, "which", lambda _: None)
    monkeypatch.setattr(run, "succeeds", lambda *_: False)
    monkeypatch.setattr(
        run, "run", lambda *words: ran.append(words) or subprocess.CompletedProcess([], 0)
    )
    return run, ran


def test_without_uv_and_without_pip_it_fetches_the_pip_that_it_knows(without_pip, monkeypatch):
    run, ran = without_pip
    monkeypatch.setattr(run.urllib.request, "urlopen", lambda *_, **__: BytesIO(b"a wheel"))
    monkeypatch.setattr(run, "PIP_SHA256", hashlib.sha256(b"a wheel").hexdigest())
    run.find_uv(0)
    ((command, _),) = ran
    assert Path(command[1]).parent.read_bytes() == b"a wheel"
    assert command[1].endswith(".whl/pip")
    assert command[-1] == "uv==" + run.UV


@pytest.mark.parametrize("answer", [None, b"<html>please log in</html>"], ids=["none", "another"])
def test_where_it_cannot_be_fetched_it_says_what_to_install(
    without_pip, monkeypatch, capsys, answer
):
    def fetched(*_, **__):
        if answer is None:
            raise URLError("no network")
        return BytesIO(answer)

    run, ran = without_pip
    monkeypatch.setattr(run.urllib.request, "urlopen", fetched)
    with pytest.raises(SystemExit, match="1"):
        run.find_uv(0)
    said = capsys.readouterr().err
    assert "Tidak ada uv maupun pip" in said
    assert "There is neither uv nor pip" in said
    assert not ran


def test_a_uv_that_is_too_old_or_does_not_run_is_passed_over(run, tmp_path):
    for said, version in {"uv 0.4.30": (0, 4), "uv 0.13.9 (x86)": (0, 13), "oops": ()}.items():
        uv = tmp_path / "uv"
        uv.write_text(f"#!/bin/sh\necho '{said}'\n")
        uv.chmod(0o755)
        assert run.uv_version(str(uv)) == version
    assert run.uv_version(str(tmp_path / "missing")) == ()
    assert run.uv_version(os.devnull) == ()
    assert re.fullmatch(r"\d+\.\d+\.\d+", run.UV)

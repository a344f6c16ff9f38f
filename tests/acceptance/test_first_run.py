"""The two commands of the README on a machine as it comes, by somebody who is not root.

A Debian 12 has a Python whose packages are the system's own (PEP 668), and no `ensurepip` until
`python3-venv` is installed. That is brought about in a mount namespace; what is needed comes over
the network, as it would.
"""

import os
import shlex
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from running import HOUSE, free_port

PYTHON = Path("/usr/bin/python3")
NOBODY = "65534"
LIBRARY = Path("/usr/lib/python3.11")
PATIENCE_SECONDS = 400

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root makes somebody else"),
    pytest.mark.skipif(not (LIBRARY / "EXTERNALLY-MANAGED").exists(), reason="no Debian 12"),
]


@pytest.fixture
def checkout():
    """A fresh clone that belongs to nobody in particular, who has nothing else."""
    with tempfile.TemporaryDirectory(prefix="jejak-first-") as home:
        clone = ["git", "clone", "--quiet", "--no-hardlinks", str(HOUSE), f"{home}/jejak"]
        subprocess.run(clone, check=True)
        (Path(home) / "empty").mkdir()
        subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", home], check=True)
        yield Path(home) / "jejak"


def as_nobody(checkout, *words, without=()):
    """Run a command as somebody else, where some directories of the system are empty."""
    empty = [f"mount --bind {checkout.parent}/empty {one}" for one in without]
    own = f"setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups --no-new-privs"
    environment = {
        "HOME": str(checkout.parent),
        "PATH": "/usr/bin:/bin",
        "JEJAK_PORT": str(free_port()),
        "NO_COLOR": "1",
    }
    script = " && ".join([*empty, f"cd {checkout}", f"exec {own} {shlex.join(map(str, words))}"])
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        env=environment,
        capture_output=True,
        check=False,
        text=True,
        timeout=PATIENCE_SECONDS,
    )


@pytest.fixture
def network():
    """What is needed comes over it."""
    try:
        socket.create_connection(("pypi.org", 443), timeout=5).close()
    except OSError:
        pytest.skip("no network")


@pytest.mark.usefixtures("network")
def test_an_ordinary_user_of_a_debian_as_it_comes_sees_the_demo_and_runs_tests(checkout):
    bare = [LIBRARY / "ensurepip"]
    demo = as_nobody(checkout, PYTHON, "run.py", "demo", "--once", without=bare)
    assert demo.returncode == 0, demo.stderr
    assert "Contoh satu perjalanan / one whole journey" in demo.stdout
    tests = as_nobody(
        checkout,
        PYTHON,
        "run.py",
        "test",
        "-q",
        "tests/infrastructure/test_ledger.py",
        without=bare,
    )
    assert tests.returncode == 0, tests.stdout + tests.stderr
    written = {path.name for path in checkout.parent.iterdir()}
    assert written <= {"jejak", "empty", ".local", ".cache"}, "nothing else of the home is touched"
    said = subprocess.run(
        ["git", "-c", f"safe.directory={checkout}", "status", "--short"],
        cwd=checkout,
        capture_output=True,
        check=True,
        text=True,
    )
    assert said.stdout == ""


@pytest.fixture
def no_pip():
    """The directories that make a system one without pip when they are empty."""
    packages = Path("/usr/lib/python3/dist-packages/pip")
    return [LIBRARY / "ensurepip", *([packages] if packages.exists() else [])]


@pytest.mark.usefixtures("network")
def test_where_there_is_neither_pip_nor_uv_python_is_enough(checkout, no_pip):
    said = as_nobody(checkout, PYTHON, "run.py", "--help", without=no_pip)
    assert said.returncode == 0, said.stderr
    assert "demo" in said.stdout


def test_without_them_and_without_a_network_it_says_what_to_install(checkout, no_pip):
    nowhere = ["env", "https_proxy=http://127.0.0.1:9"]
    said = as_nobody(checkout, *nowhere, PYTHON, "run.py", "--help", without=no_pip)
    assert said.returncode == 1
    assert "apt-get install python3-pip" in said.stderr

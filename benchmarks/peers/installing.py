"""Peers that are no part of the project, installed once into the user's cache."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.place import Place

UMADB: Final = "umadb==0.7.8"
EMMETT: Final = (
    "@event-driven-io/emmett@0.42.0",
    "@event-driven-io/emmett-postgresql@0.42.0",
    "@event-driven-io/pongo@0.16.11",
    "pg@8.16.3",
)
AUTHORITIES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
PATIENCE_SECONDS: Final = 180
SOURCE: Final = Path(__file__).parent


class NotInstalled(Exception):
    """A peer cannot be had here; the message says why."""


def emmett(place: Place) -> Sequence[str]:
    """Return the command of our program for Emmett, with its packages beside it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        raise NotInstalled("node and npm are not here")
    home = place.cache / "emmett"
    if not (home / "node_modules" / "@event-driven-io" / "emmett-postgresql").exists():
        _ensure_allowed(place)
        home.mkdir(parents=True, exist_ok=True)
        (home / "package.json").write_text('{"private": true, "type": "module"}\n')
        _run(npm, "install", "--prefix", str(home), "--no-audit", "--no-fund", *EMMETT)
    program = home / "emmett.mjs"
    shutil.copyfile(SOURCE / "emmett.mjs", program)  # modules are found from where a program lies
    return [node, str(program)]


def umadb(place: Place) -> Path:
    """Return the folder of programs of an environment with UmaDB: its server, and a Python."""
    home = place.cache / "umadb"
    if not (home / "bin" / "umadb").exists():
        _ensure_allowed(place)
        shutil.rmtree(home, ignore_errors=True)
        uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
        if uv:
            _run(uv, "venv", "--quiet", "--python", sys.executable, str(home))
            _run(uv, "pip", "install", "--quiet", "--python", str(home / "bin/python"), UMADB)
        else:
            _run(sys.executable, "-m", "venv", str(home))
            _run(str(home / "bin/python"), "-m", "pip", "install", "--quiet", UMADB)
    return home / "bin"


def _ensure_allowed(place: Place) -> None:
    if not place.installs:
        raise NotInstalled("it is not installed, and nothing is to be installed now")


def _run(*command: str) -> None:
    trusted = {"SSL_CERT_FILE": str(AUTHORITIES)} if AUTHORITIES.exists() else {}
    try:
        done = subprocess.run(  # noqa: S603 - npm, uv or pip
            command,
            env=trusted | {"UV_PYTHON_DOWNLOADS": "never"} | os.environ,
            capture_output=True,
            check=False,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(str(error)) from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise NotInstalled(said[-1] if said else f"{command[0]} ended with {done.returncode}")

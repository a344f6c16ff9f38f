#!/usr/bin/env python3
"""Everything, with one word and nothing installed but Python 3.11 (standard library only).

python3 run.py demo            look around, with invented people
python3 run.py test [...]      run the tests; what follows goes to pytest
python3 run.py WORD [...]      any other word of `jejak`; without one, its help

The first time this makes `.venv` beside this file, from `uv.lock`; afterwards it costs nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".jejak"
UV = "0.13.9"
# What Python runs as it is, where a system brings Python and nothing to install with.
PIP = (
    "https://files.pythonhosted.org/packages/07/25/"
    "ee8c38ae72d66b844ce8eb9711ba905dba21ca1a8a0c960057c41cd23337/pip-26.3-py3-none-any.whl"
)
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
UV_OLDEST = (0, 5)  # knows dependency groups
PYTHON_OLDEST = (3, 11)
WORKERS_MOST = 4
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"  # Debian's; pip trusts it as well


def main(words: list[str]) -> NoReturn:
    """Prepare what `words` need, then become it: signals and the exit status are its own."""
    if sys.version_info < PYTHON_OLDEST:
        give_up(
            "Perlu Python 3.11 atau lebih baru; ini " + sys.version.split()[0] + ".",
            "Python 3.11 or later is needed; this is " + sys.version.split()[0] + ".",
        )
    if fcntl is None:
        give_up(
            "Jejak berjalan di Linux dan macOS; di Windows, pakailah WSL.",
            "Jejak runs on Linux and macOS; on Windows, use WSL.",
        )
    testing = words[:1] == ["test"]
    if not is_prepared(testing=testing):
        with alone() as descriptor:
            if not is_prepared(testing=testing):
                prepare(testing=testing, lock=descriptor)
    if testing:
        os.chdir(ROOT)
        # Else each worker compiles all tests, for 10 s, and each program that a test starts us all.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        become("-m", "pytest", *parallel(words[1:]), *words[1:])
    become(str(VENV / "bin" / "jejak"), *(words or ["--help"]))


def become(*arguments: str) -> NoReturn:
    """Turn this process into the environment's Python."""
    sys.stdout.flush()
    os.execve(PYTHON, [str(PYTHON), *arguments], clean_environment())  # noqa: S606 - no shell


def parallel(words: list[str]) -> list[str]:
    """Return pytest's words for one worker per core, unless `words` say how many themselves."""
    if any(word.startswith(("-n", "--numprocesses", "--pdb", "-pno:xdist")) for word in words):
        return []
    workers = min(WORKERS_MOST, os.cpu_count() or 1)
    return (
        ["-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder"] if workers > 1 else []
    )


def is_prepared(*, testing: bool) -> bool:
    """Say whether the environment is whole, and made for these files, here, by this Python."""
    try:
        found = STAMP.read_text(encoding="utf-8")
    except OSError:
        return False
    # What serves the tests serves everything else as well.
    return found == stamp(testing=True) or (not testing and found == stamp(testing=False))


def stamp(*, testing: bool) -> str:
    """Describe the environment as it should be."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "uv.lock"):
        digest.update((ROOT / name).read_bytes())
    groups = "dev" if testing else "no-dev"
    python = PYTHON.resolve() if os.access(PYTHON, os.X_OK) else "missing"
    return "\n".join([str(VENV), str(python), digest.hexdigest(), groups, ""])


@contextlib.contextmanager
def alone() -> Iterator[int]:
    """Hold the checkout against a second `run.py`; the lock is the kernel's and leaves no file."""
    descriptor = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Menunggu run.py yang lain ...", "Waiting for another run.py ...")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def prepare(*, testing: bool, lock: int) -> None:
    """Make `.venv` as the lock file says. Whatever is installed beyond it stays."""
    say("Menyiapkan lingkungan, sekali saja ...", "Preparing the environment, only once ...")
    if not os.access(VENV if VENV.exists() else ROOT, os.W_OK):
        give_up(f"{ROOT} tidak dapat ditulisi.", f"{ROOT} cannot be written to.")
    STAMP.unlink(missing_ok=True)
    # Kept even when made by another Python: a rebuild by turns would help nobody.
    if VENV.exists() and not is_healthy():
        shutil.rmtree(VENV)
    groups = [] if testing else ["--no-dev"]
    sync = [*find_uv(lock), "sync", "--frozen", "--inexact", "--quiet", *groups]
    # The children inherit the lock: one that outlives us still keeps the second run.py waiting.
    if run(sync, lock).returncode:
        give_up(
            "Lingkungan gagal disiapkan (lihat di atas; untuk pertama kali perlu jaringan). Ulangi "
            "saja nanti.",
            "The environment could not be prepared (see above; the first time needs a network). "
            "Simply try again.",
        )
    os.sync()  # or a power cut leaves the stamp of an environment that is not there
    draft = STAMP.with_suffix(".new")
    draft.write_text(stamp(testing=testing), encoding="utf-8")
    draft.replace(STAMP)


def is_healthy() -> bool:
    """Say whether `.venv` was made for this place, and its Python still runs and is new enough."""
    try:
        here = str(VENV) in (VENV / "bin" / "activate").read_text(encoding="utf-8")
        return here and succeeds(
            str(PYTHON),
            "-c",
            f"import sys, encodings; sys.exit(sys.version_info < {PYTHON_OLDEST})",
        )
    except OSError:
        return False


def find_uv(lock: int) -> list[str]:
    """Return the command of a uv: the one on the PATH, or else one of our own in `.venv`."""
    ours = VENV / "bin" / "uv"
    for candidate in (shutil.which("uv"), str(ours)):
        if candidate and uv_version(candidate) >= UV_OLDEST:
            return [candidate]
    if not VENV.exists():
        make = [sys.executable, "-m", "venv", "--without-pip", str(VENV)]
        if run(make, lock).returncode:
            give_up("venv gagal dibuat.", "The venv could not be made.")
    install = ["install", "--quiet", "--force-reinstall", "uv==" + UV]
    if succeeds(sys.executable, "-m", "pip", "--version"):
        pip = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    elif succeeds(str(PYTHON), "-m", "ensurepip"):
        pip = [str(PYTHON), "-m", "pip"]
    else:
        pip = [str(PYTHON), str(fetched_pip() / "pip")]
    if run([*pip, *install], lock).returncode:
        give_up("uv gagal dipasang (lihat di atas).", "uv could not be installed (see above).")
    return [str(ours)]


def fetched_pip() -> Path:
    """Fetch pip, to the byte the one that is known here."""
    wheel = VENV / PIP.rpartition("/")[2]
    try:
        with urllib.request.urlopen(PIP, timeout=60) as answer:
            content = answer.read()
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest() != PIP_SHA256:
        give_up(
            "Tidak ada uv maupun pip, dan pip tidak dapat diunduh. Sambungkan ke jaringan, atau "
            "pasang salah satu, misalnya: apt-get install python3-pip",
            "There is neither uv nor pip, and pip could not be fetched. Connect to the network, or "
            "install one, for example: apt-get install python3-pip",
        )
    wheel.write_bytes(content)
    return wheel


def uv_version(uv: str) -> tuple[int, ...]:
    """Return the version of the program, or () when it does not run."""
    try:
        answer = subprocess.run(  # noqa: S603 - asked for its version only
            [uv, "--version"], capture_output=True, check=False, text=True
        )
    except OSError:
        return ()
    found = re.match(r"uv (\d+)\.(\d+)", answer.stdout)
    return tuple(map(int, found.groups())) if found else ()


def succeeds(*command: str) -> bool:
    """Say whether the command ends well; nothing of it is shown."""
    asked = subprocess.run(  # noqa: S603 - asked whether it works
        command, env=environment_for_tools(), check=False, capture_output=True
    )
    return asked.returncode == 0


def run(command: list[str], lock: int) -> subprocess.CompletedProcess[bytes]:
    """Run a step of the preparation, which inherits the lock; what it leaves behind is removed."""
    with tempfile.TemporaryDirectory(prefix="jejak-") as scrap:
        return subprocess.run(  # noqa: S603 - uv, venv or pip
            command,
            cwd=ROOT,
            env=environment_for_tools() | {"TMPDIR": scrap},
            pass_fds=[lock],
            check=False,
        )


def clean_environment() -> dict[str, str]:
    """Return the environment without what would lead Python to other packages than ours."""
    foreign = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
    return {name: value for name, value in os.environ.items() if name not in foreign}


def environment_for_tools() -> dict[str, str]:
    """Return the environment in which uv and pip work on `.venv` only, and fetch no Python."""
    # uv brings its own list of authorities, which lacks the one of an office's proxy.
    trusted = {"SSL_CERT_FILE": AUTHORITIES} if Path(AUTHORITIES).exists() else {}
    return (
        trusted
        | clean_environment()
        | {
            "UV_PROJECT_ENVIRONMENT": str(VENV),
            "UV_PYTHON": str(PYTHON) if os.access(PYTHON, os.X_OK) else sys.executable,
            "UV_PYTHON_DOWNLOADS": "never",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_ROOT_USER_ACTION": "ignore",
        }
    )


def say(kalimat: str, sentence: str) -> None:
    """Tell the user, on stderr: stdout belongs to the command."""
    sys.stderr.write(f"{kalimat}\n{sentence}\n")


def give_up(kalimat: str, sentence: str) -> NoReturn:
    """End with a message and status 1."""
    say(kalimat, sentence)
    raise SystemExit(1)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        raise SystemExit(130) from None

"""Letters as PDF: the template is ours, the words come as data, a process of its own sets them."""

import json
import subprocess
import sys
from enum import Enum
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Final

from api.problems import Problem
from domain.kernel import Words

HERE: Final = Path(__file__).parent
TYPESET: Final = HERE / "typeset.py"
AT_ONCE: Final = 2
"""Letters that are set at one time: each takes a core, and some hundred megabytes for thousands."""
WAIT_SECONDS: Final = 20.0
SET_SECONDS: Final = 120.0
MEDIA_TYPE: Final = "application/pdf"
BUSY: Final[Words] = (
    "terlalu banyak surat sedang dicetak; coba lagi sebentar",
    "too many letters are being printed; try again shortly",
)

turns: Final = BoundedSemaphore(AT_ONCE)


class Template(Enum):
    """What can be printed."""

    LIST = "list.typ"
    AWARD = "award.typ"


class Unprintable(Exception):
    """A letter could not be set: the template is wrong. What was in it is not told."""


def pdf(template: Template, said: dict[str, Any]) -> bytes:
    """Return a letter; raise `Problem` (503) where too many are being set already."""
    if not turns.acquire(timeout=WAIT_SECONDS):
        raise Problem(503, "letters.busy", BUSY, headers={"Retry-After": "5"})
    try:
        done = subprocess.run(  # noqa: S603  # our own program; the data is its standard input
            [sys.executable, "-I", TYPESET, HERE / template.value],
            input=json.dumps(said).encode(),
            env={},
            cwd="/",
            capture_output=True,
            check=False,
            timeout=SET_SECONDS,
        )
    finally:
        turns.release()
    if done.returncode:
        raise Unprintable(template.value)
    return done.stdout

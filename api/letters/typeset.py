"""Sets one letter, in a process of its own: a template on the command line, data in, a PDF out.

Standard library and `typst` only. What a list of thousands takes of memory is given back when the
process ends, and nothing that is in a letter is ever written to a disk.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typst

STANDARDS = ["a-2a"]
"""PDF/A-2a: to be kept for decades, and to be read aloud by a machine."""


def attempts() -> Iterator[dict[str, Any]]:
    """Yield how to set it: with the fonts that are always there, or else with the machine's too.

    At the worst it is a PDF that is no PDF/A: a name in letters that no font has is shown as boxes.
    """
    yield {"pdf_standards": STANDARDS, "ignore_system_fonts": True}
    yield {"pdf_standards": STANDARDS}
    yield {}


def typeset(template: Path, said: str) -> bytes:
    """Return the letter; raise `typst.TypstError` where the template itself is wrong."""
    failed: Exception | None = None
    for how in attempts():
        try:
            return bytes(
                typst.compile(template, root=template.parent, sys_inputs={"said": said}, **how)
            )
        except typst.TypstError as error:
            failed = error
    raise failed or RuntimeError


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(Path(sys.argv[1]), sys.stdin.buffer.read().decode()))

"""``python3 -m verifier ARCHIVE``: exit status 0 for whole, 1 for not, 2 for misuse."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from . import __doc__ as about
from .archive import verify
from .asking import asked, blocks_of
from .faults import Misuse
from .report import report


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify an archive and say what was found."""
    words = _parser().parse_args(arguments)
    try:
        wanted = asked(
            key=words.key,
            witnesses=words.witness,
            checkpoints=words.checkpoint,
            against=words.against,
            thorough=words.thorough,
        )
        verdict = verify(blocks_of(words.archive), wanted)
    except Misuse as misuse:
        sys.stderr.write("".join(f"{line}\n" for line in misuse.args))
        return 2
    except OSError as error:
        sys.stderr.write(f"{error.filename}: tidak terbaca: {error.strerror}\n")
        sys.stderr.write(f"{error.filename}: cannot be read: {error.strerror}\n")
        return 2
    if words.json:
        sys.stdout.write(json.dumps(verdict.as_json(), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in report(verdict)))
    return 0 if verdict.fault is None else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m verifier", description=about)
    add = parser.add_argument
    add("archive", type=Path, help="arsip tersegel / sealed archive; - = stdin")
    add("--checkpoint", type=Path, action="append", default=[], help="titik periksa yang disimpan")
    add("--key", help="kunci buku dari luar arsip / the log's vkey")
    add("--witness", action="append", default=[], help="kunci saksi / a witness's vkey")
    add("--against", type=Path, help="arsip lama, folder tile, atau berkas hash")
    add("--thorough", action="store_true", help="urai setiap halaman / parse every page")
    add("--json", action="store_true", help="untuk dibaca program / for a program to read")
    return parser


if __name__ == "__main__":
    sys.exit(main())

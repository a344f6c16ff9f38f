"""``python3 -m verifier ARCHIVE`` or ``--proof FILE``: status 0, 1 for a fault, 2 for misuse."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from . import __doc__ as about
from .archive import Verdict, verify
from .asking import asked, blocks_of, ensure_one, proof_asked
from .faults import Misuse
from .proof import ProofVerdict
from .report import told_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify an archive or a proof, and say what was found."""
    words = _parser().parse_args(arguments)
    try:
        verdict = _verdict(words)
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
        sys.stdout.write("".join(f"{line}\n" for line in told_of(verdict)))
    return 0 if verdict.fault is None else 1


def _verdict(words: argparse.Namespace) -> Verdict | ProofVerdict:
    ensure_one(words.archive, words.proof, words.leaf)
    if not words.archive and not words.proof:
        raise Misuse("beri arsip atau --proof", "give an archive or --proof")
    wanted = asked(
        key=words.key,
        witnesses=words.witness,
        checkpoints=words.checkpoint,
        against=words.against,
        thorough=words.thorough,
    )
    if words.proof:
        return proof_asked(words.proof, words.leaf, wanted)
    return verify(blocks_of(words.archive), wanted)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m verifier", description=about)
    add = parser.add_argument
    add("archive", type=Path, nargs="?", help="arsip tersegel / sealed archive; - = stdin")
    add("--proof", type=Path, help="bukti satu daun / one leaf's .tlog-proof; - = stdin")
    add("--leaf", type=Path, help="yang harus dibuktikannya: daun, baris arsip, atau halaman")
    add("--checkpoint", type=Path, action="append", default=[], help="titik periksa yang disimpan")
    add("--key", help="kunci buku dari luar arsip / the log's vkey")
    add("--witness", action="append", default=[], help="kunci saksi / a witness's vkey")
    add("--against", type=Path, help="arsip lama, folder tile, atau berkas hash")
    add("--thorough", action="store_true", help="urai setiap halaman / parse every page")
    add("--json", action="store_true", help="untuk dibaca program / for a program to read")
    return parser


if __name__ == "__main__":
    sys.exit(main())

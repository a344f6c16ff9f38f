"""`verify`: an archive read from a file by the offline verifier, in a process of its own.

The archive is invented: pages as long as the demo's are (some 1,000 bytes, two thirds with sealed
fields), a stream of eight pages for each case. The figure is events per second of one core's time,
beside SHA-256 over the same bytes, which is the least that any verifier must do.

    python -m benchmarks.verify --events 1000000    # figures and memory for an archive of that size
"""

import argparse
import json
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.place import Place
from benchmarks.result import Result, Scale, measured
from benchmarks.rounds import rounds
from verifier.notes import LOG_KEY, VerifierKey
from verifier.tree import Tree, leaf_hash

AREA: Final = "verify"
UNIT: Final = "events/s of one core"
LEAST: Final = 150_000
STREAM_LENGTH: Final = 8
OPEN_TOGETHER: Final = 500
"""Streams that grow side by side."""
ORIGIN: Final = "jejak/0198f5c0-7a00-4000-8000-0000000000be"
NOTES: Final = (
    (
        "verify: pages, chains, order, leaves, root and signature; the time is the CPU's, of one"
        " process that reads a file, so that neighbours on the machine count less. The peer is"
        " SHA-256 over the same bytes in blocks of 1 MiB."
    ),
)
SEALED: Final = (
    (),
    (("personal", ("/payload/number", "/payload/text")),),
    (("specific", ("/payload/number", "/payload/offence", "/payload/sentence")),),
)


def run(scale: Scale, place: Place) -> Result:
    """Measure the verifier in both modes beside SHA-256."""
    del place  # no database is needed
    with tempfile.TemporaryDirectory(prefix="jejak-bench-") as folder:
        path = Path(folder) / "archive.ndjson"
        write_archive(path, scale.store_events)
        found = rounds(
            scale.runs,
            {
                "quick": partial(in_a_process, path),
                "thorough": partial(in_a_process, path, "--thorough"),
            },
        )
    quick, thorough = found["quick"], found["thorough"]
    memory = max(one["rss_mib"] for one in quick)
    peer = measured(AREA, "SHA-256 of the same bytes", UNIT, [one["sha_rate"] for one in quick])
    ours = measured(
        AREA,
        "Jejak",
        UNIT,
        [one["rate"] for one in quick],
        goal=f"{LEAST:,}; memory constant",
        note=f"{memory:.0f} MiB resident at most, for {scale.store_events:,} events",
    )
    whole = measured(AREA, "Jejak --thorough", UNIT, [one["rate"] for one in thorough])
    rows = (peer, ours.beside(peer, least=LEAST / (peer.value or 1)), whole.beside(peer))
    return Result(rows=rows, notes=NOTES)


def in_a_process(path: Path, *words: str) -> dict[str, Any]:
    """Verify an archive in a fresh process; return its figures."""
    child = [sys.executable, "-m", "benchmarks.verify_worker", str(path), *words]
    answer = subprocess.run(  # noqa: S603  # ourselves
        child, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]
    )
    figures: dict[str, Any] = json.loads(answer.stdout)
    return figures


def write_archive(path: Path, events: int) -> None:
    """Write an archive of so many invented events, signed."""
    private = Ed25519PrivateKey.from_private_bytes(b"b" * 32)
    key = VerifierKey(ORIGIN, LOG_KEY, private.public_key().public_bytes_raw())
    tree = Tree()
    with path.open("wb") as file:
        header = {"jejak_archive": 1, "origin": ORIGIN, "public_key": key.vkey, "size": events}
        file.write(_canonical(header) + b"\n")
        for index, page in enumerate(_pages(events)):
            at = f"2026-{1 + index * 11 // events:02}-01T00:00:00.000000Z"
            head = f'"position":{index + 1},"recorded_at":"{at}"'
            file.write(f'{{"index":{index},"kind":"event",{head},"page":'.encode() + page + b"}\n")
            digest = sha256(page).hexdigest()
            tree.add(leaf_hash(f'{{"hash":"{digest}","kind":"event",{head}}}'.encode()))
        body = f"{ORIGIN}\n{events}\n{b64encode(tree.root()).decode()}\n"
        signature = b64encode(key.key_id + private.sign(body.encode())).decode()
        file.write(_canonical({"checkpoint": f"{body}\n— {ORIGIN} {signature}\n"}) + b"\n")


def _pages(events: int) -> Iterator[bytes]:
    random = Random(8)  # noqa: S311  # the same archive every time
    heads: list[tuple[str, int, str]] = []
    for number in range(events):
        slot = random.randrange(OPEN_TOGETHER)
        while slot >= len(heads):
            heads.append((_uuid(random), 0, "0" * 64))
        case, version, previous = heads[slot]
        if version == STREAM_LENGTH:
            case, version, previous = _uuid(random), 0, "0" * 64
        page = _canonical(_page(random, number, f"case:{case}", version + 1, previous))
        heads[slot] = (case, version + 1, sha256(page).hexdigest())
        yield page


def _page(random: Random, number: int, stream: str, version: int, previous: str) -> dict[str, Any]:
    name = number * 7 % 60
    return {
        "actor": {
            "agency": None,
            "id": "demo.pekalongan",
            "on_behalf_of": None,
            "role": "caseworker",
            "unit": "RUTAN-PEKALONGAN",
        },
        "causation_id": None,
        "correlation_id": f"demo/2025/{number}",
        "effective": {"at": None, "day": "2025-03-18", "zone": "Asia/Jakarta"},
        "event_id": _uuid(random),
        "evidence": [],
        "format": 1,
        "idempotency_key": f"demo/2025/{number}",
        "name": f"chapter.event_{'abcdefghijklmno'[name % 15]}@{1 + name // 15}",
        "payload": {"kind": "b_i", "unit": "RUTAN-PEKALONGAN", "year": 2025},
        "prev_hash": previous,
        "purpose": "pembinaan",
        "sealed": [
            {
                "class": kind,
                "fields": {it: b64encode(random.randbytes(48)).decode() for it in pointers},
                "key": _uuid(random),
                "page_key": b64encode(random.randbytes(60)).decode(),
                "subject": stream.removeprefix("case:"),
            }
            for kind, pointers in SEALED[number % 3]
        ],
        "stream": stream,
        "subject": stream.removeprefix("case:"),
        "version": version,
    }


def _uuid(random: Random) -> str:
    digits = f"{random.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _canonical(said: Any) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def main() -> None:
    """Print the figures of an archive, given or invented."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--thorough", action="store_true")
    chosen = parser.parse_args()
    words = ["--thorough"] if chosen.thorough else []
    with tempfile.TemporaryDirectory(prefix="jejak-bench-") as folder:
        path = chosen.archive or Path(folder) / "archive.ndjson"
        if not chosen.archive:
            write_archive(path, chosen.events)
        sys.stdout.write(json.dumps(in_a_process(path, *words)) + "\n")


if __name__ == "__main__":
    main()

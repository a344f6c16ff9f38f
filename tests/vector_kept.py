"""Vectors for what somebody kept of the log's leaves: an older archive, or a file of hashes."""

from dataclasses import replace

from archives import Archive
from vector_log import (
    ACCESSES,
    BASE,
    GOOD,
    HALF,
    MIDDLE,
    PINNED,
    READ,
    at,
    first,
    forged,
    sealed,
    wrong,
)

YES = {"ok": True, "fault": None}
MISUSE = {"ok": False, "fault": None, "misuse": True}
LINES = GOOD.lines()
HASHES = b"".join(leaf.hash for leaf in BASE)
KEPT = {
    "kept-older.ndjson": Archive.of(BASE[:HALF]).written(),
    "kept-longer.ndjson": GOOD.written(),
    "kept-hashes.bin": HASHES,
    "kept-few.bin": HASHES[: 3 * 32],
    "kept-bare.ndjson": GOOD.written().rstrip(b"\n"),
    "kept-cut.ndjson": b"".join(LINES[: HALF + 1]),
    "kept-cut-inside.ndjson": b"".join(LINES[: HALF + 1])[:-9],
    "kept-damaged.ndjson": b"".join([*LINES[: HALF + 1], b"x\n", *LINES[HALF + 1 :]]),
    "kept-header.ndjson": Archive.of(()).written(),
    "kept-nothing.bin": b"",
    "kept-uneven.bin": HASHES[:-1],
}
"""Files that stand beside the archives."""


def _forged_access():
    leaves, where = list(BASE), ACCESSES[0]
    content = leaves[where].content.replace(b"pembinaan", b"kesehatan")
    leaves[where] = replace(leaves[where], content=content)
    return leaves


def _against(file):
    return {**PINNED, "against": file}


def kept():
    """Yield what `archive_vectors.vectors` does; all forgeries are signed by the log itself."""
    for name in ("older", "longer", "few", "bare", "cut"):
        file = next(file for file in KEPT if file.startswith(f"kept-{name}."))
        yield f"against-{name}", GOOD.written(), _against(file), YES
    yield "against-hashes", GOOD.written(), _against("kept-hashes.bin"), YES
    for name in ("cut-inside", "damaged", "header"):
        yield f"against-{name}", GOOD.written(), _against(f"kept-{name}.ndjson"), MISUSE
    for name in ("nothing", "uneven"):
        yield f"against-{name}", GOOD.written(), _against(f"kept-{name}.bin"), MISUSE
    early = first(lambda page: page["version"] == 1)
    where = {"stream": READ[early]["stream"], "version": 1}
    for file in ("kept-hashes.bin", "kept-longer.ndjson", "kept-damaged.ndjson"):
        yield (
            f"against-{file.split('.')[0]}-forged",
            sealed(forged(early)).written(),
            _against(file),
            wrong("leaf.differs", at(early, **where)),
        )
    yield (
        "against-forged-access",
        sealed(_forged_access()).written(),
        _against("kept-hashes.bin"),
        wrong("leaf.differs", at(ACCESSES[0])),
    )
    yield (
        "against-forged-later",
        sealed(forged(MIDDLE)).written(),
        _against("kept-few.bin"),
        YES,
    )
    for file in ("kept-hashes.bin", "kept-longer.ndjson"):
        yield (
            f"against-{file.split('.')[0]}-shorter",
            sealed(BASE[:HALF]).written(),
            _against(file),
            wrong("older.size", {"between": [HALF, len(BASE)]}),
        )

"""What was found, in words: Bahasa Indonesia first, then English."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from .archive import Verdict

PLACES: Final = (
    ("line", "baris / line"),
    ("index", "nomor urut daun / index of the leaf"),
    ("kind", "jenis / kind"),
    ("number", "posisi atau nomor / position or number"),
    ("stream", "catatan / stream"),
    ("version", "versi / version"),
    ("name", "nama / name"),
)


def report(verdict: Verdict) -> Iterator[str]:
    """Yield the lines of a report."""
    found = verdict.as_json()
    if verdict.fault:
        yield from _wrong(found["fault"])
    else:
        yield "UTUH: semuanya persis seperti yang ditandatangani."
        yield "WHOLE: everything is exactly as it was signed."
    yield ""
    yield f"  buku / log                      {found['origin'] or '-'}"
    yield f"  daun / leaves                   {found['size']}"
    yield f"  peristiwa / events              {found['events']}"
    yield f"  catatan akses / access records  {found['accesses']}"
    yield f"  catatan / streams               {found['streams']}"
    yield f"  akar / root                     {found['root']}"
    yield f"  kunci / key                     {found['key'] or '-'}"
    for key in found["keys"][1:]:
        yield f"  kunci diganti / key replaced at   {key['since']}"
    if found["older"]:
        sizes = ", ".join(map(str, found["older"]))
        yield f"  titik periksa lama cocok / older checkpoints fit: {sizes}"
    if found["compared"] is not None:
        yield f"  hash dibandingkan / compared    {found['compared']}"
    for witness in found["witnesses"]:
        if witness["time"] is not None:
            yield f"  saksi / witness                 {witness['name']} {_at(witness['time'])}"
    if not verdict.fault:
        yield from _warnings(found)


def _at(seconds: int) -> str:
    """Return a time as its witness signed it: some sign milliseconds, which no calendar holds."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def _wrong(fault: dict[str, Any]) -> Iterator[str]:
    yield f"ADA YANG SALAH [{fault['code']}]: {fault['message']['id']}"
    yield f"SOMETHING IS WRONG: {fault['message']['en']}"
    yield from (f"  {words:39} {fault[name]}" for name, words in PLACES if name in fault)
    if between := fault.get("between"):
        yield f"  di antara ukuran / between the sizes    {between[0]} - {between[1]}"


def _warnings(found: dict[str, Any]) -> Iterator[str]:
    if not found["pinned"]:
        yield ""
        yield "Kunci diambil dari arsip itu sendiri; beri --key dari luar arsip."
        yield "The key was taken from the archive itself; give --key from outside it."
    if not found["witnesses"]:
        yield ""
        yield "Tanpa --witness: pemilik kunci buku dapat menulis ulang semuanya tanpa ketahuan."
        yield "Without --witness: whoever holds the log's key could have rewritten all of it."

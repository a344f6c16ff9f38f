"""What was found, in words: Bahasa Indonesia first, then English."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from .archive import Verdict
from .proof import ProofVerdict

PLACES: Final = (
    ("line", "baris / line"),
    ("index", "nomor urut daun / index of the leaf"),
    ("kind", "jenis / kind"),
    ("number", "posisi atau nomor / position or number"),
    ("stream", "catatan / stream"),
    ("version", "versi / version"),
    ("name", "nama / name"),
)

KINDS: Final = {"event": ("peristiwa", "event"), "access": ("catatan akses", "access record")}
UNWITNESSED: Final = (
    "",
    "Tanpa --witness: pemilik kunci buku dapat menulis ulang semuanya tanpa ketahuan.",
    "Without --witness: whoever holds the log's key could have rewritten all of it.",
)


def told_of(verdict: Verdict | ProofVerdict) -> Iterator[str]:
    """Yield the lines of the report of an archive, or of a proof."""
    return report(verdict) if isinstance(verdict, Verdict) else report_of_proof(verdict)


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


def report_of_proof(verdict: ProofVerdict) -> Iterator[str]:
    """Yield what a proof proves as one sentence in each language, or what is wrong with it."""
    if verdict.proven is None:
        yield from _wrong(verdict.as_json()["fault"])
        return
    found = verdict.proven.as_json()
    witnesses = [f"{it['name']} ({_at(it['time'])})" for it in found["witnesses"]]
    named = ", ".join(witnesses)
    indonesian, english = KINDS[found["kind"]]
    yield (
        f"TERBUKTI: {indonesian} {found['number']}, dicatat {found['recorded_at']}, isi SHA-256"
        f" {found['hash']}, adalah daun nomor urut {found['index']} (dari 0) di antara"
        f" {found['size']} daun buku {found['origin']}, ditandatangani kunci {found['key']},"
        f" {f'disaksikan {named}' if named else 'tanpa saksi yang Anda sebut'}."
    )
    yield (
        f"PROVEN: {english} {found['number']}, recorded {found['recorded_at']}, content SHA-256"
        f" {found['hash']}, is the leaf of index {found['index']} (from 0) among the"
        f" {found['size']} leaves of the log {found['origin']}, signed with the key {found['key']},"
        f" {f'cosigned by {named}' if named else 'with no witness that you named'}."
    )
    yield from _warnings_of_proof(found)


def _at(seconds: int) -> str:
    """Return a time as its witness signed it: some sign milliseconds, which no calendar holds."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def _shown(said: object) -> str:
    """Return what a file says as a screen may show it: what would move its cursor is spelt out."""
    text = str(said)
    return text if text.isprintable() else ascii(text)


def _wrong(fault: dict[str, Any]) -> Iterator[str]:
    yield f"ADA YANG SALAH [{fault['code']}]: {fault['message']['id']}"
    yield f"SOMETHING IS WRONG: {fault['message']['en']}"
    yield from (f"  {words:39} {_shown(fault[name])}" for name, words in PLACES if name in fault)
    if between := fault.get("between"):
        yield f"  di antara ukuran / between the sizes    {between[0]} - {between[1]}"


def _warnings_of_proof(found: dict[str, Any]) -> Iterator[str]:
    if not found["content_compared"]:
        yield ""
        yield "Isi tidak dibandingkan: beri halaman, atau baris arsipnya, dengan --leaf."
        yield "No content was compared: give the page, or its line of an archive, by --leaf."
    if found["unread"]:
        names = ", ".join(map(_shown, found["unread"]))
        yield ""
        yield f"Tanda tangan lain, tidak diperiksa: {names}"
        yield f"Other signatures, not looked at: {names}"
    if not found["witnesses"]:
        yield from UNWITNESSED


def _warnings(found: dict[str, Any]) -> Iterator[str]:
    if not found["pinned"]:
        yield ""
        yield "Kunci diambil dari arsip itu sendiri; beri --key dari luar arsip."
        yield "The key was taken from the archive itself; give --key from outside it."
    if not found["witnesses"]:
        yield from UNWITNESSED

"""A page that verifies an archive or a proof in the reader's browser. It knows nothing: no login.

Its policy forbids every connection, so that whoever reads it can see that the file goes nowhere.
"""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.rendering import page
from api.pages.visits import PageRoute
from domain.kernel import Words
from verifier.faults import CODES, PROOF_CODES

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'none';"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)
SAID: Final[dict[str, Words]] = {
    **CODES,
    **PROOF_CODES,
    "right": (
        "Utuh: semuanya persis seperti yang ditandatangani.",
        "Whole: everything is exactly as it was signed.",
    ),
    "right-unpinned": (
        (
            "Utuh menurut kunci di dalam arsip itu sendiri; bandingkan kunci itu dengan yang Anda"
            " terima dari luar arsip."
        ),
        (
            "Whole by the key inside the archive itself; compare that key with one that reached you"
            " from outside it."
        ),
    ),
    "proven": (
        "Terbukti: halaman ini ada di dalam buku, persis seperti yang ditandatangani.",
        "Proven: this page is in the log, exactly as it was signed.",
    ),
    "proven-hash": (
        (
            "Terbukti: daun ini ada di dalam buku yang ditandatangani. Isinya tidak dibandingkan:"
            " pilih halamannya, atau baris arsipnya."
        ),
        (
            "Proven: this leaf is in the log that was signed. No content was compared: choose its"
            " page, or its line of an archive."
        ),
    ),
    "unchecked": (
        (
            "Isinya cocok satu sama lain, tetapi peramban ini tidak dapat memeriksa tanda tangan"
            " Ed25519. Pakailah peramban yang lebih baru, atau jejak verify."
        ),
        (
            "What it holds fits together, but this browser cannot check Ed25519 signatures."
            " Use a newer browser, or jejak verify."
        ),
    ),
    "wrong": ("Ada yang salah:", "Something is wrong:"),
    "insecure": (
        (
            "Peramban hanya memberi kriptografi lewat HTTPS atau di localhost. Buka halaman ini di"
            " sana, atau pakailah jejak verify."
        ),
        (
            "A browser gives cryptography over HTTPS or on localhost only. Open this page there, or"
            " use jejak verify."
        ),
    ),
    "unusable": (
        "Kunci buku, kunci saksi, titik periksa atau pembanding itu tidak terbaca; salinlah utuh.",
        (
            "The log's key, a witness's key, a checkpoint or what to compare with cannot be read;"
            " copy it whole."
        ),
    ),
    "unusable-proof": (
        (
            "Sebuah bukti memerlukan kunci buku, dan berkas seukuran bukti. Kunci, kunci saksi atau"
            " pengumuman kunci itu tidak ada atau tidak terbaca; pembanding hanya untuk arsip."
        ),
        (
            "A proof takes the log's key, and a file of a proof's size. The key, a witness's key or"
            " the announcement of a key is missing or cannot be read; what to compare with is for"
            " an archive only."
        ),
    ),
    "unreadable": ("Berkas itu tidak dapat dibaca.", "The file cannot be read."),
    "code": ("Kode", "Code"),
    "index": ("Nomor urut daun", "Index of the leaf"),
    "kind": ("Jenis", "Kind"),
    "number": ("Posisi atau nomor", "Position or number"),
    "stream": ("Catatan", "Stream"),
    "version": ("Versi", "Version"),
    "name": ("Nama", "Name"),
    "line": ("Baris", "Line"),
    "between": ("Di antara ukuran", "Between the sizes"),
    "origin": ("Buku", "Log"),
    "size": ("Daun", "Leaves"),
    "root": ("Akar", "Root"),
    "event": ("peristiwa", "event"),
    "access": ("catatan akses", "access record"),
    "witnesses": ("Saksi", "Witnesses"),
    "unwitnessed": (
        "tidak ada yang diminta: pemilik kunci buku dapat menulis ulang semuanya tanpa ketahuan",
        "none was asked for: whoever holds the log's key could have rewritten all of it",
    ),
    "older": ("Titik periksa lama yang cocok", "Older checkpoints that fit"),
    "compared": ("Daun yang dibandingkan", "Leaves compared"),
    "recorded_at": ("Dicatat", "Recorded"),
    "hash": ("SHA-256 isi", "SHA-256 of the content"),
    "key": ("Ditandatangani kunci", "Signed with the key"),
    "unread": ("Tanda tangan lain, tidak diperiksa", "Other signatures, not looked at"),
}
router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/periksa")
def verify(request: Request) -> Response:
    """Show the page; what it does is done in the browser."""
    response = page(request, "verify.html", None, {"said": SAID})
    response.headers["Content-Security-Policy"] = POLICY
    return response

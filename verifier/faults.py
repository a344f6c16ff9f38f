"""What can be wrong with an archive or a proof: a stable code for each, and where it was found."""

from dataclasses import asdict, dataclass
from typing import Any, Final

Words = tuple[str, str]

CODES: Final[dict[str, Words]] = {
    "archive.header": (
        "baris pertama bukan kepala arsip Jejak versi 1 atau 2",
        "the first line is not the header of a Jejak archive, version 1 or 2",
    ),
    "archive.line": ("baris ini tidak berbentuk baris arsip", "this is not a line of an archive"),
    "archive.index": ("nomor urut daun melompat", "the index of the leaf is not the next one"),
    "archive.truncated": (
        "arsip berakhir sebelum baris penutupnya: ekornya hilang",
        "the archive ends before its last line: its tail is missing",
    ),
    "archive.trailing": (
        "ada isi sesudah baris penutup",
        "something stands after the last line",
    ),
    "archive.size": (
        "jumlah daun bukan jumlah yang disebut kepala arsip",
        "there are not as many leaves as the header says",
    ),
    "event.position": ("posisi peristiwa melompat", "the event's position is not the next one"),
    "access.number": (
        "nomor catatan akses melompat",
        "the access record's number is not the next one",
    ),
    "recorded_at.backwards": (
        "waktu pencatatan mundur",
        "the time of recording lies before that of the one before",
    ),
    "page.canonical": (
        "halaman bukan JSON kanonis (RFC 8785)",
        "the page is not canonical JSON (RFC 8785)",
    ),
    "page.format": ("format halaman tidak dikenal", "the page's format is not known"),
    "page.envelope": (
        "amplop halaman tidak lengkap atau tidak cocok",
        "the page's envelope is not whole or does not fit together",
    ),
    "access.canonical": (
        "catatan akses bukan objek JSON kanonis (RFC 8785)",
        "the access record is not a canonical JSON object (RFC 8785)",
    ),
    "leaf.differs": (
        "isinya lain daripada yang disimpan dahulu",
        "it is not what was kept of it earlier",
    ),
    "stream.version": (
        "versi halaman tidak melanjutkan catatannya",
        "the page's version does not continue its stream",
    ),
    "stream.prev_hash": (
        "hash halaman sebelumnya tidak cocok: halaman ini atau yang sebelumnya diubah",
        "the hash of the page before does not fit: this page or the one before it was changed",
    ),
    "checkpoint.form": (
        "titik periksa arsip tidak terbaca",
        "the archive's checkpoint cannot be read",
    ),
    "checkpoint.origin": (
        "titik periksa arsip dari buku lain",
        "the archive's checkpoint is of another log",
    ),
    "checkpoint.signature": (
        "titik periksa arsip tidak ditandatangani oleh kunci buku ini",
        "the archive's checkpoint is not signed by this log's key",
    ),
    "checkpoint.size": (
        "titik periksa arsip untuk jumlah daun lain",
        "the archive's checkpoint is for another number of leaves",
    ),
    "checkpoint.root": (
        "akar pohon daun bukan akar pada titik periksa arsip",
        "the root of the leaves is not the root of the archive's checkpoint",
    ),
    "checkpoint.witness": (
        "saksi yang diminta tidak menandatangani titik periksa arsip",
        "a witness that is required has not cosigned the archive's checkpoint",
    ),
    "older.origin": (
        "titik periksa lama dari buku lain",
        "the older checkpoint is of another log",
    ),
    "older.signature": (
        "titik periksa lama tidak ditandatangani oleh kunci buku ini",
        "the older checkpoint is not signed by this log's key",
    ),
    "older.root": (
        "isi sampai titik periksa lama sudah berubah",
        "what the older checkpoint signed is not what stands here now",
    ),
    "older.size": (
        "arsip lebih pendek daripada yang disimpan dahulu: ekornya hilang",
        "the archive is shorter than what was kept of it earlier: its tail is missing",
    ),
    "columns.differ": (
        "kolom di samping halaman tidak menyebut yang disebut halamannya (hanya di buku hidup)",
        "the columns beside the page do not say what the page says (in a live ledger only)",
    ),
    "key.succession": (
        "kunci buku berganti di sini tanpa ditandatangani oleh kunci sebelumnya dan penggantinya",
        "the log's key changes here, and not both the key before and the one after signed that",
    ),
    "key.differs": (
        "arsip ditandatangani dengan kunci lain daripada yang diberikan",
        "the archive is of another key than the one that was given",
    ),
}
"""Every code of an archive, in both languages. A code never changes its meaning."""
PROOF_CODES: Final[dict[str, Words]] = {
    "proof.header": (
        "baris pertama bukan c2sp.org/tlog-proof@v1",
        "the first line is not c2sp.org/tlog-proof@v1",
    ),
    "proof.line": (
        "baris ini tidak berbentuk baris bukti (extra, index, atau satu hash)",
        "this is not a line of a proof (extra, index, or one hash)",
    ),
    "proof.checkpoint": (
        "titik periksa bukti tidak ada atau tidak terbaca; di sini mulainya",
        "the proof's checkpoint is missing or cannot be read; it begins here",
    ),
    "proof.leaf": (
        "bukti tidak menyebut daun buku Jejak (baris extra), yang diserahkan bersamanya pun tidak",
        "the proof names no leaf of a Jejak log (its extra line), nor does what came with it",
    ),
    "proof.handed": (
        "yang diserahkan bersamanya bukan daun yang dibuktikan di sini",
        "what came with it is not the leaf that this is a proof of",
    ),
    "proof.origin": (
        "bukti dari buku lain daripada kunci yang diberikan",
        "the proof is of another log than the key that was given",
    ),
    "proof.signature": (
        "titik periksa bukti tidak ditandatangani oleh kunci yang diberikan, atau sudah diubah",
        "the proof's checkpoint is not signed by the key that was given, or was changed",
    ),
    "proof.index": (
        "nomor urut daun di luar jumlah daun yang ditandatangani",
        "the index of the leaf is beyond the number of leaves that was signed",
    ),
    "proof.length": (
        "jumlah hash bukan jumlah untuk nomor urut dan jumlah daun ini",
        "there are not as many hashes as this index and this number of leaves take",
    ),
    "proof.root": (
        "daun, nomor urut dan hash tidak sampai ke akar yang ditandatangani: ada yang diubah",
        "leaf, index and hashes do not lead to the root that was signed: one of them was changed",
    ),
    "proof.witness": (
        "saksi yang diminta tidak menandatangani titik periksa bukti",
        "a witness that is required has not cosigned the proof's checkpoint",
    ),
}
"""Every code of a proof; these do not change their meaning either."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was found; what does not apply is None.

    ``between`` holds two sizes of the log: the first wrong leaf has an index from the first of
    them up to, not including, the second.
    """

    line: int | None = None
    index: int | None = None
    kind: str | None = None
    number: int | None = None
    stream: str | None = None
    version: int | None = None
    between: tuple[int, int] | None = None
    name: str | None = None


class Fault(Exception):
    """The first thing that is wrong."""

    def __init__(self, code: str, place: Place) -> None:
        super().__init__(code)
        self.code, self.place = code, place

    @property
    def words(self) -> Words:
        """Return what is wrong in both languages."""
        return (CODES | PROOF_CODES)[self.code]

    def as_json(self) -> dict[str, Any]:
        """Return the fault for a program to read, without what does not apply."""
        where = {name: value for name, value in asdict(self.place).items() if value is not None}
        indonesian, english = self.words
        return {"code": self.code, **where, "message": {"id": indonesian, "en": english}}


class Misuse(Exception):
    """What the verifier was asked with cannot be used; its words are in both languages."""

    def __init__(self, indonesian: str, english: str) -> None:
        super().__init__(indonesian, english)

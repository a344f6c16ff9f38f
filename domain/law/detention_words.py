"""What is wrong with an order of detention, and why somebody is held too long, to be read aloud."""

from collections.abc import Mapping
from typing import Final

from domain.kernel import Words
from domain.law.detention import Flag

FLAGS: Final[Mapping[Flag, Words]] = {
    Flag.LONGER_THAN_LAW: (
        "ada surat yang lebih lama daripada batas undang-undang",
        "an order is longer than the law allows",
    ),
    Flag.NOT_COVERED: (
        "ada hari tanpa perintah yang sah",
        "there are days without an order that was good",
    ),
    Flag.SIGNED_LATE: (
        "ada perpanjangan yang terbit setelah masa sebelumnya habis",
        "an extension was signed after the term before had run out",
    ),
    Flag.NO_EXCEPTION: (
        "perpanjangan khusus tidak dikenal untuk perkara ini",
        "the law has no extension on special grounds here",
    ),
    Flag.EXCEPTION_NEEDS_ILLNESS: (
        "perpanjangan khusus hanya boleh karena sakit: ancaman pidananya kurang dari batasnya",
        "an extension on special grounds is only for illness: the threat is below its limit",
    ),
    Flag.SPANS_TWO_LAWS: (
        "rangkaian penahanan melewati pergantian undang-undang: periksa ketentuan peralihannya",
        "the chain goes on past a change of law: look at the transition",
    ),
    Flag.SPECIAL_LAW_UNKNOWN: (
        "batas menurut undang-undang khususnya belum ada di buku hukum; dipakai KUHAP",
        "the limits of its special law are not in the book; those of KUHAP are taken",
    ),
}

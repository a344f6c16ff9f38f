"""Why somebody is on a list or not, in few words: for a line; the whole sentence is in the case."""

from collections.abc import Mapping
from typing import Final

from domain.kernel import Words

REASONS: Final[Mapping[str, Words]] = {
    "breach": ("pelanggaran", "a breach"),
    "conduct_9_months": ("berkelakuan baik 9 bulan", "good conduct for 9 months"),
    "cooperated": ("bekerja sama dengan penegak hukum", "cooperation with the law"),
    "deradicalised": ("deradikalisasi dan ikrar NKRI", "deradicalisation and pledge"),
    "drafted_anew": ("disusun ulang", "drafted anew"),
    "executed": ("berita acara pelaksanaan putusan", "report of execution"),
    "ground": ("alasan pemberian", "ground of the award"),
    "held": ("berada dalam tahanan atau pidana", "held on the day"),
    "left": ("sudah tidak di unit ini", "left the unit"),
    "listed_in_error": ("keliru dimasukkan", "listed in error"),
    "no_discipline_3_months": (
        "tanpa hukuman disiplin dalam 3 bulan terakhir",
        "no disciplinary measure in the last 3 months",
    ),
    "no_discipline_6_months": (
        "tanpa hukuman disiplin dalam 6 bulan terakhir",
        "no disciplinary measure in the last 6 months",
    ),
    "not_life_or_death": ("pidana selama waktu tertentu", "a sentence that has an end"),
    "not_on_cmb": ("tidak sedang CMB", "not on CMB"),
    "not_on_pb_or_cb": ("tidak sedang PB atau CB", "not on PB or CB"),
    "not_possible": ("tidak dapat dicatat pada perkaranya", "not possible in the case"),
    "not_serving_substitute": (
        "tidak sedang menjalani pidana pengganti denda",
        "not serving imprisonment in place of a fine",
    ),
    "not_under_discipline": ("tidak sedang dihukum disiplin", "not under a disciplinary measure"),
    "once_a_year": ("satu kali setahun untuk tiap jenis", "once a year for each kind"),
    "own_feast": ("hari raya agama yang pertama dicatat", "feast of the religion first recorded"),
    "programmes_good": ("program pembinaan berpredikat baik", "programmes with predikat baik"),
    "risk_declined": ("tingkat risiko menurun", "a lowered risk"),
    "sentence_6_months": ("pidana 6 bulan atau lebih", "a sentence of 6 months or more"),
    "served_3_months": ("menjalani 3 bulan", "3 months served"),
    "served_6_months": ("menjalani 6 bulan", "6 months served"),
    "verdict_final": ("putusan berkekuatan hukum tetap", "a final verdict"),
}
"""What was asked for, and so was lacking; and why a line was taken back."""


def reason(code: str) -> Words:
    """Return what a code asks for; one that has no words of its own is shown as it is."""
    return REASONS.get(code, (code, code))

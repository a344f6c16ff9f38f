"""Why somebody is on a list or not, in few words: for a line; the whole sentence is in the case."""

from collections.abc import Mapping
from typing import Final

from domain.kernel import Words

REASONS: Final[Mapping[str, Words]] = {
    "assessed_again": ("dinilai lagi oleh petugas", "assessed again by an officer"),
    "assessment_old": (
        "penilaian SPPN terakhirnya sudah lama; periksa",
        "the latest SPPN assessment is old; look at it",
    ),
    "award_day": ("hari pemberian jenis ini", "the award day of this kind"),
    "breach": ("pelanggaran", "a breach"),
    "conduct_9_months": ("berkelakuan baik 9 bulan", "good conduct for 9 months"),
    "counted_again": ("dihitung lagi oleh petugas", "counted again by an officer"),
    "cooperated": ("bekerja sama dengan penegak hukum", "cooperation with the law"),
    "deradicalised": ("deradikalisasi dan ikrar NKRI", "deradicalisation and pledge"),
    "documents_complete": ("dokumennya sudah lengkap", "the documents are complete"),
    "documents_missing": ("dokumennya belum lengkap", "documents are missing"),
    "drafted_anew": ("disusun ulang", "drafted anew"),
    "exactly_the_days_needed": (
        "tepat pada batas hari; periksa",
        "exactly the days needed; look at it",
    ),
    "excepted_ditjenpas": ("dikecualikan oleh Ditjenpas", "excepted by Ditjenpas"),
    "excepted_kanwil": ("dikecualikan oleh Kanwil", "excepted by Kanwil"),
    "excepted_kepala_upt": ("dikecualikan oleh Kepala UPT", "excepted by the head of the unit"),
    "excepted_tpp": ("dikecualikan oleh sidang TPP", "excepted by the session of the TPP"),
    "executed": ("berita acara pelaksanaan putusan", "report of execution"),
    "feast_not_sure": ("hari rayanya belum pasti", "the day of the feast is not sure"),
    "ground": ("alasan pemberian", "ground of the award"),
    "held": ("berada dalam tahanan atau pidana", "held on the day"),
    "left": ("sudah tidak di unit ini", "left the unit"),
    "listed_in_error": ("keliru dimasukkan", "listed in error"),
    "measure_without_end": (
        "hukuman disiplin tanpa tanggal akhir; periksa",
        "a measure without an end; look at it",
    ),
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
    "ordinal_hangs_on_a_day": (
        "tahun keberapa bergantung pada satu hari; periksa",
        "which year it is hangs on one day; look at it",
    ),
    "ordinal_without_feast": (
        "tahun keberapa tanpa hari raya yang tercatat",
        "which year it is, without a feast on record",
    ),
    "not_recommended": ("tidak direkomendasikan petugas", "not recommended by an officer"),
    "own_feast": ("hari raya agama yang pertama dicatat", "feast of the religion first recorded"),
    "person.forgotten": ("data pribadi sudah dimusnahkan", "the personal data were destroyed"),
    "programmes_good": ("program pembinaan berpredikat baik", "programmes with predikat baik"),
    "remisi.another_feast": (
        "hari raya agama yang pertama dicatat bukan pada hari itu",
        "the feast of the religion first recorded is not on that day",
    ),
    "remisi.not_held": ("tidak lagi ditahan atau dipidana", "not held any more"),
    "remisi.one_a_year": ("sudah diusulkan untuk tahun ini", "proposed already for this year"),
    "risk_declined": ("tingkat risiko menurun", "a lowered risk"),
    "rule_in_force": ("aturan yang berlaku pada hari itu", "a rule in force on that day"),
    "sentence_6_months": ("pidana 6 bulan atau lebih", "a sentence of 6 months or more"),
    "sentence_left": ("sisa pidana pada hari pemberian", "a sentence left on the award day"),
    "served_3_months": ("menjalani 3 bulan", "3 months served"),
    "served_6_months": ("menjalani 6 bulan", "6 months served"),
    "susulan_for_an_unsaid_award": (
        "ada susulan tanpa remisi yang disusulkan; periksa",
        "a susulan of which nobody says what it made up for; look at it",
    ),
    "umum_of_the_year": ("remisi umum tahun itu", "the remisi umum of the year"),
    "verdict_final": ("putusan berkekuatan hukum tetap", "a final verdict"),
    "was_missed": ("remisi yang terlewat", "a remisi that was missed"),
}
"""What was asked for, and so was lacking; and why a line was taken back."""


ASSUMED: Final = "assumed_"


def reason(code: str) -> Words:
    """Return what a code asks for.

    What is only assumed is said to be; of facts that cannot be, that somebody is to look at them.
    """
    if code in REASONS:
        return REASONS[code]
    if code.startswith(ASSUMED):
        indonesian, english = reason(code.removeprefix(ASSUMED))
        return f"dianggap, belum dicatat: {indonesian}", f"assumed, not on record: {english}"
    if "." in code:
        return (
            f"tidak dapat dihitung dari perkaranya; periksa ({code})",
            f"cannot be reckoned from the case; look at it ({code})",
        )
    return code, code

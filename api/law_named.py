"""Rule sets and policies that a record names by their ids, in words: for pages and for paper."""

from collections.abc import Mapping
from typing import Final

from domain.kernel import Words
from domain.law.book import BOOK
from domain.law.choosing import policies

OPTIONS: Final[Mapping[str, Mapping[str, Words]]] = {
    "asimilasi_remaining": {
        "from_two_thirds": ("sisa sesudah dua pertiga", "what is left after two thirds"),
        "from_its_start": ("sisa sejak asimilasi mulai", "what is left since asimilasi began"),
    },
    "assessment_age": {
        "any": ("berapa pun umurnya", "of any age"),
        "last_due": ("yang terakhir semestinya ada", "the last that was due"),
        "months_of_good_conduct": (
            "dalam masa kelakuan baik",
            "of the months of good conduct",
        ),
    },
    "award_after_release": {
        "none": ("tidak diberikan", "it is not given"),
        "given": ("diberikan", "it is given"),
    },
    "child_kind_after_18": {
        "anak_binaan": ("aturan anak binaan", "that of an anak binaan"),
        "narapidana": ("aturan narapidana", "that of a narapidana"),
    },
    "cmb_last_remission": {
        "other_than_dasawarsa": ("yang terakhir selain dasawarsa", "the last but a dasawarsa"),
        "any": ("yang terakhir, jenis apa pun", "the last of any kind"),
    },
    "conduct_window": {
        "calendar_months": ("bulan kalender", "calendar months"),
        "thirty_day_months": ("bulan tiga puluh hari", "months of thirty days"),
    },
    "credit_rounding": {
        "down": ("ke bawah", "down"),
        "up": ("ke atas", "up"),
    },
    "detention_resumed": {
        "cumulative": ("ikut dihitung", "they count"),
        "afresh": ("dihitung dari awal", "it is counted afresh"),
    },
    "fine_for_other_rights": {
        "asked": ("harus lunas", "it must be paid"),
        "not_asked": ("tidak diminta", "it is not asked for"),
    },
    "integration_conduct_window": {
        "before_part_date": ("sebelum tanggal 2/3", "before the date of 2/3"),
        "before_day_asked": ("sebelum hari yang ditanyakan", "before the day asked about"),
    },
    "kemanusiaan_amount": {
        "none_stated": ("tidak disebut; petugas memutuskan", "none stated; an officer decides"),
        "as_umum": ("sebesar remisi umum", "as much as remisi umum"),
    },
    "khusus_twice_a_year": {
        "one_a_year": ("satu setahun", "one a year"),
        "one_a_feast": ("satu setiap hari raya", "one for each feast"),
    },
    "kuhap_transition": {
        "by_start_of_term": ("menurut awal setiap masa", "by the start of each term"),
        "by_start_of_stage": ("menurut awal setiap tahap", "by the start of each stage"),
        "by_start_of_chain": ("menurut awal rangkaiannya", "by the start of the chain"),
    },
    "leap_day": {
        "28_february": ("28 Februari", "28 February"),
        "1_march": ("1 Maret", "1 March"),
    },
    "ma_first_term": {
        "30": ("30 hari", "30 days"),
        "50": ("50 hari", "50 days"),
    },
    "measure_without_end": {
        "over": ("dianggap selesai", "taken to be over"),
        "running": ("masih berjalan", "still running"),
    },
    "ordinal_basis": {
        "time": (
            "dari hari pemberian yang telah memenuhi masa",
            "by award days with enough served",
        ),
        "grants": ("dari remisi yang diberikan", "by remisi that were given"),
    },
    "part_rounding": {
        "up": ("hari berikutnya", "the day after"),
        "down": ("hari sebelumnya", "the day before"),
    },
    "pmp_first_amount": {
        "first_year": ("sebesar tahun pertama", "as in the first year"),
        "none": ("belum diberikan", "none yet"),
    },
    "remisi_in_parts": {
        "in_full": ("seluruhnya", "in full"),
        "in_proportion": ("hanya bagiannya", "only in proportion"),
    },
    "remisi_on_pb_or_cb": {
        "no": ("tidak", "no"),
        "yes": ("ya", "yes"),
    },
    "remisi_rounding": {
        "down": ("ke bawah", "down"),
        "up": ("ke atas", "up"),
    },
    "remisi_served_forms": {
        "in_full": ("dihitung penuh", "in full"),
        "as_credited": ("menurut nilainya", "as they are credited"),
    },
    "same_day_order": {
        "umum_first": ("remisi umum lebih dulu", "remisi umum first"),
        "dasawarsa_first": ("dasawarsa lebih dulu", "the dasawarsa first"),
    },
    "six_months_strict": {
        "at_least": ("sekurang-kurangnya 180 hari", "180 days at the least"),
        "more_than": ("lebih dari 180 hari", "more than 180 days"),
    },
    "special_detention_limits": {
        "special_law": ("batas undang-undang khususnya", "those of the special law"),
        "general_law": ("batas KUHAP", "those of KUHAP"),
    },
    "substitute_and_leave": {
        "after_expiry": ("sesudah ekspirasi", "after expiry"),
        "before_leave": ("sebelum PB, CB dan CMB", "before PB, CB and CMB"),
    },
    "susulan_conduct": {
        "missed_day": ("sebelum hari yang terlewat", "before the day that was missed"),
        "award_day": ("sebelum hari pemberiannya", "before its own award day"),
    },
    "tambahan_twice_a_year": {
        "one_a_year": ("satu saja setahun", "one a year"),
        "one_a_ground": ("satu untuk setiap alasan", "one for each ground"),
    },
    "time_on_revoked_leave": {
        "does_not_count": ("tidak dihitung", "it does not count"),
        "counts_until_revoked": ("dihitung sampai dicabut", "it counts until revoked"),
        "counts_until_return": ("dihitung sampai kembali", "it counts until the return"),
    },
}
"""What each option of a policy answers to its question."""


def option_named(policy: str, option: str) -> Words:
    """Return what an option answers; one of a policy that is no more, as it is written."""
    return OPTIONS.get(policy, {}).get(option, (option, option))


def policy_named(said: str) -> Words:
    """Return the question of a policy with its answer, by how a record names it: `name=option`."""
    name, _, option = said.partition("=")
    policy, answer = policies().get(name), option_named(name, option)
    if policy is None:
        return said, said
    return (
        f"{policy.question[0]} {_sentence(answer[0])}",
        f"{policy.question[1]} {_sentence(answer[1])}",
    )


def rule_set_named(rule_set: str) -> Words:
    """Return what a rule set is called, and the texts that it rests on, by its id."""
    for one in BOOK:
        if one.id == rule_set:
            indonesian, english = (f"{title[0].upper()}{title[1:]}" for title in one.title)
            return f"{indonesian} ({one.legal_basis})", f"{english} ({one.legal_basis})"
    return rule_set, rule_set


def _sentence(answer: str) -> str:
    return f"{answer[0].upper()}{answer[1:]}." if answer else ""

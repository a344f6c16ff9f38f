"""The law in words and in JSON: what a topic asks, what a rule set says, and how sure that is."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from enum import Enum
from fractions import Fraction
from typing import Any, Final

from api.letters.reasons import REASONS
from api.pages.labels import of_field, of_value
from api.pages.tongue import MONTHS
from domain.kernel import Value, Words
from domain.law.rule_set import Certainty
from domain.law.span import Span

CERTAINTIES: Final[Mapping[Certainty, Words]] = {
    Certainty.READ: ("dibaca dalam sumbernya", "read in its source"),
    Certainty.READ_ONCE: ("dibaca dalam satu sumber saja", "read in one source only"),
    Certainty.INFERRED: (
        "disimpulkan, dan cocok dengan kasus yang diumumkan",
        "inferred, and fits published cases",
    ),
    Certainty.KNOWN: ("pengetahuan sendiri, yakin", "own knowledge, quite sure"),
    Certainty.LIKELY: (
        "pengetahuan sendiri, yakin akan garis besarnya",
        "own knowledge, sure of its shape",
    ),
    Certainty.UNSURE: (
        "belum pasti: dapat diatur, dan selalu disebut",
        "unsure: it can be set, and is always named",
    ),
}
"""What each mark of the domain's pages says of a rule."""
TOPICS: Final[Mapping[str, Words]] = {
    "sentence": ("Menghitung pidana", "Counting a sentence"),
    "remisi_amounts": ("Besarnya remisi", "How much remisi"),
    "remisi_conditions": ("Syarat remisi", "Conditions of remisi"),
    "rights": ("Syarat umum semua hak", "Conditions of all rights"),
    "child_rights": ("Hak anak", "Rights of a child"),
    "child_age": ("Umur anak", "Age of a child"),
    "longest_term": ("Pidana penjara paling lama", "Longest imprisonment"),
    "integration": ("Syarat hak integrasi", "Conditions of integration"),
    "guidance": ("Tahap pembimbingan Bapas", "Stages of guidance by Bapas"),
    "probation": ("Masa percobaan", "Probation"),
    "detention_limits": ("Batas penahanan", "Limits of detention"),
    "detention_limits_child": ("Batas penahanan anak", "Limits of detention of a child"),
    "detention_limits_terrorism": (
        "Batas penahanan perkara terorisme",
        "Limits of detention in cases of terrorism",
    ),
    "detention_notices": ("Pemberitahuan akhir penahanan", "Notice that detention ends"),
}
"""A topic that is not here is read by its own name."""
PARTS: Final[Mapping[str, Words]] = {
    "article": ("pasal", "article"),
    "special_article": ("pasal tindak pidana khusus", "article on special offences"),
    "share": ("bagian pidana yang dijalani", "share of the sentence served"),
    "special_share": ("bagian, tindak pidana khusus", "share, special offences"),
    "least_part_days": ("bagian itu paling sedikit (hari)", "that share at least (days)"),
    "special_least_part_days": (
        "paling sedikit, tindak pidana khusus (hari)",
        "at least, special offences (days)",
    ),
    "least_sentence_days": ("pidana paling singkat (hari)", "sentence at least (days)"),
    "most_sentence_days": ("pidana paling lama (hari)", "sentence at most (days)"),
    "longest_days": ("lamanya paling lama (hari)", "lasts at most (days)"),
    "as_last_remission": ("selama remisi terakhir", "as long as the last remisi"),
    "every_months": ("jarak antara dua kali (bulan)", "between two (months)"),
    "conduct_months": ("berkelakuan baik (bulan)", "good conduct (months)"),
    "special_conduct_months": (
        "berkelakuan baik, tindak pidana khusus (bulan)",
        "good conduct, special offences (months)",
    ),
    "conduct_now": ("kelakuan baik dihitung sampai sekarang", "conduct is counted until now"),
    "excepted": ("tidak untuk", "not for"),
    "asimilasi_first": ("asimilasi dahulu untuk", "asimilasi first for"),
    "papers": ("dokumen", "documents"),
    "special": ("tindak pidana khusus sejak pidana (hari)", "special from a sentence of (days)"),
    "fine": ("denda dan uang pengganti harus lunas", "fine and restitution must be paid"),
    "fine_rights": ("lunas untuk hak", "paid for the rights of"),
    "pledge": ("harus berikrar", "a pledge is asked of"),
    "special_papers": ("dokumen tindak pidana khusus", "documents for special offences"),
    "foreign_papers": ("dokumen warga negara asing", "documents of a foreigner"),
    "programmes": ("mengikuti program dengan baik", "part in programmes, with a good result"),
    "risk_declined": ("risiko menurun", "a risk that has declined"),
    "assessed_every_months": ("SPPN dinilai tiap (bulan)", "SPPN is assessed every (months)"),
    "years": ("tahun sesudah ekspirasi", "years after expiry"),
    "revocation_article": ("pasal pencabutan", "article on revocation"),
    "revocable_months": ("dapat dicabut sampai (bulan)", "may be revoked until (months)"),
    "stages": ("tahap", "stages"),
    "articles": ("pasal tiap syarat", "article of each condition"),
    "conduct_months_child": ("berkelakuan baik, anak (bulan)", "good conduct, a child (months)"),
    "cooperated": ("kerja sama diminta dari", "cooperation is asked of"),
    "cooperation": ("kerja sama dengan penegak hukum", "cooperation with the law"),
    "credit": ("tiap hari dihitung", "each day counts for"),
    "deradicalised": ("deradikalisasi diminta dari", "deradicalisation is asked of"),
    "doubted": ("menurut sumber lain (hari)", "by another source (days)"),
    "every_years": ("tiap (tahun)", "every (years)"),
    "first_year": ("tahun pertama", "first year"),
    "general": ("naskah umum", "the text in general"),
    "given_on": ("diberikan pada", "given on"),
    "ground": ("dasar", "ground"),
    "khusus": ("remisi khusus", "remisi khusus"),
    "most_years": ("paling lama (tahun)", "at most (years)"),
    "under_age": ("di bawah umur (tahun)", "under the age of (years)"),
    "least_sentence": ("pidana paling singkat", "sentence at least"),
    "most": ("paling banyak", "at most"),
    "most_sentence": ("pidana paling lama", "sentence at most"),
    "on": ("pada", "on"),
    "ordinal": ("tahun ke", "year"),
    "over_age": ("umur di atas (tahun)", "older than (years)"),
    "report_every": ("lapor tiap (bulan)", "reports every (months)"),
    "served_days": ("dijalani (hari)", "served (days)"),
    "served_days_child": ("dijalani, anak (hari)", "served, a child (days)"),
    "shares": ("bagian dari remisi umum", "share of the remisi umum"),
    "terms": ("jangka (hari)", "terms (days)"),
    "threat_years": ("ancaman sejak (tahun)", "threatened with (years)"),
    "times": ("kali", "times"),
    "umum": ("remisi umum", "remisi umum"),
    "umum_on": ("hari remisi umum", "day of remisi umum"),
}
"""Parts of rule sets; one that is not here is read as a condition, or else as a field is."""
YEARLY: Final = ("on", "umum_on", "given_on")
"""Parts that are a month and a day of it, in every year."""


def cited(basis: str) -> Words:
    """Return an article as each language cites it; stored is the English short form."""
    return basis.replace(" art. ", " Pasal "), basis


def of_topic(name: str) -> Words:
    """Return the title of a topic."""
    return TOPICS.get(name) or of_field(name)


def plain(value: Any) -> Any:  # noqa: PLR0911  # one answer per type
    """Return what a rule set holds in JSON's types; a fraction is a text like ``1/3``.

    Raises `TypeError` at a type that nobody has said how to write.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case Fraction():
            return str(value)
        case Enum():
            return plain(value.value)
        case date():
            return value.isoformat()
        case Value():
            return {one.name: plain(getattr(value, one.name)) for one in _fields(value)}
        case Mapping():
            return {_key(name): plain(one) for name, one in value.items()}
        case tuple() | list():
            return [plain(one) for one in value]
        case set() | frozenset():
            return sorted(plain(one) for one in value)
        case _:
            raise TypeError(type(value).__name__, "has no form in JSON")


def parts(values: Any) -> list[tuple[Words, Words]]:
    """Return what a rule set says part by part, each with its title."""
    if not isinstance(values, Value):
        return [(("isi", "content"), in_words(values))]
    found: list[tuple[Words, Words]] = []
    for one in _fields(values):
        said = getattr(values, one.name)
        if one.name in YEARLY:
            found.append((of_part(one.name), _yearly(said)))
        elif isinstance(said, Mapping) and all(isinstance(part, Value) for part in said.values()):
            found.extend((_title(name), _told(part)) for name, part in said.items())
        else:
            found.append((of_part(one.name), in_words(said)))
    return found


def _told(value: Value) -> Words:
    """Return what a part says, without what it leaves unsaid: no, none and nought."""
    said = [(one.name, getattr(value, one.name)) for one in _fields(value)]
    return _listed((of_part(name), one) for name, one in said if one or one == "")


def of_part(name: str) -> Words:
    """Return the title of a part of a rule set."""
    return PARTS.get(name) or REASONS.get(name) or of_field(name)


def _yearly(said: Any) -> Words:
    """Return a month and its day as people write them: 17 Agu."""
    if isinstance(said, Mapping):
        days = [(in_words(ground), _yearly(on)) for ground, on in said.items()]
        return (
            "; ".join(f"{ground[0]}: {on[0]}" for ground, on in days),
            "; ".join(f"{ground[1]}: {on[1]}" for ground, on in days),
        )
    month, day = said
    return f"{day} {MONTHS[month - 1][0]}", f"{day} {MONTHS[month - 1][1]}"


def in_words(value: Any) -> Words:  # noqa: PLR0911  # one answer per type
    """Return a value as a registrar reads it, in both languages."""
    match value:
        case None:
            return "-", "-"
        case bool():
            return ("ya", "yes") if value else ("tidak", "no")
        case Span():
            return span_in_words(value)
        case Enum():
            return of_value(value)
        case Value():
            told = ((of_part(one.name), getattr(value, one.name)) for one in _fields(value))
            return _listed(told, ", ")
        case Mapping():
            return _listed((_title(name), one) for name, one in value.items())
        case tuple() | list() | set() | frozenset():
            several = [in_words(one) for one in _in_order(value)]
            between = "; " if any(isinstance(one, Value) for one in value) else ", "
            return between.join(one[0] for one in several), between.join(one[1] for one in several)
        case _:
            return cited(str(plain(value)))


def span_in_words(span: Span) -> Words:
    """Return a length as it is spoken, without its parts that are nought."""
    count = (
        (span.years, "tahun", "year"),
        (span.months, "bulan", "month"),
        (span.days, "hari", "day"),
    )
    said = [one for one in count if one[0]] or [count[-1]]
    return (
        " ".join(f"{number} {word}" for number, word, _ in said),
        " ".join(f"{number} {word}{'' if number == 1 else 's'}" for number, _, word in said),
    )


def _listed(pairs: Iterable[tuple[Words, Any]], between: str = "; ") -> Words:
    said = [(title, in_words(one)) for title, one in pairs]
    return (
        between.join(f"{title[0]}: {words[0]}" for title, words in said),
        between.join(f"{title[1]}: {words[1]}" for title, words in said),
    )


def _title(name: Any) -> Words:
    if isinstance(name, str):
        return of_part(name)
    return in_words(name)


def _key(name: Any) -> str:
    if isinstance(name, tuple):
        return "/".join(_key(one) for one in name)
    return str(plain(name))


def _in_order(value: Any) -> Iterable[Any]:
    return sorted(value, key=_key) if isinstance(value, set | frozenset) else value


def _fields(value: Value) -> Iterable[Any]:
    named: Any = value
    return fields(named)

"""One shared record as people read it: what is short in one line, parts of a list below it."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from api.pages import labels
from api.pages.names import Names
from api.pages.partner_words import FIELDS
from api.pages.tongue import Tongue
from application.feeds import Entry
from domain.fields import UUID
from domain.kernel import Words
from domain.sharing.fields import SharedField

YES, NO = ("ya", "yes"), ("tidak", "no")
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
QUARTER: Final = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)
ROMAN: Final = ("I", "II", "III", "IV")
PARTS: Final[Mapping[str, Words]] = {
    "since": ("sejak", "since"),
    "standing": ("keadaan", "standing"),
    "held": ("diadakan", "held"),
    "attended": ("dihadiri", "attended"),
    "unit": ("satuan", "counted in"),
    "on": ("pada", "on"),
    "verified": ("diperiksa, bulan", "verified, month"),
    "outcome": ("hasil", "outcome"),
    "grade": ("kelas", "grade"),
    "handed_over_on": ("diserahkan pada", "handed over on"),
    "granted_from": ("diberikan mulai", "granted from"),
    "granted_until": ("diberikan sampai", "granted until"),
    "revoked_on": ("dicabut pada", "revoked on"),
    "ended_on": ("berakhir pada", "ended on"),
    "last_report": ("lapor terakhir", "last report"),
    "next_report": ("lapor berikutnya", "next report"),
    "guidance_until": ("dibimbing sampai", "guided until"),
    "probation_end": ("masa percobaan sampai", "probation until"),
    "stages": ("tahap", "stages"),
    "received_on": ("diterima pada", "received on"),
    "respond_by": ("dijawab paling lambat", "to be answered by"),
    "answer": ("jawaban", "answer"),
    "answered_on": ("dijawab pada", "answered on"),
    "activities": ("kegiatan", "activities"),
    "finished_on": ("selesai pada", "finished on"),
}
WORDS: Final[Mapping[str, Words]] = {
    "seated": ("mendapat tempat", "seated"),
    "suspended": ("berhenti sementara", "suspended"),
    "completed": ("selesai", "completed"),
    "not_completed": ("tidak selesai", "not completed"),
    "withdrawn": ("mundur", "withdrawn"),
    "attendance": ("kehadiran", "attendance"),
    "competence": ("kompetensi", "competence"),
    "hours": ("jam", "hours"),
    "sessions": ("pertemuan", "sessions"),
    "now": ("sekarang", "now"),
    "final": ("tetap", "final"),
    "conditional": ("bersyarat", "conditional"),
    "accepted": ("diterima", "accepted"),
    "declined": ("ditolak", "declined"),
    "passed": ("lulus", "passed"),
    "failed": ("tidak lulus", "failed"),
    "employee": ("karyawan", "employee"),
}
"""Words of lists that a record holds; one that is not here is read as it is stored."""


def record_of(
    entry: Entry, fields: Sequence[SharedField], tongue: Tongue, names: Names
) -> Mapping[str, Any]:
    """Return one record as the desk draws it; what it does not hold is left out."""
    data = entry.data or {}
    short, long = [], []
    for field in fields:
        value = data.get(field.value)
        if field is SharedField.FULL_NAME or value in (None, [], {}):
            continue
        label = tongue.words(FIELDS[field])
        if isinstance(value, list | dict):
            long.append((label, lines_of(value, tongue, names)))
        else:
            short.append((label, text_of(value, tongue, names)))
    name = data.get(SharedField.FULL_NAME.value)
    return {"pseudonym": entry.pseudonym, "name": name, "short": short, "long": long}


def lines_of(value: Any, tongue: Tongue, names: Names) -> list[str]:
    """Return a list, or one value of several parts, a line for each."""
    if isinstance(value, list):
        return [line for one in value for line in lines_of(one, tongue, names)]
    if isinstance(value, dict):
        said = ((name, text_of(one, tongue, names)) for name, one in value.items())
        return [" · ".join(f"{_label(name, tongue)}: {text}" for name, text in said if text)]
    return [text_of(value, tongue, names)]


def text_of(value: Any, tongue: Tongue, names: Names) -> str:
    """Return a value in one line; nothing of an id, which says nothing to people."""
    match value:
        case None:
            return ""
        case bool():
            return tongue.words(YES if value else NO)
        case int():
            return str(value)
        case list():
            return "; ".join(text_of(one, tongue, names) for one in value)
        case dict():
            return " ".join(filter(None, (text_of(one, tongue, names) for one in value.values())))
        case _:
            return _word(str(value), tongue, names)


def _word(text: str, tongue: Tongue, names: Names) -> str:
    """Return a text of a record: a day, a name for a code, a word of a list, or as it is."""
    if re.fullmatch(UUID, text, re.ASCII):
        return ""
    if DAY.fullmatch(text):
        return tongue.day(date.fromisoformat(text))
    if quarter := QUARTER.fullmatch(text):
        return tongue(f"triwulan {ROMAN[int(quarter[2]) - 1]} {quarter[1]}", text)
    if words := WORDS.get(text) or labels.VALUES.get(text):
        return tongue.words(words)
    named = names.of(text)
    return labels.spaced(text) if named == text and re.fullmatch(r"[a-z_]+", text) else named


def _label(name: str, tongue: Tongue) -> str:
    return tongue.words(PARTS.get(name) or labels.of_field(name))

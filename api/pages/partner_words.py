"""What an agency reads on its desk: how an agreement stands, what a field holds, what was sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from api.pages import labels
from api.pages.names import Names
from api.pages.tongue import Tongue
from domain.kernel import Words
from domain.sharing.fields import SharedField
from domain.sharing.scope import TAIL, Because, Scope, Standing
from domain.time import Zone

FIELDS: Final[Mapping[SharedField, Words]] = {
    SharedField.FULL_NAME: ("Nama", "Name"),
    SharedField.NISN: ("NISN", "NISN"),
    SharedField.SEX: ("Jenis kelamin", "Sex"),
    SharedField.AGE_BAND: ("Kelompok umur", "Age band"),
    SharedField.DOMICILE: ("Domisili", "Domicile"),
    SharedField.PROGRAMME: ("Program", "Programme"),
    SharedField.ATTENDANCE: ("Kehadiran", "Attendance"),
    SharedField.LEVEL: ("Jenjang", "Level"),
    SharedField.RESULT: ("Hasil ujian", "Exam result"),
    SharedField.IJAZAH: ("Ijazah", "Ijazah"),
    SharedField.SKILL: ("Keterampilan", "Skill"),
    SharedField.CERTIFICATE: ("Sertifikat", "Certificate"),
    SharedField.AVAILABILITY: ("Perkiraan tersedia", "Expected availability"),
    SharedField.PLACEMENT: ("Penempatan kerja", "Job placement"),
    SharedField.BUSINESS: ("Usaha", "Business"),
    SharedField.PARTICIPANT_KIND: ("Jenis peserta", "Kind of participant"),
    SharedField.RELEASE: ("Bebas", "Release"),
    SharedField.INTEGRATION: ("Integrasi", "Integration"),
    SharedField.SUPERVISION: ("Pembimbingan", "Supervision"),
    SharedField.REFERRAL: ("Rujukan", "Referral"),
    SharedField.COUNTS: ("Jumlah", "Counts"),
}
PARTS: Final[Mapping[str, Words]] = {
    "units": ("unit", "units"),
    "regions": ("wilayah", "regions"),
    "programme_kinds": ("jenis program", "kinds of programme"),
    "participant_kinds": ("jenis peserta", "kinds of participant"),
    "fields": ("bidang yang boleh dilihat instansi ini", "fields that this agency may see"),
}
NOTHING: Final[Words] = ("tidak ada yang dibagikan", "nothing is shared")
YES, NO = ("ya", "yes"), ("tidak", "no")


def standing_words(scope: Scope, standing: Standing, tongue: Tongue, zone: Zone) -> str:
    """Return how an agreement stands with an agency, and why nothing is shared where it is so."""
    said = tongue.words(_because(scope, standing, tongue, zone))
    return said if standing.shares else f"{said}: {tongue.words(NOTHING)}"


def _because(scope: Scope, standing: Standing, tongue: Tongue, zone: Zone) -> Words:
    """Return in both languages why it stands so; days are written in the reader's."""
    since = _day(standing.since, zone, tongue)
    first = tongue.day(scope.valid_from) if scope.valid_from else "-"
    last = tongue.day(scope.valid_until) if scope.valid_until else None
    missing = ", ".join(tongue.words(PARTS[part]) for part in scope.missing)
    words: Mapping[Because, Words] = {
        Because.RUNNING: ("berjalan", "running"),
        Because.RESUMED: (f"berjalan lagi sejak {since}", f"running again since {since}"),
        Because.NOT_A_PARTY: ("instansi ini bukan pihak", "this agency is no party"),
        Because.NOTHING_NAMED: (f"tidak menyebut {missing}", f"it names no {missing}"),
        Because.NOT_SIGNED: ("belum ditandatangani", "not signed yet"),
        Because.NOT_STARTED: (
            "sudah ditandatangani, belum dijalankan",
            "signed, and not started yet",
        ),
        Because.NOT_YET_VALID: (f"baru berlaku pada {first}", f"not valid before {first}"),
        Because.SUSPENDED: (f"ditangguhkan sejak {since}", f"suspended since {since}"),
        Because.ENDED: (f"berakhir pada {since}", f"ended on {since}"),
        Because.EXPIRED: (f"berlaku sampai {last}", f"valid until {last}"),
    }
    if not standing.shares:
        if standing.because is Because.NOTHING_NAMED and scope.record is None:
            return ("jenis instansi ini tidak menerima data", "this kind of agency gets no data")
        return words[standing.because]
    indonesian, english = words[standing.because]
    if last is None:
        return f"{indonesian}, tanpa batas waktu", f"{english}, with no end set"
    return f"{indonesian}, berlaku sampai {last}", f"{english}, valid until {last}"


def tail_words(standing: Standing, tongue: Tongue, zone: Zone) -> str | None:
    """Return until when the feed still says who was withdrawn, where nothing is shared any more."""
    if standing.shares or standing.since is None:
        return None
    until = tongue.day((standing.since + TAIL).astimezone(zone.offset).date())
    return tongue(
        f"Umpan masih menyebut siapa yang ditarik, tanpa isi, sampai {until}.",
        f"The feed still says who was withdrawn, without data, until {until}.",
    )


def _day(at: datetime | None, zone: Zone, tongue: Tongue) -> str:
    return tongue.day(at.astimezone(zone.offset).date()) if at else "-"


def lines_of(value: Any, tongue: Tongue, names: Names) -> list[str]:
    """Return a field's value as people read it, a line for each part of a list."""
    if value is None or value in ([], {}):
        return []
    if isinstance(value, list):
        return [line for one in value for line in lines_of(one, tongue, names)]
    if isinstance(value, dict):
        said = ((name, _text(one, tongue, names)) for name, one in value.items())
        return [" · ".join(f"{labels.spaced(name)}: {text}" for name, text in said if text)]
    return [_text(value, tongue, names)]


def _text(value: Any, tongue: Tongue, names: Names) -> str:
    match value:
        case None | [] | {}:
            return ""
        case bool():
            return tongue.words(YES if value else NO)
        case int():
            return tongue.number(value)
        case list():
            return ", ".join(_text(one, tongue, names) for one in value)
        case dict():
            return ", ".join(f"{name} {_text(one, tongue, names)}" for name, one in value.items())
        case _:
            return tongue.words(labels.VALUES.get(str(value)) or (names.of(str(value)),) * 2)

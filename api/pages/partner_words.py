"""What an agency reads of an agreement: how it stands with it, and what its fields are called."""

from collections.abc import Mapping
from typing import Final

from api.pages.tongue import Tongue
from api.scope_answers import MISSING, WHY
from domain.kernel import Words
from domain.sharing.fields import SharedField
from domain.sharing.scope import Because, Scope, Standing
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
NOTHING: Final[Words] = ("tidak ada yang dibagikan", "nothing is shared")


def standing_words(scope: Scope, standing: Standing, tongue: Tongue, zone: Zone) -> str:
    """Return how an agreement stands with an agency, and why nothing is shared where it is so."""
    said = tongue.words(WHY[standing.because])
    if standing.because is Because.NOTHING_NAMED:
        parts = scope.missing if scope.record else ("kind",)
        said = "; ".join(tongue.words(MISSING[part]) for part in parts)
    if when := _when(scope, standing, tongue, zone):
        said = f"{said}, {when}"
    return said if standing.shares else f"{said}: {tongue.words(NOTHING)}"


def _when(scope: Scope, standing: Standing, tongue: Tongue, zone: Zone) -> str | None:
    """Return the day that matters to how it stands, if there is one."""
    if standing.shares:
        if scope.valid_until is None:
            return tongue("tanpa batas waktu", "with no end set")
        last = tongue.day(scope.valid_until)
        return tongue(f"berlaku sampai {last}", f"valid until {last}")
    if standing.because is Because.NOT_YET_VALID and scope.valid_from:
        first = tongue.day(scope.valid_from)
        return tongue(f"mulai {first}", f"from {first} on")
    if standing.since is None:
        return None
    since = tongue.day(standing.since.astimezone(zone.offset).date())
    return tongue(f"sejak {since}", f"since {since}")


def tail_words(standing: Standing, tongue: Tongue, zone: Zone) -> str | None:
    """Return until when the feed still says who was withdrawn, where nothing is shared any more."""
    ends = standing.since and standing.tail_ends(None)
    if ends is None:
        return None
    until = tongue.day(ends.astimezone(zone.offset).date())
    return tongue(
        f"Umpan masih menyebut siapa yang ditarik, tanpa isi, setidaknya sampai {until}.",
        f"The feed still says who was withdrawn, without data, until {until} at least.",
    )

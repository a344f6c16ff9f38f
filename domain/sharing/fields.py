"""What may be shared at all, field by field, and with which kind of agency.

An agreement lists fields by these words; an agency gets those that the agreement lists *and* that
its kind may ever have. Nothing else is built, so that nothing has to be taken out again. No kind of
agency has a field for an offence, a verdict or a sentence. Data minimisation: UU 27/2022 art. 16
(K+); which Dinas needs what is of the house, to be confirmed by a practitioner (K~).
"""

from collections.abc import Collection, Mapping
from enum import Enum
from typing import Final

from domain.kernel import ensure
from domain.registry import AgencyKind


class SharedField(Enum):
    """A word of an agreement's ``allowed_fields``."""

    FULL_NAME = "full_name"
    NISN = "nisn"
    SEX = "sex"
    AGE_BAND = "age_band"
    DOMICILE = "domicile"
    PROGRAMME = "programme"
    ATTENDANCE = "attendance"
    LEVEL = "level"
    RESULT = "result"
    IJAZAH = "ijazah"
    SKILL = "skill"
    CERTIFICATE = "certificate"
    AVAILABILITY = "availability"
    PLACEMENT = "placement"
    BUSINESS = "business"
    PARTICIPANT_KIND = "participant_kind"
    RELEASE = "release"
    INTEGRATION = "integration"
    SUPERVISION = "supervision"
    REFERRAL = "referral"
    COUNTS = "counts"


class RecordKind(Enum):
    """What an agency sees: a record for each person of one of these kinds, or counts alone."""

    LEARNER = "learner"
    TRAINEE = "trainee"
    ENTREPRENEUR = "entrepreneur"
    READER = "reader"
    RELEASED = "released"
    CLIENT = "client"
    COUNTS = "counts"


def known_fields(words: Collection[str], field: str) -> None:
    """Refuse a list with a word that is no `SharedField`; ``field`` is what holds the list.

    The word itself is not repeated: it may be anything, a name too.
    """
    unknown = len(set(words) - {one.value for one in SharedField})
    there_are = ", ".join(one.value for one in SharedField)
    ensure(
        not unknown,
        "agreement.unknown_field",
        article="UU 27/2022 art. 16",
        because=(
            f"{unknown} bidang tidak dikenal; yang ada: {there_are}",
            f"fields that are not known: {unknown}; there are: {there_are}",
        ),
        field=field,
    )


WHO: Final = frozenset(
    {SharedField.FULL_NAME, SharedField.SEX, SharedField.AGE_BAND, SharedField.DOMICILE}
)
TAKING_PART: Final = frozenset({SharedField.PROGRAMME, SharedField.ATTENDANCE})
FIELDS: Final[Mapping[RecordKind, frozenset[SharedField]]] = {
    RecordKind.LEARNER: WHO
    | TAKING_PART
    | {SharedField.NISN, SharedField.LEVEL, SharedField.RESULT, SharedField.IJAZAH},
    RecordKind.TRAINEE: WHO
    | TAKING_PART
    | {
        SharedField.SKILL,
        SharedField.CERTIFICATE,
        SharedField.AVAILABILITY,
        SharedField.PLACEMENT,
    },
    RecordKind.ENTREPRENEUR: WHO
    | TAKING_PART
    | {SharedField.SKILL, SharedField.CERTIFICATE, SharedField.BUSINESS},
    RecordKind.READER: WHO | TAKING_PART,
    RecordKind.RELEASED: WHO
    | {
        SharedField.PARTICIPANT_KIND,
        SharedField.RELEASE,
        SharedField.INTEGRATION,
        SharedField.REFERRAL,
    },
    RecordKind.CLIENT: WHO
    | {
        SharedField.PARTICIPANT_KIND,
        SharedField.RELEASE,
        SharedField.INTEGRATION,
        SharedField.SUPERVISION,
    },
    RecordKind.COUNTS: frozenset({SharedField.COUNTS}),
}
"""The most that a record of each kind may ever hold."""
RECORD_OF: Final[Mapping[AgencyKind, RecordKind]] = {
    AgencyKind.DINAS_PENDIDIKAN: RecordKind.LEARNER,
    AgencyKind.PKBM: RecordKind.LEARNER,
    AgencyKind.DINAS_KETENAGAKERJAAN: RecordKind.TRAINEE,
    AgencyKind.BPVP: RecordKind.TRAINEE,
    AgencyKind.LSP: RecordKind.TRAINEE,
    AgencyKind.DISKOUMPERINDAG: RecordKind.ENTREPRENEUR,
    AgencyKind.DINAS_PERTANIAN: RecordKind.ENTREPRENEUR,
    AgencyKind.DINAS_PERIKANAN: RecordKind.ENTREPRENEUR,
    AgencyKind.DINAS_PERPUSTAKAAN: RecordKind.READER,
    AgencyKind.POLRES: RecordKind.RELEASED,
    AgencyKind.BAPAS: RecordKind.CLIENT,
    AgencyKind.PEMDA: RecordKind.COUNTS,
}
"""What a kind of agency sees. One that is not here sees nothing, whatever an agreement says."""

"""What a skill training proved: an assessment, and the two kinds of certificate.

A certificate of attendance says that a training was completed. A certificate of competence says
that an assessor found the person *kompeten* in a scheme, and until when that counts (UU 13/2003
art. 18, K+; issued by an LSP under BNSP, three years as a rule, V). Without the assessment there is
no competence to certify: what was only attended cannot be proved formally, which is what the Medan
agreement is about. The form of certificate numbers is configuration (K~) and not looked into.
These are events of the chapter `domain.skill_training`.
"""

from datetime import date
from enum import Enum
from typing import Annotated, Final, assert_never

from domain.fields import Line, ProgrammeId
from domain.kernel import Event, Open, Personal, Range, Value, ensure, replace

KkniLevel = Annotated[int, Range(least=1, most=9)]
"""Level of the national qualifications framework (KKNI, K~)."""


class Competence(Enum):
    """What the assessor found (K / BK)."""

    KOMPETEN = "kompeten"
    BELUM_KOMPETEN = "belum_kompeten"


class Assessed(Event, stored_as="skill_training.assessed"):
    """An assessor found the person competent in a scheme or not yet. A later finding replaces."""

    programme: Open[ProgrammeId]
    result: Open[Competence]
    issuer: Open[Line]
    scheme: Open[Line]


class AttendanceCertified(Event, stored_as="skill_training.attendance_certified"):
    """A certificate says that the training was attended to its end. It proves no competence."""

    programme: Open[ProgrammeId]
    number: Personal[Line]
    issuer: Open[Line]
    issued_on: Open[date]


class CompetenceCertified(Event, stored_as="skill_training.competence_certified"):
    """A certificate says that the person is competent in a scheme, for a time."""

    programme: Open[ProgrammeId]
    issuer: Open[Line]
    scheme: Open[Line]
    number: Personal[Line]
    level: Open[KkniLevel | None]
    issued_on: Open[date]
    valid_until: Open[date]


Proof = Assessed | AttendanceCertified | CompetenceCertified


class Proofs(Value):
    """The last finding by scheme, and the certificates by number."""

    assessed: dict[str, Assessed]
    attendance: dict[str, AttendanceCertified]
    competence: dict[str, CompetenceCertified]

    def competent_in(self, scheme: str) -> bool:
        """Whether the last finding in the scheme is *kompeten*."""
        found = self.assessed.get(scheme)
        return found is not None and found.result is Competence.KOMPETEN


COMPETENCE: Final = "UU 13/2003 art. 18"
PAPERS: Final = "Kaidah Jejak: tanggal surat"


def ensure_certificate(proofs: Proofs, proposed: AttendanceCertified | CompetenceCertified) -> None:
    """Refuse impossible dates, and a certificate of a competence that nobody found."""
    ensure(
        proposed.issued_on <= proposed.effective.day,
        "skill_training.issued_later",
        article=PAPERS,
        because=(
            "tanggal sertifikat sesudah tanggal kejadian ini",
            "the certificate bears a date after that of this event",
        ),
        field="issued_on",
    )
    if isinstance(proposed, AttendanceCertified):
        return
    ensure(
        proposed.issued_on < proposed.valid_until,
        "skill_training.validity_reversed",
        article=PAPERS,
        because=(
            "masa berlaku sertifikat harus berakhir sesudah tanggal terbit",
            "a certificate must be valid until a day after it was issued",
        ),
        field="valid_until",
    )
    ensure(
        proofs.competent_in(proposed.scheme),
        "skill_training.not_competent",
        article=COMPETENCE,
        because=(
            "belum ada asesmen dengan hasil kompeten pada skema ini",
            "no assessment found the person competent in this scheme",
        ),
    )


def proved(proofs: Proofs, event: Proof) -> Proofs:
    """Add the finding or the certificate."""
    match event:
        case Assessed():
            return replace(proofs, assessed=proofs.assessed | {event.scheme: event})
        case AttendanceCertified():
            return replace(proofs, attendance=proofs.attendance | {event.number: event})
        case CompetenceCertified():
            return replace(proofs, competence=proofs.competence | {event.number: event})
        case _:
            assert_never(event)

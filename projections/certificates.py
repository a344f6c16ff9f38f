"""Certificates: of attendance, of competence, and ijazah, which never stand for one another."""

from datetime import date
from enum import Enum

from domain.certification import AttendanceCertified, CompetenceCertified
from domain.ijazah import IjazahIssued
from domain.kernel import Open, Personal
from domain.record import Recorded
from projections.dated import Dated, amended
from projections.kernel import Projection, Scope


class CertificateKind(Enum):
    """What a certificate proves: having been there, being able to, or schooling."""

    ATTENDANCE = "attendance"
    COMPETENCE = "competence"
    IJAZAH = "ijazah"


class Certificate(Dated):
    """One certificate; issued again for the same training and scheme, the newer one.

    ``level`` is the KKNI's. Which Paket an ijazah is of stands in the education register.
    """

    case: Open[str]
    person: Open[str]
    kind: Open[CertificateKind]
    programme: Open[str | None]
    number: Personal[str | None]
    issuer: Open[str | None]
    scheme: Open[str | None]
    level: Open[int | None]
    issued_on: Open[date | None]
    valid_until: Open[date | None]
    sha256: Open[str | None]


def key(page: Recorded) -> str | None:
    """Return which certificate a page is about, without its number."""
    case = page.stream.key
    match page.event:
        case AttendanceCertified() as event:
            return f"{case}/{event.programme}/attendance"
        case CompetenceCertified() as event:
            return f"{case}/{event.programme}/competence/{event.scheme}"
        case IjazahIssued() as event:
            return f"{case}/ijazah/{event.sha256}"
        case _:
            return None


def _blank(page: Recorded, kind: CertificateKind) -> Certificate:
    return Certificate(
        told=(),
        case=page.stream.key,
        person=page.subject,
        kind=kind,
        programme=None,
        number=None,
        issuer=None,
        scheme=None,
        level=None,
        issued_on=None,
        valid_until=None,
        sha256=None,
    )


def evolve(row: Certificate | None, page: Recorded) -> Certificate | None:
    """Write the certificate."""
    match page.event:
        case AttendanceCertified() as event:
            return amended(
                row or _blank(page, CertificateKind.ATTENDANCE),
                page,
                "certificate",
                programme=event.programme,
                number=event.number,
                issuer=event.issuer,
                issued_on=event.issued_on,
            )
        case CompetenceCertified() as event:
            return amended(
                row or _blank(page, CertificateKind.COMPETENCE),
                page,
                "certificate",
                programme=event.programme,
                number=event.number,
                issuer=event.issuer,
                scheme=event.scheme,
                level=event.level,
                issued_on=event.issued_on,
                valid_until=event.valid_until,
            )
        case IjazahIssued() as event:
            return amended(
                row or _blank(page, CertificateKind.IJAZAH),
                page,
                "certificate",
                number=event.number,
                issued_on=event.issued_on,
                sha256=event.sha256,
            )
        case _:
            return row


CERTIFICATES = Projection(
    name="certificates",
    version=1,
    row=Certificate,
    events=(AttendanceCertified, CompetenceCertified, IjazahIssued),
    key=key,
    evolve=evolve,
    scope=Scope.CASE,
    within_stream=True,
    subject="person",
)

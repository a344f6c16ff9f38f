"""Drafts to write by hand, where a test is about the ledger and not about a chapter."""

from scenario import on
from uuid_utils import uuid7

from application.ledger import BEGINNING, Head
from domain.conduct import ConductAssessed, DisciplineBegan, DisciplineLevel, Predicate
from domain.record import Actor, Draft, Evidence, StreamId

ACTOR = Actor(id="wali-7", role="caseworker", unit="RUTAN-MEDAN", agency=None, on_behalf_of=None)
SECRET = "Menyimpan telepon genggam milik Budi Fiktif"


def stream(key="1"):
    return StreamId(kind="case", key=key)


def assessed(month="2025-07"):
    return ConductAssessed(
        effective=on("2025-08-01"),
        month=month,
        score=82,
        predicate=Predicate.BAIK,
        risk_declined=True,
    )


def began():
    return DisciplineBegan(
        effective=on("2025-08-02"),
        measure="F-1",
        level=DisciplineLevel.BERAT,
        offence=SECRET,
        document="BA.F/1",
    )


def draft(event, *, to=None, version=1, key=None, reason=None):
    return Draft(
        event=event,
        stream=to or stream(),
        version=version,
        event_id=str(uuid7()),
        subject="person-1",
        actor=ACTOR,
        purpose="pembinaan",
        reason=reason,
        evidence=(Evidence(number="BA/9 Budi Fiktif", date=None, sha256="a" * 64),),
        correlation_id="c-1",
        causation_id=None,
        idempotency_key=key,
    )


def write(ledger, *drafts, heads=None, command=None):
    heads = heads or {d.stream: Head(version=0, hash=BEGINNING) for d in drafts}
    return ledger.append(drafts, heads=heads, actor=ACTOR.id, command=command)

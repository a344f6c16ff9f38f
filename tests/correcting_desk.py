"""A unit that records, asks for corrections and approves them, over the ledger of one test."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count

from pages import ACTOR
from scenario import on
from uuid_utils import uuid7

from application.append import Append, Proposal, Request
from application.correcting import Correcting, Wanted
from application.journeys import NOW, Journeys
from application.standing import corrections_of, review_of
from domain import certification, programme, skill_training
from domain.admission import AdmissionReason, Religion
from domain.correction import CorrectionKind, ReasonCode
from domain.custody import CustodyAdmitted
from domain.person import PersonRegistered, Sex, Verification
from domain.record import StreamId
from domain.skill_training import TrainerKind

MEDAN = "RUTAN-MEDAN"
RATNA = replace(ACTOR, id="ratna")
SITI = replace(ACTOR, id="siti", role="supervisor")


def now():
    return datetime.now(UTC)


def new_id():
    return str(uuid7())


class Desk:
    """Everybody who writes in this test."""

    def __init__(self, ledger) -> None:
        self.ledger = ledger
        self.append = Append(ledger=ledger, new_id=new_id, now=now)
        self.correcting = Correcting(append=self.append, pages=ledger)
        self.exchanges = count(1)

    def tell(self, stream, *events, actor=RATNA):
        """Record facts, and return their ids in order."""
        said = [Proposal(stream=stream, event=e, evidence=(), reason=None) for e in events]
        receipt = self.append(self.request(*said, actor=actor))
        return [written.event_id for written in receipt.written if written.stream == stream]

    def request(self, *proposals, actor=RATNA):
        return Request(
            proposals=proposals,
            expected={},
            actor=actor,
            purpose="pembinaan",
            correlation_id=f"c-{next(self.exchanges)}",
            command=None,
        )

    def ask(self, stream, kind, *events, to=None, content=None, actor=RATNA):
        """Ask for a correction, and return its id."""
        wanted = Wanted(
            stream=stream,
            kind=kind,
            events=events,
            to=to.key if to else None,
            content=content,
            reason_code=ReasonCode.TYPING_ERROR,
            explanation="Salah ketik",
            evidence=(),
        )
        receipt = self.correcting.request(wanted, self.request(actor=actor))
        return receipt.written[0].event_id

    def approve(self, correction, actor=SITI):
        return self.correcting.approve(correction, self.request(actor=actor))

    def void(self, stream, *events):
        return self._done(self.ask(stream, CorrectionKind.VOID, *events))

    def correct(self, stream, event, content):
        return self._done(self.ask(stream, CorrectionKind.CORRECT, event, content=content))

    def move(self, stream, to, *events):
        return self._done(self.ask(stream, CorrectionKind.MOVE, *events, to=to))

    def _done(self, correction):
        self.approve(correction)
        return correction

    def history(self, stream, moment=NOW):
        return Journeys(self.ledger, now)(stream, moment)

    def facts(self, stream, moment=NOW):
        """What stands of a stream, in order of effect."""
        return [page.event for page in self.history(stream, moment).pages]

    def state(self, stream, chapter):
        return self.history(stream).journey[chapter]

    def corrections(self, stream):
        return corrections_of(self.ledger.read(stream))

    def items(self, stream):
        return list(review_of(self.ledger.read(stream)).items.values())

    def open_items(self, stream):
        """What is open, by the rule that says so."""
        return [item.raised.code for item in self.items(stream) if not item.resolved]

    def fact(self, stream, kind):
        """The id of the first fact of a type."""
        pages = self.ledger.read(stream)
        return next(page.event_id for page in pages if type(page.event) is kind)

    def case(self, name="Budi Fiktif", religion=Religion.ISLAM, day="2024-01-10"):
        """Open a case of somebody new."""
        person, case = new_id(), StreamId(kind="case", key=new_id())
        self.tell(StreamId(kind="person", key=person), registered(name))
        self.tell(case, admitted(person, name, religion, day))
        return case

    def programme(self, capacity=20, key=None):
        stream = StreamId(kind="programme", key=key or new_id())
        self.tell(stream, opened(capacity))
        return stream

    def train(self, case, to):
        """Record a whole training, to its certificate of attendance."""
        self.tell(case, applied(to))
        return self.tell(case, *course(to))


def registered(name):
    return PersonRegistered(
        effective=on("2024-01-10"),
        full_name=name,
        sex=Sex.MALE,
        birth_date=date(1990, 3, 12),
        birth_place=None,
        nationality="ID",
        nik=None,
        nik_verification=Verification.MISSING,
    )


def admitted(person, name="Budi Fiktif", religion=Religion.ISLAM, day="2024-01-10"):
    return CustodyAdmitted(
        effective=on(day),
        person=person,
        unit=MEDAN,
        reason=AdmissionReason.PENAHANAN,
        full_name=name,
        sex=Sex.MALE,
        birth_date=date(1990, 3, 12),
        religion=religion,
        domicile="12.71",
    )


def opened(capacity):
    return programme.ProgrammeOpened(
        effective=on("2025-02-01"),
        kind=programme.ProgrammeKind.PELATIHAN_KETERAMPILAN,
        title="Barbershop",
        unit=MEDAN,
        provider="LPK Fiktif",
        provider_kind=programme.ProviderKind.UMKM,
        certified=True,
        scheme="Barber",
        capacity=capacity,
        agreement=None,
        starts=date(2025, 3, 1),
        ends=None,
        eligible_domiciles=("12.71",),
        asset=None,
    )


def applied(to, day="2025-02-10"):
    return skill_training.Applied(effective=on(day), programme=to.key, agreement=None)


def course(to):
    """What is recorded of a training after its application."""
    return (
        skill_training.SuitabilityDecided(
            effective=on("2025-02-12"), programme=to.key, suitable=True, facts=(), reason=None
        ),
        skill_training.Started(
            effective=on("2025-03-01"),
            programme=to.key,
            trainer_kind=TrainerKind.UMKM,
            trainer_organisation="LPK Fiktif",
        ),
        skill_training.Completed(effective=on("2025-05-30"), programme=to.key),
        certification.AttendanceCertified(
            effective=on("2025-06-05"),
            programme=to.key,
            number="S-1/2025",
            issuer="LPK Fiktif",
            issued_on=date(2025, 6, 5),
        ),
    )

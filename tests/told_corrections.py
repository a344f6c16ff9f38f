"""Corrections asked for and approved by hand, where a test is about what is read afterwards."""

from dataclasses import dataclass, replace

from uuid_utils import uuid7

from application.append import Request
from application.correcting import Wanted
from domain.correction import CorrectionKind, ReasonCode
from domain.record import Actor, Evidence, StreamId

WHY = "Tertukar dengan Budi Rahasia"
DOCUMENT = Evidence(number="BA/77 Rahasia", date=None, sha256="b" * 64)


def actor(user, role="supervisor", unit="RUTAN-MEDAN"):
    return Actor(id=user, role=role, unit=unit, agency=None, on_behalf_of=None)


@dataclass(frozen=True)
class Hands:
    """Two people who correct: one asks, the other approves."""

    services: object

    def said(self, user):
        return Request(
            proposals=(),
            expected={},
            actor=actor(user),
            purpose="pembinaan",
            correlation_id=str(uuid7()),
            command=None,
        )

    def pages(self, case, kind="case"):
        return self.services.ledger.read(StreamId(kind=kind, key=case))

    def fact(self, case, name, nth=-1, kind="case"):
        return [one for one in self.pages(case, kind) if one.event.stored_as == name][nth]

    def ask(self, page, kind, *, to=None, content=None, events=()):
        wanted = Wanted(
            stream=page.stream,
            kind=CorrectionKind(kind),
            events=(page.event_id, *events),
            to=to,
            content=content,
            reason_code=ReasonCode.WRONG_PERSON if to else ReasonCode.TYPING_ERROR,
            explanation=WHY,
            evidence=(DOCUMENT,),
        )
        receipt = self.services.correcting.request(wanted, self.said("wali-7"))
        return receipt.written[0].event_id

    def approve(self, correction):
        self.services.correcting.approve(correction, self.said("penyelia-2"))
        return correction

    def void(self, page):
        return self.approve(self.ask(page, "void"))

    def correct(self, page, **changes):
        content = replace(page.event, **changes)
        return self.approve(self.ask(page, "correct", content=content))

    def move(self, page, to):
        return self.approve(self.ask(page, "move", to=to))

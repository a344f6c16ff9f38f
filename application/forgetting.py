"""Forgetting somebody: the decision is recorded, and then the keys that it names are destroyed.

Only a decision that is on record destroys anything, and every one that is on record does: if the
process dies in between, whoever opens the house next, or is at work in it, does what is left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from application.append import Append, Proposal, Request
from application.deliberation import admit_all
from application.evidence import EvidenceStore
from application.ledger import Ledger, Receipt
from application.records import read_by, records_of
from domain.fields import Ref, Sha256
from domain.forgetting import ForgettingBasis
from domain.forgotten import streams_of
from domain.kernel import Event, Value
from domain.person import PersonForgotten
from domain.record import Recorded, StreamId
from domain.referral import GuardianConsented, Party, ReferralForgotten
from domain.time import Effective

PURPOSE: Final = "pemusnahan"
"""What an envelope says that it was for: the law's word for destroying."""


class Grounds(Value):
    """Why somebody is forgotten: who decided it, and in which document. No personal data."""

    basis: ForgettingBasis
    decided_by: Ref
    decision: Ref
    document: Sha256 | None


class PartyGrounds(Grounds):
    """The same of a referral: the youth with the guardian, or the guardian alone."""

    party: Party


class Decision(Value):
    """That somebody is forgotten: the person, or a party to the referral, of a stream."""

    stream: StreamId
    grounds: Grounds
    effective: Effective

    @property
    def party(self) -> Party:
        """Return who it is of a referral; a person is nobody's guardian."""
        return self.grounds.party if isinstance(self.grounds, PartyGrounds) else Party.YOUTH


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Records a decision and has it carried out. ``settle`` destroys what is on record."""

    append: Append
    ledger: Ledger
    evidence: EvidenceStore
    settle: Callable[[], object]

    def __call__(self, decision: Decision, request: Request) -> Receipt:
        """Forget, for good; ``request`` says who asks for it, and proposes nothing else.

        Whoever has several records, by their merges, is forgotten in all of them at once. Raises
        `Refused` where it may not be, and `Conflict`.
        """
        receipt = self.append(self._whole(decision, request))
        self.settle()
        return receipt

    def ensure(self, decision: Decision, request: Request) -> None:
        """Raise what forgetting would raise now, and record nothing.

        For whoever has something to store first, of which nothing may be left by a refusal.
        """
        admit_all(self.append.deliberation(self._whole(decision, request)))

    def _whole(self, decision: Decision, request: Request) -> Request:
        event = self.event(decision)
        records = records_of(decision.stream, read_by(self.ledger.read))
        proposals = (
            Proposal(stream=record, event=event, evidence=(), reason=None) for record in records
        )
        return replace(request, proposals=tuple(proposals))

    def event(self, decision: Decision) -> Event:
        """Return what is to be recorded, with the documents that go as well."""
        grounds = decision.grounds
        said: dict[str, Any] = {
            "effective": decision.effective,
            "basis": grounds.basis,
            "decided_by": grounds.decided_by,
            "decision": grounds.decision,
            "document": grounds.document,
            "documents": self._documents(decision, pages_about(self.ledger, decision.stream)),
        }
        if decision.stream.kind == "referral":
            return ReferralForgotten(party=decision.party, **said)
        return PersonForgotten(**said)

    def _documents(self, decision: Decision, pages: Sequence[Recorded]) -> tuple[str, ...]:
        """Return the documents that nobody else's pages name; of a guardian, only the consent."""
        consents = [page.event for page in pages if isinstance(page.event, GuardianConsented)]
        named = {event.sha256 for event in consents if event.sha256}
        if decision.party is Party.YOUTH:
            named |= {item.sha256 for page in pages for item in page.evidence if item.sha256}
        named.discard(decision.grounds.document or "")
        streams = {page.stream for page in pages}
        return tuple(sorted(named - self.evidence.named_elsewhere(named, streams)))


def pages_about(ledger: Ledger, stream: StreamId) -> Sequence[Recorded]:
    """Return the pages of a stream, and of those that it says to be about the same subject."""
    records = records_of(stream, read_by(ledger.read))
    own = [page for record in records for page in ledger.read(record)]
    others = {other for page in own for other in streams_of(page)} - set(records)
    return [*own, *(page for other in others for page in ledger.read(other))]


def documents_to_destroy(
    ledger: Ledger, evidence: EvidenceStore, decided: Recorded
) -> tuple[str, ...]:
    """Return the documents that go with a decision on record.

    While it was made, somebody else's page may have named one of them: whatever the ledger has
    before the decision counts, so that this says the same whenever it is asked.
    """
    documents: tuple[str, ...] = getattr(decided.event, "documents", ())
    streams = {page.stream for page in pages_about(ledger, decided.stream)}
    kept = evidence.named_elsewhere(documents, streams, before=decided.position)
    return tuple(document for document in documents if document not in kept)

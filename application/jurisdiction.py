"""Who answers for a stream, and so who may see it and write to it. Nothing said is nobody."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from application.ledger import Ledger
from application.read_models import Access
from application.records import merges_in, records_of
from application.standing import standing
from application.timeline import in_order
from domain.agreement import AGREEMENT, AgreementProposed
from domain.batch_list import BatchDrafted
from domain.catalogue import ANNOTATIONS
from domain.custody import (
    CUSTODY,
    Custody,
    CustodyAdmitted,
    CustodyTakenOver,
    TransferReceived,
    TransferRefused,
)
from domain.holiday import HolidayFixed
from domain.kernel import Event, Journey, Value
from domain.person import CustodyBegan, CustodyEnded, PersonRegistered
from domain.programme import ProgrammeOpened
from domain.record import Actor, Draft, StreamId
from domain.referral import ReferralReceived
from domain.registry import AgencyNamed, UnitNamed, UserNamed

SAME: Final = 1_024
"""Jurisdictions of units that are told once: there are 532 in the country."""


class Jurisdiction(Value):
    """``owners`` are the units that answer for a stream, ``onlookers`` those that see it besides.

    ``everybody`` marks reference data without persons, which all of the service may see.
    """

    owners: frozenset[str]
    onlookers: frozenset[str]
    everybody: bool

    def seen_by(self, access: Access) -> bool:
        """Say whether a caller may see the stream."""
        if access.everywhere or self.everybody:
            return True
        units = access.units
        return not (self.owners.isdisjoint(units) and self.onlookers.isdisjoint(units))

    def written_by(self, access: Access, events: Iterable[Event]) -> bool:
        """Say whether a caller may propose events to it; a unit of destination only receives."""
        if access.everywhere or self.owners & access.units:
            return True
        receives = all(isinstance(event, TransferReceived | TransferRefused) for event in events)
        return receives and bool(self.onlookers & access.units)


NOBODY: Final = Jurisdiction(owners=frozenset(), onlookers=frozenset(), everybody=False)


def jurisdiction(
    ledger: Ledger, stream: StreamId, pages: Sequence[Draft], journey: Journey | None = None
) -> Jurisdiction:
    """Return who answers for a stream with this history; it may be known what that leads to.

    Where nothing that stands says so, what was first recorded does: whoever voided an opening by
    mistake can still see it, and take that back.
    """
    if journey is not None and CUSTODY in journey.states:
        found = _of_custody(journey[CUSTODY])
    else:
        found = OF[stream.kind](ledger, stream, standing(pages))
    if found.owners or found.onlookers or found.everybody:
        return found
    return OF[stream.kind](
        ledger, stream, [page for page in pages if not isinstance(page.event, ANNOTATIONS)]
    )


def of_opening(event: Event, actor: Actor) -> Jurisdiction | None:
    """Return who will answer for a stream that this event opens; `None` where it opens none."""
    match event:
        case (
            CustodyAdmitted()
            | CustodyTakenOver()
            | ProgrammeOpened()
            | UnitNamed()
            | ReferralReceived()
            | BatchDrafted()
        ):
            return owned_by(event.unit)
        case AgreementProposed():
            return of_draft(event)
        case PersonRegistered():
            return owned_by(actor.unit)
        case AgencyNamed() | UserNamed() | HolidayFixed():
            return NOBODY
        case _:
            return None


def _of_case(_: Ledger, __: StreamId, pages: Sequence[Draft]) -> Jurisdiction:
    told = [page for page in pages if isinstance(page.event, CUSTODY.events)]
    return _of_custody(CUSTODY.fold(in_order(told)))


def _of_custody(custody: Custody) -> Jurisdiction:
    return owned_by(custody.unit, onlooker=custody.destination)


def _of_programme(_: Ledger, __: StreamId, pages: Sequence[Draft]) -> Jurisdiction:
    opened = [event for event in in_order(pages) if isinstance(event, ProgrammeOpened)]
    return owned_by(*(event.unit for event in opened))


def _of_batch(_: Ledger, __: StreamId, pages: Sequence[Draft]) -> Jurisdiction:
    drafted = [event for event in in_order(pages) if isinstance(event, BatchDrafted)]
    return owned_by(*(event.unit for event in drafted))


def _of_agreement(_: Ledger, stream: StreamId, pages: Sequence[Draft]) -> Jurisdiction:
    draft = AGREEMENT.fold(in_order(pages)).draft
    return of_draft(draft)


def of_draft(draft: AgreementProposed | None) -> Jurisdiction:
    """Return who answers for an agreement: the units it names, or all of the service."""
    if draft is None:
        return NOBODY
    return replace(owned_by(*draft.units), everybody=not draft.units)


def _of_person(ledger: Ledger, stream: StreamId, pages: Sequence[Draft]) -> Jurisdiction:
    """Let whoever sees one record of a human being see all that are merged with it."""
    told = {stream: pages}
    for other in records_of(stream, lambda one: merges_in(told.get(one) or ledger.read(one))):
        if other not in told:
            told[other] = standing(ledger.read(other))
    return united(_of_record(ledger, of_one) for of_one in told.values())


def _of_record(ledger: Ledger, pages: Sequence[Draft]) -> Jurisdiction:
    """Let whoever sees one of the cases see the person; without a case, whoever registered."""
    held = (CustodyBegan, CustodyEnded)
    cases = {page.event.case for page in pages if isinstance(page.event, held)}
    if not cases:
        return owned_by(*_recorders(pages, PersonRegistered))
    streams = [StreamId(kind="case", key=key) for key in sorted(cases)]
    return united(jurisdiction(ledger, stream, ledger.read(stream)) for stream in streams)


def united(found: Iterable[Jurisdiction]) -> Jurisdiction:
    """Return the jurisdiction of all who answer for one of several."""
    several = list(found)
    return Jurisdiction(
        owners=frozenset().union(*(one.owners for one in several)),
        onlookers=frozenset().union(*(one.onlookers for one in several)),
        everybody=False,
    )


def _of_referral(ledger: Ledger, _: StreamId, pages: Sequence[Draft]) -> Jurisdiction:
    """Let those see a referral whom it was made to, and the units of the agreement it is under."""
    units: set[str] = set()
    for page in pages:
        if isinstance(page.event, ReferralReceived):
            units.add(page.event.unit)
            if page.event.agreement:
                agreement = StreamId(kind="agreement", key=page.event.agreement)
                units |= jurisdiction(ledger, agreement, ledger.read(agreement)).owners
    return owned_by(*units)


def _of_registry(_: Ledger, stream: StreamId, pages: Sequence[Draft]) -> Jurisdiction:
    kind, _slash, key = stream.key.partition("/")
    if kind == "user":  # a name: for the unit that recorded it
        return owned_by(*_recorders(pages, UserNamed))
    return replace(owned_by(key if kind == "unit" else None), everybody=True)


@lru_cache(SAME)
def owned_by(*units: str | None, onlooker: str | None = None) -> Jurisdiction:
    """Return the jurisdiction of these units, without those that are not there."""
    return Jurisdiction(
        owners=frozenset(filter(None, units)),
        onlookers=frozenset(filter(None, [onlooker])),
        everybody=False,
    )


def _recorders(pages: Sequence[Draft], kind: type[Event]) -> set[str | None]:
    return {page.actor.unit for page in pages if isinstance(page.event, kind)}


OF: Final[Mapping[str, Callable[[Ledger, StreamId, Sequence[Draft]], Jurisdiction]]] = {
    "case": _of_case,
    "person": _of_person,
    "programme": _of_programme,
    "agreement": _of_agreement,
    "referral": _of_referral,
    "remisi-batch": _of_batch,
    "registry": _of_registry,
    "policy": lambda *_: replace(NOBODY, everybody=True),
}

"""Scopes as the ledger says now: what each party of each agreement may see, and since when.

Whoever lets data out of the house asks here, at the moment of doing so, and keeps no answer: an
agreement that was suspended a moment ago shares nothing more, by whatever door.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from application.ledger import Ledger
from application.timeline import in_order
from application.units import Units
from domain.kernel import Event
from domain.record import StreamId
from domain.registry import AgencyKind, AgencyNamed
from domain.sharing.scope import Scope, Standing, compile_scope
from domain.time import Zone


class NoSuchScope(LookupError):
    """There is no such agreement, or the agency is no party to it: to the outside, 404."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """Compiles scopes. ``now`` gives an aware instant."""

    ledger: Ledger
    units: Units
    now: Callable[[], datetime]

    def scope(self, agreement: str, agency: str) -> Scope:
        """Return the scope of a party; raise `NoSuchScope`."""
        scope = self.scope_or_none_left(agreement, agency)
        if not scope.party:
            raise NoSuchScope
        return scope

    def scope_or_none_left(self, agreement: str, agency: str) -> Scope:
        """Return the scope of whoever is, was or never was a party.

        It is for who tells withdrawals: a party that a correction dropped has to hear of them.
        """
        pages = self.ledger.read(StreamId(kind="agreement", key=agreement))
        return scope_of(agreement, in_order(pages), agency, self.kind_of(agency))

    def kind_of(self, agency: str) -> AgencyKind | None:
        """Return what the registry says that an agency is by now; `None` for one it has not."""
        pages = self.ledger.read(StreamId(kind="registry", key=f"agency/{agency}"))
        now = self.now()
        named = [
            event
            for event in in_order(pages)
            if isinstance(event, AgencyNamed) and event.effective.instant <= now
        ]
        return named[-1].kind if named else None

    def zones(self, scope: Scope) -> Mapping[str, Zone]:
        """Return the zones of a scope's units; one that the registry does not know is left out."""
        found = {unit: self.units.zone_of(unit) for unit in scope.units}
        return {unit: zone for unit, zone in found.items() if zone is not None}

    def open_units(self, scope: Scope) -> Collection[str]:
        """Return the units whose people the scope shares at this moment."""
        at = self.now()
        zones = self.zones(scope)
        return frozenset(unit for unit, zone in zones.items() if scope.standing(zone, at).shares)

    def standing(self, scope: Scope) -> Standing:
        """Return how a scope stands at this moment: with the unit that shares longest."""
        at = self.now()
        zones = set(self.zones(scope).values()) or {Zone.WIB}
        found = [scope.standing(zone, at) for zone in zones]
        return max(
            found, key=lambda one: (one.shares, one.since or datetime.min.replace(tzinfo=at.tzinfo))
        )


def scope_of(agreement: str, facts: Sequence[Event], agency: str, kind: AgencyKind | None) -> Scope:
    """Compile an agreement for an agency: of who is no party, a scope that names nothing.

    What the others agreed on is none of its business.
    """
    scope = compile_scope(agreement, facts, agency, kind)
    return scope if scope.party else compile_scope(agreement, (), agency, kind)

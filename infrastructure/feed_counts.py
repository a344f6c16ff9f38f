"""Figures for those who are shared nobody: told once a day, of a day that is over.

A count that followed each event would tell whom each one is about; so does one that is told again
the same day. Only an agreement that changes is counted for anew.
"""

from dataclasses import replace
from typing import Any, Final

from psycopg import Connection

from domain.record import StreamId
from domain.sharing.fields import SharedField
from infrastructure.dead_letters import is_ours
from infrastructure.feed_audiences import Audiences, Cause, Party
from infrastructure.feed_looking import Looking, Plan, Seen
from infrastructure.published_counts import counts_of
from infrastructure.read_models import PostgresReadModels
from projections.shared.record import Shared

PUBLISHED: Final = "counts.published"
CHANGED: Final = "agreement.changed"


class Counting:
    """Plans the entries of those who are told figures. For one thread."""

    def __init__(self, audiences: Audiences, looking: Looking, models: PostgresReadModels) -> None:
        self._audiences, self._looking, self._models = audiences, looking, models

    def plan(self, connection: Connection[Any], party: Party, cause: Cause) -> Plan:
        """Count for a party; return what there is to tell.

        Where that fails, it is told nothing, and stands among the stopped keys.
        """
        plan, subject = Plan(), str(StreamId(kind="agreement", key=party.audience.agreement))
        present = self._looking.store.present(connection, [subject]).get(subject, {})
        failed, found = None, None
        try:
            found = self._counted(party)
        except Exception as error:
            if is_ours(error):
                raise
            failed = error
        said = replace(cause, event=CHANGED if found is None else PUBLISHED)
        seen = Seen(subject, said, present)
        self._looking.tell(plan, party, seen, found)
        self._looking.stop(plan, seen, failed)
        return plan

    def _counted(self, party: Party) -> Shared | None:
        """Return the figures of the units that are open, sealed under the agreement's own key."""
        units = sorted(self._audiences.open[party.id])
        if not units or SharedField.COUNTS not in party.scope.fields:
            return None
        scope = replace(party.scope, units=tuple(units))
        counts = counts_of(self._models, scope, self._audiences.days[party.id])
        return Shared(
            record={SharedField.COUNTS.value: counts},
            unit=" ".join(units),
            owner=party.audience.agreement,
        )

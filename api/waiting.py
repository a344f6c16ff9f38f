"""What waits in the streams that a caller sees: rows of a read model, each checked by its stream.

A row of a case is found by who sees the case. Streams of other kinds may belong to several units,
or to nobody in particular: of these all rows are looked through, which are few.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from operator import itemgetter
from typing import Any, Final

from api.dependencies import Services
from api.sight import sees
from api.tokens import Caller
from application.jurisdiction import jurisdiction
from application.read_models import Access, Question
from domain.catalogue import CASE, STREAMS
from domain.record import StreamId

CHUNK: Final = 200
EVERYWHERE: Final = Access(everywhere=True, units=frozenset())
OTHERS: Final = tuple(sorted(STREAMS.keys() - {CASE.name}))


@dataclass(frozen=True, slots=True)
class Waiting:
    """The rows of one read model, by their keys, of streams that a caller sees.

    With a ``unit``, of those among them for which that unit answers now.
    """

    services: Services
    caller: Caller
    read_model: str
    unit: str | None = None

    def rows(self, where: Mapping[str, Any], after: str | None) -> Iterator[tuple[str, Any]]:
        """Yield rows with their keys, in the order of these."""
        cases = self._rows({**where, "stream_kind": CASE.name}, after, self._reach)
        others = self._rows({**where, "stream_kind": OTHERS}, after, EVERYWHERE)
        seen: dict[str, bool] = {}
        for key, row in merge(cases, others, key=itemgetter(0)):
            if row.stream not in seen:
                stream = StreamId.of(row.stream)
                mine = sees(self.services, stream, self.caller)
                seen[row.stream] = mine and self._answered_for(stream)
            if seen[row.stream]:
                yield key, row

    @property
    def _reach(self) -> Access:
        """Whose cases are looked through: all in sight, or those that the unit sees."""
        if self.unit is None:
            return self.caller.access
        return Access(everywhere=False, units=frozenset({self.unit}))

    def _answered_for(self, stream: StreamId) -> bool:
        ledger = self.services.ledger
        return (
            self.unit is None
            or self.unit in jurisdiction(ledger, stream, ledger.read(stream)).owners
        )

    def _rows(
        self, where: Mapping[str, Any], after: str | None, access: Access
    ) -> Iterator[tuple[str, Any]]:
        while True:
            question = Question(where=where, words=(), after=after, limit=CHUNK)
            page = self.services.read_models.ask(self.read_model, question, access)
            yield from page.rows
            if len(page.rows) < CHUNK:
                return
            after = page.rows[-1][0]

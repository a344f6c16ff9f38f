"""Pages that were decided before they are written, in transactions of many: one after the other."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from application.ledger import Head
from domain.kernel import Value
from domain.record import Draft, StreamId


class Decided(Value):
    """Pages that are to be written together, and where every stream stood that they rest on."""

    drafts: tuple[Draft, ...]
    heads: Mapping[StreamId, Head]


class InTurn(Protocol):
    """Writes in transactions, one after the other."""

    def __call__(self, bundles: Iterable[Decided]) -> Iterator[object]:
        """Write bundles in their order, each in one transaction; yield for each that is durable.

        Bundles are taken while those before them are being written, and each rests on these: the
        heads that it brings of streams which they write to need no hash. A bundle of nothing is
        a commit all the same. Raises what became of the first that failed, `Conflict`,
        `SubjectForgotten` or `OutcomeUnknown`; nothing after that one is written.
        """
        ...

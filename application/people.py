"""Finding who is known already, before somebody is registered a second time.

Candidates are looked for in the `persons` read model, wherever they are: a person may come back in
another unit. What is answered is an id, a score and the reasons, never a name or a number. Where a
record was merged into another, the answer is the one that goes on.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from typing import Final, Protocol

from application.ledger import Ledger
from application.read_models import Access, Question, ReadModels
from domain.kernel import Value
from domain.person import PersonRegistered

PERSONS: Final = "persons"
WHEREVER: Final = Access(everywhere=True, units=frozenset())
ROWS_MOST: Final = 200
"""Rows looked at for each word of a name: a very common word tells nobody apart."""
CANDIDATES_MOST: Final = 10
NOT_ALIKE: Final[tuple[int, tuple[str, ...]]] = (0, ())
WAIT_SECONDS: Final = 2.0
"""How long a registration waits until the read model has seen those before it."""
LIKELY: Final = 75
ALIKE: Final = 0.75
"""Similarity of two names, of 1, below which they are two names."""


class KnownPerson(Protocol):
    """A row of the `persons` read model, as far as it is compared."""

    name: str | None
    aliases: Sequence[str] | None
    birth_date: date | None
    nik: str | None
    merged_into: str | None


class Candidate(Value):
    """Somebody who may be meant: how likely, of 100, and why."""

    person: str
    score: int
    reasons: tuple[str, ...]


class LikelyDuplicates(Exception):
    """Somebody very like this person is registered already. The caller says which, or none."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        super().__init__(len(candidates))
        self.candidates = candidates


@dataclass(frozen=True, slots=True)
class People:
    """Looks for those who may be the same person."""

    ledger: Ledger
    read_models: ReadModels
    now: Callable[[], datetime]

    def ensure_new(self, registered: PersonRegistered) -> None:
        """Raise `LikelyDuplicates` where somebody known may be the one to be registered."""
        if candidates := self.candidates(registered):
            raise LikelyDuplicates(candidates)

    def candidates(self, registered: PersonRegistered) -> Sequence[Candidate]:
        """Return those who may be meant, the most likely first."""
        self.read_models.wait(self.ledger.position_at(self.now()), WAIT_SECONDS)
        found: dict[str, tuple[int, tuple[str, ...]]] = {}
        for key, row in self._rows(registered):
            goes_on, alike = row.merged_into or key, likeness(registered, row)
            found[goes_on] = max(found.get(goes_on, NOT_ALIKE), alike)
        likely = [
            Candidate(person=key, score=score, reasons=reasons)
            for key, (score, reasons) in found.items()
            if score >= LIKELY
        ]
        likely.sort(key=lambda candidate: (-candidate.score, candidate.person))
        return likely[:CANDIDATES_MOST]

    def _rows(self, registered: PersonRegistered) -> Iterator[tuple[str, KnownPerson]]:
        words = words_of(registered.full_name)
        for asked in (registered.nik and (registered.nik,), tuple(words), *((w,) for w in words)):
            if asked:
                question = Question(where={}, words=asked, after=None, limit=ROWS_MOST)
                yield from self.read_models.ask(PERSONS, question, WHEREVER).rows


def likeness(registered: PersonRegistered, known: KnownPerson) -> tuple[int, tuple[str, ...]]:
    """Return how likely two are one person, of 100, and why."""
    if registered.nik and registered.nik == known.nik:
        return 100, ("nik_same",)
    names = [known.name or "", *(known.aliases or ())]
    name = max(name_likeness(registered.full_name, other) for other in names)
    if name < ALIKE:
        return 0, ()
    born, reason = _born(registered.birth_date, known.birth_date)
    score = round(60 * name) + born - (20 if registered.nik and known.nik else 0)
    reasons = ["name_same" if name == 1 else "name_similar", reason]
    if registered.nik and known.nik:
        reasons.append("nik_differs")
    return max(score, 0), tuple(reasons)


def name_likeness(one: str, other: str) -> float:
    """Return how alike two names are, from 0 to 1, whatever the order of their words."""
    first, second = (" ".join(sorted(words_of(name))) for name in (one, other))
    return SequenceMatcher(None, first, second).ratio() if first and second else 0.0


def words_of(name: str) -> list[str]:
    """Return the words of a name without case, accents and signs."""
    plain = re.sub(r"[\u0300-\u036f]", "", unicodedata.normalize("NFKD", name).casefold())
    return re.findall(r"[^\W_]+", plain)


def _born(one: date | None, other: date | None) -> tuple[int, str]:
    if one is None or other is None:
        return 15, "birth_date_unknown"
    if one == other:
        return 40, "birth_date_same"
    swapped = (one.year, one.month, one.day) == (other.year, other.day, other.month)
    slip = sum(a != b for a, b in zip(one.isoformat(), other.isoformat(), strict=True)) == 1
    return (25, "birth_date_similar") if swapped or slip else (0, "birth_date_differs")

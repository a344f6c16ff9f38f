"""What cannot be: a fact that no calendar and no punishment allows, where it stands, and why."""

from collections.abc import Sequence
from typing import Final

from domain.kernel import Refused, Value, Words

ARTICLE: Final = "Kaidah Jejak: fakta yang mustahil tidak dihitung"


class Impossible(Value):
    """One thing that cannot be: a JSON pointer into the facts, a stable code, and a sentence."""

    pointer: str
    code: str
    because: Words


class ImpossibleFacts(Refused):
    """Nothing is reckoned from facts that cannot be; ``problems`` are all that was found."""

    def __init__(self, problems: Sequence[Impossible]) -> None:
        first = problems[0]
        super().__init__(
            first.code, article=ARTICLE, because=first.because, field=first.pointer.lstrip("/")
        )
        self.problems = tuple(problems)

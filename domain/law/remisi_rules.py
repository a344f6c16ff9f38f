"""What texts say of remisi, by topic: how much, when, and for whom.

The numbers stand in `domain.law.texts`; here is what there is to be said. Lengths are spans, of
which a month is 30 days (Keppres 174/1999 art. 7(4), V).
"""

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Final

from domain.kernel import Value
from domain.law.facts import CaseType, RemisiGround
from domain.law.rule_set import Topic
from domain.law.span import Span

MonthDay = tuple[int, int]
"""A month and a day of it, in every year."""


class Step(Value):
    """From this ordinal of the year on, having served so many days, the award is this long."""

    ordinal: int
    served_days: int
    amount: Span


class AmountRules(Value):
    """How long remisi umum and khusus are, and on which day the first is given."""

    umum_on: MonthDay
    umum: tuple[Step, ...]
    khusus: tuple[Step, ...]


class TambahanRules(Value):
    """Which share of the year's remisi umum a remisi tambahan is, by its ground."""

    shares: Mapping[RemisiGround, Fraction]


class DasawarsaRules(Value):
    """Every how many years, since when, which share of the sentence, and how much at most."""

    first_year: int
    every_years: int
    on: MonthDay
    share: Fraction
    most: Span


class KemanusiaanRules(Value):
    """For whom there is a remisi for humanity's sake, and on which day it is given, if said.

    ``over_age`` is in years: one is older than that. How much it is no text says that was found.
    """

    most_sentence: Span
    over_age: int
    given_on: Mapping[RemisiGround, MonthDay]


class Conditions(Value):
    """Who may be given remisi.

    ``served_days`` and ``conduct_months`` (without a disciplinary measure) are as of the award day,
    ``_child`` for an anak binaan. Programmes and risk are assessed as often as
    ``assessed_every_months`` says, where the text has it so. ``cooperation`` names the offences for
    which somebody must have worked with justice, from a sentence of that length on;
    ``deradicalised`` those for which deradicalisation and the pledge to NKRI come first.
    ``articles`` names the article of a criterion by its code; what is not in it is asked for by
    ``general``.
    """

    served_days: int
    served_days_child: int
    conduct_months: int
    conduct_months_child: int
    least_sentence: Span
    programmes: bool
    risk_declined: bool
    assessed_every_months: int | None
    cooperation: Mapping[CaseType, Span]
    deradicalised: Collection[CaseType]
    general: str
    articles: Mapping[str, str]

    def article(self, code: str) -> str:
        """Return the article that asks for a criterion."""
        return self.articles.get(code, self.general)


REMISI_AMOUNTS: Final[Topic[AmountRules]] = Topic("remisi_amounts")
REMISI_TAMBAHAN: Final[Topic[TambahanRules]] = Topic("remisi_tambahan")
REMISI_DASAWARSA: Final[Topic[DasawarsaRules]] = Topic("remisi_dasawarsa")
REMISI_KEMANUSIAAN: Final[Topic[KemanusiaanRules]] = Topic("remisi_kemanusiaan")
REMISI_CONDITIONS: Final[Topic[Conditions]] = Topic("remisi_conditions")

"""Why: the criteria that an answer rests on, one by one, with what met or broke each."""

from datetime import date

from domain.fields import Line
from domain.kernel import Value
from domain.law.rule_set import PolicyUsed


class Trace(Value):
    """The fact of a case that told something: the stored name of its event, and its day."""

    event: Line
    day: date


class Criterion(Value):
    """One condition: met or not, what was found, what is needed, and which article asks for it.

    ``code`` is stable. ``value`` and ``needed`` are as a client reads them (a number, an ISO date,
    a word); `None` where there is nothing to say. ``because_id`` and ``because_en`` are a sentence
    to be read aloud to the person concerned. ``by`` is the fact that met or broke it, ``from_day``
    the day from which a condition that is only a matter of time will be met.
    """

    code: str
    met: bool
    value: str | None
    needed: str | None
    article: str
    because_id: str
    because_en: str
    by: Trace | None
    from_day: date | None


class Explanation(Value):
    """What an answer rests on besides its criteria: the texts, and the policies that were used."""

    rule_sets: tuple[str, ...]
    policies: tuple[PolicyUsed, ...]

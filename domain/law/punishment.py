"""How long imprisonment for a term can be at the most."""

from typing import Final

from domain.kernel import Value
from domain.law.rule_set import Topic


class LongestTerm(Value):
    """The longest imprisonment for a term, in years."""

    article: str
    most_years: int


LONGEST_TERM: Final[Topic[LongestTerm]] = Topic("longest_term")

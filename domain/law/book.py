"""The book of the law: every rule set of every text there is, found by its file being there."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Final

from domain.law import texts
from domain.law.rule_set import Law, RuleSet


def read() -> tuple[RuleSet[Any], ...]:
    """Return the rule sets of all texts, by the day on which they came into force."""
    names = [f"{texts.__name__}.{one.name}" for one in iter_modules(texts.__path__)]
    found = (rule_set for name in names for rule_set in import_module(name).RULE_SETS)
    return tuple(sorted(found, key=lambda one: (one.topic.name, one.valid_from, one.id)))


BOOK: Final = read()
LAW: Final = Law(book=BOOK, known_on=None, chosen={}, policies={}, feasts={})
"""The law as the house reckons with it where nobody chooses otherwise."""

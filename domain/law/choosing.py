"""Reckoning otherwise: another rule set on a topic, another answer to what the texts leave open.

A policy stands beside the function that asks it, anywhere in `domain.law`, and is found there:
nobody keeps a list.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from domain import law as the_law
from domain.kernel import Refused
from domain.law.rule_set import Law, Policy

ARTICLE: Final = "Kaidah Jejak: hukum menurut tanggal"


@cache
def policies() -> Mapping[str, Policy]:
    """Return the policies of all modules of the law, by name.

    Raises `TypeError` where two have one name: a choice of that name would mean both.
    """
    found: dict[str, Policy] = {}
    for module in iter_modules(the_law.__path__):
        for one in vars(import_module(f"{the_law.__name__}.{module.name}")).values():
            if isinstance(one, Policy) and found.setdefault(one.name, one) is not one:
                raise TypeError(one.name, "is the name of two policies")
    return dict(sorted(found.items()))


def choose(law: Law, *, rule_sets: Mapping[str, str], options: Mapping[str, str]) -> Law:
    """Return a law that takes these rule sets by topic, and these options by policy.

    Raises `Refused` with the field ``rule_sets`` or ``policies`` for a name that there is not.
    """
    topics: dict[str, list[str]] = {}
    for one in law.book:
        topics.setdefault(one.topic.name, []).append(one.id)
    for topic, wanted in rule_sets.items():
        _ensure_known("rule_sets", topic, topics)
        _ensure_known(f"rule_sets/{topic}", wanted, topics[topic])
    for name, option in options.items():
        _ensure_known("policies", name, policies())
        _ensure_known(f"policies/{name}", option, policies()[name].options)
    return replace(law, chosen={**law.chosen, **rule_sets}, policies={**law.policies, **options})


def _ensure_known(field: str, said: str, known: Iterable[str]) -> None:
    if said not in set(known):
        there = ", ".join(known)
        raise Refused(
            "law.unknown_choice",
            article=ARTICLE,
            because=(f"tidak dikenal; yang ada: {there}", f"unknown; there are: {there}"),
            field=field,
        )

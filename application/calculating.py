"""A what-if: what the law gives for facts that somebody states. Nothing is stored, nobody read."""

from collections.abc import Mapping
from datetime import date

from domain.kernel import Value
from domain.law.calculation import Calculation, calculate
from domain.law.choosing import choose
from domain.law.claims import Claim, Flag, flags
from domain.law.facts import Facts, Wanted
from domain.law.rule_set import Law


class Question(Value):
    """The facts of a person, the remisi asked for, the day of the question, and how to reckon.

    ``rule_sets`` and ``policies`` are chosen instead of those that the law takes by itself;
    ``claims`` are days that documents state.
    """

    facts: Facts
    wanted: tuple[Wanted, ...]
    on: date | None
    rule_sets: Mapping[str, str]
    policies: Mapping[str, str]
    claims: tuple[Claim, ...]


class Answer(Value):
    """What the law gives, and which of the claims differ from it."""

    calculation: Calculation
    flags: tuple[Flag, ...]


def answered(question: Question, law: Law) -> Answer:
    """Answer a question.

    Raises `ImpossibleFacts` with all that cannot be, and `Refused` for a choice that there is not
    or a day on which no text holds.
    """
    chosen = choose(law, rule_sets=question.rule_sets, options=question.policies)
    found = calculate(question.facts, question.wanted, question.on, chosen)
    return Answer(calculation=found, flags=tuple(flags(question.claims, found.claimable)))

"""What the law says of many invented people is what it said of them before, to the last word.

Where it is meant to say something else, `PYTHONPATH=tests .venv/bin/python -m law.test_said_before`
writes down anew what it says, and a review of the change sees of how many people, and of what.
"""

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from pathlib import Path

import pytest
from law.many_people import Person

from domain.kernel import Refused
from domain.law.book import LAW
from domain.law.calculation import calculate
from domain.law.case_facts import facts_of
from domain.law.case_remarks import case_remarks
from domain.law.choosing import choose, policies
from domain.law.claims import flags
from domain.law.contrast import basis, contrasts
from domain.law.counted import counted
from domain.law.detention_case import clock_of

SAID = Path(__file__).with_name("said_before.json")
FACTS, CASES = 220, 160


def plain(value):
    """What JSON has for a value of the domain that it does not know; see `json.dumps`."""
    match value:
        case date():
            return value.isoformat()
        case Enum():
            return value.value
        case Fraction():
            return str(value)
        case _ if is_dataclass(value):
            return {one.name: getattr(value, one.name) for one in fields(value)}
        case _:
            return type(value).__name__  # what stands in the place of a forgotten value


def mark(value):
    """A short digest of a value."""
    return hashlib.sha256(json.dumps(value, default=plain).encode()).hexdigest()[:8]


def refused(refusal):
    told = refusal.code, refusal.field, refusal.article, refusal.because
    return {"refused": (told, getattr(refusal, "problems", ()))}


def of_facts(person):
    """What the law says of facts that somebody states: each part of the answer."""
    facts = person.facts()
    wanted = person.some(4, lambda: person.wanted(facts.religion))
    on = person.pick(None, person.later(person.since, 2_000))
    names = person.some(2, lambda: person.pick(*policies()))
    options = {name: person.pick(*policies()[name].options) for name in names}
    lived = person.below(3) > 0
    law = choose(LAW, rule_sets={}, options=options)
    try:
        found = calculate(facts, wanted, on, law, lived=lived)
        other = calculate(facts, wanted, on, LAW, lived=True)
    except Refused as refusal:
        return refused(refusal)
    claims = person.some(3, lambda: person.claim(found.claimable))
    return {
        "texts": (found.rule_sets, found.policies, found.warnings, found.assumed),
        "days": (found.days, found.not_applicable, found.probation_end),
        "counted": counted(facts, found.days, on, law),
        "remisi": found.remissions,
        "rights": (*found.integration.values(), found.guidance_stages, *found.planned.items()),
        "claims": tuple(flags(claims, found.claimable)),
        "contrast": (contrasts(found, other), basis(found, other), basis(other, found)),
    }


def of_case(person):
    """What the law makes of a case: its facts, its clock, and what a human has to look at."""
    journey, day = person.journey()
    facts = facts_of(journey)
    parts = {"facts": facts, "remarks": tuple(case_remarks(journey, facts))}
    release = person.pick(None, person.later(day, 300))
    try:
        return parts | {"clock": clock_of(journey, person.later(day, 60), LAW, release)}
    except Refused as refusal:
        return parts | refused(refusal)


def said():
    """All that is said of everybody, each part as its mark."""
    whom = {f"facts {n}": of_facts(Person(f"facts {n}")) for n in range(FACTS)}
    whom |= {f"case {n}": of_case(Person(f"case {n}")) for n in range(CASES)}
    return {who: {part: mark(it) for part, it in parts.items()} for who, parts in whom.items()}


@pytest.mark.parametrize(("what", "people"), [("facts", FACTS), ("case", CASES)])
def test_what_is_said_of_everybody_is_what_was_said_before(what, people):
    before = json.loads(SAID.read_text(encoding="utf-8"))
    say = {"facts": of_facts, "case": of_case}[what]
    for who in (f"{what} {n}" for n in range(people)):
        now = {part: mark(it) for part, it in say(Person(who)).items()}
        changed = [
            part for part in {**now, **before[who]} if now.get(part) != before[who].get(part)
        ]
        assert not changed, f"of {who}, something else is said now: {', '.join(changed)}"


if __name__ == "__main__":
    lines = (f"{json.dumps(who)}: {json.dumps(parts)}" for who, parts in said().items())
    SAID.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")

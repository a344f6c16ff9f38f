"""What the law says of many invented people is what it said of them before, to the last word.

Where it is meant to say something else, `PYTHONPATH=tests .venv/bin/python -m law.test_said_before`
writes down anew what it says, and a review of the change sees of how many people, and of what.
"""

import hashlib
import json
from dataclasses import fields, is_dataclass, replace
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
from domain.law.detention import terms
from domain.law.detention_case import clock_of
from domain.law.detention_clock import (
    alert,
    alerts,
    aloud,
    level,
    notices,
    overdue,
    shifted,
    stopped_on,
)
from domain.law.facts import RemisiGround
from domain.law.remisi import findings
from domain.law.sentence import closed

SAID = Path(__file__).with_name("said_before.json")
OF_DETENTION = (
    "detention_resumed",
    "kuhap_transition",
    "ma_first_term",
    "special_detention_limits",
)
PEOPLE = {"facts": 220, "case": 160, "chain": 200, "awards": 80}


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


def of_chain(person):
    """What the law makes of orders of detention, and of how somebody stands under the last."""
    chain, who = person.chain(), person.who()
    on = person.later(chain.orders[-1].starts, 60)
    names = person.some(1, lambda: person.pick(*OF_DETENTION))
    options = {name: person.pick(*policies()[name].options) for name in names}
    try:
        found = terms(chain, who, choose(LAW, rule_sets={}, options=options), on)
    except Refused as refusal:
        return refused(refusal)
    last, days = found[-1], notices(LAW, on)
    standing = person.standing(last)
    over = overdue(standing, on)
    went = chain.hospital[-1].since if chain.hospital else None
    return {
        "terms": found,
        "overdue": (over, over and aloud(over), level(standing, over, on, days)),
        "alerts": (alerts(last.last_day, on, days), alert(standing.last_day, on, days)),
        "days": (stopped_on(chain.stops, found), shifted(last.last_day, went, on)),
    }


def of_awards(person):
    """What the law finds on awards by the texts of a day on which they are proposed."""
    facts = closed(person.facts())
    wanted = [person.wanted(facts.religion) for _ in range(3)]
    wanted[0] = replace(wanted[0], ground=person.pick(None, *RemisiGround))
    under = person.later(person.since, 2_500)
    try:
        return {"remisi": findings(facts, wanted, LAW, under=under)}
    except Refused as refusal:
        return refused(refusal)


SAYING = {"facts": of_facts, "case": of_case, "chain": of_chain, "awards": of_awards}


def said(what, number):
    """All that is said of somebody, each part as its mark."""
    return {part: mark(it) for part, it in SAYING[what](Person(f"{what} {number}")).items()}


@pytest.mark.parametrize("what", PEOPLE)
def test_what_is_said_of_everybody_is_what_was_said_before(what):
    before = json.loads(SAID.read_text(encoding="utf-8"))[what]
    assert len(before) == PEOPLE[what]
    for number, then in enumerate(before):
        now = said(what, number)
        changed = [part for part in {**now, **then} if now.get(part) != then.get(part)]
        assert not changed, f"of {what} {number}, something else is said now: {', '.join(changed)}"


if __name__ == "__main__":
    everybody = {what: [said(what, n) for n in range(most)] for what, most in PEOPLE.items()}
    blocks = (
        f"{json.dumps(what)}: [\n" + ",\n".join(map(json.dumps, parts)) + "\n]"
        for what, parts in everybody.items()
    )
    SAID.write_text("{\n" + ",\n".join(blocks) + "\n}\n", encoding="utf-8")

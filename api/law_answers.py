"""The book of the law as an answer: what each text says on each topic, since when, and how sure."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from api.answers import FORBID
from api.event_forms import read_day
from api.law_words import CERTAINTIES, of_topic, plain
from domain.kernel import Json, Refused, Words
from domain.law.choosing import policies
from domain.law.rule_set import Certainty, Law, Policy, RuleSet

Day = Annotated[date, BeforeValidator(read_day)]
"""A day of a query or a body, in ISO 8601 and in no other form."""


class WordsAnswer(BaseModel):
    """A text in both languages."""

    model_config = FORBID

    id: str
    en: str


class RuleSetAnswer(BaseModel):
    """What one text says on one topic, both its days included.

    ``promulgated`` is since when it could be known. ``values`` are its numbers; a fraction is a
    text like ``1/3``.
    """

    model_config = FORBID

    id: str = Field(examples=["kuhp-2023"])
    title: WordsAnswer
    legal_basis: str
    source: str
    certainty: str = Field(examples=["V"])
    promulgated: date
    valid_from: date
    valid_until: date | None
    values: Any


class TopicAnswer(BaseModel):
    """One topic, all its rule sets, and which of them is taken on the day that was asked for."""

    model_config = FORBID

    topic: str = Field(examples=["sentence"])
    title: WordsAnswer
    taken: str | None
    rule_sets: list[RuleSetAnswer]


class PolicyAnswer(BaseModel):
    """What the texts leave open, how it may be answered, and how the house answers."""

    model_config = FORBID

    name: str = Field(examples=["credit_rounding"])
    question: WordsAnswer
    options: list[str]
    default: str
    article: str
    certainty: str


class LawAnswer(BaseModel):
    """The book of the law, as it is or as it could be known on a day."""

    model_config = FORBID

    on: date | None
    as_known: date | None
    topics: list[TopicAnswer]
    policies: list[PolicyAnswer]
    certainties: dict[str, WordsAnswer] = Field(description="What the marks mean.")


def law_answer(law: Law, on: date | None) -> Json:
    """Return the book; ``on`` picks the rule set of each topic that is taken on a day."""
    return {
        "on": on,
        "as_known": law.known_on,
        "topics": [
            {
                "topic": topic,
                "title": _both(of_topic(topic)),
                "taken": taken(law, several[0], on) if on else None,
                "rule_sets": [_rule_set(one) for one in several],
            }
            for topic, several in by_topic(law)
        ],
        "policies": [_policy(one) for one in policies().values()],
        "certainties": {one.value: _both(CERTAINTIES[one]) for one in Certainty},
    }


def by_topic(law: Law) -> Iterable[tuple[str, list[RuleSet[Any]]]]:
    """Yield the topics by name, each with its rule sets that are known, the oldest first."""
    ordered = sorted(law.book, key=lambda one: (one.topic.name, one.valid_from, one.id))
    for topic, several in groupby(ordered, key=lambda one: one.topic.name):
        known = [one for one in several if law.known_on is None or one.promulgated <= law.known_on]
        if known:
            yield topic, known


def taken(law: Law, one: RuleSet[Any], on: date) -> str | None:
    """Return the rule set that is taken on a day on a topic; nothing where none holds."""
    try:
        return law.on(one.topic, on).id
    except Refused:
        return None


def _rule_set(one: RuleSet[Any]) -> Json:
    return {
        "id": one.id,
        "title": _both(one.title),
        "legal_basis": one.legal_basis,
        "source": one.source,
        "certainty": one.certainty.value,
        "promulgated": one.promulgated,
        "valid_from": one.valid_from,
        "valid_until": one.valid_until,
        "values": plain(one.values),
    }


def _policy(one: Policy) -> Json:
    return {
        "name": one.name,
        "question": _both(one.question),
        "options": list(one.options),
        "default": one.default,
        "article": one.article,
        "certainty": one.certainty.value,
    }


def _both(words: Words) -> Json:
    return {"id": words[0], "en": words[1]}

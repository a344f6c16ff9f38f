"""Rules as dated values: what a text of law says on one topic, since when, and how sure that is.

A rule set is one text's answer to one topic: its numbers, with the article, the source in which
it was read, and its certainty. Which one holds on a day is looked up, never written into a
function. What no text settles is a `Policy`: named, with its options and the default that the house
takes, and shown in every explanation that used it. `Law` is what somebody reckons with: a book of
rule sets as known on a day, with the policies chosen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any, Generic, TypeVar

from domain.admission import Religion
from domain.kernel import Refused, Value, Words

R = TypeVar("R")


class Certainty(Enum):
    """How sure a rule is, by the marks of the domain's pages."""

    READ = "V"
    READ_ONCE = "V1"
    INFERRED = "INF"
    KNOWN = "K+"
    LIKELY = "K~"
    UNSURE = "K?"


@dataclass(frozen=True, slots=True, eq=False)
class Topic(Generic[R]):
    """One question that texts of law answer, by the name under which a what-if chooses one."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet(Generic[R]):
    """What one text says on one topic, from ``valid_from`` to ``valid_until`` (both included).

    ``promulgated`` is since when it could be known. ``id`` is public and stable.
    """

    id: str
    topic: Topic[R]
    title: Words
    legal_basis: str
    source: str
    certainty: Certainty
    promulgated: date
    valid_from: date
    valid_until: date | None
    values: R

    def holds_on(self, day: date) -> bool:
        """Return whether the text is in force on a day."""
        return self.valid_from <= day <= (self.valid_until or date.max)


class Policy(Value):
    """What the texts leave open, and how the house answers until somebody knows better."""

    name: str
    question: Words
    options: tuple[str, ...]
    default: str
    article: str
    certainty: Certainty


class PolicyUsed(Value):
    """A policy that an answer rests on, and which of its options was taken."""

    name: str
    chosen: str
    default: str
    certainty: str
    article: str


Feasts = Mapping[tuple[Religion, int], tuple[date, ...]]
"""The great feast of a religion in a civil year, all its days: Idul Fitri falls twice in 2033."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What to reckon with: the book, as known on a day; what was chosen instead; the calendar.

    ``chosen`` names rule sets by topic that are taken whatever the day; ``policies`` the options
    taken other than the defaults. ``known_on`` of `None` is everything in the book. ``feasts`` are
    days that the registry knows, which go before those of the code.
    """

    book: tuple[RuleSet[Any], ...]
    known_on: date | None
    chosen: Mapping[str, str]
    policies: Mapping[str, str]
    feasts: Feasts

    def on(self, topic: Topic[R], day: date) -> RuleSet[R]:
        """Return the rule set of a topic that holds on a day: of several, the latest in force.

        Raises `Refused` where no text that is known holds on that day.
        """
        wanted = self.chosen.get(topic.name)
        known = [
            one
            for one in self.book
            if one.topic is topic
            and (one.id == wanted if wanted else one.holds_on(day))
            and (wanted or self.known_on is None or one.promulgated <= self.known_on)
        ]
        if not known:
            raise Refused(
                "law.no_rule_set",
                article="Kaidah Jejak: hukum menurut tanggal",
                because=(
                    f"tidak ada aturan {topic.name} yang diketahui berlaku pada {day}",
                    f"no rule set on {topic.name} is known to hold on {day}",
                ),
            )
        return max(known, key=lambda one: (one.valid_from, one.promulgated))

    def use(self, policy: Policy) -> PolicyUsed:
        """Return which option of a policy is taken."""
        return PolicyUsed(
            name=policy.name,
            chosen=self.policies.get(policy.name, policy.default),
            default=policy.default,
            certainty=policy.certainty.value,
            article=policy.article,
        )

    def as_known(self, day: date) -> "Law":
        """Return the law as it could be known on a day."""
        return replace(self, known_on=day)

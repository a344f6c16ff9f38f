"""Who is a child to the law, and what becomes of one who grows up while serving.

An anak binaan is 14 to under 18 (UU 22/2022 art. 1, K+); at 18 whoever has not served all goes from
the LPKA to a Lapas (UU 11/2012 art. 86, V1). Whether the rules for a child hold on is not known.
"""

from datetime import date
from typing import Final

from domain.kernel import Value
from domain.law.facts import Facts, SubjectKind
from domain.law.rule_set import Certainty, Law, Policy, Topic


class ChildAge(Value):
    """Under which age, in years, somebody is a child."""

    article: str
    under_age: int


CHILD_AGE: Final[Topic[ChildAge]] = Topic("child_age")
AFTER_18: Final = Policy(
    name="child_kind_after_18",
    question=(
        "Aturan mana bagi anak binaan yang sudah berumur 18 tahun dan masih menjalani pidana?",
        "Which rules hold for an anak binaan who has turned 18 and is still serving?",
    ),
    options=("anak_binaan", "narapidana"),
    default="anak_binaan",
    article="UU 22/2022 art. 1; UU 11/2012 art. 86",
    certainty=Certainty.UNSURE,
)
"""The pages say 14 to under 18, and no more; by default what somebody came in as holds on."""


def age_on(born: date, day: date) -> int:
    """Return an age in whole years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def is_child(born: date | None, day: date, law: Law) -> bool:
    """Return whether somebody was a child on a day; not where the birth is not known."""
    return born is not None and age_on(born, day) < law.on(CHILD_AGE, day).values.under_age


def grown_up(facts: Facts, day: date, law: Law) -> bool:
    """Return whether an anak binaan is no child any more: then `AFTER_18` was asked."""
    born = facts.birth_date
    if facts.kind is not SubjectKind.ANAK_BINAAN or born is None:
        return False
    return not is_child(born, day, law)


def kind_on(facts: Facts, day: date, law: Law) -> SubjectKind:
    """Return by the rules for whom somebody is judged on a day."""
    if grown_up(facts, day, law):
        return SubjectKind(law.use(AFTER_18).chosen)
    return facts.kind

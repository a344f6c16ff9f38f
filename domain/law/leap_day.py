"""29 February in a year that has none: which day stands for it is left open."""

from typing import Final, cast

from domain.law.rule_set import Certainty, Law, Policy
from domain.law.span import LeapDay

ARITHMETIC: Final = "UU 1/1946 art. 97"

LEAP_DAY: Final = Policy(
    name="leap_day",
    question=(
        "Hari apa yang menggantikan 29 Februari pada tahun yang tidak memilikinya?",
        "Which day stands for 29 February in a year that has none?",
    ),
    options=("28_february", "1_march"),
    default="28_february",
    article=ARITHMETIC,
    certainty=Certainty.UNSURE,
)


def leap_day(law: Law) -> LeapDay:
    """Return which day stands for it."""
    return cast("LeapDay", law.use(LEAP_DAY).chosen)

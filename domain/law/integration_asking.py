"""What a question about one right is asked with: the person, the dates, the texts, the policies."""

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import Final, TypedDict, Unpack

from domain.kernel import Value, Words, replace
from domain.law.criteria import Criterion, Trace
from domain.law.facts import Facts, Granted, Right, RightLived
from domain.law.integration_rules import GeneralConditions, IntegrationRules, RightRules
from domain.law.rule_set import Certainty, Law, Policy
from domain.law.sentence import Dates

CONDUCT_WINDOW: Final = Policy(
    name="integration_conduct_window",
    question=(
        (
            "Apakah kelakuan baik untuk PB, CB dan CMB dilihat sebelum tanggal 2/3, atau sebelum"
            " hari yang ditanyakan?"
        ),
        (
            "Is good conduct for PB, CB and CMB looked at before the 2/3 date, or before the day"
            " asked about?"
        ),
    ),
    options=("before_part_date", "before_day_asked"),
    default="before_part_date",
    article="Permenkumham 3/2018 art. 82",
    certainty=Certainty.LIKELY,
)
LAST_REMISSION: Final = Policy(
    name="cmb_last_remission",
    question=(
        "Remisi terakhir mana yang menentukan lamanya CMB?",
        "Which last remisi decides how long CMB lasts?",
    ),
    options=("other_than_dasawarsa", "any"),
    default="other_than_dasawarsa",
    article="Permenkumham 3/2018",
    certainty=Certainty.UNSURE,
)
ASIMILASI_REMAINING: Final = Policy(
    name="asimilasi_remaining",
    question=(
        "Separuh dari sisa pidana yang mana yang harus dijalani dalam asimilasi sebelum PB?",
        "Half of which remaining time must be lived in asimilasi before PB?",
    ),
    options=("from_two_thirds", "from_its_start"),
    default="from_two_thirds",
    article="Permenkumham 7/2022 art. 85",
    certainty=Certainty.UNSURE,
)
SUBSTITUTE_AND_LEAVE: Final = Policy(
    name="substitute_and_leave",
    question=(
        (
            "Apakah pidana pengganti denda yang belum dibayar dijalani sesudah ekspirasi, atau"
            " sebelum PB, CB dan CMB?"
        ),
        "Is imprisonment for an unpaid fine served after expiry, or before PB, CB and CMB?",
    ),
    options=("after_expiry", "before_leave"),
    default="after_expiry",
    article="Permenkumham 3/2018",
    certainty=Certainty.UNSURE,
)

FINE_ELSEWHERE: Final = Policy(
    name="fine_for_other_rights",
    question=(
        "Apakah denda juga harus lunas untuk hak yang tidak disebut aturannya?",
        "Must the fine be paid for rights of which the text does not say so?",
    ),
    options=("asked", "not_asked"),
    default="asked",
    article="Permenkumham 7/2022 art. 45",
    certainty=Certainty.UNSURE,
)
"""Of 2022 it was read of asimilasi (V1), and the page has it of PB (V); of the others, and before
2022, nobody has read it."""


class Condition(Value):
    """A criterion, and since when it is met: a matter of time has a day, whether past or coming.

    What is not met and has no day stands in the way.
    """

    criterion: Criterion
    since: date | None

    @property
    def bars(self) -> bool:
        """Return whether no waiting helps."""
        return not self.criterion.met and self.since is None


class Reached(Value):
    """When a share of the sentence was served.

    ``part_day`` is by arithmetic, all remisi deducted; ``day`` when it was so in truth, for a
    remisi that was given later cannot have moved a day that had passed; ``moved_on`` is the day of
    the remisi that brought it there.
    """

    part_day: date
    day: date
    moved_on: date | None


class Asking(Value):
    """One question: may this person have this right, on this day or whenever.

    ``judged_on`` is the day whose texts hold.
    """

    facts: Facts
    dates: Dates
    on: date | None
    law: Law
    right: Right
    rules: RightRules
    regime: IntegrationRules
    general: GeneralConditions
    share: Fraction
    least_part: int
    share_article: str
    special: bool
    substitute_days: int
    judged_on: date
    reached: Reached

    @property
    def article(self) -> str:
        """Return the article of the right for this person."""
        return self.rules.special_article if self.special else self.rules.article

    @property
    def conduct(self) -> int:
        """Return how many months of good conduct are asked for."""
        return self.rules.special_conduct_months if self.special else self.rules.conduct_months

    @property
    def fine_unsaid(self) -> bool:
        """Return whether the offence asks for its fine, and the text is silent of this right."""
        silent = self.right not in self.regime.fine_rights
        return self.special and self.facts.case_type in self.regime.fine and silent

    @property
    def until(self) -> date:
        """Return the day on which the person is free anyhow."""
        return self.dates.expiry + timedelta(days=self.substitute_days)

    @property
    def part(self) -> int:
        """Return the length of the share, in days."""
        return self.dates.length.part(self.share, self.dates.rounding).total_days


def reached(dates: Dates, share: Fraction, granted: Iterable[Granted], later: int) -> Reached:
    """Return when a share was served, ``later`` days being put between (a substitute).

    Of each remisi in turn: the share as it then was, but not before that remisi was given. The
    first day on which it was so counts.
    """
    between = timedelta(days=later)
    so_far = replace(dates, remitted=0)
    day, moved_on = so_far.part(share) + between, None
    for one in sorted(granted, key=lambda one: one.on):
        if one in dates.later:
            break
        so_far = replace(so_far, remitted=so_far.remitted + one.days)
        moved = max(so_far.part(share) + between, one.on)
        if moved < day:
            day, moved_on = moved, one.on
    return Reached(part_day=dates.part(share) + between, day=day, moved_on=moved_on)


class Told(TypedDict, total=False):
    """What a condition says besides: what was found, what is needed, by which fact, since when."""

    value: str | None
    needed: str | None
    by: Trace | None
    since: date | None


def condition(
    code: str, *, met: bool, said: Words, article: str, **told: Unpack[Told]
) -> Condition:
    """Return a condition; one that is a matter of time tells its day while it is not met."""
    since = told.get("since")
    return Condition(
        criterion=Criterion(
            code=code,
            met=met,
            value=told.get("value"),
            needed=told.get("needed"),
            article=article,
            because_id=said[0],
            because_en=said[1],
            by=told.get("by"),
            from_day=None if met else since,
        ),
        since=since,
    )


def lived_in_half(needed: int, lived: Iterable[RightLived], start: date | None) -> date | None:
    """Return the day after so many days under a right were lived; `None` if it cannot come.

    What is still to come begins on ``start`` where nothing runs.
    """
    left = needed
    for one in sorted(lived, key=lambda one: one.from_day):
        length = (one.to - one.from_day).days + 1 if one.to else left
        if left <= length:
            return one.from_day + timedelta(days=left)
        left -= length
        start = max(start, one.to + timedelta(days=1)) if start and one.to else start
    return start + timedelta(days=left) if start else None


def half(days: int) -> int:
    """Return half of so many days; a part of a day is a day."""
    return ceil(Fraction(days, 2))

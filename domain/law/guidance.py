"""Guidance by a Bapas: how long probation lasts, its stages, its reports, and revocation.

PB ends with a probation of the remaining time and one year (KUHP 2023 art. 72, V; before, KUHP 1946
art. 15, V1). Guidance has three stages: a quarter of the time with a report each month, half of it
with one every two months, a quarter with one every three (the frequencies V, the quarters INF: they
give the published 3 May 2030 exactly). PB may be revoked; not later than 3 months after the end of
probation, unless somebody is prosecuted for an offence during it (KUHP 2023 art. 73, V).
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import Final

from domain.kernel import Value, Words, replace
from domain.law.facts import Held, Right, RightLived
from domain.law.leap_day import leap_day
from domain.law.rule_set import Certainty, Law, Policy, Topic
from domain.law.span import months_later, years_later


class ProbationRules(Value):
    """How long probation goes on after expiry, and until when PB may be revoked after it."""

    article: str
    years: int
    revocation_article: str
    revocable_months: int | None


class StageRules(Value):
    """One stage: its share of the time, and how many months lie between two reports."""

    title: Words
    share: Fraction
    report_every: int


class GuidanceRules(Value):
    """The stages of guidance in their order; their shares are the whole."""

    article: str
    stages: tuple[StageRules, ...]


OUTSIDE: Final = (Right.CB, Right.CMB, Right.PB)
"""The rights that make a klien."""

PROBATION: Final[Topic[ProbationRules]] = Topic("probation")
GUIDANCE: Final[Topic[GuidanceRules]] = Topic("guidance")

REVOKED_TIME: Final = Policy(
    name="time_on_revoked_leave",
    question=(
        "Apakah waktu di luar pada hak yang kemudian dicabut dihitung sebagai menjalani pidana?",
        "Does time outside under a right that was revoked count as served?",
    ),
    options=("does_not_count", "counts_until_revoked", "counts_until_return"),
    default="does_not_count",
    article="UU 1/2023 art. 73",
    certainty=Certainty.UNSURE,
)
"""By the code of 1946 the time on PB did not count once it was revoked (K+); of the new one it is
not known (K?)."""


class GuidanceStage(Value):
    """One stage of guidance, both days included, with its reports every so many months."""

    number: int
    title_id: str
    title_en: str
    from_day: date
    until: date
    report_every_months: int
    share: str


def probation_end(
    expiry: date, law: Law, *, under: date | None = None, detained_elsewhere: int = 0
) -> date:
    """Return the last day of probation after PB.

    ``detained_elsewhere`` are days held for another case meanwhile: they do not count (KUHP 2023
    art. 72). ``under`` is the day whose text holds; otherwise the day of expiry.
    """
    rules = law.on(PROBATION, under or expiry).values
    return years_later(expiry, rules.years, leap_day(law)) + timedelta(days=detained_elsewhere)


def revocable_until(probation: date, law: Law, *, under: date | None = None) -> date | None:
    """Return the last day on which PB may be revoked; `None` where the text sets none.

    Somebody prosecuted for an offence during probation may lose it later still.
    """
    months = law.on(PROBATION, under or probation).values.revocable_months
    return None if months is None else months_later(probation, months)


def guidance_end(right: Right, expiry: date, law: Law, *, under: date | None = None) -> date:
    """Return the last day of guidance: of PB that of probation, of CB and CMB that of expiry."""
    return probation_end(expiry, law, under=under) if right is Right.PB else expiry


def guidance_stages(
    from_day: date, until: date, law: Law, *, under: date | None = None
) -> tuple[GuidanceStage, ...]:
    """Return the stages between two days; a stage begins on the day after a broken day is full.

    A time too short for all stages has fewer. None where guidance would end before it begins.
    """
    rules = law.on(GUIDANCE, under or from_day).values
    total = (until - from_day).days
    if total <= 0:
        return ()
    before = Fraction(0)
    begins: list[date] = []
    for one in rules.stages:
        begins.append(from_day + timedelta(days=ceil(before * total)))
        before += one.share
    ends = [*(day - timedelta(days=1) for day in begins[1:]), until]
    return tuple(
        GuidanceStage(
            number=number,
            title_id=one.title[0],
            title_en=one.title[1],
            from_day=begin,
            until=end,
            report_every_months=one.report_every,
            share=str(one.share),
        )
        for number, (one, begin, end) in enumerate(zip(rules.stages, begins, ends, strict=True), 1)
        if begin <= end
    )


def reports_due(stages: tuple[GuidanceStage, ...]) -> Iterator[date]:
    """Yield the days on which a klien reports: the first of a stage, then every so many months."""
    for stage in stages:
        count = 0
        while (day := months_later(stage.from_day, count)) <= stage.until:
            yield day
            count += stage.report_every_months


def next_report(stages: tuple[GuidanceStage, ...], last: date | None) -> date | None:
    """Return the first day of a report that no report has met: the first due after the last one."""
    return next((day for day in reports_due(stages) if last is None or day > last), None)


def stage_on(stages: tuple[GuidanceStage, ...], day: date) -> GuidanceStage | None:
    """Return the stage of a day."""
    return next((one for one in stages if one.from_day <= day <= one.until), None)


def counted_outside(
    rights: Iterable[RightLived], held: Iterable[Held], until: date, law: Law
) -> int:
    """Return how many days outside before ``until`` count as served, of rights that were revoked.

    Whoever was on PB, CB or CMB and is held again had it revoked: one that ran its course ends in
    freedom.
    """
    days = list(held)
    counted = 0
    for one in rights:
        again = [stay.from_day for stay in days if stay.from_day > one.from_day]
        if one.right not in OUTSIDE or not again or min(again) > until:
            continue
        before = [stay.to for stay in days if stay.to and stay.to < min(again)]
        left = max([one.from_day, *(day + timedelta(days=1) for day in before)])
        revoked = min(max(one.to or min(again), left), *again)
        outside = replace(one, from_day=left)
        lost = lost_days(outside, revoked, min(again), law)
        counted += (min(again) - left).days - lost
    return counted


def lost_days(lived: RightLived, revoked: date, returned: date, law: Law) -> int:
    """Return the days outside that do not count as served, of a right that was revoked.

    ``returned`` is the first day inside again. Escape and hiding after the revocation never count,
    unless the policy says so.
    """
    match law.use(REVOKED_TIME).chosen:
        case "does_not_count":
            first = lived.from_day
        case "counts_until_revoked":
            first = revoked
        case _:
            first = returned
    return max((returned - first).days, 0)

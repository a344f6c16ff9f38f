"""Which year it is: the ordinal by which remisi umum and khusus are counted.

It counts award days on which somebody had served long enough (INF): a year without an award, for a
breach, counts all the same, which no text says (K?).
"""

from datetime import date, timedelta
from typing import Final

from domain.kernel import Value
from domain.law.facts import RemisiKind
from domain.law.remisi_asked import Asked
from domain.law.remisi_served import ARTICLE, award_days, days_served, long_enough
from domain.law.rule_set import Certainty, Policy

ORDINAL_BASIS: Final = Policy(
    name="ordinal_basis",
    question=(
        (
            "Tahun ke berapa: dihitung dari hari pemberian yang telah memenuhi masa, atau"
            " dari remisi yang diberikan?"
        ),
        "Which year it is: by award days on which enough was served, or by awards that were given?",
    ),
    options=("time", "grants"),
    default="time",
    article=ARTICLE,
    certainty=Certainty.UNSURE,
)
KHUSUS_TWICE: Final = Policy(
    name="khusus_twice_a_year",
    question=(
        (
            "Bila hari raya jatuh dua kali dalam satu tahun (Idul Fitri 2033): satu remisi khusus"
            " setahun, atau satu setiap hari raya?"
        ),
        (
            "Where a feast falls twice in one year (Idul Fitri in 2033): one remisi khusus"
            " a year, or one for each feast?"
        ),
    ),
    options=("one_a_year", "one_a_feast"),
    default="one_a_year",
    article="Keppres 174/1999",
    certainty=Certainty.UNSURE,
)

NEAR: Final = timedelta(days=2)
"""How far a feast that is only likely may be off."""


class Ordinal(Value):
    """Which year it is; ``doubtful`` are award days that would count or not by a day or two."""

    number: int
    doubtful: tuple[date, ...]
    unknown_years: tuple[int, ...]


def ordinal(asked: Asked, kind: RemisiKind) -> Ordinal:
    """Return which award of a kind the one that is asked for is, by the policy."""
    facts, law, on = asked.facts, asked.law, asked.counted_on
    since = asked.stretch.since if asked.stretch else on
    if law.use(ORDINAL_BASIS).chosen == "grants":
        given = [asked.counts_as(one) for one in facts.remissions]
        before = sum(one.kind is kind and since <= one.on < on for one in given)
        return Ordinal(number=before + 1, doubtful=(), unknown_years=())
    twice = law.use(KHUSUS_TWICE).chosen == "one_a_feast"
    number, doubtful, unknown = 1, list[date](), list[int]()
    for year in range(since.year, on.year + 1):
        days = [one for one in award_days(kind, facts, year, law, asked.under) if one.day < on]
        if year == on.year and not twice:
            continue  # the award itself is this year's
        if not days and year < on.year:
            unknown.append(year)
        counting = [one for one in days if _served_by(asked, one.day)]
        number += len(counting) if twice else bool(counting)
        doubtful += [
            one.day
            for one in days
            if not one.sure
            and _served_by(asked, one.day - NEAR) != _served_by(asked, one.day + NEAR)
        ]
    return Ordinal(number=number, doubtful=tuple(doubtful), unknown_years=tuple(unknown))


def _served_by(asked: Asked, day: date) -> bool:
    return long_enough(days_served(asked.facts, day, asked.law), asked.needed, asked.law)

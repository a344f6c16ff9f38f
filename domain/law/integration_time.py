"""Conditions of a right that the dates tell: share served, lengths, last remisi, time left."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Final

from domain.kernel import Words
from domain.law.aloud import spoken_day, spoken_length
from domain.law.facts import Granted, RemisiKind, Right
from domain.law.integration_asking import (
    ASIMILASI_REMAINING,
    LAST_REMISSION,
    Asking,
    Condition,
    condition,
    half,
    lived_in_half,
)
from domain.law.span import months_later

SHARES: Final[Mapping[Fraction, tuple[str, Words]]] = {
    Fraction(1, 2): ("served_half", ("Setengah", "Half")),
    Fraction(2, 3): ("served_two_thirds", ("Dua pertiga", "Two thirds")),
}
"""The shares that have a name; of any other that a text may ask for, the figures are said."""


def of_the_dates(asking: Asking, asimilasi_from: date | None) -> Iterator[Condition]:
    """Yield what the dates must show; ``asimilasi_from`` is when asimilasi could begin."""
    yield share_served(asking)
    if asking.least_part:
        yield part_long_enough(asking)
    yield from length_fits(asking)
    if asking.special and asking.facts.case_type in asking.rules.asimilasi_first:
        yield asimilasi_lived(asking, asimilasi_from)
    if asking.rules.as_last_remission:
        yield as_long_as_last_remission(asking)
    elif asking.rules.longest_days and not asking.rules.every_months:
        yield no_longer_than(asking, asking.rules.longest_days)
    if asking.rules.every_months:
        yield long_enough_ago(asking, asking.rules.every_months)


def named(share: Fraction) -> tuple[str, Words]:
    """Return the code of having served a share, and the share as it is said."""
    of = f"{share.numerator}/{share.denominator}"
    return SHARES.get(share, ("served_share", (of, of)))


def share_served(asking: Asking) -> Condition:
    """Say when the share of the sentence was served: the day on which it was so in truth."""
    code, (indonesian, english) = named(asking.share)
    day = asking.reached.day
    part, whole = spoken_length(asking.part), spoken_length(asking.dates.length.total_days)
    moved = asking.reached.moved_on
    said = (
        (
            f"{indonesian} dari pidana Anda ({part[0]} dari {whole[0]}) jatuh pada"
            f" {spoken_day(day)[0]}."
        ),
        f"{english} of your sentence ({part[1]} of {whole[1]}) falls on {spoken_day(day)[1]}.",
    )
    if moved == day and asking.reached.part_day < day:
        said = (
            (
                f"{said[0]} Menurut hitungan jatuh pada {spoken_day(asking.reached.part_day)[0]},"
                " karena remisi yang diberikan hari itu."
            ),
            (
                f"{said[1]} By count it falls on {spoken_day(asking.reached.part_day)[1]}, because"
                " of the remisi given on that day."
            ),
        )
    return condition(
        code,
        met=asking.on is None or day <= asking.on,
        said=said,
        article=asking.share_article,
        value=asking.on.isoformat() if asking.on else None,
        needed=day.isoformat(),
        since=day,
    )


def part_long_enough(asking: Asking) -> Condition:
    """Say whether the share itself is no shorter than it has to be, nine months say.

    A broken day is not rounded up to reach it: 13 months and 14 days are too short for nine.
    """
    _, (indonesian, english) = named(asking.share)
    exactly = asking.share * asking.dates.length.total_days
    whole = floor(exactly)
    part, least = spoken_length(whole), spoken_length(asking.least_part)
    broken = ("", "") if whole == exactly else (" dan sebagian hari", " and part of a day")
    return condition(
        "part_long_enough",
        met=whole >= asking.least_part,
        said=(
            (
                f"{indonesian} dari pidana Anda adalah {part[0]}{broken[0]}; yang diperlukan paling"
                f" sedikit {least[0]}."
            ),
            f"{english} of your sentence is {part[1]}{broken[1]}; at least {least[1]} are needed.",
        ),
        article=asking.share_article,
        value=str(whole),
        needed=str(asking.least_part),
    )


def length_fits(asking: Asking) -> Iterator[Condition]:
    """Yield whether the sentence is neither too short nor too long for the right."""
    total = asking.dates.length.total_days
    whole = spoken_length(total)
    if asking.rules.least_sentence_days:
        least = spoken_length(asking.rules.least_sentence_days)
        yield condition(
            "sentence_long_enough",
            met=total >= asking.rules.least_sentence_days,
            said=(
                f"Pidana Anda {whole[0]}; yang diperlukan paling singkat {least[0]}.",
                f"Your sentence is {whole[1]}; at least {least[1]} are needed.",
            ),
            article=asking.article,
            value=str(total),
            needed=str(asking.rules.least_sentence_days),
        )
    if asking.rules.most_sentence_days:
        most = spoken_length(asking.rules.most_sentence_days)
        yield condition(
            "sentence_short_enough",
            met=total <= asking.rules.most_sentence_days,
            said=(
                f"Pidana Anda {whole[0]}; hak ini untuk pidana paling lama {most[0]}.",
                f"Your sentence is {whole[1]}; this is for sentences up to {most[1]}.",
            ),
            article=asking.article,
            value=str(total),
            needed=str(asking.rules.most_sentence_days),
        )


def asimilasi_lived(asking: Asking, asimilasi_from: date | None) -> Condition:
    """Say when half of the remaining time was lived in asimilasi (Permenkumham 7/2022 art. 85)."""
    lived = [one for one in asking.facts.rights if one.right is Right.ASIMILASI]
    own = asking.law.use(ASIMILASI_REMAINING).chosen == "from_its_start"
    begun = min((one.from_day for one in lived), default=asimilasi_from)
    start = begun if own and begun else asking.reached.day
    needed = half(max((asking.until - start).days, 0))
    still = max(asimilasi_from, asking.on or asimilasi_from) if asimilasi_from else None
    since = lived_in_half(needed, lived, still)
    first = (
        f"Anda perlu menjalani asimilasi {needed} hari lebih dahulu",
        f"You must live {needed} days in asimilasi first",
    )
    if since is None:
        said = (
            f"{first[0]}, dan asimilasi belum terbuka.",
            f"{first[1]}, and asimilasi is not open to you.",
        )
    else:
        said = (
            f"{first[0]}; itu terpenuhi paling cepat pada {spoken_day(since)[0]}.",
            f"{first[1]}; that is so on {spoken_day(since)[1]} at the earliest.",
        )
    return condition(
        "asimilasi_lived",
        met=since is not None and (asking.on is None or since <= asking.on),
        said=said,
        article=asking.article,
        needed=str(needed),
        by=lived[0].by if lived else None,
        since=since,
    )


def last_remission(asking: Asking) -> Granted | None:
    """Return the remisi that decides how long CMB lasts."""
    any_kind = asking.law.use(LAST_REMISSION).chosen == "any"
    given = [
        one for one in asking.facts.remissions if any_kind or one.kind is not RemisiKind.DASAWARSA
    ]
    return max(given, key=lambda one: one.on, default=None)


def as_long_as_last_remission(asking: Asking) -> Condition:
    """Say when leave before release can begin: it is as long as the last remisi, up to the end."""
    last, most = last_remission(asking), asking.rules.longest_days
    if last is None or most is None:
        return condition(
            "last_remission",
            met=False,
            said=(
                (
                    "Lamanya cuti menjelang bebas sama dengan remisi terakhir, dan Anda belum"
                    " pernah menerima remisi."
                ),
                "Leave before release is as long as the last remisi, and you have had none yet.",
            ),
            article=asking.article,
            value="0",
        )
    days = min(last.days, most)
    since = max(asking.until - timedelta(days=days), last.on)
    length = spoken_length(days)
    return condition(
        "last_remission",
        met=asking.on is None or since <= asking.on,
        said=(
            (
                f"Cuti ini lamanya {length[0]}, seperti remisi terakhir Anda pada"
                f" {spoken_day(last.on)[0]}, dan dapat dimulai pada {spoken_day(since)[0]}."
            ),
            (
                f"This leave lasts {length[1]}, as your last remisi of {spoken_day(last.on)[1]},"
                f" and can begin on {spoken_day(since)[1]}."
            ),
        ),
        article=asking.article,
        value=str(days),
        needed=since.isoformat(),
        by=last.by,
        since=since,
    )


def no_longer_than(asking: Asking, longest: int) -> Condition:
    """Say from when a leave of its greatest length lasts until the end."""
    since = asking.until - timedelta(days=longest)
    most = spoken_length(longest)
    return condition(
        "no_longer_than",
        met=asking.on is None or since <= asking.on,
        said=(
            (
                f"Cuti ini paling lama {most[0]} sebelum pidana Anda berakhir, jadi paling cepat"
                f" mulai {spoken_day(since)[0]}."
            ),
            (
                f"This leave lasts {most[1]} before the end of your sentence at the most, so it"
                f" begins on {spoken_day(since)[1]} at the earliest."
            ),
        ),
        article=asking.article,
        needed=since.isoformat(),
        since=since,
    )


def long_enough_ago(asking: Asking, months: int) -> Condition:
    """Say whether so many months lie between two leaves of this kind."""
    last = max(
        (one.from_day for one in asking.facts.rights if one.right is asking.right), default=None
    )
    since = months_later(last, months) if last else None
    said = (
        ("Anda belum pernah mengambil cuti ini.", "You have not had this leave before.")
        if last is None or since is None
        else (
            (
                f"Cuti Anda yang terakhir pada {spoken_day(last)[0]}; cuti berikutnya paling cepat"
                f" {spoken_day(since)[0]}."
            ),
            (
                f"Your last leave was on {spoken_day(last)[1]}; the next is on"
                f" {spoken_day(since)[1]} at the earliest."
            ),
        )
    )
    return condition(
        "long_enough_ago",
        met=since is None or asking.on is None or since <= asking.on,
        said=said,
        article=asking.article,
        value=last.isoformat() if last else None,
        needed=f"{months} months",
        since=since,
    )


def time_left(asking: Asking, from_day: date) -> Condition:
    """Say whether there is time left to live under the right before the end."""
    begin = max(from_day, asking.on or from_day)
    return condition(
        "time_left",
        met=begin < asking.until,
        said=(
            (
                f"Pidana Anda berakhir pada {spoken_day(asking.until)[0]}; hak ini dapat dimulai"
                f" paling cepat {spoken_day(begin)[0]}."
            ),
            (
                f"Your sentence ends on {spoken_day(asking.until)[1]}; this can begin on"
                f" {spoken_day(begin)[1]} at the earliest."
            ),
        ),
        article=asking.article,
        value=begin.isoformat(),
        needed=asking.until.isoformat(),
    )

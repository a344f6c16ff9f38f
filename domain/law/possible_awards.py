"""Remisi that cannot have been given, or cannot be asked for: what is wrong, where, and why."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from domain.kernel import Words
from domain.law.facts import MADE_UP_FOR, Facts, Missed, RemisiGround, RemisiKind, Wanted
from domain.law.impossible import Impossible

ONCE_A_DAY: Final = frozenset(RemisiKind) - {RemisiKind.TAMBAHAN, RemisiKind.SUSULAN}
"""Of the others there may be two on one day: for two grounds, or for two awards missed."""
GROUNDS: Final[Mapping[RemisiKind, frozenset[RemisiGround]]] = {
    RemisiKind.TAMBAHAN: frozenset(
        {RemisiGround.PEMUKA, RemisiGround.JASA, RemisiGround.JUSTICE_COLLABORATOR}
    ),
    RemisiKind.KEMANUSIAAN: frozenset(
        {
            RemisiGround.PIDANA_SINGKAT,
            RemisiGround.LANJUT_USIA,
            RemisiGround.SAKIT_BERKEPANJANGAN,
        }
    ),
}
TWICE: Final[Words] = (
    "remisi jenis ini pada hari ini sudah disebut",
    "a remisi of this kind on this day is named already",
)


ONLY: Final[Words] = (
    "hanya remisi susulan menyusul yang terlewat: umum, khusus, dasawarsa, atau PMP",
    "only a remisi susulan makes up for another: umum, khusus, dasawarsa or PMP",
)


def awards_that_cannot_be(facts: Facts, wanted: Sequence[Wanted]) -> Iterator[Impossible]:
    """Go through what was given, and then through what is asked for."""
    first = min((one.from_day for one in facts.detention), default=None)
    yield from _given(facts, first)
    given = {(one.kind, one.on) for one in facts.remissions if one.kind in ONCE_A_DAY}
    for i, one in enumerate(wanted):
        place = f"/propose/{i}"
        if first and one.on < first:
            yield Impossible(
                pointer=f"{place}/on",
                code="proposal.before_detention",
                because=_before(one.on, first),
            )
        once = one.kind in ONCE_A_DAY
        again = any(_same(one, other) if once else one == other for other in wanted[:i])
        if again or (one.kind, one.on) in given:
            yield Impossible(pointer=place, code="proposal.twice", because=TWICE)
        yield from _ground(one, place)
        yield from _missed(one, place, first)


def _same(one: Wanted, other: Wanted) -> bool:
    return (one.kind, one.on) == (other.kind, other.on)


def _given(facts: Facts, first: date | None) -> Iterator[Impossible]:
    seen: set[tuple[RemisiKind, date]] = set()
    for i, one in enumerate(facts.remissions):
        place = f"/remissions/{i}"
        if one.days <= 0:
            yield Impossible(
                pointer=f"{place}/days",
                code="remission.no_days",
                because=(
                    "remisi paling sedikit satu hari",
                    "a remisi is one day at the least",
                ),
            )
        if first and one.on < first:
            yield Impossible(
                pointer=f"{place}/on",
                code="remission.before_detention",
                because=_before(one.on, first),
            )
        if one.kind in ONCE_A_DAY and (one.kind, one.on) in seen:
            yield Impossible(pointer=place, code="remission.twice", because=TWICE)
        seen.add((one.kind, one.on))


def given_for_another(facts: Facts) -> Iterator[Impossible]:
    """Refuse what only a susulan makes up for, and only a tambahan or kemanusiaan is given for."""
    for i, one in enumerate(facts.remissions):
        if one.missed and (one.kind is not RemisiKind.SUSULAN or not _can_be_missed(one.missed)):
            yield Impossible(
                pointer=f"/remissions/{i}/missed", code="remission.missed_unfitting", because=ONLY
            )
        if one.ground and one.ground not in GROUNDS.get(one.kind, ()):
            yield Impossible(
                pointer=f"/remissions/{i}/ground",
                code="remission.ground_unfitting",
                because=(
                    "bukan dasar bagi remisi jenis ini",
                    "is no ground for a remisi of this kind",
                ),
            )


def _can_be_missed(award: Missed) -> bool:
    return award.kind in MADE_UP_FOR


def more_than_the_sentence(facts: Facts) -> Iterator[Impossible]:
    """Refuse more remisi than there is sentence that has an end, where any is told.

    Of a sentence with a part below nothing it is not asked: that is what is wrong.
    """
    spans = [one.span for one in facts.sentences]
    if any(min(span.years, span.months, span.days) < 0 for span in spans):
        return
    total = sum(span.total_days for span in spans)
    if total and total < sum(max(one.days, 0) for one in facts.remissions):
        yield Impossible(
            pointer="/remissions",
            code="remission.more_than_sentence",
            because=(
                "remisi seluruhnya lebih lama daripada pidananya",
                "all remisi together is longer than the sentence",
            ),
        )


def _before(on: date, first: date) -> Words:
    return (
        f"hari remisi {on} mendahului hari pertama penahanan, {first}",
        f"the award day {on} is before the first day of detention, {first}",
    )


def _ground(one: Wanted, place: str) -> Iterator[Impossible]:
    allowed = GROUNDS.get(one.kind, frozenset())
    known = ", ".join(sorted(ground.value for ground in allowed))
    if allowed and one.ground is None:
        yield Impossible(
            pointer=f"{place}/ground",
            code="proposal.ground_missing",
            because=(f"sebutkan dasarnya: {known}", f"name its ground: {known}"),
        )
    elif one.ground is not None and one.ground not in allowed:
        yield Impossible(
            pointer=f"{place}/ground",
            code="proposal.ground_unfitting",
            because=(
                f"bukan dasar bagi remisi jenis ini; yang ada: {known or '-'}",
                f"is no ground for a remisi of this kind; there are: {known or '-'}",
            ),
        )


def _missed(one: Wanted, place: str, first: date | None) -> Iterator[Impossible]:
    late = one.kind is RemisiKind.SUSULAN
    if late and one.missed is None:
        yield Impossible(
            pointer=f"{place}/missed",
            code="proposal.missed_missing",
            because=(
                "sebutkan remisi yang terlewat: jenis dan harinya",
                "name the award that was missed: its kind and its day",
            ),
        )
    if one.missed is None:
        return
    if not late or not _can_be_missed(one.missed):
        yield Impossible(pointer=f"{place}/missed", code="proposal.missed_unfitting", because=ONLY)
    if one.missed.on > one.on:
        yield Impossible(
            pointer=f"{place}/missed/on",
            code="proposal.missed_later",
            because=(
                f"hari yang terlewat, {one.missed.on}, sesudah hari remisi {one.on}",
                f"the day missed, {one.missed.on}, is after the award day {one.on}",
            ),
        )
    if first and one.missed.on < first:
        yield Impossible(
            pointer=f"{place}/missed/on",
            code="proposal.before_detention",
            because=_before(one.missed.on, first),
        )

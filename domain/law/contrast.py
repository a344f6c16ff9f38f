"""Two answers about one person side by side: what differs, and which conditions are behind it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from domain.kernel import Value
from domain.law.calculation import Calculation
from domain.law.criteria import Criterion
from domain.law.integration import RightFinding
from domain.law.remisi import RemisiFinding

Said = date | bool | int | str | None
"""An answer: a day, a number, yes or no, or the code of why there is none."""

DAYS: Final = (
    "counts_from",
    "expiry_without_remission",
    "expiry",
    "release",
    "one_third",
    "one_half",
    "two_thirds",
)
OF_REMISI: Final = ("eligible", "days", "year_ordinal", "releases", "expiry_after")
OF_A_RIGHT: Final = ("applicable", "possible", "from_day", "until")


class Turned(Value):
    """A condition on which two answers differ, as each found it; `None` where one does not ask."""

    code: str
    base: Criterion | None
    other: Criterion | None


class Contrast(Value):
    """One answer that differs; ``answer`` names it: ``expiry``, ``remisi/umum/2025-08-17/days``.

    ``because`` are the conditions behind it. Where there are none it is another text, another
    policy or another fact by itself, or follows from a remisi that differs.
    """

    answer: str
    base: Said
    other: Said
    because: tuple[Turned, ...]


class Basis(Value):
    """On what one of two answers rests, and the other not: texts, and policies as chosen."""

    rule_sets: tuple[str, ...]
    policies: tuple[str, ...]


def contrasts(base: Calculation, other: Calculation) -> tuple[Contrast, ...]:
    """Return every answer in which two calculations differ: dates, remisi, rights."""
    return tuple(
        one
        for told in (_of_dates(base, other), _of_remisi(base, other), _of_rights(base, other))
        for one in told
    )


def basis(one: Calculation, other: Calculation) -> Basis:
    """Return on what one calculation rests and the other does not."""
    theirs = {f"{used.name}={used.chosen}" for used in other.policies}
    chosen = (f"{used.name}={used.chosen}" for used in one.policies)
    return Basis(
        rule_sets=tuple(text for text in one.rule_sets if text not in other.rule_sets),
        policies=tuple(said for said in chosen if said not in theirs),
    )


def _of_dates(base: Calculation, other: Calculation) -> Iterator[Contrast]:
    if (was := _not_applicable(base)) != (now := _not_applicable(other)):
        yield Contrast(answer="not_applicable", base=was, other=now, because=())
    for name in DAYS:
        yield from _differing(name, base.days, other.days, name, ())
    yield from _differing("probation_end", base, other, "probation_end", ())


def _not_applicable(one: Calculation) -> str | None:
    return one.not_applicable.code if one.not_applicable else None


def _of_remisi(base: Calculation, other: Calculation) -> Iterator[Contrast]:
    was, now = _remisi_by_key(base.remissions), _remisi_by_key(other.remissions)
    for key in [*was, *(key for key in now if key not in was)]:
        one, another = was.get(key), now.get(key)
        because = _turned(one, another)
        for name in OF_REMISI:
            yield from _differing(f"remisi/{key}/{name}", one, another, name, because)


def _remisi_by_key(found: Sequence[RemisiFinding]) -> Mapping[str, RemisiFinding]:
    """Return findings by kind and day; the ground tells several of one kind and day apart."""
    keyed: dict[str, RemisiFinding] = {}
    for one in found:
        ground = f"/{one.ground.value}" if one.ground else ""
        keyed[f"{one.kind.value}/{one.on}{ground}"] = one
    return keyed


def _of_rights(base: Calculation, other: Calculation) -> Iterator[Contrast]:
    for right in [
        *base.integration,
        *(one for one in other.integration if one not in base.integration),
    ]:
        one, another = base.integration.get(right), other.integration.get(right)
        because = _turned(one, another)
        for name in OF_A_RIGHT:
            answer = f"integration/{right.value}/{name.removesuffix('_day')}"
            yield from _differing(answer, one, another, name, because)


def _differing(
    answer: str, base: Any, other: Any, name: str, because: tuple[Turned, ...]
) -> Iterator[Contrast]:
    was, now = getattr(base, name, None), getattr(other, name, None)
    if was != now:
        yield Contrast(answer=answer, base=was, other=now, because=because)


Found = RemisiFinding | RightFinding | None


def _turned(base: Found, other: Found) -> tuple[Turned, ...]:
    """Return the conditions that were found otherwise; words and days of waiting aside."""
    was = {one.code: one for one in base.criteria} if base else {}
    now = {one.code: one for one in other.criteria} if other else {}
    codes = [*was, *(code for code in now if code not in was)]
    return tuple(
        Turned(code=code, base=was.get(code), other=now.get(code))
        for code in codes
        if _found(was.get(code)) != _found(now.get(code))
    )


def _found(one: Criterion | None) -> tuple[bool, str | None, str | None] | None:
    return (one.met, one.value, one.needed) if one else None

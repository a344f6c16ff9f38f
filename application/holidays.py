"""The calendar of feasts as the registry knows it, for all who reckon with remisi khusus.

What the registry has fixed goes before what the code has. A proposal for a feast that was moved
names the decree: it is filled in where the registry has it, and one that it does not have is
refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from application.ledger import Ledger, Streams
from application.timeline import in_order
from domain.admission import Religion
from domain.custody import CUSTODY
from domain.holiday import HolidayFixed, holiday_key
from domain.kernel import Event, Journey, Refused
from domain.law.book import LAW
from domain.law.case_facts import facts_of
from domain.law.facts import RemisiKind
from domain.law.feasts import ARTICLE, feasts
from domain.law.remisi_served import stretch
from domain.law.rule_set import Feasts, Law
from domain.record import StreamId
from domain.registry import REGISTRY
from domain.remisi import RemisiProposed

if TYPE_CHECKING:
    from application.deliberation import Deliberation

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2060
"""Years whose feasts are looked up together; outside of them the code's hold, if it has any."""
BY_FEAST: Final = (RemisiKind.KHUSUS, RemisiKind.PMP, RemisiKind.SUSULAN)
"""Kinds whose award day, or whose missed one, may be a feast."""


class Book(Ledger, Streams, Protocol):
    """A ledger that reads one stream or many."""


def law_with_feasts(ledger: Book, known_at: datetime | None, law: Law = LAW) -> Law:
    """Return a law with the calendar that the registry had at a time; of now without one."""
    upto = None if known_at is None else ledger.position_at(known_at)
    streams = {
        holiday_stream(religion, year): (religion, year)
        for religion in Religion
        for year in range(FIRST_YEAR, LAST_YEAR + 1)
    }
    read = ledger.read_many(streams, upto=upto)
    fixed = {streams[stream]: REGISTRY.fold(in_order(pages)).named for stream, pages in read}
    return _with(law, fixed)


def law_for(deliberation: "Deliberation", journey: Journey, asked: RemisiProposed) -> Law:
    """Return the law with the feasts that one proposal depends on, as the registry knows them now.

    Which year it is depends on the feast of the year in which enough was served, and on no other.
    """
    if asked.kind not in BY_FEAST:
        return LAW
    facts = facts_of(journey)
    days = [asked.award_day, asked.missed.on] if asked.missed else [asked.award_day]
    counted = stretch(facts.detention, min(days) + timedelta(days=1))
    years = {day.year for day in days}
    if counted:
        years |= {counted.since.year, counted.since.year + 1}
    found = {(facts.religion, year): _fixed(deliberation, facts.religion, year) for year in years}
    return _with(LAW, found)


def holiday_stream(religion: Religion, year: int) -> StreamId:
    """Return the stream of a feast."""
    return StreamId(kind=REGISTRY.name, key=holiday_key(religion, year))


def with_feast(deliberation: "Deliberation", stream: StreamId, event: Event) -> Event:
    """Return a proposal with the decree that moved its feast, where there is one.

    Refuses what the registry knows to be on another day, and a decree that it does not know.
    """
    if not isinstance(event, RemisiProposed) or event.kind is not RemisiKind.KHUSUS:
        return event
    timeline = deliberation.strand(stream).timeline
    opening = timeline.until(event).journey[CUSTODY].opening
    if opening is None or not opening.religion or event in timeline.events:
        return event
    fixed = _fixed(deliberation, opening.religion, event.award_day.year)
    if fixed is None and event.feast_fixed_by is None:
        return event
    if fixed is None or (event.feast_fixed_by or fixed.decree) != fixed.decree:
        raise Refused(
            "remisi.unknown_decree",
            article=ARTICLE,
            because=(
                "registri hari raya tidak memuat penetapan itu; catat dulu, atau kosongkan",
                "the registry of holidays has no such decree; record it first, or leave it out",
            ),
            field="feast_fixed_by",
        )
    if event.award_day not in fixed.days:
        raise another_feast(fixed)
    return replace(event, feast_fixed_by=fixed.decree)


def another_feast(fixed: HolidayFixed) -> Refused:
    """Return what is said of a remisi khusus on another day than the feast as it is fixed."""
    there = " / ".join(day.isoformat() for day in fixed.days)
    return Refused(
        "remisi.another_feast",
        article=ARTICLE,
        because=(
            f"remisi khusus mengikuti agama yang pertama dicatat; hari rayanya {there}",
            f"remisi khusus follows the religion first recorded, whose feast is on {there}",
        ),
        field="award_day",
    )


def on_other_days(ledger: Book, award_day: date) -> Mapping[Religion, HolidayFixed]:
    """Return the feasts of that year which the registry, as of now, has on other days than this."""
    found = _of_year(ledger, award_day.year, None)
    return {religion: one for religion, one in found.items() if award_day not in one.days}


def moved_away(ledger: Book, award_day: date, since: datetime) -> Sequence[HolidayFixed]:
    """Return the feasts that were on a day, as far as was known then, and have moved since."""
    then = _of_year(ledger, award_day.year, ledger.position_at(since))
    return [
        fixed
        for religion, fixed in on_other_days(ledger, award_day).items()
        if award_day in _days(religion, award_day.year, then)
    ]


def _of_year(ledger: Book, year: int, upto: int | None) -> Mapping[Religion, HolidayFixed]:
    streams = {holiday_stream(religion, year): religion for religion in Religion}
    read = ledger.read_many(streams, upto=upto)
    named = {streams[stream]: REGISTRY.fold(in_order(pages)).named for stream, pages in read}
    return {which: one for which, one in named.items() if isinstance(one, HolidayFixed)}


def _days(religion: Religion, year: int, fixed: Mapping[Religion, HolidayFixed]) -> list[date]:
    known = {(religion, year): fixed[religion].days} if religion in fixed else {}
    return [feast.day for feast in feasts(religion, year, known)]


def _fixed(deliberation: "Deliberation", religion: Religion, year: int) -> HolidayFixed | None:
    named = deliberation.strand(holiday_stream(religion, year)).timeline.journey[REGISTRY].named
    return named if isinstance(named, HolidayFixed) else None


def _with(law: Law, fixed: Mapping[tuple[Religion, int], object]) -> Law:
    moved: Feasts = {
        which: one.days for which, one in fixed.items() if isinstance(one, HolidayFixed)
    }
    return replace(law, feasts={**law.feasts, **moved})

"""`award-day`: a unit's list is drafted, signed, its day begins; and what a nation would take.

Each run has a unit of its own, of convicts of whom the law says different things, in a decade
year: everybody is looked at for remisi umum and for dasawarsa. In one process, without HTTP, on the
paths that the service takes: every award is decided on its case, assessed, sealed and chained.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from statistics import median
from typing import Any, Final

from benchmarks.convicts import write_people
from benchmarks.importing import mean_page
from benchmarks.jobs import Worker, python_worker
from benchmarks.ledger import ensure_whole
from benchmarks.people import UNIT, write_unit
from benchmarks.place import Place
from benchmarks.rebuild import opened
from benchmarks.result import Result, Row, Scale, measured
from benchmarks.rounds import rate

AREA: Final = "award-day"
CASES: Final = "cases/s"
AWARDS: Final = "awards/s"
EVENTS: Final = "events/s"
RAW_READ: Final = "raw: SELECT of the pages that the law is asked of"
RAW_WRITE: Final = "raw unnest inserts, batches of 50"
RAW_BATCH: Final = 50
"""Pages in one write of ours: those of one step of so many cases."""
UNIT_PEOPLE: Final = 4_000
DRAFT_SECONDS: Final = 10.0
NATION_PEOPLE: Final = 280_000
NATION_AWARDS: Final = 180_000
MINUTE: Final = 60
NOTES: Final = (
    (
        "award-day: seven of ten convicts are awarded both, one goes free by the first, one is"
        " under discipline, one is not convicted. 'signed' is four levels and an SK heard by each"
        " case; 'begins' is midnight. What is said of the nation is these rates in one process,"
        " extrapolated; units are independent of each other, but share one ledger."
    ),
)
Found = Mapping[str, list[dict[str, Any]]]


def run(scale: Scale, place: Place) -> Result:
    """Take one unit after the other through its award day."""
    units = [f"{UNIT}-{number}" for number in range(scale.runs + 1)]
    found: dict[str, list[dict[str, Any]]] = {}
    with ExitStack() as stack:
        dsn = stack.enter_context(place.database())
        other = stack.enter_context(place.database(migrated=False))
        with opened(dsn) as shop:
            for unit in units:
                write_unit(shop.ledger, unit, "12.71")
                write_people(shop.ledger, unit, scale.people)
        ours = stack.enter_context(python_worker("benchmarks.award_day_worker"))
        peer = stack.enter_context(python_worker("benchmarks.peers.raw"))
        ours.ask(do="open", dsn=dsn)
        peer.ask(do="prepare", dsn=other)
        for number, unit in enumerate(units):
            answers = one_day(ours, peer, unit, {"dsn": other, "size": mean_page(dsn)})
            for name, answer in answers.items() if number else ():
                found.setdefault(name, []).append(answer)
        ensure_whole(dsn)
    return Result(rows=tuple(rows(found, scale.people)), notes=NOTES)


def one_day(
    ours: Worker, peer: Worker, unit: str, inserts: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Measure one unit's day, each part beside what PostgreSQL alone takes for it."""
    jobs = ("raw", "recalculate", "draft", "sign", "award")
    answers = {job: ours.ask(do=job, unit=unit) for job in jobs}
    events = max(int(answers["award"]["events"]), RAW_BATCH)
    answers["insert"] = peer.ask(do="batches", events=events, batch=RAW_BATCH, **inserts)
    return answers


def rows(found: Found, people: int) -> Sequence[Row]:
    """Return the rates, beside the peers, and what they come to."""
    told = partial(measured, AREA)
    read = told(RAW_READ, CASES, list(map(rate, found["raw"])))
    insert = told(RAW_WRITE, EVENTS, list(map(rate, found["insert"])))
    recalculated = list(map(rate, found["recalculate"]))
    drafts = [UNIT_PEOPLE / rate(one) for one in found["draft"]]
    awards = list(map(rate, found["award"]))
    signed = list(map(rate, found["sign"]))
    per_award = median(one["events"] / one["done"] for one in found["award"])
    written = [one["events"] / one["seconds"] for one in found["award"]]
    most = [one["megabytes"] for one in found["award"]]
    return (
        read,
        told("recalculated: the law asked about everybody, twice", CASES, recalculated).beside(
            read
        ),
        told(
            f"a unit of {UNIT_PEOPLE:,} drafted and recorded",
            "s",
            drafts,
            goal=f"under {DRAFT_SECONDS:g} s",
            note=f"from units of {people:,}",
        ).under(DRAFT_SECONDS),
        told("signed: all levels and the SK, told in each case", AWARDS, signed),
        told("the day begins", AWARDS, awards, note=f"{per_award:.1f} events each"),
        insert,
        told("the day begins, by events", EVENTS, written).beside(insert),
        told("memory at most", "MB", most, note=f"units of {people:,}, one after the other"),
        *of_the_nation(recalculated, signed, awards),
    )


def of_the_nation(
    recalculated: Sequence[float], signed: Sequence[float], awards: Sequence[float]
) -> Sequence[Row]:
    """Return what the rates come to, in minutes of one process."""

    def minutes(what: str, count: int, rates: Sequence[float]) -> Row:
        return measured(AREA, f"nation: {what}", "min", [count / one / MINUTE for one in rates])

    return (
        minutes(f"{NATION_AWARDS:,} awards begin", NATION_AWARDS, awards),
        minutes("twice that, in a decade year", 2 * NATION_AWARDS, awards),
        minutes(f"{NATION_PEOPLE:,} people recalculated", NATION_PEOPLE, recalculated),
        minutes(f"{NATION_AWARDS:,} awards signed", NATION_AWARDS, signed),
    )

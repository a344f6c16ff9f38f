"""`day`: what the service holds in memory while people work with it, from its start to the end.

Twenty people's mixed day over HTTP, `--rate` things done a second, for `--minutes`: two in five are
appends, then come lists, searches, pages, histories, files, feeds and corrections. Memory is that
of every process of the service, its sealer included, and not of PostgreSQL. What grows does so with
the requests, so the slope is told per 10,000 of them, over the second half, when caches are full.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from statistics import linear_regression
from typing import Any, Final, NamedTuple

from api.main import issue, open_house
from api.pages.visits import TOKEN_COOKIE
from api.tokens import Role
from benchmarks.append import cores
from benchmarks.day_load import CASES_OF_A_DAY
from benchmarks.feed import AUDIENCES, scene
from benchmarks.feed_scene import Party, units_of
from benchmarks.jobs import Worker, python_worker
from benchmarks.machine import KIBIBYTE, MEGABYTE
from benchmarks.people import disciplined
from benchmarks.place import Place
from benchmarks.result import Result, Row, Scale, measured, not_measured
from benchmarks.service import CALLER, Address, Databases, serving
from infrastructure.settings import Settings

AREA: Final = "day"
PEOPLE: Final = 20
SAMPLES: Final = 40
LEAST_SECONDS: Final = 0.05
EVENTS: Final = 50_000
"""More than what is kept awake: what would be seen else is how the caches are filled."""
BEFORE: Final = 1_000_000
"""Where the numbers begin of what was recorded before the day."""
SLOPE_OVER: Final = 10_000
FLAT: Final = 5.0
GOAL: Final = f"flat: under {FLAT:g} MB per {SLOPE_OVER:,} requests"
KEPT: Final = "infrastructure."
"""Begins the names of the modules that are run by the processes that a service keeps."""
REST_MOST: Final = 200.0
REST_GOAL: Final = f"under {REST_MOST:g} MB"
NOTES: Final = (
    (
        "day: memory is PSS: what the machine would have again without the service and its sealer;"
        " RSS counts in each of them what they share. The slope is that of the least-squares line"
        " through the second half."
    ),
)


class Held(NamedTuple):
    """What processes hold, in megabytes: together, and the PSS of ``each`` by what it is called."""

    rss: float
    pss: float
    each: Mapping[str, float]


class Sample(NamedTuple):
    """What the service held after so many requests."""

    requests: int
    held: Held


def run(scale: Scale, place: Place) -> Result:
    """Let a day pass, and tell what was held at rest, along it and at its end."""
    core, others = cores()
    with ExitStack() as stack:
        dsn = stack.enter_context(place.database())
        keys = stack.enter_context(place.database(migrated=False))
        databases = Databases(ledger=dsn, keys=keys)
        looked_at = min(max(PEOPLE * AUDIENCES, scale.people), PEOPLE * CASES_OF_A_DAY)
        filling = range(min(EVENTS, scale.store_events) // looked_at)
        cases, later = looked_at // AUDIENCES, [disciplined(BEFORE + n) for n in filling]
        furnished = stack.enter_context(scene(databases, stack, cases, later))
        chosen = Settings(database_url=dsn, keys_url=keys, data_dir=furnished.house.data)
        with open_house(chosen) as house:
            caller = replace(CALLER, units=frozenset(units_of(len(furnished.parties))))
            supervisor = issue(house.tokens, replace(caller, id="bench-2", role=Role.SUPERVISOR))
        load = stack.enter_context(python_worker("benchmarks.day_load", cores=others))
        address = stack.enter_context(serving(furnished.house, cores=core))
        samples = [Sample(0, held(address.process))]
        load.ask(port=address.port, people=people(furnished.parties, address, supervisor))
        samples += along(load, address, scale)
    return Result(rows=tuple(rows(samples)), notes=NOTES)


def rows(samples: Sequence[Sample]) -> Iterator[Row]:
    """Yield what was held at rest, after a quarter, half and all of the day, and the slope."""
    rest, last = samples[0], len(samples) - 1
    if not rest.held.rss:
        yield not_measured(AREA, "memory of the service", "MB", "only Linux says it here")
        return
    yield row("at rest", rest, goal=REST_GOAL).under(REST_MOST)
    for when, share in (("after a quarter", 4), ("after half", 2), ("at the end", 1)):
        yield row(when, samples[last // share])
    later = samples[last // 2 :]
    line = linear_regression([one.requests for one in later], [one.held.pss for one in later])
    told = f"{later[-1].requests - later[0].requests:,} requests in the second half"
    yield measured(
        AREA,
        "growth in the second half",
        f"MB per {SLOPE_OVER:,} requests",
        [line.slope * SLOPE_OVER],
        goal=GOAL,
        note=told,
    ).under(FLAT)


def row(when: str, sample: Sample, goal: str = "") -> Row:
    """Return the row of one moment."""
    rss, pss, each = sample.held
    parts = ", ".join(f"{name} {part:.0f}" for name, part in each.items())
    note = f"{parts}; RSS {rss:.0f} MB, {sample.requests:,} requests"
    return measured(AREA, f"memory {when}", "MB", [pss], goal=goal, note=note)


def people(parties: Sequence[Party], address: Address, supervisor: str) -> list[Mapping[str, Any]]:
    """Return who works, each with cases that nobody else writes to."""
    found: list[Mapping[str, Any]] = []
    staff = {**address.headers, "Cookie": f"{TOKEN_COOKIE}={address.token}"}
    each = PEOPLE // len(parties)
    for number in range(PEOPLE):
        party = parties[number % len(parties)]
        own = party.cases[number // len(parties) :: each][:CASES_OF_A_DAY]
        found.append(
            {
                "cases": own,
                "staff": staff,
                "supervisor": {"Authorization": f"Bearer {supervisor}"},
                "agency": {"Authorization": f"Bearer {party.token}"},
                "feed": f"/v1/feeds/{party.agreement}",
            }
        )
    return found


def along(load: Worker, address: Address, scale: Scale) -> Iterator[Sample]:
    """Yield what is held, forty times along the day."""
    seconds = max(LEAST_SECONDS, scale.minutes * 60 / SAMPLES)
    for _ in range(SAMPLES):
        done = load.ask(seconds=seconds, rate=scale.rate)["requests"]
        yield Sample(done, held(address.process))


def held(process: int) -> Held:
    """Return what a process and all that came of it hold."""
    rss, each = 0.0, dict[str, float]()
    for one in family(process):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii").splitlines()
            name = called(one)
        except OSError:  # it is gone
            continue
        said = dict(line.split(":", 1) for line in lines[1:])
        rss += megabytes(said["Rss"])
        each[name] = each.get(name, 0.0) + megabytes(said["Pss"])
    return Held(rss, sum(each.values()), each)


def megabytes(said: str) -> float:
    """Return an amount that Linux says in its kB."""
    return int(said.split(maxsplit=1)[0]) * KIBIBYTE / MEGABYTE


def called(process: int) -> str:
    """Return what a process is called: for the module that it runs, or else `service`."""
    words = Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8").split("\0")
    modules = [word for word in words if word.startswith(KEPT)]
    return modules[0].removeprefix(KEPT).removesuffix("_process") if modules else "service"


def family(process: int) -> Iterator[int]:
    """Yield a process and its descendants."""
    yield process
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = path.read_text(encoding="ascii").split()
        except OSError:
            continue
        for child in children:
            yield from family(int(child))

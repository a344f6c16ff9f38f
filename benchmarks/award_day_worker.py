"""Measures an award day in a process of its own, whose memory is that of the work.

``open`` names the database. Jobs on one unit: ``raw`` reads the pages that the law is asked of, and
does nothing with them; ``recalculate`` reads them and asks the law about everybody; ``draft`` has
the list recorded as well; ``sign`` takes the list to its SK, and has the cases hear of every step;
``award`` lets the day begin. Each answers how many cases or awards were ``done`` in how many
``seconds``, how many ``events`` were written, and what the process held at most (``megabytes``).
"""

import resource
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from time import perf_counter
from typing import Any, Final

from application.append import Append, Proposal, Request
from application.batch_following import BatchFollowing
from application.batches import DraftAsked, Drafting, proposals
from application.case_facts import NAMES, CaseFacts, case_stream
from application.journeys import NOW
from benchmarks.convicts import AWARD_DAY
from benchmarks.jobs import work_off
from benchmarks.machine import KIBIBYTE, MEGABYTE
from benchmarks.people import ACTOR, new_id, now, on
from benchmarks.rebuild import opened
from domain.batch_list import BatchDecided, BatchSessionHeld, BatchSkIssued
from domain.kernel import Event
from domain.law.book import LAW
from domain.law.facts import RemisiKind
from domain.record import StreamId
from domain.remisi import LEVELS
from infrastructure.logging import configure_logging
from infrastructure.read_models import PostgresReadModels
from infrastructure.rebuilding import Workshop
from projections.catalogue import PROJECTIONS

RAW: Final = (
    b"SELECT * FROM ledger.event WHERE stream = ANY(%s) AND name = ANY(%s) ORDER BY stream, version"
)
TOGETHER: Final = 200
"""Cases read at a time, as `application.case_facts` reads them."""
KINDS: Final = (RemisiKind.UMUM, RemisiKind.DASAWARSA)
DRAFTED, SIGNED = AWARD_DAY.replace(month=7, day=1), AWARD_DAY.replace(day=8)
EVE: Final = on(AWARD_DAY.replace(day=AWARD_DAY.day - 1)).instant
MIDNIGHT: Final = on(AWARD_DAY).instant


class Desk:
    """A ledger with its read models, in this process alone; what a unit drafts is remembered."""

    def __init__(self, shop: Workshop) -> None:
        self.pool, self.ledger = shop.pool, shop.ledger
        self.models = PostgresReadModels(shop.ledger, shop.pool, shop.seals, PROJECTIONS)
        self.models.follower.prepare()
        self.append = Append(shop.ledger, new_id, now)
        self.cases = CaseFacts(shop.ledger, self.models)
        self.following = BatchFollowing(self.append, shop.ledger, self.models)
        self.lists: dict[str, StreamId] = {}
        self.awards: dict[str, int] = {}
        while self.models.follower.advance():
            pass

    def raw(self, unit: str) -> int:
        """Read the pages that the law is asked of, and nothing else."""
        cases = self.cases.held_by([unit], NOW)
        for first in range(0, len(cases), TOGETHER):
            streams = [str(case_stream(case)) for case in cases[first : first + TOGETHER]]
            with self.pool.connection() as connection:
                connection.execute(RAW, (streams, list(NAMES)), binary=True).fetchall()
        return len(cases)

    def recalculate(self, unit: str) -> int:
        """Ask the law about everybody whom a unit holds: a dry run."""
        return len(Drafting(self.cases, LAW).draft(asked_of(unit), DRAFTED).lines) // len(KINDS)

    def draft(self, unit: str) -> int:
        """Draft and record the list of a unit."""
        asked = asked_of(unit)
        found = Drafting(self.cases, LAW).draft(asked, DRAFTED)
        stream = self.lists[unit] = StreamId(kind="remisi-batch", key=new_id())
        self.awards[unit] = sum(one.line.included for one in found.lines)
        self._say(*proposals(stream, asked, found, on(DRAFTED), (ACTOR.id, None)))
        return len(found.lines) // len(KINDS)

    def sign(self, unit: str) -> int:
        """Take a list through all its steps, and have the cases hear of them."""
        stream = self.lists[unit]
        for step in steps():
            self._say(Proposal(stream=stream, event=step, evidence=(), reason=None))
        self.following.follow(stream, EVE)
        return self.awards[unit]

    def award(self, unit: str) -> int:
        """Let the day begin."""
        self.following.follow(self.lists[unit], MIDNIGHT)
        return self.awards[unit]

    def _say(self, *told: Proposal) -> None:
        self.append(
            Request(
                proposals=told,
                expected={},
                actor=ACTOR,
                purpose="pembinaan",
                correlation_id="bench",
                command=None,
            )
        )


def asked_of(unit: str) -> DraftAsked:
    """Return what is asked for: both remisi of the day."""
    return DraftAsked(unit=unit, award_day=AWARD_DAY, kinds=KINDS)


def steps() -> list[Event]:
    """Return what the TPP, the other levels and the SK say of a list."""
    at, others = on(SIGNED), LEVELS[1:]
    met = BatchSessionHeld(
        effective=at,
        minutes="BA-TPP-7",
        members=("tpp-1", "tpp-2"),
        recommended=True,
        except_cases=(),
        by="tpp-1",
        on_behalf_of=None,
    )
    agreed = [
        BatchDecided(
            effective=at,
            level=level,
            agreed=True,
            except_cases=(),
            by=f"level-{place}",
            on_behalf_of=None,
        )
        for place, level in enumerate(others)
    ]
    issued = BatchSkIssued(
        effective=at, sk_number="PAS-1", sk_date=SIGNED, by="dirjen", on_behalf_of=None
    )
    return [met, *agreed, issued]


WORK: Final[Mapping[str, Callable[[Desk, str], int]]] = {
    "raw": Desk.raw,
    "recalculate": Desk.recalculate,
    "draft": Desk.draft,
    "sign": Desk.sign,
    "award": Desk.award,
}


def timed(desk: Desk, job: dict[str, Any]) -> dict[str, Any]:
    """Do one job, and answer how long it took."""
    before, began = desk.ledger.position(), perf_counter()
    done = WORK[job["do"]](desk, job["unit"])
    seconds = perf_counter() - began
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIBIBYTE / MEGABYTE
    events = desk.ledger.position() - before
    return {"done": done, "seconds": seconds, "events": events, "megabytes": most}


class Jobs:
    """Opens a ledger at the first job, and does the others on it."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack, self._desk = stack, list[Desk]()

    def __call__(self, job: dict[str, Any]) -> dict[str, Any]:
        """Do one job."""
        if job["do"] == "open":
            self._desk = [Desk(self._stack.enter_context(opened(job["dsn"])))]
            return {}
        (desk,) = self._desk
        return timed(desk, job)


if __name__ == "__main__":
    configure_logging()
    with ExitStack() as kept:
        work_off(Jobs(kept))

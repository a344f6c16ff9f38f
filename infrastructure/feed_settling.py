"""What changes for everybody: agreements, programmes and midnights, gone through piece by piece.

Whoever is not to be shared any more is left out first, and only then come those who are new. A
piece compares what is with what was told, so that one who begins again in the middle of it tells
nothing twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

from psycopg import Connection

from domain.record import StreamId
from domain.sharing.fields import SharedField
from domain.sharing.scope import Because
from infrastructure.feed_audiences import Audiences, Cause, Party
from infrastructure.feed_candidates import cases_of, referrals_of
from infrastructure.feed_counts import Counting
from infrastructure.feed_looking import Looking, Looks, Plan
from infrastructure.read_models import PostgresReadModels

PIECE: Final = 200
"""People who are looked at between two batches of the ledger."""
PRESENT: Final = "SELECT subject FROM feed.present WHERE audience = %s ORDER BY pseudonym"
ANYBODY: Final = "SELECT FROM feed.present WHERE audience = %s LIMIT 1"
CHANGED: Final = "agreement.changed"
SAID: Final[Mapping[Because, str]] = {
    Because.RUNNING: "agreement.started",
    Because.RESUMED: "agreement.resumed",
    Because.SUSPENDED: "agreement.suspended",
    Because.ENDED: "agreement.ended",
    Because.EXPIRED: "agreement.expired",
}


@dataclass(slots=True)
class Job:
    """One party for whom everybody is to be looked at, and whom that leaves.

    ``since`` is the position that read models must have seen to know who may be in scope.
    """

    party: Party
    state: str
    since: int
    cause: Cause
    present: list[str] | None = None
    others: list[str] | None = None
    event: str = CHANGED


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a job: what to write, and which of its marks are reached by that."""

    party: Party
    plan: Plan
    terms: str | None
    settled: str | None


class Settling:
    """Goes through jobs, one piece at a time. For one thread."""

    def __init__(self, audiences: Audiences, looking: Looking, models: PostgresReadModels) -> None:
        self._audiences, self._looking, self._models = audiences, looking, models
        self._counting = Counting(audiences, looking, models)
        self._jobs: dict[int, Job] = {}

    def forget(self) -> None:
        """Let go of all jobs: whoever takes over finds them again."""
        self._jobs = {}

    def begin_anew(self, numbers: Iterable[int]) -> None:
        """Let go of the jobs of some parties: whoever they have looked at may be otherwise by now.

        Their marks may well be the same as before, and do not tell.
        """
        for number in numbers:
            self._jobs.pop(number, None)

    def piece(self, connection: Connection[Any], upto: int, at: datetime) -> Piece | None:
        """Return the next piece, as of a position; `None` where there is none now.

        What leaves people out comes first, of whichever party.
        """
        jobs = [self._job(party, upto, at) for party in self._audiences.unsettled()]
        self._jobs = {job.party.id: job for job in jobs}
        jobs.sort(key=lambda job: self._audiences.terms[job.party.id] == job.party.terms)
        for job in jobs:
            if (found := self._next(connection, job, upto, at)) is not None:
                return found
        return None

    def _job(self, party: Party, upto: int, at: datetime) -> Job:
        state = self._audiences.state(party)
        job = self._jobs.get(party.id)
        if job and job.state == state:
            return job
        cause = self._audiences.causes.get(party.audience.agreement)
        return Job(party, state, upto, cause or self._by_the_clock(party, upto, at))

    def _by_the_clock(self, party: Party, upto: int, at: datetime) -> Cause:
        opened = [party.standing(unit, at).since for unit in self._audiences.open[party.id]]
        since = [one for one in opened if one is not None]
        return Cause(position=upto, at=max(since, default=at))

    def _next(self, connection: Connection[Any], job: Job, upto: int, at: datetime) -> Piece | None:
        if job.party.counts:
            return self._figures(connection, job, upto, at)
        narrowed = self._audiences.terms[job.party.id] == job.party.terms
        if not narrowed:
            if job.present is None:
                rows = connection.execute(PRESENT, (job.party.id,)).fetchall()
                job.present = [subject for (subject,) in rows]
            plan = self._look(connection, job, job.present, upto, CHANGED)
            return Piece(job.party, plan, None if job.present else job.party.terms, None)
        if job.others is None:
            if self._audiences.open[job.party.id] and not self._models.wait(job.since, 0):
                return None
            job.others = self._candidates(connection, job.party)
            if connection.execute(ANYBODY, (job.party.id,)).fetchone() is None:
                job.event = self._opening(job.party, at)
        plan = self._look(connection, job, job.others, upto, job.event)
        return Piece(job.party, plan, None, None if job.others else job.state)

    def _figures(
        self, connection: Connection[Any], job: Job, upto: int, at: datetime
    ) -> Piece | None:
        """Count once, for all who are counted."""
        if self._audiences.open[job.party.id] and not self._models.wait(job.since, 0):
            return None
        plan = self._counting.plan(connection, job.party, Cause(upto, at))
        return Piece(job.party, plan, job.party.terms, job.state)

    def _look(
        self, connection: Connection[Any], job: Job, rest: list[str], upto: int, event: str
    ) -> Plan:
        """Look at the next ones of a list, and take them off it."""
        some, rest[:] = rest[:PIECE], rest[PIECE:]
        cause = Cause(job.cause.position, job.cause.at, event=job.cause.event or event)
        causes = {StreamId.of(subject): cause for subject in some}
        return self._looking.plan(connection, Looks(causes), upto, job.party)

    def _opening(self, party: Party, at: datetime) -> str:
        """Return by which event an agreement came to share with a party that saw nobody."""
        because = {party.scope.standing(zone, at).because for zone in party.zones.values()}
        return next((SAID[one] for one in SAID if one in because), CHANGED)

    def _candidates(self, connection: Connection[Any], party: Party) -> list[str]:
        """Return who may be in scope, as the read models know."""
        units = self._audiences.open[party.id]
        if not units:
            return []
        found = cases_of(connection, party, units)
        if SharedField.REFERRAL in party.scope.fields:
            found += referrals_of(connection, party)
        called = self._looking.store.pseudonym  # whose keys came first is nobody's business outside
        return sorted(found, key=lambda one: called(party.audience.agreement, one))


def closings(
    party: Party, units: Iterable[str], at: datetime
) -> Mapping[tuple[str, datetime], list[str]]:
    """Return units that closed, by the event by which they did and since when.

    What is of several units is closed as soon as one of them is.
    """
    found: dict[tuple[str, datetime], list[str]] = {}
    for several in units:
        why = min((why_closed(party, unit, at) for unit in several.split()), key=itemgetter(1))
        found.setdefault(why, []).append(several)
    return found


def why_closed(party: Party, unit: str, at: datetime) -> tuple[str, datetime]:
    """Return by which event a unit's people are shared no more, and since when."""
    standing = party.standing(unit, at)
    if standing.shares or standing.since is None:
        return CHANGED, at
    return SAID.get(standing.because, CHANGED), standing.since

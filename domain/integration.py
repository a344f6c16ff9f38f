"""Integration: asimilasi, CMK, CB, CMB and PB, from the proposal to the end.

Rights with conditions of UU 22/2022 art. 10, in the procedure of Permenkumham 3/2018 as amended by
7/2022 (certainty K~). The conditions, 1/2 or 2/3 of the sentence and the months of good conduct,
are the law's arithmetic (`domain.law`) and the rule set is named in the proposal; here is what was
proposed, granted, begun, revoked and ended, in an order that can be. No condition refuses: what the
law finds stands beside the proposal (`domain.integration_assessment`). Asimilasi and CMK are lived
while held. On PB, CB and CMB the person becomes a *klien* of a Bapas (UU 22/2022 art. 1), who
guides and hears reports; that the gate was passed is a fact of its own, `custody.released`, of the
same day.
"""

from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import Annotated, Final, assert_never, get_args

from domain.custody import ensure_admitted, ensure_held
from domain.fields import Line, Note, Ref, UnitCode
from domain.kernel import (
    Chapter,
    Event,
    Journey,
    Open,
    Personal,
    Range,
    Refused,
    Specific,
    Value,
    ensure,
    replace,
)
from domain.law.facts import Right
from domain.law.guidance import OUTSIDE
from domain.law.integration_rules import Paper
from domain.time import Effective

__all__ = ["OUTSIDE", "Right"]

Stage = Annotated[int, Range(least=1, most=3)]
"""A stage of guidance by a Bapas."""


class ReportWay(Enum):
    """How a Bapas heard from a klien."""

    AT_THE_OFFICE = "at_the_office"
    VISIT = "visit"
    REMOTE = "remote"


class IntegrationPaperReceived(Event, stored_as="integration.paper_received"):
    """A document that a proposal of a right needs came in; the evidence is the document."""

    right: Open[Right]
    paper: Specific[Paper]


class IntegrationProposed(Event, stored_as="integration.proposed"):
    """The unit proposed a right, its conditions measured by this rule set."""

    proposal: Open[Ref]
    right: Open[Right]
    rule_set: Open[Line]


class IntegrationGranted(Event, stored_as="integration.granted"):
    """An SK granted the right from one day until another, or until further notice."""

    proposal: Open[Ref]
    sk_number: Open[Line]
    sk_date: Open[date]
    starts: Open[date]
    until: Open[date | None]


class IntegrationDeclined(Event, stored_as="integration.declined"):
    """The right was not granted."""

    proposal: Open[Ref]
    reason: Personal[Note]


class IntegrationStarted(Event, stored_as="integration.started"):
    """The person lives under the right, guided by a Bapas where there is one."""

    proposal: Open[Ref]
    bapas: Open[UnitCode | None]


class IntegrationGuided(Event, stored_as="integration.guided"):
    """A klien reported to the Bapas, in this stage of guidance."""

    proposal: Open[Ref]
    bapas: Open[UnitCode]
    stage: Open[Stage]
    way: Open[ReportWay]
    note: Personal[Note | None]


class IntegrationRevoked(Event, stored_as="integration.revoked"):
    """An SK took the right away. The return to the unit is `custody.readmitted`."""

    proposal: Open[Ref]
    sk_number: Open[Line]
    reason: Personal[Note]


class IntegrationEnded(Event, stored_as="integration.ended"):
    """The time under the right is over as it should be."""

    proposal: Open[Ref]


IntegrationEvent = (
    IntegrationPaperReceived
    | IntegrationProposed
    | IntegrationGranted
    | IntegrationDeclined
    | IntegrationStarted
    | IntegrationGuided
    | IntegrationRevoked
    | IntegrationEnded
)


class RightCourse(Value):
    """One proposal: what was asked, how it was answered, and its time."""

    asked: IntegrationProposed | None
    grant: IntegrationGranted | None
    declined: Effective | None
    started: IntegrationStarted | None
    reports: tuple[IntegrationGuided, ...]
    revoked: Effective | None
    ended: Effective | None

    @property
    def right(self) -> Right | None:
        """Return which right was proposed."""
        return self.asked.right if self.asked else None

    @property
    def runs(self) -> bool:
        """Return whether the person lives under the right."""
        return self.started is not None and self.revoked is None and self.ended is None


UNKNOWN: Final = RightCourse(
    asked=None, grant=None, declined=None, started=None, reports=(), revoked=None, ended=None
)


class Integration(Value):
    """What was proposed, by its key; and the papers that came in, the last of each."""

    proposals: dict[str, RightCourse]
    papers: dict[tuple[Right, Paper], IntegrationPaperReceived]

    def runs(self, *rights: Right) -> bool:
        """Return whether one of the rights has started and is neither revoked nor ended."""
        return any(course.runs and course.right in rights for course in self.proposals.values())

    @property
    def is_klien(self) -> bool:
        """Return whether the person is a klien: on PB, CB or CMB."""
        return self.runs(*OUTSIDE)


def decide(proposed: IntegrationEvent, journey: Journey) -> Sequence[Event]:
    """Admit the next step of one proposal."""
    match proposed:
        case IntegrationPaperReceived():
            ensure_admitted(journey, "integration.not_admitted")
        case IntegrationProposed():
            ensure_held(journey, "integration.not_held")
            _ensure_new_key(journey, proposed.proposal)
        case IntegrationGranted():
            _ensure_unanswered(journey, proposed.proposal)
            _ensure_begins_first(proposed)
        case IntegrationDeclined():
            _ensure_unanswered(journey, proposed.proposal)
        case IntegrationStarted():
            _ensure_may_start(journey, proposed)
        case IntegrationGuided():
            _ensure_klien(journey, proposed.proposal)
        case IntegrationRevoked():
            _ensure_revocable(journey, proposed.proposal)
        case IntegrationEnded():
            _ensure_runs(journey, proposed.proposal)
        case _:
            assert_never(proposed)
    return [proposed]


def _ensure_new_key(journey: Journey, proposal: str) -> None:
    ensure(
        proposal not in journey[INTEGRATION].proposals,
        "integration.proposal_exists",
        article="Kaidah Jejak: satu kunci, satu usulan",
        because=(
            f"kunci usulan {proposal} sudah dipakai",
            f"the key {proposal} names a proposal already",
        ),
    )


def _ensure_begins_first(granted: IntegrationGranted) -> None:
    ensure(
        granted.until is None or granted.starts <= granted.until,
        "integration.ends_before_it_begins",
        article="Kaidah Jejak: awal sebelum akhir",
        because=(
            f"berakhir pada {granted.until}, sebelum mulai pada {granted.starts}",
            f"it would end on {granted.until}, before it starts on {granted.starts}",
        ),
        field="until",
    )


def _course(journey: Journey, proposal: str) -> RightCourse:
    """Return the course of a proposal; refuse where there is none."""
    course = journey[INTEGRATION].proposals.get(proposal)
    if course is None or course.right is None:
        raise Refused(
            "integration.no_such_proposal",
            article="Kaidah Jejak: urutan kejadian",
            because=(f"tidak ada usulan {proposal}", f"there is no proposal {proposal}"),
        )
    return course


def _ensure_unanswered(journey: Journey, proposal: str) -> None:
    course = _course(journey, proposal)
    ensure(
        course.grant is None and course.declined is None,
        "integration.already_answered",
        article="Kaidah Jejak: satu usulan, satu jawaban",
        because=(
            f"usulan {proposal} sudah dikabulkan atau ditolak",
            f"proposal {proposal} was granted or declined already",
        ),
    )


def _ensure_may_start(journey: Journey, proposed: IntegrationStarted) -> None:
    """Let a granted right begin once, within its time: inside while held, outside while alive."""
    course, day = _course(journey, proposed.proposal), proposed.effective.day
    grant = course.grant
    if grant is None:
        raise Refused(
            "integration.not_granted",
            article="UU 22/2022 art. 10",
            because=(
                f"usulan {proposed.proposal} belum dikabulkan dengan SK",
                f"no SK has granted proposal {proposed.proposal}",
            ),
        )
    ensure(
        course.started is None,
        "integration.already_started",
        article="Kaidah Jejak: urutan kejadian",
        because=(
            f"hak dari usulan {proposed.proposal} sudah mulai dijalani",
            f"the right of proposal {proposed.proposal} has started already",
        ),
    )
    ensure(
        grant.starts <= day <= (grant.until or date.max),
        "integration.outside_its_time",
        article="UU 22/2022 art. 10",
        because=(
            f"menurut SK, hak ini dijalani mulai {grant.starts} sampai {grant.until or 'dicabut'}",
            f"by the SK, this right runs from {grant.starts} until {grant.until or 'revoked'}",
        ),
    )
    if course.right in OUTSIDE:
        ensure_admitted(journey, "integration.not_admitted")
    else:
        ensure_held(journey, "integration.not_held")


def _ensure_runs(journey: Journey, proposal: str) -> None:
    ensure(
        _course(journey, proposal).runs,
        "integration.not_running",
        article="Kaidah Jejak: urutan kejadian",
        because=(
            f"hak dari usulan {proposal} belum mulai atau sudah selesai dijalani",
            f"the right of proposal {proposal} has not started, or is over already",
        ),
    )


def _ensure_revocable(journey: Journey, proposal: str) -> None:
    """Let PB be revoked after its end too: until when is for the law (KUHP 2023 art. 73).

    Three months after probation it is too late, unless somebody is prosecuted for an offence during
    it; that is shown, and not refused (`domain.law.guidance.revocable_until`).
    """
    course = _course(journey, proposal)
    if course.right is not Right.PB or course.ended is None or course.revoked is not None:
        _ensure_runs(journey, proposal)


def _ensure_klien(journey: Journey, proposal: str) -> None:
    """Refuse a report to a Bapas of whoever lives under the right inside, or no longer."""
    _ensure_runs(journey, proposal)
    ensure(
        _course(journey, proposal).right in OUTSIDE,
        "integration.not_a_klien",
        article="UU 22/2022 art. 1",
        because=(
            f"hak dari usulan {proposal} dijalani di dalam; yang melapor ke Bapas adalah klien",
            f"the right of proposal {proposal} is lived inside; it is a klien who reports",
        ),
    )


def evolve(integration: Integration, event: IntegrationEvent) -> Integration:
    """Write the step into the course of its proposal, or the paper among those that came in."""
    if isinstance(event, IntegrationPaperReceived):
        papers = integration.papers | {(event.right, event.paper): event}
        return replace(integration, papers=papers)
    course = integration.proposals.get(event.proposal, UNKNOWN)
    match event:
        case IntegrationProposed():
            course = replace(course, asked=event)
        case IntegrationGranted():
            course = replace(course, grant=event)
        case IntegrationDeclined():
            course = replace(course, declined=event.effective)
        case IntegrationStarted():
            course = replace(course, started=event)
        case IntegrationGuided() if event not in course.reports:
            course = replace(course, reports=(*course.reports, event))
        case IntegrationGuided():
            pass
        case IntegrationRevoked():
            course = replace(course, revoked=event.effective)
        case IntegrationEnded():
            course = replace(course, ended=event.effective)
        case _:
            assert_never(event)
    return replace(integration, proposals=integration.proposals | {event.proposal: course})


INTEGRATION: Final[Chapter[Integration, IntegrationEvent]] = Chapter(
    name="integration",
    events=get_args(IntegrationEvent),
    initial=Integration(proposals={}, papers={}),
    decide=decide,
    evolve=evolve,
)

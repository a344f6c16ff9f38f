"""Agreements: who agreed what with whom, how far it has come, and what was only said about it."""

from collections.abc import Iterable
from datetime import date

from domain.agreement import (
    AGREEMENT,
    AgreementEnded,
    AgreementProposed,
    AgreementResumed,
    AgreementSigned,
    AgreementStarted,
    AgreementStatus,
    AgreementSuspended,
    ClaimRecorded,
    Instrument,
    ParticipantKind,
    PlanStated,
)
from domain.kernel import Open
from domain.programme import ProgrammeKind
from domain.record import Recorded
from projections.dated import Dated, Moment, amended, entered, restated, when
from projections.kernel import Projection, Scope, changed


class Plan(Moment):
    """What somebody said is to come."""

    plan: str
    text: str
    figure: int | None


class Claim(Moment):
    """What a source says is so; another may say otherwise."""

    claim: str
    source: str
    text: str
    figure: int | None


class Rest(Moment):
    """From then on it rests, or goes on."""

    suspended: bool


class AgreementLine(Dated):
    """One agreement. ``status`` leaves out that its time may be over: see ``valid_until``.

    ``proposed_on`` is the day of the first draft; the rest is as in the last. ``suspended_on`` is
    since when it rests, by all that was told; empty where it does not.
    """

    agreement: Open[str]
    title: Open[str | None]
    instrument: Open[Instrument | None]
    parties: Open[tuple[str, ...]]
    purpose: Open[str | None]
    legal_basis: Open[str | None]
    units: Open[tuple[str, ...]]
    regions: Open[tuple[str, ...]]
    programme_kinds: Open[tuple[ProgrammeKind, ...]]
    participant_kinds: Open[tuple[ParticipantKind, ...]]
    allowed_fields: Open[tuple[str, ...]]
    number: Open[str | None]
    valid_from: Open[date | None]
    valid_until: Open[date | None]
    status: Open[AgreementStatus]
    proposed_on: Open[date | None]
    signed_on: Open[date | None]
    started_on: Open[date | None]
    suspended_on: Open[date | None]
    ended_on: Open[date | None]
    rests: Open[tuple[Rest, ...]]
    plans: Open[tuple[Plan, ...]]
    claims: Open[tuple[Claim, ...]]


def _blank(agreement: str) -> AgreementLine:
    return AgreementLine(
        told=(),
        agreement=agreement,
        title=None,
        instrument=None,
        parties=(),
        purpose=None,
        legal_basis=None,
        units=(),
        regions=(),
        programme_kinds=(),
        participant_kinds=(),
        allowed_fields=(),
        number=None,
        valid_from=None,
        valid_until=None,
        status=AgreementStatus.NOT_PROPOSED,
        proposed_on=None,
        signed_on=None,
        started_on=None,
        suspended_on=None,
        ended_on=None,
        rests=(),
        plans=(),
        claims=(),
    )


def _drafted(row: AgreementLine, page: Recorded, draft: AgreementProposed) -> AgreementLine:
    day = draft.effective.day
    row = changed(row, proposed_on=min(row.proposed_on or day, day))
    valid = {"valid_from": draft.valid_from, "valid_until": draft.valid_until}
    return amended(
        row,
        page,
        "draft",
        **({} if row.signed_on else valid),  # what was signed holds, whatever is drafted
        title=draft.title,
        instrument=draft.instrument,
        parties=draft.parties,
        purpose=draft.purpose,
        legal_basis=draft.legal_basis,
        units=draft.units,
        regions=draft.regions,
        programme_kinds=draft.programme_kinds,
        participant_kinds=draft.participant_kinds,
        allowed_fields=draft.allowed_fields,
    )


def _told(row: AgreementLine, page: Recorded) -> AgreementLine:
    day = page.event.effective.day
    match page.event:
        case AgreementProposed() as said:
            row = _drafted(row, page, said)
        case AgreementSigned() as said:
            row = amended(
                row,
                page,
                "signature",
                number=said.number,
                signed_on=day,
                valid_from=said.valid_from,
                valid_until=said.valid_until,
            )
        case AgreementStarted():
            row = amended(row, page, "start", started_on=day)
        case AgreementSuspended() | AgreementResumed() as said:
            rest = Rest(**when(page), suspended=isinstance(said, AgreementSuspended))
            rests = entered(row.rests, rest)
            row = changed(row, rests=rests, suspended_on=suspended_on(rests, None))
        case AgreementEnded():
            row = amended(row, page, "end", ended_on=day)
        case PlanStated() as said:
            plan = Plan(**when(page), plan=said.plan, text=said.text, figure=said.figure)
            row = changed(row, plans=restated(row.plans, plan, same=lambda one: one.plan))
        case ClaimRecorded() as said:
            claim = Claim(
                **when(page),
                claim=said.claim,
                source=said.source,
                text=said.text,
                figure=said.figure,
            )
            row = changed(row, claims=restated(row.claims, claim, same=lambda one: one.claim))
    return row


def suspended_on(rests: Iterable[Rest], on: date | None) -> date | None:
    """Return since when it rests at the end of a day, or by all that was told, where it does."""
    since = None
    for rest in rests:
        if on is None or rest.day <= on:
            since = rest.day if rest.suspended else None
    return since


def status_on(row: AgreementLine, on: date | None) -> AgreementStatus:
    """Return the status at the end of a day, or by all that was told."""
    last = on or date.max

    def by_then(day: date | None) -> bool:
        return day is not None and day <= last

    expired = by_then(row.signed_on) and row.valid_until is not None and row.valid_until < last
    if by_then(row.ended_on) or (on is not None and expired):
        return AgreementStatus.ENDED
    if by_then(row.started_on):
        rests = suspended_on(row.rests, on) is not None
        return AgreementStatus.SUSPENDED if rests else AgreementStatus.RUNNING
    if by_then(row.signed_on):
        return AgreementStatus.SIGNED
    return AgreementStatus.PROPOSED if by_then(row.proposed_on) else AgreementStatus.NOT_PROPOSED


def evolve(row: AgreementLine | None, page: Recorded) -> AgreementLine:
    """Write down the draft, the signature, the start, the end, or what was said."""
    row = _told(row or _blank(page.stream.key), page)
    return changed(row, status=status_on(row, None))


AGREEMENTS = Projection(
    name="agreements",
    version=2,
    row=AgreementLine,
    events=AGREEMENT.events,
    key=lambda page: page.stream.key,
    evolve=evolve,
    scope=Scope.UNITS,
    within_stream=True,
)

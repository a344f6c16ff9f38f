"""What became of an event, in the reader's words: which deed, at whose word, why, what instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.mark_answers import Telling
from api.pages.names import Names
from api.pages.said import facts, words_of
from api.pages.tongue import Tongue
from application.marks import Deed, Mark, MarkState
from domain.correction import CorrectionApproved, CorrectionRequested
from domain.kernel import Event, Words
from domain.record import Recorded
from domain.time import Zone

DEEDS: Final[dict[Deed, Words]] = {
    Deed.VOIDED: ("Dibatalkan", "Voided"),
    Deed.CORRECTED: ("Dikoreksi", "Corrected"),
    Deed.MOVED_AWAY: ("Dipindahkan ke perkara lain", "Moved to another case"),
    Deed.MOVED_HERE: ("Dipindahkan ke sini", "Moved here"),
}
ASKED: Final[dict[Deed, Words]] = {
    Deed.VOIDED: ("Diminta dibatalkan", "Asked to be voided"),
    Deed.CORRECTED: ("Diminta dikoreksi", "Asked to be corrected"),
    Deed.MOVED_AWAY: ("Diminta dipindahkan", "Asked to be moved"),
    Deed.MOVED_HERE: ("Diminta dipindahkan", "Asked to be moved"),
}
STATES: Final[dict[MarkState, Words | None]] = {
    MarkState.PENDING: ("menunggu persetujuan", "waits for approval"),
    MarkState.ACTS: None,
    MarkState.REPLACED: ("diganti koreksi lain", "replaced by another correction"),
    MarkState.UNDONE: ("koreksi ini sudah dicabut", "this correction was taken back"),
}


@dataclass(frozen=True, slots=True)
class ChangedFact:
    """One field: its label, what it says, and what it said before where that is something else."""

    label: str
    was: str | None
    text: str | None
    guarded: bool


@dataclass(frozen=True, slots=True)
class MarkLine:
    """One correction of an event. ``link`` is where the event went to or came from."""

    title: str
    state: str | None
    acts: bool
    asked: str | None
    approved: str | None
    reason: str | None
    explanation: str | None
    evidence: Sequence[str]
    link: str | None
    changes: Sequence[ChangedFact]


def day_said(event: Event, tongue: Tongue) -> str:
    """Return an event's time of effect."""
    at, zone = event.effective.at, event.effective.zone
    return tongue.stamp(at, zone) if at else tongue.day(event.effective.day)


def changed_facts(
    before: Event | None, after: Event | None, tongue: Tongue, names: Names
) -> list[ChangedFact]:
    """Return the fields of an event, and what those that differ said before."""
    was, now = (
        {fact.label: fact for fact in facts(one, tongue, names)} if one else {}
        for one in (before, after)
    )
    return [
        ChangedFact(
            label=label,
            was=was[label].text if label in was and was[label] != now.get(label) else None,
            text=now[label].text if label in now else None,
            guarded=(now.get(label) or was[label]).guarded,
        )
        for label in dict.fromkeys((*now, *was))
    ]


def differing_facts(
    before: Event | None, after: Event | None, tongue: Tongue, names: Names
) -> list[ChangedFact]:
    """Return the fields in which an event differs, its time of effect among them."""
    there = {fact.label for fact in facts(before, tongue, names)} if before else set()
    said = [
        one
        for one in changed_facts(before, after, tongue, names)
        if one.was is not None or one.text is None or one.label not in there
    ]
    was, now = (day_said(one, tongue) if one else None for one in (before, after))
    label = tongue("berlaku", "took effect")
    day = [ChangedFact(label=label, was=was, text=now, guarded=False)] if was != now else []
    return [*day, *said]


def mark_lines(
    event: Event, marks: Sequence[Mark], told: Telling, tongue: Tongue, names: Names
) -> list[MarkLine]:
    """Return what is said of each correction of an event, the latest first."""
    zone = event.effective.zone
    return [_line(event, mark, told, tongue, names, zone) for mark in reversed(marks)]


def _line(  # noqa: PLR0913, PLR0917  # what is said, to whom, and in which words
    event: Event, mark: Mark, told: Telling, tongue: Tongue, names: Names, zone: Zone
) -> MarkLine:
    asked = mark.requested.event if mark.requested else None
    said = asked if isinstance(asked, CorrectionRequested) else None
    open_words = said if said and mark.correction not in told.veiled else None
    state = STATES[mark.state]
    content = getattr(mark.content.event, "content", None) if mark.content else None
    titles = ASKED if mark.state is MarkState.PENDING else DEEDS
    return MarkLine(
        title=tongue(*titles[mark.deed]),
        state=tongue(*state) if state else None,
        acts=mark.state is MarkState.ACTS,
        asked=_by(said.requester, mark.requested, tongue, zone) if said else None,
        approved=_approved(mark, tongue, zone),
        reason=tongue.value(said.reason_code) if said else None,
        explanation=words_of(open_words.explanation, tongue) if open_words else None,
        evidence=_evidence(mark.requested, tongue) if open_words else [],
        link=_link(mark),
        changes=differing_facts(event, content, tongue, names) if content else [],
    )


def _approved(mark: Mark, tongue: Tongue, zone: Zone) -> str | None:
    event = mark.approval.event if mark.approval else None
    if not isinstance(event, CorrectionApproved):
        return None
    return _by(event.approver, mark.approval, tongue, zone)


def _by(who: str, page: Recorded | None, tongue: Tongue, zone: Zone) -> str:
    return f"{who}, {tongue.stamp(page.recorded_at, zone)}" if page else who


def _evidence(page: Recorded | None, tongue: Tongue) -> list[str]:
    return [words_of(item.number, tongue) or "" for item in page.evidence] if page else []


def _link(mark: Mark) -> str | None:
    """Return the journey that an event went to, or the one that it came from."""
    if mark.deed is Deed.MOVED_AWAY and mark.to:
        return f"/perkara/{mark.to.key}"
    if mark.deed is Deed.MOVED_HERE and mark.approval:
        event = mark.approval.event
        kind, _, key = getattr(event, "requested_in", "").partition(":")
        return f"/perkara/{key}" if kind == "case" else None
    return None


def approval_line(page: Recorded, told: Telling, tongue: Tongue) -> MarkLine | None:
    """Return what is said of the correction that a page approved; nothing for another page."""
    approved = page.event
    if not isinstance(approved, CorrectionApproved):
        return None
    request = told.requests.get(approved.correction)
    asked = request.event if request else None
    said = asked if isinstance(asked, CorrectionRequested) else None
    read = said if approved.correction not in told.veiled else None
    zone = approved.effective.zone
    return MarkLine(
        title=tongue.value(said.kind).capitalize() if said else "",
        state=None,
        acts=True,
        asked=_by(said.requester, request, tongue, zone) if said else None,
        approved=_by(approved.approver, page, tongue, zone),
        reason=tongue.value(said.reason_code) if said else None,
        explanation=words_of(read.explanation, tongue) if read else None,
        evidence=_evidence(request, tongue) if read else [],
        link=f"/perkara/{said.to}" if said and said.to else None,
        changes=[],
    )

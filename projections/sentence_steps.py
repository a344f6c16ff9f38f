"""What a case tells of its sentence, as lines that find their place in time when told late.

A line keeps only what moves a date. From the lines the facts are made again by the domain's own
walk (`domain.law.case_facts`): there is no second one that could differ from it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from enum import Enum
from typing import Any, Final

from domain.catalogue import CASE
from domain.charge import ChargeRecorded
from domain.claim import ClaimRecorded, ClaimWithdrawn
from domain.custody import (
    AdmissionReason,
    CustodyAdmitted,
    CustodyTakenOver,
    Died,
    Escaped,
    LegalStatus,
    ReadmissionReason,
    Readmitted,
    Recaptured,
    Released,
    ReleaseKind,
)
from domain.detention import (
    DetentionEnded,
    DetentionExtended,
    DetentionForm,
    DetentionFormChanged,
    DetentionOrdered,
    DetentionSuspended,
    HospitalStayBegan,
    HospitalStayEnded,
)
from domain.earlier_remisi import EarlierRemisiGranted
from domain.fine import FinePaid
from domain.kernel import FORGOTTEN, Event
from domain.law.case_facts import facts_of
from domain.law.claims import ClaimedDay
from domain.law.facts import CaseType, Facts, RemisiKind
from domain.record import Recorded
from domain.remisi import RemisiApplied, RemisiProposed, RemisiSkIssued
from domain.time import Effective, Zone
from domain.verdict import (
    Outcome,
    SentencePart,
    VerdictBecameFinal,
    VerdictExecuted,
    VerdictPronounced,
)
from projections.dated import Moment, when


class SentenceStep(Moment):
    """One fact: ``word`` is its kind, ``key`` what it is about; ``number`` days or rupiah."""

    fact: str
    word: str | None
    key: str | None
    number: int | None
    starts: date | None
    until: date | None
    parts: tuple[SentencePart, ...]


Slot = tuple[str, type[Enum] | None]
KEY: Final[Slot] = "key", None
NUMBER: Final[Slot] = "number", None
STARTS: Final[Slot] = "starts", None
UNTIL: Final[Slot] = "until", None
PARTS: Final[Slot] = "parts", None


def _word(kind: type[Enum]) -> Slot:
    return "word", kind


KEPT: Final[Mapping[type[Event], Mapping[str, Slot]]] = {
    CustodyAdmitted: {"reason": _word(AdmissionReason)},
    CustodyTakenOver: {"legal_status": _word(LegalStatus), "admitted_on": STARTS},
    Escaped: {},
    Recaptured: {},
    Released: {"kind": _word(ReleaseKind)},
    Readmitted: {"reason": _word(ReadmissionReason)},
    Died: {},
    DetentionOrdered: {"form": _word(DetentionForm), "starts": STARTS, "until": UNTIL},
    DetentionExtended: {"starts": STARTS, "until": UNTIL},
    DetentionFormChanged: {"form": _word(DetentionForm)},
    HospitalStayBegan: {},
    HospitalStayEnded: {},
    DetentionSuspended: {},
    DetentionEnded: {},
    VerdictPronounced: {"outcome": _word(Outcome), "number": KEY, "sentence": PARTS},
    VerdictBecameFinal: {"number": KEY},
    VerdictExecuted: {},
    ChargeRecorded: {"case_type": _word(CaseType)},
    FinePaid: {"amount": NUMBER},
    EarlierRemisiGranted: {"kind": _word(RemisiKind), "remission_days": NUMBER},
    RemisiProposed: {"proposal": KEY, "kind": _word(RemisiKind), "award_day": STARTS},
    RemisiSkIssued: {"proposal": KEY, "remission_days": NUMBER},
    RemisiApplied: {"proposal": KEY},
    ClaimRecorded: {"claim": KEY, "about": _word(ClaimedDay), "claimed": STARTS},
    ClaimWithdrawn: {"claim": KEY},
}
"""What a line keeps of each fact, and in which of its places: all that moves a date, or names one.

Of other fields a fact that is made again has nothing, and the walk to the facts asks for none.
"""
KINDS: Final = {kind.stored_as: kind for kind in KEPT}
BLANK: Final = {kind: dict.fromkeys(field.name for field in fields(kind)) for kind in KEPT}


def sentence_step(page: Recorded) -> SentenceStep:
    """Return the line of a fact that is one of `KEPT`; what was forgotten is not there."""
    kept: dict[str, Any] = dict.fromkeys(("word", "key", "number", "starts", "until"))
    kept["parts"] = ()
    for field, (place, _) in KEPT[type(page.event)].items():
        value = getattr(page.event, field)
        if value is not FORGOTTEN:
            kept[place] = value.value if isinstance(value, Enum) else value
    return SentenceStep(**when(page), fact=page.event.stored_as, **kept)


def facts_by(steps: Iterable[SentenceStep]) -> Facts:
    """Return what lines tell the law, in their order: of a person, only what moves a date."""
    return facts_of(CASE.fold(map(_event, steps)))


def _event(step: SentenceStep) -> Event:
    kind = KINDS[step.fact]
    content: dict[str, Any] = dict(BLANK[kind])
    for field, (place, enum) in KEPT[kind].items():
        value = getattr(step, place)
        content[field] = enum(value) if enum and value is not None else value
    content["effective"] = Effective.on(step.day, Zone.WIB)
    return kind(**content)


def official_release(steps: Iterable[SentenceStep]) -> date | None:
    """Return the day of release that the latest document names which was not withdrawn."""
    named: dict[str | None, date | None] = {}
    for step in steps:
        if step.fact == ClaimWithdrawn.stored_as:
            named.pop(step.key, None)
        elif step.fact == ClaimRecorded.stored_as and step.word == ClaimedDay.RELEASE.value:
            named[step.key] = step.starts
    return list(named.values())[-1] if named else None

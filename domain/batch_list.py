"""What is told of a remisi batch: its draft, its lines, the steps of each level, and its end.

The list holds everyone whom the unit holds, included or not and why: in codes, for whatever is
about somebody is told in their case.
"""

from datetime import date
from enum import Enum
from typing import Annotated, Final

from domain.fields import REF, CaseId, Count, Days, Line, UnitCode
from domain.kernel import Event, Length, Open, Pattern, Value
from domain.law.facts import RemisiKind
from domain.remisi import DecisionLevel

Code = Annotated[
    str, Pattern(regex=r"[a-z][a-z0-9_]{0,39}(\.[a-z0-9_]{1,60})?", example="not_held")
]
"""A stable code of the house: of a criterion, or of a refusal."""

LISTED_MOST: Final = 500
"""Lines of one page of a list: a page stays small, whatever the unit."""
IN_A_BATCH: Final = (RemisiKind.UMUM, RemisiKind.KHUSUS, RemisiKind.DASAWARSA, RemisiKind.PMP)
"""Kinds that a whole unit is looked at for; the others have a ground or a day of each person's."""


class ChangeReason(Enum):
    """Why a person changed a line by hand."""

    DOCUMENTS_MISSING = "documents_missing"
    DOCUMENTS_COMPLETE = "documents_complete"
    ASSESSED_AGAIN = "assessed_again"
    COUNTED_AGAIN = "counted_again"
    NOT_RECOMMENDED = "not_recommended"


class StopReason(Enum):
    """Why a line or a batch was taken back; ``not_possible``: the case refuses what is due."""

    BREACH = "breach"
    LEFT = "left"
    DRAFTED_ANEW = "drafted_anew"
    LISTED_IN_ERROR = "listed_in_error"
    NOT_POSSIBLE = "not_possible"


class Candidate(Value):
    """One line as drafted: the law's finding on one case and kind, its reasons as codes.

    ``reasons`` are the criteria that were not met, and for somebody included what a person is to
    look at. ``days_served`` and ``year_ordinal`` are those of the finding.
    """

    case: CaseId
    kind: RemisiKind
    included: bool
    remission_days: Days
    days_served: Days
    year_ordinal: Count | None
    releases: bool
    reasons: tuple[Code, ...]


class KindTotals(Value):
    """What became of the lines of one kind: all that were listed are in one of the four after it.

    ``releasing`` and ``remission_days`` are of those that were applied.
    """

    kind: RemisiKind
    listed: Count
    excluded: Count
    turned_down: Count
    withdrawn: Count
    applied: Count
    releasing: Count
    remission_days: Count


Kinds = Annotated[tuple[RemisiKind, ...], Length(least=1, most=4)]
Totals = Annotated[tuple[KindTotals, ...], Length(least=0, most=4)]
Candidates = Annotated[tuple[Candidate, ...], Length(least=1, most=LISTED_MOST)]
HAND: Final = Pattern(regex=REF.regex, example="kepala-upt-1")
Hand = Annotated[str, HAND]
"""Who took a step, or on whose behalf it was taken, by their key."""
Members = Annotated[tuple[Hand, ...], Length(least=2, most=50)]
Cases = Annotated[tuple[CaseId, ...], Length(least=0, most=10_000)]


class BatchDrafted(Event, stored_as="remisi_batch.drafted"):
    """A list was begun for an award day, by these rule sets and policies; its lines follow."""

    unit: Open[UnitCode]
    award_day: Open[date]
    kinds: Open[Kinds]
    rule_sets: Open[tuple[Line, ...]]
    policies: Open[tuple[Line, ...]]
    by: Open[Hand]
    on_behalf_of: Open[Hand | None]


class BatchListed(Event, stored_as="remisi_batch.listed"):
    """Lines of the list as drafted, and whether more of them follow."""

    lines: Open[Candidates]
    more: Open[bool]


class BatchLineChanged(Event, stored_as="remisi_batch.line_changed"):
    """A person put somebody on the list, with so many days, or took somebody off it."""

    case: Open[CaseId]
    kind: Open[RemisiKind]
    included: Open[bool]
    remission_days: Open[Days | None]
    reason: Open[ChangeReason]
    by: Open[Hand]
    on_behalf_of: Open[Hand | None]


class BatchSessionHeld(Event, stored_as="remisi_batch.session_held"):
    """The TPP met on the list, and recommends it or not, but for these cases."""

    minutes: Open[Line]
    members: Open[Members]
    recommended: Open[bool]
    except_cases: Open[Cases]
    by: Open[Hand]
    on_behalf_of: Open[Hand | None]


class BatchDecided(Event, stored_as="remisi_batch.decided"):
    """One level after the TPP agreed to the list, but for these cases, or did not."""

    level: Open[DecisionLevel]
    agreed: Open[bool]
    except_cases: Open[Cases]
    by: Open[Hand]
    on_behalf_of: Open[Hand | None]


class BatchSkIssued(Event, stored_as="remisi_batch.sk_issued"):
    """The SK grants what stands on the list."""

    sk_number: Open[Line]
    sk_date: Open[date]
    by: Open[Hand]
    on_behalf_of: Open[Hand | None]


class BatchApplied(Event, stored_as="remisi_batch.applied"):
    """The award day came and every line was brought to its end. Follows from the day."""

    totals: Open[Totals]


class BatchClosed(Event, stored_as="remisi_batch.closed"):
    """A list came to nothing, and every case on it has been told. Follows from its end."""

    totals: Open[Totals]


class BatchWithdrawn(Event, stored_as="remisi_batch.withdrawn"):
    """The whole list was taken back before the award day."""

    reason: Open[StopReason]


class BatchLineWithdrawn(Event, stored_as="remisi_batch.line_withdrawn"):
    """One line was taken back; ``refused`` is the code by which the case would not have it."""

    case: Open[CaseId]
    kind: Open[RemisiKind]
    reason: Open[StopReason]
    refused: Open[Code | None]


BatchEvent = (
    BatchDrafted
    | BatchListed
    | BatchLineChanged
    | BatchSessionHeld
    | BatchDecided
    | BatchSkIssued
    | BatchApplied
    | BatchClosed
    | BatchWithdrawn
    | BatchLineWithdrawn
)

SIGNED: Final = (BatchDrafted, BatchLineChanged, BatchSessionHeld, BatchDecided, BatchSkIssued)
"""Steps, each of which is taken by hands that took none before."""
BY_HAND: Final[tuple[type[Event], ...]] = (*SIGNED, BatchLineWithdrawn, BatchWithdrawn)
"""What a person records; a list's lines, and what became of them, follow."""


def hands_of(event: Event) -> tuple[str, ...]:
    """Return who took a step, and on whose behalf."""
    said = (event.by, event.on_behalf_of) if isinstance(event, SIGNED) else ()
    return tuple(filter(None, said))

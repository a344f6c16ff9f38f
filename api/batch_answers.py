"""A remisi batch as an answer: how far it is, what stands on its list, and each line with why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from pydantic import BaseModel, Field
from pydantic_core import to_jsonable_python

from api.answers import FORBID
from api.batch_feasts import MovedFeast
from api.calculation_answers import RemisiAnswer, Spoken
from api.letters.reasons import reason
from application.batch_cases import ORDER
from application.batches import DraftAsked, DraftList, Reckoned
from domain.batch_due import proposal_key
from domain.batch_list import ChangeReason, KindTotals
from domain.batch_standing import ENDED, BatchLine, BatchStatus, RemisiBatch, line_key
from domain.kernel import Json
from domain.law.facts import RemisiKind
from domain.remisi import DecisionLevel

COLUMNS: Final = (
    "case",
    "kind",
    "standing",
    "included",
    "remission_days",
    "days_served",
    "year_ordinal",
    "releases",
    "reasons",
    "why",
    "changed_on",
    "changed_by",
    "changed_because",
    "excepted_by",
)


class LineAnswer(BaseModel):
    """One line. ``standing`` is how it stands now, ``why`` its reasons in words.

    ``reasons`` are those of the draft, and what put the line where it stands: a person, a level,
    a withdrawal. ``releases`` is as it comes out by what is known of the case now.
    """

    model_config = FORBID

    case: str
    kind: RemisiKind
    standing: str
    included: bool
    remission_days: int
    days_served: int
    year_ordinal: int | None
    releases: bool
    reasons: list[str]
    why: list[str]
    changed_on: date | None = Field(None, description="When a person changed it last by hand.")
    changed_by: str | None = Field(None, description="Who changed it, by their key.")
    changed_because: ChangeReason | None = None
    excepted_by: DecisionLevel | None = Field(None, description="Which level excepted the case.")


class KindAnswer(BaseModel):
    """How the lines of one kind stand: those listed are in one of the four after it."""

    model_config = FORBID

    kind: RemisiKind
    listed: int
    excluded: int
    turned_down: int
    withdrawn: int
    standing: int
    releasing: int
    remission_days: int


class StepAnswer(BaseModel):
    """What one level said."""

    model_config = FORBID

    level: DecisionLevel
    agreed: bool
    except_cases: list[str]
    effective: date


class DraftedAnswer(BaseModel):
    """What came of drafting one unit's list; ``lines`` only where nothing was to be recorded.

    ``remisi_batch_id`` is that of the list which is there already where ``existing``, and null
    where nobody is held, or nothing was to be recorded.
    """

    model_config = FORBID

    unit: str
    remisi_batch_id: str | None
    version: int | None
    position: int | None
    existing: bool
    kinds: list[KindAnswer]
    rule_sets: list[str]
    policies: list[str]
    lines: list[LineAnswer] | None = None


class DraftsAnswer(BaseModel):
    """The lists of one call: of a unit, or of all units of the caller."""

    model_config = FORBID

    award_day: date
    dry_run: bool
    batches: list[DraftedAnswer]


class BatchAnswer(BaseModel):
    """One batch at a moment. ``progress`` counts its proposals by how far their cases are.

    ``totals`` is what became of the lines, once every case has told.
    """

    model_config = FORBID

    remisi_batch_id: str
    version: int
    position: int
    valid_at: str | None
    known_at: str | None
    unit: str
    award_day: date
    drafted_on: date
    status: BatchStatus
    next_level: DecisionLevel | None
    rule_sets: list[str]
    policies: list[str]
    kinds: list[KindAnswer]
    steps: list[StepAnswer]
    sk: Json | None
    withdrawn: Json | None
    totals: list[Json]
    progress: dict[str, dict[str, int]]
    moved_feasts: list[MovedFeast]


class LinesAnswer(BaseModel):
    """Lines of a batch, in the order of cases; the next page is in the `Link` header."""

    model_config = FORBID

    remisi_batch_id: str
    version: int
    items: list[LineAnswer]


class ExplainedLine(BaseModel):
    """One line, and the law's finding behind it, as the case was known when it was drafted.

    ``finding`` is null where nothing could be reckoned.
    """

    model_config = FORBID

    line: LineAnswer
    finding: RemisiAnswer | None


class ExplainedCase(BaseModel):
    """The lines of one case with every criterion, to be read aloud to the person."""

    model_config = FORBID

    remisi_batch_id: str
    case_id: str
    lines: list[ExplainedLine] = Field(description="In the order of their awards.")


def standing_of(batch: RemisiBatch, line: BatchLine) -> str:
    """Return how a line stands: on its way (``standing``), or which way it left the list."""
    if not line.included:
        return "excluded"
    if line.stop or batch.stop:
        return "withdrawn"
    off = not batch.stands(line) or not all(step.agreed for step in batch.steps)
    return "turned_down" if off else "standing"


def line_answer(batch: RemisiBatch, line: BatchLine, tongue: int) -> Json:
    """Return one line."""
    reasons = (*line.drafted.reasons, *since_the_draft(batch, line))
    change, excepting = line.change, batch.excepting(line) if line.included else None
    return {
        "case": line.case,
        "kind": line.kind.value,
        "standing": standing_of(batch, line),
        "included": line.included,
        "remission_days": line.remission_days,
        "days_served": line.drafted.days_served,
        "year_ordinal": line.drafted.year_ordinal,
        "releases": line.releases,
        "reasons": list(reasons),
        "why": [reason(code)[tongue] for code in reasons],
        "changed_on": change and change.at.day.isoformat(),
        "changed_by": change and " / ".join(filter(None, (change.by, change.on_behalf_of))),
        "changed_because": change and change.reason.value,
        "excepted_by": excepting and excepting.value,
    }


def since_the_draft(batch: RemisiBatch, line: BatchLine) -> Iterator[str]:
    """Yield the codes of what put a line where it stands, in order: by hand, by a level, back."""
    if line.change:
        yield line.change.reason.value
    if not line.included:
        return
    if level := batch.excepting(line):
        yield f"excepted_{level.value}"
    if stop := line.stop or batch.stop:
        yield stop.refused or stop.reason.value


def lines_in_order(batch: RemisiBatch) -> Sequence[BatchLine]:
    """Return the lines by case, and of one case in the order of their awards."""
    return sorted(batch.lines.values(), key=lambda line: (line.case, ORDER[line.kind]))


def lines_now(batch: RemisiBatch, lines: Iterable[BatchLine]) -> Sequence[BatchLine]:
    """Return the same lines as they stand in a batch."""
    return [batch.lines[line_key(line.case, line.kind)] for line in lines]


def kinds_answer(batch: RemisiBatch) -> Iterator[Json]:
    """Yield how the lines of each kind stand; once it was given, whom it released is as told."""
    totals = batch.applied.totals if batch.applied else ()
    released = {one.kind: {"releasing": one.releasing} for one in totals}
    for kind in sorted({line.kind for line in batch.lines.values()}, key=ORDER.__getitem__):
        lines = [line for line in batch.lines.values() if line.kind is kind]
        counted = _kind(kind, [(standing_of(batch, line), line) for line in lines])
        yield counted | released.get(kind, {})


def _kind(kind: RemisiKind, lines: Sequence[tuple[str, Any]]) -> Json:
    by = Counter(word for word, _ in lines)
    standing = [line for word, line in lines if word == "standing"]
    return {
        "kind": kind.value,
        "listed": len(lines),
        "excluded": by["excluded"],
        "turned_down": by["turned_down"],
        "withdrawn": by["withdrawn"],
        "standing": by["standing"],
        "releasing": sum(line.releases for line in standing),
        "remission_days": sum(line.remission_days for line in standing),
    }


def drafted_answer(asked: DraftAsked, drafted: DraftList) -> Json:
    """Return a list as it would be drafted, counted, without its lines."""
    kinds = sorted(asked.kinds, key=ORDER.__getitem__)
    lines = [one.line for one in drafted.lines]
    return {
        "unit": asked.unit,
        "remisi_batch_id": None,
        "version": None,
        "position": None,
        "existing": False,
        "kinds": [
            _kind(
                kind,
                [
                    ("standing" if line.included else "excluded", line)
                    for line in lines
                    if line.kind is kind
                ],
            )
            for kind in kinds
        ],
        "rule_sets": list(drafted.rule_sets),
        "policies": list(drafted.policies),
    }


def reckoned_answer(one: Reckoned, tongue: int) -> Json:
    """Return a line that was reckoned and not recorded, its reasons as whole sentences."""
    said: Json = to_jsonable_python(one.line)
    found = one.finding
    why = [reason(code)[tongue] for code in one.line.reasons]
    if found and not one.line.included:
        unmet = (criterion for criterion in found.criteria if not criterion.met)
        why = [(item.because_id, item.because_en)[tongue] for item in unmet]
    elif found:
        why = [notice.because[tongue] for notice in found.notices]
    return said | {"standing": "standing" if one.line.included else "excluded", "why": why}


def explained(batch: RemisiBatch, line: BatchLine, one: Reckoned | None, tongue: int) -> Json:
    """Return a line with the finding behind it."""
    found = one.finding if one else None
    return {
        "line": line_answer(batch, line, tongue),
        "finding": Spoken(tongue).remisi(found) if found else None,
    }


def steps_answer(batch: RemisiBatch) -> Iterable[Json]:
    """Yield what each level said."""
    for step in batch.steps:
        yield {
            "level": step.level.value,
            "agreed": step.agreed,
            "except_cases": list(step.except_cases),
            "effective": step.at.day.isoformat(),
        }


def end_answer(batch: RemisiBatch) -> Json:
    """Return the SK, the withdrawal, and what became of the lines; a voided end is none."""
    ended = batch.applied or (batch.closed if batch.status in ENDED else None)
    totals: tuple[KindTotals, ...] = ended.totals if ended else ()
    return {
        "sk": batch.sk
        and {
            "sk_number": batch.sk.sk_number,
            "sk_date": batch.sk.sk_date.isoformat(),
            "effective": batch.sk.effective.day.isoformat(),
        },
        "withdrawn": batch.stop
        and {"reason": batch.stop.reason.value, "effective": batch.stop.at.day.isoformat()},
        "totals": [to_jsonable_python(one) for one in totals],
    }


def proposals_of(batch: str, kinds: Iterable[RemisiKind]) -> Mapping[RemisiKind, str]:
    """Return under which key the cases keep their proposals, by kind."""
    return {kind: proposal_key(batch, kind) for kind in kinds}

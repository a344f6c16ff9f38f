"""Remisi batches as people read them: which lists there are, who is on one, and why, aloud.

What is shown is what the API answers; steps are taken there, each by whoever's it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from api.batch_answers import (
    kinds_answer,
    line_answer,
    lines_in_order,
    lines_now,
    standing_of,
)
from api.batch_feasts import NOT_GIVEN, moved_feasts
from api.batch_papers import NAMED, Papers
from api.law_named import policy_named, rule_set_named
from api.law_words import cited
from api.letters.batch import Who, kind_name
from api.pages.names import Names, units_and_agencies
from api.pages.rendering import language_asked, page
from api.pages.tongue import Tongue
from api.pages.visits import PageRoute, Visitor
from api.problems import not_found
from api.readings import WithReading
from api.routes.batch_papers import print_list, read_sheet
from api.routes.remisi_batches import Shown, again, progress, read_table, shown, stated, whom
from application.batch_ends import in_doubt
from application.batches import Reckoned
from application.journeys import NOW
from application.read_models import Question
from domain.batch_standing import ENDED, BatchLine, BatchStatus, RemisiBatch
from domain.holiday import HolidayFixed
from domain.kernel import Words
from domain.law.criteria import Criterion
from domain.remisi import LEVELS, DecisionLevel
from projections.remisi_batches import REMISI_BATCHES, RemisiBatchLine, included_now
from projections.remisi_register import RemisiStatus

router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)
PATH: Final = "/remisi"
ROWS: Final = 50
STATUS: Final[Mapping[BatchStatus, Words]] = {
    BatchStatus.DRAFTED: ("rancangan", "drafted"),
    BatchStatus.RECOMMENDED: ("direkomendasikan TPP", "recommended by the TPP"),
    BatchStatus.AGREED: ("disetujui sebagian tingkat", "agreed by some levels"),
    BatchStatus.SK_ISSUED: ("SK terbit", "SK issued"),
    BatchStatus.APPLIED: ("diberikan", "given"),
    BatchStatus.TURNED_DOWN: ("tidak disetujui", "turned down"),
    BatchStatus.WITHDRAWN: ("ditarik", "withdrawn"),
}
LEVEL: Final[Mapping[DecisionLevel, Words]] = {
    DecisionLevel.TPP: ("Sidang TPP", "Session of the TPP"),
    DecisionLevel.KEPALA_UPT: ("Kepala UPT", "Head of the unit"),
    DecisionLevel.KANWIL: ("Kanwil", "Kanwil"),
    DecisionLevel.DITJENPAS: ("Ditjenpas", "Ditjenpas"),
}
STANDING: Final[Mapping[str, Words]] = {
    "standing": ("diusulkan", "proposed"),
    "excluded": ("tidak diusulkan", "not proposed"),
    "turned_down": ("tidak disetujui", "turned down"),
    "withdrawn": ("ditarik", "withdrawn"),
}
TOLD: Final[Mapping[str, Words]] = {
    RemisiStatus.PROPOSED.value: ("diusulkan", "proposed"),
    RemisiStatus.AGREED.value: ("disetujui semua tingkat", "agreed by all levels"),
    RemisiStatus.TURNED_DOWN.value: ("tidak disetujui", "turned down"),
    RemisiStatus.SK_ISSUED.value: ("SK tercatat", "SK recorded"),
    RemisiStatus.APPLIED.value: ("diberikan", "given"),
    RemisiStatus.CANCELLED.value: ("dibatalkan", "cancelled"),
}


class Leaf(BaseModel):
    """Which leaf of a list: lines that stand so, after those that were shown before."""

    standing: str = Field("", max_length=16, pattern=r"^[a-z_]*$")
    skip: int = Field(0, ge=0, le=1_000_000)


@dataclass(frozen=True, slots=True)
class LineShown:
    """One line as it stands on the page."""

    case: str
    name: str | None
    number: str | None
    kind: str
    standing: str
    days: str
    releases: bool
    why: Sequence[str]
    changed: str | None


@router.get(PATH)
def batches(
    request: Request, caller: Visitor, reading: WithReading, leaf: Annotated[Leaf, Query()]
) -> Response:
    """Show the lists in the caller's sight, the next award day first."""
    tongue, services = Tongue(language_asked(request)), reading.services
    question = Question(where={}, words=(), after=None, limit=None)
    rows = services.read_models.ask(REMISI_BATCHES.name, question, caller.access).rows
    found = sorted((row for _, row in rows if row.award_day), key=_order, reverse=True)
    part = found[leaf.skip : leaf.skip + ROWS]
    names = Names(units_and_agencies(services, caller.access))
    reading((), (), len(part))
    more = leaf.skip + ROWS
    content = {
        "batches": [_listed(row, tongue, names) for row in part],
        "later": f"{PATH}?{urlencode({'skip': more})}" if more < len(found) else None,
    }
    return page(request, "remisi_batches.html", caller, content)


def _order(row: RemisiBatchLine) -> tuple[Any, ...]:
    return row.award_day, row.unit or "", row.batch


def _listed(row: RemisiBatchLine, tongue: Tongue, names: Names) -> Mapping[str, Any]:
    listed = sum(one.listed for one in row.drafted)
    included = sum(included_now(row, kind) for kind in row.kinds)
    return {
        "key": row.batch,
        "unit": names.of(row.unit),
        "day": tongue.day(row.award_day) if row.award_day else "-",
        "kinds": ", ".join(kind_name(kind) for kind in row.kinds),
        "status": tongue.words(STATUS[row.status]),
        "level": row.status.value,
        "next": tongue.words(LEVEL[row.next_level]) if row.next_level else None,
        "counts": tongue(f"{included} dari {listed} baris", f"{included} of {listed} lines"),
    }


@router.get(f"{PATH}/{{batch}}")
def batch(
    batch: str,
    request: Request,
    caller: Visitor,
    reading: WithReading,
    leaf: Annotated[Leaf, Query()],
) -> Response:
    """Show one list: how far it is, who is on it and who is not, and why."""
    services, tongue = reading.services, Tongue(language_asked(request))
    found = shown(services, batch, caller, NOW)
    lines = lines_in_order(found.state)
    wanted = [line for line in lines if leaf.standing in {"", standing_of(found.state, line)}]
    part = wanted[leaf.skip : leaf.skip + ROWS]
    people = Papers(services, caller).people(part)
    reading(whom(part), NAMED if people else (), len(part), found.unit)
    state = stated(services, found, NOW, lambda all_: [*part, *in_doubt(all_)])
    here, more = f"{PATH}/{batch}", leaf.skip + ROWS
    on = {"standing": leaf.standing} if leaf.standing else {}
    content = {
        **_head(found, state, tongue, Names(units_and_agencies(services, caller.access))),
        "told": _told(progress(services, batch, found.kinds), tongue),
        "filters": [
            (word, tongue.words(words), f"{here}?{urlencode({'standing': word})}")
            for word, words in STANDING.items()
        ],
        "moved": [
            (_moved(one, tongue), tongue.words(NOT_GIVEN))
            for one in moved_feasts(services, found.batch)
        ],
        "wanted": leaf.standing,
        "lines": [_line(state, line, people, tongue) for line in lines_now(state, part)],
        "first": f"{here}?{urlencode(on)}" if leaf.skip else None,
        "later": f"{here}?{urlencode(on | {'skip': more})}" if more < len(wanted) else None,
    }
    return page(request, "remisi_batch.html", caller, content)


def _moved(fixed: HolidayFixed, tongue: Tongue) -> str:
    there = " / ".join(map(tongue.day, fixed.days))
    religion = fixed.religion.value.title()
    return tongue(
        f"Hari raya {religion} sekarang ditetapkan {there} ({fixed.decree})",
        f"The feast of {religion} is by now fixed on {there} ({fixed.decree})",
    )


def _head(found: Shown, state: RemisiBatch, tongue: Tongue, names: Names) -> Mapping[str, Any]:
    """Return what stands above a list, which is in the given state."""
    draft = found.draft
    said = {step.level: step for step in state.steps}
    over = state.status in ENDED
    return {
        "key": found.key,
        "unit": names.of(draft.unit),
        "day": tongue.day(draft.award_day),
        "drafted": tongue.day(draft.effective.day),
        "status": tongue.words(STATUS[state.status]),
        "ended": over,
        "steps": [
            {
                "title": tongue.words(LEVEL[level]),
                "day": tongue.day(said[level].at.day) if level in said else None,
                "agreed": said[level].agreed if level in said else None,
                "excepted": len(said[level].except_cases) if level in said else 0,
                "due": not over and level is state.next_level,
            }
            for level in LEVELS
        ],
        "sk": state.sk,
        "sk_day": tongue.day(state.sk.sk_date) if state.sk else None,
        "kinds": [
            one | {"title": kind_name(line.kind)}
            for one, line in zip(kinds_answer(state), _one_of_each(found), strict=True)
        ],
        "rule_sets": [tongue(*rule_set_named(one)) for one in draft.rule_sets],
        "policies": [tongue(*policy_named(one)) for one in draft.policies],
    }


def _one_of_each(found: Shown) -> Sequence[BatchLine]:
    """Return a line of each kind that is on the list, in the order of their awards."""
    seen: dict[str, BatchLine] = {}
    for line in sorted(found.state.lines.values(), key=lambda one: found.kinds.index(one.kind)):
        seen.setdefault(line.kind.value, line)
    return list(seen.values())


def _told(told: Mapping[str, Mapping[str, int]], tongue: Tongue) -> Sequence[str]:
    """Return how far the cases are, in words."""
    counts: dict[str, int] = {}
    for by_status in told.values():
        for status, count in by_status.items():
            counts[status] = counts.get(status, 0) + count
    return [
        f"{tongue.number(counts[one])} {tongue.words(TOLD[one])}" for one in TOLD if one in counts
    ]


def _line(
    state: RemisiBatch, line: BatchLine, people: Mapping[str, Who], tongue: Tongue
) -> LineShown:
    who = people.get(line.case)
    said = line_answer(state, line, 0 if tongue.language == "id" else 1)
    by = (tongue.day(line.change.at.day), said["changed_by"]) if line.change else None
    return LineShown(
        case=line.case,
        name=who.name if who else None,
        number=who.register if who else None,
        kind=kind_name(line.kind),
        standing=tongue.words(STANDING[said["standing"]]),
        days=tongue.number(line.remission_days),
        releases=line.releases,
        why=said["why"],
        changed=tongue(f"diubah {by[0]} oleh {by[1]}", f"changed {by[0]} by {by[1]}")
        if by
        else None,
    )


@router.get(f"{PATH}/{{batch}}/daftar.{{form}}")
def kept(
    batch: str,
    form: Literal["csv", "xlsx", "pdf"],
    request: Request,
    caller: Visitor,
    reading: WithReading,
) -> Response:
    """Return a list as a file to keep: what the API gives, for whoever came by a page."""
    services = reading.services
    match form:
        case "csv":
            return read_table(batch, request, services, caller, NOW, reading)
        case "xlsx":
            return read_sheet(batch, request, services, caller, reading)
        case "pdf":
            return print_list(batch, services, caller, reading)


@router.get(f"{PATH}/{{batch}}/{{case}}")
def explained(
    batch: str, case: str, request: Request, caller: Visitor, reading: WithReading
) -> Response:
    """Show one person's lines with every criterion, to be read aloud to them."""
    services, tongue = reading.services, Tongue(language_asked(request))
    found = shown(services, batch, caller, NOW)
    lines = [line for line in lines_in_order(found.state) if line.case == case]
    state = stated(services, found, NOW, lambda _: lines)
    if not lines:
        raise not_found()
    people = Papers(services, caller).people(lines)
    reading(whom(lines), {*NAMED, "remisi"}, len(lines), found.unit)
    reckoned = {one.line.kind: one for one in again(services, found, case)}
    who = people.get(case)
    content = {
        "key": batch,
        "case": case,
        "name": who.name if who else None,
        "day": tongue.day(found.draft.award_day),
        "drafted": tongue.day(found.draft.effective.day),
        "lines": [
            {
                "shown": _line(state, line, people, tongue),
                "criteria": _criteria(reckoned.get(line.kind), tongue),
            }
            for line in lines_now(state, lines)
        ],
    }
    return page(request, "remisi_reasons.html", caller, content)


def _criteria(one: Reckoned | None, tongue: Tongue) -> Sequence[Mapping[str, Any]]:
    """Return each criterion as a sentence, those that were not met first."""
    criteria: Sequence[Criterion] = one.finding.criteria if one and one.finding else ()
    return [
        {
            "met": it.met,
            "said": tongue(it.because_id, it.because_en),
            "article": tongue(*cited(it.article)),
            "by": tongue.day(it.by.day) if it.by else None,
        }
        for it in sorted(criteria, key=lambda it: it.met)
    ]

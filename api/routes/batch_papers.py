"""A remisi batch to keep and hand out: a sheet, the list as PDF, and a letter for each person."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from api.batch_answers import COLUMNS, line_answer, lines_in_order
from api.batch_papers import FOUND, NAMED, Papers, given
from api.callers import Reader
from api.dependencies import WithServices
from api.letters.batch import letters_of, list_of
from api.letters.printing import MEDIA_TYPE as PDF
from api.letters.printing import Template, pdf
from api.openapi import problem
from api.problems import Problem, not_found
from api.readings import WithReading
from api.routes.collections import STRICT
from api.routes.remisi_batches import ONE, BatchKey, shown, stated, tongue_of, whom
from api.sheets import MEDIA_TYPE as XLSX
from api.sheets import xlsx
from application.journeys import NOW
from domain.fields import EXAMPLE_ID
from domain.kernel import Json, Words

SHEET: Final = "Remisi"
TOGETHER: Final = 500
"""Letters in one file: setting them takes some 400 MB for a second or two, and ten times that for
all of a large unit."""
PARTS_MOST: Final = 1_000
HEADS: Final = ("name", "register_text", *COLUMNS)
NO_SK: Final[Words] = (
    "SK untuk daftar ini belum terbit; petikan dicetak sesudahnya",
    "this list has no SK yet; letters are printed after it",
)
router = APIRouter()


def documented(media_type: str) -> dict[int | str, Json]:
    """Return how OpenAPI tells of a file."""
    schema = {"schema": {"type": "string", "format": "binary"}}
    return {200: {"description": "The file.", "content": {media_type: schema}}}


def kept(content: bytes, media_type: str, name: str, position: int) -> Response:
    """Return a file to keep."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Position": str(position),
    }
    return Response(content, media_type=media_type, headers=headers)


@router.get(f"{ONE}.xlsx", dependencies=STRICT, response_class=Response, responses=documented(XLSX))
def read_sheet(
    key: BatchKey,
    request: Request,
    services: WithServices,
    caller: Reader,
    reading: WithReading,
) -> Response:
    """Return the whole list as a sheet, with names: whoever is on it and whoever is not."""
    found = shown(services, key, caller, NOW)
    state = stated(services, found, NOW)
    lines = lines_in_order(state)
    people = Papers(services, caller).people(lines)
    reading(whom(lines), NAMED, len(lines), found.unit)
    rows = []
    for line in lines:
        who, said = people.get(line.case), line_answer(state, line, tongue_of(request))
        said |= {name: "; ".join(said[name]) for name in ("reasons", "why")}
        named = (who.name, who.register) if who else (None, None)
        rows.append([*named, *(said[name] for name in COLUMNS)])
    name = f"remisi-{key}.xlsx"
    return kept(xlsx(SHEET, HEADS, rows), XLSX, name, found.history.position)


@router.get(f"{ONE}.pdf", dependencies=STRICT, response_class=Response, responses=documented(PDF))
def print_list(
    key: BatchKey,
    services: WithServices,
    caller: Reader,
    reading: WithReading,
) -> Response:
    """Return the list to be printed and signed, in Bahasa Indonesia, as PDF/A."""
    found = shown(services, key, caller, NOW)
    state = stated(services, found, NOW)
    papers, lines = Papers(services, caller), lines_in_order(state)
    people = papers.people(lines)
    reading(whom(lines), NAMED, len(lines), found.unit)
    if found.state.draft is None:
        raise not_found()
    paper = papers.paper(key, found.state.draft, found.history.position)
    content = pdf(Template.LIST, list_of(state, people, paper))
    return kept(content, PDF, f"remisi-{key}.pdf", found.history.position)


@router.get(
    f"{ONE}/letters.pdf",
    dependencies=STRICT,
    response_class=Response,
    responses=documented(PDF) | {409: problem("409")},
)
def print_letters(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    key: BatchKey,
    request: Request,
    services: WithServices,
    caller: Reader,
    reading: WithReading,
    case: Annotated[
        str | None, Query(description="Only of this case.", examples=[EXAMPLE_ID])
    ] = None,
    part: Annotated[
        int, Query(ge=1, le=PARTS_MOST, description=f"Which {TOGETHER} letters, by name.")
    ] = 1,
) -> Response:
    """Return a page for each person whom the SK gives a remisi, to be handed over, as PDF/A.

    409 before the SK. Each says why in sentences to be read aloud, as was found on the proposal.
    They come some hundreds at a time: the next part is in the `Link` header.
    """
    found = shown(services, key, caller, NOW)
    if found.state.sk is None or found.state.draft is None:
        raise Problem(409, "remisi_batch.no_sk", NO_SK)
    papers = Papers(services, caller)
    lines = papers.by_name([one for one in given(found.state) if case in {None, one.case}])
    these = lines[(part - 1) * TOGETHER : part * TOGETHER]
    awards = papers.awards(found.batch, these)
    if not awards:
        raise not_found()
    reading(whom(one.line for one in awards), (*NAMED, *FOUND), len(awards), found.unit)
    paper = papers.paper(key, found.state.draft, found.history.position)
    content = pdf(Template.AWARD, letters_of(found.state, awards, paper))
    answer = kept(content, PDF, f"remisi-{key}-petikan-{part}.pdf", found.history.position)
    if len(lines) > part * TOGETHER:
        answer.headers["Link"] = f'<{request.url.path}?part={part + 1}>; rel="next"'
    return answer

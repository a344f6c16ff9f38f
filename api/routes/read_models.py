"""/v1/read-models: every projection, and every report that is counted over them on reading."""

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from api.answers import FORBID
from api.callers import Known, Operator, Reader
from api.dependencies import Services, WithServices
from api.lists import (
    Asked,
    Listing,
    as_json,
    asked_of,
    filters,
    freshness,
    shown,
    table,
    together,
    wait_for,
    written,
)
from api.openapi import list_documentation
from api.other_times import TIMES, times_of
from api.problems import not_found
from api.readings import Reading, WithReading, of_rows
from api.report_rows import pages_of, rows_of
from api.routes.collections import STRICT
from api.tokens import Caller, Role
from application.read_models import Progress
from domain.kernel import Json
from domain.time import Zone
from projections.kernel import Projection, Report

CLOCK: Final = Zone.WIB
"""By which it is today where no unit says its own zone."""


class ReadModelAnswer(BaseModel):
    """One read model: what it is called, what it shows, what it can be asked by, and when."""

    model_config = FORBID

    name: str
    kind: str
    columns: list[str]
    filters: list[str]
    times: list[str]


class ReadModelsAnswer(BaseModel):
    """Every read model there is."""

    model_config = FORBID

    items: list[ReadModelAnswer]


class DeadLetterAnswer(BaseModel):
    """A page that could not be folded: the key that it stopped, where, since when, by what error.

    ``error`` is the class of the error, never its words.
    """

    model_config = FORBID

    key: str
    position: int
    error: str
    at: datetime


class ProjectionAnswer(BaseModel):
    """How far a projection has read, who folds it, and which keys a poison event stopped.

    ``lag`` is in events, ``lag_seconds`` the age of the oldest one not seen yet; ``holder`` (host
    and process) and ``dead_letters``, the first hundred of ``stopped_keys``, are for operators: a
    key may be somebody's.
    """

    model_config = FORBID

    name: str
    version: int
    position: int
    head: int
    lag: int
    updated_at: datetime | None
    stopped_keys: int
    lag_seconds: float
    holder: str | None
    dead_letters: list[DeadLetterAnswer]


class ProjectionsAnswer(BaseModel):
    """How far every projection has read."""

    model_config = FORBID

    items: list[ProjectionAnswer]


async def of_the_house(caller: Reader) -> Caller:
    """Let in the house's own readers; for an agency there are no read models, so it gets 404.

    It may see no row of them, and a report over no rows would still state a figure: that nobody
    came back, say. What is counted for an agency is told by its agreement's feed.
    """
    if caller.role is Role.AGENCY:
        raise not_found()
    return caller


WithinTheHouse = Annotated[Caller, Depends(of_the_house)]


def read_models_router(services: Services) -> APIRouter:
    """Return the routes of all projections and reports, each with its own filters."""
    router = APIRouter()
    add_overview(router)
    add_projections(router)
    for projection in services.projections.values():
        add_projection(router, projection)
    for report in services.reports.values():
        add_report(router, report)
    router.add_api_route(
        "/v1/read-models/{name}", unknown, include_in_schema=False, methods=["GET"]
    )
    return router


def unknown(name: str, caller: Reader) -> Response:
    """Answer whoever asks for a read model that there is not."""
    raise not_found()


def add_overview(router: APIRouter) -> None:
    """Say what there is."""

    @router.get("/v1/read-models", dependencies=STRICT)
    def list_read_models(services: WithServices, caller: Known) -> ReadModelsAnswer:
        """Return every read model and report, with its columns and filters; none to an agency."""
        if caller.role is Role.AGENCY:
            return ReadModelsAnswer(items=[])
        projections = [
            ReadModelAnswer(
                name=name,
                kind="projection",
                columns=shown(one.row),
                filters=list(filters(one.row)),
                times=list(times_of(one)),
            )
            for name, one in services.projections.items()
        ]
        reports = [
            ReadModelAnswer(
                name=name,
                kind="report",
                columns=columns_of(one),
                filters=list(one.parameters),
                times=list(TIMES),
            )
            for name, one in services.reports.items()
        ]
        return ReadModelsAnswer(items=[*projections, *reports])


def add_projections(router: APIRouter) -> None:
    """Say how far each projection is, and build one anew."""

    @router.get("/v1/projections", dependencies=STRICT)
    def list_projections(services: WithServices, caller: Known) -> ProjectionsAnswer:
        """Return position, lag and errors of every projection, and of the feeds of agencies.

        Who folds it, and what was stopped, is for operators; an agency hears in each answer how
        old that is, and gets 404 here.
        """
        if caller.role is Role.AGENCY:
            raise not_found()
        found = [*services.read_models.progress(), services.feeds.progress()]
        if caller.role is not Role.OPERATOR:
            found = [replace(one, dead_letters=(), holder=None) for one in found]
        return ProjectionsAnswer(items=[answer(one) for one in found])

    @router.post("/v1/projections/{name}/rebuild", dependencies=STRICT)
    def rebuild(
        name: str, services: WithServices, caller: Operator, key: str | None = None
    ) -> ProjectionAnswer:
        """Build a projection anew beside the live one, and switch; or fold one stopped key anew."""
        if name not in services.projections:
            raise not_found()
        if key is None:
            services.read_models.rebuild([name])
        else:
            try:
                services.read_models.refold(name, key)
            except LookupError:
                raise not_found() from None
        return next(answer(one) for one in services.read_models.progress() if one.name == name)


def answer(progress: Progress) -> ProjectionAnswer:
    """Return how far a projection is, as JSON."""
    said = {field.name: getattr(progress, field.name) for field in fields(progress)}
    said["dead_letters"] = [
        DeadLetterAnswer(key=one.key, position=one.position, error=one.error, at=one.at)
        for one in progress.dead_letters
    ]
    return ProjectionAnswer(**said, lag=max(progress.head - progress.position, 0))


def add_three(
    router: APIRouter,
    name: str,
    answers: Callable[[Reading, Caller, str], Response],
    documented: Callable[..., Json],
    *,
    paged: bool,
) -> None:
    """Serve one read model as JSON, as CSV and as NDJSON."""
    for form, suffix in (("json", ""), ("csv", ".csv"), ("ndjson", ".ndjson")):
        is_json = form == "json"
        router.add_api_route(
            f"/v1/read-models/{name}{suffix}",
            answering(answers, form),
            name=f"read_{name}_{form}",
            openapi_extra=documented(paged=paged and is_json, form=None if is_json else form),
        )


def answering(
    answers: Callable[[Reading, Caller, str], Response], form: str
) -> Callable[..., Response]:
    """Return the route that answers in one form."""

    def read(reading: WithReading, caller: WithinTheHouse) -> Response:
        """Return rows within the caller's scope, and up to which event they are true."""
        return answers(reading, caller, form)

    return read


def add_projection(router: APIRouter, projection: Projection[Any]) -> None:
    """Serve the rows of one projection."""
    columns = filters(projection.row)

    def answers(reading: Reading, caller: Caller, form: str) -> Response:
        listing = Listing(
            services=reading.services,
            projection=projection,
            access=caller.access,
            asked=asked_of(reading.request, columns, {}),
            reading=reading,
        )
        return listing.json(reading.request) if form == "json" else listing.file(form)

    documented = partial(list_documentation, columns, times=times_of(projection))
    add_three(router, projection.name, answers, documented, paged=True)


def add_report(router: APIRouter, report: Report[Any]) -> None:
    """Serve what one report counts."""
    columns: dict[str, Any] = dict.fromkeys(report.parameters, str)

    def answers(reading: Reading, caller: Caller, form: str) -> Response:
        services = reading.services
        asked = asked_of(reading.request, columns, {}, control=("after", *TIMES))
        wait_for(services, asked.after)
        today = services.now().astimezone(CLOCK.offset).date() if report.daily else None
        parameters = given(report, asked, today)
        then = asked.times.then(services, report.over)
        pages = pages_of(services.read_models, report, parameters, caller.access, then)
        rows = report.count(rows_of(pages), parameters)
        shown_columns = columns_of(report)
        reading(*of_rows(report, rows, shown_columns), len(rows))
        oldest = min(pages.values(), key=lambda page: page.position)
        if form != "json":
            items = (as_json(row, shown_columns) for row in rows)
            lines = together(written(form, shown_columns, items))
            return table(form, lines, report.name, oldest.position, asked.times)
        fresh = freshness(services, list(pages), oldest, asked.times)
        content = orjson.dumps({"items": rows, **fresh}, option=orjson.OPT_UTC_Z)
        return Response(content, media_type="application/json")

    documented = partial(list_documentation, columns, words=False)
    add_three(router, report.name, answers, documented, paged=False)


def given(report: Report[Any], asked: Asked, today: date | None) -> dict[str, str | None]:
    """Return what a report was asked by; on the day of ``valid_at`` where it is given no other.

    Facts that held by then held by the end of that day. ``today`` is the day of whoever asks for
    neither.
    """
    said = {name: next(iter(asked.where.get(name, ())), None) for name in report.parameters}
    if "on" in said and not said["on"]:
        said["on"] = asked.times.day or (today.isoformat() if today else None)
    return said


def columns_of(report: Report[Any]) -> list[str]:
    """Return the columns of a report."""
    named: Iterable[Any] = fields(report.row)
    return [field.name for field in named]

"""The rows that a report is counted over: within a caller's scope, and no more than it looks at."""

from collections.abc import Mapping
from typing import Any

from application.read_models import Access, Page, Question, ReadModels, Settled, Then
from projections.counting import day_from
from projections.kernel import Projection, Report, Rows


def pages_of(
    read_models: ReadModels,
    report: Report[Any],
    parameters: Mapping[str, str | None],
    access: Access,
    then: Then | None,
) -> Mapping[str, Page]:
    """Return what a report counts over, by the projections' names.

    Raises `Refused` where ``on`` is no day, and as `ReadModels.ask` does.
    """
    narrow = report.narrow(parameters)
    return {
        one.name: read_models.ask(
            one.name,
            Question(
                where=narrow.get(one.name, {}),
                words=(),
                after=None,
                limit=None,
                counted=report.columns(one),
                then=then,
                settled=settled(report, one, parameters, then),
            ),
            access,
        )
        for one in report.over
    }


def rows_of(pages: Mapping[str, Page]) -> Rows:
    """Return the rows of pages, as a report counts them."""
    return {name: [row for _, row in page.rows] for name, page in pages.items()}


def settled(
    report: Report[Any],
    projection: Projection[Any],
    parameters: Mapping[str, str | None],
    then: Then | None,
) -> Settled | None:
    """Return what of a projection's rows need not be read, where it is known for which day.

    How a case stands now says nothing of how it stood at another time.
    """
    stands, on = report.stands.get(projection.name), day_from("on", parameters.get("on"))
    if stands is None or on is None:
        return None
    return Settled(
        on=on,
        only=stands.only,
        unread=stands.unread,
        case={} if then else stands.case,
    )

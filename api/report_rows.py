"""The rows that a report is counted over: within a caller's scope, and no more than it looks at."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from operator import itemgetter
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
    questions = {
        one.name: Question(
            where=narrow.get(one.name, {}),
            words=(),
            after=None,
            limit=0 if afterwards(report, one) else None,
            counted=report.columns(one),
            then=then,
            settled=settled(report, one, parameters, then),
        )
        for one in report.over
    }
    pages = dict(read_models.ask_all(questions, access))
    for name, cases in report.again(rows_of(pages), parameters).items():
        if wanted := sorted(cases):
            question = questions[name]
            where = {**question.where, "case": tuple(wanted)}
            question = replace(question, where=where, limit=None, settled=None)
            whole = read_models.ask(name, question, access)
            pages[name] = instead(pages[name], wanted, whole)
    return pages


def afterwards(report: Report[Any], projection: Projection[Any]) -> bool:
    """Say whether a report asks for none of a projection's rows before others were read."""
    stands = report.stands.get(projection.name)
    return stands is not None and stands.afterwards


def instead(page: Page, cases: Collection[str], whole: Page) -> Page:
    """Return a page with the rows of some cases as they were read again, or without them."""
    gone = set(cases)
    rows = {key: row for key, row in page.rows if row.case not in gone} | dict(whole.rows)
    return replace(page, rows=sorted(rows.items(), key=itemgetter(0)))


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

    How a case stands now says nothing of how it stood at another time. There all columns are read
    at once: streams are folded anew for each question, which takes longer than to read a row.
    """
    stands, on = report.stands.get(projection.name), day_from("on", parameters.get("on"))
    if stands is None or on is None:
        return None
    return Settled(
        on=on,
        only=stands.only,
        unread=frozenset() if then else stands.unread,
        unless=stands.unless,
        case={} if then else stands.case,
    )

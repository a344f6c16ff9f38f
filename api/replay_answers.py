"""A replay as JSON: the same events, marks and differences as `/v1/cases` answers with."""

from collections.abc import Iterable, Mapping, Sequence

from pydantic_core import to_jsonable_python

from api.answers import event_answer
from api.diff_answers import difference_answers
from api.mark_answers import Telling, mark_answer
from application.comparing import Compared
from application.differences import FieldChange
from application.journeys import Moment
from application.marks import Mark, Marked
from application.replaying import FactsCompared, Replay
from domain.catalogue import ANNOTATIONS
from domain.kernel import Json
from domain.record import Recorded, StreamId
from domain.review import Item

Marks = Mapping[int, Sequence[Mark]]
"""Corrections of the events at some positions."""


def replay_answer(replay: Replay, moment: Moment, told: Telling, items: Iterable[Item]) -> Json:
    """Return every step with its cause, what stands no more, and what is to be looked at."""
    history, marks = replay.history, _marks(told)
    return {
        **_named(history.stream),
        "version": history.version,
        "position": history.position,
        "valid_at": moment.valid_at and moment.valid_at.isoformat(),
        "known_at": moment.known_at and moment.known_at.isoformat(),
        "steps": [
            {
                "number": number,
                **_fact(step.page, told, marks),
                "changes": [_change(change) for change in step.changes],
            }
            for number, step in enumerate(replay.steps, 1)
        ],
        "gone": [_fact(one.page, told, marks) for one in gone(told)],
        "reviews": [to_jsonable_python(item) for item in items],
    }


def comparison_answer(
    sides: tuple[Moment, Moment], facts: FactsCompared, compared: Compared, told: Telling
) -> Json:
    """Return what differs between two moments, fact by fact and field by field."""
    marks = _marks(told)
    first, last = ({"valid_at": one.valid_at, "known_at": one.known_at} for one in sides)
    return {
        **_named(compared.after.stream),
        "from": to_jsonable_python(first),
        "to": to_jsonable_python(last),
        "from_version": compared.before.version,
        "to_version": compared.after.version,
        "only_from": [_fact(page, told, marks) for page in facts.only_before],
        "only_to": [_fact(page, told, marks) for page in facts.only_after],
        "otherwise": [
            _fact(one.after, told, marks) | {"changes": [_change(change) for change in one.changes]}
            for one in facts.otherwise
        ],
        "differences": difference_answers(compared, told),
    }


def gone(told: Telling) -> list[Marked]:
    """Return the facts that were told and do not stand."""
    return [
        one
        for one in told.events
        if one.stands is None and not isinstance(one.page.event, ANNOTATIONS)
    ]


def _named(stream: StreamId) -> Json:
    """Return what a stream is, and a case by its id as well."""
    return {"stream": str(stream)} | ({"case": stream.key} if stream.kind == "case" else {})


def _marks(told: Telling) -> Marks:
    return {one.page.position: one.marks for one in told.events}


def _fact(page: Recorded, told: Telling, marks: Marks) -> Json:
    answers = [mark_answer(mark, told) for mark in marks.get(page.position, ())]
    return {**event_answer(page, values=True), "marks": answers}


def _change(change: FieldChange) -> Json:
    return {"pointer": change.pointer, "before": change.before, "after": change.after}

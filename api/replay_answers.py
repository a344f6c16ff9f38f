"""A replay as JSON: the same events, marks and differences as `/v1/cases` answers with."""

from collections.abc import Iterable

from pydantic_core import to_jsonable_python

from api.answers import event_answer
from api.diff_answers import difference_answers
from api.mark_answers import Telling, mark_answer
from application.comparing import Compared
from application.differences import FieldChange, Step
from application.journeys import Moment
from application.marks import Marked
from application.replaying import FactsCompared, Replay
from domain.catalogue import ANNOTATIONS
from domain.kernel import Json
from domain.record import Recorded, StreamId
from domain.review import Item


def replay_answer(replay: Replay, moment: Moment, told: Telling, items: Iterable[Item]) -> Json:
    """Return every step with its cause, what stands no more, and what is to be looked at."""
    history = replay.history
    return {
        **_named(history.stream),
        "version": history.version,
        "position": history.position,
        "valid_at": moment.valid_at and moment.valid_at.isoformat(),
        "known_at": moment.known_at and moment.known_at.isoformat(),
        "steps": [_step(number, step, told) for number, step in enumerate(replay.steps, 1)],
        "gone": [_fact(one.page, told) for one in gone(told)],
        "reviews": [to_jsonable_python(item) for item in items],
    }


def comparison_answer(
    sides: tuple[Moment, Moment], facts: FactsCompared, compared: Compared, told: Telling
) -> Json:
    """Return what differs between two moments, fact by fact and field by field."""
    first, last = ({"valid_at": one.valid_at, "known_at": one.known_at} for one in sides)
    return {
        **_named(compared.after.stream),
        "from": to_jsonable_python(first),
        "to": to_jsonable_python(last),
        "from_version": compared.before.version,
        "to_version": compared.after.version,
        "only_from": [_fact(page, told) for page in facts.only_before],
        "only_to": [_fact(page, told) for page in facts.only_after],
        "otherwise": [
            _fact(one.after, told) | {"changes": [_change(change) for change in one.changes]}
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


def _step(number: int, step: Step, told: Telling) -> Json:
    changes = [_change(change) for change in step.changes]
    return {"number": number, **_fact(step.page, told), "changes": changes}


def _fact(page: Recorded, told: Telling) -> Json:
    marks = next((one.marks for one in told.events if one.page.position == page.position), ())
    answer = event_answer(page, values=True)
    return {**answer, "marks": [mark_answer(mark, told) for mark in marks]}


def _change(change: FieldChange) -> Json:
    return {"pointer": change.pointer, "before": change.before, "after": change.after}

"""What of a draft is sealed, and whose it is: fields of its event, documents' numbers, reasons."""

from collections.abc import Iterable, Mapping

from domain.kernel import DataClass, Event, Json, subject_of
from domain.record import Draft
from infrastructure.event_form import Form, form_of
from infrastructure.sealing import Fields, Owner, owner


def owners_of(drafts: Iterable[Draft]) -> set[Owner]:
    """Return whose keys the pages of drafts are sealed under."""
    return {one for draft in drafts for one in _owners(draft)}


def _owners(draft: Draft) -> Iterable[Owner]:
    """Return whose keys a draft's page is sealed under."""
    event, subject = draft.event, draft.subject
    form = form_of(type(event))
    yield from _owned(form, event, subject)
    if form.held is not None:
        content: Event = getattr(event, form.held)
        yield from _owned(form_of(type(content)), content, subject_of(form.holder, event, subject))
    if draft.evidence or draft.reason is not None:
        yield owner(draft.subject, DataClass.PERSONAL)


def _owned(form: Form, event: Event, subject: str) -> Iterable[Owner]:
    for whose, data_class, _ in form.sealed:
        yield subject_of(whose, event, subject), data_class


def taken_out(form: Form, draft: Draft, payload: Json) -> Mapping[Owner, Fields]:
    """Take out of a payload what is to be sealed, and add what else is: by owner and pointer."""
    secrets: dict[Owner, Fields] = {}
    event, subject = draft.event, draft.subject
    _take(form, event, subject, payload, secrets)
    if form.held is not None:
        content: Event = getattr(event, form.held)
        within: dict[Owner, Fields] = {}
        whose = subject_of(form.holder, event, subject)
        _take(form_of(type(content)), content, whose, payload[form.held]["payload"], within)
        for one, values in within.items():
            placed = {f"/payload/{form.held}{pointer}": said for pointer, said in values.items()}
            secrets.setdefault(one, {}).update(placed)
    if draft.evidence or draft.reason is not None:
        secrets.setdefault(owner(subject, DataClass.PERSONAL), {}).update(_free_text(draft))
    return secrets


def _take(
    form: Form, event: Event, subject: str, payload: Json, secrets: dict[Owner, Fields]
) -> None:
    """Take out of the payload of one event what is to be sealed of it."""
    for whose, data_class, owned in form.sealed:
        fields = secrets.setdefault((subject_of(whose, event, subject), data_class), {})
        for name, pointer in owned:
            fields[pointer] = payload.pop(name)


def _free_text(draft: Draft) -> Fields:
    """Return what is sealed besides the event: numbers of documents, and the reason."""
    said = {f"/evidence/{n}/number": item.number for n, item in enumerate(draft.evidence)}
    return said if draft.reason is None else {**said, "/reason": draft.reason}

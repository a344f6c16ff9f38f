"""The words every room shares: value, event, refusal, chapter, journey, stream."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from functools import cached_property
from typing import Annotated, Any, ClassVar, Generic, TypeVar, dataclass_transform, get_type_hints

from domain.time import Effective

Json = dict[str, Any]
Words = tuple[str, str]
"""What a person reads: in Bahasa Indonesia, and in English."""

T = TypeVar("T")
S = TypeVar("S")
E = TypeVar("E", bound="Event")
V = TypeVar("V", bound="Value")


class DataClass(Enum):
    """How a field is kept (UU 27/2022 art. 4): in the open, or sealed under its subject's key."""

    NONE = "none"
    PERSONAL = "personal"
    SPECIFIC = "specific"


Open = Annotated[T, DataClass.NONE]
Personal = Annotated[T, DataClass.PERSONAL]
Specific = Annotated[T, DataClass.SPECIFIC]


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Value:
    """Frozen, compared by content, built by keyword."""

    __dataclass_fields__: ClassVar[dict[str, Any]]
    __own_fields__: ClassVar[frozenset[str]]
    """The names of its fields, by which `made_of` sees that none is missing."""
    __pydantic_config__: ClassVar[Json] = {"extra": "forbid"}
    """Whoever reads a value must fail on a key that it does not know."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        dataclass(frozen=True, kw_only=True)(cls)
        cls.__own_fields__ = frozenset(field.name for field in fields(cls))


def made_of(kind: type[V], fields: Json) -> V:
    """Return a value of these fields; raise `TypeError` unless they are all of its own.

    They are set at once: a frozen value's own way, a call for each, takes three times as long. This
    is for what is made for every event that is told; whatever is made by hand is told by keyword.
    """
    if fields.keys() != kind.__own_fields__:
        raise TypeError(kind.__name__)
    value = object.__new__(kind)
    vars(value).update(fields)
    return value


def replace(value: V, **changes: Any) -> V:
    """Return a value with other fields; raise `TypeError` for one that it does not have.

    As `dataclasses.replace` does, in half of its time and less: a journey is folded by it.
    """
    return made_of(type(value), {**vars(value), **changes})


class Forgotten(Value):
    """What stands where a sealed field stood whose key was destroyed: nothing, and it says so.

    It is false and empty, so that whoever asks "is there any?" hears no.
    """

    forgotten: bool

    def __bool__(self) -> bool:
        return False

    def __iter__(self) -> Iterator[Any]:
        return iter(())


FORGOTTEN: Any = Forgotten(forgotten=True)
"""Stands in the place of any field's value, so its type is nobody's and everybody's."""


class Unreadable(Value):
    """What stands where a sealed field of a row stands whose key is lost: neither told nor gone.

    It may be read again once the key is brought back from a backup. False, like nothing.
    """

    unreadable: bool

    def __bool__(self) -> bool:
        return False

    def __iter__(self) -> Iterator[Any]:
        return iter(())


UNREADABLE: Any = Unreadable(unreadable=True)


def is_forgotten(event: "Event") -> bool:
    """Say whether a field of an event was forgotten."""
    for value in vars(event).values():  # asked of every proposal, and a generator costs more  # noqa: SIM110
        if value is FORGOTTEN:
            return True
    return False


class Whose(Value):
    """Marks a sealed field as somebody else's than the one whom the stream is about.

    ``field`` names the open field that holds that person's id; ``role`` is what somebody is to the
    stream's subject who has no record of their own, like the guardian of a youth. One of the two.
    Where that field is empty, it is the stream's subject's after all. On an open field that holds
    another event, it says whose is all that is sealed in that one.
    """

    field: str | None
    role: str | None


class Length(Value):
    """How long a text may be, in characters."""

    least: int
    most: int


class Range(Value):
    """How small and how large a whole number may be, both ends included."""

    least: int
    most: int


class Pattern(Value):
    """What a code looks like: a regular expression for the whole of it, and an example."""

    regex: str
    example: str


class Event(Value):
    """Something that happened, and when it took effect: never edited, never deleted.

    An event is stored as ``remisi.proposed@2``: a name that outlives every rename of its class,
    and a version that is one more than the number of its ``upcast_vN_vM`` methods. Every field
    says in its type how it is protected, and none has a default. ``effective`` is stated by whoever
    proposes the event and is kept in the envelope; the fields below it are the payload.
    """

    stored_as: ClassVar[str]
    names: ClassVar[tuple[str, ...]]
    upcasts: ClassVar[tuple[Callable[[Json], Json], ...]]

    effective: Open[Effective]

    def __init_subclass__(cls, *, stored_as: str, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        lifts: list[Callable[[Json], Json]] = []
        while lift := getattr(cls, f"upcast_v{len(lifts) + 1}_v{len(lifts) + 2}", None):
            lifts.append(lift)
        cls.stored_as = stored_as
        cls.upcasts = tuple(lifts)
        cls.names = tuple(f"{stored_as}@{v + 1}" for v in range(len(lifts) + 1))


def data_classes(value: type[Value]) -> Mapping[str, DataClass]:
    """Return how each field is protected; raise `TypeError` at a field that does not say."""
    hints = get_type_hints(value, include_extras=True)
    classes: dict[str, DataClass] = {}
    for field in fields(value):
        marks = getattr(hints[field.name], "__metadata__", ())
        said = [mark for mark in marks if isinstance(mark, DataClass)]
        if len(said) != 1:
            raise TypeError(value.__name__, field.name, "must be Open, Personal or Specific")
        classes[field.name] = said[0]
    return classes


def subjects(value: type[Value]) -> Mapping[str, Whose]:
    """Return the fields that are somebody else's; raise `TypeError` at a mark in vain."""
    hints = get_type_hints(value, include_extras=True)
    classes = data_classes(value)
    said: dict[str, Whose] = {}
    for name, data_class in classes.items():
        for mark in getattr(hints[name], "__metadata__", ()):
            if isinstance(mark, Whose):
                named = mark.field is None or classes.get(mark.field) is DataClass.NONE
                kept = data_class is not DataClass.NONE or hints[name].__origin__ is Event
                if not kept or not named or bool(mark.field) == bool(mark.role):
                    raise TypeError(value.__name__, name, "whose it is must be said of open fields")
                said[name] = mark
    return said


def subject_of(mark: Whose | None, event: Event, subject: str) -> str:
    """Return whose key seals a field of an event in the stream of ``subject``."""
    if mark is None:
        return subject
    if mark.role:
        return f"{subject}/{mark.role}"
    named = getattr(event, mark.field or "")
    return subject if named is None else str(named)


class Refused(Exception):
    """The law or the record says no.

    ``code`` is public and stable, ``article`` the law or house rule that said it, ``because`` the
    reason in both languages. With ``field``, what that field says can never be right (422);
    without, it does not fit what is recorded (409).
    """

    def __init__(
        self, code: str, *, article: str, because: Words, field: str | None = None
    ) -> None:
        super().__init__(because[1])
        self.code, self.article, self.because, self.field = code, article, because, field


class SubjectForgotten(Refused):
    """Nothing more is recorded of somebody who was forgotten: no key is made for them again."""

    def __init__(self) -> None:
        super().__init__(
            "person.forgotten",
            article="UU 27/2022 art. 44",
            because=(
                "orang ini sudah dilupakan; yang datang kembali dicatat sebagai orang baru",
                "this person was forgotten; whoever comes back is registered as somebody new",
            ),
        )


def ensure(
    condition: bool, code: str, *, article: str, because: Words, field: str | None = None
) -> None:
    """Refuse unless the condition holds."""
    if not condition:
        raise Refused(code, article=article, because=because, field=field)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Chapter(Generic[S, E]):
    """One part of a journey: how it begins, what it may decide, and how events move it on.

    ``opens`` are the events one of which is its stream's first page, and never a later one; a
    stream in which no chapter has any begins with anything.
    """

    name: str
    events: tuple[type[E], ...]
    initial: S
    decide: Callable[[E, "Journey"], Sequence[Event]]
    evolve: Callable[[S, E], S]
    opens: tuple[type[E], ...] = ()

    def fold(self, history: Iterable[Event]) -> S:
        """Return the state that this chapter's own events, in this order, lead to."""
        state = self.initial
        for event in history:
            if isinstance(event, self.events):
                state = self.evolve(state, event)
        return state


@dataclass(frozen=True, slots=True)
class Journey:
    """The states of all chapters of one stream. ``journey[CUSTODY]`` is what custody knows."""

    states: Mapping[Chapter[Any, Any], Any]

    def __getitem__(self, chapter: Chapter[S, Any]) -> S:
        state: S = self.states[chapter]
        return state


@dataclass(frozen=True, eq=False, kw_only=True)
class Stream:
    """A kind of stream: its chapters, and whose personal data its events hold.

    ``subject`` names, from the stream's key and its journey (the newest event included), under
    whose key the sealed fields are kept: a person's id, or whatever is forgotten as one.
    """

    name: str
    chapters: tuple[Chapter[Any, Any], ...]
    subject: Callable[[str, Journey], str]

    @cached_property
    def chapter_of(self) -> Mapping[type[Event], Chapter[Any, Any]]:
        """Find the chapter that an event type belongs to."""
        return {event: chapter for chapter in self.chapters for event in chapter.events}

    @cached_property
    def openings(self) -> tuple[type[Event], ...]:
        """Return the events one of which is the first page."""
        return tuple(event for chapter in self.chapters for event in chapter.opens)

    def begin(self) -> Journey:
        """Return the journey on which nothing has happened yet."""
        return Journey({chapter: chapter.initial for chapter in self.chapters})

    def evolve(self, journey: Journey, events: Iterable[Event]) -> Journey:
        """Move a journey on. Total and silent: a recorded event is never argued with."""
        states = dict(journey.states)
        for event in events:
            chapter = self.chapter_of[type(event)]
            states[chapter] = chapter.evolve(states[chapter], event)
        return Journey(states)

    def fold(self, history: Iterable[Event]) -> Journey:
        """Return the journey that these events, in this order, lead to."""
        return self.evolve(self.begin(), history)

    def ensure_opening(self, proposed: Event, recorded: Sequence[Event]) -> None:
        """Refuse what would open a stream twice, and what would begin one without opening it.

        ``recorded`` is the whole stream, whatever its times of effect; an opening that stands in
        it to the letter is for `decide` to recognise.
        """
        opens = isinstance(proposed, self.openings)
        if recorded and not opens:
            return
        ensure(
            opens or bool(recorded) or not self.openings,
            f"{self.name}.not_opened",
            article="Kaidah Jejak: catatan dibuka lebih dahulu",
            because=(
                "catatan ini belum dibuka; periksa kuncinya, atau buka dulu",
                "this record is not open; check its key, or open it first",
            ),
        )
        ensure(
            not (opens and recorded) or proposed in recorded,
            f"{self.name}.already_opened",
            article="Kaidah Jejak: catatan dibuka sekali",
            because=("catatan ini sudah dibuka", "this record is open already"),
        )

    def decide(
        self, proposed: Event, history: Sequence[Event], journey: Journey | None = None
    ) -> Sequence[Event]:
        """Answer a proposed event: with itself and what follows from it, or with nothing.

        ``journey`` is what the history leads to, where that is known already.

        Nothing is the answer when the fact is recorded already, which is when it would change
        nothing, or when it is refused now and stands in the history to the letter. Otherwise
        raises `Refused`.
        """
        return self.decided(proposed, history, journey or self.fold(history))[0]

    def decided(
        self, proposed: Event, history: Sequence[Event], journey: Journey
    ) -> tuple[Sequence[Event], Journey]:
        """Answer as `decide` does, and with the journey that the answer leads to."""
        try:
            events = self.chapter_of[type(proposed)].decide(proposed, journey)
        except Refused:
            if proposed in history:
                return (), journey
            raise
        after = self.evolve(journey, events)
        return ((), journey) if after == journey else (events, after)

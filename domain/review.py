"""Review: what no longer stands under the history as it is known now, and who is to look at it.

A correction, or a fact that is told late, may take away what something later rested on: a
certificate of a training that was voided, a remisi by a religion that was mis-keyed. It is not
changed by itself and not kept in silence (rule of the house): an item is raised, with the rule that
says so, and stays open until an event resolves it. Where the fact comes to stand again, or is
itself corrected, that event follows by itself.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Final, assert_never, get_args

from domain.fields import EventId, Line, Note, UnitCode
from domain.kernel import Chapter, Event, Journey, Open, Personal, Refused, Value, ensure, replace


class ReviewOutcome(Enum):
    """How it ended: it stays as it is, it was put right, or there is nothing left to look at."""

    KEPT = "kept"
    PUT_RIGHT = "put_right"
    STANDS_AGAIN = "stands_again"


class ReviewRaised(Event, stored_as="review.raised"):
    """A fact no longer stands: ``event``, because of what page ``cause`` tells, by this rule.

    ``owner`` is the unit that is to look at it, where one answers for the stream.
    """

    item: Open[EventId]
    event: Open[EventId]
    cause: Open[EventId]
    code: Open[Line]
    article: Open[Line]
    because_id: Personal[Note]
    because_en: Personal[Note]
    owner: Open[UnitCode | None]


class ReviewResolved(Event, stored_as="review.resolved"):
    """Somebody looked at it, and this is how it ended."""

    item: Open[EventId]
    outcome: Open[ReviewOutcome]
    explanation: Personal[Note | None]


ReviewEvent = ReviewRaised | ReviewResolved


class Item(Value):
    """One thing to look at, and how it ended."""

    raised: ReviewRaised
    resolved: ReviewResolved | None


class Review(Value):
    """The items of a stream by their ids, in the order in which they were raised."""

    items: dict[str, Item]

    def open_on(self, event: str) -> Item | None:
        """Return the item that is open about a fact, if there is one."""
        found = (i for i in self.items.values() if i.raised.event == event and not i.resolved)
        return next(found, None)


NOTHING_IN_SILENCE: Final = "Kaidah Jejak: tidak ada yang berubah atau tetap diam-diam"


def brings_about_otherwise() -> Refused:
    """Return what is said of a fact that would bring about something else than it did."""
    return Refused(
        "review.brings_about_otherwise",
        article=NOTHING_IN_SILENCE,
        because=(
            "yang diakibatkan peristiwa ini di catatan lain sekarang akan berbeda; periksa di sana",
            "what this event brought about in other records would be different now; look there",
        ),
    )


def decide(proposed: ReviewEvent, journey: Journey) -> Sequence[Event]:
    """Admit an item once, and its end once."""
    items = journey[REVIEW].items
    match proposed:
        case ReviewRaised():
            ensure(
                proposed.item not in items,
                "review.item_exists",
                article=NOTHING_IN_SILENCE,
                because=("butir ini sudah ada", "this item is there already"),
            )
        case ReviewResolved():
            _ensure_open(items.get(proposed.item))
            ensure(
                proposed.outcome is not ReviewOutcome.KEPT or bool(proposed.explanation),
                "review.no_explanation",
                article=NOTHING_IN_SILENCE,
                because=(
                    "jelaskan mengapa hal ini tetap seperti adanya",
                    "say why it stays as it is",
                ),
                field="explanation",
            )
        case _:
            assert_never(proposed)
    return [proposed]


def _ensure_open(item: Item | None) -> None:
    if item is None:
        raise Refused(
            "review.no_such_item",
            article=NOTHING_IN_SILENCE,
            because=("butir ini tidak ada", "there is no such item"),
        )
    ensure(
        item.resolved is None,
        "review.already_resolved",
        article=NOTHING_IN_SILENCE,
        because=("butir ini sudah diselesaikan", "this item is resolved already"),
    )


def evolve(review: Review, event: ReviewEvent) -> Review:
    """Raise the item, or write down how it ended. The end of none is nothing."""
    match event:
        case ReviewRaised():
            return Review(items=review.items | {event.item: Item(raised=event, resolved=None)})
        case ReviewResolved():
            if (item := review.items.get(event.item)) is None:
                return review
            return Review(items=review.items | {event.item: replace(item, resolved=event)})
        case _:
            assert_never(event)


REVIEW: Final[Chapter[Review, ReviewEvent]] = Chapter(
    name="review",
    events=get_args(ReviewEvent),
    initial=Review(items={}),
    decide=decide,
    evolve=evolve,
)

"""Review items: raised with their rule, looked at once, never forgotten in silence."""

import pytest
from scenario import Scenario, at

from domain.kernel import Stream
from domain.review import (
    NOTHING_IN_SILENCE,
    REVIEW,
    ReviewOutcome,
    ReviewRaised,
    ReviewResolved,
)

STREAM = Stream(name="any", chapters=(REVIEW,), subject=lambda key, _: key)
NOW = at("2025-08-17T09:00:00+07:00")


def raised(item="i1", event="e1"):
    return ReviewRaised(
        effective=NOW,
        item=item,
        event=event,
        cause="the approval",
        code="skill_training.not_completed",
        article="Kaidah Jejak",
        because_id="pelatihan ini belum diselesaikan",
        because_en="this training was not completed",
        owner="RUTAN-MEDAN",
    )


def resolved(item="i1", outcome=ReviewOutcome.KEPT, explanation="sertifikatnya memang terbit"):
    return ReviewResolved(effective=NOW, item=item, outcome=outcome, explanation=explanation)


@pytest.fixture
def stream():
    return Scenario(STREAM)


def test_an_item_is_raised_and_stays_open(stream):
    stream.when(raised()).then_recorded()
    assert REVIEW.fold([raised()]).open_on("e1").raised == raised()


def test_an_item_is_raised_once(stream):
    twice = stream.given(raised(), resolved()).when(raised(event="e2"))
    twice.then_refused("review.item_exists", article=NOTHING_IN_SILENCE)


@pytest.mark.parametrize("outcome", ReviewOutcome)
def test_somebody_looks_at_it_and_says_how_it_ended(stream, outcome):
    stream.given(raised()).when(resolved(outcome=outcome)).then_recorded()
    review = REVIEW.fold([raised(), resolved(outcome=outcome)])
    assert review.open_on("e1") is None
    assert review.items["i1"].resolved.outcome is outcome


def test_an_item_that_nobody_raised_is_not_resolved(stream):
    stream.given(raised()).when(resolved("i2")).then_refused("review.no_such_item")


def test_an_item_is_resolved_once(stream):
    again = stream.given(raised(), resolved()).when(resolved(outcome=ReviewOutcome.PUT_RIGHT))
    again.then_refused("review.already_resolved", article=NOTHING_IN_SILENCE)


@pytest.mark.parametrize("explanation", [None, ""])
def test_whoever_leaves_it_as_it_is_says_why(stream, explanation):
    silent = stream.given(raised()).when(resolved(explanation=explanation))
    silent.then_refused("review.no_explanation", article=NOTHING_IN_SILENCE)


@pytest.mark.parametrize("outcome", [ReviewOutcome.PUT_RIGHT, ReviewOutcome.STANDS_AGAIN])
def test_what_ends_by_itself_needs_no_words(stream, outcome):
    stream.given(raised()).when(resolved(outcome=outcome, explanation=None)).then_recorded()


def test_a_fact_is_looked_at_again_when_it_is_raised_again():
    review = REVIEW.fold([raised(), resolved(), raised("i2")])
    assert review.open_on("e1").raised.item == "i2"
    assert review.open_on("e2") is None
    assert list(review.items) == ["i1", "i2"]


def test_an_end_of_nothing_changes_nothing():
    assert REVIEW.fold([resolved()]) == REVIEW.initial

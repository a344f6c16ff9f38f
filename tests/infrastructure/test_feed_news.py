"""Who waits for feeds in one process is known in the others, and hears what these tell."""

from threading import Event

import pytest
from tails import following, wait_until

from application.feeds import Audience
from infrastructure.feed_news import FeedNews, FeedsElsewhere
from infrastructure.messages import FEED_NEWS

AUDIENCE = Audience(agreement="agreement-1", agency="DISNAKER-12.71")


@pytest.fixture
def processes(ledger, pool):
    """What a process that only answers knows of feeds, and what one that feeds does."""
    with (
        following(ledger, pool, local=False) as here,
        following(ledger, pool, local=False) as there,
    ):
        answering, feeding = FeedNews(pool, here), FeedNews(pool, there)
        with FeedsElsewhere(answering):
            yield answering, feeding, there


def test_a_process_that_feeds_knows_that_somebody_waits_in_another(processes):
    answering, feeding, _ = processes
    assert not feeding.awaited
    with answering.asking():
        wait_until(lambda: feeding.awaited)


def test_whoever_listens_hears_what_another_process_told(processes, pool):
    answering, _, there = processes
    heard = Event()
    answering.listen(AUDIENCE, heard.set)
    grown(pool)
    there.tell(FEED_NEWS)
    assert heard.wait(10)
    assert answering.head(AUDIENCE) == 7


def grown(pool):
    with pool.connection() as connection:
        connection.execute(
            "INSERT INTO feed.audience (agreement, agency, head) VALUES (%s, %s, 7)",
            (AUDIENCE.agreement, AUDIENCE.agency),
        )

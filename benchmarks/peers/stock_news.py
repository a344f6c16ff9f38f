"""The stock `eventsourcing` library: events as its own subscription hands them over."""

from collections.abc import Iterator
from typing import Any

from benchmarks.jobs import work_off
from benchmarks.peers.following import followed
from benchmarks.peers.stock import ENVELOPE, Case, application


def follow(job: dict[str, Any]) -> dict[str, Any]:
    """Save aggregates on schedule, one event each, and hear of them."""
    app = application(job["dsn"], job["writers"] + 2)
    text = "x" * (job["size"] - ENVELOPE)

    def write() -> int:
        return app.save(Case(text))[-1].notification.id

    def news() -> Iterator[int]:
        with app.recorder.subscribe(gt=app.recorder.max_notification_id()) as subscription:
            for notification in subscription:
                yield notification.id

    try:
        return followed(job, [write] * job["writers"], news())
    finally:
        app.close()


if __name__ == "__main__":
    work_off(follow)

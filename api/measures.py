"""Counters for whoever watches the service, in Prometheus' text form: no personal data in them."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from math import inf
from threading import Lock
from typing import Final

from api.deliveries import Tally as Waited
from application.clock import Looked
from application.read_models import Progress
from application.webhooks import Tally

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, inf)
"""Seconds: the upper bounds of the histogram of durations."""


class Measures:
    """Counts requests by method, route and status."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._durations: Counter[float] = Counter()
        self._seconds = 0.0

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        with self._lock:
            self._requests[method, route, status] += 1
            self._seconds += seconds
            self._durations[BOUNDS[bisect_left(BOUNDS, seconds)]] += 1

    def text(
        self,
        progress: Iterable[Progress],
        looked: Iterable[Looked],
        now: datetime,
        webhooks: Tally | None,
        feeds: Waited,
    ) -> str:
        """Return the counters, how far all is, the clock's last look, how webhooks and feeds go."""
        with self._lock:
            requests, durations = dict(self._requests), dict(self._durations)
            seconds = self._seconds
        lines = ["# TYPE jejak_requests_total counter"]
        lines += [
            f'jejak_requests_total{{method="{m}",route="{r}",status="{s}"}} {n}'
            for (m, r, s), n in sorted(requests.items())
        ]
        lines.append("# TYPE jejak_request_seconds histogram")
        total = 0
        for bound in BOUNDS:
            total += durations.get(bound, 0)
            shown = "+Inf" if bound == inf else bound
            lines.append(f'jejak_request_seconds_bucket{{le="{shown}"}} {total}')
        lines += [
            f"jejak_request_seconds_sum {seconds:.6f}",
            f"jejak_request_seconds_count {total}",
        ]
        for name in ("position", "head", "lag_seconds", "stopped_keys"):
            lines.append(f"# TYPE jejak_projection_{name} gauge")
            lines += [
                f'jejak_projection_{name}{{name="{one.name}"}} {getattr(one, name)}'
                for one in progress
            ]
        lines += clock(looked, now)
        for name, value in vars(webhooks).items() if webhooks else ():
            lines += [f"# TYPE jejak_webhooks_{name} gauge", f"jejak_webhooks_{name} {value}"]
        lines += feed(feeds)
        return "\n".join(lines) + "\n"


def feed(counted: Waited) -> Iterator[str]:
    """Yield how many wait for entries of feeds, and how many entries this process has told."""
    for way, there in counted.waiting.items():
        yield f"# TYPE jejak_feed_{way.value} gauge"
        yield f"jejak_feed_{way.value} {there}"
    yield "# TYPE jejak_feed_entries_total counter"
    for route, told in sorted(counted.told.items()):
        yield f'jejak_feed_entries_total{{route="{route}"}} {told}'


def clock(looked: Iterable[Looked], now: datetime) -> Iterator[str]:
    """Yield how long ago the clock looked, what it left undone, and whether it went wrong."""
    for one in looked:
        values = {
            "look_age_seconds": (now - one.looked_at).total_seconds() if one.looked_at else None,
            "left": one.left,
            "failed": int(one.error is not None),
            "held": int(one.holder is not None),
        }
        for name, value in values.items():
            if value is not None:
                yield f"# TYPE jejak_clock_{name} gauge"
                yield f'jejak_clock_{name}{{name="{one.name}"}} {value}'

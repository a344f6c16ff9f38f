"""What processes tell one another by NOTIFY: that it is time to look, and nothing else.

A message says neither what is new nor for whom, and one that is lost loses nothing but time. They
are sent and heard by the tail of each process (`infrastructure.tail`).
"""

from typing import Final

LEDGER: Final = "jejak_ledger"
"""Pages were written."""
READ_MODELS: Final = "jejak_read_models"
"""Projections have moved on."""
FEED_NEWS: Final = "jejak_feeds"
"""Feeds have grown or changed."""
FEED_READERS: Final = "jejak_feed_readers"
"""Somebody waits for what feeds will tell."""
WEBHOOKS: Final = "jejak_webhooks"
"""A subscription was changed."""
CLOCK: Final = "jejak_clock"
"""Something may be due."""
CHANNELS: Final = (LEDGER, READ_MODELS, FEED_NEWS, FEED_READERS, WEBHOOKS, CLOCK)

"""What a reader of a feed may ask, as AsyncAPI binds it to HTTP (bindings/http 0.3.0).

An operation binds the query, a message the headers. `tests/api/test_asyncapi.py` keeps both to what
the routes read.
"""

from collections.abc import Mapping
from typing import Final

from domain.kernel import Json

BINDING: Final = "0.3.0"
REQUEST: Final = "request"
"""What a channel calls what a reader asks of it."""
QUERIES: Final[Mapping[str, Json]] = {
    "lastEventId": {
        "type": "string",
        "pattern": "^[0-9]{0,16}$",
        "description": "The id of the entry read last; without it, the start of the feed.",
    },
    "timeout": {
        "type": "integer",
        "minimum": 0,
        "maximum": 2**31,
        "default": 0,
        "description": "Milliseconds to wait for news where there is none; 30,000 at most.",
    },
    "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": 1_000,
        "default": 1_000,
        "description": "At most so many entries in one answer.",
    },
    "after": {
        "type": "integer",
        "minimum": 0,
        "description": "Wait until the feeds have seen this position of the ledger; no entry's id.",
    },
    "agency": {
        "type": "string",
        "description": "Whose eyes a supervisor or an auditor looks through; no agency says it.",
    },
}
STREAM_QUERIES: Final = ("lastEventId", "after", "agency")
HEADERS: Final[Mapping[str, Json]] = {
    "feed": {
        "If-None-Match": {
            "type": "string",
            "description": "The `ETag` of a page that is at hand: 304 where it is still the same.",
        },
    },
    "stream": {
        "Last-Event-ID": {
            "type": "string",
            "pattern": "^[0-9]{0,16}$",
            "description": "As server-sent events have it; it goes before `lastEventId`.",
        },
    },
}


def request(name: str) -> Json:
    """Return what a reader asks of a channel: it has headers and no content."""
    headers = {"type": "object", "properties": dict(HEADERS[name])}
    return {
        "name": f"{name}.{REQUEST}",
        "title": f"What a reader asks of the {name}.",
        "bindings": {"http": {"headers": headers, "bindingVersion": BINDING}},
    }

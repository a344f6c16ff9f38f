"""Entries of a feed as CloudEvents 1.0, in the JSON format, and as HTTP Feeds wants them.

One form for the feed, its stream and the webhooks, so that a client that reads one reads them all.
Where there is no data (a withdrawal, or somebody withdrawn, forgotten or put right since), nothing
describes it either. ``method`` is an extension attribute of http-feeds.org: ``DELETE`` says that a
subject is gone; without it an entry holds the whole record (``PUT``).
"""

from typing import Final
from urllib.parse import quote

from application.feeds import Change, Entry
from domain.kernel import Json
from domain.sharing.fields import RecordKind
from domain.sharing.scope import Scope

MEDIA_TYPE: Final = "application/cloudevents+json"
BATCH_MEDIA_TYPE: Final = "application/cloudevents-batch+json"
SPEC_VERSION: Final = "1.0"
SCHEMA_VERSION: Final = 1
"""Raised when a record changes so that somebody who reads the last version could not."""


def cloud_event(entry: Entry, scope: Scope) -> Json:
    """Return an entry as a CloudEvent; its ``id`` is the decimal text of its place in the feed."""
    event: Json = {
        "specversion": SPEC_VERSION,
        "id": str(entry.id),
        "source": source_of(scope.agreement),
        "type": entry.type,
        "subject": entry.pseudonym,
        "time": entry.at.isoformat(),
    }
    if entry.change is Change.WITHDRAWN:
        return event | {"method": "DELETE"}
    if entry.data is None or scope.record is None:
        return event
    return event | {
        "datacontenttype": "application/json",
        "dataschema": schema_id(scope.record),
        "data": entry.data,
    }


def source_of(agreement: str) -> str:
    """Return what a feed calls itself: its address, without the house's own."""
    return f"/v1/feeds/{quote(agreement, safe='')}"


def schema_id(record: RecordKind) -> str:
    """Return the name of a record's schema; ``/v1/schemas/{record}.json`` serves it."""
    return f"urn:jejak:record:{record.value}:{SCHEMA_VERSION}"

"""The AsyncAPI document: what leaves the house by feed, stream and webhook, message by message.

Made of the same lists and types as the messages: `names_known` says which events an agency may hear
of, `schema_of` what a record of its kind may hold. One message stands for each ``type`` that an
entry may have; what data it may carry depends on which kind of agency reads it.

``python -m api.asyncapi`` prints it.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

import orjson

from api.feed_bindings import BINDING, QUERIES, REQUEST, STREAM_QUERIES, request
from application.cloud_events import (
    BATCH_MEDIA_TYPE,
    MEDIA_TYPE,
    SPEC_VERSION,
    schema_id,
    source_of,
)
from application.feeds import Change
from application.webhook_fates import PATIENCE, REFUSED_AGAIN
from domain.fields import EXAMPLE_ID, UUID
from domain.kernel import Json
from domain.sharing.fields import RecordKind
from projections.shared.names import names_known
from projections.shared.schema import schema_of

ASYNCAPI: Final = "3.0.0"
VERSION: Final = "1"
COUNTS: Final = "counts.published"
"""What an entry about counts is called, which are about nobody."""
OF_THE_AGREEMENT: Final[Mapping[str, Sequence[Change]]] = {
    "agreement.started": tuple(Change),
    "agreement.resumed": tuple(Change),
    "agreement.changed": tuple(Change),
    "agreement.suspended": (Change.WITHDRAWN,),
    "agreement.ended": (Change.WITHDRAWN,),
    "agreement.expired": (Change.WITHDRAWN,),
}
"""What an entry is called that the agreement itself brought about, and what it may do."""
FORGOTTEN: Final = "person.forgotten"
TEST: Final = "jejak.test"
PSEUDONYM: Final = "^[a-z2-7]{26}$"
DESCRIPTION: Final = """\
Apa yang didengar instansi mitra, di bawah satu kerja sama, dengan tiga cara yang sama isinya.
What a partner agency hears under one agreement, in three ways that say the same.

Every message is a CloudEvent about one `subject`, a pseudonym that stays the same within an
agreement and means nothing outside it. `upsert` and `corrected` hold the whole record as the
agreement allows it; `withdrawn` says that nothing of that subject is shared any more. Ids grow
along a feed, and an entry may come more than once: keep the last one of each subject.
"""
HOW: Final[Mapping[str, str]] = {
    "feed": (
        "HTTP Feed (http-feeds.org): a batch of CloudEvents after `lastEventId`; an empty batch"
        " says that there is nothing more for now. `timeout` waits for news."
    ),
    "stream": (
        "Server-sent events: each message is one event, its `id` the CloudEvent's and its `event`"
        " the CloudEvent's `type`. After a break `Last-Event-ID` goes on where it ended."
    ),
    "webhook": (
        "POSTed one by one, in order, to the address of a subscription, signed as Standard Webhooks"
        " have it. Any 2xx takes an entry. While the receiver is away (no answer, 3xx, 5xx, 401,"
        " 403, 404, 408, 429 and the like) the same entry is sent again, ever more seldom, under"
        f" the same `webhook-id`; after {PATIENCE.days} days the subscription pauses. An entry that"
        f" is refused (any other 4xx) is tried {len(REFUSED_AGAIN) + 1} times at most; then it is a"
        " dead letter, and entries of other subjects go on. 410 disables the subscription for good."
    ),
}
ENVELOPE: Final[Json] = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "subject", "time"],
    "properties": {
        "specversion": {"const": SPEC_VERSION},
        "id": {"type": "string", "pattern": "^[1-9][0-9]*$"},
        "source": {"type": "string", "format": "uri-reference"},
        "type": {"type": "string"},
        "subject": {
            "type": "string",
            "pattern": PSEUDONYM,
            "description": "The pseudonym of a journey, a referral, or of the counts.",
        },
        "time": {"type": "string", "format": "date-time"},
        "method": {"const": "DELETE", "description": "http-feeds.org: the subject is gone."},
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"type": "string"},
        "data": {"type": "object"},
    },
}
WITHOUT_DATA: Final[Json] = {
    "description": "Of somebody withdrawn, forgotten or put right since; nothing describes it.",
    "not": {"anyOf": [{"required": ["data"]}, {"required": ["dataschema"]}]},
}
SIGNED: Final[Json] = {
    "headers": {
        "type": "object",
        "required": ["webhook-id", "webhook-timestamp", "webhook-signature"],
        "properties": {
            "webhook-id": {
                "type": "string",
                "description": "The same each time that an entry is sent: to be acted on once.",
            },
            "webhook-timestamp": {"type": "string", "pattern": "^[0-9]+$"},
            "webhook-signature": {
                "type": "string",
                "description": "v1,base64(HMAC-SHA256); several while a secret is being replaced.",
            },
        },
    }
}


def asyncapi() -> Json:
    """Return the document."""
    types = kinds_by_type()
    messages = {one: message(one) for one in (*types, TEST)}
    channels = {
        "feed": channel("feed", "house", "/v1/feeds/{agreement_id}", types),
        "stream": channel("stream", "house", "/v1/feeds/{agreement_id}/stream", types),
        "webhook": webhook((*types, TEST)),
    }
    return {
        "asyncapi": ASYNCAPI,
        "id": "urn:jejak:feeds",
        "info": {"title": "Jejak", "version": VERSION, "description": DESCRIPTION},
        "defaultContentType": MEDIA_TYPE,
        "servers": {
            "house": server("The service itself.", "127.0.0.1:8017"),
            "agency": server("The address that an agency's subscription names.", "example.org"),
        },
        "channels": channels,
        "operations": operations(types),
        "components": {
            "schemas": schemas(types),
            "messages": messages,
            "messageTraits": {"signed": SIGNED},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An agency's token; it opens its own agreements and no others.",
                }
            },
        },
    }


def kinds_by_type() -> Mapping[str, Sequence[RecordKind]]:
    """Return every type that a message may have, and the kinds of record that it may carry."""
    found: dict[str, list[RecordKind]] = {}
    people: list[RecordKind] = [kind for kind in RecordKind if kind is not RecordKind.COUNTS]
    for kind in people:
        for name in names_known(kind):
            for change in Change:
                found.setdefault(f"{name}.{change.value}", []).append(kind)
    for name, changes in OF_THE_AGREEMENT.items():
        for change in changes:
            found[f"{name}.{change.value}"] = list(RecordKind)
    found[f"{FORGOTTEN}.{Change.WITHDRAWN.value}"] = people
    for change in Change:
        found[f"{COUNTS}.{change.value}"] = [RecordKind.COUNTS]
    return dict(sorted(found.items()))


def schemas(types: Mapping[str, Sequence[RecordKind]]) -> Json:
    """Return the schemas: of records, of records in their envelope, and of each type."""
    records = {kind.value: record_schema(kind) for kind in RecordKind}
    carried = {f"{kind.value}.carried": carrying(kind) for kind in RecordKind}
    of_types = {one: payload(one, kinds) for one, kinds in types.items()}
    return {"cloudevent": ENVELOPE, **records, **carried, **of_types, TEST: of_test()}


def record_schema(kind: RecordKind) -> Json:
    """Return what a record of a kind may hold; its own address serves it in its dialect."""
    return {name: said for name, said in schema_of(kind).items() if not name.startswith("$")}


def carrying(kind: RecordKind) -> Json:
    """Return what holds of an entry with a record of a kind."""
    return {
        "required": ["datacontenttype", "dataschema", "data"],
        "properties": {
            "dataschema": {"const": schema_id(kind)},
            "data": {"$ref": f"#/components/schemas/{kind.value}"},
        },
    }


def payload(kind_of_entry: str, kinds: Iterable[RecordKind]) -> Json:
    """Return what a message of a type holds: the record, unless it is gone."""
    gone = kind_of_entry.endswith(f".{Change.WITHDRAWN.value}")
    parts: list[Json] = [
        {"$ref": "#/components/schemas/cloudevent"},
        {"properties": {"type": {"const": kind_of_entry}}},
    ]
    if gone:
        parts += [WITHOUT_DATA, {"required": ["method"]}]
    else:
        carried = [{"$ref": f"#/components/schemas/{kind.value}.carried"} for kind in kinds]
        parts += [{"oneOf": [*carried, WITHOUT_DATA]}, {"not": {"required": ["method"]}}]
    return {"allOf": parts}


def of_test() -> Json:
    """Return what a test of a webhook looks like: about nobody, and with an id of its own."""
    return {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "time"],
        "properties": {
            "specversion": {"const": SPEC_VERSION},
            "id": {"type": "string", "pattern": f"^{UUID}$", "description": "Not of the feed."},
            "source": {"type": "string", "format": "uri-reference"},
            "type": {"const": TEST},
            "time": {"type": "string", "format": "date-time"},
        },
        "not": {"anyOf": [{"required": ["subject"]}, {"required": ["data"]}]},
    }


def message(name: str) -> Json:
    """Return the message of a type, with an example."""
    return {
        "name": name,
        "title": name,
        "contentType": MEDIA_TYPE,
        "payload": {"$ref": f"#/components/schemas/{name}"},
        "examples": [{"name": name, "payload": example(name)}],
    }


def example(name: str) -> Json:
    """Return an entry of a type that holds nothing of anybody."""
    found: Json = {
        "specversion": SPEC_VERSION,
        "id": "17",
        "source": source_of(EXAMPLE_ID),
        "type": name,
        "time": "2026-08-17T00:00:00+07:00",
    }
    if name == TEST:
        return found | {"id": EXAMPLE_ID}
    found |= {"subject": "k5q2vzc3h6x7m4tyd2aw6rbn3e"}
    return found | ({"method": "DELETE"} if name.endswith(Change.WITHDRAWN.value) else {})


def channel(name: str, server_name: str, address: str, types: Iterable[str]) -> Json:
    """Return a way to read a feed."""
    return {
        "address": address,
        "title": name,
        "description": HOW[name],
        "servers": [{"$ref": f"#/servers/{server_name}"}],
        "messages": {
            REQUEST: request(name),
            **{one: {"$ref": f"#/components/messages/{one}"} for one in types},
        },
        "parameters": {"agreement_id": {"description": "The id of the agreement."}},
    }


def webhook(types: Iterable[str]) -> Json:
    """Return the way by which a feed comes by itself; its address is a subscription's."""
    return {
        "address": None,
        "title": "webhook",
        "description": HOW["webhook"],
        "servers": [{"$ref": "#/servers/agency"}],
        "messages": {
            one: {
                "name": one,
                "contentType": MEDIA_TYPE,
                "payload": {"$ref": f"#/components/schemas/{one}"},
                "traits": [{"$ref": "#/components/messageTraits/signed"}],
            }
            for one in types
        },
    }


def operations(types: Iterable[str]) -> Json:
    """Return what the house does: it answers who asks for a page or a stream, and delivers."""
    return {
        "readFeed": asked("feed", types, QUERIES)
        | {"description": f"Answered as `{BATCH_MEDIA_TYPE}`."},
        "readStream": asked("stream", types, {one: QUERIES[one] for one in STREAM_QUERIES})
        | {"description": "Answered as `text/event-stream`."},
        "deliverWebhook": {
            "action": "send",
            "channel": {"$ref": "#/channels/webhook"},
            "messages": references("webhook", (*types, TEST)),
            "bindings": {"http": {"method": "POST", "bindingVersion": BINDING}},
        },
    }


def asked(where: str, types: Iterable[str], queries: Mapping[str, Json]) -> Json:
    """Return what is asked for with a GET and answered with messages of these types."""
    query = {"type": "object", "properties": dict(queries), "additionalProperties": False}
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{where}"},
        "messages": references(where, [REQUEST]),
        "reply": {
            "channel": {"$ref": f"#/channels/{where}"},
            "messages": references(where, types),
        },
        "security": [{"$ref": "#/components/securitySchemes/token"}],
        "bindings": {"http": {"method": "GET", "query": query, "bindingVersion": BINDING}},
    }


def references(where: str, names: Iterable[str]) -> list[Json]:
    """Return where messages of a channel are."""
    return [{"$ref": f"#/channels/{where}/messages/{one}"} for one in names]


def server(said: str, host: str) -> Json:
    """Return a server whose address is not known here."""
    return {
        "host": "{host}",
        "protocol": "https",
        "description": said,
        "variables": {"host": {"default": host}},
    }


@cache
def written() -> str:
    """Return the document as text, the same each time."""
    said: Any = asyncapi()
    return orjson.dumps(said, option=orjson.OPT_INDENT_2).decode() + "\n"


if __name__ == "__main__":
    sys.stdout.write(written())

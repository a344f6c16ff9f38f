"""The short way: what is usual is answered there, and nothing is answered there differently."""

import asyncio
from functools import partial

import psycopg
import pytest
from anyio.from_thread import start_blocking_portal
from facts import append, assessed, event, open_case

pytestmark = pytest.mark.long

TWICE = [("X-Nothing", "1"), ("X-Nothing", "2")]
"""A request with a header said twice is not usual: it goes the route's own way."""


@pytest.fixture
def ways(ledger, monkeypatch):
    """By which door each write came: a coroutine's, or a thread's."""
    taken = []
    submit, thread = ledger.submit, ledger.append

    async def submitted(*args, **kwargs):
        taken.append("short")
        return await submit(*args, **kwargs)

    def appended(*args, **kwargs):
        taken.append("own")
        return thread(*args, **kwargs)

    monkeypatch.setattr(ledger, "submit", submitted)
    monkeypatch.setattr(ledger, "append", appended)
    return taken


@pytest.fixture
def case(medan, ways):
    """A case that was just looked at, and so is at hand."""
    case = open_case(medan)
    append(medan, case, assessed("2025-01"))
    look(medan, case)
    ways.clear()
    return case


def look(medan, case):
    return medan.get(f"/v1/cases/{case}").json()["version"]


def send(client, case, *events, version, headers=(), **more):
    said = [("If-Match", f'"{version}"'), *headers]
    return client.post(f"/v1/cases/{case}/events", json={"events": events} | more, headers=said)


def told(answer):
    said = answer.json()
    for event_ in said.get("events", []):
        assert event_.pop("event_id")
    said.pop("trace_id", None)
    kept = ("content-type", "etag", "content-language", "retry-after", "www-authenticate")
    return answer.status_code, said, {name: answer.headers.get(name) for name in kept}


def constant(headers):
    """Return the headers of an answer, without the values that are of one request alone."""
    return {name: name in {"etag", "x-trace-id"} or value for name, value in headers.items()}


def test_what_is_usual_is_answered_as_the_route_answers_it(medan, case, ways):
    short = send(medan, case, assessed("2025-02"), version=2)
    look(medan, case)
    own = send(medan, case, assessed("2025-03"), version=3, headers=TWICE)
    assert ways == ["short", "own"]
    assert (short.status_code, short.headers["etag"]) == (201, '"3"')
    names = [list(answer.json()) for answer in (short, own)]
    assert names[0] == names[1]
    assert constant(short.headers) == constant(own.headers)
    first, second = short.json(), own.json()
    (written,), (other,) = first.pop("events"), second.pop("events")
    assert written["position"] == first["position"] == second["position"] - 1
    assert (written.keys(), written["type"]) == (other.keys(), other["type"])
    assert look(medan, case) == 4


def test_what_is_recorded_already_is_answered_with_nothing_new_there_too(medan, case, ways):
    said = assessed("2025-01")
    answers = [send(medan, case, said, version=2, headers=more) for more in ((), TWICE)]
    assert ways == ["short", "own"]
    assert told(answers[0]) == told(answers[1])
    assert (answers[0].status_code, answers[0].json()["events"]) == (200, [])


REFUSED = {
    "a stale version": {"version": 1},
    "no such month": {"event": assessed("2025-13")},
    "a field too many": {"event": event("conduct.assessed", nothing=1)},
    "a number of more than 64 bits": {"event": event("conduct.assessed", score=2**70)},
    "a version of more than 64 bits": {"expected": {"programme:none": 2**70}},
    "of no such kind": {"event": event("conduct.nothing")},
    "in the future": {"event": event("custody.released", "2190-01-01", kind="bebas_murni")},
    "too many at once": {"events": [assessed(f"2025-{month:02}") for month in range(1, 10)] * 200},
    "its own stream by another version": {"own": 1},
    "another stream moved on": {"expected": {"programme:none": 1}},
    "a key that is none": {"headers": [("Idempotency-Key", "has a space")]},
    "an empty key": {"headers": [("Idempotency-Key", "")]},
    "a type with two slashes": {"headers": [("Content-Type", "application/a/b+json")]},
    "a purpose that is no code": {"headers": [("X-Purpose", "no code, this")]},
    "a parameter": {"query": "?dry_run=1"},
    "the law says no": {"event": event("custody.arrived", place="RUTAN-MEDAN")},
}


def test_every_refusal_is_the_routes_own(service, medan, case):
    for what, change in REFUSED.items():
        asked = {"version": 2, "event": assessed("2025-02"), "headers": [], "query": ""} | change
        answers = [
            medan.post(
                f"/v1/cases/{case}/events{asked['query']}",
                json={
                    "events": asked.get("events", [asked["event"]]),
                    "expected": asked.get("expected")
                    or ({f"case:{case}": asked["own"]} if "own" in asked else {}),
                },
                headers=[("If-Match", f'"{asked["version"]}"'), *asked["headers"], *more],
            )
            for more in ((), TWICE)
        ]
        ensure_same(what, *answers, least=400)
    odd = (b'{"events": [], "expected": {"a": NaN}}', '{"events": []}'.encode("utf-16"))
    for body in (b"{", b'{"events": []}', b"\xff", b"[" * 5_000, *odd):
        headers = [("If-Match", '"2"'), ("Content-Type", "application/json")]
        answers = [
            medan.post(f"/v1/cases/{case}/events", content=body, headers=[*headers, *more])
            for more in ((), TWICE)
        ]
        ensure_same(body[:20], *answers, least=400)
    others = {
        401: service.stranger(),
        403: service.caller("auditor", level="ditjenpas"),
        404: service.caller("caseworker", "LAPAS-JAYAPURA"),
    }
    for status, client in others.items():
        said = assessed("2025-02")
        answers = [send(client, case, said, version=2, headers=more) for more in ((), TWICE)]
        ensure_same(status, *answers, least=status)
        assert answers[0].status_code == status
    assert look(medan, case) == 2


def ensure_same(what, short, own, *, least):
    assert told(short) == told(own), what
    assert short.status_code >= least, what


def test_a_body_that_does_not_come_is_told_as_the_route_tells_it(service, medan, case, monkeypatch):
    monkeypatch.setattr("api.door.CHUNK_SECONDS", 0.05)
    part = {"type": "http.request", "body": b'{"events"', "more_body": True}
    silent, gone = asyncio.Event(), {"type": "http.disconnect"}
    with start_blocking_portal() as portal:
        for then, status in ((silent.wait, 408), (partial(asyncio.sleep, 0, gone), 400)):
            come, sent = [part], []

            async def receive(come=come, then=then):
                return come.pop() if come else await then()

            async def send(message, sent=sent):
                sent.append(message)

            portal.call(service.app, scope_of(medan, case), receive, send)
            assert sent[0]["status"] == status
    assert look(medan, case) == 2


def scope_of(client, case):
    path = f"/v1/cases/{case}/events"
    return {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [
            (b"content-type", b"application/json"),
            (b"content-length", b"100"),
            (b"if-match", b'"2"'),
            (b"authorization", client.headers["Authorization"].encode()),
        ],
    }


def test_a_repeated_request_gets_its_first_answer_whichever_way_it_came(medan, case, ways):
    keyed = [("Idempotency-Key", "k-1")]
    first = send(medan, case, assessed("2025-02"), version=2, headers=keyed)
    again = send(medan, case, assessed("2025-02"), version=2, headers=keyed)
    assert ways[0] == "short"
    assert (first.status_code, first.json()) == (201, again.json())
    other = send(medan, case, assessed("2025-03"), version=2, headers=keyed)
    assert other.json()["code"] == "append.key_reused"
    assert look(medan, case) == 3


def test_a_commit_that_nobody_confirms_is_said_to_be_unknown_and_the_key_tells(
    medan, case, ways, database
):
    with psycopg.connect(database) as owner:
        owner.execute(
            "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE WARNING USING ERRCODE = '01000'; RETURN NULL; END $$"
        )
        owner.execute(
            "CREATE CONSTRAINT TRIGGER warn AFTER INSERT ON ledger.event"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION warn()"
        )
    keyed = [("Idempotency-Key", "k-1")]
    unknown = send(medan, case, assessed("2025-02"), version=2, headers=keyed)
    assert (unknown.status_code, unknown.json()["code"]) == (503, "append.outcome_unknown")
    assert unknown.headers["retry-after"]
    assert ways == ["short"], "it was tried once"
    with psycopg.connect(database) as owner:
        owner.execute("DROP TRIGGER warn ON ledger.event")
    again = send(medan, case, assessed("2025-02"), version=2, headers=keyed)
    assert (again.status_code, again.json()["version"]) == (201, 3)


def test_what_has_to_be_read_first_goes_the_routes_own_way(service, medan, ways):
    case = open_case(medan)
    service.services.ledger.forget_opened()
    ways.clear()
    assert send(medan, case, assessed("2025-02"), version=1).status_code == 201
    assert ways == ["own"]


def test_a_write_that_fails_for_no_known_reason_is_a_bug_and_is_not_tried_again(  # noqa: PLR0913, PLR0917
    medan, case, ways, ledger, monkeypatch, capsys
):
    async def broken(*_, **__):
        ways.append("short")
        raise ZeroDivisionError

    monkeypatch.setattr(ledger, "submit", broken)
    assert send(medan, case, assessed("2025-02"), version=2).status_code == 500
    assert ways == ["short"]
    said = capsys.readouterr()  # to one or the other, as logging is configured
    assert "ZeroDivisionError" in said.out + said.err, "and it is logged as one"


def test_every_kind_of_stream_has_its_short_way(service):
    assert sorted(service.app.ways) == [
        "/v1/agreements",
        "/v1/cases",
        "/v1/persons",
        "/v1/programmes",
        "/v1/referrals",
        "/v1/registry/agencies",
        "/v1/registry/holidays",
        "/v1/registry/units",
        "/v1/registry/users",
    ]

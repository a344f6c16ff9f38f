"""Requests of every kind that the OpenAPI document allows, and many that it does not: never a 500.

The seed is `JEJAK_TEST_SEED` (2025 when not said), printed with each group; `JEJAK_TEST_EXAMPLES`
says how many requests per operation and kind.
"""

import os
from zlib import crc32

import pytest
import schemathesis
from facts import (
    MEDAN,
    ask,
    asking,
    event,
    open_case,
    person,
    programme,
    referral,
)
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from partner_story import agreed, course_of, name_agency, taught
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import api.routes.feeds
from api.event_examples import example_json
from domain.catalogue import STREAMS
from domain.record import StreamId
from infrastructure.sealer import seal_once

pytestmark = pytest.mark.long

SEED = int(os.environ.get("JEJAK_TEST_SEED", "2025"))
EXAMPLES = int(os.environ.get("JEJAK_TEST_EXAMPLES", "2"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
GROUPS = {
    "cases": "/v1/cases",
    "persons": "/v1/persons",
    "programmes": "/v1/programmes",
    "agreements": "/v1/agreements",
    "referrals": "/v1/referrals",
    "registry": "/v1/registry",
    "remisi batches": ("/v1/remisi-batches", "/v1/clock"),
    "evidence": "/v1/evidence",
    "corrections": ("/v1/corrections", "/v1/reviews"),
    "calculations": ("/v1/calculations", "/v1/law", "/v1/integration-rights"),
    "ledger": "/v1/ledger",
    "read models": ("/v1/read-models", "/v1/projections"),
    "feeds": (
        "/v1/feeds",
        "/v1/agreements/{agreement_id}/records",
        "/v1/agreements/{agreement_id}/scope",
        "/v1/schemas",
        "/v1/asyncapi",
    ),
    "health": ("/livez", "/readyz", "/metrics"),
}


def probe(operation, mode, token, keys, ledger):
    """Send what is generated for an operation; return how many requests, and what went wrong."""
    sent = 0

    def is_answered(case):
        nonlocal sent
        sent += 1
        aimed(case, keys, ledger)
        case.validate_response(case.call(headers={"Authorization": token}), checks=CHECKS)

    bounded = settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    generated = given(case=operation.as_strategy(generation_mode=mode))
    try:
        seed(SEED)(bounded(generated(is_answered)))()
    except Unsatisfiable:  # nothing about this operation can be sent wrongly
        return sent, []
    except FailureGroup as failures:
        return sent, [f"{operation.label}: {failure}" for failure in failures.exceptions]
    return sent, []


@pytest.fixture
def keys(service, medan):
    """Streams that are there, so that what is generated also reaches the domain."""
    found = {
        f"{kind}_id": StreamId(kind=kind, key=opened(medan, f"/v1/{kind}s", said))
        for kind, said in (
            ("person", event("person.registered", **person("Orang Lain"))),
            ("programme", programme()),
            ("referral", referral()),
        )
    }
    case = corrected(medan)
    name_agency(service.services)
    cohort = course_of(medan, shared := agreed(medan))
    taught(medan, cohort, "Peserta Fiktif")
    return found | {
        "case_id": case,
        "agreement_id": StreamId(kind="agreement", key=shared),
        "remisi_batch_id": drafted(service, medan),
        "unit": StreamId(kind="registry", key=f"unit/{MEDAN}"),
    }


def corrected(client):
    """A case of whose events one is to be voided."""
    case = open_case(client)
    told = client.get(f"/v1/cases/{case}/events").json()["events"]
    asked = ask(client, f"/v1/cases/{case}", asking(told[0]["event_id"]), 1)
    assert asked.status_code == 201, asked.json()
    return StreamId(kind="case", key=case)


def drafted(service, client):
    """A list of everybody who is there by now."""
    services = service.services
    assert services.read_models.wait(services.ledger.position(), 10)
    wanted = {"unit": MEDAN, "award_day": "2027-08-17", "kinds": ["umum"]}
    answer = client.post("/v1/remisi-batches", json=wanted)
    assert answer.status_code == 201, answer.json()
    return StreamId(kind="remisi-batch", key=answer.json()["batches"][0]["remisi_batch_id"])


def opened(client, address, said):
    answer = client.post(address, json={"events": [said]})
    return answer.headers["location"].rpartition("/")[2]


# Another thread of the service may draw meanwhile: that is not the strategy's doing.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
@pytest.mark.parametrize("group", GROUPS)
def test_no_request_is_an_error_of_the_service(  # noqa: PLR0913, PLR0917  # each a fixture
    service, medan, keys, group, database, tmp_path, monkeypatch
):
    monkeypatch.setattr(api.routes.feeds, "WAIT_MOST", 10)
    print(f"seed {SEED}, {EXAMPLES} requests of each kind per operation")  # noqa: T201
    schema = schemathesis.openapi.from_asgi("/openapi.json", service.app)
    operator = service.caller("operator")
    ledger = service.services.ledger
    seal_once(database, tmp_path)
    count, failures = 0, []
    for result in schema.get_all_operations():
        operation = result.ok()
        if not operation.path.startswith(GROUPS[group]) or operation.path.endswith("/stream"):
            continue
        client = operator if "projections" in operation.path else medan
        client = service.caller("agency") if group == "feeds" else client
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            sent, wrong = probe(operation, mode, client.headers["authorization"], keys, ledger)
            count += sent
            failures += wrong
    assert not failures, "\n\n".join(failures)
    assert count > 0


def aimed(case, keys, ledger):
    """Send every other request to a stream that is there, at its version and in its unit."""
    if crc32(repr(case.body).encode("utf-8", "replace")) % 2:
        return
    for name, stream in keys.items():
        if name in (case.path_parameters or {}):
            case.path_parameters[name] = stream.key.rpartition("/")[2]
            if case.method == "POST":
                case.headers["If-Match"] = f'"{len(ledger.read(stream))}"'
            told_of(case, ledger.read(stream))
    if "correction" in (case.path_parameters or {}):
        told = ledger.read(keys["case_id"])
        case.path_parameters["correction"] = told[1].event_id
        case.headers["If-Match"] = f'"{len(told)}"'
    at_home(case.body)


def told_of(case, pages):
    """Name events that are there in a request to correct some."""
    if case.path.endswith("/corrections") and isinstance(case.body, dict):
        case.body["events"] = [page.event_id for page in pages[:2]]


def at_home(part):
    """Name the caller's own unit wherever a unit is named."""
    for key, value in list(part.items()) if isinstance(part, dict) else ():
        if key in {"unit", "to"} and isinstance(value, str):
            part[key] = MEDAN
        at_home(value)
    for value in part if isinstance(part, list) else ():
        at_home(value)


# Policies are the service's own to write: they have no address.
@pytest.mark.parametrize("stream", [name for name in STREAMS if name != "policy"])
def test_every_event_of_the_catalogue_is_answered(medan, keys, service, stream):
    ledger = service.services.ledger
    [(name, one)] = [(name, key) for name, key in keys.items() if key.kind == stream]
    irregular = {"registry": "registry/units", "remisi-batch": "remisi-batches"}
    address = irregular.get(stream, f"{stream}s")
    for kind in STREAMS[stream].chapter_of:
        form = example_json(kind)
        at_home(form)
        answer = medan.post(
            f"/v1/{address}/{one.key.rpartition('/')[2]}/events",
            json={"events": [form]},
            headers={"If-Match": f'"{len(ledger.read(one))}"'},
        )
        assert answer.status_code in {200, 201, 403, 409, 422}, (name, kind, answer.text)

"""What to draw from: requests of every operation of the contract, of every page, of every event.

Of each operation of the OpenAPI document schemathesis makes a few requests that it allows and a few
that it does not; every event of the catalogue is proposed as its example.
"""

import json
from collections.abc import Mapping
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core import NotSet

from api.event_examples import example_json
from domain.catalogue import STREAMS

from .drawn_requests import READS, WRITES, Request

LEFT_OUT = ("/stream", "/rebuild")
"""What has no end, and what would take all the time."""
PAGES = (
    "/",
    "/aset/x",
    "/bebas",
    "/bebas.csv",
    "/hasil-mitra",
    "/hukum",
    "/integrasi",
    "/koreksi",
    "/laporan/hasil",
    "/laporan/remisi",
    "/masuk",
    "/mitra",
    "/penahanan",
    "/penahanan.csv",
    "/periksa",
    "/perkara",
    "/perubahan",
    "/remisi",
    "/siapa-melihat",
)
PAGES_BELOW = (
    "/mitra/{agreement_id}",
    "/perkara/{case_id}",
    "/perubahan/{event}",
    "/remisi/{remisi_batch_id}",
)


def corpus(document: Mapping[str, Any], number: int, examples: int) -> list[Request]:
    """Return requests of every operation, of every page and of every event, always the same."""
    found = [Request(READS, path) for path in PAGES]
    found += [Request(READS, path, {path[path.find("{") + 1 : -1]: "x"}) for path in PAGES_BELOW]
    for name, kind in STREAMS.items():
        address = {"registry": "registry/units", "remisi-batch": "remisi-batches"}.get(
            name, f"{name}s"
        )
        part = "unit" if name == "registry" else f"{name.replace('-', '_')}_id"
        path = f"/v1/{address}/{{{part}}}/events"
        if path in document["paths"]:
            bodies = ({"events": [example_json(event)]} for event in kind.chapter_of)
            found += [Request(WRITES, path, {part: "x"}, body=body) for body in bodies]
    schema = schemathesis.openapi.from_dict(dict(document))
    for result in schema.get_all_operations():
        operation = result.ok()
        if not operation.path.endswith(LEFT_OUT):
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                found += _of(operation, mode, number, examples)
    return found


def _of(operation: Any, mode: GenerationMode, number: int, examples: int) -> list[Request]:
    made: list[Request] = []

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def note(case: Any) -> None:
        made.append(_request(case))

    try:
        note()
    except Unsatisfiable:  # nothing about this operation can be sent wrongly
        return []
    return made


def _request(case: Any) -> Request:
    body, raw = case.body, None
    if isinstance(body, bytes):
        body, raw = None, body
    elif isinstance(body, NotSet):
        body = None
    try:
        json.dumps(body)
    except (TypeError, ValueError):
        body, raw = None, repr(body).encode("utf-8", "replace")
    query = [
        (str(name), str(one))
        for name, said in (case.query or {}).items()
        for one in (said if isinstance(said, list) else [said])
    ]
    headers = {str(name): str(said) for name, said in (case.headers or {}).items()}
    headers = {name: said for name, said in headers.items() if name.lower() != "authorization"}
    parts = dict(case.path_parameters or {})
    return Request(case.method.upper(), case.path, parts, query, headers, body, raw)

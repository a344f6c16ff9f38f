"""What bad requests are about: streams that are there, and who may see them.

Every name in it bears the same mark, so that it is known again wherever it should not be.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.facts import (
    MEDAN,
    append,
    ask,
    asking,
    assessed,
    event,
    open_case,
    person,
    programme,
    referral,
)
from tests.facts import agreement as proposed

from .requests import unit_named

__all__ = ["BLIND", "MEDAN", "OWN", "PLANTED", "House", "Scene", "begin", "prepared"]

PLANTED = "Zulkarnaen Tertutup"
"""The name of everybody in it: nobody but who records for the unit may read it."""
JAYAPURA, AGENCY = "LAPAS-JAYAPURA", "DISNAKER-12.71"
ROLES: Mapping[str, Sequence[str]] = {
    "medan": ("--role", "caseworker", "--unit", MEDAN),
    "supervisor": ("--role", "supervisor", "--unit", MEDAN),
    "ministry": ("--role", "supervisor", "--level", "ditjenpas"),
    "auditor": ("--role", "auditor", "--level", "ditjenpas"),
    "operator": ("--role", "operator"),
    "stranger": ("--role", "caseworker", "--unit", JAYAPURA),
    "agency": ("--role", "agency", "--agency", AGENCY, "--force"),
}
BLIND = frozenset({"stranger", "agency", "nobody", "operator"})
"""Those to whom no name of the scene may ever be shown."""
OWN = "0b5e" * 8
"""Under which trace the scene itself is recorded."""
PATIENCE_SECONDS = 60


@dataclass
class Scene:
    """Ids by the names that they have in addresses, and the version of each, as If-Match has it."""

    there: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def callers_of(self, path: str) -> list[tuple[str, float]]:
        """Return who asks for an address, and how often."""
        if path.startswith(("/v1/feeds", "/v1/subscriptions", "/v1/schemas", "/mitra")):
            return [("agency", 8), ("medan", 1), ("nobody", 1)]
        if "projections" in path or "clock" in path:
            return [("operator", 8), ("medan", 1), ("nobody", 1)]
        return [
            ("medan", 12),
            ("supervisor", 2),
            ("auditor", 1),
            ("ministry", 1),
            ("stranger", 2),
            ("agency", 1.5),
            ("nobody", 0.5),
        ]


@dataclass
class House:
    """A service over HTTP, and a client for each role."""

    port: int
    tokens: Mapping[str, str]

    def client(self, role: str) -> Any:
        own = {
            "Authorization": f"Bearer {self.tokens[role]}",
            "traceparent": f"00-{OWN}-{OWN[:16]}-01",
        }
        return httpx2.Client(
            base_url=f"http://127.0.0.1:{self.port}", headers=own, timeout=PATIENCE_SECONDS
        )


def prepared(house: House) -> None:
    """Name what everything else rests on: the unit and the agency."""
    with house.client("ministry") as ministry:
        _must(ministry.post("/v1/registry/units", json=dict(unit_named("").body)))
        named = event(
            "registry.agency_named",
            "2020-01-01",
            agency=AGENCY,
            kind="dinas_ketenagakerjaan",
            title="Disnaker",
            region="12.71",
        )
        _must(ministry.post("/v1/registry/agencies", json={"events": [named]}))


def begin(house: House, number: int, batch: str = "") -> Scene:
    """Open new streams of every kind, so that no journey grows too long, and return them.

    A unit has one list for an award day: ``batch`` is the one that was drafted first.
    """
    scene = Scene({"unit": MEDAN, "agency": AGENCY})
    with house.client("medan") as medan:
        case = open_case(medan, f"{PLANTED} {number}")
        _must(append(medan, case, assessed()))
        told = medan.get(f"/v1/cases/{case}/events").json()["events"]
        asked = _must(ask(medan, f"/v1/cases/{case}", asking(told[-1]["event_id"]), 2))
        shared = proposed(participant_kinds=["tahanan"], allowed_fields=["domicile", "programme"])
        running = [
            shared,
            event(
                "agreement.signed",
                "2025-10-05",
                number="PKS/1",
                valid_from="2025-10-05",
                valid_until=None,
            ),
            event("agreement.started", "2025-10-06"),
        ]
        scene.there |= {
            "case_id": case,
            "event_id": told[-1]["event_id"],
            "event": told[-1]["event_id"],
            "correction": asked["correction"],
            "person_id": _opened(medan, "persons", event("person.registered", **person(PLANTED))),
            "programme_id": _opened(medan, "programmes", programme(capacity=40)),
            "referral_id": _opened(medan, "referrals", referral(full_name=PLANTED)),
            "agreement_id": _opened(medan, "agreements", *running),
        }
        scene.there["remisi_batch_id"] = batch or _drafted(medan)
        for kind in ("case", "person", "programme", "referral", "agreement"):
            key = scene.there[f"{kind}_id"]
            scene.versions[key] = medan.get(f"/v1/{kind}s/{key}").headers["etag"]
        scene.versions[scene.there["correction"]] = scene.versions[case]
    return scene


def _opened(client: Any, kind: str, *told: Mapping[str, Any]) -> str:
    new = {"is_new": True} if kind == "persons" else {}
    answer = client.post(f"/v1/{kind}", json={"events": list(told), **new})
    _must(answer)
    return str(answer.headers["location"].rpartition("/")[2])


def _drafted(client: Any) -> str:
    """Draft a list as soon as somebody is there to stand on it."""
    wanted = {"unit": MEDAN, "award_day": "2027-08-17", "kinds": ["umum"]}
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = client.post("/v1/remisi-batches", json=wanted)
        if answer.status_code == 201:
            return str(answer.json()["batches"][0]["remisi_batch_id"])
        if time.monotonic() > until:
            raise AssertionError(answer.text)
        time.sleep(0.2)


def _must(answer: Any) -> Any:
    """Return what was said where it was yes."""
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()

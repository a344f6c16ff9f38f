"""People at their browsers: a client that keeps cookies, and a real browser where there is one."""

import os
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from facts import MEDAN, append, assessed, event, open_case
from fastapi.testclient import TestClient

from api.tokens import Caller, Level, Role

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
)


@pytest.fixture
def token(service):
    """Make a token for some role and units."""

    def made(role="caseworker", *units, level="unit"):
        caller = Caller(
            id=f"{role}-1",
            role=Role(role),
            level=Level(level),
            units=frozenset(units),
            agency="DISNAKER-12.71" if role == "agency" else None,
        )
        return service.tokens.issue(caller, datetime.now(UTC) + timedelta(hours=1))

    return made


@pytest.fixture
def visitor(service, token):
    """Log somebody in, in Bahasa Indonesia."""

    def logged_in(role="caseworker", *units, level="unit"):
        client = TestClient(service.app, headers={"Accept-Language": "id"})
        answer = client.post("/masuk", data={"token": token(role, *units, level=level)})
        assert answer.url.path == ("/mitra" if role == "agency" else "/")
        return client

    return logged_in


@pytest.fixture
def journey(medan):
    """A case of Medan with a few facts, one of them told after a later one."""
    case = open_case(medan, day="2025-02-10")
    said = (
        assessed(),
        event("register.placed", "2025-02-12", block="A", cell="3"),
        event("register.domicile_recorded", "2025-03-01", domicile="33.75"),
    )
    for version, one in enumerate(said, 1):
        answer = append(medan, case, one, version=version)
        assert answer.status_code in {200, 201}, answer.json()
    return case


@pytest.fixture
def agreement(medan):
    """An agreement of Medan that was proposed, and about which a plan was stated."""
    proposed = event(
        "agreement.proposed",
        "2025-10-20",
        title="PKS pelatihan bersertifikat",
        instrument="pks",
        parties=[MEDAN, "DISNAKER-12.71"],
        purpose="Pelatihan",
        legal_basis="UU 22/2022",
        units=[MEDAN],
        regions=["12.71"],
        programme_kinds=["pelatihan_keterampilan"],
        participant_kinds=["narapidana"],
        allowed_fields=[],
        valid_from=None,
        valid_until=None,
    )
    plan = event("agreement.plan_stated", "2025-10-20", plan="p", text="Akan dilatih", figure=2340)
    answer = medan.post("/v1/agreements", json={"events": [proposed, plan]})
    assert answer.status_code == 201, answer.json()
    return answer.json()["agreement_id"]


@pytest.fixture
def caught_up(service):
    """Wait until the read models have seen everything."""

    def wait():
        head = max(one.head for one in service.services.read_models.progress())
        assert service.services.read_models.wait(head, seconds=10)

    return wait


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """A real browser that writes nothing into a home, or a skip that says why."""
    if not shutil.which(CHROMIUM):
        pytest.skip(f"no browser at {CHROMIUM}: apt-get install chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # only where there is one

    home = str(tmp_path_factory.mktemp("chromium"))
    kept = os.environ | {"XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET), env=kept)
        yield browser
        browser.close()

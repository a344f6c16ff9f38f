"""Whoever watches the service sees that somebody looks at what comes due, and what came of it."""

import json

import pytest
from import_files import Jejak


@pytest.fixture
def jejak(database, tmp_path, monkeypatch):
    monkeypatch.setenv("JEJAK_DATABASE_URL", database)
    monkeypatch.setenv("JEJAK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JEJAK_MASTER_KEY", (b"k" * 32).hex())
    return Jejak(tmp_path)


def measured(service):
    lines = service.stranger().get("/metrics").text.splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if line.startswith("jejak_clock_"))


def test_the_last_look_is_told_to_whoever_has_a_token_and_to_whoever_measures(service, medan):
    assert medan.get("/v1/clock").json() == {"items": []}
    assert measured(service) == {}
    service.services.clock.turn()
    (said,) = medan.get("/v1/clock").json()["items"]
    assert said["name"] == "remisi_batches"
    assert said["looked_at"]
    assert said["holder"]
    assert (said["recorded"], said["left"], said["next_at"], said["error"]) == (0, 0, None, None)
    values = measured(service)
    assert values['jejak_clock_failed{name="remisi_batches"}'] == "0"
    assert values['jejak_clock_held{name="remisi_batches"}'] == "1"
    assert 0 <= float(values['jejak_clock_look_age_seconds{name="remisi_batches"}']) < 60
    assert service.stranger().get("/v1/clock").status_code == 401
    assert medan.get("/v1/clock?nama=x").status_code == 422


def test_whoever_runs_the_service_asks_the_same_of_the_command_line(service, jejak):
    service.services.clock.turn()
    (said,) = json.loads(jejak("status", "--clock", "--json"))
    assert (said["name"], said["recorded"], said["error"]) == ("remisi_batches", 0, None)
    assert said["looked_at"]

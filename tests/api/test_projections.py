"""How far each projection is, who folds it, what stopped, and how a stopped key goes on."""

import psycopg
from typer.testing import CliRunner

from api.cli import app
from infrastructure.read_models import BUILDERS


def positions(client):
    return {one["name"]: one for one in client.get("/v1/projections").json()["items"]}


def test_an_operator_sees_position_lag_holder_and_what_stopped(service, pool):
    service.services.read_models.wait(service.services.ledger.position(), 10)
    with pool.connection() as connection:
        connection.execute(
            "INSERT INTO read_model.dead_letter (projection, key, whole_stream, position, error)"
            " VALUES ('timeline_v1', 'case:1/000001', false, 1, 'KeyError')"
        )
    operator = service.caller("operator")
    shown = positions(operator)["timeline"]
    assert (shown["lag"], shown["lag_seconds"], shown["stopped_keys"]) == (0, 0.0, 1)
    assert "/" in shown["holder"]
    (letter,) = shown["dead_letters"]
    assert (letter["key"], letter["position"], letter["error"]) == ("case:1/000001", 1, "KeyError")
    others = positions(service.caller("caseworker", "RUTAN-MEDAN"))["timeline"]
    assert (others["stopped_keys"], others["dead_letters"], others["holder"]) == (1, [], None)
    assert service.caller("agency").get("/v1/projections").status_code == 404
    assert "jejak_projection_lag_seconds{" in service.stranger().get("/metrics").text


def test_a_stopped_key_is_folded_anew_by_an_operator_and_any_other_is_not_found(service, pool):
    operator = service.caller("operator")
    with pool.connection() as connection:
        connection.execute(
            "INSERT INTO read_model.dead_letter (projection, key, whole_stream, position, error)"
            " VALUES ('units_and_agencies_v1', 'RUTAN-MEDAN', false, 1, 'KeyError')"
        )
    path = "/v1/projections/units_and_agencies/rebuild"
    answer = operator.post(path, params={"key": "RUTAN-MEDAN"})
    assert (answer.status_code, answer.json()["stopped_keys"]) == (200, 0)
    for key in ("RUTAN-MEDAN", "nobody", "nul\0"):
        assert operator.post(path, params={"key": key}).status_code == 404


def test_while_somebody_rebuilds_another_is_told_so_at_once_whoever_it_is(service, database):
    operator, path = service.caller("operator"), "/v1/projections/timeline/rebuild"
    with psycopg.connect(database, autocommit=True) as another_process:
        another_process.execute("SELECT pg_advisory_lock(%s)", (BUILDERS,))
        for key in (None, "case:1/000001"):
            refused = operator.post(path, params=key and {"key": key})
            assert (refused.status_code, refused.json()["code"]) == (409, "projection.rebuilding")
        another_process.execute("SELECT pg_advisory_unlock(%s)", (BUILDERS,))
    assert operator.post(path).status_code == 200


def test_one_key_is_of_one_read_model():
    for words in (["rebuild", "--key", "1"], ["rebuild", "timeline", "--compare", "--key", "1"]):
        assert CliRunner().invoke(app, words).exit_code == 2


def test_help_shows_examples():
    for word in "rebuild", "status":
        said = CliRunner().invoke(app, [word, "--help"])
        assert said.exit_code == 0
        assert f"jejak {word}" in said.output

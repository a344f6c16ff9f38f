"""An operator sees how webhooks go, and says when a restored house calls partners again."""

import json

import psycopg
import pytest
from typer.testing import CliRunner

from api.cli import app

PAUSED = (
    "WITH heard AS (INSERT INTO feed.audience (agreement, agency) VALUES ('1', 'A') RETURNING id)"
    " INSERT INTO feed.subscription (id, audience, url, secrets, state, why, created_by)"
    " SELECT gen_random_uuid(), id, '', '', 'paused', why, 'user-1' FROM heard,"
    " unnest(ARRAY['restored', 'asked']) AS why"
)


@pytest.fixture
def jejak(database, tmp_path, monkeypatch):
    monkeypatch.setenv("JEJAK_DATABASE_URL", database)
    monkeypatch.setenv("JEJAK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JEJAK_MASTER_KEY", (b"k" * 32).hex())

    def run(*words):
        [said] = json.loads(CliRunner().invoke(app, ["webhooks", "--json", *words]).stdout)
        return said["active"], said["paused"], said.get("resumed")

    return run


def test_what_a_restore_paused_is_resumed_by_a_word_and_what_was_paused_otherwise_is_not(
    jejak, database
):
    with psycopg.connect(database) as owner:
        owner.execute(PAUSED)
    assert jejak() == (0, 2, None)
    assert jejak("--resume") == (1, 1, 1)
    assert jejak("--resume") == (1, 1, 0)

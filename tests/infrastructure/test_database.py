import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from infrastructure.database import (
    MAY_LOSE,
    DatabaseUnreachable,
    bring_up_to_date,
    open_database,
)
from infrastructure.servers import weak_settings
from infrastructure.settings import Settings, default_data_directory

NOTHING_EMBEDDED = """
import sys
from infrastructure.database import open_database
from infrastructure.settings import Settings
with open_database(Settings()) as database:
    assert database.dsn == sys.argv[1], database
import api.main
assert not {it for it in sys.modules if "embedded" in it or "infrastructure.postgres" in it}
"""


@pytest.fixture(autouse=True)
def no_choice_made(monkeypatch, tmp_path):
    for name in [it for it in os.environ if it.startswith("JEJAK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.mark.long
def test_the_server_that_the_operator_named_is_used_and_nothing_embedded_is_loaded(database):
    answer = subprocess.run(
        [sys.executable, "-c", NOTHING_EMBEDDED, database],
        env={**os.environ, "JEJAK_DATABASE_URL": database},
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[2],
        text=True,
    )
    assert answer.returncode == 0, answer.stderr


def test_without_a_named_server_our_own_keeps_the_data_in_the_data_directory(tmp_path):
    for expected in ([], [("kept",)]):
        with (
            open_database(Settings(data_dir=tmp_path / "here")) as database,
            psycopg.connect(database.dsn) as connection,
        ):
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
            assert weak_settings(database.dsn) == []
            connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
            assert connection.execute("SELECT text FROM note").fetchall() == expected
            connection.execute("INSERT INTO note VALUES ('kept')")
            assert connection.info.dbname == "jejak"
            assert connection.info.user == "jejak_owner"
            connection.commit()
            connection.autocommit = True
            connection.execute("ALTER SYSTEM SET fsync = off")  # and it is on all the same
    assert (tmp_path / "here").stat().st_mode & 0o777 == 0o700


def test_a_setting_that_may_lose_what_was_answered_is_told_as_the_service_has_it(
    database, monkeypatch, tmp_path
):
    monkeypatch.setenv("PGOPTIONS", "-c synchronous_commit=off")
    settings = Settings(database_url=database, data_dir=tmp_path)
    with capture_logs() as logs, open_database(settings) as opened:
        for as_guest in (True, False):
            bring_up_to_date(opened, as_guest=as_guest)
    [told] = [it["settings"] for it in logs if it["event"] == MAY_LOSE]
    assert "synchronous_commit" in told
    monkeypatch.delenv("PGOPTIONS")
    assert "synchronous_commit" not in weak_settings(database)


def test_a_password_is_never_shown(database):
    settings = Settings(database_url=f"{database} password=rahasia")
    with open_database(settings) as opened:
        assert "rahasia" not in repr(settings) + repr(opened)


def test_a_server_that_does_not_answer_is_told_in_words_and_without_the_password():
    settings = Settings(database_url="postgresql://jejak:rahasia@127.0.0.1:1/jejak")
    with pytest.raises(DatabaseUnreachable) as trouble, open_database(settings):
        pass
    assert "JEJAK_DATABASE_URL" in str(trouble.value)
    assert "rahasia" not in str(trouble.value)


def test_the_data_lies_where_the_user_keeps_data(monkeypatch, tmp_path):
    assert Settings().data_dir == tmp_path / "data/jejak"
    monkeypatch.setenv("XDG_DATA_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_data_directory() == tmp_path / ".local/share/jejak"
    monkeypatch.setenv("JEJAK_DATA_DIR", "~/elsewhere")
    assert Settings().data_dir == default_data_directory() == tmp_path / "elsewhere"


def test_the_environment_chooses_and_an_empty_choice_is_none(monkeypatch):
    monkeypatch.setenv("JEJAK_DATABASE_URL", "")
    monkeypatch.setenv("JEJAK_PORT", "9000")
    settings = Settings()
    assert (settings.database_url, settings.host, settings.port) == (None, "127.0.0.1", 9000)
    assert settings.language == "id"


def test_a_choice_that_cannot_be_is_refused(monkeypatch):
    monkeypatch.setenv("JEJAK_PORT", "70000")
    with pytest.raises(ValidationError, match="port"):
        Settings()

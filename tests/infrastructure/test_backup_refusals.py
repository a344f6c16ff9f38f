"""What a backup is refused for is found before anything is made, or takes long."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from infrastructure.backup import BackupRefused, Source, take
from infrastructure.postgres_programs import Programs


def test_where_the_keys_cannot_be_kept_no_ledger_is_copied_and_nothing_is_made(
    tmp_path, monkeypatch
):
    for name in [it for it in os.environ if it.startswith("JEJAK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JEJAK_DATA_DIR", str(tmp_path / "data"))
    to, keys = tmp_path / "away", tmp_path / "unmounted"
    refused = CliRunner().invoke(app, ["backup", str(to), "--keys-to", str(keys)])
    assert (refused.exit_code, f"there is no {keys}" in refused.stderr) == (1, True)
    assert not any(tmp_path.iterdir())


def test_whether_there_is_room_is_asked_before_a_directory_is_made(database, tmp_path):
    source = Source(directory=tmp_path, conninfo=database, programs=Programs(), fsync=False)
    with pytest.raises(BackupRefused, match="not enough room"):
        take(source, Path("/proc/there-is-never-room-here"), keep=2)

"""What an operator may choose, by environment variables that begin with JEJAK_."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_data_directory() -> Path:
    """Return JEJAK_DATA_DIR, or else `jejak` in the user's data home."""
    if chosen := os.environ.get("JEJAK_DATA_DIR"):
        return Path(chosen).expanduser()
    home = Path(os.environ.get("XDG_DATA_HOME", ""))
    if not home.is_absolute():  # the standard says that such a value is to be ignored
        home = Path("~/.local/share").expanduser()
    return home / "jejak"


class Settings(BaseSettings):
    """The settings of one service."""

    model_config = SettingsConfigDict(env_prefix="JEJAK_", env_ignore_empty=True, frozen=True)

    database_url: str | None = Field(default=None, repr=False)  # it may hold a password
    owner_url: str | None = Field(default=None, repr=False)  # then the other is the service's login
    keys_url: str | None = Field(default=None, repr=False)
    data_dir: Annotated[Path, AfterValidator(Path.expanduser)] = Field(
        default_factory=default_data_directory
    )
    backup_dir: Annotated[Path, AfterValidator(Path.expanduser)] | None = None
    keys_backup_dir: Annotated[Path, AfterValidator(Path.expanduser)] | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8017, ge=1, le=65535)
    language: Literal["id", "en"] = "id"
    witnesses: str = ""  # `URL VKEY, URL VKEY`: who cosigns the log's checkpoints
    webhook_allow: str = ""  # `host, host:port`: receivers that may be inside, and without TLS
    webhook_send: bool = True  # no: a copy that was restored beside the house it is of
    projector: Literal["within", "apart", "elsewhere"] = "apart"  # from who answers
    seal_every: float = Field(default=5.0, gt=0)  # seconds between checkpoints, at least

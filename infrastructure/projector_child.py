"""Keeps a projector running beside a service that only answers."""

import json
import os
from dataclasses import asdict
from typing import Final

from infrastructure.database import Database
from infrastructure.kept_process import KeptProcess, Program
from infrastructure.settings import Settings

REST_SECONDS: Final = (0.5, 5.0)
"""Read models stand still meanwhile."""


class ProjectorChild(KeptProcess):
    """One projector over the databases that a service has open, from `start` to `close`.

    Settings and logins are told on its standard input: an environment can be read by others.
    """

    def __init__(self, settings: Settings, database: Database) -> None:
        told = {"settings": settings.model_dump(mode="json"), "database": asdict(database)}
        super().__init__(
            Program(
                module="infrastructure.projector_process",
                words=("--told",),
                environment=os.environ,
                told=json.dumps(told).encode() + b"\n",
                rest=REST_SECONDS,
                ended="projector_ended",
            )
        )

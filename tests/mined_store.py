"""A store to mine: somebody who was trained, somebody of whom a fact was voided, and a class.

It is made once for the tests of a file that only read it, with the command line beside it.
"""

import json
from contextlib import contextmanager

import psycopg
import pytest
from correcting_desk import MEDAN, Desk
from import_files import Jejak
from scenario import on

from domain.conduct import ConductAssessed, Predicate
from domain.record import StreamId
from domain.registry import UnitKind, UnitNamed
from infrastructure.connections import service_pool
from infrastructure.ledger import EventsourcingLedger
from infrastructure.master_key import MasterKey

SECRET = b"k" * 32

COURSE = [
    "custody.admitted",
    "skill_training.applied",
    "skill_training.seated",
    "skill_training.suitability_decided",
    "skill_training.started",
    "skill_training.completed",
    "skill_training.attendance_certified",
]
"""What happens to whoever is trained, in this order."""


class Mined:
    """What was written: a case that was trained, one with a voided fact, and the class."""

    def __init__(self, ledger) -> None:
        self.desk = desk = Desk(ledger)
        unit = StreamId(kind="registry", key=f"unit/{MEDAN}")
        desk.tell(unit, unit_named())
        self.programme = desk.programme()
        self.trained = desk.case("Budi Rahasia")
        desk.train(self.trained, self.programme)
        self.other = desk.case("Andi Rahasia")
        (wrong,) = desk.tell(self.other, assessed())
        desk.void(self.other, wrong)


def unit_named():
    return UnitNamed(
        effective=on("2020-01-01"),
        unit=MEDAN,
        kind=UnitKind.RUTAN,
        unit_class=None,
        title="Rutan Medan <I> & sekitarnya",
        region="12.71",
    )


def assessed(score=28):
    return ConductAssessed(
        effective=on("2025-08-01"),
        month="2025-07",
        score=score,
        predicate=Predicate.BAIK,
        risk_declined=True,
    )


@contextmanager
def own_ledger(database):
    with service_pool(database) as pool, EventsourcingLedger(pool, MasterKey(SECRET)) as ledger:
        yield ledger


@contextmanager
def command_line(database, folder):
    """`jejak` over that database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JEJAK_DATABASE_URL", database)
        patch.setenv("JEJAK_DATA_DIR", str(folder / "data"))
        patch.setenv("JEJAK_MASTER_KEY", SECRET.hex())
        patch.delenv("JEJAK_LANGUAGE", raising=False)
        yield Jejak(folder)


def reads_kept(database):
    """What the book of reads holds, in its order."""
    with psycopg.connect(database) as owner:
        rows = owner.execute("SELECT body FROM ledger.access ORDER BY number").fetchall()
    return [json.loads(body) for (body,) in rows]

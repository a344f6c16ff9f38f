"""A store with two trainings to mine, one of which was told of the wrong person at first."""

from correcting_desk import MEDAN, Desk
from scenario import on

from domain.conduct import ConductAssessed, Predicate
from domain.record import StreamId
from domain.registry import UnitKind, UnitNamed

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

"""The training funnel of an agreement: from who is held to who still works a year on.

Each stage counts people who ever came to it by its own fact, not who passed the stage before:
seated on an application that nobody recorded is seated all the same. What is planned or claimed is
listed below, as stated, and is in no count.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum

from domain.kernel import Open, Value
from projections.counting import COUNTED, by_then, day_from, persons
from projections.kernel import Report, Rows
from projections.training_participation import Stage, TrainingParticipation
from projections.under_agreement import OVER, Scene, scenes


class FunnelStage(Enum):
    """How far somebody has come."""

    POPULATION = "population"
    OF_DOMICILE = "of_domicile"
    ELIGIBLE = "eligible"
    APPLIED = "applied"
    ENROLLED = "enrolled"
    ATTENDED = "attended"
    COMPLETED = "completed"
    ASSESSED = "assessed"
    CERTIFIED = "certified"
    PLACED = "placed"
    EMPLOYED_3 = "employed_3_months"
    EMPLOYED_6 = "employed_6_months"
    EMPLOYED_12 = "employed_12_months"


class Basis(Enum):
    """Whether a figure was counted, or is what somebody said."""

    COUNTED = "counted"
    PLAN = "plan"
    CLAIM = "claim"


class FunnelLine(Value):
    """A stage with its ``persons``; or a plan or claim, whose ``stated`` is no count of anybody.

    ``figure`` is the stage, or the key of the plan or claim. *Certified* is of competence only.
    """

    agreement: Open[str]
    basis: Open[Basis]
    figure: Open[str]
    persons: Open[int | None]
    stated: Open[int | None]
    text: Open[str | None]
    source: Open[str | None]


def counts(scene: Scene) -> Mapping[FunnelStage, int]:
    """Return how many people ever came to each stage by the day."""
    trainings = [one for one in scene.trainings if scene.under(one)]
    jobs = [one for one in scene.placements if scene.under(one)]

    def trained(far: Callable[[TrainingParticipation], bool]) -> int:
        return persons(scene.seen(one.case for one in trainings if far(one)))

    def at(stage: Stage) -> int:
        return trained(lambda one: scene.came_to(one, stage))

    def employed(month: int) -> int:
        working = (one.case for one in jobs if scene.works_after(one, month))
        return persons(scene.seen(working))

    return {
        FunnelStage.POPULATION: persons(scene.held),
        FunnelStage.OF_DOMICILE: persons(scene.of_domicile),
        FunnelStage.ELIGIBLE: persons(scene.eligible),
        FunnelStage.APPLIED: at(Stage.APPLIED),
        FunnelStage.ENROLLED: at(Stage.SEATED),
        FunnelStage.ATTENDED: trained(
            lambda one: any(by_then(s.day, scene.on) and s.attended for s in one.attendance)
        ),
        FunnelStage.COMPLETED: at(Stage.COMPLETED),
        FunnelStage.ASSESSED: at(Stage.ASSESSED),
        FunnelStage.CERTIFIED: at(Stage.COMPETENCE_CERTIFIED),
        FunnelStage.PLACED: persons(scene.seen(one.case for one in jobs)),
        FunnelStage.EMPLOYED_3: employed(3),
        FunnelStage.EMPLOYED_6: employed(6),
        FunnelStage.EMPLOYED_12: employed(12),
    }


def _counted(scene: Scene) -> Iterable[FunnelLine]:
    for stage, number in counts(scene).items():
        yield FunnelLine(
            agreement=scene.agreement.agreement,
            basis=Basis.COUNTED,
            figure=stage.value,
            persons=number,
            stated=None,
            text=None,
            source=None,
        )


def _stated(scene: Scene) -> Iterable[FunnelLine]:
    row = scene.agreement
    for plan in row.plans:
        if by_then(plan.day, scene.on):
            yield FunnelLine(
                agreement=row.agreement,
                basis=Basis.PLAN,
                figure=plan.plan,
                persons=None,
                stated=plan.figure,
                text=plan.text,
                source=None,
            )
    for claim in row.claims:
        if by_then(claim.day, scene.on):
            yield FunnelLine(
                agreement=row.agreement,
                basis=Basis.CLAIM,
                figure=claim.claim,
                persons=None,
                stated=claim.figure,
                text=claim.text,
                source=claim.source,
            )


def count(rows: Rows, parameters: Mapping[str, str | None]) -> Sequence[FunnelLine]:
    """Count each stage by the day ``on``, for one agreement or for each in sight."""
    on = day_from("on", parameters.get("on"))
    return [
        line
        for scene in scenes(rows, parameters.get("agreement"), on)
        for line in (*_counted(scene), *_stated(scene))
    ]


TRAINING_FUNNEL = Report(
    name="training_funnel",
    row=FunnelLine,
    over=OVER,
    parameters=("agreement", "on"),
    count=count,
    counted=COUNTED,
)

"""The five partnerships with people who do not exist, told by the road that a caseworker takes.

`demo_plan` makes the steps, `run` walks them, and walking them again changes nothing.
"""

from application.demo.loading import WORKERS, run
from application.demo.mistakes import correct
from application.demo.plan import EXAMPLE_CASE, SEED, demo_plan
from application.demo.results import propose
from application.demo.steps import Plan, Stage, Step

__all__ = [
    "EXAMPLE_CASE",
    "SEED",
    "WORKERS",
    "Plan",
    "Stage",
    "Step",
    "correct",
    "demo_plan",
    "propose",
    "run",
]

"""The whole demo: names first, then the five partnerships, in an order that never changes."""

from typing import Final

from application.demo.barru import tell_barru
from application.demo.medan import tell_medan
from application.demo.partners import name_all
from application.demo.pekalongan import CROWD, tell_pekalongan
from application.demo.pekalongan_returned import tell_returned
from application.demo.serang import tell_serang
from application.demo.steps import Plan, Script

SEED: Final = 2025
EXAMPLE_CASE: Final = "018fe08b-a800-72dc-a69d-69fe3577663e"
"""The example's case under `SEED`: one journey from admission to a job seen after six months."""


def demo_plan(seed: int = SEED, scale: float = 1.0) -> Plan:
    """Return every step of the demo: the same for the same seed and scale.

    ``scale`` shrinks who is merely held; whoever takes part in something is always there.
    """
    script = Script(seed)
    name_all(script)
    afterwards, audiensi, example = tell_pekalongan(script, scale)
    agreements = {
        "S0": afterwards,
        "S1": audiensi,
        "S2": tell_serang(script, scale),
        "S3": tell_medan(script, scale),
        "S4": tell_barru(script, scale),
    }
    tell_returned(script, CROWD)  # last: the keys of all other steps stay what they were
    steps = sorted(script.steps, key=lambda step: step.stage)
    return Plan(seed=seed, steps=tuple(steps), agreements=agreements, example_case=example)

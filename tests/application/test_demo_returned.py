"""Those of the demo who came back: they make the report on recidivism count, and nothing else."""

import pytest
from reported import report

from application.demo.pekalongan import CROWD
from application.demo.pekalongan_returned import RELEASED, RETURNED, tell_returned
from application.demo.steps import Script
from domain.admission import CustodyAdmitted
from domain.release import Released
from projections.recidivism import RECIDIVISM


@pytest.fixture(scope="module")
def told():
    script = Script(2025)
    tell_returned(script, CROWD)
    proposals = [one for step in script.steps for one in step.request.proposals]
    return [(f"{one.stream.kind}:{one.stream.key}", one.event) for one in proposals]


@pytest.mark.parametrize(
    ("way", "back"), [("new_admission", len(RETURNED)), ("new_verdict", len(RETURNED) - 1)]
)
def test_of_twelve_released_in_2023_three_came_back_and_two_were_sentenced_again(told, way, back):
    asked = {"from": "2023-01-01", "until": "2023-12-31", "on": "2026-11-22", "return": way}
    line = report(RECIDIVISM, told, **asked)[0]
    assert (line.released, line.closed, line.returned) == (RELEASED, RELEASED, back)


def test_nobody_of_them_is_in_an_agreement_or_held_when_a_source_counted(told):
    admitted = {stream: event for stream, event in told if isinstance(event, CustodyAdmitted)}
    gone = {stream: event.effective.day for stream, event in told if isinstance(event, Released)}
    assert gone.keys() == admitted.keys()
    assert max(gone.values()) < CROWD.counted_on
    assert {event.domicile for event in admitted.values()} == {"33.26"}

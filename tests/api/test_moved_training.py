"""The training of one person was recorded on another, and is moved: as everybody then sees it."""

from datetime import timedelta

import pytest
from facts import MEDAN, append, ask, asking, decide, event, open_case, programme
from uuid_utils import uuid7

LISTS = (
    "training_participation",
    "certificates",
    "case_summary",
    "timeline",
    "programmes",
    "remisi_register",
    "detention",
)
REPORTS = ("training_funnel", "population")


@pytest.fixture
def auditor(service):
    return service.caller("auditor", MEDAN)


@pytest.fixture
def siti(service):
    """The supervisor of Rutan Medan."""
    return service.caller("supervisor", MEDAN, user="siti")


@pytest.fixture
def cohort(medan):
    answer = medan.post("/v1/programmes", json={"events": [programme(capacity=5)]})
    assert answer.status_code == 201, answer.json()
    return answer.json()["programme_id"]


def course(cohort):
    """A whole training, to its certificate."""
    of = {"programme": cohort}
    return [
        event("skill_training.applied", "2025-11-03", **of, agreement=None),
        event(
            "skill_training.suitability_decided",
            "2025-11-04",
            **of,
            suitable=True,
            facts=[],
            reason=None,
        ),
        event(
            "skill_training.started",
            "2025-11-11",
            **of,
            trainer_kind="dinas",
            trainer_organisation="Dinas Ketenagakerjaan Kota Medan",
        ),
        event("skill_training.completed", "2025-12-20", **of),
        event(
            "skill_training.attendance_certified",
            "2025-12-22",
            **of,
            number="S-17/2025",
            issuer="Dinas Ketenagakerjaan Kota Medan",
            issued_on="2025-12-22",
        ),
    ]


def seen(service, client, known_at=None):
    """What every list and report says, now or as it was known then, to the letter."""
    services = service.services
    assert services.read_models.wait(services.ledger.position(), 20)
    asked = {"known_at": known_at.isoformat()} if known_at else {}
    answers = {
        name: client.get(f"/v1/read-models/{name}", params=asked)
        for name in (*LISTS, *REPORTS)
    }
    assert not [one.text for one in answers.values() if one.status_code != 200]
    return {name: answer.json()["items"] for name, answer in answers.items()}


def history(client, case):
    return client.get(f"/v1/cases/{case}/events").json()["events"]


def test_both_timelines_the_funnel_and_the_review_are_right_and_yesterday_is_as_it_was(
    service, medan, siti, auditor, cohort
):
    budi, tono = open_case(medan, "Budi Fiktif"), open_case(medan, "Tono Fiktif", is_new=True)
    answer = append(medan, budi, *course(cohort))
    assert answer.status_code == 201, answer.json()
    before = seen(service, auditor)
    ledger = service.services.ledger
    yesterday = ledger.read_after(ledger.position() - 1)[0].recorded_at + timedelta(microseconds=1)
    version = answer.json()["version"]
    told = [
        one["event_id"]
        for one in answer.json()["events"]
        if one["stream"] == f"case:{budi}" and one["type"].startswith("skill_training.")
    ]

    wanted = asking(*told, kind="move", to=tono, reason_code="wrong_person")
    asked = ask(medan, f"/v1/cases/{budi}", wanted, version)
    assert asked.status_code == 201, asked.json()
    assert seen(service, auditor) == before, "a request changes nothing"
    correction = asked.json()["correction"]
    approved = decide(siti, correction, asked.json()["version"])
    assert approved.status_code in {200, 201}, approved.json()

    after = seen(service, auditor)
    trained = [row["case"] for row in after["training_participation"]]
    assert trained == [tono]
    assert [row["case"] for row in after["certificates"]] == [tono]
    assert after["training_funnel"] == before["training_funnel"], "one person, only another one"
    states = [medan.get(f"/v1/cases/{case}").json()["state"] for case in (budi, tono)]
    steps = [
        [one["step"] for one in state["skill_training"]["trainings"].values()] for state in states
    ]
    assert steps == [[], ["completed"]]
    marks = {one["event_id"]: one.get("marks", ()) for one in history(medan, budi)}
    deeds = {mark["deed"] for event_id in told for mark in marks[event_id]}
    assert deeds == {"moved_away"}, "the originals stay, marked"

    changes = auditor.get("/v1/changes", params={"case": budi, "limit": 50})
    assert changes.status_code == 200, changes.json()
    approval = changes.json()["groups"][0]["entries"][0]
    said = approval["correction"]
    assert (said["requester"], said["approver"]) == ("caseworker-1", "siti")
    assert seen(service, auditor, yesterday) == before, "and yesterday's report to the letter"


def test_a_correction_that_is_not_there_is_not_found(siti):
    assert decide(siti, str(uuid7()), 1).status_code == 404

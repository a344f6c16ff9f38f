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
        name: client.get(f"/v1/read-models/{name}", params=asked) for name in (*LISTS, *REPORTS)
    }
    assert not [one.text for one in answers.values() if one.status_code != 200]
    return {name: answer.json()["items"] for name, answer in answers.items()}


@pytest.fixture
def people(medan):
    """On whom it was recorded, and who was trained."""
    return open_case(medan, "Budi Fiktif"), open_case(medan, "Tono Fiktif", is_new=True)


@pytest.fixture
def told(medan, people, cohort):
    """The events of a whole training, told of the wrong person; and the version after them."""
    answer = append(medan, people[0], *course(cohort))
    assert answer.status_code == 201, answer.json()
    own = [one for one in answer.json()["events"] if one["stream"] == f"case:{people[0]}"]
    return [one["event_id"] for one in own], answer.json()["version"]


@pytest.fixture
def move(medan, siti, people, told):
    """Ask for the move of all of it, and approve that."""

    def asked():
        wanted = asking(*told[0], kind="move", to=people[1], reason_code="wrong_person")
        answer = ask(medan, f"/v1/cases/{people[0]}", wanted, told[1])
        assert answer.status_code == 201, answer.json()
        return answer.json()

    def approved(said):
        answer = decide(siti, said["correction"], said["version"])
        assert answer.status_code in {200, 201}, answer.json()

    return asked, approved


def test_the_lists_the_funnel_and_yesterday_s_report_are_right(
    service, auditor, people, told, move
):
    asked, approved = move
    before, ledger = seen(service, auditor), service.services.ledger
    (last,) = ledger.read_after(ledger.position() - 1)
    yesterday = last.recorded_at + timedelta(microseconds=1)
    request = asked()
    assert seen(service, auditor) == before, "a request changes nothing"
    approved(request)
    after = seen(service, auditor)
    assert [row["case"] for row in before["certificates"]] == [people[0]]
    assert [row["case"] for row in after["certificates"]] == [people[1]]
    assert [row["case"] for row in after["training_participation"]] == [people[1]]
    assert after["training_funnel"] == before["training_funnel"], "one person, only another one"
    assert seen(service, auditor, yesterday) == before, "as it was known, to the letter"


def test_both_timelines_and_the_change_review_are_right(medan, auditor, people, told, move):
    asked, approved = move
    approved(asked())
    states = [medan.get(f"/v1/cases/{case}").json()["state"] for case in people]
    steps = [
        [one["step"] for one in state["skill_training"]["trainings"].values()] for state in states
    ]
    assert steps == [[], ["completed"]]
    history = medan.get(f"/v1/cases/{people[0]}/events").json()["events"]
    marks = {one["event_id"]: one.get("marks", ()) for one in history}
    deeds = {mark["deed"] for event_id in told[0] for mark in marks[event_id]}
    assert deeds == {"moved_away"}, "the originals stay, marked"
    changes = auditor.get("/v1/changes", params={"case": people[0], "limit": 50})
    assert changes.status_code == 200, changes.json()
    said = changes.json()["groups"][0]["entries"][0]["correction"]
    assert (said["requester"], said["approver"]) == ("caseworker-1", "siti")


def test_a_correction_that_is_not_there_is_not_found(siti):
    assert decide(siti, str(uuid7()), 1).status_code == 404

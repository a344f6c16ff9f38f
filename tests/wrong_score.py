"""A case of Medan with a wrong score, for tests of what is done about it."""

from facts import append, ask, assessed, open_case

NOBODY = "01980f5c-7a00-7000-8000-0000000000ff"


def scored(client, score=28):
    """Open a case with a score; return the case and the score's event."""
    case = open_case(client)
    answer = append(client, case, assessed(score=score))
    assert answer.status_code == 201, answer.json()
    return case, answer.json()["events"][0]["event_id"]


def asked(client, case, body, version=2):
    """Ask for a correction of a case's event; return its id."""
    answer = ask(client, f"/v1/cases/{case}", body, version)
    assert answer.status_code == 201, answer.json()
    return answer.json()["correction"]


def scores(client, case):
    """What the case's state says of conduct."""
    state = client.get(f"/v1/cases/{case}").json()["state"]
    return {month: said["score"] for month, said in state["conduct"]["assessments"].items()}

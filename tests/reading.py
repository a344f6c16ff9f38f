"""Read models as a test asks for them, now or at another time."""

import json
from datetime import UTC, datetime

ORDERED = {
    "stage": "penyidik",
    "form": "rutan",
    "authority": "Polrestabes Medan",
    "order_number": "SP.Han/12/XI/2025",
    "order_date": "2025-02-10",
    "starts": "2025-02-10",
    "until": "2025-03-01",
    "legal_basis": "KUHAP 1981 art. 24",
}
EXTENDED = {
    "stage": "penyidik",
    "authority": "Kejaksaan Negeri Medan",
    "order_number": "T-45/2025",
    "order_date": "2025-02-27",
    "starts": "2025-03-02",
    "until": "2025-04-10",
    "legal_basis": "KUHAP 1981 art. 24",
    "exceptional": False,
}


def told(service):
    """The instant up to which everything so far is known; all read models have seen it."""
    services = service.services
    assert services.read_models.wait(services.ledger.position(), 20)
    return datetime.now(UTC).isoformat()


def read(client, name, suffix="", **asked):
    answer = client.get(f"/v1/read-models/{name}{suffix}", params=asked)
    assert answer.status_code == 200, (name, answer.text)
    return answer


def items(client, name, **asked):
    return read(client, name, **asked).json()["items"]


def kept(client, named, **asked):
    """Answers of read models, each as its letters."""
    return {name: json.dumps(items(client, name, **asked)) for name in named}


def models(client):
    return {one["name"]: one for one in client.get("/v1/read-models").json()["items"]}


def refused(client, name, **asked):
    answer = client.get(f"/v1/read-models/{name}", params=asked)
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/query/" + next(iter(asked))
    return answer.status_code, answer.json()["code"], error["code"]


def population(client, **asked):
    said = items(client, "population", **asked)
    return {(line["by"], line["value"]): line["persons"] for line in said}

"""Whatever becomes of an agreement and of its people, every door shows the same of them."""

import csv
import io
import json
from contextlib import contextmanager
from random import Random

import jsonschema_rs
import orjson
import pytest
from cloudevents.core.formats.json import JSONFormat
from facts import agreement, ask, asking, decide, event, open_case
from feed_doors import partnership, served
from partner_story import (
    FIELDS,
    Receiver,
    append,
    caught_up,
    compacted,
    feed,
    moved,
    records,
    streaming,
    subscribed,
    taught,
    within,
)

from api.lists import cell

NAMES = ("Budi", "Tono", "Sari", "Dewi", "Wati", "Rudi", '=HYPERLINK("http://x")', "Ñurul")
PATIENCE = 20


@pytest.fixture(scope="module")
def house(postgres, followed_template):
    with partnership(postgres, followed_template) as house:
        yield house


@pytest.fixture(scope="module")
def server(house):
    with served(house.app) as server:
        yield server


@contextmanager
def followed(house, server):
    """Give a stream and a receiver that hear of the agreement as it goes on."""
    receiver = Receiver()
    receiver.start()
    subscribed(house.disnaker, house.agreement, receiver.url)
    with streaming(server.address, house.token(), house.agreement) as stream:
        yield stream, receiver
    receiver.stop()


def by_list(house):
    return records(house.disnaker, f"{house.agreement}")


def one_by_one(house, known):
    """Return the records of those whom any door ever named, each asked for by itself."""
    found = {}
    for subject in known:
        answer = house.disnaker.get(f"{house.records}/{subject}")
        assert answer.status_code in {200, 404}
        if answer.status_code == 200:
            assert answer.json()["subject"] == subject
            found[subject] = answer.json()["data"]
    return found


def by_ndjson(house):
    lines = house.disnaker.get(f"{house.records}.ndjson").text.splitlines()
    return {one["subject"]: one["data"] for one in map(json.loads, lines)}


def by_csv(house):
    """Return the rows of the sheet, each cell as it is written there."""
    text = house.disnaker.get(f"{house.records}.csv").text
    rows = csv.DictReader(io.StringIO(text))
    beside = {"subject", "entry", "type", "time"}
    return {
        row["subject"]: {name: said for name, said in row.items() if name not in beside}
        for row in rows
    }


def as_cells(found):
    return {
        subject: {name: str(cell(value)) for name, value in data.items()}
        for subject, data in found.items()
    }


def compare(house):
    """Compare all doors that answer at once; return the feed."""
    caught_up(house.services)
    told = feed(house.disnaker, house.agreement)
    there = compacted(told)
    assert by_list(house) == there
    assert by_ndjson(house) == there
    assert by_csv(house) == as_cells(there)
    assert one_by_one(house, {one["subject"] for one in told}) == there
    scope = house.scope()
    schema = house.disnaker.get(f"/v1/schemas/{scope['record']}.json").json()
    shape = jsonschema_rs.validator_for(schema)
    for one in told:
        assert JSONFormat().read(None, orjson.dumps(one)).get_id() == one["id"]
        assert set(one.get("data", ())) <= set(scope["fields"])
        shape.validate(one.get("data", {}))
    if not scope["standing"]["shares"]:
        assert there == {}
    return told


def compare_live(house, stream, receiver, told):
    """Compare what was heard on the way with what is there now."""
    head = told[-1]["id"]
    live = stream.wait_for(lambda heard: heard and heard[-1]["id"] == head)
    assert within(PATIENCE, lambda: receiver.events() and receiver.events()[-1]["id"] == head)
    assert compacted(live) == compacted(receiver.events()) == compacted(told)
    assert [one["id"] for one in live] == [one["id"] for one in told]
    first = int(receiver.events()[0]["id"])
    assert [one["id"] for one in receiver.events()] == [one["id"] for one in told][first - 1 :]


class Life:
    """What may happen, one thing after another, as the dice fall."""

    def __init__(self, house, dice) -> None:
        self.house, self.dice = house, dice
        self.days, self.homes = 0, {}
        self.trained = list(house.cases)

    def goes_on(self):
        self.days += 1
        may = [self.come, self.come, self.leave, self.back, self.mixed_up, self.freed]
        self.dice.choice([*may, self.rest, self.narrow])()

    def day(self):
        return f"2026-01-{self.days:02}"

    def come(self):
        name = f"{self.dice.choice(NAMES)} Contoh"
        self.trained.append(taught(self.house.medan, self.house.cohort, name))

    def leave(self, to="33.75"):
        case = self.dice.choice(self.trained)
        if self.homes.get(case, "12.71") != to:
            self.homes[case] = to
            home = event("register.domicile_recorded", self.day(), domicile=to)
            append(self.house.medan, case, [home])

    def back(self):
        self.leave("12.71")

    def mixed_up(self):
        wrong = self.trained.pop(self.dice.randrange(len(self.trained)))
        right = open_case(self.house.medan, f"{self.dice.choice(NAMES)} Sebenarnya")
        moved(self.house.medan, self.house.supervisor, wrong, right)
        self.trained.append(right)

    def freed(self):
        if len(self.trained) > 2:
            case = self.trained.pop(self.dice.randrange(len(self.trained)))
            said = {"kind": "bebas_murni", "document": "SL/1"}
            append(self.house.medan, case, [event("custody.released", self.day(), **said)])

    def rest(self):
        suspended = self.state()["suspended"] is not None
        today = self.house.clock().date().isoformat()
        said = event("agreement.resumed", today)
        if not suspended:
            said = event("agreement.suspended", today, reason="Evaluasi")
        tell(self.house, said)

    def narrow(self):
        allow(self.house, self.dice.sample(FIELDS, self.dice.randint(1, len(FIELDS))))

    def state(self):
        told = self.house.medan.get(f"/v1/agreements/{self.house.agreement}").json()
        return told["state"]["agreement"]


def tell(house, said):
    address = f"/v1/agreements/{house.agreement}"
    version = house.medan.get(address).headers["etag"]
    answer = house.medan.post(
        f"{address}/events", json={"events": [said]}, headers={"If-Match": version}
    )
    assert answer.status_code == 201, answer.text


def allow(house, fields):
    """Have the draft corrected: these were the fields that it allowed."""
    address = f"/v1/agreements/{house.agreement}"
    told = house.medan.get(f"{address}/events").json()
    (draft,) = [one for one in told["events"] if one["type"] == "agreement.proposed"]
    said = agreement(participant_kinds=["tahanan"], allowed_fields=list(fields))
    body = asking(draft["event_id"], kind="correct", event=said)
    version = int(house.medan.get(address).headers["etag"].strip('"'))
    asked = ask(house.medan, address, body, version)
    assert asked.status_code == 201, asked.text
    asked = asked.json()
    assert decide(house.supervisor, asked["correction"], asked["version"]).status_code == 201


def test_a_field_that_is_taken_out_is_gone_from_every_door(house, server):
    with followed(house, server) as (stream, receiver):
        before = compare(house)
        assert {"certificate", "full_name"} <= set(before[-1]["data"])
        left = [one for one in FIELDS if one != "certificate"]
        allow(house, left)
        told = compare(house)
        compare_live(house, stream, receiver, told)
        for found in (by_list(house), by_ndjson(house), by_csv(house), compacted(told)):
            assert found
            assert all(set(data) == set(left) for data in found.values())
        assert not [one for one in told if "certificate" in one.get("data", ())]
        assert "S-17/2025" not in json.dumps(told)
        allow(house, FIELDS)
        assert "S-17/2025" in json.dumps(compare(house))


def live(house, server, *, seed, steps):
    """Let things happen, and compare all doors after each of them."""
    with followed(house, server) as (stream, receiver):
        life = Life(house, Random(seed))  # noqa: S311  # dice, and no secret
        for _ in range(steps):
            life.goes_on()
            told = compare(house)
        compare_live(house, stream, receiver, told)


def test_every_door_shows_the_same_after_whatever_happens(house, server):
    live(house, server, seed=1, steps=6)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 10))
def test_every_door_shows_the_same_after_much_has_happened(postgres, followed_template, seed):
    with partnership(postgres, followed_template) as house, served(house.app) as server:
        live(house, server, seed=seed, steps=20)

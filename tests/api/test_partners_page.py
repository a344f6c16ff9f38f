"""docs/partners.md is run as it stands, and says of whom and of what a partner may tell."""

import json
import re
from pathlib import Path

import pytest
from asyncapi_messages import messages_that_fit
from feed_doors import partnership, served
from partner_story import agreed, caught_up, name_agency
from webhook_receivers import receiving
from whole_service import MEDAN

from api.partner_forms import result_model
from domain.partner_result import TELLERS, TOLD
from domain.registry import AgencyKind
from domain.sharing.fields import RECORD_OF
from infrastructure.restored_feeds import BEYOND

pytestmark = pytest.mark.long

POLICE = "POLRES-MEDAN"
DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "partners.md").read_text(encoding="utf-8")
CODE = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.fixture(scope="module")
def house(postgres, followed_template):
    with partnership(postgres, followed_template) as house:
        yield house


@pytest.fixture(scope="module")
def address(house):
    with served(house.app) as door:
        yield door.address


def quoted(cell):
    return set(re.findall(r"`([a-z_.]+)`", cell))


def rows(width):
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines())
    return [row for row in cells if len(row) == width and row[0].startswith("`")]


def test_the_examples_of_the_page_tell_a_result_that_the_unit_accepts(house, address, capsys):
    page = {"jejak": address, "token": house.token()}
    client, shared, told, heard, _ = CODE
    for block in (client, shared, told, heard):
        exec(block, page)  # noqa: S102  # the documentation's own
    assert (page["agreement"], page["programme"]) == (house.agreement, house.cohort)
    assert page["heard"]["status"] == "proposed"
    results = f"/v1/programmes/{house.cohort}/results"
    answer = f"{results}/{page['result_id']}/acceptance"
    assert house.medan.post(answer, json={"accepted": True}).status_code == 201
    exec(heard, page)  # noqa: S102
    assert page["heard"]["status"] == "accepted"
    again = page["call"]("POST", results, {"results": [page["told"]]})
    assert again["items"][0]["id"] == page["result_id"]
    assert "it runs" in capsys.readouterr().out


def test_the_examples_of_the_page_refer_a_youth(house, address):
    name_agency(house.services, POLICE, AgencyKind.POLRES)
    named = {"participant_kinds": ["remaja_berisiko"], "allowed_fields": ["referral"]}
    agreed(house.medan, parties=[MEDAN, POLICE], **named)
    caught_up(house.services)
    page = {"jejak": address, "token": house.token(agency=POLICE)}
    for block in (CODE[0], CODE[-1]):
        exec(block, page)  # noqa: S102
    assert page["heard"] == page["referred"]
    assert page["heard"]["unit"] == MEDAN
    referral = f"/v1/referrals/{page['referred']['referral_id']}/events"
    told = [one["type"] for one in house.medan.get(referral).json()["events"]]
    assert told == ["referral.received", "referral.guardian_consented"]


def test_who_tells_of_what_is_on_the_page():
    said = {
        record: (quoted(who), quoted(kinds))
        for record, who, kinds in ((row[0].strip("`"), *row[1:]) for row in rows(3))
        if record in {one.value for one in RECORD_OF.values()}
    }
    assert said == {
        record.value: (
            {kind.value for kind, seen in RECORD_OF.items() if seen is record},
            {kind.value for kind in kinds},
        )
        for record, kinds in TELLERS.items()
    }


def test_what_may_be_told_is_on_the_page():
    said = {name: kinds for row in rows(2) for name in quoted(row[0]) for kinds in row[1:]}
    assert said.keys() == {event.stored_as for event in TOLD}
    for event, kinds in TOLD.items():
        if said[event.stored_as] != "all of the above":
            assert quoted(said[event.stored_as]) == {kind.value for kind in kinds}
    assert all(result_model(event).__name__.startswith("Partner") for event in TOLD)


def test_documents_that_need_no_token_are_there_for_a_stranger(house):
    stranger = house.service.stranger()
    for path in re.findall(r"^\| `(/[a-z0-9./]+)` .*\| none \|$", PAGE, flags=re.MULTILINE):
        assert stranger.get(path).status_code == 200, path
    [(urn, path)] = re.findall(r"`(urn:[a-z:]+:1)`.*? at `(/v1/schemas/[a-z]+\.json)`", PAGE)
    assert stranger.get(path).json()["$id"] == urn


def test_the_test_of_a_webhook_is_the_message_that_is_told_of_it(house):
    with receiving() as receiver:
        wanted = {"agreement": house.agreement, "url": receiver.url, "after": 0}
        made = house.disnaker.post("/v1/subscriptions", json=wanted).json()
        receiver.await_(1)
        house.disnaker.post(f"/v1/subscriptions/{made['id']}/test")
        events = [json.loads(body) for _, body in receiver.got]
    fits = [(one["type"], messages_that_fit(one)) for one in events]
    assert all(found == [said] for said, found in fits)
    assert "jejak.test" in dict(fits)


def test_what_the_design_says_of_ids_after_a_restore_is_so():
    [design] = DOCS.glob("adr/0026-*.md")
    said = design.read_text(encoding="utf-8")
    assert f"ids leap {BEYOND:,}" in " ".join(said.split())
    assert "given again" not in said

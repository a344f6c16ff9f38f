"""The five partnerships of the demo, seen by each of their agencies; and the service killed."""

import httpx2
import pytest
from agency_views import EXPECTED, said_of
from partner_story import changes, compacted, feed, records, subscribed, within
from running import Demo, free_port

from api.main import issue, tokens_of
from api.tokens import Caller, Level, Role
from application.demo import demo_plan
from domain.sharing.fields import RecordKind
from infrastructure.settings import Settings

pytestmark = pytest.mark.long
PATIENCE_SECONDS = 120


@pytest.fixture(scope="module")
def plan():
    return demo_plan()


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    demo = Demo(
        data=tmp_path_factory.mktemp("agencies") / "data",
        port=free_port(),
        more={"JEJAK_WEBHOOK_ALLOW": "127.0.0.1:*"},
    )
    demo.start()
    demo.await_ready()
    yield demo
    assert demo.stop() == 0


def agency_of(demo, agency, **said):
    caller = Caller(
        id=f"test-{agency.lower()}",
        role=Role.AGENCY,
        level=Level.UNIT,
        units=frozenset(),
        agency=agency,
    )
    token = issue(tokens_of(Settings(data_dir=demo.data)), caller)
    return httpx2.Client(
        base_url=f"http://127.0.0.1:{demo.port}",
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
        **said,
    )


@pytest.mark.parametrize(("row", "agency"), EXPECTED)
def test_each_agency_sees_its_fields_of_its_people_and_nothing_else(demo, plan, row, agency):
    agreement, expected = plan.agreements[row], EXPECTED[row, agency]
    with agency_of(demo, agency) as client:
        scope = client.get(f"/v1/agreements/{agreement}/scope").json()
        assert scope["standing"]["shares"] is bool(expected)
        if not expected:
            assert scope["standing"]["words"]["id"] or scope["missing"]
            for address in (f"feeds/{agreement}", f"agreements/{agreement}/records"):
                assert client.get(f"/v1/{address}").status_code == 404
            return
        # Figures are published once the read models have caught up.
        assert within(PATIENCE_SECONDS, lambda: records(client, agreement))
        listed, told = records(client, agreement), feed(client, agreement)
        exported = client.get(f"/v1/agreements/{agreement}/records.ndjson").text.splitlines()
    assert said_of(RecordKind(scope["record"]), listed.values()) == expected
    assert compacted(told) == listed
    assert len(exported) == len(listed)


@pytest.mark.parametrize(
    ("row", "agency", "figures"),
    [
        ("S2", "PEMKAB-36.04", {"population": 375, "enrolled": 115}),
        ("S3", "PEMKO-12.71", {"population": 1335, "enrolled": 45, "certified": 40}),
    ],
)
def test_a_pemda_sees_rounded_figures_of_its_own_people_and_nobody(
    demo, plan, row, agency, figures
):
    """Medan: of 2,340 at home in the city, the 1,335 or more whom the agreement names; 48 seats."""
    with agency_of(demo, agency) as client:
        assert within(PATIENCE_SECONDS, lambda: records(client, plan.agreements[row]))
        (record,) = records(client, plan.agreements[row]).values()
    lines = record["counts"]["lines"]
    whole = {one["figure"]: one["count"] for one in lines if one["by"] is None}
    assert whole | figures == whole
    assert not [one for one in lines if one["count"] is not None and one["count"] % 5]


@pytest.mark.parametrize("agency", sorted({agency for _, agency in EXPECTED}))
def test_no_agency_sees_another_agreement_or_anything_of_the_staff(demo, plan, agency):
    own = {row for row, party in EXPECTED if party == agency}
    with agency_of(demo, agency) as client:
        mine = {one["agreement"] for one in client.get("/v1/agreements").json()["items"]}
        assert mine == {plan.agreements[row] for row in own}
        for row in plan.agreements.keys() - own:
            for address in ("feeds/{}", "agreements/{}/records", "agreements/{}/scope"):
                answer = client.get(f"/v1/{address.format(plan.agreements[row])}")
                assert answer.status_code == 404
        assert client.get(f"/v1/cases/{plan.example_case}").status_code == 404
        assert client.get("/v1/cases").json()["items"] == []
        assert client.get("/v1/persons").json()["items"] == []


def test_a_service_that_is_killed_while_it_delivers_loses_nothing_and_keeps_the_order(
    demo, plan, receiver
):
    agreement = plan.agreements["S2"]
    receiver.slow = 0.02
    with agency_of(demo, "DISKAN-36.04") as client:
        before = feed(client, agreement)
        subscribed(client, agreement, receiver.url)
        assert within(PATIENCE_SECONDS, lambda: len(receiver.got) >= len(before) // 4)
        demo.kill()
        assert len(receiver.events()) < len(before), "it was killed in the middle"
        demo.start()
        demo.await_ready()
        assert within(PATIENCE_SECONDS, lambda: len(receiver.events()) >= len(before))
        after = feed(client, agreement)
        assert after[: len(before)] == before
        assert changes(receiver.events()) == changes(after)
        assert compacted(receiver.events()) == records(client, agreement)

"""The desk of an agency: agreements as they stand, records as the feed has them, and webhooks."""

import pytest
from facts import MEDAN
from partner_story import DISNAKER, agreed, caught_up, course_of, feed, name_agency, taught


@pytest.fixture
def partnership(service, medan):
    """An agreement that runs, and somebody taught under it."""
    name_agency(service.services)
    agreement = agreed(medan)
    case = taught(medan, course_of(medan, agreement), "Budi Fiktif")
    caught_up(service.services)
    return agreement, case


def test_an_agency_sees_its_agreement_as_its_feed_has_it_and_it_is_recorded(
    service, visitor, partnership
):
    agreement, case = partnership
    client = visitor_of(service, visitor)
    listed = client.get("/mitra")
    assert "berjalan, tanpa batas waktu" in listed.text
    shown = client.get(f"/mitra/{agreement}")
    (one,) = feed(service.caller("agency"), agreement)
    assert shown.status_code == 200
    assert one["subject"][:8] in shown.text
    assert one["data"]["full_name"] in shown.text
    assert case not in shown.text
    assert f"/v1/feeds/{agreement}?lastEventId=0" in shown.text
    asked = {"subject": f"case:{case}", "agency": DISNAKER}
    reads = service.caller("compliance", MEDAN).get("/v1/reads", params=asked).json()["items"]
    (record,) = [one for one in reads if one["route"] == "/mitra/{agreement}"]
    assert record["agreement"] == agreement
    assert set(record["fields"]) == set(one["data"])


def visitor_of(service, visitor):
    return visitor("agency")

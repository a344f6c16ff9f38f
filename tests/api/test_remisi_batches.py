"""A unit's list for an award day, from a dry run to the award that comes by the clock."""

from datetime import UTC, datetime, timedelta

import pytest
from batch_desk import Clock, House

EVE = datetime(2025, 8, 16, 16, 59, 59, tzinfo=UTC)
MIDNIGHT = datetime(2025, 8, 16, 17, tzinfo=UTC)
"""Midnight of 17 August in the unit's zone, WIB."""


@pytest.fixture
def house(service):
    return House(service, Clock())


def by_case(lines):
    return {(line["case"], line["kind"]): line for line in lines}


def test_a_dry_run_names_everybody_with_reasons_and_stores_nothing(house):
    adi, budi, citra, dewi = house.people()
    before = house.services.ledger.position()
    answer = house.draft(dry_run=True)
    assert answer.status_code == 200, answer.json()
    (batch,) = answer.json()["batches"]
    lines = by_case(batch["lines"])
    assert len(lines) == 8
    assert lines[adi, "umum"]["remission_days"] == 30
    assert lines[adi, "dasawarsa"]["remission_days"] == 45
    assert lines[budi, "umum"]["releases"]
    assert lines[citra, "umum"]["reasons"] == ["no_discipline_6_months"]
    assert "2025" in lines[citra, "umum"]["why"][0]
    assert "verdict_final" in lines[dewi, "umum"]["reasons"]
    assert not lines[dewi, "umum"]["included"]
    assert house.services.ledger.position() == before


def test_a_batch_goes_from_draft_to_award(house):
    adi, budi, citra, dewi = house.people()
    batch = house.drafted()
    lines = by_case(house.read(batch, "/lines")["items"])
    assert {key for key, line in lines.items() if line["standing"] == "standing"} == {
        (adi, "umum"),
        (adi, "dasawarsa"),
        (budi, "umum"),
    } | {key for key, line in lines.items() if key == (budi, "dasawarsa") and line["included"]}
    house.up_to_the_sk(batch)
    house.settle()
    assert house.read(batch)["progress"]["umum"] == {"sk_issued": 2}
    assert house.follow(EVE).recorded == 0
    assert house.read(batch)["status"] == "sk_issued"
    came = house.follow(MIDNIGHT)
    assert came.recorded > 0 and came.left == 0
    found = house.read(batch)
    assert found["status"] == "applied"
    assert [(one["kind"], one["listed"], one["applied"]) for one in found["totals"]] == [
        ("umum", 4, 2),
        ("dasawarsa", 4, len([k for k, line in lines.items() if line["included"]]) - 2),
    ]
    assert house.follow(MIDNIGHT + timedelta(hours=1)).recorded == 0

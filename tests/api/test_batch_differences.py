"""A remisi list held against what happened since its draft: who would be drafted otherwise."""

import pytest
from batch_desk import MIDNIGHT, Clock, House, by_case
from convicts import convict, judged, punished
from facts import append, assessed, event

from domain.record import StreamId


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


@pytest.fixture
def house(service):
    made = service.services
    yield House(service, Clock())
    service.services = made
    service.app.state.services = made


def version(house, case):
    return len(house.services.ledger.read(StreamId(kind="case", key=case)))


def differing(house, batch):
    """What differs, of the people of one test: others live in the same house."""
    return by_case(house.read(batch, "/differences", limit=1000)["items"])


def test_a_breach_a_verdict_a_release_and_a_newcomer_since_the_draft_are_told(house):
    adi, budi, citra, dewi = house.people()
    batch = house.drafted(kinds=["umum"])
    assert not {adi, budi, citra, dewi} & {case for case, _ in differing(house, batch)}
    house.session(batch)
    before = house.read(batch, "/lines", limit=1000)["items"]
    punished(house.wali, adi, "2025-07-20", version(house, adi))
    freed = event("custody.released", "2025-08-01", kind="bebas_murni", document="SB-1")
    assert append(house.wali, budi, freed, version=version(house, budi)).status_code == 201
    found = append(
        house.wali,
        dewi,
        *judged(1, 6),
        assessed("2025-05", day="2025-06-02"),
        version=version(house, dewi),
    )
    assert found.status_code == 201, found.json()
    eko = convict(house.wali, "Eko Fiktif")
    told = differing(house, batch)
    broken = told[adi, "umum"]
    assert (broken["change"], broken["remedy"]) == ("no_longer_eligible", "withdraw_line")
    assert [one["code"] for one in broken["criteria"]] == ["no_discipline_6_months"]
    assert "20 Juli 2025" in broken["criteria"][0]["because"]
    assert broken["criteria"][0]["event"]["type"] == "conduct.discipline_began"
    assert (broken["drafted"]["included"], broken["now"]["included"]) == (True, False)
    assert told[budi, "umum"]["change"] == "left_unit"
    assert told[budi, "umum"]["now"] is None
    assert (told[dewi, "umum"]["change"], told[dewi, "umum"]["remedy"]) == (
        "now_eligible",
        "draft_anew",
    )
    assert all(one["met"] for one in told[dewi, "umum"]["criteria"])
    assert told[dewi, "umum"]["criteria"]
    assert (told[eko, "umum"]["change"], told[eko, "umum"]["drafted"]) == ("new_in_unit", None)
    assert (citra, "umum") not in told
    auditor = house.service.caller("auditor", "RUTAN-MEDAN")
    (seen, *_) = auditor.get("/v1/reads", params={"subject": f"case:{eko}"}).json()["items"]
    assert seen["route"] == "/v1/remisi-batches/{remisi_batch_id}/differences"
    assert f"case:{citra}" not in seen["subjects"]
    assert house.read(batch, "/lines", limit=1000)["items"] == before, "nothing is changed by it"
    off = {"case": adi, "kind": "umum", "reason": "breach"}
    assert house.step(house.head, batch, "line_withdrawn", **off).status_code == 201
    assert (adi, "umum") not in differing(house, batch)


def test_after_the_sk_a_breach_is_next_years_and_another_sentence_makes_other_days(house):
    adi, budi = (convict(house.wali, name) for name in ("Adi Fiktif", "Budi Fiktif"))
    batch = house.drafted(kinds=["dasawarsa"])
    punished(house.wali, adi, "2025-07-20", version(house, adi))
    review, *_ = judged(1, 0, day="2025-07-01")
    review["data"] |= {"instance": "pk", "number": "PK/1"}
    found = append(house.wali, budi, review, version=version(house, budi))
    assert found.status_code == 201, found.json()
    told = differing(house, batch)
    assert told[budi, "dasawarsa"]["change"] == "other_days"
    assert told[budi, "dasawarsa"]["remedy"] == "change_line"
    assert (
        told[budi, "dasawarsa"]["drafted"]["remission_days"],
        told[budi, "dasawarsa"]["now"]["remission_days"],
    ) == (45, 30)
    second = house.service.caller("caseworker", "RUTAN-MEDAN", user="wali-2")
    so = {"case": budi, "kind": "dasawarsa", "included": True, "reason": "counted_again"}
    changed = house.step(second, batch, "line_changed", **so, remission_days=30)
    assert changed.status_code == 201, changed.json()
    assert (budi, "dasawarsa") not in differing(house, batch), "put so by hand already"
    house.up_to_the_sk(batch)
    told = differing(house, batch)
    assert told[adi, "dasawarsa"]["remedy"] == "next_year"
    house.follow(MIDNIGHT)
    assert house.read(batch, "/differences")["items"] == [], "a list that ended differs in nothing"

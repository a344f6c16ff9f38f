"""What a batch does when a level says no, people leave or are punished, or a case refuses."""

from datetime import UTC, datetime, timedelta

import pytest
from batch_desk import DAY, MIDNIGHT, Clock, House, by_case, code, names, told
from facts import MEDAN, append, event

from application.standing import review_of
from domain.batch_due import BATCH_SAYS_OTHERWISE
from domain.record import StreamId


@pytest.fixture
def house(service):
    return House(service, Clock())


@pytest.mark.long
def test_an_award_day_that_passed_while_the_house_was_closed_is_made_up_for_on_its_day(house):
    adi, *_ = house.people()
    batch = house.drafted(kinds=["umum"])
    house.up_to_the_sk(batch)
    came = house.follow(MIDNIGHT + timedelta(days=9))
    assert came.left == 0
    assert told(house, adi)[-1].event.effective.day.isoformat() == DAY
    assert house.read(batch)["status"] == "applied"


@pytest.mark.long
def test_a_case_that_a_level_excepts_hears_no_and_the_others_go_on(house):
    adi, budi, *_ = house.people()
    batch = house.drafted(kinds=["umum"])
    house.session(batch, except_cases=[budi])
    assert names(house, budi) == ["proposed", "decided"]
    assert not told(house, budi)[-1].event.agreed
    house.decide(house.head, batch, "kepala_upt")
    assert names(house, budi) == ["proposed", "decided"]
    assert names(house, adi) == ["proposed", "decided", "decided"]
    lines = by_case(house.read(batch, "/lines")["items"])
    assert lines[budi, "umum"]["standing"] == "turned_down"


@pytest.mark.long
def test_a_list_that_is_turned_down_is_closed_with_all_its_cases(house):
    adi, *_ = house.people()
    batch = house.drafted(kinds=["umum"])
    house.session(batch)
    assert house.decide(house.head, batch, "kepala_upt", agreed=False).status_code == 201
    assert not told(house, adi)[-1].event.agreed
    found = house.read(batch)
    assert found["status"] == "turned_down"
    assert found["totals"][0]["turned_down"] == 2
    assert code(house.decide(house.kanwil, batch, "kanwil"), 409) == "remisi_batch.turned_down"
    again = house.draft(kinds=["umum"])
    house.settle()
    assert again.json()["batches"][0]["remisi_batch_id"] != batch


@pytest.mark.long
def test_a_breach_before_the_sk_withdraws_a_line_and_one_after_it_does_not(house):
    adi, budi, *_ = house.people()
    batch = house.drafted(kinds=["umum"])
    house.session(batch)
    off = {"case": adi, "kind": "umum", "reason": "breach"}
    assert house.step(house.head, batch, "line_withdrawn", **off).status_code == 201
    assert names(house, adi) == ["proposed", "decided", "cancelled"]
    for decided in (
        house.decide(house.head, batch, "kepala_upt"),
        house.decide(house.kanwil, batch, "kanwil"),
        house.decide(house.dirjen, batch, "ditjenpas"),
        house.issue(batch),
    ):
        assert decided.status_code == 201, decided.json()
    late = house.step(house.head, batch, "line_withdrawn", **off | {"case": budi})
    assert code(late, 422) == "remisi_batch.breach_after_sk"
    house.follow(MIDNIGHT)
    (total,) = house.read(batch)["totals"]
    assert (total["withdrawn"], total["applied"], total["excluded"]) == (1, 1, 2)


@pytest.mark.long
def test_whoever_is_gone_on_the_day_gets_nothing_and_holds_nobody_up(house):
    adi, budi, *_ = house.people()
    batch = house.drafted(kinds=["umum"])
    house.up_to_the_sk(batch)
    house.clock.at = datetime(2025, 8, 12, tzinfo=UTC)
    version = len(house.services.ledger.read(StreamId(kind="case", key=adi)))
    freed = event("custody.released", "2025-08-11", kind="bebas_murni", document="SB-1")
    assert append(house.wali, adi, freed, version=version).status_code == 201
    assert house.follow(MIDNIGHT).left == 0
    assert names(house, adi)[-1] == "cancelled"
    assert names(house, budi)[-1] == "applied"
    lines = by_case(house.read(batch, "/lines")["items"])
    assert lines[adi, "umum"]["standing"] == "withdrawn"
    assert lines[adi, "umum"]["reasons"][-1] == "remisi.not_held"


def test_what_a_case_refuses_takes_its_line_off_the_list(house):
    adi, budi, *_ = house.people()
    batch = house.drafted(kinds=["umum"])
    version = len(house.services.ledger.read(StreamId(kind="case", key=adi)))
    other = event(
        "remisi.proposed",
        proposal="sendiri",
        kind="umum",
        award_day=DAY,
        remission_days=30,
        rule_set="-",
    )
    assert append(house.wali, adi, other, version=version).status_code == 201
    house.session(batch)
    assert names(house, adi) == ["proposed"]
    assert names(house, budi) == ["proposed", "decided"]
    lines = by_case(house.read(batch, "/lines")["items"])
    assert lines[adi, "umum"]["reasons"][-1] == "remisi.one_a_year"


@pytest.mark.long
def test_a_line_is_changed_by_hand_until_the_tpp_meets(house):
    adi, _, citra, _ = house.people()
    batch = house.drafted(kinds=["umum"])
    second = house.service.caller("caseworker", MEDAN, user="wali-2")
    off = {"case": adi, "kind": "umum", "included": False, "reason": "documents_missing"}
    assert house.step(second, batch, "line_changed", **off).status_code == 201
    on = {"case": citra, "kind": "umum", "included": True, "reason": "assessed_again"}
    assert code(house.step(second, batch, "line_changed", **on), 422) == "remisi_batch.no_days"
    assert house.step(second, batch, "line_changed", **on, remission_days=30).status_code == 201
    hands = house.service.caller("caseworker", MEDAN, user="wali-2")
    assert code(house.session(batch, client=hands), 409) == "remisi_batch.same_hands"
    assert house.session(batch).status_code == 201
    assert names(house, adi) == []
    assert names(house, citra) == ["proposed", "decided"]
    back = off | {"included": True, "reason": "documents_complete"}
    assert code(house.step(second, batch, "line_changed", **back), 409) == (
        "remisi_batch.recommended_already"
    )


@pytest.mark.long
def test_a_step_that_is_voided_is_looked_at_in_every_case_until_the_list_says_it_again(house):
    adi, budi, *_ = house.people()
    batch = house.drafted(kinds=["umum"])
    house.session(batch)
    house.decide(house.head, batch, "kepala_upt")
    stream = StreamId(kind="remisi-batch", key=batch)
    wrong = house.services.ledger.read(stream)[-1].event_id
    asked = house.wali.post(
        f"/v1/remisi-batches/{batch}/corrections",
        json={
            "kind": "void",
            "events": [wrong],
            "reason_code": "did_not_happen",
            "explanation": "belum diputus",
        },
        headers={"If-Match": f'"{house.read(batch)["version"]}"'},
    )
    assert asked.status_code == 201, asked.json()
    key = asked.json()["correction"]
    approved = house.kanwil.post(
        f"/v1/corrections/{key}/approval",
        json={"approve": True},
        headers={"If-Match": f'"{asked.json()["version"]}"'},
    )
    assert approved.status_code == 201, approved.json()
    assert house.read(batch)["status"] == "recommended"
    house.follow(house.clock.at)
    assert [open_items(house, case) for case in (adi, budi)] == [1, 1]
    house.services.following.follow(stream, house.clock.at)
    assert open_items(house, adi) == 1  # raised once
    second = house.service.caller("supervisor", MEDAN, user="kepala-upt-2")
    assert house.decide(second, batch, "kepala_upt").status_code == 201
    assert [open_items(house, case) for case in (adi, budi)] == [0, 0]
    assert names(house, adi) == ["proposed", "decided", "decided"]


def open_items(house, case):
    """How many items of a case say that its list says otherwise."""
    pages = house.services.ledger.read(StreamId(kind="case", key=case))
    items = review_of(pages).items.values()
    return sum(not one.resolved for one in items if one.raised.code == BATCH_SAYS_OTHERWISE)

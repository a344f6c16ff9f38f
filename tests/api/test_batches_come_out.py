"""What a list and a letter say of a release is what its day does; who put a line so is said."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from batch_desk import MIDNIGHT, Clock, House, by_case, code, told
from convicts import convict, punished
from facts import MEDAN, event

from api.batch_papers import Papers, given
from application.batch_cases import batch_in
from application.standing import review_of, standing
from domain.record import StreamId


@pytest.fixture
def house(service):
    return House(service, Clock())


def changed(house, batch, case, **said):
    second = house.service.caller("caseworker", MEDAN, user="wali-2")
    body = {"case": case, "kind": "umum", "included": True, "reason": "counted_again"}
    answer = house.step(second, batch, "line_changed", **body | said)
    assert answer.status_code == 201, answer.json()


def letter_to(house, batch, case):
    services = house.services
    caller = services.caller_of(house.wali.headers["Authorization"].split()[1])
    papers = Papers(services, caller)
    known = batch_in(batch, services.ledger.read(StreamId(kind="remisi-batch", key=batch)))
    lines = papers.by_name([one for one in given(known.state) if one.case == case])
    (award,) = papers.awards(known, lines)
    return award


def test_with_fewer_days_nobody_is_told_to_be_free_before_the_day_or_after_it(house):
    _, budi, *_ = house.people()
    batch = house.drafted(kinds=["umum"])
    line = by_case(house.read(batch, "/lines")["items"])[budi, "umum"]
    assert line["releases"], "W8: thirty days would"
    changed(house, batch, budi, remission_days=5)
    house.up_to_the_sk(batch)
    house.settle()
    for _ in ("before", "after"):
        line = by_case(house.read(batch, "/lines")["items"])[budi, "umum"]
        assert not line["releases"]
        assert house.read(batch)["kinds"][0]["releasing"] == 0
        award = letter_to(house, batch, budi)
        assert not award.releases
        assert award.expiry_after.isoformat() == "2025-09-02"
        house.follow(MIDNIGHT)
    assert told(house, budi)[-1].event.releases is False


@pytest.mark.long
def test_a_letter_counts_the_days_that_are_given_also_where_a_breach_came_in_between(house):
    adi, *_ = house.people()
    batch = house.drafted(kinds=["umum"])
    version = len(house.services.ledger.read(StreamId(kind="case", key=adi)))
    assert punished(house.wali, adi, "2025-08-01", version).status_code == 201
    house.up_to_the_sk(batch)
    house.settle()
    before = letter_to(house, batch, adi)
    house.follow(MIDNIGHT)
    house.settle()
    after = letter_to(house, batch, adi)
    assert before.expiry_after.isoformat() == "2026-07-10"
    assert (after.releases, after.expiry_after) == (before.releases, before.expiry_after)


@pytest.mark.long
def test_who_put_a_line_where_it_stands_and_why_is_said_wherever_the_list_is(house):
    adi, budi, citra, _ = house.people()
    batch = house.drafted(kinds=["umum"])
    changed(house, batch, adi, included=False, reason="documents_missing")
    changed(house, batch, citra, remission_days=30, reason="assessed_again")
    assert house.session(batch, except_cases=[budi]).status_code == 201
    lines = by_case(house.read(batch, "/lines")["items"])
    off, on, excepted = (lines[case, "umum"] for case in (adi, citra, budi))
    assert (off["standing"], off["reasons"][-1]) == ("excluded", "documents_missing")
    assert off["why"][-1] == "dokumennya belum lengkap"
    assert (off["changed_by"], off["changed_on"]) == ("wali-2", "2025-08-01")
    assert on["reasons"][-1] == "assessed_again"
    assert (excepted["standing"], excepted["excepted_by"]) == ("turned_down", "tpp")
    assert excepted["why"][-1] == "dikecualikan oleh sidang TPP"
    assert excepted["changed_by"] is None
    table = house.wali.get(f"/v1/remisi-batches/{batch}.csv").text
    assert "2025-08-01,wali-2,documents_missing" in table
    assert "dikecualikan oleh sidang TPP" in table


@pytest.mark.long
def test_a_correction_of_a_step_leaves_whose_step_it_was(house):
    house.people()
    batch = house.drafted(kinds=["umum"])
    assert house.session(batch, client=house.head).status_code == 201
    stream = StreamId(kind="remisi-batch", key=batch)
    wrong = house.services.ledger.read(stream)[-1]
    data = {"minutes": "BA-9", "members": ["a-1", "a-2"], "recommended": True, "except_cases": []}
    asked = ask_for(house, batch, wrong.event_id, data | {"by": "nobody-1", "on_behalf_of": None})
    assert asked.status_code == 422
    assert asked.json()["errors"][0]["pointer"].endswith("/by")
    asked = ask_for(house, batch, wrong.event_id, data)
    assert asked.status_code == 201, asked.json()
    approved = house.kanwil.post(
        f"/v1/corrections/{asked.json()['correction']}/approval",
        json={"approve": True},
        headers={"If-Match": f'"{asked.json()["version"]}"'},
    )
    assert approved.status_code == 201, approved.json()
    (held,) = [
        one
        for one in standing(house.services.ledger.read(stream))
        if one.event_id == wrong.event_id
    ]
    assert (held.event.minutes, held.event.by) == ("BA-9", "kepala-upt")
    assert code(house.decide(house.head, batch, "kepala_upt"), 409) == "remisi_batch.same_hands"


def ask_for(house, batch, wrong, data, named="session_held"):
    return house.wali.post(
        f"/v1/remisi-batches/{batch}/corrections",
        json={
            "kind": "correct",
            "events": [wrong],
            "event": event(f"remisi_batch.{named}", "2025-08-01", **data),
            "reason_code": "typing_error",
            "explanation": "nomor berita acara",
        },
        headers={"If-Match": f'"{house.read(batch)["version"]}"'},
    )


def test_a_key_is_one_hand_however_it_is_spelt(house):
    house.people()
    batch = house.drafted(kinds=["umum"])
    version = house.read(batch)["version"]
    said = {"minutes": "BA-1", "members": ["a-1", "a-2"], "recommended": True, "except_cases": []}
    answer = house.tpp.post(
        f"/v1/remisi-batches/{batch}/events",
        json={"events": [event("remisi_batch.session_held", "2025-08-01", **said)]},
        headers={"If-Match": f'"{version}"', "X-On-Behalf-Of": "Wali-1"},
    )
    assert code(answer, 409) == "remisi_batch.same_hands"


@pytest.mark.long
def test_an_sk_is_not_dated_after_today_also_not_by_a_correction(house):
    house.people()
    batch = house.drafted(kinds=["umum"])
    house.session(batch)
    for client, level in (
        (house.head, "kepala_upt"),
        (house.kanwil, "kanwil"),
        (house.dirjen, "ditjenpas"),
    ):
        assert house.decide(client, batch, level).status_code == 201
    said = {"sk_number": "PAS-1"}
    early = house.step(house.sk, batch, "sk_issued", **said, sk_date="2025-08-02")
    assert code(early, 422) == "remisi_batch.sk_in_future"
    assert early.json()["errors"][0]["pointer"] == "/events/0/data/sk_date"
    assert house.step(house.sk, batch, "sk_issued", **said, sk_date="2025-08-01").status_code == 201
    stream = StreamId(kind="remisi-batch", key=batch)
    issued = house.services.ledger.read(stream)[-1].event_id
    data = said | {"sk_date": "2025-08-02"}
    assert code(ask_for(house, batch, issued, data, named="sk_issued"), 422) == (
        "remisi_batch.sk_in_future"
    )


@pytest.mark.long
def test_two_who_draft_at_once_have_one_list(house):
    house.people()
    other = house.service.caller("caseworker", MEDAN, user="wali-2")
    both = Barrier(2)

    def drafted(client):
        both.wait(10)
        return house.draft(client).json()["batches"][0]

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(drafted, (house.wali, other))
    assert first["remisi_batch_id"] == second["remisi_batch_id"]
    assert sorted([first["existing"], second["existing"]]) == [False, True]
    taken = house.step(house.head, first["remisi_batch_id"], "withdrawn", reason="drafted_anew")
    assert taken.status_code == 201
    house.settle()
    anew = house.draft().json()["batches"][0]
    assert not anew["existing"]
    assert anew["remisi_batch_id"] != first["remisi_batch_id"]


def open_items(house, case):
    pages = house.services.ledger.read(StreamId(kind="case", key=case))
    return [one.raised.code for one in review_of(pages).items.values() if not one.resolved]


def breached(house, case, day):
    version = len(house.services.ledger.read(StreamId(kind="case", key=case)))
    house.clock.at = max(house.clock.at, datetime.fromisoformat(f"{day}T05:00Z"))
    assert punished(house.wali, case, day, version).status_code == 201


def test_what_is_awarded_although_a_breach_came_before_the_sk_is_looked_at(house):
    adi, budi, *_ = house.people()
    batch = house.drafted(kinds=["umum"])
    assert house.session(batch).json()["differences"] == 0
    breached(house, adi, "2025-08-01")
    steps = [
        house.decide(house.head, batch, "kepala_upt"),
        house.decide(house.kanwil, batch, "kanwil"),
        house.decide(house.dirjen, batch, "ditjenpas"),
        house.issue(batch),
    ]
    assert [one.json()["differences"] for one in steps] == [1, 1, 1, 1], "said at each step"
    breached(house, budi, "2025-08-05")  # after the SK: it counts for the next year
    house.follow(MIDNIGHT)
    assert [told(house, one)[-1].event.stored_as for one in (adi, budi)] == ["remisi.applied"] * 2
    assert open_items(house, adi) == ["remisi_assessment.otherwise"]
    assert open_items(house, budi) == []


def signed(house, batch, day):
    met = {"minutes": "BA-1", "members": ["a-1", "a-2"], "recommended": True, "except_cases": []}
    assert house.step(house.tpp, batch, "session_held", day, **met).status_code == 201
    for client, level in (
        (house.head, "kepala_upt"),
        (house.kanwil, "kanwil"),
        (house.dirjen, "ditjenpas"),
    ):
        said = {"level": level, "agreed": True, "except_cases": []}
        assert house.step(client, batch, "decided", day, **said).status_code == 201
    issued = {"sk_number": "PAS-2", "sk_date": day}
    assert house.step(house.sk, batch, "sk_issued", day, **issued).status_code == 201


@pytest.mark.long
def test_a_feast_that_is_moved_late_is_said_and_nothing_is_given_on_the_wrong_day(house):
    house.clock.at = datetime(2026, 1, 5, 3, tzinfo=UTC)
    adi = convict(house.wali, "Adi Fiktif")
    batch = house.drafted(award_day="2026-03-21", kinds=["khusus"])
    signed(house, batch, "2026-01-05")
    assert house.read(batch)["moved_feasts"] == []
    moved = event("registry.holiday_fixed", "2026-01-02", religion="islam", year=2026)
    moved["data"] |= {"day": "2026-03-20", "second_day": None, "decree": "SKB 1/2026"}
    ditjenpas = house.service.caller("supervisor", level="ditjenpas", user="dirjen-9")
    fixed = ditjenpas.post("/v1/registry/holidays", json={"events": [moved]})
    assert fixed.status_code == 201, fixed.json()
    (said,) = house.read(batch)["moved_feasts"]
    assert (said["religion"], said["days"], said["decree"]) == (
        "islam",
        ["2026-03-20"],
        "SKB 1/2026",
    )
    house.follow(datetime(2026, 3, 20, 18, tzinfo=UTC))
    assert told(house, adi)[-1].event.stored_as == "remisi.cancelled"
    line = by_case(house.read(batch, "/lines")["items"])[adi, "khusus"]
    assert (line["standing"], line["reasons"][-1]) == ("withdrawn", "remisi.another_feast")

"""A unit's list for an award day, from a dry run to the award that comes by the clock."""

from datetime import timedelta

import pytest
from batch_desk import DAY, EVE, MIDNIGHT, Clock, House, by_case, code, names, told
from convicts import convict
from facts import MEDAN, append, event

from domain.record import StreamId

pytestmark = pytest.mark.long

PEKALONGAN = "RUTAN-PEKALONGAN"


@pytest.fixture
def house(service):
    return House(service, Clock())


def test_a_dry_run_names_everybody_with_reasons_and_stores_nothing(house):
    adi, budi, citra, dewi = house.people()
    before = house.services.ledger.position()
    answer = house.draft(dry_run=True)
    assert answer.status_code == 200, answer.json()
    (batch,) = answer.json()["batches"]
    lines = by_case(batch["lines"])
    assert set(lines) == {
        (case, kind) for case in (adi, budi, citra, dewi) for kind in ("umum", "dasawarsa")
    }
    assert lines[adi, "umum"]["remission_days"] == 30  # W6
    assert lines[adi, "dasawarsa"]["remission_days"] == 45
    assert lines[budi, "umum"]["releases"]  # W8
    assert lines[citra, "umum"]["reasons"] == ["no_discipline_6_months"]  # W11
    assert "1 Juni 2025" in lines[citra, "umum"]["why"][0]
    assert "verdict_final" in lines[dewi, "umum"]["reasons"]
    assert not any(lines[one, "umum"]["included"] for one in (citra, dewi))
    assert house.services.ledger.position() == before


def test_a_batch_goes_from_draft_to_award(house):
    adi, budi, citra, dewi = house.people()
    batch = house.drafted(kinds=["umum"])
    lines = by_case(house.read(batch, "/lines")["items"])
    assert {case for (case, _), line in lines.items() if line["included"]} == {adi, budi}
    assert names(house, adi) == []  # a case says nothing before the TPP has met
    house.up_to_the_sk(batch)
    assert names(house, adi) == ["proposed", *["decided"] * 4, "sk_issued"]
    assert [page.actor.id for page in told(house, adi)] == [
        *("ketua-tpp", "ketua-tpp", "kepala-upt", "kanwil-1", "dirjen-1", "dirjen-2")
    ]
    assert names(house, citra) == names(house, dewi) == []
    house.settle()
    assert house.read(batch)["progress"] == {"umum": {"sk_issued": 2}}
    assert house.follow(EVE) == house.follow(EVE)
    assert house.follow(EVE).next_at == MIDNIGHT
    assert house.read(batch)["status"] == "sk_issued"
    came = house.follow(MIDNIGHT)
    assert came.recorded > 0
    assert came.left == 0
    found = house.read(batch)
    assert found["status"] == "applied"
    (total,) = found["totals"]
    assert total == {
        "kind": "umum",
        "listed": 4,
        "excluded": 2,
        "turned_down": 0,
        "withdrawn": 0,
        "applied": 2,
        "releasing": 1,
        "remission_days": 60,
    }
    applied = told(house, budi)[-1]
    assert applied.event.releases
    assert applied.event.effective.day.isoformat() == DAY
    assert applied.actor.id == "service"
    assert house.follow(MIDNIGHT + timedelta(hours=1)).recorded == 0


@pytest.mark.long
def test_umum_comes_before_dasawarsa_on_the_same_day(house):
    adi, budi, *_ = house.people()
    batch = house.drafted()
    house.up_to_the_sk(batch)
    house.follow(MIDNIGHT)
    given = [
        (page.event.proposal.rpartition("/")[2], page.event.releases)
        for page in told(house, adi)
        if page.event.stored_as == "remisi.applied"
    ]
    assert given == [("umum", False), ("dasawarsa", False)]
    assert names(house, budi).count("applied") == 1 + house_lines(house, batch, budi)


def test_every_step_is_somebody_elses(house):
    house.people()
    batch = house.drafted()
    assert code(house.session(batch, client=house.wali), 409) == "remisi_batch.same_hands"
    assert house.session(batch).status_code == 201
    assert house.decide(house.head, batch, "kepala_upt").status_code == 201
    kanwil = house.service.caller("supervisor", MEDAN, level="kanwil", user="kepala-upt")
    assert code(house.decide(kanwil, batch, "kanwil"), 409) == "remisi_batch.same_hands"


def test_a_step_is_taken_at_its_level(house):
    house.people()
    batch = house.drafted()
    assert code(house.session(batch, client=house.dirjen), 403) == "remisi_batch.other_level"
    house.session(batch)
    assert code(house.decide(house.kanwil, batch, "kepala_upt"), 403) == "remisi_batch.other_level"
    caseworker = house.service.caller("caseworker", MEDAN, user="wali-9")
    assert code(house.decide(caseworker, batch, "kepala_upt"), 403) == "remisi_batch.other_level"
    assert code(house.decide(house.kanwil, batch, "kanwil"), 409) == (
        "remisi_batch.level_out_of_order"
    )
    assert code(house.decide(house.head, batch, "tpp"), 422) == "remisi_batch.by_session"
    assert code(house.issue(batch, client=house.kanwil), 403) == "remisi_batch.other_level"


@pytest.mark.long
def test_who_is_on_the_list_is_nobody_elses_business(house):
    house.people()
    batch = house.drafted()
    elsewhere = house.service.caller("supervisor", PEKALONGAN)
    for path in ("", "/lines", "/events", ".csv"):
        assert elsewhere.get(f"/v1/remisi-batches/{batch}{path}").status_code == 404
    assert house.draft(elsewhere).status_code == 403
    auditor = house.service.caller("auditor", MEDAN)
    assert auditor.get(f"/v1/remisi-batches/{batch}").status_code == 200
    assert house.draft(auditor).status_code == 403


@pytest.mark.long
def test_a_list_that_is_on_its_way_is_not_drafted_twice(house):
    house.people()
    batch = house.drafted()
    house.settle()
    again = house.draft(house.head)
    assert again.status_code == 200
    (there,) = again.json()["batches"]
    assert there["existing"]
    assert there["remisi_batch_id"] == batch
    assert there["kinds"][0]["listed"] == 4
    taken = house.step(house.head, batch, "withdrawn", reason="drafted_anew")
    assert taken.status_code == 201
    house.settle()
    assert house.draft(house.head).status_code == 201


@pytest.mark.long
def test_the_same_request_sent_again_drafts_nothing_new(house):
    house.people()
    said = {"headers": {"Idempotency-Key": "daftar-1"}}
    body = {"unit": MEDAN, "award_day": DAY, "kinds": ["umum"]}
    first = house.wali.post("/v1/remisi-batches", json=body, **said)
    second = house.wali.post("/v1/remisi-batches", json=body, **said)
    assert first.status_code == 201
    assert (
        second.json()["batches"][0]["remisi_batch_id"]
        == (first.json()["batches"][0]["remisi_batch_id"])
    )


@pytest.mark.long
def test_one_call_drafts_a_list_for_every_unit_that_holds_somebody(house):
    house.people()
    other = house.service.caller("caseworker", PEKALONGAN, user="wali-3")
    convict(other, "Eko Fiktif", unit=PEKALONGAN)
    answer = house.dirjen.post("/v1/remisi-batches", json={"award_day": DAY, "kinds": ["umum"]})
    assert answer.status_code == 201, answer.json()
    made = {one["unit"]: one["remisi_batch_id"] for one in answer.json()["batches"]}
    assert made[MEDAN]
    assert made[PEKALONGAN]
    assert made["LAPAS-JAYAPURA"] is None  # nobody is held there
    assert house.read(made[MEDAN])["kinds"][0]["listed"] == 4
    assert other.get(f"/v1/remisi-batches/{made[PEKALONGAN]}").json()["status"] == "drafted"


@pytest.mark.long
def test_a_line_is_explained_criterion_by_criterion_as_it_was_drafted(house):
    adi, *_ = house.people()
    batch = house.drafted(kinds=["umum"])
    version = len(house.services.ledger.read(StreamId(kind="case", key=adi)))
    house.clock.at += timedelta(days=1)
    late = event(
        "conduct.discipline_began",
        "2025-06-10",
        measure="M-9",
        level="berat",
        offence="perkelahian",
        document="RF/9",
    )
    assert append(house.wali, adi, late, version=version).status_code == 201
    (line,) = house.read(batch, f"/lines/{adi}")["lines"]
    assert line["finding"]["eligible"]
    served = next(c for c in line["finding"]["criteria"] if c["code"] == "served_6_months")
    assert "188" in served["because"]
    assert house.wali.get(f"/v1/remisi-batches/{batch}/lines/{MEDAN}").status_code == 404


@pytest.mark.long
def test_the_list_is_a_table_and_pages(house):
    house.people()
    batch = house.drafted()
    table = house.wali.get(f"/v1/remisi-batches/{batch}.csv")
    assert table.status_code == 200
    assert len(table.text.splitlines()) == 1 + 8
    first = house.wali.get(f"/v1/remisi-batches/{batch}/lines", params={"limit": 5})
    assert len(first.json()["items"]) == 5
    rest = house.wali.get(first.links["next"]["url"])
    assert len(rest.json()["items"]) == 3
    assert "next" not in rest.links
    off = house.read(batch, "/lines", standing="excluded", kind="umum")["items"]
    assert len(off) == 2
    assert all(
        why != code for one in off for why, code in zip(one["why"], one["reasons"], strict=True)
    )
    listed = house.wali.get("/v1/remisi-batches", params={"unit": MEDAN}).json()["items"]
    house.settle()
    listed = house.wali.get("/v1/remisi-batches", params={"unit": MEDAN}).json()["items"]
    assert [one["batch"] for one in listed] == [batch]


@pytest.mark.long
def test_a_day_that_has_passed_and_kinds_of_each_persons_own_are_refused(house):
    house.people()
    assert code(house.draft(award_day="2025-07-31"), 422) == "remisi_batch.award_day_passed"
    assert code(house.draft(kinds=["tambahan"]), 422) == "remisi_batch.kind_by_itself"
    assert code(house.draft(award_day="2025-07-31", dry_run=True), 422) == (
        "remisi_batch.award_day_passed"
    )
    assert code(house.draft(house.dirjen, unit="RUTAN-TIDAK-ADA"), 422) == ("registry.unknown_unit")
    assert code(house.draft(house.dirjen, unit="LAPAS-JAYAPURA"), 409) == (
        "remisi_batch.nobody_held"
    )


def house_lines(house, batch, case):
    """How many lines of dasawarsa a case has."""
    lines = by_case(house.read(batch, "/lines")["items"])
    return int(lines[case, "dasawarsa"]["included"])

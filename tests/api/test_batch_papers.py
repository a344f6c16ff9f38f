"""A batch to keep and to hand out: who may have it, what it says, and that every reading counts."""

import io
import re
from types import SimpleNamespace

import pytest
from batch_desk import Clock, House
from facts import MEDAN
from python_calamine import CalamineWorkbook

from api.batch_papers import Papers, given
from api.routes import batch_papers
from application.batch_cases import batch_in
from domain.record import StreamId


@pytest.fixture(scope="module")
def lists(lasting_service):
    """A list of remisi umum that has its SK, and one of dasawarsa that is drafted."""
    house = House(lasting_service, Clock())
    adi, _, citra, _ = house.people()
    signed, drafted = (house.drafted(kinds=[kind]) for kind in ("umum", "dasawarsa"))
    house.up_to_the_sk(signed)
    house.settle()
    return SimpleNamespace(house=house, adi=adi, citra=citra, signed=signed, drafted=drafted)


def get(client, batch, ending, **query):
    return client.get(f"/v1/remisi-batches/{batch}{ending}", params=query)


def pages(letter):
    return len(re.findall(rb"/Type */Page\b", letter))


def rows_of(sheet):
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_the_sheet_names_everybody_on_the_list_and_not_with_reasons_in_words(lists):
    answer = get(lists.house.wali, lists.drafted, ".xlsx")
    assert answer.status_code == 200
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    rows = {row["name"]: row for row in rows_of(answer.content)}
    assert rows.keys() == {f"{name} Fiktif" for name in ("Adi", "Budi", "Citra", "Dewi")}
    assert rows["Adi Fiktif"]["remission_days"] == 45
    assert rows["Adi Fiktif"]["included"] is True
    assert rows["Citra Fiktif"]["reasons"] == "no_discipline_6_months"
    assert "disiplin" in rows["Citra Fiktif"]["why"]


def test_the_list_is_printed_at_any_step_and_letters_only_with_an_sk(lists):
    for batch in (lists.drafted, lists.signed):
        listed = get(lists.house.wali, batch, ".pdf")
        assert listed.headers["content-type"] == "application/pdf"
        assert listed.content.startswith(b"%PDF-")
    refused = get(lists.house.wali, lists.drafted, "/letters.pdf")
    assert (refused.status_code, refused.json()["code"]) == (409, "remisi_batch.no_sk")


def test_each_award_has_its_letter_and_one_person_can_have_theirs_alone(lists):
    letters = get(lists.house.wali, lists.signed, "/letters.pdf")
    assert pages(letters.content) == 2
    assert pages(get(lists.house.wali, lists.signed, "/letters.pdf", case=lists.adi).content) == 1
    none = get(lists.house.wali, lists.signed, "/letters.pdf", case=lists.citra)
    assert none.status_code == 404, "nothing was granted"


def test_letters_come_some_at_a_time_in_the_order_of_names(lists, monkeypatch):
    monkeypatch.setattr(batch_papers, "TOGETHER", 1)
    first = get(lists.house.wali, lists.signed, "/letters.pdf")
    following = first.headers["link"].removeprefix("<").partition(">")[0]
    last = lists.house.wali.get(following)
    assert [pages(one.content) for one in (first, last)] == [1, 1]
    assert "link" not in last.headers
    assert get(lists.house.wali, lists.signed, "/letters.pdf", part=3).status_code == 404


def test_a_letter_says_why_as_the_law_found_and_until_when(lists):
    services = lists.house.services
    pages = services.ledger.read(StreamId(kind="remisi-batch", key=lists.signed))
    caller = services.caller_of(lists.house.wali.headers["Authorization"].split()[1])
    papers = Papers(services, caller)
    batch = batch_in(lists.signed, pages)
    given_to = papers.by_name(given(batch.state))
    awards = {award.who.name: award for award in papers.awards(batch, given_to)}
    adis = awards["Adi Fiktif"]
    assert "Pada 17 Agustus 2025 Anda menjalani 188 hari; yang diperlukan 180 hari." in adis.reasons
    assert adis.expiry_after.isoformat() == "2026-07-10"


@pytest.mark.parametrize("ending", [".xlsx", ".pdf", "/letters.pdf"])
def test_nobody_has_the_papers_of_another_unit(lists, ending):
    stranger = lists.house.service.caller("caseworker", "RUTAN-PEKALONGAN")
    assert get(stranger, lists.signed, ending).status_code == 404
    assert get(lists.house.service.stranger(), lists.signed, ending).status_code == 401


def test_every_paper_is_a_reading_of_all_whom_it_names_and_of_what_it_shows(lists):
    for ending in (".xlsx", ".pdf", "/letters.pdf"):
        get(lists.house.wali, lists.signed, ending)
    auditor = lists.house.service.caller("auditor", MEDAN)
    reads = auditor.get("/v1/reads?limit=1000").json()["items"]
    latest = {one["route"].rpartition("}")[2]: one for one in reads if "remisi" in one["route"]}
    named = {"name", "register_text"}
    assert [
        (len(latest[ending]["subjects"]), set(latest[ending]["fields"]))
        for ending in (".xlsx", ".pdf", "/letters.pdf")
    ] == [(4, named), (4, named), (2, named | {"expiry_after", "criteria"})]

"""Lists and read models: filtered, paged, fresh enough, and safe to open in a spreadsheet."""

import csv
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from facts import admission, append, assessed, event, open_case, person

from api.lists import cell

pytestmark = pytest.mark.long


@pytest.fixture
def cases(medan):
    """Three cases, seen by the read models."""
    keys = [
        open_case(medan, "Andi Fiktif"),
        open_case(medan, "Budi Fiktif", domicile="36.04"),
        open_case(medan, '=HYPERLINK("http://x")'),
    ]
    position = append(medan, keys[0], assessed()).json()["position"]
    assert medan.get(f"/v1/cases?after={position}").status_code == 200
    return keys


def keys(answer):
    assert answer.status_code == 200, answer.text
    return {item["case"] for item in answer.json()["items"]}


def test_a_list_is_searched_by_words_and_columns(medan, cases):
    assert keys(medan.get("/v1/cases")) == set(cases)
    assert keys(medan.get("/v1/cases?q=budi")) == {cases[1]}
    assert keys(medan.get("/v1/cases?q=Fiktif+BUDI")) == {cases[1]}
    assert keys(medan.get("/v1/cases?q=nobody")) == set()
    assert keys(medan.get("/v1/cases?domicile=36.04")) == {cases[1]}
    assert keys(medan.get("/v1/cases?domicile=36.04&domicile=12.71")) == set(cases)
    assert keys(medan.get("/v1/cases?status=tahanan&unit=RUTAN-MEDAN")) == set(cases)
    assert keys(medan.get("/v1/cases?status=released")) == set()
    assert keys(medan.get("/v1/cases?presence=present&unit=RUTAN-SERANG")) == set()
    assert medan.get("/v1/cases?status=unheard").status_code == 422
    assert medan.get("/v1/cases?admitted_on=kemarin").status_code == 422


def test_a_list_goes_on_where_its_link_says(medan, cases):
    seen, address = [], "/v1/cases?limit=2&domicile=12.71&domicile=36.04"
    while address:
        answer = medan.get(address)
        seen += [item["case"] for item in answer.json()["items"]]
        link = answer.headers.get("link")
        address = link and link.removeprefix("<").partition(">")[0]
        assert link is None or link.endswith('; rel="next"')
    assert sorted(seen) == sorted(cases)
    cursor = (
        medan.get("/v1/cases?limit=1").headers["link"].partition("cursor=")[2].partition(">")[0]
    )
    assert medan.get(f"/v1/cases?limit=1&domicile=12.71&cursor={cursor}").status_code == 422


def test_an_answer_says_up_to_where_it_is_true(medan, cases):
    said = medan.get("/v1/read-models/timeline").json()
    assert said["lag"] == 0
    assert said["position"] >= len(said["items"])
    assert said["as_of"] is not None
    assert medan.get("/v1/read-models/timeline?after=999999").status_code == 422
    assert medan.get("/v1/read-models/unheard").status_code == 404
    assert medan.get("/v1/read-models/timeline?color=red").status_code == 422


def test_what_was_written_is_read_when_one_waits_for_it(medan, cases):
    said = append(medan, cases[0], assessed("2025-06", day="2025-08-02"), version=2).json()
    timeline = medan.get(f"/v1/read-models/timeline?case={cases[0]}&after={said['position']}")
    assert len(timeline.json()["items"]) == 3


def test_a_list_is_kept_as_csv_and_ndjson(medan, cases):
    sheet = medan.get("/v1/cases.csv")
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in sheet.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(sheet.text)))
    assert {row["case"] for row in rows} == set(cases)
    names = {row["name"] for row in rows}
    assert '\'=HYPERLINK("http://x")' in names
    lines = [json.loads(line) for line in medan.get("/v1/cases.ndjson").text.splitlines()]
    assert {line["case"] for line in lines} == set(cases)
    assert "movements" not in lines[0]
    one = medan.get("/v1/read-models/case_summary.csv?domicile=36.04")
    assert one.text.count("\n") == 2


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1"])
def test_no_cell_is_a_formula(text):
    assert cell(text).startswith("'")
    assert cell(f"a{text}") == f"a{text}"


def test_every_read_model_is_listed_and_answers(medan, cases):
    for one in medan.get("/v1/read-models").json()["items"]:
        answer = medan.get(f"/v1/read-models/{one['name']}")
        assert answer.status_code == 200, (one["name"], answer.text)
        assert medan.get(f"/v1/read-models/{one['name']}.csv").status_code == 200
        assert medan.get(f"/v1/read-models/{one['name']}?unheard=1").status_code == 422


def test_two_admissions_at_once_of_one_person_admit_once(medan, service):
    first = medan.post(
        "/v1/persons", json={"events": [event("person.registered", "2025-01-01", **person())]}
    ).json()
    body = {"person": {"id": first["person_id"]}, "admission": admission()}
    with ThreadPoolExecutor(4) as hands:
        answers = list(
            hands.map(lambda _: medan.post("/v1/cases", json=body).status_code, range(4))
        )
    assert sorted(answers) == [201, 409, 409, 409]


def test_the_service_says_whether_it_lives_and_how_much_it_did(service, medan, cases):
    stranger = service.stranger()
    assert stranger.get("/livez").json() == {"status": "ok"}
    assert stranger.get("/readyz").json() == {"status": "ok"}
    text = stranger.get("/metrics").text
    opened = re.search(
        r'jejak_requests_total\{method="POST",route="/v1/cases",status="201"\} (\d+)', text
    )
    assert int(opened[1]) >= 3
    assert 'jejak_projection_position{name="timeline"}' in text
    assert "Fiktif" not in text


@pytest.mark.long
@pytest.mark.parametrize("value", ["", "x", "2025-13-99", "2025-11-11", "99", "12.71", "%00", "é"])
def test_whatever_a_report_is_asked_by_it_counts_or_says_no(medan, cases, value):
    for one in medan.get("/v1/read-models").json()["items"]:
        for name in one["filters"] if one["kind"] == "report" else ():
            answer = medan.get(f"/v1/read-models/{one['name']}?{name}={value}")
            assert answer.status_code in {200, 422}, (one["name"], name, answer.text)

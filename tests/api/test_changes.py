"""Who changed what, when, on what evidence and with whose approval, within the caller's scope."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from facts import MEDAN, append, assessed, event, open_case, programme
from scenario import on
from told_corrections import DOCUMENT, WHY, Hands

from api.change_answers import ChangesAnswer
from api.diff_answers import DiffAnswer
from api.mark_answers import MarkAnswer
from application.read_models import Access, Question

PEKALONGAN, JAYAPURA = "RUTAN-PEKALONGAN", "LAPAS-JAYAPURA"
CELL = "/register/placed/cell"


@pytest.fixture(scope="module")
def service(lasting_service):
    """Each test asks for what was changed since it began."""
    return lasting_service


@pytest.fixture
def began(service):
    """When the test began."""
    return service.services.now().isoformat()


@pytest.fixture
def hands(service):
    return Hands(service.services)


@pytest.fixture
def case(medan, began):
    key = open_case(medan)
    placed = event("register.placed", "2025-03-02", block="A", cell="3")
    assert append(medan, key, placed, assessed()).status_code == 201
    return key


@pytest.fixture
def ask(service, began):
    """Ask for changes once the read models have seen everything."""

    def changes(client, **asked):
        services = service.services
        head = services.ledger.position()
        answer = client.get("/v1/changes", params={"after": head, "since": began, **asked})
        assert answer.status_code == 200, answer.json()
        return answer

    return changes


def entries(answer):
    return [one for group in answer.json()["groups"] for one in group["entries"]]


def types(answer):
    return [one["type"] for one in entries(answer)]


def test_what_was_told_is_there_newest_first_with_what_it_made_of_the_state(medan, ask, case):
    said = ask(medan, case=case)
    assert types(said) == ["conduct.assessed", "register.placed", "custody.admitted"]
    placed = entries(said)[1]
    assert placed["touched"][0]["fields"] == [
        {"field": "effective", "before": None, "after": "2025-03-02"},
        {"field": "block", "before": None, "after": "A"},
        {"field": "cell", "before": None, "after": "3"},
    ]
    assert {"pointer": CELL, "before": None, "after": "3"} in placed["differences"]
    assert (placed["correction"], placed["actor"]["id"]) == (None, "caseworker-1")
    assert said.json()["lag"] == 0


def test_what_one_exchange_changed_stands_together(medan, ask, case):
    groups = ask(medan).json()["groups"]
    together = {
        one["type"]: group["correlation_id"] for group in groups for one in group["entries"]
    }
    assert together["custody.admitted"] == together["person.registered"]
    assert together["conduct.assessed"] == together["register.placed"]
    assert together["custody.admitted"] != together["conduct.assessed"]
    assert len({group["correlation_id"] for group in groups}) == len(groups)


def test_a_correction_shows_both_values_its_evidence_and_two_people(medan, hands, ask, case):
    correction = hands.correct(hands.fact(case, "register.placed"), cell="9")
    first, *others = entries(ask(medan, case=case))
    assert first["type"] == "correction.approved"
    assert first["touched"] == [
        {
            "event_id": hands.fact(case, "register.placed").event_id,
            "href": f"/v1/events/{hands.fact(case, 'register.placed').event_id}",
            "type": "register.placed",
            "fields": [{"field": "cell", "before": "3", "after": "9"}],
        }
    ]
    assert first["differences"] == [{"pointer": CELL, "before": "3", "after": "9"}]
    said = first["correction"]
    assert (said["correction"], said["requester"], said["approver"]) == (
        correction,
        "wali-7",
        "penyelia-2",
    )
    assert (said["kind"], said["reason_code"], said["explanation"]) == (
        "correct",
        "typing_error",
        WHY,
    )
    assert said["evidence"][0]["sha256"] == DOCUMENT.sha256
    corrected = next(one for one in others if one["type"] == "register.placed")
    assert corrected["marks"][0]["correction"] == correction
    assert corrected["touched"][0]["fields"][-1]["after"] == "3"
    assert "correction.requested" not in types(ask(medan))


def test_a_line_stays_when_its_fact_is_voided_and_a_replay_says_the_same(
    service, medan, hands, ask, case
):
    hands.void(hands.fact(case, "conduct.assessed"))
    said = ask(medan, case=case)
    assert types(said)[:2] == ["correction.approved", "conduct.assessed"]
    assert entries(said)[0]["touched"][0]["fields"][0]["after"] is None
    models = service.services.read_models
    (digests,) = models.compare(["changes"])
    assert digests.live == digests.replay
    models.rebuild(["changes"])
    assert ask(medan, case=case).json()["groups"] == said.json()["groups"]


def test_a_move_is_one_group_over_both_cases(medan, hands, ask, case):
    other = open_case(medan, "Budi Kembar")
    hands.move(hands.fact(case, "conduct.assessed"), other)
    group = ask(medan).json()["groups"][0]
    told = [(one["stream"], one["type"]) for one in group["entries"]]
    assert sorted(told) == sorted(
        [
            (f"case:{case}", "correction.approved"),
            (f"case:{other}", "correction.approved"),
            (f"case:{other}", "conduct.assessed"),
        ]
    )
    assert {one["correction"]["requester"] for one in group["entries"] if one["correction"]} == {
        "wali-7"
    }


def test_each_filter_narrows(service, medan, hands, ask, case):
    open_case(medan, "Siti Fiktif")
    since = datetime.now(UTC)
    hands.correct(hands.fact(case, "register.placed"), cell="9", effective=on("2025-03-03"))
    hands.void(hands.fact(case, "conduct.assessed"))
    whole = types(ask(medan))
    assert set(types(ask(medan, type="conduct.assessed"))) == {"conduct.assessed"}
    assert types(ask(medan, since=since.isoformat())) == ["correction.approved"] * 2
    assert types(ask(medan, until=since.isoformat())) == whole[2:]
    for who in ("wali-7", "penyelia-2"):
        assert types(ask(medan, actor=who)) == ["correction.approved"] * 2
    assert "correction.approved" not in types(ask(medan, actor="caseworker-1"))
    assert types(ask(medan, actor="nobody")) == []
    assert types(ask(medan, unit=MEDAN)) == whole
    assert types(ask(medan, unit=JAYAPURA)) == []
    assert types(ask(medan, field="cell")) == ["correction.approved", "register.placed"]
    assert types(ask(medan, field=CELL)) == ["correction.approved", "register.placed"]
    assert types(ask(medan, field="/register", case=case))[-1] == "register.placed"
    assert types(ask(medan, field="score", type="correction.approved")) == ["correction.approved"]
    assert types(ask(medan, field="full_name", type="register.placed")) == []


def test_a_page_says_where_the_next_one_is(medan, hands, ask, case):
    hands.void(hands.fact(case, "conduct.assessed"))
    whole = [one["event_id"] for one in entries(ask(medan))]
    answer, found = ask(medan, limit=2), []
    while answer:
        found += [one["event_id"] for one in entries(answer)]
        more = answer.links.get("next", {}).get("url")
        answer = medan.get(more) if more else None
    assert found == whole
    assert len(whole) == len(set(whole)) > 4


def test_nobody_sees_what_changed_out_of_their_scope(service, medan, hands, ask, case):
    away = service.caller("caseworker", PEKALONGAN)
    theirs = open_case(away, "Lain Fiktif", unit=PEKALONGAN)
    assert {one["case_id"] for one in entries(ask(medan))} <= {case, None}
    assert {one["case_id"] for one in entries(ask(away))} <= {theirs, None}
    assert types(ask(away, actor="caseworker-1", unit=MEDAN)) == []
    everywhere = service.caller("auditor", level="ditjenpas")
    assert {case, theirs} <= {one["case_id"] for one in entries(ask(everywhere))}
    assert medan.get("/v1/changes", params={"case": theirs}).status_code == 404
    assert entries(ask(service.caller("auditor"))) == []
    assert entries(ask(service.caller("agency"))) == []
    assert service.caller("operator").get("/v1/changes").status_code == 403


def test_a_case_that_moved_on_takes_its_changes_with_it(service, medan, ask, case):
    proposed = event(
        "custody.transfer_proposed",
        "2025-09-01",
        transfer="T-1",
        to=PEKALONGAN,
        reason="kapasitas",
    )
    assert append(medan, case, proposed, version=3).status_code == 201
    left = event("custody.transfer_departed", "2025-09-02", transfer="T-1")
    assert append(medan, case, left, version=4).status_code == 201
    receiving = service.caller("caseworker", PEKALONGAN)
    assert "register.placed" in types(ask(receiving))
    came = event("custody.transfer_received", "2025-09-03", transfer="T-1", unit=PEKALONGAN)
    assert append(receiving, case, came, version=5).status_code == 201
    assert "register.placed" in types(ask(receiving))
    assert not {"register.placed", "person.registered"} & set(types(ask(medan)))


def test_compliance_sees_which_fields_who_and_the_hash_of_the_evidence(service, hands, ask, case):
    hands.correct(hands.fact(case, "register.placed"), cell="Rahasia")
    answer = ask(service.caller("compliance", MEDAN), case=case)
    first = entries(answer)[0]
    assert first["touched"][0]["fields"] == [{"field": "cell", "before": None, "after": None}]
    assert first["differences"] == [{"pointer": CELL, "before": None, "after": None}]
    assert first["correction"]["evidence"] == [
        {"number": None, "date": None, "sha256": DOCUMENT.sha256}
    ]
    assert first["correction"]["requester"] == "wali-7"
    for secret in ("Rahasia", "Budi", WHY):
        assert secret not in answer.text
    compliance = service.caller("compliance", MEDAN)
    assert types(ask(compliance, field=CELL)) == ["correction.approved", "register.placed"]
    probing = compliance.get("/v1/changes", params={"field": "/conduct/register_f/F-1"})
    assert probing.json()["code"] == "changes.no_such_field"


def test_what_is_shown_is_on_record(service, medan, ask, case):
    overseer = service.caller("auditor", level="ditjenpas")

    def record_of_last():
        return overseer.get("/v1/reads", params={"limit": 1}).json()["items"][0]

    ask(medan, type="custody.admitted")
    record = record_of_last()
    assert (record["route"], record["subjects"]) == ("/v1/changes", [f"case:{case}"])
    assert {"full_name", "religion", "evidence.number"} <= set(record["fields"])
    ask(service.caller("compliance", MEDAN), type="custody.admitted")
    record = record_of_last()
    assert (record["subjects"], record["fields"]) == ([f"case:{case}"], [])


def test_files_hold_all_of_them(medan, hands, ask, case, began):
    hands.correct(hands.fact(case, "register.placed"), cell="=9")
    whole = entries(ask(medan))
    file = medan.get("/v1/changes.ndjson", params={"since": began}).text
    lines = [json.loads(one) for one in file.splitlines()]
    assert lines == whole
    sheet = medan.get("/v1/changes.csv", params={"type": "correction.approved", "since": began})
    (row,) = csv.DictReader(io.StringIO(sheet.text))
    assert (row["field"], row["before"], row["after"]) == ("cell", "3", "'=9")
    assert (row["requester"], row["approver"], row["kind"]) == ("wali-7", "penyelia-2", "correct")
    assert row["correlation_id"] == whole[0]["correlation_id"]


def test_what_cannot_be_asked_is_refused_where_it_is(medan):
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert medan.get("/v1/changes", params={"until": later}).status_code == 200
    for asked, code in (
        ({"type": "unheard.of"}, "list.value"),
        ({"field": "unheard_of"}, "changes.no_such_field"),
        ({"field": "/unheard/of"}, "changes.no_such_field"),
        ({"field": "cell'"}, "changes.no_such_field"),
        ({"since": "2025-08-17"}, None),
        ({"limit": "0"}, None),
        ({"cursor": "x"}, "list.cursor"),
        ({"unheard": "1"}, "request.unknown_parameter"),
        ({"actor": "a\n"}, "list.value"),
    ):
        answer = medan.get("/v1/changes", params=asked)
        assert answer.status_code == 422, asked
        assert code in {None, answer.json()["errors"][0]["code"]}, answer.json()
    assert medan.get("/v1/changes", params={"case": "x"}).status_code == 404


def test_streams_of_other_kinds_are_there_for_those_who_told_them(service, medan, ask):
    key = medan.post("/v1/programmes", json={"events": [programme()]}).json()["programme_id"]
    assert [one["stream"] for one in entries(ask(medan))] == [f"programme:{key}"]
    assert entries(ask(service.caller("caseworker", PEKALONGAN))) == []


def test_what_each_case_is_asked_for_is_what_is_found_among_all(service, medan):
    """The newest lines of few cases are looked for case by case; it must make no difference."""
    away = service.caller("caseworker", PEKALONGAN)
    for number in range(3):
        for client, unit in ((medan, MEDAN), (away, PEKALONGAN)):
            case = open_case(client, f"Orang Fiktif {number}", unit=unit)
            assert append(client, case, assessed()).status_code == 201
    models = service.services.read_models
    assert models.wait(service.services.ledger.position(), 10)
    access = Access(everywhere=False, units=frozenset({MEDAN}))

    def rows(where, kind, after, limit):
        sought = {**where, "stream_kind": kind}
        question = Question(where=sought, words=(), after=after, limit=limit)
        return models.ask("changes", question, access).rows

    for where in ({}, {"name": ("conduct.assessed",)}, {"actor": "caseworker-1"}, {"unit": MEDAN}):
        after = None
        for limit in (1, 4, 100):
            each, among_all = (rows(where, kind, after, limit) for kind in ("case", ("case",)))
            assert each == among_all
            assert each, "and there are some"
            after = each[0][0]


def test_the_documented_answers_are_ones_that_there_may_be():
    for model in (ChangesAnswer, DiffAnswer, MarkAnswer):
        (example,) = model.model_config["json_schema_extra"]["examples"]
        model.model_validate(example)

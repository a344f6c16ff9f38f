"""`jejak export --format xes` and `ocel`, read by nothing but the standard library."""

import json
import re
from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree as ET

import psycopg
import pytest
from correcting_desk import MEDAN, opened
from databases import own_database
from fold import pages
from import_files import Jejak
from mined_store import COURSE, Mined, command_line, own_ledger, reads_kept

from api.event_logs import ALWAYS, xes
from application.process_mining import Kind, attribute_kinds, course
from domain.catalogue import EVENTS
from domain.kernel import DataClass, data_classes

SCALARS = {"string": str, "int": int, "boolean": {"true": True, "false": False}.__getitem__}
NAME = re.compile(r"[A-Za-z_][\w:.-]*")
"""`xs:Name`, as far as ours go."""


@pytest.fixture(scope="module")
def store(postgres, template):
    """One store for all tests here, which only read it."""
    with own_database(postgres, template) as database:
        yield database


@pytest.fixture(scope="module")
def mined(store):
    with own_ledger(store) as ledger:
        yield Mined(ledger)


@pytest.fixture(scope="module")
def jejak(store, tmp_path_factory):
    with command_line(store, tmp_path_factory.mktemp("logs")) as jejak:
        yield jejak


@pytest.fixture(scope="module")
def logs(jejak, mined):
    """Both logs of the whole store."""
    return {form: jejak("export", "--format", form) for form in ("xes", "ocel")}


def told(element):
    """The attributes of an XES element; a key stands once."""
    found = {}
    for one in element:
        if one.tag in {"string", "int", "boolean", "date"}:
            read = {"date": datetime.fromisoformat, **SCALARS}[one.tag]
            assert NAME.fullmatch(one.get("key"))
            assert one.get("key") not in found
            found[one.get("key")] = read(one.get("value"))
    return found


def test_an_xes_log_tells_each_case_as_a_trace_of_the_facts_that_stand(logs, mined):
    log = ET.fromstring(logs["xes"])  # noqa: S314  # our own
    assert (log.tag, log.get("xes.version")) == ("log", "1849.2016")
    parts = [one.tag for one in log]
    order = ["extension", "global", "classifier", "string", "int", "trace"]
    assert parts == sorted(parts, key=order.index), "the order that the schema has"
    traces = log.findall("trace")
    assert len(traces) == 2
    first, second = ([told(event) for event in trace.findall("event")] for trace in traces)
    assert [event["concept:name"] for event in first] == COURSE
    assert [event["concept:name"] for event in second] == ["custody.admitted"], "one was voided"
    for event in (*first, *second):
        assert event.keys() >= ALWAYS.keys()
        assert event["lifecycle:transition"] == "complete"
        assert event["org:resource"] == "ratna"
        assert event["case_unit"] == MEDAN
    assert first[0]["time:timestamp"] == datetime.fromisoformat("2024-01-10T00:00:00+07:00")
    assert (first[0]["label_id"], first[0]["effective"]) == ("Diterima di unit", "2024-01-10")
    assert first[3]["suitable"] is True
    assert first[3]["programme"] == mined.programme.key


def test_no_name_and_no_id_of_anybody_is_in_a_log(jejak, mined, logs):
    person = mined.desk.history(mined.trained).pages[0].event.person
    for log in logs.values():
        for secret in ("Budi", "Rahasia", "1990-03", "S-1/2025", "islam"):
            assert secret not in log
        for known in (mined.trained.key, mined.other.key, person):
            assert known not in log
        for page in mined.desk.history(mined.trained).pages:
            assert page.event_id not in log
    (case,) = {event["case:id"] for event in ids(logs["xes"])[:1]}
    assert case in logs["ocel"], "one pseudonym in both"
    assert logs["xes"] == jejak("export", "--format", "xes"), "and in every log of a store"


def ids(log):
    traces = ET.fromstring(log).findall("trace")  # noqa: S314  # our own
    return [{"case:id": told(trace)["concept:name"]} for trace in traces]


def test_an_object_centric_log_says_what_an_event_concerns_and_how_objects_were(logs):
    log = json.loads(logs["ocel"])
    assert list(log) == ["eventTypes", "objectTypes", "events", "objects"]
    objects = {one["id"]: one for one in log["objects"]}
    assert len(objects) == len(log["objects"])
    assert {one["type"] for one in log["objects"]} == {"case", "person", "programme", "unit"}
    declared = {
        one["name"]: {said["name"]: said["type"] for said in one["attributes"]}
        for one in (*log["eventTypes"], *log["objectTypes"])
    }
    for one in (*log["events"], *log["objects"]):
        for said in one["attributes"]:
            assert set(said) == {"name", "value"} | ({"time"} if one["id"] in objects else set())
            assert isinstance(said["value"], str), "as the published schema has it"
            assert declared[one["type"]][said["name"]] in {"string", "integer", "boolean"}
        for link in one["relationships"]:
            assert set(link) == {"objectId", "qualifier"}
            assert link["objectId"] in objects
    times = [datetime.fromisoformat(one["time"]) for one in log["events"]]
    assert times == sorted(times)
    names = [one["type"] for one in log["events"] if one["type"] in COURSE[1:]]
    assert names == COURSE[1:], "and in the order of telling within a day"
    seated = next(one for one in log["events"] if one["type"] == "skill_training.seated")
    kinds = {
        link["qualifier"]: objects[link["objectId"]]["type"] for link in seated["relationships"]
    }
    assert kinds == {
        "case": "case",
        "programme": "programme",
        "person": "person",
        "answers": "unit",
    }
    assert datetime.fromisoformat(seated["time"]).tzinfo
    assert "conduct.assessed" not in {one["type"] for one in log["events"]}, "it was voided"
    objects_tell_how_they_were_over_time_and_whose_they_are(log)


def objects_tell_how_they_were_over_time_and_whose_they_are(log):
    (held,) = [one for one in log["objects"] if one["type"] == "programme"]
    seats = [(one["value"], one["time"]) for one in held["attributes"] if one["name"] == "seated"]
    assert seats == [("0", "2025-02-01T00:00:00.000+07:00"), ("1", "2025-02-10T00:00:00.000+07:00")]
    assert held["relationships"] == [{"objectId": f"unit:{MEDAN}", "qualifier": "unit"}]
    (unit,) = [one for one in log["objects"] if one["type"] == "unit"]
    assert {one["name"]: one["value"] for one in unit["attributes"]} == {
        "kind": "rutan",
        "region": "12.71",
        "title": "Rutan Medan <I> & sekitarnya",
    }
    cases = [one for one in log["objects"] if one["type"] == "case"]
    assert [[link["qualifier"] for link in one["relationships"]] for one in cases] == [
        ["person"]
    ] * 2


def test_a_log_may_be_of_some_units_kinds_or_streams(jejak, mined):
    assert "<trace>" not in jejak("export", "--format", "xes", "--unit", "LAPAS-JAYAPURA")
    one = ("--unit", MEDAN, "--stream", mined.trained)
    assert jejak("export", "--format", "xes", *one).count("<trace>") == 1
    log = json.loads(jejak("export", "--format", "ocel", "--kind", "programme"))
    assert {one["type"] for one in log["events"]} == {
        "programme.opened",
        "programme.seat_requested",
        "programme.seated",
    }
    assert {one["type"] for one in log["objects"]} == {"programme", "case", "unit"}


@pytest.mark.parametrize(
    "words",
    [
        ("--format", "xes", "--kind", "programme"),
        ("--format", "ocel", "--kind", "referral"),
        ("--format", "ocel", "--stream", "registry:unit/A"),
        ("--format", "xes", "--read-model", "case_summary"),
        ("--format", "csv", "--unit", MEDAN),
    ],
)
def test_what_no_log_holds_is_refused_in_words(tmp_path, words):
    Jejak(tmp_path)("export", *words, status=2)


def test_whom_a_log_shows_is_recorded_once_before_it_leaves(jejak, mined, store):
    before = len(reads_kept(store))
    jejak("export", "--format", "ocel", "--kind", "case", "--output", jejak.folder / "log.json")
    (kept,) = reads_kept(store)[before:]
    assert kept["subjects"] == sorted([str(mined.trained), str(mined.other)])
    assert kept["fields"] == []
    output = jejak.folder / "second.xes"
    with psycopg.connect(store, autocommit=True) as owner:
        owner.execute("REVOKE EXECUTE ON FUNCTION ledger.record_access FROM jejak_service")
        jejak("export", "--format", "xes", "--output", output, status=1)
        owner.execute("GRANT EXECUTE ON FUNCTION ledger.record_access TO jejak_service")
    assert not output.exists()


def test_only_what_lies_in_the_open_is_an_attribute():
    for event in EVENTS:
        classes = data_classes(event)
        for name, kind in attribute_kinds(event).items():
            assert classes[name] is DataClass.NONE
            assert kind in Kind
            assert name not in {"person", "case", "sha256", "document_sha256", "documents"}


def test_what_xml_cannot_hold_is_replaced_and_the_rest_comes_back():
    danger = 'A\x00"<&>\n\tB'
    told_once = pages([("programme:1", replace(opened(1), title=danger))])
    log = ET.fromstring("".join(xes([course(told_once[0].stream, told_once, str)], 1)))  # noqa: S314
    assert told(log.find("trace/event"))["title"] == danger.replace("\x00", "\ufffd")

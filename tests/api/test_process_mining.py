"""The logs, opened by `pm4py`, which discovers from them the process that is in them.

`pm4py` is in the dependency group `mining`, which CI installs: it is heavy, and its licence (AGPL)
keeps it out of everything but this test.
"""

import json
from itertools import pairwise

import pytest
from import_files import Jejak
from mined_store import COURSE, Mined

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def pm4py():
    return pytest.importorskip(
        "pm4py", reason="needs pm4py: uv sync --inexact --group mining", exc_type=ImportError
    )


@pytest.fixture
def logs(database, ledger, tmp_path, monkeypatch):
    monkeypatch.setenv("JEJAK_DATABASE_URL", database)
    monkeypatch.setenv("JEJAK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JEJAK_MASTER_KEY", (b"k" * 32).hex())
    mined = Mined(ledger)
    for _ in range(3):
        case = mined.desk.case()
        mined.desk.train(case, mined.programme)
    jejak = Jejak(tmp_path)
    found = {form: tmp_path / f"log.{form}" for form in ("xes", "jsonocel")}
    jejak("export", "--format", "xes", "--output", found["xes"])
    jejak("export", "--format", "ocel", "--output", found["jsonocel"])
    return found


def test_the_inductive_miner_finds_the_course_of_a_training(pm4py, logs):
    log = pm4py.read_xes(str(logs["xes"]))
    assert log["case:concept:name"].nunique() == 5
    net, start, end = pm4py.discover_petri_net_inductive(log)
    assert {one.label for one in net.transitions if one.label} == set(COURSE)
    assert pm4py.fitness_token_based_replay(log, net, start, end)["log_fitness"] == 1
    follows, starts, ends = pm4py.discover_dfg(log)
    assert starts == {"custody.admitted": 5}
    assert ends == {"skill_training.attendance_certified": 4, "custody.admitted": 1}
    for before, after in pairwise(COURSE):
        assert follows[before, after] == 4
    assert "conduct.assessed" not in set(log["concept:name"]), "it was voided"


def test_an_object_centric_process_is_discovered(pm4py, logs):
    log = pm4py.read_ocel2(str(logs["jsonocel"]))
    whole = json.loads(logs["jsonocel"].read_text(encoding="utf-8"))
    assert set(log.events["ocel:eid"]) == {one["id"] for one in whole["events"]}
    assert set(log.objects["ocel:oid"]) == {one["id"] for one in whole["objects"]}
    graph = pm4py.discover_ocdfg(log)
    assert set(COURSE) <= set(graph["activities"])
    assert {"case", "programme", "person", "unit"} == set(graph["object_types"])
    steps = graph["edges"]["event_couples"]["case"]
    asked, seated, *rest = COURSE[1:]
    class_decided = ["programme.seat_requested", "programme.seated"]
    whole_way = [COURSE[0], "person.custody_began", asked, *class_decided, seated, *rest]
    assert set(steps) == set(pairwise(whole_way)), "in the order of telling within a day"
    net = pm4py.discover_oc_petri_net(log)
    assert "skill_training.seated" in net["activities"]
    seats = log.object_changes[log.object_changes["ocel:field"] == "seated"]
    assert [str(one) for one in seats["seated"]] == ["1", "2", "3", "4"]

"""The five partnerships by the real command, killed in the middle, and seen as users do."""

import json
import os
import subprocess

import httpx2
import psycopg
import pytest
from running import HOUSE, JEJAK, Demo, free_port, sessions

from api.main import issue, tokens_of
from api.tokens import Caller, Level, Role
from application.demo import demo_plan
from domain.custody import CustodyAdmitted
from domain.person import PersonRegistered
from infrastructure.postgres_tenant import wheel_binaries
from infrastructure.settings import Settings
from projections.catalogue import PROJECTIONS

pytestmark = pytest.mark.long

KILLED_AFTER = 4_000
"""Events that stand when the load is killed: about an eighth of the way."""


@pytest.fixture(scope="module")
def plan():
    return demo_plan()


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    demo = Demo(data=tmp_path_factory.mktemp("demo") / "data", port=free_port())
    demo.start()
    acknowledged = demo.kill_when_recorded(KILLED_AFTER)
    demo.start()
    demo.await_ready()
    assert demo.recorded() >= acknowledged
    yield demo
    assert demo.stop() == 0
    assert demo.still_running() == []


@pytest.fixture(scope="module")
def owner(demo):
    with psycopg.connect(demo.conninfo, autocommit=True) as connection:
        yield connection


def token(demo, role, *units):
    caller = Caller(
        id=f"test-{role.value}",
        role=role,
        level=Level.UNIT if units else Level.DITJENPAS,
        units=frozenset(units),
        agency=None,
    )
    return issue(tokens_of(Settings(data_dir=demo.data)), caller)


def client(demo, role, *units):
    return httpx2.Client(
        base_url=f"http://127.0.0.1:{demo.port}/v1",
        headers={"Authorization": f"Bearer {token(demo, role, *units)}", "Accept-Language": "en"},
        timeout=60,
    )


@pytest.fixture(scope="module")
def auditor(demo):
    with client(demo, Role.AUDITOR) as auditor:
        yield auditor


@pytest.fixture(scope="module")
def pekalongan(demo):
    with client(demo, Role.CASEWORKER, "RUTAN-PEKALONGAN") as caseworker:
        yield caseworker


def figures(auditor, agreement):
    answer = auditor.get(
        "/read-models/partnership", params={"agreement": agreement, "on": "2026-11-01"}
    )
    assert answer.status_code == 200, answer.text
    return {
        (line["basis"], line["figure"], line["value"]): line["count"]
        for line in answer.json()["items"]
    }


def lines(auditor, agreement, section):
    answer = auditor.get("/read-models/partnership", params={"agreement": agreement})
    return [line for line in answer.json()["items"] if line["section"] == section]


def test_medan_shows_its_3290_people_its_2340_at_home_and_the_48_in_three_certified_programmes(
    auditor, plan
):
    medan = figures(auditor, plan.agreements["S3"])
    assert medan["in_units", "held", None] == 3290
    assert medan["in_units", "of_domicile", "12.71"] == 2340
    assert medan["under", "certified", None] == 3
    assert medan["beside", "uncertified", None] == 7
    assert medan["under", "persons", None] == 48
    stated = lines(auditor, plan.agreements["S3"], "claims")
    assert {2340, 48, 3290} <= {line["stated"] for line in stated}
    assert {line["count"] for line in stated} == {None}


def test_serang_shows_380_people_from_the_regency_most_of_them_from_20_to_40(auditor, plan):
    serang = figures(auditor, plan.agreements["S2"])
    assert serang["in_units", "of_domicile", "36.04"] == 380
    assert serang["in_units", "of_domicile_by_age", "20-40"] > 190


def test_pekalongan_shows_three_packages_the_ceremony_the_former_and_the_referred(auditor, plan):
    audiensi = figures(auditor, plan.agreements["S1"])
    assert all(audiensi["under", "enrolled", level] > 0 for level in "ABC")
    assert audiensi["in_units", "awarded", "2025-08-17"] > 0
    kinds = {
        row["kind"]
        for row in auditor.get("/read-models/programmes").json()["items"]
        if row["unit"] == "RUTAN-PEKALONGAN"
    }
    assert {"literasi", "pertanian", "kejar_paket"} <= kinds
    pks = figures(auditor, plan.agreements["S0"])
    assert pks["under", "parties", None] == 3
    assert pks["under", "kind", "mantan_warga_binaan"] > 0
    assert pks["under", "received", None] > 0


def test_barru_is_agreed_and_not_started_and_a_plan_is_no_result(auditor, plan):
    barru = figures(auditor, plan.agreements["S4"])
    assert ("under", "status", "signed") in barru
    assert barru["under", "persons", None] == 0
    assert lines(auditor, plan.agreements["S4"], "plans")


def test_a_referred_youth_is_in_no_list_of_warga_binaan(auditor, owner):
    referred = {
        key for (key,) in owner.execute("SELECT key FROM read_model.referrals_v2").fetchall()
    }
    known = owner.execute("SELECT key, person FROM read_model.case_summary_v2").fetchall()
    assert referred
    assert referred.isdisjoint({key for row in known for key in row})
    assert auditor.get("/cases", params={"q": "Purwarupa", "limit": 1}).json()["items"]


def test_a_journey_goes_from_admission_to_a_job_still_held_after_six_months(pekalongan, plan):
    events = pekalongan.get(f"/cases/{plan.example_case}/events").json()["events"]
    names = [event["type"] for event in events]
    assert names[0] == "custody.admitted"
    for name in ("kejar_paket.enrolled", "skill_training.competence_certified", "remisi.applied"):
        assert name in names
    months = [
        event["data"]["month"]
        for event in events
        if event["type"] == "job_placement.verified" and event["data"]["still_working"]
    ]
    assert 6 in months


def test_nothing_was_lost_or_doubled_when_the_load_was_killed(owner, plan):
    ((count, last, steps, mistakes),) = owner.execute(
        "SELECT count(*), max(position),"
        " (SELECT count(*) FROM ledger.command WHERE key !~ '/(mistakes|results)/'),"
        " (SELECT count(*) FROM ledger.command WHERE key ~ '/mistakes/') FROM ledger.event"
    ).fetchall()
    assert count == last
    assert (steps, mistakes) == (plan.total, 6)
    doubled = owner.execute(
        "SELECT stream FROM ledger.event"
        " WHERE name IN ('custody.admitted@1', 'person.registered@1')"
        " GROUP BY stream HAVING count(*) > 1"
    ).fetchall()
    assert doubled == []


def test_every_read_model_equals_its_replay(demo):
    answer = demo.jejak("rebuild", "--compare", "--json")
    models = json.loads(answer.stdout)
    assert answer.returncode == 0
    assert {model["name"] for model in models} == {one.name for one in PROJECTIONS}
    assert all(model["equal"] for model in models)


def test_another_unit_sees_none_of_it(demo, plan):
    with client(demo, Role.CASEWORKER, "RUTAN-BARRU") as elsewhere:
        assert elsewhere.get(f"/cases/{plan.example_case}").status_code == 404
        assert elsewhere.get("/read-models/placements").json()["items"] == []


def test_a_second_demo_says_that_the_folder_is_in_use(demo):
    answer = demo.jejak("demo", "--once")
    assert answer.returncode == 1
    assert str(demo.data) in answer.stderr
    assert "Traceback" not in answer.stderr


def test_no_name_and_no_nik_lies_open_on_the_disk_or_in_a_dump(demo, owner, plan):
    owner.execute("CHECKPOINT")
    secrets = planted(plan)
    found = [
        (secret, str(path.relative_to(demo.data)))
        for path in demo.data.rglob("*")
        if path.is_file()
        for secret in lying_in(path.read_bytes(), secrets)
    ]
    assert found == []
    dump = subprocess.run(
        [wheel_binaries() / "pg_dump", demo.conninfo], capture_output=True, check=True
    ).stdout
    assert lying_in(dump, {b"RUTAN-MEDAN".hex()}), "what lies open is found"
    assert lying_in(dump, secrets | {secret.encode().hex() for secret in secrets}) == []


def lying_in(content, secrets):
    return [secret for secret in secrets if secret.encode() in content]


def planted(plan):
    """Some whole names and NIKs of invented people: enough to be found if any lay open."""
    secrets = set()
    for step in plan.steps[:3000]:
        for proposal in step.request.proposals:
            match proposal.event:
                case PersonRegistered(full_name=name, nik=nik):
                    secrets |= {name, nik} - {None}
                case CustodyAdmitted(full_name=name):
                    secrets.add(name)
    names = sorted(secret for secret in secrets if not secret.isdigit())
    niks = sorted(secret for secret in secrets if secret.isdigit())
    assert len(names) > 1000
    assert len(niks) > 1000
    return {*names[::50], *niks[::50]}


def test_the_readmes_session_runs_as_it_is_written(demo, tmp_path):
    readme = (HOUSE / "README.md").read_text(encoding="utf-8")
    script = sessions(readme).replace("8017", str(demo.port))
    # What `python3` means there: the environment's Python, with `run.py` made ready already.
    python = JEJAK.with_name("python")
    shim = tmp_path / "python3"
    shim.write_text(
        f'#!/bin/sh\nif [ "$1" = run.py ]; then shift; exec "{JEJAK}" "$@"; fi\n'
        f'exec "{python}" "$@"\n'
    )
    shim.chmod(0o755)
    answer = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=HOUSE,
        env=demo.environment | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert "job_placement.verified" in answer.stdout
    assert "/problems/custody.released" in answer.stdout
    assert "correction.declined" in answer.stdout
    assert '"axis":"valid"' in answer.stdout
    assert '"differences":[]' not in answer.stdout

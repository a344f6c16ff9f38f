"""Lists and reports at two times: as it was, as it was known, to the letter, within the scope."""

from datetime import UTC, datetime, timedelta

import pytest
from facts import (
    MEDAN,
    agreement,
    append,
    assessed,
    event,
    open_case,
    programme,
)
from reading import EXTENDED, ORDERED, items, kept, models, population, read, refused, told
from told_corrections import Hands

pytestmark = pytest.mark.long

PEKALONGAN = "RUTAN-PEKALONGAN"
REPORTS = ("population", "training_funnel", "partnership")


@pytest.fixture
def hands(service):
    return Hands(service.services)


@pytest.fixture
def auditor(service):
    return service.caller("auditor", level="national")


@pytest.fixture
def pekalongan(service):
    return service.caller("caseworker", PEKALONGAN)


def trained(client, case, to, version):
    """A training recorded in a case, up to its certificate of attendance."""
    said = {"programme": to}
    answer = append(
        client,
        case,
        event("skill_training.applied", "2025-02-20", **said, agreement=None),
        event(
            "skill_training.suitability_decided",
            "2025-02-21",
            **said,
            suitable=True,
            facts=[],
            reason=None,
        ),
        event(
            "skill_training.started",
            "2025-03-01",
            **said,
            trainer_kind="umkm",
            trainer_organisation="LPK Fiktif",
        ),
        event("skill_training.completed", "2025-05-30", **said),
        version=version,
    )
    assert answer.status_code == 201, answer.json()


def opened(client, kind, said):
    answer = client.post(f"/v1/{kind}s", json={"events": [said]})
    assert answer.status_code == 201, answer.json()
    return answer.json()[f"{kind}_id"]


def change(medan, hands, andi, budi):
    """Move a training, void and correct facts, and tell of two late ones."""
    pages = [one for one in hands.pages(andi) if one.event.stored_as.startswith("skill_training")]
    hands.approve(hands.ask(pages[0], "move", to=budi, events=[one.event_id for one in pages[1:]]))
    hands.void(hands.fact(andi, "conduct.assessed"))
    hands.correct(hands.fact(andi, "custody.admitted"), domicile="33.75")
    late = event("detention.extended", "2025-03-02", **EXTENDED)
    version = len(hands.pages(andi))
    assert append(medan, andi, late, version=version).status_code == 201
    open_case(medan, "Cici Fiktif", day="2025-01-05")


@pytest.mark.long
def test_a_report_is_told_to_the_letter_as_it_was_known_the_day_before(service, medan, hands):
    pks = opened(medan, "agreement", agreement())
    course = opened(
        medan, "programme", programme(agreement=pks, capacity=9) | {"effective": "2025-02-01"}
    )
    andi, budi = open_case(medan, "Andi Fiktif"), open_case(medan, "Budi Fiktif")
    append(medan, andi, assessed(), event("detention.ordered", "2025-02-10", **ORDERED))
    trained(medan, andi, course, version=3)
    auditor, before = service.caller("auditor", level="ditjenpas"), told(service)
    named = models(medan)
    answers = {
        (client, how): kept(client, named, **asked)
        for client in (medan, auditor)
        for how, asked in (("live", {}), ("then", {"known_at": before}))
    }
    bodies = {name: read(medan, name, known_at=before).text for name in named}
    for client in (medan, auditor):
        assert answers[client, "live"] == answers[client, "then"]

    change(medan, hands, andi, budi)
    told(service)

    for client in (medan, auditor):
        assert kept(client, named, known_at=before) == answers[client, "then"]
    assert {name: read(medan, name, known_at=before).text for name in named} == bodies
    now, was = kept(medan, named), answers[medan, "live"]
    changed = {"case_summary", "timeline", "detention", "training_participation", "population"}
    changed |= {"training_funnel", "partnership", "persons", "corrections", "changes"}
    assert {name for name in named if now[name] != was[name]} >= changed & set(named)
    (training,) = items(medan, "training_participation")
    assert training["case"] == budi
    (training,) = items(medan, "training_participation", known_at=before)
    assert training["case"] == andi
    assert population(medan)["domicile", "12.71"] == 2
    assert population(medan, known_at=before)["domicile", "12.71"] == 2
    assert population(medan)["total", None] == 3


def test_the_unit_that_held_somebody_then_sees_them_as_it_saw_them_then(service, medan, pekalongan):
    case = open_case(medan)
    person = medan.get(f"/v1/cases/{case}").json()["state"]["custody"]["person"]
    before, said = told(service), {"transfer": "T-1"}
    moved = append(
        medan,
        case,
        event("custody.transfer_proposed", "2025-09-01", **said, to=PEKALONGAN, reason="dekat"),
        event("custody.transfer_departed", "2025-09-02", **said),
    )
    assert moved.status_code == 201, moved.json()
    under_way = told(service)
    came = event("custody.transfer_received", "2025-09-05", **said, unit=PEKALONGAN)
    assert append(pekalongan, case, came, version=3).status_code == 201
    told(service)
    for name, key in (("case_summary", case), ("timeline", case), ("persons", person)):
        column = "person" if name == "persons" else "case"

        def seen(client, **asked):
            return key in {one[column] for one in items(client, name, **asked)}  # noqa: B023

        assert (seen(medan), seen(pekalongan)) == (False, True), name
        assert (seen(medan, known_at=before), seen(pekalongan, known_at=before)) == (True, False)
        assert seen(medan, known_at=under_way)
        assert seen(pekalongan, known_at=under_way)
        assert seen(medan, valid_at="2025-09-03")
        assert seen(pekalongan, valid_at="2025-09-03")
        assert (seen(medan, valid_at="2025-08-31"), seen(pekalongan, valid_at="2025-08-31")) == (
            True,
            False,
        ), name
    assert population(medan, known_at=before)["unit", MEDAN] == 1
    assert len(items(medan, "in_transit", known_at=under_way)) == 1
    assert items(pekalongan, "in_transit", known_at=before) == []


def test_the_unit_that_somebody_was_thought_to_be_in_still_sees_what_it_saw_then(
    service, medan, pekalongan, hands
):
    case = open_case(medan)
    before = told(service)
    hands.correct(hands.fact(case, "custody.admitted"), unit=PEKALONGAN)
    told(service)
    for name in ("case_summary", "timeline", "persons"):
        assert items(medan, name) == []
        assert items(medan, name, known_at=before), name
        assert items(pekalongan, name, known_at=before) == []
        assert items(pekalongan, name), name


def test_nobody_reads_at_another_time_what_lies_outside_of_their_scope(service, medan):
    open_case(medan)
    before = told(service)
    for caller in (
        service.caller("caseworker"),
        service.caller("caseworker", "LAPAS-JAYAPURA"),
        service.caller("auditor", "LAPAS-JAYAPURA", level="kanwil"),
    ):
        for name in ("case_summary", "persons", "timeline", "changes"):
            assert items(caller, name, known_at=before) == []


def test_a_time_that_is_none_or_to_come_or_has_no_meaning_is_refused(medan):
    ahead = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    for name in ("case_summary", "population", "corrections"):
        code = "journey.known_at_in_future"
        assert refused(medan, name, known_at=ahead) == (422, code, code)
        wrong = (422, "request.invalid", "not_a_date")
        assert refused(medan, name, known_at="kemarin") == wrong
        assert refused(medan, name, valid_at="kemarin") == wrong
        said = refused(medan, name, known_at="2025-08-01T10:00:00")
        assert said == (422, "request.invalid", "offset_missing")
        assert refused(medan, name, known_at="2025-08-01")[0] == 422
    for name, one in models(medan).items():
        if "valid_at" in one["times"]:
            assert read(medan, name, valid_at="1985-01-01").json()["valid_at"] == "1985-01-01"
        else:
            code = "read_model.no_valid_time"
            assert refused(medan, name, valid_at="2025-08-01") == (422, code, code)
    assert {"corrections", "reviews"} <= {
        name for name, one in models(medan).items() if "valid_at" not in one["times"]
    }
    twice = medan.get("/v1/cases?known_at=2025-08-01T10:00:00Z&known_at=2025-08-01T10:00:00Z")
    assert (twice.status_code, twice.json()["code"]) == (422, "list.given_twice")


def test_the_answer_says_its_times_and_the_position_that_was_known(service, medan):
    case = open_case(medan)
    position, before = service.services.ledger.position(), told(service)
    append(medan, case, assessed())
    told(service)
    said = read(medan, "timeline", known_at=before, valid_at="2025-03-01").json()
    assert said["position"] == position
    assert (said["known_at"], said["valid_at"], said["lag"]) == (before, "2025-03-01", 0)
    assert said["as_of"] == before
    now = read(medan, "timeline").json()
    assert (now["known_at"], now["valid_at"]) == (None, None)
    assert now["position"] > position
    early = read(medan, "timeline", known_at="2020-01-01T00:00:00Z").json()
    assert (early["items"], early["position"]) == ([], 0)
    for suffix in (".csv", ".ndjson"):
        kept = read(medan, "timeline", suffix, known_at=before)
        assert kept.headers["X-Known-At"] == before
        assert kept.headers["X-Position"] == str(position)
        assert "conduct.assessed" not in kept.text
        assert "conduct.assessed" in read(medan, "timeline", suffix).text


def test_a_list_at_another_time_is_filtered_searched_and_gone_through_by_pages(service, medan):
    cases = [open_case(medan, name) for name in ("Andi Fiktif", "Budi Fiktif", "Budi Rahasia")]
    before = told(service)
    for case in cases:
        gone = event("custody.released", "2025-06-01", kind="bebas_demi_hukum", document="BA/1")
        assert append(medan, case, gone).status_code == 201
    told(service)
    asked = {"known_at": before, "presence": "present"}
    assert items(medan, "case_summary", presence="present") == []
    found = medan.get("/v1/cases", params=asked | {"q": "BUDI"}).json()["items"]
    assert {one["case"] for one in found} == set(cases[1:])
    assert len(items(medan, "case_summary", **asked, domicile="33.75")) == 0
    seen, address, params = [], "/v1/cases", asked | {"limit": 2}
    while address:
        answer = medan.get(address, params=params)
        seen += [one["case"] for one in answer.json()["items"]]
        link, params = answer.headers.get("link"), None
        address = link and link.removeprefix("<").partition(">")[0]
        if address:
            cursor = address
    assert sorted(seen) == sorted(cases)
    other = cursor.replace("known_at", "valid_at")
    assert medan.get(other).json()["code"] in {"list.cursor", "request.invalid"}


def test_a_read_at_another_time_is_in_the_book_of_reads_like_any_other(service, medan):
    case = open_case(medan)
    before = told(service)
    append(medan, case, assessed())
    told(service)
    (line,) = items(medan, "case_summary", known_at=before)
    assert line["name"] == "Budi Fiktif"
    auditor = service.caller("auditor", MEDAN)
    (entry, *_) = auditor.get(f"/v1/reads?subject=case:{case}").json()["items"]
    assert entry["route"] == "/v1/read-models/case_summary"
    assert "name" in entry["fields"]


def test_whom_the_service_forgot_is_forgotten_at_every_time(service, medan):
    case = open_case(medan)
    person = medan.get(f"/v1/cases/{case}").json()["state"]["custody"]["person"]
    before = told(service)
    assert "Budi" in read(medan, "case_summary", known_at=before).text
    gone = event("custody.released", "2025-06-01", kind="bebas_murni", document="SL/1")
    assert append(medan, case, gone).status_code == 201
    done = service.caller("supervisor", MEDAN, level="kanwil").post(
        f"/v1/persons/{person}/forgetting",
        json={"basis": "requested", "decided_by": "k-7", "decision": "W2/12", "document": None},
        headers={"If-Match": '"3"'},
    )
    assert done.status_code == 201, done.json()
    told(service)
    for name in ("case_summary", "persons"):
        for asked in ({"known_at": before}, {"valid_at": "2025-03-01"}):
            (line,) = items(medan, name, **asked)
            assert (line["name"], line["birth_date"]) == (None, None)
    assert items(medan, "case_summary", known_at=before, q="budi") == []

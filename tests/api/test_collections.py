"""Programmes, agreements, referrals, persons and the registry, all in one manner."""

import pytest
from facts import MEDAN, agreement, append, event, open_case, person, programme, referral

pytestmark = pytest.mark.long

PEKALONGAN = "RUTAN-PEKALONGAN"


def agency(code, kind="dinas"):
    return event("registry.agency_named", agency=code, kind=kind, title=code, region="12.71")


def post(client, address, *events, version=None, **more):
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return client.post(address, json={"events": list(events), **more}, headers=headers)


def test_the_marks_of_a_whole_class_are_one_request(medan):
    opened = post(medan, "/v1/programmes", programme(capacity=20))
    assert opened.status_code == 201, opened.json()
    key = opened.json()["programme_id"]
    assert opened.headers["location"] == f"/v1/programmes/{key}"
    cases = [open_case(medan, f"Peserta {n} Fiktif") for n in range(3)]
    for case in cases:
        applied = event("skill_training.applied", "2025-11-05", programme=key, agreement=None)
        assert append(medan, case, applied).status_code == 201
    state = medan.get(f"/v1/programmes/{key}")
    assert state.json()["state"]["programme"]["seated"] == cases
    held = event(
        "programme.session_held",
        "2025-11-12",
        session="S-1",
        hours=2,
        marks=[{"case": case, "presence": "hadir"} for case in cases],
    )
    version = state.json()["version"]
    answer = post(medan, f"/v1/programmes/{key}/events", held, version=version)
    assert answer.status_code == 201, answer.json()
    history = medan.get(f"/v1/programmes/{key}/events").json()["events"]
    assert len(history[-1]["data"]["marks"]) == 3


def test_an_append_to_a_case_names_what_it_wrote_elsewhere(medan):
    key = post(medan, "/v1/programmes", programme()).json()["programme_id"]
    case = open_case(medan)
    applied = event("skill_training.applied", "2025-11-05", programme=key, agreement=None)
    said = append(medan, case, applied).json()
    assert said["version"] == 3
    assert [(e["stream"].partition(":")[0], e["type"]) for e in said["events"]] == [
        ("case", "skill_training.applied"),
        ("programme", "programme.seat_requested"),
        ("programme", "programme.seated"),
        ("case", "skill_training.seated"),
    ]


def test_a_programme_belongs_to_its_unit(service, medan):
    key = post(medan, "/v1/programmes", programme()).json()["programme_id"]
    other = service.caller("caseworker", PEKALONGAN)
    assert other.get(f"/v1/programmes/{key}").status_code == 404
    closed = event("programme.closed", "2025-12-01")
    assert post(other, f"/v1/programmes/{key}/events", closed, version=1).status_code == 404
    assert post(other, "/v1/programmes", programme()).status_code == 403


def test_a_programme_out_of_sight_is_none_to_apply_to(service, medan):
    other = service.caller("caseworker", PEKALONGAN)
    key = post(other, "/v1/programmes", programme(unit=PEKALONGAN)).json()["programme_id"]
    nobody = "01980f5c-7a00-7000-8000-00000000000f"
    case = open_case(medan)
    for programme_id in (key, nobody):
        applied = event("skill_training.applied", programme=programme_id, agreement=None)
        answer = append(medan, case, applied)
        assert (answer.status_code, answer.json()["code"]) == (422, "programme.not_found")
        assert answer.json()["errors"][0]["pointer"] == "/events/0/data/programme"
    unsigned = post(medan, "/v1/programmes", programme(agreement=nobody))
    assert unsigned.json()["code"] == "agreement.not_found"
    own = post(medan, "/v1/programmes", programme()).json()["programme_id"]
    asked = event("programme.seat_requested", "2025-11-12", case=nobody, domicile="12.71")
    seat = post(medan, f"/v1/programmes/{own}/events", asked, version=1)
    assert seat.json()["code"] == "case.not_found"


def test_an_agreement_is_the_units_that_it_names(service, medan):
    opened = post(medan, "/v1/agreements", agreement())
    assert opened.status_code == 201, opened.json()
    key = opened.json()["agreement_id"]
    signed = event(
        "agreement.signed", "2025-11-11", number="PKS/1", valid_from="2025-11-11", valid_until=None
    )
    assert post(medan, f"/v1/agreements/{key}/events", signed, version=1).status_code == 201
    other = service.caller("caseworker", PEKALONGAN)
    assert other.get(f"/v1/agreements/{key}").status_code == 404
    unknown = post(medan, "/v1/agreements", agreement(units=[MEDAN, "RUTAN-ANTAH"]))
    assert unknown.json()["code"] == "registry.unknown_unit"


def test_a_referral_stays_with_the_unit_that_it_was_made_to(service):
    client = service.caller("caseworker", PEKALONGAN)
    opened = post(client, "/v1/referrals", referral(unit=PEKALONGAN))
    assert opened.status_code == 201, opened.json()
    key = opened.json()["referral_id"]
    joined = event("referral.joined", activity="A-1", kind="literasi", title="Baca")
    refused = post(client, f"/v1/referrals/{key}/events", joined, version=1)
    assert refused.status_code == 409
    assert service.caller("caseworker", MEDAN).get(f"/v1/referrals/{key}").status_code == 404
    assert post(client, "/v1/referrals", referral()).status_code == 403


def test_a_person_may_be_registered_before_any_case(medan):
    registered = event("person.registered", **person())
    first = post(medan, "/v1/persons", registered)
    assert first.status_code == 201, first.json()
    likely = post(medan, "/v1/persons", registered)
    assert likely.json()["code"] == "person.likely_duplicates"
    assert likely.json()["candidates"][0]["person"] == first.json()["person_id"]
    assert post(medan, "/v1/persons", registered, is_new=True).status_code == 201


def test_what_only_follows_is_never_proposed(medan):
    key = post(medan, "/v1/persons", event("person.registered", **person())).json()["person_id"]
    began = event("person.custody_began", case=key)
    answer = post(medan, f"/v1/persons/{key}/events", began, version=1)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "unknown_type"


def test_a_stream_begins_with_what_opens_it(medan):
    answer = post(medan, "/v1/programmes", event("programme.closed"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/events/0/type"


def test_the_registry_is_a_supervisors(service, medan):
    kanwil = service.caller("supervisor", MEDAN, level="kanwil")
    named = agency("DISNAKER-12.71")
    assert post(medan, "/v1/registry/agencies", named).status_code == 403
    opened = post(kanwil, "/v1/registry/agencies", named)
    assert opened.status_code == 201, opened.json()
    assert opened.json()["agency"] == "DISNAKER-12.71"
    assert post(kanwil, "/v1/registry/agencies", named).status_code == 412
    shown = medan.get("/v1/registry/agencies/DISNAKER-12.71")
    assert shown.json()["state"]["registry"]["named"]["title"] == "DISNAKER-12.71"
    renamed = event(
        "registry.agency_named",
        "2026-01-01",
        agency="DISNAKER-12.71",
        kind="dinas",
        title="Dinas Tenaga Kerja",
        region="12.71",
    )
    address = "/v1/registry/agencies/DISNAKER-12.71/events"
    assert post(kanwil, address, renamed, version=1).status_code == 201


def test_a_unit_is_named_by_its_own_supervisor(service):
    own = service.caller("supervisor", MEDAN)
    said = {"kind": "rutan", "unit_class": "I", "title": "Rutan Kelas I Medan", "region": "12.71"}
    named = event("registry.unit_named", unit=MEDAN, **said)
    assert post(own, f"/v1/registry/units/{MEDAN}/events", named, version=1).status_code == 201
    other = event("registry.unit_named", unit="LAPAS-BARU", **said)
    assert post(own, "/v1/registry/units", other).status_code == 403
    national = service.caller("supervisor", level="ditjenpas")
    assert post(national, "/v1/registry/units", other).status_code == 201


@pytest.mark.parametrize("region", ["7309", "99.99"])
def test_a_region_code_that_is_none_is_refused(medan, region):
    answer = post(medan, "/v1/programmes", programme(eligible_domiciles=[region]))
    assert answer.status_code == 422


def test_a_key_of_another_form_is_not_found(medan):
    for key in ("1", "01980F5C-7A00-7000-8000-000000000001", "a%00b", "%ed%a0%80", "x" * 200):
        assert medan.get(f"/v1/programmes/{key}").status_code in {404, 422}

"""Results of partners over HTTP: handed in under pseudonyms, taken over or sent back by a unit."""

import pytest
from facts import MEDAN
from partner_house import LSP, SCHEME, House
from partner_house import told as told_by
from scenario import on

from application.access import Asked
from application.feeds import Audience
from domain.agreement import AgreementResumed, AgreementSuspended
from domain.registry import AgencyKind
from domain.skill_training import SKILL_TRAINING
from domain.transfer import TransferDeparted, TransferProposed, TransferReceived

pytestmark = pytest.mark.long

AGENCY, PEKALONGAN = "DISNAKER-12.71", "RUTAN-PEKALONGAN"


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


@pytest.fixture(scope="module")
def house(service):
    """A class with three learners."""
    house = House(service.services.ledger, AGENCY, AgencyKind.DINAS_KETENAGAKERJAAN)
    house.budi, house.tono = house.learner("Budi Rahasia"), house.learner("Tono Rahasia")
    house.moving = house.learner("Andi Rahasia")
    return house


@pytest.fixture
def partner(service):
    return service.caller("agency")


@pytest.fixture
def names(service, house, partner):
    """The pseudonyms of the class by their cases."""
    after = service.services.ledger.position()
    address = f"/v1/agreements/{house.agreement.key}/records"
    items = partner.get(address, params={"after": after}).json()["items"]
    feeds, audience = service.services.feeds, audience_of(house)
    return {feeds.stream_of(audience, one["subject"]): one["subject"] for one in items}


def audience_of(house):
    return Audience(agreement=house.agreement.key, agency=AGENCY)


def address(house, *more):
    return "/".join((f"/v1/programmes/{house.programme.key}/results", *more))


def finding(key, subject, result="kompeten", day="2025-06-10", **more):
    data = {"result": result, "issuer": "LSP Fiktif", "scheme": SCHEME}
    said = {"type": "skill_training.assessed", "effective": day, "data": data | more}
    return {"result": key, "subject": subject, **said}


def certificate(key, subject, number="SK-77/2025"):
    data = {
        "issuer": "LSP Fiktif",
        "scheme": SCHEME,
        "number": number,
        "level": None,
        "issued_on": "2025-06-20",
        "valid_until": "2028-06-20",
    }
    said = {"type": "skill_training.competence_certified", "effective": "2025-06-20", "data": data}
    return {"result": key, "subject": subject, **said, "evidence": [PAPER]}


PAPER = {"number": "BA-7/2025", "date": "2025-06-20", "sha256": None}


def tell(client, house, *results, **headers):
    return client.post(address(house), json={"results": list(results)}, headers=headers)


def told(client, house, *results):
    answer = tell(client, house, *results)
    assert answer.status_code == 202, answer.json()
    return [one["id"] for one in answer.json()["items"]]


def answer_to(client, house, result, **said):
    return client.post(address(house, result, "acceptance"), json=said)


def problem(answer):
    said = answer.json()
    return answer.status_code, said["code"], [one["pointer"] for one in said["errors"]]


def proofs(house, case):
    return house.desk.state(case, SKILL_TRAINING).trainings[house.programme.key].proofs


def test_results_are_told_under_pseudonyms_accepted_and_seen_by_whoever_told_them(
    house, partner, medan, names
):
    subject = names[house.budi]
    answer = tell(partner, house, finding("a-1", subject), certificate("c-1", subject))
    assert (answer.status_code, answer.headers["Location"]) == (202, address(house))
    first, second = (one["id"] for one in answer.json()["items"])
    assert {one["status"] for one in answer.json()["items"]} == {"proposed"}
    assert proofs(house, house.budi).assessed == {}
    waiting = medan.get(address(house), params={"status": "proposed"}).json()["items"]
    assert [(one["id"], one["case_id"]) for one in waiting[-2:]] == [
        (first, house.budi.key),
        (second, house.budi.key),
    ]
    assert waiting[-1]["data"]["number"] == "SK-77/2025"
    assert waiting[-1]["evidence"] == [PAPER]
    done = answer_to(medan, house, first, accepted=True)
    assert done.status_code == 201, done.json()
    assert [one["type"] for one in done.json()["events"]] == [
        "programme.result_accepted",
        "skill_training.assessed",
    ]
    done = answer_to(medan, house, second, accepted=True)
    assert done.status_code == 201
    assert set(proofs(house, house.budi).competence) == {"SK-77/2025"}
    own = partner.get(address(house, second)).json()
    assert (own["result"], own["status"]) == ("c-1", "accepted")
    hidden = ("case_id", "data", "evidence", "answered_by")
    assert {own[name] for name in hidden} == {None}
    shared = f"/v1/agreements/{house.agreement.key}/records/{subject}"
    record = partner.get(shared, params={"after": done.json()["position"]}).json()
    assert [one["number"] for one in record["data"]["certificate"]] == ["SK-77/2025"]


def test_a_rejection_needs_a_reason_and_the_partner_hears_it(house, partner, medan, names, service):
    (result,) = told(partner, house, finding("a-2", names[house.tono]))
    for said in ({"accepted": False}, {"accepted": True, "reason": "lengkap"}):
        assert problem(answer_to(medan, house, result, **said)) == (
            422,
            "partner_result.reason",
            ["/reason"],
        )
    assert answer_to(medan, house, result, accepted=False, reason="keliru").status_code == 201
    own = partner.get(address(house, result)).json()
    assert (own["status"], own["reason"]) == ("rejected", "keliru")
    kept = last_read(service)
    assert kept.agreement == house.agreement.key
    assert (kept.subjects, kept.fields) == ((str(house.tono),), ("reason",))
    assert (kept.actor.agency, kept.purpose.value) == (AGENCY, "kerja_sama")
    again = tell(partner, house, finding("a-2", names[house.tono]))
    assert (again.status_code, again.json()["items"][0]["reason"]) == (202, "keliru")
    assert last_read(service).number == kept.number + 1


def test_the_partners_key_and_the_id_in_addresses_have_names_of_their_own(
    house, partner, medan, names, service
):
    (result,) = told(partner, house, finding("n-1", names[house.tono], day="2025-06-19"))
    receipt = answer_to(medan, house, result, accepted=False, reason="keliru").json()
    assert receipt["result_id"] == result
    assert "result" not in receipt
    assert partner.get(address(house, result)).json()["result"] == "n-1"
    paths = service.app.openapi()["paths"]
    named = [path for path in paths if path.startswith("/v1/programmes/{programme_id}/results/")]
    assert sorted(named) == [
        "/v1/programmes/{programme_id}/results/{result_id}",
        "/v1/programmes/{programme_id}/results/{result_id}/acceptance",
    ]


def last_read(service):
    none = dict.fromkeys(("subjects", "units", "actor", "agency", "since", "before"))
    return service.services.access.ask(Asked(**none, limit=1))[0]


def test_what_cannot_be_is_said_with_its_place_and_nothing_is_taken(house, partner, names):
    subject = names[house.tono]
    before = len(partner.get(address(house)).json()["items"])
    wrong = certificate("x-2", subject)
    wrong["data"]["issued_on"] = "2025-07-01"
    late = problem(tell(partner, house, finding("x-1", subject), wrong))
    assert late == (422, "skill_training.issued_later", ["/results/1/data/issued_on"])
    alone = problem(tell(partner, house, certificate("x-3", subject)))
    assert alone == (409, "skill_training.not_competent", ["/results/0"])
    future = problem(tell(partner, house, finding("x-4", subject, day="2199-01-01")))
    assert future == (422, "append.effective_in_future", ["/results/0/effective"])
    assert len(partner.get(address(house)).json()["items"]) == before


def test_a_refusal_that_tells_of_somebody_is_a_read_of_them(house, partner, names, service):
    assert problem(tell(partner, house, certificate("r-1", names[house.moving])))[0] == 409
    kept = last_read(service)
    assert (kept.agreement, kept.actor.agency) == (house.agreement.key, AGENCY)
    assert kept.subjects == (str(house.moving),)
    assert kept.fields == ("certificate", "programme", "skill")
    tell(partner, house, finding("r-2", names[house.moving], day="2199-01-01"))
    assert last_read(service).number == kept.number


def test_a_guess_at_what_is_not_shared_is_answered_alike_whatever_is_recorded(service, partner):
    fields = ("full_name", "programme", "attendance", "certificate")
    kind = AgencyKind.DINAS_KETENAGAKERJAAN
    house = House(service.services.ledger, AGENCY, kind, fields)
    case = house.learner("Dewi Rahasia")
    house.desk.tell(case, house.assessed())
    after = service.services.ledger.position()
    shared = f"/v1/agreements/{house.agreement.key}/records"
    (record,) = partner.get(shared, params={"after": after}).json()["items"]
    subject = record["subject"]
    before = last_read(service).number
    never = finding("never", subject, day="2199-01-01")
    said = [
        problem(tell(partner, house, finding(f"g-{guess}", subject, result=guess), never))
        for guess in ("kompeten", "belum_kompeten")
    ]
    assert said == [(422, "append.effective_in_future", ["/results/1/effective"])] * 2
    assert last_read(service).number == before
    told(partner, house, *(finding(one, subject, one) for one in ("kompeten", "belum_kompeten")))


def test_whoever_is_not_in_scope_is_nobody_and_each_place_is_said(house, partner, names):
    nobody = "a" * 26
    session = {
        "result": "s-x",
        "subject": None,
        "type": "programme.session_held",
        "effective": "2025-03-10",
        "data": {
            "session": "s-x",
            "hours": 4,
            "marks": [
                {"subject": names[house.budi], "presence": "hadir"},
                {"subject": nobody, "presence": "hadir"},
            ],
        },
    }
    elsewhere = finding("x-5", names[house.budi], programme=house.agreement.key)
    said = problem(tell(partner, house, finding("x-6", nobody), session, elsewhere))
    assert said == (
        422,
        "partner_result.no_such_subject",
        ["/results/0/subject", "/results/1/data/marks/1/subject", "/results/2/data/programme"],
    )
    unnamed = finding("x-7", None)
    named = session | {"subject": names[house.budi]}
    assert problem(tell(partner, house, unnamed))[1] == "partner_result.whom"
    assert problem(tell(partner, house, named))[2][0] == "/results/0/subject"


def test_a_session_of_the_class_is_told_by_pseudonyms_and_recorded_by_cases(
    house, partner, medan, names
):
    marks = [
        {"subject": names[house.budi], "presence": "hadir"},
        {"subject": names[house.tono], "presence": "izin"},
    ]
    session = {
        "result": "s-1",
        "type": "programme.session_held",
        "effective": "2025-03-10",
        "data": {"session": "s-1", "hours": 4, "marks": marks},
    }
    (result,) = told(partner, house, session)
    assert answer_to(medan, house, result, accepted=True).status_code == 201
    history = medan.get(f"/v1/programmes/{house.programme.key}/events").json()["events"]
    (held,) = [one for one in history if one["type"] == "programme.session_held"]
    assert [one["case"] for one in held["data"]["marks"]] == [house.budi.key, house.tono.key]


def test_told_again_to_the_letter_it_is_one_and_otherwise_it_needs_a_key_of_its_own(
    house, partner, names
):
    subject = names[house.tono]
    (result,) = told(partner, house, finding("a-3", subject))
    assert told(partner, house, finding("a-3", subject)) == [result]
    other = finding("a-3", subject, result="belum_kompeten")
    assert problem(tell(partner, house, other)) == (
        422,
        "partner_result.key_used",
        ["/results/0/result"],
    )


def test_the_same_request_again_is_one_request(house, partner, names):
    key = {"Idempotency-Key": "mitra-1"}
    one = finding("a-4", names[house.tono], day="2025-06-12")
    first, again = (tell(partner, house, one, **key) for _ in range(2))
    assert first.json() == again.json()


@pytest.mark.parametrize("role", ["caseworker", "supervisor", "auditor", "operator", "compliance"])
def test_only_partners_tell_results(service, house, role):
    answer = tell(service.caller(role, MEDAN), house, finding("z", "a" * 26))
    assert (answer.status_code, answer.json()["code"]) == (403, "access.agencies_only")


@pytest.mark.parametrize("role", ["agency", "auditor", "operator", "compliance"])
def test_only_the_unit_answers(service, house, role, partner, names):
    (result,) = told(partner, house, finding("a-5", names[house.tono], day="2025-06-13"))
    answer = answer_to(service.caller(role, MEDAN), house, result, accepted=True)
    assert answer.status_code == 403


def test_another_unit_hears_that_there_is_none(service, house, partner, names):
    (result,) = told(partner, house, finding("a-5", names[house.tono], day="2025-06-13"))
    other = service.caller("caseworker", PEKALONGAN)
    assert answer_to(other, house, result, accepted=True).status_code == 404
    assert other.get(address(house)).status_code == 404
    assert other.get(address(house, result)).status_code == 404


def test_a_partner_sees_its_own_results_and_no_other_partys(house, partner, medan):
    (theirs,) = house.propose(told_by("l-1", house.budi, house.assessed("2025-06-18")), agency=LSP)
    assert partner.get(address(house, theirs)).status_code == 404
    own = partner.get(address(house)).json()["items"]
    assert {one["agency"] for one in own} == {AGENCY}
    assert theirs in {one["id"] for one in medan.get(address(house)).json()["items"]}


def test_a_result_is_answered_once_and_what_is_none_by_nobody(house, partner, medan, names):
    (result,) = told(partner, house, finding("a-6", names[house.tono], day="2025-06-14"))
    assert answer_to(medan, house, result, accepted=False, reason="keliru").status_code == 201
    assert problem(answer_to(medan, house, result, accepted=True))[:2] == (
        409,
        "partner_result.answered",
    )
    assert answer_to(medan, house, house.programme.key, accepted=True).status_code == 404
    assert answer_to(medan, house, "bukan-kunci", accepted=True).status_code == 404


def test_whoever_is_with_another_unit_now_is_answered_for_by_who_is_over_both(
    service, house, partner, medan, names
):
    (result,) = told(partner, house, finding("a-7", names[house.moving]))
    house.desk.tell(
        house.moving,
        TransferProposed(effective=on("2025-07-01"), transfer="T-1", to=PEKALONGAN, reason="Penuh"),
        TransferDeparted(effective=on("2025-07-02"), transfer="T-1"),
        TransferReceived(effective=on("2025-07-03"), transfer="T-1", unit=PEKALONGAN),
    )
    answer = answer_to(medan, house, result, accepted=True)
    assert (answer.status_code, answer.json()["code"]) == (403, "partner_result.case_elsewhere")
    both = service.caller("supervisor", MEDAN, PEKALONGAN, level="kanwil")
    assert answer_to(both, house, result, accepted=True).status_code == 201


def test_what_waits_is_listed_for_the_unit_by_its_code(house, partner, medan, names, service):
    (result,) = told(partner, house, finding("a-8", names[house.budi], day="2025-06-16"))
    after = service.services.ledger.position()
    rows = medan.get(
        "/v1/read-models/partner_results", params={"after": after, "status": "proposed"}
    ).json()["items"]
    (row,) = [one for one in rows if one["result"] == result]
    assert (row["unit"], row["event"], row["case"]) == (
        MEDAN,
        "skill_training.assessed",
        house.budi.key,
    )
    other = service.caller("caseworker", PEKALONGAN)
    assert other.get("/v1/read-models/partner_results").json()["items"] == []


def test_leaves_of_the_list_come_in_order_and_once_each(house, medan):
    whole = [one["id"] for one in medan.get(address(house)).json()["items"]]
    found, link = [], address(house) + "?limit=2"
    while link:
        leaf = medan.get(link)
        found += [one["id"] for one in leaf.json()["items"]]
        link = leaf.links.get("next", {}).get("url")
    assert found == whole
    assert len(whole) > 2


def test_an_agreement_that_rests_takes_nothing_and_shows_nothing(house, partner, names):
    """Last of this file: it closes the class, and opens it again."""
    (result,) = told(partner, house, finding("a-9", names[house.budi], day="2025-06-17"))
    house.desk.tell(
        house.agreement, AgreementSuspended(effective=on("2025-08-01"), reason="Pemeriksaan")
    )
    for answer in (
        tell(partner, house, finding("a-10", names[house.budi])),
        partner.get(address(house)),
        partner.get(address(house, result)),
    ):
        assert answer.status_code == 404
    house.desk.tell(house.agreement, AgreementResumed(effective=on("2025-08-02")))
    assert partner.get(address(house, result)).status_code == 200

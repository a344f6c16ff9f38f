"""The page where a unit takes over what partners propose: ticked and accepted, or sent back."""

import pytest
from facts import MEDAN
from partner_house import House, told
from scenario import on

from domain.partner_result import Paper
from domain.programme import Attendance, Mark, SessionHeld
from domain.registry import AgencyKind
from domain.skill_training import SKILL_TRAINING

pytestmark = pytest.mark.long

AGENCY, PEKALONGAN = "DISNAKER-12.71", "RUTAN-PEKALONGAN"
NOTHING_WAITS = "Tidak ada hasil yang menunggu"
PAPER = Paper(number="BA-7/2025", dated=None, sha256=None)


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


@pytest.fixture
def house(service):
    return House(service.services.ledger, AGENCY, AgencyKind.DINAS_KETENAGAKERJAAN)


@pytest.fixture
def waiting(house, caught_up):
    """A finding, and a certificate that rests on it: the case and both results."""
    case = house.learner("Budi Fiktif")
    (finding,) = house.propose(told("a-1", case, house.assessed(), PAPER))
    (paper,) = house.propose(told("c-1", case, house.certified(number="SK-77/2025")))
    caught_up()
    yield case, finding, paper
    for result, known in house.results.of(house.programme).by_id.items():
        if known.waits:
            house.reject(result)


def at(house, result):
    return f"{house.programme.key}/{result}"


def proofs(house, case):
    return house.desk.state(case, SKILL_TRAINING).trainings[house.programme.key].proofs


def test_what_waits_is_shown_with_who_told_it_and_what_speaks_against_it(visitor, house, waiting):
    case, finding, paper = waiting
    page = visitor("caseworker", MEDAN).get("/hasil-mitra").text
    for said in ("Budi Fiktif", "Mitra Fiktif", "Barbershop", "BA-7/2025", "SK-77/2025"):
        assert said in page
    assert f"/perkara/{case.key}" in page
    assert (
        page.count("Belum dapat diterima: Belum ada asesmen")
        + page.count("Belum dapat diterima: belum ada asesmen")
        == 1
    )
    assert f'name="chosen" value="{at(house, finding)}"' in page
    assert f'value="{at(house, paper)}"' not in page


def test_what_is_ticked_is_accepted_and_what_cannot_be_goes_on_waiting(visitor, house, waiting):
    case, finding, paper = waiting
    unit = visitor("caseworker", MEDAN)
    out_of_order = {"chosen": [at(house, paper), at(house, finding)]}
    page = unit.post("/hasil-mitra", data=out_of_order)
    assert page.url.path == "/hasil-mitra"
    assert "1 hasil diterima" in page.text
    assert "1 belum dapat diterima" in page.text
    assert (set(proofs(house, case).assessed), proofs(house, case).competence) == ({"Barber"}, {})
    page = unit.post("/hasil-mitra", data={"chosen": [at(house, paper)]}).text
    assert NOTHING_WAITS in page
    assert set(proofs(house, case).competence) == {"SK-77/2025"}


def test_who_ticks_nothing_is_told_so(visitor, house, waiting):
    _, finding, _ = waiting
    page = visitor("caseworker", MEDAN).post("/hasil-mitra", data={}).text
    assert "Tidak ada yang dicentang, jadi tidak ada yang diterima" in page
    assert "0 hasil diterima" not in page
    assert house.told(finding).waits


def test_a_result_is_sent_back_with_a_reason_and_not_without(visitor, house, waiting):
    case, finding, _ = waiting
    unit = visitor("caseworker", MEDAN)
    address = f"/hasil-mitra/{at(house, finding)}"
    for reason, status in (("", 422), ("\x00", 422)):
        form = {"decision": "reject", "reason": reason}
        assert unit.post(address, data=form).status_code == status
    page = unit.post(address, data={"decision": "reject", "reason": "Skemanya keliru"})
    assert page.url.path == "/hasil-mitra"
    assert at(house, finding) not in page.text
    assert house.told(finding).rejected.reason == "Skemanya keliru"
    assert proofs(house, case).assessed == {}


def test_a_session_names_who_was_there(visitor, house, caught_up):
    case = house.learner("Siti Fiktif")
    held = SessionHeld(
        effective=on("2025-03-10"),
        session="s-1",
        hours=4,
        marks=(Mark(case=case.key, presence=Attendance.HADIR),),
    )
    (result,) = house.propose(told("s-1", None, held))
    caught_up()
    page = visitor("caseworker", MEDAN).get("/hasil-mitra").text
    assert "Siti Fiktif" in page
    assert case.key not in page
    house.reject(result)


def test_an_auditor_reads_and_answers_nothing_and_others_see_nothing(visitor, house, waiting):
    _, finding, _ = waiting
    auditor = visitor("auditor", MEDAN)
    page = auditor.get("/hasil-mitra").text
    assert "SK-77/2025" in page
    assert 'name="chosen"' not in page
    assert 'name="reason"' not in page
    form = {"decision": "reject", "reason": "tidak"}
    assert auditor.post(f"/hasil-mitra/{at(house, finding)}", data=form).status_code == 403
    assert auditor.post("/hasil-mitra", data={"chosen": [at(house, finding)]}).status_code == 403
    abroad = visitor("caseworker", PEKALONGAN)
    assert NOTHING_WAITS in abroad.get("/hasil-mitra").text
    assert abroad.post(f"/hasil-mitra/{at(house, finding)}", data=form).status_code == 404
    assert house.told(finding).waits


def test_forms_of_other_sites_and_addresses_of_nothing_are_refused(visitor, house, waiting):
    _, finding, _ = waiting
    unit, foreign = visitor("caseworker", MEDAN), {"Sec-Fetch-Site": "cross-site"}
    form = {"decision": "reject", "reason": "tidak"}
    address = f"/hasil-mitra/{at(house, finding)}"
    assert unit.post(address, data=form, headers=foreign).status_code == 403
    chosen = {"chosen": [at(house, finding)]}
    assert unit.post("/hasil-mitra", data=chosen, headers=foreign).status_code == 403
    assert unit.post("/hasil-mitra", data={"chosen": ["x"]}).status_code == 404
    assert unit.post("/hasil-mitra/x/y", data=form).status_code == 404
    assert house.told(finding).waits


@pytest.mark.long
def test_it_is_answered_in_a_browser_and_enter_in_a_reason_accepts_nothing(  # noqa: PLR0913, PLR0917
    service, token, house, waiting, chromium, address
):
    case, _, _ = waiting
    service.app.state.demo_logins = [("Wali Rutan Medan", token("caseworker", MEDAN))]
    phone = {"width": 360, "height": 740}
    context = chromium.new_context(viewport=phone, locale="id-ID", base_url=address)
    page = context.new_page()
    page.goto("/masuk")
    page.get_by_role("button", name="Wali Rutan Medan").click()
    page.goto("/hasil-mitra")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_label("Terima", exact=False).check()
    page.get_by_role("button", name="Terima yang dicentang").click()
    page.wait_for_url("**/hasil-mitra?seen=*")
    assert set(proofs(house, case).assessed) == {"Barber"}
    page.get_by_label("Alasan menolak").fill("nomor sertifikat keliru")
    page.get_by_label("Alasan menolak").press("Enter")
    page.wait_for_url("**/hasil-mitra?seen=*")
    assert NOTHING_WAITS in page.content()
    context.close()
    assert proofs(house, case).competence == {}

"""The page where a second person decides: before and after, and buttons that do what they say."""

import re

import pytest
from facts import MEDAN, append, ask, asking, assessed, decide, event, open_case
from wrong_score import NOBODY, asked, scored, scores

from api.pages.labels import of_event
from domain.conduct import DisciplineEnded

PEKALONGAN = "RUTAN-PEKALONGAN"
NOTHING_WAITS = "Tidak ada koreksi yang menunggu"


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


@pytest.fixture
def waiting(medan, caught_up):
    """A case whose score is to be corrected; the case and the correction."""
    case, wrong = scored(medan)
    correction = asked(medan, case, asking(wrong, kind="correct", event=assessed(score=82)))
    caught_up()
    return case, correction


def cells(text):
    return re.findall(r"<t[hd][^>]*>(?:<span[^>]*>)?([^<]+)", text)


def test_before_and_after_stand_side_by_side_and_a_supervisor_approves(
    visitor, medan, waiting, caught_up
):
    case, correction = waiting
    supervisor = visitor("supervisor", MEDAN)
    page = supervisor.get(f"/koreksi?case={case}").text
    assert cells(page)[-3:] == ["nilai", "28", "82"]
    for said in ("Budi Fiktif", "caseworker-1", "nilai terbalik", "salah ketik", "Perbaiki isinya"):
        assert said in page
    form = {"version": "4", "decision": "approve", "because": ""}
    answer = supervisor.post(f"/koreksi/{correction}", data=form)
    assert answer.url.path == "/koreksi"
    assert correction not in answer.text
    assert NOTHING_WAITS in supervisor.get(f"/koreksi?case={case}").text
    assert scores(medan, case) == {"2025-07": 82}


def test_a_page_that_is_out_of_date_decides_nothing(visitor, medan, waiting):
    case, correction = waiting
    supervisor = visitor("supervisor", MEDAN)
    for form, status in (
        ({"version": "3", "decision": "approve"}, 412),
        ({"version": "4", "decision": "decline"}, 422),
        ({"version": "4", "decision": "decline", "because": "\x00"}, 422),
        ({"version": "4", "decision": "perhaps"}, 422),
        ({"decision": "approve"}, 422),
    ):
        answer = supervisor.post(f"/koreksi/{correction}", data=form)
        assert (answer.status_code, "<h1>" in answer.text) == (status, True), form
    assert supervisor.post(f"/koreksi/{NOBODY}", data=form | {"version": 1}).status_code == 404
    foreign = {"Sec-Fetch-Site": "cross-site"}
    form = {"version": "4", "decision": "approve"}
    for address in (f"/koreksi/{correction}", f"/koreksi/butir/{NOBODY}"):
        assert supervisor.post(address, data=form, headers=foreign).status_code == 403
    assert scores(medan, case) == {"2025-07": 28}


def test_whoever_asked_withdraws_here_and_does_not_approve(visitor, medan, waiting):
    case, correction = waiting
    own = visitor("caseworker", MEDAN)
    page = own.get(f"/koreksi?case={case}").text
    assert "Tarik" in page
    assert 'value="approve"' not in page
    form = {"version": "4", "decision": "approve"}
    assert own.post(f"/koreksi/{correction}", data=form).status_code == 403
    form = {"version": "4", "decision": "decline", "because": "keliru"}
    assert own.post(f"/koreksi/{correction}", data=form).status_code == 200
    said = medan.get(f"/v1/corrections/{correction}").json()
    assert (said["status"], said["because"]) == ("declined", "keliru")


def test_an_auditor_reads_and_decides_nothing_and_others_see_nothing(visitor, waiting):
    case, correction = waiting
    auditor = visitor("auditor", MEDAN)
    page = auditor.get(f"/koreksi?case={case}").text
    assert "nilai terbalik" in page
    assert 'name="decision"' not in page
    form = {"version": "4", "decision": "decline", "because": "tidak"}
    assert auditor.post(f"/koreksi/{correction}", data=form).status_code == 403
    abroad = visitor("supervisor", PEKALONGAN)
    assert NOTHING_WAITS in abroad.get("/koreksi").text
    assert abroad.post(f"/koreksi/{correction}", data=form).status_code == 404


def test_what_lost_its_ground_is_looked_at_here(service, visitor, medan, caught_up):
    case = open_case(medan)
    began = {"measure": "F-1", "level": "ringan", "offence": "terlambat", "document": "F/1"}
    said = (
        event("conduct.discipline_began", **began),
        event("conduct.discipline_ended", measure="F-1"),
    )
    told = append(medan, case, *said).json()["events"]
    void = asked(medan, case, asking(told[0]["event_id"]), 3)
    decide(service.caller("supervisor", MEDAN), void, 4)
    caught_up()
    unit = visitor("caseworker", MEDAN)
    page = unit.get(f"/koreksi?case={case}").text
    assert of_event(DisciplineEnded)[0] in page
    assert "Tidak ada tindakan F-1 yang sedang berjalan" in page
    item = re.search(r"/koreksi/butir/([0-9a-f-]+)", page)[1]
    form = {"version": "6", "stream": f"case:{case}", "outcome": "kept", "explanation": ""}
    assert unit.post(f"/koreksi/butir/{item}", data=form).status_code == 422
    assert unit.post(f"/koreksi/butir/{item}", data=form | {"stream": "x"}).status_code == 404
    form |= {"explanation": "memang ada"}
    assert item not in unit.post(f"/koreksi/butir/{item}", data=form).text
    assert "Tidak ada yang perlu ditinjau" in unit.get(f"/koreksi?case={case}").text
    (said,) = medan.get(f"/v1/cases/{case}/reviews").json()["reviews"]
    assert (said["status"], said["explanation"]) == ("kept", "memang ada")


def test_a_move_names_both_cases_as_far_as_the_reader_sees_them(visitor, medan, caught_up):
    case, wrong = scored(medan)
    right = open_case(medan, "Orang Lain")
    ask(medan, f"/v1/cases/{case}", asking(wrong, kind="move", to=right))
    caught_up()
    page = visitor("supervisor", MEDAN).get(f"/koreksi?case={case}").text
    assert "Orang Lain" in page
    assert f"/perkara/{right}" in page
    assert "tidak berlaku lagi di sini" in page


@pytest.mark.long
def test_it_is_decided_in_a_browser_and_enter_in_a_reason_approves_nothing(  # noqa: PLR0913, PLR0917
    service, token, medan, waiting, chromium, address
):
    case, correction = waiting
    service.app.state.demo_logins = [("Penyelia Rutan Medan", token("supervisor", MEDAN))]
    phone = {"width": 360, "height": 740}
    context = chromium.new_context(viewport=phone, locale="id-ID", base_url=address)
    page = context.new_page()
    page.goto("/masuk")
    page.get_by_role("button", name="Penyelia Rutan Medan").click()
    page.goto(f"/perkara/{case}")
    page.get_by_role("link", name="Koreksi yang menunggu").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_label("Alasan menolak").fill("buku SPPN menyebut 28")
    page.get_by_label("Alasan menolak").press("Enter")
    page.wait_for_url("**/koreksi?seen=*")
    assert page.get_by_role("status").inner_text().startswith("Keputusan Anda sudah tercatat.")
    assert medan.get(f"/v1/corrections/{correction}").json()["status"] == "declined"
    wrong = medan.get(f"/v1/cases/{case}/events").json()["events"][1]["event_id"]
    asked(medan, case, asking(wrong), version=5)
    service.services.read_models.wait(service.services.ledger.position(), 10)
    page.goto(f"/koreksi?case={case}")
    page.get_by_role("button", name="Setujui").click()
    page.wait_for_url("**/koreksi?seen=*")
    context.close()
    assert scores(medan, case) == {}

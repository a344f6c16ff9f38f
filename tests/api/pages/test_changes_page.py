"""What was corrected can be followed: on the line of a journey, and in the review of changes."""

import re

import pytest
from browsing import FAINT, NARROW, WIDE, ensure_legible, opened
from facts import MEDAN, append, event, open_case
from scenario import on
from told_corrections import DOCUMENT, WHY, Hands

from application.marks import Deed, MarkState
from domain.correction import CorrectionKind, ReasonCode

PEKALONGAN = "RUTAN-PEKALONGAN"


@pytest.fixture(scope="module")
def service(lasting_service):
    """Each test looks at a journey of its own."""
    return lasting_service


@pytest.fixture
def hands(service):
    return Hands(service.services)


@pytest.fixture
def corrected(service, medan, hands, journey, caught_up):
    """A journey with a fact of each fate."""
    other = open_case(medan, "Budi Kembar")
    moved = event("register.placed", "2025-04-01", block="Z", cell="99")
    assert append(medan, journey, moved, version=4).status_code in {200, 201}
    hands.move(hands.fact(journey, "register.placed"), other)
    placed = hands.fact(journey, "register.placed", 0)
    hands.correct(placed, cell="7", effective=on("2025-02-14"))
    hands.void(hands.fact(journey, "conduct.assessed"))
    hands.ask(hands.fact(journey, "register.domicile_recorded"), "void")
    caught_up()
    return journey, other


def step(page, event_id):
    """The part of a page that is about one event."""
    return re.search(f'id="{event_id}".*?(?=<li class|</ol>|<article|</main>)', page, re.DOTALL)[0]


def test_a_journey_strikes_out_what_does_not_stand_and_says_who_and_why(visitor, hands, corrected):
    case, other = corrected
    page = visitor("caseworker", MEDAN).get(f"/perkara/{case}").text
    voided = step(page, hands.fact(case, "conduct.assessed").event_id)
    assert "<del>Penilaian perilaku (SPPN)</del>" in voided
    assert "Dibatalkan" in voided
    assert "82" in voided
    assert WHY in voided
    assert "wali-7" in voided
    assert "penyelia-2" in voided
    placed = step(page, hands.fact(case, "register.placed", 0).event_id)
    assert "<del>3</del> <ins>7</ins>" in placed
    assert "<del>12 Feb 2025</del>" in placed
    assert "14 Feb 2025" in placed
    moved = step(page, hands.fact(case, "register.placed", 1).event_id)
    assert f'href="/perkara/{other}"' in moved
    assert "Dipindahkan ke perkara lain" in moved
    waiting = step(page, hands.fact(case, "register.domicile_recorded").event_id)
    assert "menunggu persetujuan" in waiting
    assert "<del>" not in waiting


def test_the_other_journey_says_where_it_came_from(visitor, corrected):
    case, other = corrected
    page = visitor("caseworker", MEDAN).get(f"/perkara/{other}").text
    assert "Dipindahkan ke sini" in page
    assert f'href="/perkara/{case}"' in page


def test_as_it_was_known_before_nothing_was_struck_out(visitor, hands, corrected):
    case, _ = corrected
    asked = hands.fact(case, "correction.requested", 0)
    then = asked.recorded_at.isoformat()
    page = visitor("caseworker", MEDAN).get(f"/perkara/{case}", params={"known_at": then}).text
    assert "<del>" not in page
    assert "belum diketahui pada waktu itu" not in page


def test_a_journey_without_corrections_has_no_word_of_them(visitor, journey):
    page = visitor("caseworker", MEDAN).get(f"/perkara/{journey}").text
    assert not re.search(r'<del>|<ins>|class="correction', page)


def test_changes_are_reviewed_before_and_after_and_narrowed(visitor, hands, corrected):
    case, other = corrected
    client = visitor("caseworker", MEDAN)
    page = client.get("/perubahan").text
    moved = hands.fact(other, "register.placed").event_id
    assert f'href="/perkara/{other}#{moved}"' in page
    assert "Budi Kembar" in page
    assert "3 perubahan bersama" in page
    approvals = client.get("/perubahan", params={"type": "correction.approved", "case": case})
    assert approvals.text.count("<article") == 3
    assert DOCUMENT.number in approvals.text
    by_field = client.get("/perubahan", params={"field": "cell", "case": case}).text
    assert by_field.count("<article") == 4
    assert "<del>3</del>" in by_field
    by_actor = client.get("/perubahan", params={"actor": "penyelia-2", "case": case})
    assert by_actor.text.count("<article") == 3
    assert "Tidak ada perubahan" in client.get("/perubahan", params={"actor": "nobody"}).text
    assert client.get("/perubahan", params={"since": "2199-01-01"}).status_code == 200


def test_one_event_has_an_address_that_stays(visitor, hands, corrected):
    case, _ = corrected
    fact = hands.fact(case, "conduct.assessed")
    page = visitor("caseworker", MEDAN).get(f"/perubahan/{fact.event_id}")
    assert page.text.count("<article") == 1
    assert "Sesudah itu" in page.text
    assert "Dibatalkan" in page.text
    away = visitor("caseworker", PEKALONGAN)
    for address in (f"/perubahan/{fact.event_id}", "/perubahan/x", f"/perubahan?case={case}"):
        assert away.get(address).status_code == 404
    for asked in ("type=x.y", "field=unheard_of", "since=x", "until=2025-13-01"):
        assert away.get(f"/perubahan?{asked}").status_code == 404
    assert "<article" not in away.get("/perubahan").text


def test_every_fate_is_said_in_both_languages():
    from api.pages.labels import VALUES  # noqa: PLC0415  # what follows is about these tables
    from api.pages.marking import ASKED, DEEDS, STATES  # noqa: PLC0415

    assert DEEDS.keys() == ASKED.keys() == set(Deed)
    assert STATES.keys() == set(MarkState)
    assert {one.value for kind in (CorrectionKind, ReasonCode) for one in kind} <= VALUES.keys()


@pytest.fixture
def login(service, token):
    """A button to log in by."""
    service.app.state.demo_logins = [("Petugas Rutan Medan", token("caseworker", MEDAN))]


@pytest.mark.long
@pytest.mark.usefixtures("login")
@pytest.mark.parametrize("screen", [WIDE, NARROW], ids=["wide", "narrow"])
def test_in_a_browser_it_fits_the_screen_and_keeps_its_contrast(
    chromium, address, corrected, screen, tmp_path
):
    case, _ = corrected
    with opened(chromium, address, screen) as page:
        page.goto("/masuk")
        page.get_by_role("button", name="Petugas Rutan Medan").click()
        page.get_by_role("link", name="Perubahan").click()
        page.get_by_label("Isian").fill("cell")
        page.get_by_role("button", name="Cari").click()
        places = (page.url, f"/perkara/{case}", f"/perkara/{case}?bahasa=en", "/perubahan")
        for number, place in enumerate(places):
            page.wait_for_load_state("networkidle")  # what leaving breaks off would be a complaint
            page.goto(place)
            ensure_legible(page, screen)
            assert page.evaluate(FAINT) == []
            assert page.screenshot(path=tmp_path / f"{number}.png", full_page=True)

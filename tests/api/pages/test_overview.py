"""What is counted for whom, and what is kept apart from it."""

from datetime import UTC, datetime, timedelta

import pytest
from facts import MEDAN, append, event, open_case

pytestmark = pytest.mark.long

PEKALONGAN = "RUTAN-PEKALONGAN"


def test_an_overview_counts_within_the_callers_scope(visitor, medan, service, caught_up):
    open_case(medan)
    open_case(service.caller("caseworker", PEKALONGAN), "Sari Fiktif", unit=PEKALONGAN)
    caught_up()
    everybody = visitor("auditor", level="ditjenpas").get("/").text
    assert "Rutan-Medan" in everybody
    assert "Rutan-Pekalongan" in everybody
    own = visitor("caseworker", MEDAN).get("/").text
    assert "Rutan-Medan" in own
    assert "Rutan-Pekalongan" not in own
    assert "1 tahanan" in own


def test_a_token_without_units_sees_nothing(visitor, journey, agreement, caught_up):
    caught_up()
    page = visitor("caseworker").get("/").text
    assert "Belum ada kemitraan" in page
    assert "Rutan-Medan" not in page


def test_a_partnership_shows_its_stage_and_keeps_plans_apart(visitor, agreement, caught_up):
    caught_up()
    page = visitor("caseworker", MEDAN).get("/").text
    assert "PKS pelatihan bersertifikat" in page
    assert 'aria-current="step"><span>Diusulkan' in page
    counted, said = page.split("Rencana dan klaim, bukan hasil")[::-1]
    assert "2.340" in counted, "what follows the heading of what was only said"
    assert "2.340" not in said


def test_an_overview_says_up_to_where_it_is_true(visitor, journey, caught_up, service):
    caught_up()
    page = visitor("caseworker", MEDAN).get("/").text
    head = max(one.head for one in service.services.read_models.progress())
    assert f"Sampai posisi <b>{head}</b>" in page


def test_what_was_counted_is_counted_anew_once_something_was_told(visitor, medan, caught_up):
    client = visitor("caseworker", MEDAN)
    open_case(medan)
    caught_up()
    assert "1 tahanan" in client.get("/").text
    open_case(medan, "Sari Fiktif")
    caught_up()
    assert "2 tahanan" in client.get("/").text


def test_no_name_is_on_the_overview(visitor, journey, caught_up):
    caught_up()
    assert "Budi" not in visitor("caseworker", MEDAN).get("/").text


def test_an_overview_of_another_time_counts_as_it_was_and_as_it_was_known(
    visitor, medan, caught_up
):
    client = visitor("caseworker", MEDAN)
    case = open_case(medan)
    caught_up()
    before = datetime.now(UTC).isoformat()
    freed = event("custody.released", "2025-06-01", kind="bebas_demi_hukum", document="BA/1")
    assert append(medan, case, freed).status_code == 201
    caught_up()
    for asked, held in (
        ({}, False),
        ({"known_at": before}, True),
        ({"valid_at": "2025-05-31"}, True),
        ({"valid_at": "2025-06-01"}, False),
        ({"valid_at": "2025-06-01", "known_at": before}, True),
        ({"valid_at": "2025-01-01"}, False),
    ):
        page = client.get("/", params=asked)
        assert page.status_code == 200
        assert ("1 tahanan" in page.text) is held, asked
    ahead = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    for asked in ({"known_at": "kemarin"}, {"valid_at": "2025-13-01"}, {"known_at": ahead}):
        refused = client.get("/", params=asked)
        assert refused.status_code == 422
        assert 'role="alert"' in refused.text

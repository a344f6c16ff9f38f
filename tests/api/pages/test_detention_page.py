"""The clock of detention on a page: what presses first, in words that can be read aloud."""

import csv
import io
from datetime import timedelta

import pytest
from facts import MEDAN, append, event, open_case

from domain.time import Zone

PATH = "/penahanan"


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


@pytest.fixture
def detained(service, medan, caught_up):
    """Detain somebody whose first term began so many days ago."""

    def made(name, days):
        today = service.services.now().astimezone(Zone.WIB.offset).date()
        since = today - timedelta(days=days)
        case = open_case(medan, name, day=since.isoformat())
        order = {
            "stage": "penyidik",
            "form": "rutan",
            "authority": "Polrestabes Medan",
            "order_number": "SP.Han/88",
            "order_date": since.isoformat(),
            "starts": since.isoformat(),
            "until": (since + timedelta(days=19)).isoformat(),
            "legal_basis": "UU 20/2025 art. 102",
        }
        answer = append(medan, case, event("detention.ordered", since.isoformat(), **order))
        assert answer.status_code == 201
        caught_up()
        return case

    return made


def test_what_presses_stands_first_and_is_said_in_words(visitor, detained):
    over = detained("Andi Fiktif", 22)
    last = detained("Budi Fiktif", 19)
    calm = detained("Citra Fiktif", 2)
    client = visitor("caseworker", MEDAN)
    page = client.get(PATH).text
    assert page.index(over) < page.index(last)
    assert calm not in page
    for said in ("Andi Fiktif", "lewat 3 hari", "perpanjangan yang dimungkinkan", "hari terakhir"):
        assert said in page
    assert "tidak ada lagi dasar untuk menahan Anda (3 hari)" in page
    later = client.get(PATH, params={"level": "in_time"}).text
    assert calm in later
    assert "17 hari lagi" in later
    assert over not in later


def test_it_is_another_clock_on_another_day(visitor, service, detained):
    case = detained("Dewi Fiktif", 22)
    today = service.services.now().astimezone(Zone.WIB.offset).date()
    then = {"valid_at": (today - timedelta(days=5)).isoformat()}
    client = visitor("caseworker", MEDAN)
    page = client.get(PATH, params=then).text
    assert case in page
    assert "2 hari lagi" in page
    english = client.get(PATH, params=then | {"bahasa": "en"}).text
    assert "2 days left" in english


def test_the_table_to_keep_has_every_line_of_the_clock(visitor, detained):
    case = detained("Eko Fiktif", 22)
    answer = visitor("auditor", MEDAN).get(f"{PATH}.csv")
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    (line,) = [line for line in lines if line["case"] == case]
    assert (line["level"], line["cause"]) == ("overdue", "extension_missing")
    assert "Eko" not in answer.text


def test_whoever_sees_the_page_is_on_record(visitor, service, detained):
    case = detained("Fajar Fiktif", 22)
    visitor("caseworker", MEDAN).get(PATH)
    compliance = service.caller("compliance", MEDAN)
    found = compliance.get("/v1/reads", params={"subject": f"case:{case}"}).json()["items"]
    (one,) = [read for read in found if read["route"] == PATH]
    assert set(one["fields"]) == {"name", "register_text"}


def test_another_unit_and_a_level_that_there_is_not(visitor, detained):
    case = detained("Gita Fiktif", 22)
    elsewhere = visitor("caseworker", "RUTAN-PEKALONGAN")
    assert case not in elsewhere.get(PATH).text
    assert "Tidak ada penahanan yang mendesak" in elsewhere.get(PATH).text
    assert elsewhere.get(PATH, params={"level": "urgent"}).status_code == 404
    wrong = elsewhere.get(PATH, params={"valid_at": "kemarin"})
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text

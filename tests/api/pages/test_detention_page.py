"""The clock of detention on a page, and who is to be released: in words that can be read aloud."""

import csv
import io
from datetime import timedelta

import pytest
from facts import MEDAN, append, event, open_case

from domain.time import Zone

PATH = "/penahanan"
DUE = "/bebas"
SERVED = 60
"""Days of the sentence of whoever is to be released."""


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


def ordered(since):
    return {
        "stage": "penyidik",
        "form": "rutan",
        "authority": "Polrestabes Medan",
        "order_number": "SP.Han/88",
        "order_date": since.isoformat(),
        "starts": since.isoformat(),
        "until": (since + timedelta(days=19)).isoformat(),
        "legal_basis": "UU 20/2025 art. 102",
    }


@pytest.fixture
def detained(service, medan, caught_up):
    """Detain somebody whose first term began so many days ago."""

    def made(name, days):
        today = service.services.now().astimezone(Zone.WIB.offset).date()
        since = today - timedelta(days=days)
        case = open_case(medan, name, day=since.isoformat())
        answer = append(
            medan, case, event("detention.ordered", since.isoformat(), **ordered(since))
        )
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


@pytest.fixture
def convicted(service, medan, caught_up):
    """Have somebody serve a sentence that ends in so many days, or ended so many days ago."""

    def made(name, left):
        today = service.services.now().astimezone(Zone.WIB.offset).date()
        begun = today + timedelta(days=left - SERVED)
        case = open_case(medan, name, day=begun.isoformat())
        part = {"kind": "penjara", "years": 0, "months": 0, "days": SERVED, "fine": 0}
        number = f"{case[-6:]}/Pid.B/2026/PN Mdn"
        verdict = {
            "instance": "pn",
            "court": "PN Medan",
            "number": number,
            "outcome": "dipidana",
            "sentence": [part],
            "offence": ["Pasal 362 KUHP"],
        }
        steps = [
            ("detention.ordered", 0, ordered(begun)),
            ("verdict.pronounced", 5, verdict),
            ("verdict.became_final", 13, {"number": number}),
            ("verdict.executed", 14, {"document": "BA-17/2026"}),
        ]
        for version, (kind, days, said) in enumerate(steps, start=1):
            day = (begun + timedelta(days=days)).isoformat()
            assert append(medan, case, event(kind, day, **said), version=version).is_success
        caught_up()
        return case

    return made


def test_who_is_to_be_released_stands_in_the_order_of_the_days(visitor, convicted):
    over = convicted("Hadi Fiktif", -4)
    today = convicted("Indra Fiktif", 0)
    soon = convicted("Joko Fiktif", 12)
    far = convicted("Kirno Fiktif", 45)
    client = visitor("caseworker", MEDAN)
    page = client.get(DUE).text
    assert page.index(over) < page.index(today) < page.index(soon)
    assert far not in page
    for said in ("Hadi Fiktif", "lewat 4 hari", "pembebasannya belum tercatat", "12 hari lagi"):
        assert said in page
    assert far in client.get(DUE, params={"days": 45}).text
    only = client.get(DUE, params={"level": "overdue", "bahasa": "en"}).text
    assert over in only
    assert "4 days too long" in only
    assert soon not in only


def test_of_whom_no_day_can_be_reckoned_is_looked_at_first(
    visitor, service, medan, convicted, caught_up
):
    over, case = convicted("Nanang Fiktif", -4), convicted("Oman Fiktif", 20)
    today = service.services.now().astimezone(Zone.WIB.offset).date()
    before = (today + timedelta(days=20 - SERVED - 1)).isoformat()
    said = {"kind": "dasawarsa", "remission_days": 2, "sk_number": "PAS-0"}
    answer = append(medan, case, event("earlier_remisi.granted", before, **said), version=5)
    assert answer.is_success, answer.text
    caught_up()
    page = visitor("caseworker", MEDAN).get(DUE).text
    assert page.index(case) < page.index(over)
    assert "Tanggal bebas Anda tidak dapat dihitung" in page


def test_the_list_is_another_one_on_another_day_and_can_be_kept(visitor, service, convicted):
    case = convicted("Lukman Fiktif", -4)
    now = service.services.now().astimezone(Zone.WIB.offset).date()
    then = {"valid_at": (now - timedelta(days=6)).isoformat()}
    client = visitor("caseworker", MEDAN)
    assert "2 hari lagi" in client.get(DUE, params=then | {"level": "coming"}).text
    answer = visitor("auditor", MEDAN).get(f"{DUE}.csv")
    (line,) = [one for one in csv.DictReader(io.StringIO(answer.text)) if one["case"] == case]
    assert (line["level"], line["cause"], line["days_left"]) == ("overdue", "not_released", "-4")
    compliance = service.caller("compliance", MEDAN)
    found = compliance.get("/v1/reads", params={"subject": f"case:{case}"}).json()["items"]
    fields = {read["route"]: set(read["fields"]) for read in found}
    assert {"name", "register_text", "release", "official_release"} == fields[DUE]


def test_nobody_is_to_be_released_elsewhere_and_what_cannot_be_asked(visitor, convicted):
    case = convicted("Maman Fiktif", -4)
    elsewhere = visitor("caseworker", "RUTAN-PEKALONGAN")
    assert case not in elsewhere.get(DUE).text
    assert "Tidak ada yang akan bebas" in elsewhere.get(DUE).text
    assert elsewhere.get(DUE, params={"level": "urgent"}).status_code == 404
    assert elsewhere.get(DUE, params={"days": 99_999}).status_code == 422
    wrong = elsewhere.get(DUE, params={"valid_at": "kemarin"})
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text

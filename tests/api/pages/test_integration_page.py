"""Rights of integration on a page: who may have which, and which klien are to report."""

import pytest
from convicts import convict
from facts import MEDAN, append, event

PATH = "/integrasi"


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


@pytest.fixture(scope="module")
def told(service):
    """One convict who may have PB on 10 February 2026, and one who is on it since."""
    medan = service.caller("caseworker", MEDAN)
    convict(medan, "Andi Fiktif")
    case = convict(medan, "Budi Fiktif")
    key = {"proposal": "PB-1"}
    sk = {"sk_number": "PAS-1", "sk_date": "2026-02-01", "starts": "2026-02-10", "until": None}
    guided = {"bapas": "BAPAS-MEDAN", "stage": 1, "way": "at_the_office", "note": None}
    gate = {"kind": "pembebasan_bersyarat", "document": "SL/1"}
    steps = (
        event("integration.proposed", "2026-01-10", **key, right="pb", rule_set="7-2022"),
        event("integration.granted", "2026-02-01", **key, **sk),
        event("integration.started", "2026-02-10", **key, bapas="BAPAS-MEDAN"),
        event("custody.released", "2026-02-10", **gate),
        event("integration.guided", "2026-02-12", **key, **guided),
    )
    version = medan.get(f"/v1/cases/{case}").json()["version"]
    answer = append(medan, case, *steps, version=version)
    assert answer.status_code == 201, answer.json()
    assert service.services.read_models.wait(service.services.ledger.position(), seconds=10)


def test_a_right_is_shown_as_open_with_the_papers_that_are_missing(visitor, told):
    page = visitor("caseworker", MEDAN).get(PATH, params={"on": "2026-02-20"}).text
    open_now, _, later = page.partition('id="segera"')
    assert "Andi Fiktif" in open_now
    assert "Pembebasan bersyarat" in open_now
    assert "Penelitian kemasyarakatan dari Bapas" in open_now
    assert "dokumen</summary>" in open_now, "they are folded: every row lacks the same ones"
    assert "10 Feb 2026" in open_now
    assert "Budi Fiktif" not in open_now, "who is on PB is not held"
    assert "Budi Fiktif" in later


def test_a_right_that_opens_soon_says_what_it_waits_for(visitor, told):
    page = visitor("caseworker", MEDAN).get(PATH, params={"on": "2026-01-20"}).text
    _, _, later = page.partition('id="segera"')
    assert "jatuh pada 10 Februari 2026." in later


def test_a_klien_has_the_next_report_and_the_end_of_guidance(visitor, told):
    page = visitor("caseworker", MEDAN).get(PATH, params={"on": "2026-03-12"}).text
    _, _, klien = page.partition('id="klien"')
    assert "10 Mar 2026" in klien
    assert "Terlambat lapor" in klien
    assert "9 Agu 2027" in klien, "probation ends a year after expiry"


def test_the_page_is_read_in_english_too(visitor, told):
    client = visitor("caseworker", MEDAN)
    page = client.get(PATH, params={"on": "2026-03-12"}, headers={"Accept-Language": "en"}).text
    assert "Report overdue" in page


def test_who_sees_many_units_chooses_one_and_another_units_is_not_there(visitor, told):
    auditor = visitor("auditor", level="ditjenpas")
    assert "Pilih satu unit." in auditor.get(PATH).text
    assert "Andi Fiktif" in auditor.get(PATH, params={"unit": MEDAN, "on": "2026-02-20"}).text
    elsewhere = visitor("caseworker", "RUTAN-PEKALONGAN")
    assert elsewhere.get(PATH, params={"unit": MEDAN}).status_code == 404


def test_a_day_that_is_none_says_so(visitor, told):
    answer = visitor("caseworker", MEDAN).get(PATH, params={"on": "besok"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_what_the_law_found_is_read_in_sentences_in_the_history_of_a_case(service, visitor):
    medan = service.caller("caseworker", MEDAN)
    case = convict(medan, "Citra Fiktif")
    version = medan.get(f"/v1/cases/{case}").json()["version"]
    said = {"proposal": "PB-1", "right": "pb", "rule_set": "7-2022"}
    append(medan, case, event("integration.proposed", "2026-01-10", **said), version=version)
    page = visitor("caseworker", MEDAN).get(f"/perkara/{case}").text
    assert "BELUM TERPENUHI: Dua pertiga dari pidana Anda" in page
    assert "served_two_thirds" not in page

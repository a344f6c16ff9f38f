"""What an agency finds on its page of what it gave: results, and young people it referred."""

from dataclasses import replace

import pytest
from browsing import FAINT, NARROW, WIDE, ensure_legible, opened
from correcting_desk import new_id
from facts import MEDAN
from partner_house import House, agency_named, draft, registry, running, told
from scenario import on

from application.access import Asked
from domain.agreement import AgreementResumed, AgreementSuspended, ParticipantKind
from domain.record import StreamId
from domain.referral import GuardianConsented, ReferralDeclined, ReferralReceived
from domain.registry import AgencyKind

pytestmark = pytest.mark.long

AGENCY = "DISNAKER-12.71"
KEYS = ("a-1", "a-2", "a-3")


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


@pytest.fixture(scope="module")
def house(service):
    """Three results: one waits, one is a fact by now, one was rejected with its reason."""
    house = House(service.services.ledger, AGENCY, AgencyKind.DINAS_KETENAGAKERJAAN)
    case = house.learner("Budi Fiktif")
    first, second, _ = house.propose(
        told("a-1", case, house.assessed("2025-06-10")),
        told("a-2", case, house.assessed("2025-06-11")),
        told("a-3", case, house.assessed("2025-06-12")),
    )
    house.accept(first)
    house.reject(second, "Skemanya keliru")
    return house


def known(service):
    head = service.services.ledger.position()
    assert service.services.read_models.wait(head, seconds=10)
    assert service.services.feeds.reached(head, 20)


def test_results_stand_with_what_was_answered_and_why_and_that_is_recorded(service, visitor, house):
    known(service)
    page = visitor("agency").get(f"/mitra/{house.agreement.key}").text
    lines = [page[page.index(f"<small>{key}</small>") :].split("</tr>")[0] for key in KEYS]
    said = ("diterima", "Skemanya keliru", "menunggu jawaban unit")
    assert all(word in line for word, line in zip(said, lines, strict=True))
    assert "jawab paling lambat" in lines[2]
    assert page.index("<small>a-3</small>") < page.index("<small>a-1</small>")
    none = dict.fromkeys(("subjects", "units", "actor", "since", "before"))
    kept = service.services.access.ask(Asked(**none, agency=AGENCY, limit=5))
    assert any(
        (one.route, one.agreement) == ("/mitra/{agreement}", house.agreement.key)
        and "reason" in one.fields
        for one in kept
    )


def test_while_the_agreement_rests_no_answer_is_read_and_the_page_says_so(service, visitor, house):
    house.desk.tell(
        house.agreement, AgreementSuspended(effective=on("2025-08-01"), reason="Pemeriksaan")
    )
    known(service)
    page = visitor("agency").get(f"/mitra/{house.agreement.key}").text
    house.desk.tell(house.agreement, AgreementResumed(effective=on("2025-08-02")))
    assert "terbaca hanya selama kerja sama ini berjalan" in page
    assert "Skemanya keliru" not in page
    known(service)
    assert "Skemanya keliru" in visitor("agency").get(f"/mitra/{house.agreement.key}").text


def consented(agreement):
    return (
        ReferralReceived(
            effective=on("2025-07-20"),
            unit=MEDAN,
            full_name="Remaja Rahasia",
            birth_date=on("2010-05-05").day,
            region="12.71",
            concern="Perhatian Rahasia",
            respond_by=on("2025-07-31").day,
            referred_by=AGENCY,
            agreement=agreement,
        ),
        GuardianConsented(
            effective=on("2025-07-21"), guardian="Ibu Rahasia", document="Surat 1", sha256=None
        ),
    )


@pytest.mark.long
@pytest.mark.parametrize("screen", [WIDE, NARROW])
def test_both_can_be_read_in_a_browser(  # noqa: PLR0913, PLR0917
    service, token, house, chromium, address, screen
):
    known(service)
    with opened(chromium, address, screen) as page:
        page.context.add_cookies(
            [{"name": "jejak_masuk", "value": token("agency"), "url": address}]
        )
        page.goto(f"/mitra/{house.agreement.key}")
        assert page.get_by_text("Skemanya keliru").is_visible()
        ensure_legible(page, screen)
        assert page.evaluate(FAINT) == []


def test_referrals_stand_with_their_answer_and_nobodys_name(service, visitor, house):
    """Last of this file: the one agency that tests call as is the police from here on."""
    desk = house.desk
    desk.tell(registry(f"agency/{AGENCY}"), agency_named(AGENCY, AgencyKind.POLRES))
    agreement = StreamId(kind="agreement", key=new_id())
    wanted = {
        "participant_kinds": (ParticipantKind.REMAJA_BERISIKO,),
        "allowed_fields": ("referral",),
    }
    desk.tell(agreement, replace(draft(AGENCY), **wanted), *running())
    referred = StreamId(kind="referral", key=new_id())
    desk.tell(referred, *consented(agreement.key))
    known(service)
    client = visitor("agency")
    page = client.get(f"/mitra/{agreement.key}").text
    line = page[page.index(f"<small>{referred.key}</small>") :].split("</tr>")[0]
    assert "menunggu jawaban unit, lewat waktu" in line
    assert "jawab paling lambat 31 Jul 2025" in line
    desk.tell(referred, ReferralDeclined(effective=on("2025-07-25"), reason="Alasan Rahasia"))
    known(service)
    page = client.get(f"/mitra/{agreement.key}").text
    line = page[page.index(f"<small>{referred.key}</small>") :].split("</tr>")[0]
    assert "ditolak" in line
    assert "dijawab 25 Jul 2025" in line
    assert "Rahasia" not in page

"""What becomes of the cases of a list whose steps come late, are voided or are corrected."""

from datetime import UTC, datetime

import pytest
from batch_desk import DAY, MIDNIGHT, Clock, House, by_case, code, names, told
from facts import MEDAN, append, event

from api.batch_papers import Papers, given
from application import batch_cases
from application.batch_cases import batch_in
from application.standing import review_of
from domain.batch_due import BATCH_SAYS_OTHERWISE
from domain.record import StreamId

PEKALONGAN = "RUTAN-PEKALONGAN"


@pytest.fixture
def house(service):
    return House(service, Clock())


def said_otherwise(house, case):
    """How many open items of a case say that its list says otherwise."""
    pages = house.services.ledger.read(StreamId(kind="case", key=case))
    items = review_of(pages).items.values()
    return sum(not one.resolved for one in items if one.raised.code == BATCH_SAYS_OTHERWISE)


def correct(house, batch, named, **content):
    """Void the last step of that name, or put another content in its place."""
    pages = house.services.ledger.read(StreamId(kind="remisi-batch", key=batch))
    meant = [page for page in pages if page.event.stored_as == f"remisi_batch.{named}"]
    asked = {
        "kind": "correct" if content else "void",
        "events": [meant[-1].event_id],
        "reason_code": "typing_error" if content else "did_not_happen",
        "explanation": "keliru dicatat",
    }
    if content:
        asked["event"] = event(f"remisi_batch.{named}", **content)
    answer = house.wali.post(
        f"/v1/remisi-batches/{batch}/corrections",
        json=asked,
        headers={"If-Match": f'"{len(pages)}"'},
    )
    assert answer.status_code == 201, answer.json()
    approved = house.kanwil.post(
        f"/v1/corrections/{answer.json()['correction']}/approval",
        json={"approve": True},
        headers={"If-Match": f'"{answer.json()["version"]}"'},
    )
    assert approved.status_code == 201, approved.json()


def letter_to(house, batch, case):
    """Whether there is a letter for somebody who stands on the list."""
    services = house.services
    papers = Papers(services, services.caller_of(house.wali.headers["Authorization"].split()[1]))
    known = batch_in(batch, services.ledger.read(StreamId(kind="remisi-batch", key=batch)))
    lines = papers.by_name([one for one in given(known.state) if one.case == case])
    assert lines
    return bool(papers.awards(known, lines))


def after_the_session(house, batch):
    for answer in (
        house.decide(house.head, batch, "kepala_upt"),
        house.decide(house.kanwil, batch, "kanwil"),
        house.decide(house.dirjen, batch, "ditjenpas"),
        house.issue(batch),
    ):
        assert answer.status_code == 201, answer.json()


@pytest.mark.long
def test_whoever_is_moved_gets_a_dasawarsa_of_one_list_only(house):
    adi, *_ = house.people()
    first = house.drafted(kinds=["dasawarsa"])
    house.up_to_the_sk(first)
    house.clock.at = datetime(2025, 8, 7, 3, tzinfo=UTC)
    receiving = house.service.caller("caseworker", PEKALONGAN, user="pk")
    moved = {"transfer": "T-1"}
    steps = (
        (house.wali, "custody.transfer_proposed", moved | {"to": PEKALONGAN, "reason": "dekat"}),
        (house.wali, "custody.transfer_departed", moved),
        (receiving, "custody.transfer_received", moved | {"unit": PEKALONGAN}),
    )
    for client, named, data in steps:
        version = len(house.services.ledger.read(StreamId(kind="case", key=adi)))
        answer = append(client, adi, event(named, "2025-08-06", **data), version=version)
        assert answer.status_code == 201, answer.json()
    house.settle()
    drafted = house.draft(receiving, unit=PEKALONGAN, kinds=["dasawarsa"]).json()["batches"][0]
    second = drafted["remisi_batch_id"]
    lines = receiving.get(f"/v1/remisi-batches/{second}/lines").json()["items"]
    (line,) = [one for one in lines if one["case"] == adi]
    assert not line["included"]
    assert "remisi.one_a_year" in line["reasons"]
    house.follow(MIDNIGHT)
    assert names(house, adi).count("applied") == 1


@pytest.mark.long
@pytest.mark.parametrize("named", ["line_withdrawn", "withdrawn"])
def test_a_withdrawal_that_is_voided_is_looked_at_where_it_was_told(house, named):
    adi, budi, *_ = house.people()
    batch = house.drafted(kinds=["umum"])
    house.session(batch)
    line = {"case": adi, "kind": "umum"} if named == "line_withdrawn" else {}
    assert house.step(house.kanwil, batch, named, reason="left", **line).status_code == 201
    assert names(house, adi)[-1] == "cancelled"
    correct(house, batch, named)
    assert said_otherwise(house, adi) == 1
    assert said_otherwise(house, budi) == (named == "withdrawn")
    assert house.read(batch)["totals"] == []
    after_the_session(house, batch)
    house.settle()
    assert [letter_to(house, batch, case) for case in (adi, budi)] == [
        *(False, named == "line_withdrawn")
    ]
    assert house.follow(MIDNIGHT).left == 0
    (total,) = house.read(batch)["totals"]
    assert total["withdrawn"] == (1 if named == "line_withdrawn" else 2)
    assert house.read(batch)["status"] == "applied"


@pytest.mark.long
@pytest.mark.parametrize("named", ["line_withdrawn", "withdrawn"])
def test_a_withdrawal_that_is_dated_back_reaches_its_case(house, named):
    adi, budi, *_ = house.people()
    batch = house.drafted(kinds=["umum"])
    house.clock.at = datetime(2025, 8, 5, 3, tzinfo=UTC)
    met = {"minutes": "BA-1", "members": ["a-1", "a-2"], "recommended": True, "except_cases": []}
    session = house.step(house.tpp, batch, "session_held", day="2025-08-04", **met)
    assert session.status_code == 201
    line = {"case": adi, "kind": "umum"} if named == "line_withdrawn" else {}
    back = house.step(house.head, batch, named, day="2025-08-02", reason="listed_in_error", **line)
    assert back.status_code == 201, back.json()
    assert names(house, adi) == ["proposed", "decided", "cancelled"]
    assert told(house, adi)[-1].event.effective.day.isoformat() == "2025-08-04"
    assert ("cancelled" in names(house, budi)) is (named == "withdrawn")
    if named == "withdrawn":
        assert house.read(batch)["totals"][0]["withdrawn"] == 2
        house.settle()
        assert not house.draft(kinds=["umum"]).json()["batches"][0]["existing"]


@pytest.mark.long
def test_whom_a_corrected_session_excepts_gets_no_award_before_somebody_has_looked(house):
    adi, budi, *_ = house.people()
    batch = house.drafted(kinds=["umum"])
    house.up_to_the_sk(batch)
    met = {
        "minutes": "BA-TPP/8",
        "members": ["ketua-tpp", "anggota-1", "anggota-2"],
        "recommended": True,
        "except_cases": [budi],
    }
    correct(house, batch, "session_held", **met)
    assert [said_otherwise(house, case) for case in (adi, budi)] == [0, 1]
    assert house.follow(MIDNIGHT).left == 1
    assert names(house, adi)[-1] == "applied"
    assert names(house, budi)[-1] == "sk_issued"
    assert house.read(batch)["status"] == "sk_issued"
    version = len(house.services.ledger.read(StreamId(kind="case", key=budi)))
    key = told(house, budi)[-1].event.proposal
    off = event("remisi.cancelled", DAY, proposal=key, reason="dikecualikan TPP")
    assert append(house.wali, budi, off, version=version).status_code == 201
    assert house.follow(MIDNIGHT).left == 0
    assert house.read(batch)["status"] == "applied"


@pytest.mark.long
def test_a_corrected_number_of_the_sk_is_looked_at_and_keeps_nobody_from_an_award(house):
    adi, *_ = house.people()
    batch = house.drafted(kinds=["umum"])
    house.up_to_the_sk(batch)
    correct(house, batch, "sk_issued", sk_number="PAS-9", sk_date="2025-08-01")
    assert said_otherwise(house, adi) == 1
    house.follow(MIDNIGHT)
    assert names(house, adi)[-1] == "applied"
    assert house.read(batch)["status"] == "applied"


@pytest.mark.long
def test_an_applied_list_is_not_withdrawn_by_dating_back(house):
    adi, *_ = house.people()
    batch = house.drafted(kinds=["umum"])
    house.up_to_the_sk(batch)
    house.follow(MIDNIGHT)
    late = {"day": "2025-08-10", "reason": "listed_in_error"}
    answer = house.step(house.kanwil, batch, "withdrawn", **late)
    assert code(answer, 409) == "remisi_batch.applied"
    off = late | {"case": adi, "kind": "umum"}
    assert code(house.step(house.kanwil, batch, "line_withdrawn", **off), 409) == (
        "remisi_batch.applied"
    )


@pytest.mark.long
@pytest.mark.parametrize("named", ["drafted", "listed", "sk_issued"])
def test_cases_of_a_list_whose_beginning_or_end_is_voided_are_looked_at(house, named):
    adi, budi, citra, _ = house.people()
    batch = house.drafted(kinds=["umum"])
    house.up_to_the_sk(batch)
    if named == "sk_issued":
        house.follow(MIDNIGHT)
    correct(house, batch, named)
    assert [said_otherwise(house, case) > 0 for case in (adi, budi, citra)] == [True, True, False]
    house.follow(MIDNIGHT)
    assert names(house, adi)[-1] == ("applied" if named == "sk_issued" else "sk_issued")


@pytest.mark.long
def test_one_case_that_cannot_be_reckoned_holds_nobody_up(house, monkeypatch):
    adi, budi, *_ = house.people()
    batch = house.drafted(kinds=["umum"])
    house.up_to_the_sk(batch)
    real = batch_cases.facts_of

    def broken_for_adi(journey):
        if journey[batch_cases.CUSTODY].opening.full_name == "Adi Fiktif":
            raise LookupError
        return real(journey)

    with monkeypatch.context() as broken:
        broken.setattr(batch_cases, "facts_of", broken_for_adi)
        found = house.follow(MIDNIGHT)
    assert (found.left, found.failed) == (1, "LookupError")
    assert names(house, adi)[-1] == "sk_issued"
    assert names(house, budi)[-1] == "applied"
    house.follow(MIDNIGHT)
    assert names(house, adi)[-1] == "applied"


@pytest.mark.long
def test_more_days_than_the_sentence_are_not_given(house):
    _, budi, *_ = house.people()
    batch = house.drafted(kinds=["umum", "dasawarsa"])
    second = house.service.caller("caseworker", MEDAN, user="wali-2")
    more = {"case": budi, "included": True, "reason": "counted_again"}
    too_many = house.step(second, batch, "line_changed", **more, kind="umum", remission_days=3000)
    assert code(too_many, 422) == "remisi_batch.too_many_days"
    for kind, days in (("umum", 180), ("dasawarsa", 90)):
        one = house.step(second, batch, "line_changed", **more, kind=kind, remission_days=days)
        assert one.status_code == 201, one.json()
    house.up_to_the_sk(batch)
    house.follow(MIDNIGHT)
    assert names(house, budi).count("applied") == 1
    lines = by_case(house.read(batch, "/lines")["items"])
    assert lines[budi, "dasawarsa"]["reasons"][-1] == "remission.more_than_sentence"

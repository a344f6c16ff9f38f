"""A remisi list held against what happened since its draft: who would be drafted otherwise."""

from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from batch_desk import MIDNIGHT, Clock, House, by_case, code
from convicts import convict, judged, punished
from facts import append, assessed, event, open_case

from api.routes import batch_differences
from application.batch_cases import batch_in
from application.batch_differences import Differences
from application.case_facts import CaseFacts
from domain.law.book import LAW
from domain.record import StreamId

PEKALONGAN = "RUTAN-PEKALONGAN"


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


@pytest.fixture
def house(service):
    made = service.services
    yield House(service, Clock())
    service.services = made
    service.app.state.services = made


def version(house, case):
    return len(house.services.ledger.read(StreamId(kind="case", key=case)))


def differing(house, batch):
    """What differs, of the people of one test: others live in the same house."""
    return by_case(house.read(batch, "/differences", limit=1000)["items"])


def happened(house, case, *events):
    """Record what happened in a case since."""
    answer = append(house.wali, case, *events, version=version(house, case))
    assert answer.status_code == 201, answer.json()


def test_a_breach_a_verdict_a_release_and_a_newcomer_since_the_draft_are_told(house):
    adi, budi, citra, dewi = house.people()
    batch = house.drafted(kinds=["umum"])
    assert not {adi, budi, citra, dewi} & {case for case, _ in differing(house, batch)}
    house.session(batch)
    punished(house.wali, adi, "2025-07-20", version(house, adi))
    freed = event("custody.released", "2025-08-01", kind="bebas_murni", document="SB-1")
    happened(house, budi, freed)
    happened(house, dewi, *judged(1, 6), assessed("2025-05", day="2025-06-02"))
    eko = convict(house.wali, "Eko Fiktif")
    told = {case: line for (case, _), line in differing(house, batch).items()}
    assert {case: (one["change"], one["remedy"]) for case, one in told.items()} == {
        adi: ("no_longer_eligible", "withdraw_line"),
        budi: ("left_unit", "withdraw_line"),
        dewi: ("now_eligible", "draft_anew"),
        eko: ("new_in_unit", "draft_anew"),
    }
    (broken,) = told[adi]["criteria"]
    assert broken["code"] == "no_discipline_6_months"
    assert "20 Juli 2025" in broken["because"]
    assert broken["event"]["type"] == "conduct.discipline_began"
    assert (told[adi]["drafted"]["included"], told[adi]["now"]["included"]) == (True, False)
    assert (told[budi]["now"], told[eko]["drafted"]) == (None, None)
    assert told[dewi]["criteria"]
    assert all(one["met"] for one in told[dewi]["criteria"])
    auditor = house.service.caller("auditor", "RUTAN-MEDAN")
    (seen, *_) = auditor.get("/v1/reads", params={"subject": f"case:{eko}"}).json()["items"]
    assert seen["route"] == "/v1/remisi-batches/{remisi_batch_id}/differences"
    assert f"case:{citra}" not in seen["subjects"]


def test_a_difference_changes_nothing_and_is_over_once_its_line_is_withdrawn(house):
    adi = convict(house.wali, "Adi Fiktif")
    batch = house.drafted(kinds=["khusus"], award_day="2026-03-21")
    before = house.read(batch, "/lines", limit=1000)
    house.clock.at = datetime(2025, 11, 1, tzinfo=UTC)
    punished(house.wali, adi, "2025-10-20", version(house, adi))
    assert (adi, "khusus") in differing(house, batch)
    assert house.read(batch, "/lines", limit=1000) == before
    off = {"case": adi, "kind": "khusus", "reason": "breach"}
    assert house.step(house.head, batch, "line_withdrawn", **off).status_code == 201
    assert (adi, "khusus") not in differing(house, batch)


def test_after_the_sk_a_breach_is_next_years_and_another_sentence_makes_other_days(house):
    adi, budi = (convict(house.wali, name) for name in ("Adi Fiktif", "Budi Fiktif"))
    batch = house.drafted(kinds=["dasawarsa"])
    punished(house.wali, adi, "2025-07-20", version(house, adi))
    review, *_ = judged(1, 0, day="2025-07-01")
    review["data"] |= {"instance": "pk", "number": "PK/1"}
    found = append(house.wali, budi, review, version=version(house, budi))
    assert found.status_code == 201, found.json()
    told = differing(house, batch)
    assert told[budi, "dasawarsa"]["change"] == "other_days"
    assert told[budi, "dasawarsa"]["remedy"] == "change_line"
    assert (
        told[budi, "dasawarsa"]["drafted"]["remission_days"],
        told[budi, "dasawarsa"]["now"]["remission_days"],
    ) == (45, 30)
    second = house.service.caller("caseworker", "RUTAN-MEDAN", user="wali-2")
    so = {"case": budi, "kind": "dasawarsa", "included": True, "reason": "counted_again"}
    changed = house.step(second, batch, "line_changed", **so, remission_days=30)
    assert changed.status_code == 201, changed.json()
    assert (budi, "dasawarsa") not in differing(house, batch), "put so by hand already"
    house.up_to_the_sk(batch)
    told = differing(house, batch)
    assert told[adi, "dasawarsa"]["remedy"] == "next_year"
    house.follow(MIDNIGHT)
    assert house.read(batch, "/differences")["items"] == [], "a list that ended differs in nothing"
    pages = house.services.ledger.read(StreamId(kind="remisi-batch", key=batch))
    not_all_yet = batch_in(batch, pages[:-1]).state
    cases = CaseFacts(house.services.ledger, house.services.read_models)
    found = {one.case for one in Differences(cases, LAW, batch, not_all_yet).found()}
    assert adi in found
    assert budi not in found, "what the list itself gave is no other award"


def test_whoever_is_moved_with_a_proposal_is_not_asked_for_by_the_other_unit_again(house):
    adi, budi = (convict(house.wali, f"{name} Fiktif", length=(3, 0)) for name in "AB")
    mine = house.drafted(kinds=["umum"], award_day="2026-08-17")
    house.session(mine, except_cases=[budi])
    theirs = house.service.caller("caseworker", PEKALONGAN, user="wali-9")
    convict_there = open_case(theirs, "Cahya Fiktif", unit=PEKALONGAN)
    drafted = house.draft(theirs, unit=PEKALONGAN, kinds=["umum"], award_day="2026-08-17")
    batch = drafted.json()["batches"][0]["remisi_batch_id"]
    said = {"transfer": "T-1"}
    leaving = (
        event("custody.transfer_proposed", to=PEKALONGAN, reason="dekat", **said),
        event("custody.transfer_departed", **said),
    )
    for case in (adi, budi):
        happened(house, case, *leaving)
        received = event("custody.transfer_received", unit=PEKALONGAN, **said)
        assert append(theirs, case, received, version=version(house, case)).status_code == 201
    left = differing(house, mine)
    assert (left[adi, "umum"]["change"], left[adi, "umum"]["criteria"]) == ("left_unit", [])
    assert (budi, "umum") not in left, "the TPP left them out already"
    house.settle()
    answer = theirs.get(f"/v1/remisi-batches/{batch}/differences", params={"limit": 1000})
    told = by_case(answer.json()["items"])
    assert told[budi, "umum"]["change"] == "new_in_unit"
    assert not {(adi, "umum"), (convict_there, "umum")} & told.keys()


def test_a_proposal_by_hand_is_told_where_it_came_since_and_not_where_the_draft_knew(house):
    adi, budi = (convict(house.wali, f"{name} Fiktif", length=(4, 0)) for name in "AB")
    by_hand = {"proposal": "sendiri", "kind": "umum", "award_day": "2027-08-17"}
    by_hand = event("remisi.proposed", **by_hand, remission_days=30, rule_set="-")
    happened(house, adi, by_hand)
    batch = house.drafted(kinds=["umum"], award_day="2027-08-17")
    happened(house, budi, by_hand)
    told = differing(house, batch)
    assert (adi, "umum") not in told
    assert told[budi, "umum"]["change"] == "no_longer_eligible"
    assert told[budi, "umum"]["now"]["reasons"][0] == "remisi.one_a_year"


def test_no_more_lists_are_reckoned_at_once_than_may_be(house, monkeypatch):
    convict(house.wali)
    batch = house.drafted(kinds=["khusus"], award_day="2026-12-25")
    monkeypatch.setattr(batch_differences, "WAIT_SECONDS", 0.01)
    with ExitStack() as taken:
        for _ in range(batch_differences.AT_ONCE):
            taken.enter_context(batch_differences.turns)
        answer = house.wali.get(f"/v1/remisi-batches/{batch}/differences")
        assert code(answer, 503) == "remisi_batch.busy"
        assert answer.headers["Retry-After"] == "5"
    house.read(batch, "/differences")

"""An award day from its draft to the national report, through the doors that everybody uses.

Only the clock is set by hand: midnight comes when the story says so.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from batch_desk import Clock, House
from convicts import convict, punished
from facts import append, event
from whole_service import PEKALONGAN

EVE = datetime(2025, 8, 16, 16, 59, 59, tzinfo=UTC)
MIDNIGHT = EVE + timedelta(seconds=1)
"""Of 17 August 2025 in the unit's zone, WIB."""
AWARD_DAY = "2025-08-17"


class AwardDay(House):
    """Rutan Medan, six people, and everybody who takes a step or reads what came of it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.ditjenpas = self.service.caller("auditor", level="ditjenpas")
        self.adi, self.budi, self.citra, self.dewi = self.people()
        self.eka = convict(self.wali, "Eka Fiktif")
        self.fajar = convict(self.wali, "Fajar Fiktif")

    def report(self, client, **asked):
        """The figures of remisi umum, and the days that were awarded."""
        self.settle()
        answer = client.get(
            "/v1/read-models/remisi_report", params={"award_day": AWARD_DAY, "by": "total"} | asked
        )
        assert answer.status_code == 200, answer.json()
        lines = [one for one in answer.json()["items"] if one["kind"] == "umum"]
        return {one["figure"]: one["count"] for one in lines if not one["reason"]}

    def moved(self, case):
        """Transfer somebody to Rutan Pekalongan, while the list is on its way."""
        way = {"transfer": "P-1"}
        version = self.version(case)
        going = (
            event("custody.transfer_proposed", "2025-07-28", **way, to=PEKALONGAN, reason="dekat"),
            event("custody.transfer_departed", "2025-07-29", **way),
        )
        answer = append(self.wali, case, *going, version=version)
        assert answer.status_code == 201, answer.json()
        there = self.service.caller("caseworker", PEKALONGAN, user="wali-9")
        came = event("custody.transfer_received", "2025-07-30", **way, unit=PEKALONGAN)
        answer = append(there, case, came, version=version + 2)
        assert answer.status_code == 201, answer.json()

    def version(self, case):
        return self.ditjenpas.get(f"/v1/cases/{case}").json()["version"]

    def applied(self, case):
        """What was applied in a case, by the kind of remisi: whether it released."""
        told = self.ditjenpas.get(f"/v1/cases/{case}/events").json()["events"]
        kinds = {
            one["data"]["proposal"]: one["data"]["kind"]
            for one in told
            if one["type"] == "remisi.proposed"
        }
        return [
            (kinds[one["data"]["proposal"]], one["data"]["releases"])
            for one in told
            if one["type"] == "remisi.applied"
        ]

    def due(self, on):
        """Who is to be released on a day or should have been, and why they are still held."""
        self.settle()
        answer = self.wali.get("/v1/read-models/due_for_release", params={"on": on, "days": "0"})
        return {one["case"]: (one["level"], one["cause"]) for one in answer.json()["items"]}


@pytest.fixture
def house(service):
    return AwardDay(service, Clock())


def test_an_award_day_from_its_draft_to_the_last_person_of_the_report(house):
    batch = everybody_is_listed(house)
    each_step_is_by_other_hands_and_a_breach_takes_a_line_off(house, batch)
    house.moved(house.fajar)
    before = the_day_begins_once_and_not_a_second_early(house)
    whoever_goes_free_is_let_out_by_a_person(house)
    the_report_adds_up_to_the_last_person(house, batch, before)


def everybody_is_listed(house):
    everybody = {house.adi, house.budi, house.citra, house.dewi, house.eka, house.fajar}
    (tried,) = house.draft(dry_run=True).json()["batches"]
    assert {line["case"] for line in tried["lines"]} == everybody
    batch = house.drafted()
    assert house.report(house.ditjenpas) == {"population": 6, "pending": 4, "excluded": 2}
    return batch


def each_step_is_by_other_hands_and_a_breach_takes_a_line_off(house, batch):
    assert house.session(batch, client=house.wali).status_code == 409
    house.session(batch)
    told = punished(house.wali, house.eka, "2025-08-01", house.version(house.eka))
    assert told.status_code == 201, told.json()
    for kind in ("umum", "dasawarsa"):
        said = {"case": house.eka, "kind": kind, "reason": "breach"}
        taken_off = house.step(house.head, batch, "line_withdrawn", **said)
        assert taken_off.status_code == 201, taken_off.json()
    for answer in (
        house.decide(house.head, batch, "kepala_upt"),
        house.decide(house.kanwil, batch, "kanwil"),
        house.decide(house.dirjen, batch, "ditjenpas"),
        house.issue(batch),
    ):
        assert answer.status_code == 201, answer.json()


def the_day_begins_once_and_not_a_second_early(house):
    assert house.follow(EVE).recorded == 0
    waiting = {"population": 6, "pending": 3, "withdrawn": 1, "excluded": 2}
    assert house.report(house.ditjenpas) == waiting
    before = datetime.now(UTC).isoformat()
    assert house.follow(MIDNIGHT).left == 0
    assert house.follow(MIDNIGHT + timedelta(hours=1)).recorded == 0
    assert house.applied(house.adi) == [("umum", False), ("dasawarsa", False)]
    assert house.applied(house.budi)[0] == ("umum", True)
    assert house.applied(house.fajar) == [("umum", False), ("dasawarsa", False)]
    assert house.applied(house.citra) == house.applied(house.eka) == []
    dates = house.wali.get(f"/v1/cases/{house.adi}/sentence-dates").json()
    assert (dates["expiry_without_remission"], dates["expiry"]) == ("2026-08-09", "2026-05-26")
    return before


def whoever_goes_free_is_let_out_by_a_person(house):
    """W8: the award ends the sentence; that somebody was let out is a fact of its own."""
    assert house.due(AWARD_DAY)[house.budi][0] == "today"
    assert house.due("2025-08-18")[house.budi] == ("overdue", "remisi_released")
    out = event("custody.released", AWARD_DAY, kind="remisi", document="SB-1/2025")
    answer = append(house.wali, house.budi, out, version=house.version(house.budi))
    assert answer.status_code == 201, answer.json()
    assert house.budi not in house.due("2025-08-18")


def the_report_adds_up_to_the_last_person(house, batch, before):
    """As the list itself says; as it was known before; and as a unit sees it that let one go."""
    told = house.report(house.ditjenpas)
    assert told == {
        "population": 6,
        "awarded": 3,
        "i": 2,
        "ii": 1,
        "withdrawn": 1,
        "excluded": 2,
    }
    umum = next(one for one in house.read(batch)["totals"] if one["kind"] == "umum")
    assert (umum["listed"], umum["applied"], umum["releasing"]) == (6, told["awarded"], told["ii"])
    assert (umum["withdrawn"], umum["excluded"]) == (told["withdrawn"], told["excluded"])
    house.clock.at = datetime.now(UTC)  # the database stamps what was told by its own clock
    assert house.report(house.ditjenpas, known_at=before)["pending"] == 3
    assert house.report(house.wali) == {**told, "awarded": 2, "i": 1, "unaccounted": 1}


def test_the_report_is_read_where_people_read_it_and_reconciles(house):
    batch = house.drafted()
    house.up_to_the_sk(batch)
    house.follow(MIDNIGHT)
    house.settle()
    visitor = house.service.stranger()
    token = house.ditjenpas.headers["Authorization"].removeprefix("Bearer ")
    visitor.post("/masuk", data={"token": token})
    page = visitor.get(f"/laporan/remisi?award_day={AWARD_DAY}").text
    (sums,) = re.findall(r"Remisi: umum: (\d) \(I\) \+ (\d) \(II\) = (\d)", page)
    assert sums == ("3", "1", "4")
    assert "tanpa hukuman disiplin dalam 6 bulan terakhir" in page
    assert "putusan berkekuatan hukum tetap" in page

from dataclasses import replace
from datetime import date

from scenario import Scenario, on

from domain.catalogue import CASE
from domain.claim import CLAIM, ClaimRecorded, ClaimWithdrawn
from domain.law.case_facts import facts_of
from domain.law.claims import ClaimedDay

case = Scenario(CASE)
named = ClaimRecorded(
    effective=on("2018-08-17"),
    claim="BERITA-1",
    about=ClaimedDay.RELEASE,
    claimed=date(2019, 4, 24),
    document="Keterangan pers 17 Agustus 2018",
    source="Kepala unit",
    reckoning=None,
)
withdrawn = ClaimWithdrawn(effective=on("2018-12-01"), claim="BERITA-1", reason="diralat")


def test_what_a_document_names_is_recorded_whatever_it_says():
    case.given().when(named).then_recorded()
    absurd = replace(named, claim="BERITA-2", claimed=date(1901, 1, 1))
    case.given(named).when(absurd).then_recorded()


def test_a_key_names_one_claim():
    case.given(named).when(replace(named, claimed=date(2019, 4, 1))).then_refused("claim.exists")


def test_a_claim_is_withdrawn_once():
    case.given(named).when(withdrawn).then_recorded()
    case.given().when(withdrawn).then_refused("claim.none_such")
    again = replace(withdrawn, effective=on("2018-12-02"))
    case.given(named, withdrawn).when(again).then_refused("claim.none_such")
    claim = CLAIM.fold([named, withdrawn]).claims["BERITA-1"]
    assert (claim.recorded, claim.withdrawn) == (named, withdrawn.effective)


def test_no_fact_of_the_law_comes_of_a_claim():
    assert facts_of(CASE.fold([named])) == facts_of(CASE.begin())

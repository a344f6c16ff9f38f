"""The religion that counts for remisi khusus (Keppres 174/1999, art. 7(5)).

A religion that was mis-keyed is corrected: remisi khusus follows the corrected one, and what was
awarded by the wrong one is to be looked at. A religion that somebody leaves is no mistake: remisi
khusus stays with the one first recorded.
"""

from dataclasses import replace
from datetime import date

import pytest
from correcting_desk import Desk
from scenario import on

from application.journeys import Moment
from domain.admission import Religion
from domain.assessment import WORKED_OUT
from domain.custody import CustodyAdmitted
from domain.kernel import Refused
from domain.register import ReligionConverted
from domain.remisi import (
    LEVELS,
    REMISI,
    RemisiApplied,
    RemisiDecided,
    RemisiKind,
    RemisiProposed,
    RemisiSkIssued,
)

IDUL_FITRI, NATAL = date(2025, 3, 31), date(2025, 12, 25)


@pytest.fixture
def desk(ledger):
    return Desk(ledger)


def khusus(award_day):
    return RemisiProposed(
        effective=on("2025-01-15"),
        proposal=f"rk-{award_day}",
        kind=RemisiKind.KHUSUS,
        award_day=award_day,
        remission_days=15,
        rule_set="permenkumham-3-2018",
        ground=None,
        missed=None,
        feast_fixed_by=None,
    )


def award(desk, case, award_day):
    """Propose a remisi khusus and take it through TPP, Kanwil, Ditjenpas and SK to its day."""
    asked = khusus(award_day)
    desk.tell(case, asked)
    for day, level in enumerate(LEVELS, 20):
        decided = RemisiDecided(
            effective=on(f"2025-01-{day}"),
            proposal=asked.proposal,
            level=level,
            agreed=True,
            note=None,
        )
        desk.tell(case, decided)
    sk = RemisiSkIssued(
        effective=on("2025-02-20"),
        proposal=asked.proposal,
        sk_number="PAS-200.PK.05.04",
        sk_date=date(2025, 2, 20),
        remission_days=15,
    )
    applied = RemisiApplied(
        effective=on(award_day.isoformat()), proposal=asked.proposal, releases=False
    )
    desk.tell(case, sk, applied)


def refusal_of(call, *arguments):
    with pytest.raises(Refused) as refusal:
        call(*arguments)
    return refusal.value.code, refusal.value.article


def told(facts):
    """Leave out what the law finds on each award: that is worked out anew."""
    return [fact for fact in facts if not isinstance(fact, WORKED_OUT)]


def test_a_religion_that_was_mis_keyed_is_corrected_and_last_years_award_is_flagged(desk):
    case = desk.case(religion=Religion.ISLAM)
    award(desk, case, IDUL_FITRI)
    (opening, *rest) = desk.facts(case)
    yesterday = desk.ledger.read(case)[-1].recorded_at

    wrong = desk.fact(case, CustodyAdmitted)
    desk.correct(case, wrong, replace(opening, religion=Religion.KRISTEN))

    (item,) = desk.items(case)
    assert item.raised.event == desk.fact(case, RemisiProposed)
    assert (item.raised.code, item.raised.article) == (
        "remisi.another_feast",
        "Keppres 174/1999",
    )
    assert item.raised.owner == "RUTAN-MEDAN"
    # Nothing is silently changed: the award stands until somebody decides on it ...
    assert told(desk.facts(case)[1:]) == told(rest)
    assert desk.state(case, REMISI).proposals[f"rk-{IDUL_FITRI}"].applied
    # ... and nothing silently kept: from now on the corrected religion counts.
    award_day = NATAL.replace(year=2024)
    assert refusal_of(desk.tell, case, khusus(date(2026, 3, 21))) == (
        "remisi.another_feast",
        "Keppres 174/1999",
    )
    of_2024 = replace(khusus(award_day), effective=on("2024-11-01"))
    assert desk.tell(case, of_2024)
    # What was known before is still what was known before.
    then = Moment(valid_at=None, known_at=yesterday)
    assert desk.facts(case, then)[0].religion is Religion.ISLAM


def test_whoever_converts_keeps_the_feast_of_the_religion_first_recorded(desk):
    case = desk.case(religion=Religion.ISLAM)
    award(desk, case, IDUL_FITRI)
    converted = ReligionConverted(
        effective=on("2024-06-01"), religion=Religion.KRISTEN, document="Surat baptis 7"
    )
    desk.tell(case, converted)  # told late, and it takes the ground from nothing
    assert desk.items(case) == []
    assert desk.facts(case)[0].religion is Religion.ISLAM
    assert refusal_of(desk.tell, case, khusus(NATAL)) == (
        "remisi.another_feast",
        "Keppres 174/1999",
    )
    of_2026 = replace(khusus(date(2026, 3, 21)), effective=on("2025-11-01"))
    assert desk.tell(case, of_2026)

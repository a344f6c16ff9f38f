"""How referrals were answered, counted by partner: what waits, what is overdue, what came late."""

from datetime import date

import pytest
from fold import pages, rows
from scenario import on

from domain.kernel import Refused
from domain.referral import (
    GuardianConsented,
    ReferralAccepted,
    ReferralDeclined,
    ReferralFinished,
    ReferralReceived,
)
from projections.referral_answers import REFERRAL_ANSWERS, ReferralAnswers
from projections.referrals import REFERRALS

DUE = date(2025, 7, 15)


def received(agency="POLRES-PEKALONGAN", agreement="a-1", unit="RUTAN-PEKALONGAN"):
    return ReferralReceived(
        effective=on("2025-07-01"),
        unit=unit,
        full_name="Sari Fiktif",
        birth_date=None,
        region=None,
        referred_by=agency,
        agreement=agreement,
        concern="Sering membolos",
        respond_by=DUE,
    )


CONSENT = GuardianConsented(
    effective=on("2025-07-02"), guardian="Ibu Fiktif", document="Surat 1", sha256=None
)


def accepted(day):
    return ReferralAccepted(effective=on(day))


def declined(day):
    return ReferralDeclined(effective=on(day), reason="Di luar kemampuan unit")


STORIES = {
    "referral:1": [received(), CONSENT, accepted("2025-07-05")],
    "referral:2": [received(), declined("2025-07-25")],
    "referral:3": [received()],
    "referral:4": [
        received(),
        CONSENT,
        accepted("2025-07-09"),
        ReferralFinished(effective=on("2025-08-01"), outcome="Kembali sekolah"),
    ],
    "referral:5": [received("DINSOS-33.75", agreement="a-2")],
}


def counted(day, **asked):
    told = pages((name, event) for name, story in STORIES.items() for event in story)
    found = {REFERRALS.name: list(rows(REFERRALS, told).values())}
    return REFERRAL_ANSWERS.count(found, {"on": day, **asked})


def test_answers_are_counted_by_partner_as_they_stood_on_the_day():
    assert counted("2025-08-02", agreement="a-1") == [
        ReferralAnswers(
            agency="POLRES-PEKALONGAN",
            unit="RUTAN-PEKALONGAN",
            received=4,
            accepted=2,
            declined=1,
            late=1,
            waiting=1,
            overdue=1,
            finished=1,
            answer_days=8,
        )
    ]


@pytest.mark.parametrize(
    ("day", "waiting", "overdue", "late"),
    [
        ("2025-07-04", 4, 0, 0),
        ("2025-07-15", 2, 0, 0),
        ("2025-07-16", 2, 2, 0),
        ("2025-07-25", 1, 1, 1),
    ],
)
def test_an_answer_is_overdue_from_the_day_after_the_one_it_was_asked_for(
    day, waiting, overdue, late
):
    (line,) = counted(day, agreement="a-1")
    assert (line.waiting, line.overdue, line.late) == (waiting, overdue, late)


def test_each_partner_has_a_line_of_its_own_and_before_the_first_there_is_none():
    assert [one.agency for one in counted("2025-08-02")] == ["DINSOS-33.75", "POLRES-PEKALONGAN"]
    assert counted("2025-06-30") == []


def test_without_a_day_there_is_no_answer():
    with pytest.raises(Refused):
        REFERRAL_ANSWERS.count({REFERRALS.name: []}, {})

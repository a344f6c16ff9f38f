"""An agreement's row says since when it rests, in whatever order that was told."""

from datetime import date
from itertools import permutations

from fold import of
from reported import agreement, signed
from scenario import on

from domain.agreement import (
    AgreementResumed,
    AgreementStarted,
    AgreementStatus,
    AgreementSuspended,
)
from projections.agreements import AGREEMENTS, status_on

STARTED = AgreementStarted(effective=on("2025-11-11"))
SUSPENDED = AgreementSuspended(effective=on("2026-01-01"), reason="Pemeriksaan")
RESUMED = AgreementResumed(effective=on("2026-02-01"))
AGAIN = AgreementSuspended(effective=on("2026-03-01"), reason="Pemeriksaan")


def row(*events):
    (line,) = of(AGREEMENTS, "agreement:pks", agreement()[1], signed()[1], *events).values()
    return line


def test_the_row_says_since_when_it_rests_whatever_order_that_was_told_in():
    for told in permutations((STARTED, SUSPENDED, RESUMED, AGAIN)):
        line = row(*told)
        assert (line.status, line.suspended_on) == (AgreementStatus.SUSPENDED, date(2026, 3, 1))
        by_day = {
            "2025-12-31": AgreementStatus.RUNNING,
            "2026-01-01": AgreementStatus.SUSPENDED,
            "2026-02-01": AgreementStatus.RUNNING,
            "2026-03-01": AgreementStatus.SUSPENDED,
            "2026-11-11": AgreementStatus.ENDED,
        }
        assert {day: status_on(line, date.fromisoformat(day)) for day in by_day} == by_day


def test_what_goes_on_no_longer_rests():
    line = row(STARTED, SUSPENDED, RESUMED)
    assert (line.status, line.suspended_on) == (AgreementStatus.RUNNING, None)

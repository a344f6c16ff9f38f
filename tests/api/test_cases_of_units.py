"""Whose cases a unit answers for, now and on a day, for whoever reckons for all of them."""

from datetime import date

from correcting_desk import MEDAN, Desk
from scenario import on

from application.case_facts import CaseFacts
from application.journeys import NOW, Moment
from domain.custody import Escaped, Presence, Released, ReleaseKind


def test_a_unit_is_asked_for_those_it_holds_on_a_day(service):
    ledger, models = service.services.ledger, service.services.read_models
    desk = Desk(ledger)
    here, gone, free = (desk.case(f"Fiktif {number}") for number in range(3))
    desk.tell(gone, Escaped(effective=on("2024-02-01")))
    out = Released(effective=on("2024-03-01"), kind=ReleaseKind.BEBAS_MURNI, document="SB")
    desk.tell(free, out)
    assert models.wait(ledger.position(), 10)
    read = CaseFacts(ledger=ledger, read_models=models)
    assert read.held_by([MEDAN], NOW) == [here.key]
    day = Moment(valid_at=date(2024, 1, 31), known_at=None)
    assert read.held_by([MEDAN], day) == sorted(one.key for one in (here, gone, free))
    assert read.held_by(["LAPAS-BINJAI"], day) == []
    assert read.cases_of([MEDAN], NOW, [Presence.ESCAPED]) == [gone.key]

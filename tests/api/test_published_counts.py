"""Counts of a real store: what is sealed is read for them, and no unit's people but the scope's."""

from datetime import date

import pytest
from facts import MEDAN, open_case

from domain.agreement import AgreementProposed, Instrument, ParticipantKind
from domain.registry import AgencyKind
from domain.sharing.scope import compile_scope
from domain.time import Effective, Zone
from infrastructure.published_counts import counts_of

pytestmark = pytest.mark.long

ELSEWHERE = "RUTAN-PEKALONGAN"


def scope(*units):
    drafted = AgreementProposed(
        effective=Effective.on(date(2025, 10, 1), Zone.WIB),
        title="PKS Medan",
        instrument=Instrument.PKS,
        parties=(MEDAN, "PEMKO-12.71"),
        purpose="pelatihan",
        legal_basis="UU 22/2022",
        units=units,
        regions=("12.71",),
        programme_kinds=(),
        participant_kinds=(ParticipantKind.TAHANAN,),
        allowed_fields=("counts",),
        valid_from=None,
        valid_until=None,
    )
    return compile_scope("pks", [drafted], "PEMKO-12.71", AgencyKind.PEMDA)


def test_a_pemda_is_told_of_the_units_of_its_agreement_and_of_no_other(service):
    medan, other = (service.caller("caseworker", unit) for unit in (MEDAN, ELSEWHERE))
    for number in range(10):
        open_case(medan, f"Orang {'ABCDEFGHIJ'[number]} Fiktif", birth_date="1990-03-12")
    open_case(other, "Lain Fiktif", unit=ELSEWHERE)
    services = service.services
    assert services.read_models.wait(services.ledger.position(), seconds=10)

    def told(*units, on=date(2025, 6, 1)):
        lines = counts_of(services.read_models, scope(*units), on)["lines"]
        return {
            (one["by"], one["value"]): one["count"]
            for one in lines
            if one["figure"] == "population"
        }

    both, ours = told(MEDAN, ELSEWHERE), told(MEDAN)
    assert (ours[None, None], ours["unit", MEDAN]) == (10, 10)
    assert ours["age_band", "20-40"] == 10, "a day of birth is sealed"
    assert (both[None, None], both["unit", MEDAN], both["unit", ELSEWHERE]) == (10, 10, None)
    assert told(ELSEWHERE) == told() == {(None, None): None}, "one person is as nobody"
    assert told(MEDAN, on=date(2025, 2, 9)) == told(), "the day before they came"

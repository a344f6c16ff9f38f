"""Units, each with an agreement of its own and readers under it: what a feed is measured on.

Everybody takes part in reading under the agreement, so that each new sum of attendance is one new
entry of one feed. One audience is one unit, one agreement, one library office.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Final

from api.main import House, issue
from api.tokens import Caller, Level, Role
from application.append import Append, Proposal, Request
from benchmarks.people import ACTOR, batches, copies, decided_case, new_id, now, on, write_batch
from domain.activity import ActivityJoined, ActivityKind
from domain.agreement import (
    AgreementProposed,
    AgreementSigned,
    AgreementStarted,
    Instrument,
    ParticipantKind,
)
from domain.kernel import Event
from domain.programme import ProgrammeKind
from domain.record import StreamId
from domain.registry import AgencyKind, AgencyNamed, UnitKind, UnitNamed
from domain.sharing.fields import SharedField
from infrastructure.ledger import EventsourcingLedger

REGION: Final = "12.71"
BEGAN: Final = date(2024, 1, 1)
ACTIVITY: Final = "literasi-1"
FIELDS: Final = (
    SharedField.FULL_NAME,
    SharedField.SEX,
    SharedField.DOMICILE,
    SharedField.PROGRAMME,
    SharedField.ATTENDANCE,
)


@dataclass(frozen=True, slots=True)
class Party:
    """An audience: its agreement, its agency and that agency's token, and the cases in its scope.

    Each case is given with the version that it has.
    """

    agreement: str
    agency: str
    token: str
    cases: Sequence[tuple[str, int]]


def units_of(audiences: int) -> Sequence[str]:
    """Return the codes of the units."""
    return [f"LAPAS-FEED-{number}" for number in range(audiences)]


def write_parties(
    house: House, audiences: int, cases: int, later: Sequence[Event] = ()
) -> Sequence[Party]:
    """Record so many audiences of so many cases each, all in scope from now on.

    ``later`` is what each case goes on with.
    """
    return [
        _write_party(house, unit, f"DINARPUS-{number}", cases, later)
        for number, unit in enumerate(units_of(audiences))
    ]


def _write_party(house: House, unit: str, agency: str, cases: int, later: Sequence[Event]) -> Party:
    ledger, agreement = house.ledger, new_id()
    _record(ledger, StreamId(kind="registry", key=f"unit/{unit}"), _unit(unit))
    _record(ledger, StreamId(kind="registry", key=f"agency/{agency}"), _agency(agency))
    for event in _agreement(unit, agency):
        _record(ledger, StreamId(kind="agreement", key=agreement), event)
    written: list[tuple[str, int]] = []
    case = decided_case([_joined(agreement), *later], unit)
    for batch in batches(islice(copies(case), cases), cases * len(case)):
        write_batch(ledger, batch)
        last = {one.stream: one.version for one in batch if one.stream.kind == "case"}
        written += [(stream.key, version) for stream, version in last.items()]
    caller = Caller(
        id=agency.lower(), role=Role.AGENCY, level=Level.UNIT, units=frozenset(), agency=agency
    )
    return Party(agreement, agency, issue(house.tokens, caller), written)


def _record(ledger: EventsourcingLedger, stream: StreamId, event: Event) -> None:
    proposal = Proposal(stream=stream, event=event, evidence=(), reason=None)
    Append(ledger, new_id, now)(
        Request(
            proposals=(proposal,),
            expected={},
            actor=replace(ACTOR, unit=None),
            purpose="kerja_sama",
            correlation_id="bench",
            command=None,
        )
    )


def _unit(unit: str) -> UnitNamed:
    return UnitNamed(
        effective=on(date(2020, 1, 1)),
        unit=unit,
        kind=UnitKind.RUTAN,
        unit_class=None,
        title=unit.title(),
        region=REGION,
    )


def _agency(agency: str) -> AgencyNamed:
    return AgencyNamed(
        effective=on(date(2020, 1, 1)),
        agency=agency,
        kind=AgencyKind.DINAS_PERPUSTAKAAN,
        title="Dinas Perpustakaan",
        region=REGION,
    )


def _agreement(unit: str, agency: str) -> Sequence[Event]:
    proposed = AgreementProposed(
        effective=on(BEGAN),
        title="Literasi",
        instrument=Instrument.PKS,
        parties=(unit, agency),
        purpose="Literasi",
        legal_basis="UU 22/2022",
        units=(unit,),
        regions=(REGION,),
        programme_kinds=(ProgrammeKind.LITERASI,),
        participant_kinds=(ParticipantKind.TAHANAN,),
        allowed_fields=tuple(field.value for field in FIELDS),
        valid_from=None,
        valid_until=None,
    )
    signed = AgreementSigned(
        effective=on(BEGAN), number="PKS-1/2024", valid_from=BEGAN, valid_until=None
    )
    return [proposed, signed, AgreementStarted(effective=on(BEGAN))]


def _joined(agreement: str) -> ActivityJoined:
    return ActivityJoined(
        effective=on(date(2025, 1, 1)),
        activity=ACTIVITY,
        kind=ActivityKind.LITERASI,
        title="Literasi",
        programme=None,
        agreement=agreement,
        provider="Dinas Perpustakaan",
    )

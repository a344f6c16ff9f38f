"""Agreements as told: proposed, signed, running, and what was planned or claimed about them."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from application.demo.steps import Desk, Place, Script, Stage, fact
from domain.agreement import (
    AgreementProposed,
    AgreementSigned,
    AgreementStarted,
    ClaimRecorded,
    Instrument,
    ParticipantKind,
    PlanStated,
)
from domain.kernel import Event, Value
from domain.programme import ProgrammeKind
from domain.sharing.fields import SharedField

ALLOWED: Final = (
    SharedField.SEX,
    SharedField.AGE_BAND,
    SharedField.DOMICILE,
    SharedField.PROGRAMME,
    SharedField.ATTENDANCE,
)
"""What the partners of a programme are told of whoever takes part, whatever it is about."""


class Claim(NamedTuple):
    """What a source says, with its figure where it has one."""

    key: str
    source: str
    text: str
    figure: int | None


class Pledge(Value):
    """One agreement: what it is, when it was proposed, signed and started, as far as it came."""

    row: str
    title: str
    instrument: Instrument
    parties: tuple[str, ...]
    purpose: str
    regions: tuple[str, ...]
    programme_kinds: tuple[ProgrammeKind, ...]
    participant_kinds: tuple[ParticipantKind, ...]
    allowed: tuple[SharedField, ...]
    proposed: date
    signed: date | None
    number: str
    started: date | None
    plans: tuple[tuple[str, str, int | None], ...]
    claims: tuple[Claim, ...]


def tell(script: Script, desk: Desk, pledge: Pledge) -> str:
    """Add the steps of an agreement and return its id.

    That it runs is told last, when everybody is there: figures are published once a day, and those
    of a ledger that is still being filled would stand until the next.
    """
    agreement = script.key(pledge.proposed, "agreement", pledge.row)
    for stage, indonesian, english, events in (
        (Stage.AGREEMENTS, "diusulkan", "proposed", [_proposed(desk, pledge)]),
        (Stage.AGREEMENTS, "ditandatangani", "signed", _signed(desk, pledge)),
        (Stage.SHARING, "berjalan", "running", _started(desk, pledge)),
        (Stage.AGREEMENTS, "rencana dan klaim", "plans and claims", _said(desk, pledge)),
    ):
        if events:
            words = (f"{pledge.title}: {indonesian}", f"{pledge.title}: {english}")
            facts = [fact("agreement", agreement, event) for event in events]
            script.say(Place(stage, agreement, desk), words, facts)
    return agreement


def _proposed(desk: Desk, pledge: Pledge) -> Event:
    return AgreementProposed(
        effective=desk.on(pledge.proposed),
        title=pledge.title,
        instrument=pledge.instrument,
        parties=pledge.parties,
        purpose=pledge.purpose,
        legal_basis="UU 22/2022",
        units=(desk.unit,),
        regions=pledge.regions,
        programme_kinds=pledge.programme_kinds,
        participant_kinds=pledge.participant_kinds,
        allowed_fields=tuple(field.value for field in pledge.allowed),
        valid_from=None,
        valid_until=None,
    )


def _signed(desk: Desk, pledge: Pledge) -> Sequence[Event]:
    if pledge.signed is None:
        return []
    signed = AgreementSigned(
        effective=desk.on(pledge.signed),
        number=pledge.number,
        valid_from=pledge.signed,
        valid_until=None,
    )
    return [signed]


def _started(desk: Desk, pledge: Pledge) -> Sequence[Event]:
    return [AgreementStarted(effective=desk.on(pledge.started))] if pledge.started else []


def _said(desk: Desk, pledge: Pledge) -> Sequence[Event]:
    effective = desk.on(pledge.started or pledge.signed or pledge.proposed)
    return [
        *(
            PlanStated(effective=effective, plan=plan, text=text, figure=figure)
            for plan, text, figure in pledge.plans
        ),
        *(
            ClaimRecorded(
                effective=effective,
                claim=claim.key,
                source=claim.source,
                text=claim.text,
                figure=claim.figure,
            )
            for claim in pledge.claims
        ),
    ]

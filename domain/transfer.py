"""Transfer: somebody is handed over from one unit to another, and both see it while under way.

Kepdirjenpas PAS-170.PK.01.01.02/2015 (V): the minutes of handing over (BA serah terima pemindahan)
are signed by both units. Until then the sending unit answers for the person, and a transfer that is
turned down ends there. These four events belong to the custody chapter.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final, assert_never

from domain.fields import Note, Ref, UnitCode
from domain.kernel import Event, Open, Personal, Refused, Value, ensure, replace

MINUTES: Final = "Kepdirjenpas PAS-170.PK.01.01.02/2015 (BA serah terima pemindahan)"


class TransferProposed(Event, stored_as="custody.transfer_proposed"):
    """The unit asked to hand the person over to another unit."""

    transfer: Open[Ref]
    to: Open[UnitCode]
    reason: Personal[Note]


class TransferDeparted(Event, stored_as="custody.transfer_departed"):
    """The person left for the other unit, and until received is in both units' sight."""

    transfer: Open[Ref]


class TransferReceived(Event, stored_as="custody.transfer_received"):
    """The other unit signed for the person."""

    transfer: Open[Ref]
    unit: Open[UnitCode]


class TransferRefused(Event, stored_as="custody.transfer_refused"):
    """The transfer was turned down. Whoever was on the way is back at the sending unit."""

    transfer: Open[Ref]
    reason: Personal[Note]


TransferEvent = TransferProposed | TransferDeparted | TransferReceived | TransferRefused


class TransferStage(Enum):
    """How far a transfer has come."""

    PROPOSED = "proposed"
    DEPARTED = "departed"
    RECEIVED = "received"
    REFUSED = "refused"
    BROKEN_OFF = "broken_off"
    """Ended on the way: by escape, release or death."""


class Transfer(Value):
    """One transfer: between which units, and how far it has come."""

    origin: str | None
    to: str | None
    stage: TransferStage


Transfers = Mapping[str, Transfer]


def ensure_transfer(proposed: TransferEvent, transfers: Transfers, unit: str | None) -> None:
    """Refuse a step that the transfer cannot take now; ``unit`` is the one that answers."""
    match proposed:
        case TransferProposed():
            ensure(
                proposed.transfer not in transfers,
                "custody.transfer_exists",
                article=MINUTES,
                because=(
                    f"pemindahan {proposed.transfer} sudah pernah diusulkan",
                    f"transfer {proposed.transfer} was proposed before",
                ),
            )
            ensure(
                proposed.to != unit,
                "custody.transfer_to_own_unit",
                article=MINUTES,
                because=(
                    "yang bersangkutan sudah berada di unit tujuan",
                    "the person is in the unit of destination already",
                ),
            )
        case TransferDeparted():
            _ensure_departs(_known(proposed.transfer, transfers), proposed.transfer, unit)
        case TransferReceived():
            _ensure_received(_known(proposed.transfer, transfers), proposed)
        case TransferRefused():
            stage = _known(proposed.transfer, transfers).stage
            ensure(
                stage in (TransferStage.PROPOSED, TransferStage.DEPARTED),
                "custody.transfer_over",
                article=MINUTES,
                because=(
                    f"pemindahan {proposed.transfer} sudah selesai dan tidak dapat ditolak lagi",
                    f"transfer {proposed.transfer} is over and can no longer be refused",
                ),
            )
        case _:
            assert_never(proposed)


def _known(ref: str, transfers: Transfers) -> Transfer:
    if ref not in transfers:
        raise Refused(
            "custody.no_such_transfer",
            article=MINUTES,
            because=(
                f"pemindahan {ref} belum diusulkan pada tanggal itu",
                f"transfer {ref} was not yet proposed on that date",
            ),
        )
    return transfers[ref]


def _ensure_departs(transfer: Transfer, ref: str, unit: str | None) -> None:
    ensure(
        transfer.stage is TransferStage.PROPOSED,
        "custody.transfer_not_open",
        article=MINUTES,
        because=(
            f"pemindahan {ref} sudah berangkat, ditolak, atau selesai",
            f"transfer {ref} has departed, was refused, or is over",
        ),
    )
    ensure(
        transfer.origin == unit,
        "custody.transfer_from_another_unit",
        article=MINUTES,
        because=(
            f"pemindahan {ref} diusulkan {transfer.origin}; yang bersangkutan kini di {unit}",
            f"transfer {ref} was proposed by {transfer.origin}; the person is now in {unit}",
        ),
    )


def _ensure_received(transfer: Transfer, received: TransferReceived) -> None:
    ensure(
        transfer.stage is TransferStage.DEPARTED,
        "custody.transfer_not_departed",
        article=MINUTES,
        because=(
            f"pemindahan {received.transfer} tidak sedang dalam perjalanan pada tanggal itu",
            f"transfer {received.transfer} was not under way on that date",
        ),
    )
    ensure(
        received.unit == transfer.to,
        "custody.transfer_to_another_unit",
        article=MINUTES,
        because=(
            f"pemindahan {received.transfer} menuju {transfer.to}, bukan {received.unit}",
            f"transfer {received.transfer} goes to {transfer.to}, not to {received.unit}",
        ),
    )


STAGE: Final[Mapping[type[TransferEvent], TransferStage]] = {
    TransferProposed: TransferStage.PROPOSED,
    TransferDeparted: TransferStage.DEPARTED,
    TransferReceived: TransferStage.RECEIVED,
    TransferRefused: TransferStage.REFUSED,
}


def stepped(transfers: Transfers, event: TransferEvent, unit: str | None) -> dict[str, Transfer]:
    """Write the step into the list."""
    stage = STAGE[type(event)]
    to = event.to if isinstance(event, TransferProposed) else None
    known = transfers.get(event.transfer)
    if known is None or to is not None:
        known = Transfer(origin=unit, to=to, stage=stage)
    return {**transfers, event.transfer: replace(known, stage=stage)}


def broken_off(transfers: Transfers) -> dict[str, Transfer]:
    """End what is under way: the person is no longer on the road."""
    return {
        ref: replace(transfer, stage=TransferStage.BROKEN_OFF)
        if transfer.stage is TransferStage.DEPARTED
        else transfer
        for ref, transfer in transfers.items()
    }

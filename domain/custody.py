"""Custody: who is held where, from admission to release, and every way out and back.

UU 22/2022 art. 1 says who is held; Kepdirjenpas PAS-170.PK.01.01.02/2015 (V) by which minutes
somebody is taken in, handed over, let out and set free. Going out (court, hospital, leave) is
never a release. Conditional release (KUHP 2023 art. 72 and 73) and penangguhan may be revoked:
the same case then goes on. After any other release a person who comes back is a new case (house
rule). The name is `full_name`: an event's `name` is the one it is stored under.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import Enum
from typing import Final, assert_never, get_args

from domain.fields import Line, Note, PersonId, Ref, RegionCode, UnitCode
from domain.kernel import (
    Chapter,
    Event,
    Journey,
    Open,
    Personal,
    Specific,
    Value,
    Words,
    ensure,
)
from domain.person import Sex
from domain.time import Effective


class AdmissionReason(Enum):
    """Why somebody is taken in: by detention order, verdict, unpaid fine, in trust, as sandera."""

    PENAHANAN = "penahanan"
    PIDANA = "pidana"
    PENGGANTI_DENDA = "pengganti_denda"
    TITIPAN = "titipan"
    SANDERA = "sandera"


class Religion(Enum):
    """Religion or belief as written in the register; the first one counts for remisi khusus."""

    ISLAM = "islam"
    KRISTEN = "kristen"
    KATOLIK = "katolik"
    HINDU = "hindu"
    BUDDHA = "buddha"
    KONGHUCU = "konghucu"
    KEPERCAYAAN = "kepercayaan"
    TIDAK_DIKETAHUI = "tidak_diketahui"


class LegalStatus(Enum):
    """What UU 22/2022 art. 1 calls the person."""

    TAHANAN = "tahanan"
    NARAPIDANA = "narapidana"
    ANAK = "anak"
    ANAK_BINAAN = "anak_binaan"


class LeavePurpose(Enum):
    """What somebody goes out for who stays in custody."""

    SIDANG = "sidang"
    RUMAH_SAKIT = "rumah_sakit"
    POLISI = "polisi"
    CUTI = "cuti"
    ALASAN_PENTING = "alasan_penting"


class ReleaseKind(Enum):
    """By what somebody leaves custody."""

    BEBAS_MURNI = "bebas_murni"
    BEBAS_DEMI_HUKUM = "bebas_demi_hukum"
    PUTUSAN_BEBAS = "putusan_bebas"
    PUTUSAN_LEPAS = "putusan_lepas"
    REMISI = "remisi"
    PEMBEBASAN_BERSYARAT = "pembebasan_bersyarat"
    CUTI_BERSYARAT = "cuti_bersyarat"
    CUTI_MENJELANG_BEBAS = "cuti_menjelang_bebas"
    GRASI = "grasi"
    AMNESTI = "amnesti"
    ABOLISI = "abolisi"
    DENDA_DIBAYAR = "denda_dibayar"
    PENANGGUHAN = "penangguhan"


class ReadmissionReason(Enum):
    """Which conditional release was revoked, so that the same case goes on inside."""

    PB_DICABUT = "pb_dicabut"
    CB_DICABUT = "cb_dicabut"
    CMB_DICABUT = "cmb_dicabut"
    PENANGGUHAN_DICABUT = "penangguhan_dicabut"


class CustodyAdmitted(Event, stored_as="custody.admitted"):
    """A unit took somebody in. The name is written as in the order."""

    person: Open[PersonId]
    unit: Open[UnitCode]
    reason: Open[AdmissionReason]
    full_name: Personal[Line]
    sex: Open[Sex]
    birth_date: Personal[date | None]
    religion: Personal[Religion]
    domicile: Open[RegionCode | None]


class CustodyTakenOver(Event, stored_as="custody.taken_over"):
    """A journey already under way goes on here: its opening facts, and the source that says so."""

    person: Open[PersonId]
    unit: Open[UnitCode]
    full_name: Personal[Line]
    sex: Open[Sex]
    birth_date: Personal[date | None]
    religion: Personal[Religion]
    domicile: Open[RegionCode | None]
    legal_status: Open[LegalStatus]
    admitted_on: Open[date]
    source: Open[Line]
    source_date: Open[date]


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


class WentOut(Event, stored_as="custody.went_out"):
    """The person left the unit for a purpose and stays in custody."""

    purpose: Open[LeavePurpose]
    destination: Personal[Line]
    expected_back: Open[date | None]
    document: Open[Line]


class CameBack(Event, stored_as="custody.came_back"):
    """The person is back in the unit."""


class Escaped(Event, stored_as="custody.escaped"):
    """The person escaped. Time at large is no time served."""


class Recaptured(Event, stored_as="custody.recaptured"):
    """The person was caught and brought to a unit."""

    unit: Open[UnitCode]


class Released(Event, stored_as="custody.released"):
    """The person left custody."""

    kind: Open[ReleaseKind]
    document: Personal[Line]


class Readmitted(Event, stored_as="custody.readmitted"):
    """A conditional release was revoked, and the person is inside again in the same case."""

    unit: Open[UnitCode]
    reason: Open[ReadmissionReason]


class Died(Event, stored_as="custody.died"):
    """The person died."""

    place: Personal[Line]
    cause: Specific[Note | None]
    document: Personal[Line]


CustodyEvent = (
    CustodyAdmitted
    | CustodyTakenOver
    | TransferProposed
    | TransferDeparted
    | TransferReceived
    | TransferRefused
    | WentOut
    | CameBack
    | Escaped
    | Recaptured
    | Released
    | Readmitted
    | Died
)


class Presence(Enum):
    """Where the person is."""

    NOT_ADMITTED = "not_admitted"
    PRESENT = "present"
    OUT = "out"
    IN_TRANSIT = "in_transit"
    ESCAPED = "escaped"
    RELEASED = "released"
    DEAD = "dead"


class TransferStage(Enum):
    """How far a transfer has come."""

    PROPOSED = "proposed"
    DEPARTED = "departed"
    RECEIVED = "received"
    REFUSED = "refused"
    BROKEN_OFF = "broken_off"


class Transfer(Value):
    """One transfer: between which units, and how far it has come."""

    origin: str | None
    to: str | None
    stage: TransferStage


class Custody(Value):
    """Who is held, by which unit, and where the person is since when.

    ``unit`` answers for the person: the sending one while in transit, the last one after release.
    ``destination`` is the unit that a transfer under way is going to.
    """

    person: str | None
    unit: str | None
    presence: Presence
    since: Effective | None
    destination: str | None
    outing: WentOut | None
    release: ReleaseKind | None
    transfers: dict[str, Transfer]
    opening: CustodyAdmitted | CustodyTakenOver | None

    @property
    def admitted_on(self) -> date | None:
        """Return the day of admission, here or where the case was taken over from."""
        if isinstance(self.opening, CustodyTakenOver):
            return self.opening.admitted_on
        return self.opening.effective.day if self.opening else None

    @property
    def religion(self) -> Religion | None:
        """Return the religion first recorded: the one that counts (Keppres 174/1999 art. 7)."""
        return self.opening.religion if self.opening else None


WORDS: Final[Mapping[Presence, Words]] = {
    Presence.NOT_ADMITTED: (
        "yang bersangkutan belum diterima dalam perkara ini pada tanggal itu",
        "the person was not yet admitted in this case on that date",
    ),
    Presence.PRESENT: ("yang bersangkutan berada di dalam unit", "the person is inside the unit"),
    Presence.OUT: ("yang bersangkutan sedang di luar unit", "the person is out of the unit"),
    Presence.IN_TRANSIT: (
        "yang bersangkutan sedang dalam perjalanan pindah",
        "the person is on the way to another unit",
    ),
    Presence.ESCAPED: (
        "yang bersangkutan sedang dalam pelarian",
        "the person has escaped and is at large",
    ),
    Presence.RELEASED: ("yang bersangkutan sudah bebas", "the person has been released"),
    Presence.DEAD: ("yang bersangkutan sudah meninggal dunia", "the person has died"),
}
HELD: Final = (Presence.PRESENT, Presence.OUT, Presence.IN_TRANSIT)
IN_ORDER: Final = "Kaidah Jejak: urutan kejadian"


def ensure_held(journey: Journey, code: str) -> None:
    """Refuse with the code unless the person is in custody: inside, out, or in transit."""
    presence = journey[CUSTODY].presence
    ensure(presence in HELD, code, article=IN_ORDER, because=WORDS[presence])


def ensure_admitted(journey: Journey, code: str) -> None:
    """Refuse with the code unless the person was ever admitted in this case and is alive."""
    presence = journey[CUSTODY].presence
    gone = (Presence.NOT_ADMITTED, Presence.DEAD)
    ensure(presence not in gone, code, article=IN_ORDER, because=WORDS[presence])


def decide(proposed: CustodyEvent, journey: Journey) -> Sequence[Event]:
    """Admit everything: the rules follow."""
    return [proposed]


def _at(custody: Custody, event: CustodyEvent, presence: Presence) -> Custody:
    transfers = {
        ref: replace(transfer, stage=TransferStage.BROKEN_OFF)
        if transfer.stage is TransferStage.DEPARTED
        else transfer
        for ref, transfer in custody.transfers.items()
    }
    return replace(
        custody,
        presence=presence,
        since=event.effective,
        destination=None,
        outing=None,
        release=None,
        transfers=transfers,
    )


def _transfer(custody: Custody, ref: str, stage: TransferStage) -> Custody:
    known = custody.transfers.get(ref, Transfer(origin=custody.unit, to=None, stage=stage))
    return replace(custody, transfers=custody.transfers | {ref: replace(known, stage=stage)})


def evolve(custody: Custody, event: CustodyEvent) -> Custody:
    """Follow the person. The latest fact says where somebody is; only death is final."""
    if custody.presence is Presence.DEAD:
        return custody
    match event:
        case CustodyAdmitted() | CustodyTakenOver():
            opened = replace(custody, person=event.person, unit=event.unit, opening=event)
            return _at(opened, event, Presence.PRESENT)
        case TransferProposed():
            asked = Transfer(origin=custody.unit, to=event.to, stage=TransferStage.PROPOSED)
            return replace(custody, transfers=custody.transfers | {event.transfer: asked})
        case TransferDeparted():
            left = _transfer(
                _at(custody, event, Presence.IN_TRANSIT), event.transfer, TransferStage.DEPARTED
            )
            return replace(left, destination=left.transfers[event.transfer].to)
        case TransferReceived():
            arrived = replace(_at(custody, event, Presence.PRESENT), unit=event.unit)
            return _transfer(arrived, event.transfer, TransferStage.RECEIVED)
        case TransferRefused():
            home = custody
            if custody.presence is Presence.IN_TRANSIT:
                home = _at(custody, event, Presence.PRESENT)
            return _transfer(home, event.transfer, TransferStage.REFUSED)
        case WentOut():
            return replace(_at(custody, event, Presence.OUT), outing=event)
        case CameBack():
            return _at(custody, event, Presence.PRESENT)
        case Escaped():
            return _at(custody, event, Presence.ESCAPED)
        case Recaptured() | Readmitted():
            return replace(_at(custody, event, Presence.PRESENT), unit=event.unit)
        case Released():
            return replace(_at(custody, event, Presence.RELEASED), release=event.kind)
        case Died():
            return _at(custody, event, Presence.DEAD)
        case _:
            assert_never(event)


CUSTODY: Final[Chapter[Custody, CustodyEvent]] = Chapter(
    name="custody",
    events=get_args(CustodyEvent),
    initial=Custody(
        person=None,
        unit=None,
        presence=Presence.NOT_ADMITTED,
        since=None,
        destination=None,
        outing=None,
        release=None,
        transfers={},
        opening=None,
    ),
    decide=decide,
    evolve=evolve,
)

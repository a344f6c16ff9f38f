"""Custody: who is held where, from admission to release, and every way out and back.

UU 22/2022 art. 1 says who is held; Kepdirjenpas PAS-170.PK.01.01.02/2015 (V) by which minutes
somebody is taken in, handed over, let out and set free. Going out (court, hospital, leave) is
never a release. Conditional release (KUHP 2023 art. 72 and 73) and penangguhan may be revoked:
the same case then goes on. After any other release a person who comes back is a new case (house
rule). How a case opens is in `domain.admission`, handing over in `domain.transfer`, release in
`domain.release`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Final, assert_never, get_args

from domain.admission import (
    AdmissionReason,
    CustodyAdmitted,
    CustodyTakenOver,
    LegalStatus,
    Religion,
    ensure_possible,
)
from domain.fields import Line, Note, UnitCode
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
    replace,
)
from domain.person import Sex
from domain.release import (
    ONE_JOURNEY,
    ReadmissionReason,
    Readmitted,
    Released,
    ReleaseKind,
    ensure_revoked,
)
from domain.stay import Stays, come_in, gone
from domain.time import Effective
from domain.transfer import (
    Transfer,
    TransferDeparted,
    TransferEvent,
    TransferProposed,
    TransferReceived,
    TransferRefused,
    TransferStage,
    broken_off,
    ensure_transfer,
    stepped,
)

__all__ = [
    "AdmissionReason",
    "CustodyAdmitted",
    "CustodyTakenOver",
    "LegalStatus",
    "ReadmissionReason",
    "Readmitted",
    "ReleaseKind",
    "Released",
    "Religion",
    "Sex",
    "Transfer",
    "TransferDeparted",
    "TransferProposed",
    "TransferReceived",
    "TransferRefused",
    "TransferStage",
]


class LeavePurpose(Enum):
    """What somebody goes out for who stays in custody."""

    SIDANG = "sidang"
    RUMAH_SAKIT = "rumah_sakit"
    POLISI = "polisi"
    CUTI = "cuti"
    ALASAN_PENTING = "alasan_penting"


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


Arrival = CustodyAdmitted | CustodyTakenOver | TransferReceived | Recaptured | Readmitted


class Presence(Enum):
    """Where the person is."""

    NOT_ADMITTED = "not_admitted"
    PRESENT = "present"
    OUT = "out"
    IN_TRANSIT = "in_transit"
    ESCAPED = "escaped"
    RELEASED = "released"
    DEAD = "dead"


class Custody(Value):
    """Who is held, by which unit, and where the person is since when.

    ``unit`` answers for the person: the sending one while in transit, the last one after release.
    ``destination`` is the unit that a transfer under way is going to.
    """

    person: str | None
    unit: str | None
    presence: Presence
    since: Effective | None
    in_unit_since: Effective | None
    destination: str | None
    outing: WentOut | None
    release: ReleaseKind | None
    transfers: dict[str, Transfer]
    opening: CustodyAdmitted | CustodyTakenOver | None
    stays: Stays

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


HELD: Final = (Presence.PRESENT, Presence.OUT, Presence.IN_TRANSIT)
ALIVE: Final = (*HELD, Presence.ESCAPED, Presence.RELEASED)
FROM: Final[Mapping[type[CustodyEvent], Sequence[Presence]]] = {
    CustodyAdmitted: (Presence.NOT_ADMITTED,),
    CustodyTakenOver: (Presence.NOT_ADMITTED,),
    TransferProposed: (Presence.PRESENT, Presence.OUT),
    TransferDeparted: (Presence.PRESENT,),
    TransferReceived: HELD,
    TransferRefused: HELD,
    WentOut: (Presence.PRESENT,),
    CameBack: (Presence.OUT,),
    Escaped: HELD,
    Recaptured: (Presence.ESCAPED,),
    Released: HELD,
    Readmitted: (Presence.RELEASED,),
    Died: ALIVE,
}
"""Where the person has to be for a fact to be possible."""
TO: Final[Mapping[type[CustodyEvent], Presence]] = {
    CustodyAdmitted: Presence.PRESENT,
    CustodyTakenOver: Presence.PRESENT,
    TransferDeparted: Presence.IN_TRANSIT,
    TransferReceived: Presence.PRESENT,
    WentOut: Presence.OUT,
    CameBack: Presence.PRESENT,
    Escaped: Presence.ESCAPED,
    Recaptured: Presence.PRESENT,
    Released: Presence.RELEASED,
    Readmitted: Presence.PRESENT,
    Died: Presence.DEAD,
}
"""Where a fact leaves the person."""
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
IN_ORDER: Final = "Kaidah Jejak: urutan kejadian"
MINUTES: Final = "Kepdirjenpas PAS-170.PK.01.01.02/2015"


def ensure_held(journey: Journey, code: str) -> None:
    """Refuse with the code unless the person is in custody: inside, out, or in transit."""
    presence = journey[CUSTODY].presence
    ensure(presence in HELD, code, article=IN_ORDER, because=WORDS[presence])


def ensure_admitted(journey: Journey, code: str) -> None:
    """Refuse with the code unless the person was ever admitted in this case and is alive."""
    presence = journey[CUSTODY].presence
    gone = (Presence.NOT_ADMITTED, Presence.DEAD)
    ensure(presence not in gone, code, article=IN_ORDER, because=WORDS[presence])


def ensure_alive(journey: Journey, code: str) -> None:
    """Refuse with the code once the person has died. What was before the admission may be told."""
    presence = journey[CUSTODY].presence
    ensure(presence is not Presence.DEAD, code, article=IN_ORDER, because=WORDS[presence])


def _ensure_possible_from(presence: Presence, proposed: CustodyEvent) -> None:
    if isinstance(proposed, CustodyAdmitted | CustodyTakenOver):
        ensure(
            presence is Presence.NOT_ADMITTED,
            "custody.already_admitted",
            article=ONE_JOURNEY,
            because=(
                "perkara ini sudah dibuka; orang yang masuk lagi dicatat sebagai perkara baru",
                "this case is open already; a person who comes back is a new case",
            ),
        )
    ensure(
        presence in FROM[type(proposed)],
        f"custody.{presence.value}",
        article=IN_ORDER,
        because=WORDS[presence],
    )


def _ensure_back_after_going(proposed: WentOut) -> None:
    ensure(
        proposed.expected_back is None or proposed.expected_back >= proposed.effective.day,
        "custody.back_before_going",
        article=MINUTES,
        because=(
            "tanggal rencana kembali mendahului tanggal keluar",
            "the day of the expected return is before the day of going out",
        ),
        field="expected_back",
    )


def decide(proposed: CustodyEvent, journey: Journey) -> Sequence[Event]:
    """Admit what is possible from where the person was when it took effect."""
    custody = journey[CUSTODY]
    _ensure_possible_from(custody.presence, proposed)
    match proposed:
        case CustodyAdmitted() | CustodyTakenOver():
            ensure_possible(proposed)
        case TransferProposed() | TransferDeparted() | TransferReceived() | TransferRefused():
            ensure_transfer(proposed, custody.transfers, custody.unit)
        case WentOut():
            _ensure_back_after_going(proposed)
        case Readmitted():
            ensure_revoked(custody.release, proposed)
        case CameBack() | Escaped() | Recaptured() | Released() | Died():
            pass
        case _:
            assert_never(proposed)
    return [proposed]


def _moved(custody: Custody, event: CustodyEvent, presence: Presence) -> Custody:
    return replace(
        custody,
        presence=presence,
        since=event.effective,
        destination=None,
        outing=None,
        release=None,
        transfers=broken_off(custody.transfers),
    )


def _taken_in(custody: Custody, event: Arrival) -> Custody:
    return replace(custody, unit=event.unit, in_unit_since=event.effective)


def _began(custody: Custody, event: Arrival) -> Custody:
    since = event.admitted_on if isinstance(event, CustodyTakenOver) else event.effective.day
    return replace(_taken_in(custody, event), stays=come_in(custody.stays, since, event.stored_as))


def _ended(custody: Custody, event: Escaped | Released | Died) -> Custody:
    kind = event.kind if isinstance(event, Released) else None
    stays = gone(custody.stays, event.effective.day, event.stored_as, kind)
    return replace(custody, stays=stays, release=kind)


def _transferred(custody: Custody, event: TransferEvent) -> Custody:
    was = custody.transfers.get(event.transfer)
    transfers = stepped(custody.transfers, event, custody.unit)
    match event:
        case TransferProposed():
            moved = custody
        case TransferDeparted():
            away = _moved(custody, event, TO[type(event)])
            moved = replace(away, destination=transfers[event.transfer].to)
        case TransferReceived():
            moved = _taken_in(_moved(custody, event, TO[type(event)]), event)
        case TransferRefused():
            returned = was is not None and was.stage is TransferStage.DEPARTED
            moved = _moved(custody, event, Presence.PRESENT) if returned else custody
        case _:
            assert_never(event)
    return replace(moved, transfers=stepped(moved.transfers, event, custody.unit))


def evolve(custody: Custody, event: CustodyEvent) -> Custody:
    """Follow the person. The latest fact says where somebody is; only death is final."""
    if custody.presence is Presence.DEAD:
        return custody
    if isinstance(event, TransferEvent):
        return _transferred(custody, event)
    moved = _moved(custody, event, TO[type(event)])
    match event:
        case CustodyAdmitted() | CustodyTakenOver():
            moved = replace(_began(moved, event), person=event.person, opening=event)
        case WentOut():
            moved = replace(moved, outing=event)
        case Recaptured() | Readmitted():
            moved = _began(moved, event)
        case Released() | Escaped() | Died():
            moved = _ended(moved, event)
        case CameBack():
            pass
        case _:
            assert_never(event)
    return moved


CUSTODY: Final[Chapter[Custody, CustodyEvent]] = Chapter(
    name="custody",
    events=get_args(CustodyEvent),
    initial=Custody(
        person=None,
        unit=None,
        presence=Presence.NOT_ADMITTED,
        since=None,
        in_unit_since=None,
        destination=None,
        outing=None,
        release=None,
        transfers={},
        opening=None,
        stays=(),
    ),
    decide=decide,
    evolve=evolve,
    opens=(CustodyAdmitted, CustodyTakenOver),
)

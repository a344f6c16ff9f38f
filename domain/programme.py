"""Programme: one cohort or class, its seats and its queue, its sessions and who was there.

A programme has so many seats and no more. Whoever asks gets a seat while one is free and nobody
waits, else a place in the queue; a seat given back goes to the first who waits. The order is that
in which the requests took effect, then that in which they were told. Lowering the number of seats
puts nobody out: seats given back then stay empty until the number fits. A request told late is
decided on the seats of its own day, so that it may leave a programme over its number: that is for
review (the architecture's rule), and until it fits no seat is passed on.

Whom the partner takes is the agreement's to say: by domicile, a kabupaten or kota (Kemendagri
code), or a whole province. Sessions count for those who were marked: somebody seated in the middle
of a period is not absent from what came before. Seats are the house's own rules; the kinds of
programme are those of the partnerships (certainty V); pembinaan as a right: UU 22/2022 art. 9 (K+).
"""

from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import Final, NamedTuple, assert_never, get_args

from domain.fields import AgreementId, CaseId, Count, Hours, Line, Ref, RegionCode, UnitCode
from domain.kernel import Chapter, Event, Journey, Open, Value, ensure, replace
from domain.participation import ensure_period
from domain.region import known_region
from domain.time import Effective


class ProgrammeKind(Enum):
    """What a programme is for."""

    KEJAR_PAKET = "kejar_paket"
    PELATIHAN_KETERAMPILAN = "pelatihan_keterampilan"
    KEWIRAUSAHAAN = "kewirausahaan"
    PERTANIAN = "pertanian"
    LITERASI = "literasi"
    KEROHANIAN = "kerohanian"
    BANTUAN_HUKUM = "bantuan_hukum"
    PSIKOSOSIAL = "psikososial"
    PEMBERDAYAAN_EKONOMI = "pemberdayaan_ekonomi"


class ProviderKind(Enum):
    """Who holds it: the unit's officials, a BPVP, a Dinas, an UMKM, an SKB or PKBM, another."""

    PETUGAS = "petugas"
    INSTRUKTUR_BPVP = "instruktur_bpvp"
    DINAS = "dinas"
    UMKM = "umkm"
    SKB = "skb"
    PKBM = "pkbm"
    LAIN = "lain"


class Attendance(Enum):
    """How somebody is marked in a session: there, excused, ill, or absent."""

    HADIR = "hadir"
    IZIN = "izin"
    SAKIT = "sakit"
    ALPA = "alpa"


class Mark(Value):
    """One line of the list of a session."""

    case: CaseId
    presence: Attendance


class ProgrammeOpened(Event, stored_as="programme.opened"):
    """A cohort or class was opened. Without domiciles it takes whoever asks."""

    kind: Open[ProgrammeKind]
    title: Open[Line]
    unit: Open[UnitCode]
    provider: Open[Line]
    provider_kind: Open[ProviderKind]
    certified: Open[bool]
    scheme: Open[Line | None]
    capacity: Open[Count]
    agreement: Open[AgreementId | None]
    starts: Open[date]
    ends: Open[date | None]
    eligible_domiciles: Open[tuple[RegionCode, ...]]
    asset: Open[Line | None]


class CapacityChanged(Event, stored_as="programme.capacity_changed"):
    """The programme has another number of seats."""

    capacity: Open[Count]


class SeatRequested(Event, stored_as="programme.seat_requested"):
    """A seat was asked for."""

    case: Open[CaseId]
    domicile: Open[RegionCode | None]


class Seated(Event, stored_as="programme.seated"):
    """Somebody got a seat. Follows from a request, a seat given back, or more seats."""

    case: Open[CaseId]


class Queued(Event, stored_as="programme.queued"):
    """Somebody waits for a seat. Follows from a request; ``place`` is the one on that day."""

    case: Open[CaseId]
    place: Open[Count]


class SeatReleased(Event, stored_as="programme.seat_released"):
    """A seat, or a place in the queue, was given back."""

    case: Open[CaseId]


class SessionHeld(Event, stored_as="programme.session_held"):
    """A session was held, on the day it took effect, with the marks of the whole class."""

    session: Open[Ref]
    hours: Open[Hours]
    marks: Open[tuple[Mark, ...]]


class PeriodClosed(Event, stored_as="programme.period_closed"):
    """Attendance was summed over a period; summed again, the newer sum stands."""

    from_day: Open[date]
    until_day: Open[date]


class ProgrammeClosed(Event, stored_as="programme.closed"):
    """The programme is over: no more seats, no more sessions."""


SeatEvent = SeatRequested | Seated | Queued | SeatReleased
ProgrammeEvent = (
    ProgrammeOpened | CapacityChanged | SeatEvent | SessionHeld | PeriodClosed | ProgrammeClosed
)


class Tally(NamedTuple):
    """Sessions in which somebody was marked, those attended, and the hours of both."""

    held: int
    attended: int
    hours_held: int
    hours_attended: int


class Programme(Value):
    """Who is seated in order of seating, who waits in order of asking, and what was held.

    ``former`` once had or waited for a seat: giving it back again changes nothing.
    """

    opened: ProgrammeOpened | None
    capacity: int
    seated: tuple[str, ...]
    queue: tuple[str, ...]
    former: tuple[str, ...]
    sessions: dict[str, SessionHeld]
    periods: tuple[PeriodClosed, ...]
    closed: Effective | None

    @property
    def next_in_queue(self) -> tuple[str, ...]:
        """Return those waiting for whom there is a free seat now, in order."""
        free = 0 if self.closed else max(self.capacity - len(self.seated), 0)
        return self.queue[:free]


SEATS: Final = "Kaidah Jejak: kursi dan antrean"
SESSIONS: Final = "Kaidah Jejak: daftar hadir"
LIFE: Final = "Kaidah Jejak: masa program"


def summary(programme: Programme, from_day: date, until_day: date) -> dict[str, Tally]:
    """Return what each case marked in the period was offered and attended, both days included."""
    tallies: dict[str, Tally] = {}
    for session in programme.sessions.values():
        if from_day <= session.effective.day <= until_day:
            for mark in session.marks:
                was = tallies.get(mark.case, Tally(0, 0, 0, 0))
                there = int(mark.presence is Attendance.HADIR)
                tallies[mark.case] = Tally(
                    held=was.held + 1,
                    attended=was.attended + there,
                    hours_held=was.hours_held + session.hours,
                    hours_attended=was.hours_attended + there * session.hours,
                )
    return tallies


def _ensure_new(programme: Programme, proposed: ProgrammeOpened) -> None:
    ensure(
        programme.opened is None,
        "programme.already_opened",
        article=LIFE,
        because=("program ini sudah dibuka", "this programme is open already"),
    )
    ensure(
        proposed.ends is None or proposed.starts <= proposed.ends,
        "programme.ends_before_start",
        article=LIFE,
        because=("program berakhir sebelum dimulai", "the programme ends before it starts"),
        field="ends",
    )
    for code in proposed.eligible_domiciles:
        known_region(code, "eligible_domiciles")


def _ensure_open(programme: Programme, proposed: ProgrammeEvent) -> None:
    ensure(
        programme.opened is not None,
        "programme.not_opened",
        article=LIFE,
        because=("program belum dibuka waktu itu", "the programme was not open yet"),
    )
    ensure(
        programme.closed is None or isinstance(proposed, STILL_POSSIBLE),
        "programme.already_closed",
        article=LIFE,
        because=("program sudah ditutup waktu itu", "the programme was closed by then"),
    )


def _ensure_may_ask(programme: Programme, proposed: SeatRequested) -> None:
    if proposed.domicile is not None:
        known_region(proposed.domicile, "domicile")
    eligible = programme.opened.eligible_domiciles if programme.opened else ()
    domicile = proposed.domicile or ""
    ensure(
        not eligible
        or any(domicile == region or domicile.startswith(f"{region}.") for region in eligible),
        "programme.domicile_not_eligible",
        article="Perjanjian kerja sama: domisili peserta",
        because=(
            f"program ini untuk domisili {', '.join(eligible)}, bukan {domicile or 'tanpa data'}",
            f"this programme is for domicile {', '.join(eligible)}, not {domicile or 'unknown'}",
        ),
    )
    ensure(
        proposed.case not in (*programme.seated, *programme.queue),
        "programme.already_requested",
        article=SEATS,
        because=("kursi sudah didapat atau diantre", "the person is seated or waits already"),
    )


def _ensure_turn(programme: Programme, proposed: Seated | Queued) -> None:
    waiting = programme.next_in_queue if isinstance(proposed, Seated) else programme.queue
    ensure(
        proposed.case in waiting,
        "programme.not_next",
        article=SEATS,
        because=("bukan giliran orang ini", "it is not this person's turn"),
    )


def _ensure_marks(programme: Programme, proposed: SessionHeld) -> None:
    cases = [mark.case for mark in proposed.marks]
    ensure(
        len(set(cases)) == len(cases),
        "programme.marked_twice",
        article=SESSIONS,
        because=("ada peserta yang tercatat dua kali", "somebody is marked twice"),
        field="marks",
    )
    ensure(
        proposed.session not in programme.sessions,
        "programme.session_exists",
        article=SESSIONS,
        because=("pertemuan ini sudah tercatat", "this session is recorded already"),
    )
    strangers = sorted(set(cases) - set(programme.seated))
    ensure(
        not strangers,
        "programme.not_seated",
        article=SESSIONS,
        because=(
            f"bukan peserta program pada tanggal itu: {', '.join(strangers)}",
            f"without a seat in the programme on that day: {', '.join(strangers)}",
        ),
    )


def _follows(after: Programme, proposed: ProgrammeEvent) -> list[Event]:
    """Return the seats that go to those who wait, and the place of one who now has to."""
    if not isinstance(proposed, SeatRequested | SeatReleased | CapacityChanged):
        return []
    given = after.next_in_queue
    seated: list[Event] = [Seated(effective=proposed.effective, case=case) for case in given]
    if isinstance(proposed, SeatRequested) and proposed.case not in given:
        place = after.queue.index(proposed.case) + 1 - len(given)
        return [*seated, Queued(effective=proposed.effective, case=proposed.case, place=place)]
    return seated


STILL_POSSIBLE: Final = (SeatReleased, PeriodClosed, ProgrammeClosed)
"""What may follow the end: giving up a seat passes nothing on, and the books are closed late."""


def decide(proposed: ProgrammeEvent, journey: Journey) -> Sequence[Event]:
    """Admit what seats, queue and lists can hold, and pass on the seats that come free."""
    programme = journey[PROGRAMME]
    if not isinstance(proposed, ProgrammeOpened):
        _ensure_open(programme, proposed)
    match proposed:
        case ProgrammeOpened():
            _ensure_new(programme, proposed)
        case SeatRequested():
            _ensure_may_ask(programme, proposed)
        case Seated() | Queued():
            _ensure_turn(programme, proposed)
        case SeatReleased():
            ensure(
                proposed.case in (*programme.seated, *programme.queue, *programme.former),
                "programme.no_seat",
                article=SEATS,
                because=("kursi tidak pernah diminta", "no seat was ever asked for"),
            )
        case SessionHeld():
            _ensure_marks(programme, proposed)
        case PeriodClosed():
            ensure_period(
                PROGRAMME.name,
                (proposed.from_day, proposed.until_day),
                told=proposed.effective,
                others=[(period.from_day, period.until_day) for period in programme.periods],
            )
        case CapacityChanged() | ProgrammeClosed():
            pass
        case _:
            assert_never(proposed)
    return [proposed, *_follows(evolve(programme, proposed), proposed)]


def evolve(programme: Programme, event: ProgrammeEvent) -> Programme:
    """Move people between queue and seats, and keep the lists."""
    match event:
        case ProgrammeOpened():
            return replace(programme, opened=event, capacity=event.capacity)
        case CapacityChanged():
            return replace(programme, capacity=event.capacity)
        case SeatRequested() | Queued() | Seated() | SeatReleased():
            return _moved(programme, event)
        case SessionHeld():
            return replace(programme, sessions=programme.sessions | {event.session: event})
        case PeriodClosed():
            key = event.from_day, event.until_day
            others = (said for said in programme.periods if (said.from_day, said.until_day) != key)
            return replace(programme, periods=(*others, event))
        case ProgrammeClosed():
            return replace(programme, closed=programme.closed or event.effective)
        case _:
            assert_never(event)


def _moved(programme: Programme, event: SeatEvent) -> Programme:
    known = event.case in (*programme.seated, *programme.queue)
    if isinstance(event, SeatRequested | Queued):
        return programme if known else replace(programme, queue=(*programme.queue, event.case))
    seated, former = _without(programme.seated, event.case), programme.former
    if isinstance(event, SeatReleased) and event.case not in former:
        former = (*former, event.case)
    return replace(
        programme,
        seated=(*seated, event.case) if isinstance(event, Seated) else seated,
        queue=_without(programme.queue, event.case),
        former=former,
    )


def _without(cases: tuple[str, ...], gone: str) -> tuple[str, ...]:
    return tuple(case for case in cases if case != gone)


PROGRAMME: Final[Chapter[Programme, ProgrammeEvent]] = Chapter(
    name="programme",
    events=get_args(ProgrammeEvent),
    initial=Programme(
        opened=None,
        capacity=0,
        seated=(),
        queue=(),
        former=(),
        sessions={},
        periods=(),
        closed=None,
    ),
    decide=decide,
    evolve=evolve,
    opens=(ProgrammeOpened,),
)

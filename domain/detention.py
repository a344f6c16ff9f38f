"""Detention: on whose order somebody is held before the verdict is final, and until which day.

KUHAP (UU 8/1981 art. 20 to 29; UU 20/2025 art. 102 to 107, V1): the penyidik, the penuntut umum and
the courts each order detention for a term and may have it extended; Registers A I to A V follow.
First and last day both count. How long a term may be is the law's question (`domain.law`), not this
chapter's: here the terms follow upon each other. An extension begins on the day after the running
term, later by the days in hospital (pembantaran, which do not count, K+), or later still when its
order was given only after the term had run out: that gap happened and is kept. A new stage may
begin before the old term is over, and ends it. An order may be older than the admission.
"""

from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import Final, assert_never, get_args

from domain.custody import ensure_alive
from domain.fields import Line, Note
from domain.kernel import Chapter, Event, Journey, Open, Refused, Specific, Value, ensure, replace


class DetentionStage(Enum):
    """Who holds the case, in the order in which it is handed on."""

    PENYIDIK = "penyidik"
    PENUNTUT_UMUM = "penuntut_umum"
    HAKIM_PN = "hakim_pn"
    HAKIM_PT = "hakim_pt"
    HAKIM_MA = "hakim_ma"


class DetentionForm(Enum):
    """Where somebody is detained: in a Rutan, at home, or within the town."""

    RUTAN = "rutan"
    RUMAH = "rumah"
    KOTA = "kota"


class DetentionOrdered(Event, stored_as="detention.ordered"):
    """Detention was ordered, at first or at a new stage."""

    stage: Open[DetentionStage]
    form: Open[DetentionForm]
    authority: Open[Line]
    order_number: Specific[Line]
    order_date: Open[date]
    starts: Open[date]
    until: Open[date]
    legal_basis: Open[Line]


class DetentionExtended(Event, stored_as="detention.extended"):
    """The running term was extended; ``exceptional`` where the law asks for special grounds."""

    stage: Open[DetentionStage]
    authority: Open[Line]
    order_number: Specific[Line]
    order_date: Open[date]
    starts: Open[date]
    until: Open[date]
    legal_basis: Open[Line]
    exceptional: Open[bool]


class DetentionFormChanged(Event, stored_as="detention.form_changed"):
    """Detention goes on in another form (pengalihan)."""

    form: Open[DetentionForm]


class HospitalStayBegan(Event, stored_as="detention.hospital_stay_began"):
    """The person was taken to hospital, and the term stands still (pembantaran)."""

    hospital: Specific[Line]


class HospitalStayEnded(Event, stored_as="detention.hospital_stay_ended"):
    """The person is out of hospital, and the term runs on."""


class DetentionSuspended(Event, stored_as="detention.suspended"):
    """Detention was suspended on conditions (penangguhan)."""

    order_number: Specific[Line]


class DetentionEnded(Event, stored_as="detention.ended"):
    """Detention came to its end."""

    reason: Specific[Note]


Order = DetentionOrdered | DetentionExtended
DetentionEvent = (
    DetentionOrdered
    | DetentionExtended
    | DetentionFormChanged
    | HospitalStayBegan
    | HospitalStayEnded
    | DetentionSuspended
    | DetentionEnded
)


class DetentionStatus(Enum):
    """Whether a term is running."""

    NONE = "none"
    RUNNING = "running"
    SUSPENDED = "suspended"
    ENDED = "ended"


class FormTaken(Value):
    """The form that detention had from a day on; `None` where it was suspended, or at its end."""

    since: date
    form: DetentionForm | None


class HospitalStay(Value):
    """Days in hospital: from the day of going, until that of leaving, which is none any more."""

    since: date
    until: date | None


class Detention(Value):
    """Every order in the order in which they took effect, and how the running term stands.

    ``hospital_days`` are those of the running term, stays that are over. ``forms`` and
    ``hospital_stays`` are all there were.
    """

    orders: tuple[Order, ...]
    status: DetentionStatus
    form: DetentionForm | None
    in_hospital_since: date | None
    hospital_days: int
    forms: tuple[FormTaken, ...]
    hospital_stays: tuple[HospitalStay, ...]

    @property
    def stage(self) -> DetentionStage | None:
        """Return the stage of the last order."""
        return self.orders[-1].stage if self.orders else None

    @property
    def until(self) -> date | None:
        """Return the last day of the running term, or of the last one, by its order."""
        return self.orders[-1].until if self.orders else None


KUHAP: Final = "KUHAP (UU 8/1981 art. 20-29; UU 20/2025 art. 102-107)"
PEMBANTARAN: Final = "KUHAP (pembantaran)"


def _ensure_term(proposed: Order) -> None:
    ensure(
        proposed.until >= proposed.starts,
        "detention.until_before_starts",
        article=KUHAP,
        because=(
            "hari terakhir penahanan mendahului hari pertamanya",
            "the last day of detention is before its first",
        ),
        field="until",
    )


def _ensure_order(proposed: DetentionOrdered, detention: Detention) -> None:
    _ensure_term(proposed)
    if detention.status is not DetentionStatus.RUNNING:
        return
    stages, last = list(DetentionStage), detention.orders[-1]
    ensure(
        proposed.stage is not last.stage,
        "detention.already_ordered",
        article=KUHAP,
        because=(
            "penahanan pada tahap ini sudah berjalan; catat perpanjangannya",
            "detention at this stage is running already; record its extension",
        ),
    )
    ensure(
        stages.index(proposed.stage) > stages.index(last.stage),
        "detention.stage_order",
        article=KUHAP,
        because=(
            "tahap penahanan tidak mundur selama penahanan berjalan",
            "stages do not go back while detention is running",
        ),
    )
    ensure(
        proposed.starts > last.starts,
        "detention.stage_before_last",
        article=KUHAP,
        because=(
            f"tahap sebelumnya baru mulai {last.starts.isoformat()}",
            f"the stage before it began only on {last.starts.isoformat()}",
        ),
    )


def _ensure_extension(proposed: DetentionExtended, detention: Detention) -> None:
    _ensure_term(proposed)
    _ensure_running(detention)
    last = detention.orders[-1]
    ensure(
        proposed.stage is last.stage,
        "detention.extends_another_stage",
        article=KUHAP,
        because=(
            f"yang berjalan adalah penahanan tahap {last.stage.value}",
            f"the detention that is running is that of stage {last.stage.value}",
        ),
    )
    uncovered = proposed.starts.toordinal() - last.until.toordinal() - 1
    ensure(
        uncovered >= 0,
        "detention.overlaps",
        article=KUHAP,
        because=(
            f"masa yang berjalan sampai {last.until.isoformat()}; perpanjangan mulai sesudahnya",
            f"the running term is until {last.until.isoformat()}; an extension begins after it",
        ),
    )
    ensure(
        uncovered <= _stood_still(detention, proposed.starts) or proposed.order_date > last.until,
        "detention.gap",
        article=KUHAP,
        because=(
            f"antara {last.until.isoformat()} dan awal perpanjangan ada hari tanpa perintah",
            f"there are days without an order between {last.until.isoformat()} and the extension",
        ),
    )


def _stood_still(detention: Detention, on: date) -> int:
    since = detention.in_hospital_since
    running = max((on - since).days, 0) if since else 0
    return detention.hospital_days + running


def _ensure_running(detention: Detention) -> None:
    ensure(
        detention.status is DetentionStatus.RUNNING,
        "detention.not_running",
        article=KUHAP,
        because=(
            "tidak ada penahanan yang berjalan pada tanggal itu",
            "no detention was running on that date",
        ),
    )


def _ensure_other_form(proposed: DetentionFormChanged, detention: Detention) -> None:
    _ensure_running(detention)
    ensure(
        proposed.form is not detention.form,
        "detention.same_form",
        article=KUHAP,
        because=(
            "bentuk penahanan itu sudah berlaku",
            "detention has that form already",
        ),
    )


def _ensure_goes_to_hospital(detention: Detention) -> None:
    _ensure_running(detention)
    ensure(
        detention.in_hospital_since is None,
        "detention.already_in_hospital",
        article=PEMBANTARAN,
        because=("yang bersangkutan sudah dibantarkan", "the person is in hospital already"),
    )


def _ensure_leaves_hospital(detention: Detention) -> None:
    if detention.in_hospital_since is None:
        raise Refused(
            "detention.not_in_hospital",
            article=PEMBANTARAN,
            because=(
                "yang bersangkutan tidak sedang dibantarkan",
                "the person is not in hospital",
            ),
        )


def _ensure_ends(detention: Detention) -> None:
    ensure(
        detention.status in (DetentionStatus.RUNNING, DetentionStatus.SUSPENDED),
        "detention.nothing_to_end",
        article=KUHAP,
        because=(
            "tidak ada penahanan yang berjalan atau ditangguhkan pada tanggal itu",
            "no detention was running or suspended on that date",
        ),
    )


def decide(proposed: DetentionEvent, journey: Journey) -> Sequence[Event]:
    """Admit orders that follow upon each other."""
    detention = journey[DETENTION]
    ensure_alive(journey, "detention.dead")
    match proposed:
        case DetentionOrdered():
            _ensure_order(proposed, detention)
        case DetentionExtended():
            _ensure_extension(proposed, detention)
        case DetentionFormChanged():
            _ensure_other_form(proposed, detention)
        case HospitalStayBegan():
            _ensure_goes_to_hospital(detention)
        case HospitalStayEnded():
            _ensure_leaves_hospital(detention)
        case DetentionSuspended():
            _ensure_running(detention)
        case DetentionEnded():
            _ensure_ends(detention)
        case _:
            assert_never(proposed)
    return [proposed]


def _under(detention: Detention, order: Order) -> Detention:
    since = detention.in_hospital_since
    return replace(
        detention,
        orders=(*detention.orders, order),
        status=DetentionStatus.RUNNING,
        in_hospital_since=max(since, order.starts) if since else None,
        hospital_days=0,
    )


def _in_form(detention: Detention, since: date, form: DetentionForm | None) -> Detention:
    taken = FormTaken(since=since, form=form)
    return replace(detention, forms=(*detention.forms, taken))


def _out_of_hospital(detention: Detention, day: date) -> Detention:
    *before, last = detention.hospital_stays or (None,)
    if last is None or last.until is not None:
        return detention
    return replace(detention, hospital_stays=(*filter(None, before), replace(last, until=day)))


def evolve(detention: Detention, event: DetentionEvent) -> Detention:
    """Follow the orders."""
    day = event.effective.day
    match event:
        case DetentionOrdered():
            ordered = replace(_under(detention, event), form=event.form)
            detention = _in_form(ordered, event.starts, event.form)
        case DetentionExtended():
            detention = _under(detention, event)
        case DetentionFormChanged():
            detention = _in_form(replace(detention, form=event.form), day, event.form)
        case HospitalStayBegan():
            stays = (*detention.hospital_stays, HospitalStay(since=day, until=None))
            detention = replace(detention, in_hospital_since=day, hospital_stays=stays)
        case HospitalStayEnded():
            days = _stood_still(detention, day)
            out = _out_of_hospital(detention, day)
            detention = replace(out, in_hospital_since=None, hospital_days=days)
        case DetentionSuspended():
            suspended = replace(detention, status=DetentionStatus.SUSPENDED)
            detention = _in_form(suspended, day, None)
        case DetentionEnded():
            out = _out_of_hospital(detention, day)
            ended = replace(out, status=DetentionStatus.ENDED, in_hospital_since=None)
            detention = _in_form(ended, day, None)
        case _:
            assert_never(event)
    return detention


DETENTION: Final[Chapter[Detention, DetentionEvent]] = Chapter(
    name="detention",
    events=get_args(DetentionEvent),
    initial=Detention(
        orders=(),
        status=DetentionStatus.NONE,
        form=None,
        in_hospital_since=None,
        hospital_days=0,
        forms=(),
        hospital_stays=(),
    ),
    decide=decide,
    evolve=evolve,
)

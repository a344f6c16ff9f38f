"""Nothing is recorded before it has happened: neither an event, nor a document that grants it."""

from datetime import datetime
from typing import Final

from domain.batch_list import BatchSkIssued
from domain.kernel import Event, ensure

WHAT_IS_THERE: Final = "Kaidah Jejak: yang dicatat adalah yang sudah terjadi"


def ensure_happened(event: Event, now: datetime) -> None:
    """Refuse what is said to take effect later than now."""
    ensure(
        event.effective.instant <= now,
        "append.effective_in_future",
        article=WHAT_IS_THERE,
        because=(
            "tanggal berlaku masih di masa depan; catat setelah terjadi",
            "the effective time lies in the future; record it once it has happened",
        ),
        field="effective",
    )
    ensure_signed(event, now)


def ensure_signed(event: Event, now: datetime) -> None:
    """Refuse the SK of a list that is dated after today, in the zone of its unit.

    It may be dated after the step that it is recorded as: an SK comes late, and is for its day.
    """
    if not isinstance(event, BatchSkIssued):
        return
    today = now.astimezone(event.effective.zone.offset).date()
    ensure(
        event.sk_date <= today,
        "remisi_batch.sk_in_future",
        article=WHAT_IS_THERE,
        because=(
            f"tanggal SK {event.sk_date} masih di masa depan; catat setelah SK ditandatangani",
            f"the SK's date {event.sk_date} lies in the future; record it once it is signed",
        ),
        field="sk_date",
    )

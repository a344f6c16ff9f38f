"""Days and instants as a person writes them on the command line."""

from datetime import date, datetime

from api.telling import fail


def moment_of(text: str | None, option: str) -> date | datetime | None:
    """Return a day or an instant; end with status 2 at anything else."""
    if text is None or len(text) > len("2025-08-17"):
        return instant_of(text, option)
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"{option}: tulis seperti 2025-08-17", f"{option}: write 2025-08-17", status=2)


def instant_of(text: str | None, option: str) -> datetime | None:
    """Return an instant with its zone; end with status 2 at anything else."""
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        form = "2025-08-17T09:00:00+07:00"
        fail(f"{option}: tulis seperti {form}", f"{option}: write {form}", status=2)
    return instant

"""Where each role is at home: its first page, to which the mark in the head leads back."""

from collections.abc import Mapping
from typing import Final

from api.tokens import Caller, Role

DESK: Final = "/mitra"
"""Where agencies are at home; the other pages are for staff."""
READS: Final = "/siapa-melihat"
"""Where those are at home who look after how data is used."""
HOMES: Final[Mapping[Role, str]] = {Role.AGENCY: DESK, Role.COMPLIANCE: READS}
"""Those who have a page of their own; the others begin with the overview."""


def home_of(caller: Caller | None) -> str:
    """Return the first page of whoever visits."""
    return HOMES.get(caller.role, "/") if caller else "/"

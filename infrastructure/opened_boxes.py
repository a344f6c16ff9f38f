"""What was unsealed for reports, in memory: short values, a bounded number of them.

A report looks at one day of each of thousands of people, and so does the next one. To have their
keys at hand and to open the boxes takes longer than all else that it does in this process.
"""

from typing import Any, Final

OPENED_MOST: Final = 20_000
"""Values that are kept, some 400 bytes each with their places."""
SHORT: Final = 64
"""Bytes of a box that is kept: a day's has 40, a story of many steps hundreds."""
Place = tuple[str, str, str]
"""To which row, subject and column a box belongs: elsewhere it could not be opened."""
SEALED: Final = object()
"""Stands for a value that is not here."""


class OpenedBoxes:
    """Values by their boxes. When there are too many it begins anew.

    Whoever was forgotten is not taken out of it: the whole of it is let go (`RowSeals.boxes`).
    """

    def __init__(self, most: int = OPENED_MOST) -> None:
        self._most = most
        self._values: dict[bytes, tuple[Place, Any]] = {}

    def find(self, box: bytes, place: Place) -> Any:
        """Return what a box holds that was opened at this place, or `SEALED`."""
        known = self._values.get(box)
        return known[1] if known is not None and known[0] == place else SEALED

    def keep(self, box: bytes, place: Place, value: Any) -> None:
        """Keep what a box holds."""
        if len(box) > SHORT:
            return
        if len(self._values) >= self._most:
            self._values.clear()
        self._values[box] = place, value

    def __len__(self) -> int:
        return len(self._values)

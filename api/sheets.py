"""Tables as XLSX, as a registrar opens them: a head that stays, filters, days that are days."""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from api.lists import cell

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DAY_FORMAT: Final = "yyyy-mm-dd"
WIDEST: Final = 60
NO_GUESSING: Final = {
    "in_memory": True,  # nothing of anybody in a temporary file
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def xlsx(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a workbook of one sheet. No text in it is a formula, nor becomes one in a CSV."""
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415  # 2 MB, for who asks

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, NO_GUESSING) as book:
        sheet = book.add_worksheet(title)
        day = book.add_format({"num_format": DAY_FORMAT})
        head = book.add_format({"bold": True, "bottom": 1})
        widths = [len(name) for name in columns]
        for place, name in enumerate(columns):
            sheet.write_string(0, place, name, head)
        last = 0
        for last, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                widths[place] = max(widths[place], len(str(value)))
                _write(sheet, last, place, value, day)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, min(width, WIDEST) + 2)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last, max(len(columns) - 1, 0))
    return file.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, day)
    else:
        sheet.write_string(row, column, cell(value))

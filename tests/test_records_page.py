"""docs/records.md says what is told to whom, as the code has it."""

import re
from pathlib import Path

from domain.sharing.fields import FIELDS, RECORD_OF, RecordKind, SharedField

PAGE = (Path(__file__).parent.parent / "docs" / "records.md").read_text(encoding="utf-8")


def rows():
    return [[cell.strip() for cell in line.strip("| ").split(" |")] for line in PAGE.splitlines()]


def test_every_kind_of_agency_with_a_record_is_on_the_page_and_no_other():
    told = {
        kind: cells[1].strip("`")
        for cells in rows()
        if len(cells) == 2
        for kind in re.findall(r"`([a-z_]+)`", cells[0])
    }
    assert told == {kind.value: record.value for kind, record in RECORD_OF.items()}


def test_every_field_is_ticked_for_the_records_that_may_have_it_and_for_no_other():
    ticked = {
        cells[0].strip("`"): [cell == "x" for cell in cells[1 : len(RecordKind) + 1]]
        for cells in rows()
        if len(cells) > len(RecordKind) and cells[0].startswith("`")
    }
    assert ticked == {
        field.value: [field in FIELDS[record] for record in RecordKind] for field in SharedField
    }

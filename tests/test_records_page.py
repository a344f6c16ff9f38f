"""docs/records.md says what is told to whom, as the code has it."""

import re
from pathlib import Path

from application.cloud_events import schema_id
from domain.sharing.fields import FIELDS, RECORD_OF, RecordKind, SharedField
from projections.shared.builders import OF_REFERRALS

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


def test_a_field_of_referrals_that_is_about_the_youth_is_told_at_the_referral():
    [told] = [cells[-1] for cells in rows() if cells[0] == "`referral`"]
    assert SharedField.FULL_NAME in OF_REFERRALS
    assert f"`{SharedField.FULL_NAME.value}`" in told
    [name] = [cells[-1] for cells in rows() if cells[0] == "`full_name`"]
    assert f"see `{SharedField.REFERRAL.value}`" in name


def test_a_schema_is_found_by_the_name_that_an_entry_has_for_it():
    said = re.search(r"`(/v1/schemas/{record}\.json)`.*?`(urn:[^`]+)`", PAGE, re.DOTALL)
    address, name = said.groups()
    assert name.format(record="trainee") == schema_id(RecordKind.TRAINEE)
    assert address.format(record="trainee") == "/v1/schemas/trainee.json"

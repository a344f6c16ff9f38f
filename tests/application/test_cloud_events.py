"""An entry of a feed as a CloudEvent: read by the SDK of those who wrote the specification."""

from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest
from cloudevents.core.formats.json import JSONFormat

from application.cloud_events import cloud_event, schema_id, source_of
from application.feeds import Change, Entry
from domain.registry import AgencyKind
from domain.sharing.fields import RecordKind
from domain.sharing.scope import Scope
from projections.shared.schema import schema_of

AGREEMENT = "01980f5c-7a00-7000-8000-000000000001"
SCOPE = Scope(
    agreement=AGREEMENT,
    agency="DISNAKER-12.71",
    kind=AgencyKind.DINAS_KETENAGAKERJAAN,
    record=RecordKind.TRAINEE,
    title=None,
    number=None,
    purpose=None,
    legal_basis=None,
    units=(),
    regions=(),
    programme_kinds=(),
    participant_kinds=(),
    fields=(),
    party=True,
    valid_from=None,
    valid_until=None,
    switches=(),
)
ENTRY = Entry(
    id=41,
    subject="case:01980f5c-7a00-7000-8000-000000000002",
    pseudonym="mzxw6ytboi2gk3tfonuw4z3mxe",
    change=Change.CORRECTED,
    event="skill_training.completed",
    at=datetime(2025, 11, 3, 1, 2, 3, tzinfo=UTC),
    position=99,
    data={"full_name": "Budi Fiktif", "skill": []},
)


def read(event):
    return JSONFormat().read(None, orjson.dumps(event))


def test_an_entry_is_read_by_the_sdk_with_all_that_it_says():
    event = read(cloud_event(ENTRY, SCOPE))
    assert event.get_attributes() == {
        "specversion": "1.0",
        "id": "41",
        "source": f"/v1/feeds/{AGREEMENT}",
        "type": "skill_training.completed.corrected",
        "subject": ENTRY.pseudonym,
        "time": ENTRY.at,
        "datacontenttype": "application/json",
        "dataschema": "urn:jejak:record:trainee:1",
    }
    assert event.get_data() == ENTRY.data


def test_a_withdrawal_is_a_deletion_and_says_nothing_else():
    gone = replace(ENTRY, change=Change.WITHDRAWN, event="agreement.expired", data=None)
    event = read(cloud_event(gone, SCOPE))
    assert event.get_type() == "agreement.expired.withdrawn"
    assert event.get_extension("method") == "DELETE"
    assert event.get_data() is event.get_datacontenttype() is event.get_dataschema() is None


@pytest.mark.parametrize("change", [Change.UPSERT, Change.CORRECTED])
def test_what_was_said_of_somebody_gone_since_has_no_data(change):
    event = read(cloud_event(replace(ENTRY, change=change, data=None), SCOPE))
    assert event.get_data() is event.get_datacontenttype() is event.get_dataschema() is None
    assert event.get_extension("method") is None
    assert "data" not in cloud_event(replace(ENTRY, change=change, data=None), SCOPE)


def test_neither_the_stream_nor_the_position_leaves_the_house():
    said = orjson.dumps(cloud_event(ENTRY, SCOPE)).decode()
    assert ENTRY.subject not in said
    assert "000000000002" not in said
    assert "99" not in said


@pytest.mark.parametrize("record", RecordKind)
def test_the_schema_that_an_entry_names_is_the_one_that_is_served(record):
    assert schema_of(record)["$id"] == schema_id(record)


def test_no_key_of_an_agreement_changes_the_address_of_its_feed():
    assert source_of("a/../b?c") == "/v1/feeds/a%2F..%2Fb%3Fc"

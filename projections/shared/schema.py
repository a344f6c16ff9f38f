"""What a record of each kind looks like: JSON Schema 2020-12, made of what builders return."""

from typing import Final, get_type_hints

from domain.kernel import Json
from domain.shape import Shape, shape_of
from domain.sharing.fields import FIELDS, RecordKind, SharedField
from projections.shared.builders import BUILDERS
from projections.shared.counts import PublishedCounts
from projections.shared.plain import closed

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
VERSION: Final = 1
"""Raised when a record changes so that somebody who reads the last version could not."""


def shape_of_field(field: SharedField) -> Shape:
    """Return the shape of what a field's builder makes; counts are of nobody, and have none."""
    if field is SharedField.COUNTS:
        return shape_of(PublishedCounts)
    return shape_of(get_type_hints(BUILDERS[field], include_extras=True)["return"])


def schema_of(record: RecordKind) -> Json:
    """Return the schema of the records of a kind: every field that there may be, none needed.

    An agreement may allow fewer fields, and then the others are not there.
    """
    fields = [one for one in SharedField if one in FIELDS[record]]
    shapes = {one.value: shape_of_field(one) for one in fields}
    said = f"What an agency that sees a {record.value} may be told; the agreement says which of it."
    return {
        "$schema": DIALECT,
        "$id": f"urn:jejak:record:{record.value}:{VERSION}",
        "title": record.value,
        **closed(shapes, said, needed=False),
    }

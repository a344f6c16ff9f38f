"""What a record of each kind looks like: JSON Schema 2020-12, made of what builders return."""

from functools import cache
from typing import Any, Final, get_type_hints

from domain.kernel import Json
from domain.shape import Shape, shape_of
from domain.sharing.fields import FIELDS, RecordKind, SharedField
from projections.shared.builders import BUILDERS
from projections.shared.counts import PublishedCounts
from projections.shared.examples import EXAMPLES
from projections.shared.plain import closed

__all__ = ["DIALECT", "EXAMPLES", "schema_of", "shape_of_field"]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
VERSION: Final = 1
"""Raised when a record changes so that somebody who reads the last version could not."""


@cache
def shape_of_field(field: SharedField) -> Shape:
    """Return the shape of what a field holds: what its builder makes."""
    if field is SharedField.COUNTS:
        return shape_of(PublishedCounts)
    said: Any = get_type_hints(BUILDERS[field], include_extras=True)["return"]
    return shape_of(said)


def schema_of(record: RecordKind) -> Json:
    """Return the schema of the records of a kind: every field that there may be, none needed.

    An agreement may allow fewer fields, and then the others are not there.
    """
    shapes = {one.value: shape_of_field(one) for one in SharedField if one in FIELDS[record]}
    said = f"What an agency that sees a {record.value} may be told; the agreement says which of it."
    return {
        "$schema": DIALECT,
        "$id": f"urn:jejak:record:{record.value}:{VERSION}",
        "title": record.value,
        **closed(shapes, said, needed=False),
        "examples": [EXAMPLES[record]],
    }

"""A value whose fields are set at once, all or some, is the one that is built by keyword."""

from dataclasses import FrozenInstanceError

import pytest

from domain.kernel import made_of, replace
from domain.record import Evidence

FIELDS = {"number": "BA-1", "date": None, "sha256": None}


def test_a_value_made_of_its_fields_is_the_one_built_by_keyword():
    made, built = made_of(Evidence, FIELDS), Evidence(**FIELDS)
    assert (made, hash(made), repr(made)) == (built, hash(built), repr(built))
    with pytest.raises(FrozenInstanceError):
        made.number = "BA-2"


@pytest.mark.parametrize(
    "fields", [FIELDS | {"name": "Budi"}, {"number": "BA-1"}], ids=["one too many", "one too few"]
)
def test_it_is_made_of_all_its_fields_and_of_no_other(fields):
    with pytest.raises(TypeError, match="Evidence"):
        made_of(Evidence, fields)


def test_with_another_field_it_is_another_value_and_the_first_stays_as_it_was():
    first = Evidence(**FIELDS)
    other, built = replace(first, number="BA-2"), Evidence(**FIELDS | {"number": "BA-2"})
    assert (other, hash(other), repr(other)) == (built, hash(built), repr(built))
    assert first == Evidence(**FIELDS)


def test_no_field_is_replaced_that_it_does_not_have():
    with pytest.raises(TypeError, match="Evidence"):
        replace(Evidence(**FIELDS), name="Budi")

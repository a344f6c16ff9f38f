"""A value with other fields, made without asking for those that stay."""

from dataclasses import replace

import pytest

from domain.kernel import Value
from projections.kernel import changed


class Line(Value):
    name: str
    days: int


def test_it_is_what_the_standard_library_makes():
    line = Line(name="a", days=1)
    assert changed(line, days=2) == replace(line, days=2)
    assert line.days == 1


def test_a_field_that_it_has_not_got_is_refused():
    with pytest.raises(TypeError, match="Line"):
        changed(Line(name="a", days=1), weeks=2)

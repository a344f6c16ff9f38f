"""Pages are RFC 8785 canonical JSON, as an independent library writes it."""

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.codec import canonical

LARGEST = 2**53 - 1
KEYS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
)


@given(st.dictionaries(KEYS, VALUES))
def test_a_page_is_written_as_the_rfc_says(page):
    assert canonical(page) == rfc8785.dumps(page)

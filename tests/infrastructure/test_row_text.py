"""What is handed to PostgreSQL as text comes back as what it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.row_table import array_of

TEXTS = ["", "NULL", 'a"b', "a\\b", '\\"', "{,}", " ", "\n\t", "case:1/é"]


@pytest.mark.parametrize("texts", [[], ["NULL"], TEXTS])
def test_an_array_of_texts(pool, texts):
    with pool.connection() as connection:
        assert connection.execute("SELECT %s::text[]", (array_of(texts),)).fetchone() == (texts,)


def test_an_array_of_any_texts(pool):
    characters = st.characters(codec="utf-8", exclude_characters="\0")

    @given(st.lists(st.text(characters)))
    def law(texts):
        with pool.connection() as connection:
            row = connection.execute("SELECT %s::text[]", (array_of(texts),)).fetchone()
        assert row == (texts,)

    law()

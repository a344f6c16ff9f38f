"""What is handed to PostgreSQL as text comes back as what it was."""

from hypothesis import example, given
from hypothesis import strategies as st

from infrastructure.array_text import array_of

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


def test_an_array_of_texts(pool):
    @given(st.lists(TEXTS))
    @example([])
    @example(["", "NULL", 'a"b', "a\\b", '\\"', "{,}", " ", "\n\t"])
    def law(texts):
        row = connection.execute("SELECT %s::text[]", (array_of(texts),)).fetchone()
        assert row == (texts,)

    with pool.connection() as connection:
        law()

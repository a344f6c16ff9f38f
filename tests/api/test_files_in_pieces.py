"""A file leaves by the hundred lines, and nothing that is recorded waits for what is not."""

from api.lists import LINES, by_chunks


def rows(*numbers):
    return iter([{"number": number} for number in numbers])


def test_lines_leave_together_and_the_heading_with_the_first_of_them():
    chunks = [rows(*range(LINES + 1)), rows(7)]
    pieces = list(by_chunks("csv", ["number"], chunks))
    assert [piece.count("\r\n") for piece in pieces] == [LINES, 2, 1]
    assert pieces[0].startswith("number\r\n0\r\n1\r\n")
    assert pieces[1:] == [f"{LINES - 1}\r\n{LINES}\r\n", "7\r\n"]


def test_all_of_a_chunk_has_left_before_the_next_is_asked_for():
    asked = []

    def chunks():
        for number in (1, 2):
            asked.append(number)
            yield rows(number)

    pieces = by_chunks("ndjson", [], chunks())
    assert (next(pieces), asked) == ('{"number": 1}\n', [1])
    assert (next(pieces), asked) == ('{"number": 2}\n', [1, 2])


def test_a_table_of_nobody_has_its_heading():
    assert list(by_chunks("csv", ["number"], [])) == ["number\r\n"]
    assert list(by_chunks("ndjson", ["number"], [])) == []

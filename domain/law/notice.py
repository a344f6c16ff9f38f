"""What a person should look at beside an answer: it stands, and something in it is not sure."""

from domain.kernel import Value, Words


class Notice(Value):
    """A remark: its code is stable, and the words are read by whoever decides."""

    code: str
    because: Words

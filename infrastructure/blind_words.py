"""The words of a text, as they are looked up in a keyed index: without case and accents."""

import re
import unicodedata
from typing import Final

WORDS: Final = re.compile(r"[^\W_]+")
ACCENTS: Final = re.compile(r"[\u0300-\u036f]")


def words_of(text: str) -> list[str]:
    """Return the words of a text without case and accents."""
    if text.isascii():  # as most names are: there is nothing to take apart
        return WORDS.findall(text.lower())
    plain = unicodedata.normalize("NFKD", text).casefold()
    return WORDS.findall(ACCENTS.sub("", plain))

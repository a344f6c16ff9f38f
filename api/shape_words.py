"""A shape in words, in both languages: what a field asks for, and an example of it."""

from domain.kernel import Words
from domain.shape import (
    AnyEvent,
    Choice,
    Day,
    Flag,
    Listed,
    Many,
    Maybe,
    Part,
    Shape,
    Text,
    Whole,
    payload_shapes,
)


def said(shape: Shape) -> Words:  # noqa: C901, PLR0911  # one answer per shape
    """Say what a field of this shape may hold."""
    match shape:
        case Text():
            return _text(shape)
        case Whole():
            return (
                f"bilangan bulat {shape.least} sampai {shape.most}",
                f"a whole number from {shape.least} to {shape.most}",
            )
        case Flag():
            return "true atau false", "true or false"
        case Day():
            return "tanggal seperti 2025-07-21", "a day such as 2025-07-21"
        case Choice():
            return _one_of([str(member.value) for member in shape.kind])
        case Listed():
            return _one_of([str(value) for value in shape.values])
        case Part():
            keys = ", ".join(payload_shapes(shape.kind))
            return f"objek berisi {keys}", f"an object with {keys}"
        case Many():
            return _list(said(shape.of), shape)
        case Maybe():
            indonesian, english = said(shape.of)
            return f"{indonesian}, atau null", f"{english}, or null"
        case AnyEvent():
            return "satu peristiwa utuh", "an event in full"


def _list(item: Words, shape: Many) -> Words:
    if shape.length is None:
        return f"daftar: {item[0]}", f"a list: {item[1]}"
    least, most = shape.length.least, shape.length.most
    return (
        f"daftar {least} sampai {most} butir: {item[0]}",
        f"a list of {least} to {most} items: {item[1]}",
    )


def _one_of(words: list[str]) -> Words:
    listed = ", ".join(words)
    return f"salah satu dari {listed}", f"one of {listed}"


def _text(shape: Text) -> Words:
    if shape.pattern:
        return f"teks seperti {shape.pattern.example}", f"a text such as {shape.pattern.example}"
    if shape.length is None:
        return "teks", "a text"
    least, most = shape.length.least, shape.length.most
    lines = ("", "") if shape.free else (" satu baris", " on one line")
    return (
        f"teks{lines[0]} {least} sampai {most} karakter",
        f"a text{lines[1]} of {least} to {most} characters",
    )

"""What nobody ought to send: values, texts and bytes, put into what would have been right."""

import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

MARK = "Bocor Rahasia"
"""Stands in what is sent wrongly as a name would: no refusal, log or metric may repeat it."""
SCRIPT = f"<script>{MARK}"
"""No page may hold it as it is."""
NASTY_TEXTS = (
    "",
    " ",
    "\x00",
    "\ud800",
    "\u202e" + MARK,
    MARK,
    f"{MARK}\r\nX-Injected: 1",
    f"'; DROP TABLE ledger.event; -- {MARK}",
    f"{SCRIPT}</script>",
    f"{{{{7*7}}}} ${{jndi:ldap://x}} {MARK}",
    "../../../../etc/passwd",
    "a" * 70_000,
    "e\u0301" * 300,
    "\U0001f600" * 200,
    "NaN",
    "0000-00-00",
    "9999-12-31",
    "2025-02-30",
    "2025-06-01T25:61:61Z",
    "0001-01-01T00:00:00+23:59",
    "-1",
    "1e400",
    "01980f5c-7a00-7000-8000-000000000001",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "RUTAN-MEDAN",
    "1271010101900001",
    "=cmd|'/c calc'!A1",
    "%00%0a%ff",
    "٣٤",
    "null",
)
NASTY_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**31,
    2**63,
    -(2**63) - 1,
    10**40,
    1.5,
    1e308,
    float("nan"),
    float("inf"),
    [],
    {},
    [[]],
    [None] * 300,
    {"": None},
    {MARK: MARK},
    {"type": {"type": {}}},
)
TOP = (b"", b" ", b"null", b"[]", b"{}", b"0", b'""', b"\xff\xfe", b"\xef\xbb\xbf{}", b"{" * 90_000)


def text(draw: random.Random) -> str:
    return draw.choice(NASTY_TEXTS)


def value(draw: random.Random) -> Any:
    return text(draw) if draw.random() < 0.6 else deepcopy(draw.choice(NASTY_VALUES))


def changed(draw: random.Random, said: Any, donor: Any) -> Any:
    """Return JSON with one place of it made otherwise; ``donor`` is another request's body."""
    said = {"": said}
    holder, key = draw.choice(list(_places(said)))
    _CHANGES[draw.randrange(len(_CHANGES))](draw, holder, key, donor)
    return said.get("")


def _places(part: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place of a document, as what holds it and under which key."""
    keys: Any = part.keys() if isinstance(part, dict) else range(len(part))
    for key in keys:
        yield part, key
        if isinstance(part[key], dict | list):
            yield from _places(part[key])


def _replace(draw: random.Random, holder: Any, key: Any, donor: Any) -> None:
    holder[key] = value(draw)


def _graft(draw: random.Random, holder: Any, key: Any, donor: Any) -> None:
    parts = [at[name] for at, name in _places({"": donor})]
    holder[key] = json.loads(json.dumps(draw.choice(parts)))


def _remove(draw: random.Random, holder: Any, key: Any, donor: Any) -> None:
    del holder[key]


def _add(draw: random.Random, holder: Any, key: Any, donor: Any) -> None:
    if isinstance(holder[key], dict):
        holder[key][text(draw)] = value(draw)
    elif isinstance(holder[key], list):
        holder[key].insert(draw.randint(0, len(holder[key])), value(draw))
    else:
        holder[key] = [holder[key]]


def _repeat(draw: random.Random, holder: Any, key: Any, donor: Any) -> None:
    if isinstance(holder[key], list) and holder[key]:
        holder[key].extend([draw.choice(holder[key])] * draw.choice([1, 1, 2, 120]))
    else:
        holder[key] = str(holder[key])


def _edge(draw: random.Random, holder: Any, key: Any, donor: Any) -> None:
    """Change a value a little: what is nearly right goes furthest."""
    said = holder[key]
    if isinstance(said, bool) or said is None:
        holder[key] = draw.choice([True, False, None, "true"])
    elif isinstance(said, int):
        holder[key] = said + draw.choice([-1, 1, 100, -100, 10**9])
    elif isinstance(said, str) and said:
        at = draw.randrange(len(said))
        holder[key] = said[:at] + draw.choice(["", "0", "9", "\x7f", "Z", "é"]) + said[at + 1 :]


Change = Callable[[random.Random, Any, Any, Any], None]
_CHANGES: tuple[Change, ...] = (_replace, _replace, _graft, _remove, _add, _repeat, _edge, _edge)


def spoiled(draw: random.Random, body: bytes) -> bytes:
    """Return bytes that are hardly a document any more."""
    at = draw.randint(0, len(body))
    before, after = body[:at], body[at:]
    return draw.choice(
        [
            draw.choice(TOP),
            before,
            before + draw.randbytes(draw.choice([1, 1, 4, 40])) + after,
            before + draw.randbytes(1) + after[1:],
            before[: at // 2] + after,
            before + after.replace(b":", b":[" * 3_000, 1),
            body[:-1] + b',"events":[],"events":[]}',
        ]
    )


def dumped(said: Any) -> bytes:
    """Write JSON as anybody might, lone surrogates and NaN included."""
    return json.dumps(said).encode()


def told_anew(draw: random.Random, said: Any) -> Any:
    """Return a right body with other numbers in it: the same fact twice is recorded once."""
    text = json.dumps(said).replace(
        '"2025-07"', f'"{draw.randint(1, 2024):04}-{draw.randint(1, 12):02}"'
    )
    return json.loads(text.replace('"score": 82', f'"score": {draw.randrange(101)}'))

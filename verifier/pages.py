"""What a page and an access record must be: RFC 8785 JSON of a form that is known here.

This is the whole check, by parsing. `verifier.lines` has a quick one for ordinary pages, which
accepts nothing that this one does not.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn

FORMAT: Final = 1
WHOLE_MOST: Final = 2**53 - 1
"""RFC 8785 takes numbers as IEEE 754 doubles: no whole number beyond is itself."""
VERSION_MOST: Final = 2**31 - 1
ZONES: Final = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
DEPTH_MOST: Final = 64
Check = Callable[[Any], bool]


class NotCanonical(Exception):
    """These bytes are not the one spelling that RFC 8785 gives a JSON object."""


class NotKnown(Exception):
    """The page's ``format`` is another."""


class NotWhole(Exception):
    """A field of the envelope is missing, is too many, or does not fit the others."""


def canonical_object(written: bytes) -> dict[str, Any]:
    """Read RFC 8785 canonical JSON, without fractions and 64 deep at most; raise `NotCanonical`."""
    read_of, write = (READ, SORTED) if written.isascii() else (READ_IN_ORDER, WRITE)
    try:
        read = read_of(written.decode())
        again = write(read).encode()
    except (ValueError, RecursionError):  # UnicodeError is a ValueError
        raise NotCanonical from None
    if again != written or not isinstance(read, dict):
        raise NotCanonical
    many = written.count(b"{") + written.count(b"[") > DEPTH_MOST
    if many and _deeper(read, DEPTH_MOST):
        raise NotCanonical
    return read


def page_in(written: bytes) -> dict[str, Any]:
    """Read a page; raise `NotCanonical`, `NotKnown` or `NotWhole`."""
    page = canonical_object(written)
    if type(page.get("format")) is not int or page["format"] != FORMAT:
        raise NotKnown
    if not PAGE(page):
        raise NotWhole
    pointers = [pointer for box in page["sealed"] for pointer in box["fields"]]
    if len(set(pointers)) != len(pointers) or not all(_points(page, it) for it in pointers):
        raise NotWhole
    return page


def _in_order(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Keep an object whose keys are in the order of their UTF-16 units, none of them twice."""
    read = dict(pairs)
    names = [key for key, _ in pairs]
    # Python sorts by code points, which is the same order until there are characters beyond ASCII.
    order = None if "".join(names).isascii() else _utf_16
    if len(read) != len(names) or names != sorted(names, key=order):
        raise ValueError
    return read


def _utf_16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")


def _deeper(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return False
    return not levels or any(_deeper(one, levels - 1) for one in inner)


def _refuse(_: str) -> NoReturn:
    raise ValueError


def _whole(digits: str) -> int:
    number = int(digits)
    if abs(number) > WHOLE_MOST:
        raise ValueError
    return number


NUMBERS: Final[Any] = {"parse_float": _refuse, "parse_constant": _refuse, "parse_int": _whole}
LAYOUT: Final[Any] = {"separators": (",", ":"), "ensure_ascii": False, "allow_nan": False}
READ: Final = json.JSONDecoder(**NUMBERS).decode
SORTED: Final = json.JSONEncoder(**LAYOUT, sort_keys=True).encode
"""Where all is ASCII, keys in the order of Python are in that of RFC 8785: what was not written in
it, or twice, is not written so again. That is seen without a call for each object."""
READ_IN_ORDER: Final = json.JSONDecoder(**NUMBERS, object_pairs_hook=_in_order).decode
WRITE: Final = json.JSONEncoder(**LAYOUT).encode


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _or_null(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _like(pattern: str) -> Check:
    match = re.compile(pattern, re.ASCII).fullmatch
    return lambda value: isinstance(value, str) and match(value) is not None


def _object(fields: Mapping[str, Check]) -> Check:
    names, checks = fields.keys(), tuple(fields.items())

    def is_one(value: Any) -> bool:
        if not isinstance(value, dict) or value.keys() != names:
            return False
        for name, check in checks:  # noqa: SIM110  # a generator takes twice as long
            if not check(value[name]):
                return False
        return True

    return is_one


def _list(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(map(check, value))


def _mapping(check: Check) -> Check:
    return lambda value: isinstance(value, dict) and value != {} and all(map(check, value.values()))


DAY: Final = _like(r"\d{4}-\d\d-\d\d")
UUID: Final = _like("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
DIGEST: Final = _like("[0-9a-f]{64}")
BASE64: Final = _like("[A-Za-z0-9+/]*={0,2}")
PAGE: Final = _object(
    {
        "actor": _object(
            {
                "agency": _or_null(_text),
                "id": _text,
                "on_behalf_of": _or_null(_text),
                "role": _text,
                "unit": _or_null(_text),
            }
        ),
        "causation_id": _or_null(_text),
        "correlation_id": _text,
        "effective": _object({"at": _or_null(_text), "day": DAY, "zone": lambda it: it in ZONES}),
        "event_id": UUID,
        "evidence": _list(_object({"date": _or_null(DAY), "sha256": _or_null(DIGEST)})),
        "format": lambda it: it == FORMAT,
        "idempotency_key": _or_null(_text),
        "name": _like(r"[a-z][a-z0-9_.]*@[1-9][0-9]*"),
        "payload": lambda it: isinstance(it, dict),
        "prev_hash": DIGEST,
        "purpose": _text,
        "sealed": _list(
            _object(
                {
                    "class": lambda it: it in ("personal", "specific"),
                    "fields": _mapping(BASE64),
                    "key": UUID,
                    "page_key": BASE64,
                    "subject": _text,
                }
            )
        ),
        "stream": _like(r"[a-z_]+:[^\x00-\x1f]+"),
        "subject": _text,
        "version": lambda it: type(it) is int and 1 <= it <= VERSION_MOST,
    }
)
EVIDENCE: Final = re.compile("/evidence/(0|[1-9][0-9]{0,5})/number")


def _points(page: Mapping[str, Any], pointer: str) -> bool:
    """Say whether a sealed field is named by where it belongs, and no open one stands there."""
    if pointer == "/reason":
        return True
    if found := EVIDENCE.fullmatch(pointer):
        return int(found[1]) < len(page["evidence"])
    name = pointer.removeprefix("/payload/")
    return name not in ("", pointer) and name not in page["payload"]

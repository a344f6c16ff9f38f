"""Bearer tokens: who calls, in which role, at which level, and for which units.

HS256 under a secret of the service's own. Libraries take base64url that is not canonical (an
altered last character decodes to the same bytes), so that one token would have several spellings:
here a token is checked letter by letter before the library sees it.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Any, Final, get_args

import jwt

from application.read_models import NOWHERE, Access
from application.recent import Recent
from domain.fields import AgencyCode, Ref, UnitCode
from domain.kernel import Pattern, Value
from domain.record import Actor

ALGORITHM: Final = "HS256"
LONGEST: Final = 8_192
"""Characters: a Kanwil's token names some tens of units."""
UNITS_MOST: Final = 600
"""Units that a token may name; there are 532 in the country."""

TOKENS_KEPT: Final = 2_000
"""Tokens that were read: every user of twenty units."""


class TokenRefused(Exception):
    """The token is missing, malformed, forged or expired. Which of these is told to nobody."""


class Role(Enum):
    """What a caller may do."""

    CASEWORKER = "caseworker"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    COMPLIANCE = "compliance"
    AGENCY = "agency"
    OPERATOR = "operator"


class Level(Enum):
    """How far a caller's sight reaches: the token's units, or all of them at the top."""

    UNIT = "unit"
    KANWIL = "kanwil"
    DITJENPAS = "ditjenpas"


WRITERS: Final = frozenset({Role.CASEWORKER, Role.SUPERVISOR})
APPROVERS: Final = frozenset({Role.SUPERVISOR})
"""Who decides on what others ask for: corrections, and merges of persons."""
READERS: Final = WRITERS | {Role.AUDITOR}
OVERSEERS: Final = frozenset({Role.COMPLIANCE, Role.AUDITOR})
"""Who may ask who read whom."""


class Caller(Value):
    """Who calls."""

    id: str
    role: Role
    level: Level
    units: frozenset[str]
    agency: str | None

    @cached_property
    def access(self) -> Access:
        """Return whose rows and streams the caller may see. Nothing said is nothing seen."""
        if self.role in {Role.AGENCY, Role.OPERATOR}:
            return NOWHERE
        return Access(everywhere=self.level is Level.DITJENPAS, units=self.units)

    @cached_property
    def writes(self) -> bool:
        """Say whether the caller may record."""
        return self.role in WRITERS

    @cached_property
    def _actors(self) -> dict[str, Actor]:
        """Keep the caller as an actor for each unit of their own, told once for all requests."""
        return {}

    def actor(self, unit: str | None, on_behalf_of: str | None) -> Actor:
        """Return the caller as an envelope names who proposed; ``unit`` is the one concerned."""
        if unit not in self.units or on_behalf_of is not None:
            return self._actor(unit, on_behalf_of)
        if unit not in self._actors:
            self._actors[unit] = self._actor(unit, None)
        return self._actors[unit]

    def _actor(self, unit: str | None, on_behalf_of: str | None) -> Actor:
        own = unit if unit in self.units else None
        only = next(iter(self.units)) if len(self.units) == 1 else None
        return Actor(
            id=self.id,
            role=self.role.value,
            unit=own or only,
            agency=self.agency,
            on_behalf_of=on_behalf_of,
        )


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """Issues and reads tokens under one secret of at least 32 bytes."""

    secret: bytes
    now: Callable[[], datetime]
    _read: Recent[str, tuple[Caller, int]] = field(default_factory=lambda: Recent(TOKENS_KEPT))

    def issue(self, caller: Caller, until: datetime) -> str:
        """Return a token that is good until an instant."""
        claims: dict[str, Any] = {
            "sub": caller.id,
            "role": caller.role.value,
            "level": caller.level.value,
            "units": sorted(caller.units),
            "agency": caller.agency,
            "exp": int(until.timestamp()),
        }
        return jwt.encode(claims, self.secret, ALGORITHM)

    def __call__(self, token: str) -> Caller:
        """Return who calls; raise `TokenRefused`. A token read once is only timed again."""
        known = self._read.get(token)
        caller, expires = known or self._verified(token)
        if self.now().timestamp() >= expires:
            raise TokenRefused
        if known is None:
            self._read.keep(token, (caller, expires))
        return caller

    def _verified(self, token: str) -> tuple[Caller, int]:
        """Return who calls and until when, as the signature bears out."""
        if len(token) > LONGEST or not all(map(canonical, parts := token.split("."))):
            raise TokenRefused
        if len(parts) != 3:  # noqa: PLR2004  # header, claims, signature
            raise TokenRefused
        try:
            claims = jwt.decode(
                token,
                self.secret,
                algorithms=[ALGORITHM],
                options={"require": ["exp", "sub"], "verify_exp": False},
            )
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise TokenRefused from None
        expires = claims["exp"]
        if type(expires) is not int:
            raise TokenRefused
        return caller_from(claims), expires


def canonical(part: str) -> bool:
    """Say whether a part of a token is base64url as its issuer wrote it, letter by letter."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", part, re.ASCII):
        return False
    try:
        content = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except NotBase64:
        return False
    return urlsafe_b64encode(content).rstrip(b"=").decode() == part


def caller_from(claims: Mapping[str, Any]) -> Caller:
    """Read a token's claims; raise `TokenRefused` where one is not as the service writes it."""
    units = claims.get("units", [])
    if not isinstance(units, list) or len(units) > UNITS_MOST:
        raise TokenRefused
    agency = claims.get("agency")
    try:
        return Caller(
            id=_code(claims["sub"], Ref),
            role=Role(claims.get("role")),
            level=Level(claims.get("level")),
            units=frozenset(_code(unit, UnitCode) for unit in units),
            agency=None if agency is None else _code(agency, AgencyCode),
        )
    except (ValueError, TypeError):
        raise TokenRefused from None


def _code(text: Any, kind: Any) -> str:
    pattern = next(mark for mark in get_args(kind) if isinstance(mark, Pattern))
    if not isinstance(text, str) or not re.fullmatch(pattern.regex, text, re.ASCII):
        raise ValueError(kind)
    return text

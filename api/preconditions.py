"""What a request carries before anything is written: the version seen, and a key to repeat by."""

import re
from typing import Annotated, Final

from fastapi import Depends, Header, Request

from api.dependencies import Services, WithServices
from api.problems import Problem
from application.ledger import Command
from domain.fields import UUID
from domain.kernel import Words

ETAG: Final = re.compile(r'"([\x21\x23-\x7e]*)"')
USUAL: Final = re.compile(r'"(0|[1-9][0-9]{0,8})"', re.ASCII)
VERSION: Final = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)
KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")

NEEDED: Final[Words] = (
    'sertakan If-Match berisi ETag yang terakhir Anda baca, misalnya If-Match: "3"',
    'send If-Match with the ETag that you read last, for example If-Match: "3"',
)
MALFORMED: Final[Words] = (
    'If-Match harus satu ETag kuat dalam tanda petik, misalnya "3"',
    'If-Match must be one strong ETag in quotation marks, for example "3"',
)
STALE: Final[Words] = (
    "ETag ini bukan versi terakhir; baca lagi, lalu putuskan lagi",
    "this ETag is not the last version; read it again, and decide again",
)
KEY_FORM: Final[Words] = (
    "Idempotency-Key harus 1 sampai 200 karakter ASCII tanpa spasi",
    "an Idempotency-Key must be 1 to 200 ASCII characters without spaces",
)


def etag(version: int) -> str:
    """Return a version as an ETag."""
    return f'"{version}"'


async def version_seen(
    if_match: Annotated[
        str | None, Header(description="The ETag last read. 428 without.", examples=['"3"'])
    ] = None,
) -> int:
    """Return the version that the caller has seen."""
    return version_in(if_match)


def version_in(if_match: str | None) -> int:
    """Return the version that an If-Match names; raise `Problem`."""
    if if_match and (usual := USUAL.fullmatch(if_match)):
        return int(usual[1])
    if if_match is None or if_match.strip() == "*":
        raise Problem(428, "append.version_needed", NEEDED)
    said = ETAG.fullmatch(if_match.strip())
    if said is None:
        raise Problem(400, "append.version_malformed", MALFORMED)
    if not VERSION.fullmatch(said[1]):
        raise Problem(412, "append.conflict", STALE)
    return int(said[1])


async def raw_body(request: Request) -> bytes:
    """Return the bytes of the body."""
    return await request.body()


async def command_of(
    request: Request,
    services: WithServices,
    body: Annotated[bytes, Depends(raw_body)],
    idempotency_key: Annotated[
        str | None,
        Header(
            description="Makes a repeated request one request.",
            json_schema_extra={"minLength": 1, "maxLength": 200},
            examples=["0198-medan-1"],
        ),
    ] = None,
) -> Command | None:
    """Return what makes a repeated request one: the key, and the address, version and body."""
    if idempotency_key is None:
        return None
    address = f"{request.method} {request.url.path}"
    return command_in(services, idempotency_key, address, body)


def command_in(services: Services, idempotency_key: str, address: str, body: bytes) -> Command:
    """Return what makes a repeated request one; raise `Problem`. ``address`` includes the method.

    A key that is no UUID may say anything, somebody's NIK for one, and it is kept for good in the
    open part of a page: so only a keyed digest of it is.
    """
    if not KEY.fullmatch(idempotency_key):
        place = ("/header/Idempotency-Key", "append.key_form", KEY_FORM)
        raise Problem(422, "append.key_form", KEY_FORM, errors=[place])
    plain = re.fullmatch(UUID, idempotency_key, re.IGNORECASE)
    key = idempotency_key if plain else services.opaque(idempotency_key.encode())
    sent = f"{address}\n".encode("utf-8", "surrogateescape") + body
    return Command(key=key, body=sent)


VersionSeen = Annotated[int, Depends(version_seen)]
MaybeCommand = Annotated[Command | None, Depends(command_of)]

"""Who calls, what the caller may do, and how the caller signs for what is written.

What only computes is `async`, here and in all dependencies: a plain function would be sent to a
thread of its own, eight times a request.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.types import Scope

from api.dependencies import WithServices, services_of
from api.preconditions import MaybeCommand
from api.problems import Problem, trace_of
from api.readings import Reading
from api.tokens import READERS, Caller, Role, TokenRefused
from application.ledger import Command
from domain.fields import REF
from domain.kernel import Words

BEARER: Final = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    bearerFormat="JWT",
    description="A token as `jejak token` issues it.",
)
PURPOSE: Final = "pembinaan"

NOT_A_WRITER: Final[Words] = (
    "peran ini hanya membaca; yang mencatat adalah petugas dan penyelia",
    "this role only reads; caseworkers and supervisors record",
)
NOT_A_READER: Final[Words] = (
    "peran ini tidak membaca isi catatan",
    "this role does not read what the records hold",
)
NOT_AN_OPERATOR: Final[Words] = (
    "hanya operator yang menjalankan ini",
    "only an operator runs this",
)
NOT_OWN_UNIT: Final[Words] = (
    "pencatatan ini milik unit lain; Anda hanya mencatat untuk unit Anda sendiri",
    "this is another unit's to record; you record for your own units only",
)


async def known_caller(
    request: Request,
    services: WithServices,
    said: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Caller:
    """Return who calls; without a valid token the answer is 401."""
    if said is None:
        raise TokenRefused
    return introduced(request.scope, services.caller_of(said.credentials))


def introduced(scope: Scope, caller: Caller) -> Caller:
    """Return who calls, having told the log and the record of reads."""
    state = scope["state"]
    state["actor"], state["caller"] = caller.id, caller
    return caller


Known = Annotated[Caller, Depends(known_caller)]


async def reader(caller: Known) -> Caller:
    """Let in whoever may read contents. An agency may ask, and sees nothing of this yet."""
    if caller.role not in READERS | {Role.AGENCY}:
        raise Problem(403, "access.no_content", NOT_A_READER)
    return caller


async def history_reader(caller: Known) -> Caller:
    """Let in compliance too: it sees that something changed, and not to what."""
    return caller if caller.role is Role.COMPLIANCE else await reader(caller)


async def writer(caller: Known) -> Caller:
    """Let in whoever may record."""
    return ensure_writer(caller)


def ensure_writer(caller: Caller) -> Caller:
    """Return a caller who may record; raise `Problem`."""
    if not caller.writes:
        raise Problem(403, "access.reads_only", NOT_A_WRITER)
    return caller


async def operator(caller: Known) -> Caller:
    """Let in whoever runs the service."""
    if caller.role is not Role.OPERATOR:
        raise Problem(403, "access.operator_only", NOT_AN_OPERATOR)
    return caller


def not_own_unit() -> Problem:
    """Return the answer to whoever would write for another unit."""
    return Problem(403, "access.other_unit", NOT_OWN_UNIT)


@dataclass(slots=True)
class Signature:
    """What an envelope says of the request: who, for whom, for what, and in which exchange."""

    scope: Scope
    caller: Caller
    on_behalf_of: str | None
    purpose: str
    correlation_id: str
    command: Command | None

    @property
    def reading(self) -> Reading:
        """Return what records what a refusal shows of others."""
        request = Request(self.scope)
        return Reading(request, services_of(request), None, None)


def _code(text: str | None, header: str) -> str | None:
    if text is not None and not re.fullmatch(REF.regex, text, re.ASCII):
        words = (
            "harus berupa kode: huruf, angka, titik, garis; paling panjang 64",
            "must be a code: letters, digits, dots, dashes; 64 at most",
        )
        place = (f"/header/{header}", "request.header_form", words)
        raise Problem(422, "request.header_form", words, errors=[place])
    return text


async def signature_of(
    request: Request,
    caller: Annotated[Caller, Depends(writer)],
    command: MaybeCommand,
    x_on_behalf_of: Annotated[str | None, Header(description="For whom, as a code.")] = None,
    x_purpose: Annotated[str | None, Header(description="What for, as a code.")] = None,
) -> Signature:
    """Sign for the caller."""
    return signed(request.scope, caller, command, x_on_behalf_of, x_purpose)


def signed(
    scope: Scope,
    caller: Caller,
    command: Command | None,
    on_behalf_of: str | None,
    purpose: str | None,
) -> Signature:
    """Return the signature of a caller who may write; raise `Problem` for what is no code."""
    principal = _code(on_behalf_of, "X-On-Behalf-Of")
    purpose = _code(purpose, "X-Purpose") or PURPOSE
    return Signature(scope, caller, principal, purpose, trace_of(scope), command)


Reader = Annotated[Caller, Depends(reader)]
HistoryReader = Annotated[Caller, Depends(history_reader)]
Operator = Annotated[Caller, Depends(operator)]
Signed = Annotated[Signature, Depends(signature_of)]

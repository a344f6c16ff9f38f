"""/v1/evidence: documents in, and out again to those who brought them or may see their case."""

import re
from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel

from api.answers import FORBID
from api.callers import Reader, Signed
from api.dependencies import Services, WithServices
from api.preconditions import raw_body
from api.problems import Problem, not_found
from api.readings import WithReading
from api.routes.collections import STRICT
from api.sight import brought_by
from api.tokens import Caller
from application.access import document
from application.jurisdiction import jurisdiction
from domain.fields import UUID
from domain.kernel import Json, Words
from domain.record import StreamId

MEDIA_TYPES: Final = (
    "application/pdf",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "text/plain",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/octet-stream",
)
SHA256: Final = r"[0-9a-f]{64}"
NOT_TAKEN: Final[Words] = (
    f"kirim berkasnya sebagai salah satu dari {', '.join(MEDIA_TYPES)}",
    f"send the file as one of {', '.join(MEDIA_TYPES)}",
)
EMPTY: Final[Words] = ("berkasnya kosong", "the file is empty")
BODY: Final[Json] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary", "minLength": 1}}
            for kind in MEDIA_TYPES
        },
    }
}
router = APIRouter()


class EvidenceReceipt(BaseModel):
    """The address of a document, to be named as ``evidence[].sha256``."""

    model_config = FORBID

    sha256: str
    size: int
    media_type: str


@router.post("/v1/evidence", status_code=201, openapi_extra=BODY, dependencies=STRICT)
def store_document(
    request: Request,
    services: WithServices,
    signature: Signed,
    content: Annotated[bytes, Depends(raw_body)],
    response: Response,
) -> EvidenceReceipt:
    """Store a document sealed, and answer its SHA-256. Storing it again answers the same."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES:
        raise Problem(415, "evidence.media_type", NOT_TAKEN)
    if not content:
        raise Problem(422, "evidence.empty", EMPTY, errors=[("", "evidence.empty", EMPTY)])
    actor = signature.caller.actor(None, signature.on_behalf_of)
    sha256 = services.evidence.put(content, media_type, actor)
    response.headers["Location"] = f"/v1/evidence/{sha256}"
    return EvidenceReceipt(sha256=sha256, size=len(content), media_type=media_type)


@router.get(
    "/v1/evidence/{sha256}",
    dependencies=STRICT,
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in MEDIA_TYPES}}},
)
def read_document(
    sha256: Annotated[str, Path(json_schema_extra={"pattern": f"^{SHA256}$"})],
    services: WithServices,
    caller: Reader,
    reading: WithReading,
    case: Annotated[
        str | None, Query(description="A case that names the document, if another unit brought it.")
    ] = None,
) -> Response:
    """Return a document to whose unit brought it, or to whoever sees a case that names it."""
    whom = shown_with(services, caller, sha256, case) if is_digest(sha256) else ()
    if not whom:
        raise not_found()
    try:
        stored = services.evidence.get(sha256)
    except LookupError:  # destroyed, with whom it was about
        raise not_found() from None
    reading(whom, {"document"}, 1)
    return Response(
        stored.content,
        media_type=stored.media_type,
        headers={
            "ETag": f'"{sha256}"',
            "Content-Disposition": f'attachment; filename="{sha256[:16]}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def is_digest(text: str) -> bool:
    """Say whether this has the form of a document's address."""
    return re.fullmatch(SHA256, text, re.ASCII) is not None


def shown_with(services: Services, caller: Caller, sha256: str, case: str | None) -> Sequence[str]:
    """Return whom a document shows to the caller: none where it is not there, or out of scope."""
    access = caller.access
    deposits = services.evidence.deposits(sha256)
    if not deposits:
        return ()
    if brought_by(caller, deposits):
        return (document(sha256),)
    if case is None or not re.fullmatch(UUID, case, re.ASCII):
        return ()
    stream = StreamId(kind="case", key=case)
    pages = services.ledger.read(stream)  # also what asks for a correction, and what was corrected
    named = any(item.sha256 == sha256 for page in pages for item in page.evidence)
    seen = named and jurisdiction(services.ledger, stream, pages).seen_by(access)
    return (document(sha256), str(stream)) if seen else ()

"""/v1/ledger: the log over the ledger, by which anybody can show that nothing was taken back.

Checkpoints, tiles and proofs hold hashes, positions and times, and no personal data: whoever may
call at all may read them.
"""

import gzip
import re
from base64 import b64encode
from collections.abc import Sequence
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel

from api.answers import FORBID
from api.callers import known_caller
from api.dependencies import Services, WithServices
from api.problems import Problem, not_found
from api.routes.collections import STRICT
from application.transparency import Checkpoint, Inclusion, Kind
from domain.kernel import Words

MAX: Final = 2**63 - 1
WIDTH: Final = 256
LEVEL_MOST: Final = 63
NOT_SEALED: Final[Words] = (
    "belum masuk log bukti, atau tidak ada; penyegel menyusul dalam beberapa detik",
    "not in the log yet, or not there at all; the sealer follows within seconds",
)
ONE_OF: Final[Words] = (
    "sebut position, atau number dengan kind=access",
    "name a position, or a number with kind=access",
)
BEYOND: Final[Words] = (
    "from dan to adalah banyaknya daun: 0 ≤ from ≤ to ≤ yang sudah ditandatangani",
    "from and to are numbers of leaves: 0 ≤ from ≤ to ≤ those signed for",
)
FOR_EVER: Final = {"Cache-Control": "private, max-age=31536000, immutable"}
"""A tile never changes. Private: an answer to one caller is no shared cache's to give."""
GZIP: Final = re.compile(r"\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*\Z).*)?")
NUMBER: Final = re.compile(r"((?:x[0-9]{3}/){0,6})([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)

router = APIRouter(prefix="/v1/ledger", dependencies=[Depends(known_caller), *STRICT])


class LeafBody(BaseModel):
    """A place in the log. ``data`` is what is hashed: RFC 8785 JSON, as text."""

    model_config = FORBID

    index: int
    kind: Literal["event", "access"]
    number: int
    data: str
    hash: str


class InclusionBody(BaseModel):
    """An RFC 6962 audit path from a leaf to the root of a checkpoint; hashes in base64."""

    model_config = FORBID

    leaf: LeafBody
    size: int
    root: str
    proof: list[str]
    checkpoint: str


class ConsistencyBody(BaseModel):
    """An RFC 6962 consistency proof between two sizes of the log; hashes in base64."""

    model_config = FORBID

    from_size: int
    to_size: int
    proof: list[str]
    checkpoint: str


class LogKeyBody(BaseModel):
    """A key that signs trees of more than ``since`` leaves: a C2SP vkey.

    ``announcement`` is the checkpoint that names it, signed by the key before and by this one.
    """

    model_config = FORBID

    vkey: str
    since: int
    announcement: str | None


class LogKeysBody(BaseModel):
    """The keys of the log, the first one first. Whom to trust, you are told by another way."""

    model_config = FORBID

    keys: list[LogKeyBody]


def text_of(media_type: str) -> dict[int | str, dict[str, object]]:
    """Return how an answer that is no JSON is described."""
    return {200: {"content": {media_type: {"schema": {"type": "string"}}}}}


TEXT: Final = "text/plain; charset=utf-8"
BYTES: Final = "application/octet-stream"


@router.get("/checkpoint", response_class=Response, responses=text_of(TEXT))
def checkpoint(services: WithServices) -> Response:
    """Return the newest checkpoint: a signed note with its cosignatures (C2SP tlog-checkpoint)."""
    return Response(_newest(services).note, media_type=TEXT)


@router.get("/keys")
def keys(services: WithServices) -> LogKeysBody:
    """Return the keys that the log was signed with, and what announced each but the first."""
    found = services.log.log_keys()
    return LogKeysBody(
        keys=[
            LogKeyBody(vkey=key.vkey, since=key.since, announcement=key.announcement)
            for key in found
        ]
    )


@router.get("/tile/entries/{number:path}", response_class=Response, responses=text_of(BYTES))
def entries(number: str, request: Request, services: WithServices) -> Response:
    """Return the data of up to 256 leaves, each after its length in two bytes (C2SP tlog-tiles).

    Packed by gzip for a caller that takes it: that is a third of the bytes.
    """
    tile, width = _tile(number)
    if tile * WIDTH + width > _newest(services).size:
        raise not_found()
    found = services.log.entries(tile * WIDTH, tile * WIDTH + width)
    content = b"".join(len(entry).to_bytes(2, "big") + entry for entry in found)
    headers = {**FOR_EVER, "Vary": "Accept-Encoding"}
    if any(map(GZIP.fullmatch, request.headers.get("Accept-Encoding", "").split(","))):
        content = gzip.compress(content, compresslevel=1, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type=BYTES, headers=headers)


@router.get("/tile/{level}/{number:path}", response_class=Response, responses=text_of(BYTES))
def tile_hashes(level: str, number: str, services: WithServices) -> Response:
    """Return a tile of the Merkle tree: 256 hashes, or fewer at its right edge (tlog-tiles)."""
    tile, width = _tile(number)
    if not re.fullmatch(r"0|[1-9][0-9]?", level, re.ASCII) or int(level) > LEVEL_MOST:
        raise not_found()
    try:
        content = services.log.tile(int(level), tile, width)
    except LookupError:
        raise not_found() from None
    return Response(content, media_type=BYTES, headers=FOR_EVER)


@router.get("/proofs/inclusion")
def prove_inclusion(
    services: WithServices,
    position: Annotated[int | None, Query(ge=1, le=MAX, description="Of an event.")] = None,
    number: Annotated[int | None, Query(ge=1, le=MAX, description="Of a record.")] = None,
    kind: Annotated[Literal["event", "access"], Query(description="Of what.")] = "event",
) -> InclusionBody:
    """Prove that an event or an access record stands in the log under a checkpoint."""
    asked = number if position is None else position
    if asked is None or (position is not None and (number is not None or kind != "event")):
        place = ("/query", "ledger.one_of", ONE_OF)
        raise Problem(422, "ledger.one_of", ONE_OF, errors=[place])
    found = _included(services, kind, asked)
    return InclusionBody(
        leaf=LeafBody(
            index=found.leaf.index,
            kind=found.leaf.kind,
            number=found.leaf.number,
            data=found.data.decode(),
            hash=_base64([found.leaf.hash])[0],
        ),
        size=found.checkpoint.size,
        root=_base64([found.checkpoint.root])[0],
        proof=_base64(found.proof),
        checkpoint=found.checkpoint.note,
    )


@router.get("/proofs/consistency")
def prove_consistency(
    services: WithServices,
    old: Annotated[int, Query(alias="from", ge=0, le=MAX, description="Leaves, then.")],
    new: Annotated[int | None, Query(alias="to", ge=0, le=MAX, description="And later.")] = None,
) -> ConsistencyBody:
    """Prove that the log grew from one size to another; without ``to``, the newest one."""
    newest = _newest(services)
    to = newest.size if new is None else new
    if not old <= to <= newest.size:
        place = ("/query/from", "ledger.beyond", BEYOND)
        raise Problem(422, "ledger.beyond", BEYOND, errors=[place])
    return ConsistencyBody(
        from_size=old,
        to_size=to,
        proof=_base64(services.log.consistency(old, to)),
        checkpoint=newest.note,
    )


@router.get(
    "/proofs/events/{position}.tlog-proof", response_class=Response, responses=text_of(TEXT)
)
def proof_file(position: Annotated[int, Path(ge=1, le=MAX)], services: WithServices) -> Response:
    """Return a proof to be kept beside an event (C2SP tlog-proof); ``extra`` is the leaf's data."""
    found = _included(services, "event", position)
    [extra, *proof] = _base64([found.data, *found.proof])
    lines = ["c2sp.org/tlog-proof@v1", f"extra {extra}", f"index {found.leaf.index}", *proof, ""]
    name = f'attachment; filename="{position}.tlog-proof"'
    content = "\n".join([*lines, found.checkpoint.note])
    return Response(content, media_type=TEXT, headers={"Content-Disposition": name})


def _newest(services: Services) -> Checkpoint:
    found = services.log.checkpoint()
    if found is None:
        raise Problem(404, "ledger.not_sealed", NOT_SEALED)
    return found


def _included(services: Services, kind: Kind, number: int) -> Inclusion:
    found = services.log.inclusion(kind, number)
    if found is None:
        raise Problem(404, "ledger.not_sealed", NOT_SEALED)
    return found


def _tile(path: str) -> tuple[int, int]:
    """Read ``x001/x234/067`` or ``067.p/12``: a tile's number, and how wide it is."""
    said = NUMBER.fullmatch(path)
    if said is None or said[1].startswith("x000") or (said[3] and int(said[3]) >= WIDTH):
        raise not_found()
    return int(re.sub(r"[x/]", "", said[1]) + said[2]), int(said[3] or WIDTH)


def _base64(hashes: Sequence[bytes]) -> list[str]:
    return [b64encode(it).decode() for it in hashes]

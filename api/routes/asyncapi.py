"""/v1/asyncapi.json: what feeds, streams and webhooks carry, for programs. No token is needed."""

from typing import Final

from fastapi import APIRouter, Response

from api.asyncapi import written

MEDIA_TYPE: Final = "application/vnd.aai.asyncapi+json;version=3.0.0"
router = APIRouter()


@router.get(
    "/v1/asyncapi.json",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "object"}}}}},
)
async def read_asyncapi() -> Response:
    """Return the AsyncAPI 3 document."""
    return Response(written(), media_type=MEDIA_TYPE)

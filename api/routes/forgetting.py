"""/v1/persons/{person_id}/forgetting and /v1/referrals/{referral_id}/forgetting: keys destroyed.

It is no event among others: what it takes away comes back for nobody. A unit does not forget whom
it held: a supervisor of a Kanwil or of Ditjenpas does, for persons and referrals in their sight.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Response

from api.callers import Signed
from api.dependencies import Services, WithServices
from api.event_forms import value_model
from api.preconditions import VersionSeen
from api.problems import Problem, refusal
from api.routes.collections import STRICT
from api.tokens import Caller, Level, Role
from api.writing import Desk, ReceiptAnswer, receipt_answer
from application.append import Request
from application.forgetting import PURPOSE, Decision, Grounds, PartyGrounds
from application.ledger import Receipt
from domain.fields import UUID
from domain.kernel import Json, Refused, Words
from domain.record import StreamId
from domain.time import Effective, Zone

NOT_WIDE_ENOUGH: Final[Words] = (
    "yang memusnahkan data seseorang adalah penyelia Kanwil atau Ditjenpas",
    "only a supervisor of a Kanwil or of Ditjenpas has somebody's data destroyed",
)
NO_SUCH_DOCUMENT: Final[Words] = (
    "dokumen keputusan ini belum disimpan; simpan dulu dengan POST /v1/evidence",
    "the document of the decision is not stored; store it first with POST /v1/evidence",
)
router = APIRouter()


PersonBody = value_model(Grounds, "PersonForgetting")
ReferralBody = value_model(PartyGrounds, "ReferralForgetting")


class ForgettingReceipt(ReceiptAnswer):
    """Where the decision was recorded. By then the keys are destroyed."""

    stream: str


@router.post(
    "/v1/persons/{person_id}/forgetting",
    status_code=201,
    dependencies=STRICT,
    response_model=ForgettingReceipt,
)
def forget_person(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    person_id: Annotated[str, Path(json_schema_extra={"pattern": f"^{UUID}$"})],
    services: WithServices,
    signature: Signed,
    version: VersionSeen,
    body: PersonBody,  # type: ignore[valid-type]
    response: Response,
) -> Json:
    """Destroy the keys of a person who is in no custody. Nothing brings them back."""
    stream = StreamId(kind="person", key=person_id)
    said: Any = body
    return _answer(Desk(services, signature), stream, version, Grounds(**dict(said)), response)


@router.post(
    "/v1/referrals/{referral_id}/forgetting",
    status_code=201,
    dependencies=STRICT,
    response_model=ForgettingReceipt,
)
def forget_referral(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    referral_id: Annotated[str, Path(json_schema_extra={"pattern": f"^{UUID}$"})],
    services: WithServices,
    signature: Signed,
    version: VersionSeen,
    body: ReferralBody,  # type: ignore[valid-type]
    response: Response,
) -> Json:
    """Destroy the keys of a youth whose referral is over, or of a guardian. Nothing undoes it."""
    stream = StreamId(kind="referral", key=referral_id)
    said: Any = body
    return _answer(Desk(services, signature), stream, version, PartyGrounds(**dict(said)), response)


def _answer(
    desk: Desk, stream: StreamId, version: int, grounds: Grounds, response: Response
) -> Json:
    def record() -> Receipt:
        _ensure_may_forget(desk.signature.caller)
        desk.visible(stream)
        _ensure_stored(desk.services, grounds)
        now = Effective.since(desk.services.now(), Zone.WIB)
        decision = Decision(stream=stream, grounds=grounds, effective=now)
        try:
            return desk.services.forgetting(decision, _request(desk, {stream: version}))
        except Refused as refused:
            raise refusal(refused, f"/{refused.field}") from None

    receipt = desk.once(record)
    return receipt_answer(receipt, stream, response, key="stream") | {"stream": str(stream)}


def _ensure_may_forget(caller: Caller) -> None:
    if caller.role is not Role.SUPERVISOR or caller.level is Level.UNIT:
        raise Problem(403, "access.may_not_forget", NOT_WIDE_ENOUGH)


def _ensure_stored(services: Services, grounds: Grounds) -> None:
    if grounds.document and not services.evidence.deposits(grounds.document):
        place = ("/document", "evidence.not_here", NO_SUCH_DOCUMENT)
        raise Problem(422, "evidence.not_here", NO_SUCH_DOCUMENT, errors=[place])


def _request(desk: Desk, expected: Mapping[StreamId, int]) -> Request:
    signature = desk.signature
    return Request(
        proposals=(),
        expected=expected,
        actor=desk.actor(None),
        purpose=PURPOSE,
        correlation_id=signature.correlation_id,
        command=signature.command,
    )

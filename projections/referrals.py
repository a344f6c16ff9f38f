"""Referrals of young people at risk: apart from custody, and in no list of warga binaan.

Its row is seen by the unit that was asked.
"""

from datetime import date
from enum import Enum
from typing import Annotated

from domain.kernel import Open, Specific
from domain.programme import ProgrammeKind
from domain.record import Recorded
from domain.referral import (
    GUARDIANS,
    REFERRAL,
    GuardianConsented,
    ReferralAccepted,
    ReferralDeclined,
    ReferralFinished,
    ReferralJoined,
    ReferralReceived,
)
from projections.dated import Dated, Moment, amended, restated, when
from projections.kernel import Projection, Scope, changed


class ReferralStatus(Enum):
    """How far a referral has come."""

    RECEIVED = "received"
    CONSENTED = "consented"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    FINISHED = "finished"


class YouthActivity(Moment):
    """What the youth takes part in."""

    activity: str
    kind: ProgrammeKind
    title: str


class ReferralLine(Dated):
    """One referral. The youth is sealed under the referral's key, the guardian under their own."""

    referral: Open[str]
    unit: Open[str | None]
    agreement: Open[str | None]
    referred_by: Open[str | None]
    region: Open[str | None]
    respond_by: Open[date | None]
    status: Open[ReferralStatus]
    name: Specific[str | None]
    birth_date: Specific[date | None]
    guardian: Annotated[Specific[str | None], GUARDIANS]
    received_on: Open[date | None]
    consented_on: Open[date | None]
    accepted_on: Open[date | None]
    declined_on: Open[date | None]
    finished_on: Open[date | None]
    activities: Open[tuple[YouthActivity, ...]]


def _blank(page: Recorded) -> ReferralLine:
    return ReferralLine(
        told=(),
        referral=page.stream.key,
        unit=None,
        agreement=None,
        referred_by=None,
        region=None,
        respond_by=None,
        status=ReferralStatus.RECEIVED,
        name=None,
        birth_date=None,
        guardian=None,
        received_on=None,
        consented_on=None,
        accepted_on=None,
        declined_on=None,
        finished_on=None,
        activities=(),
    )


def _received(row: ReferralLine, page: Recorded, said: ReferralReceived) -> ReferralLine:
    return amended(
        row,
        page,
        "reception",
        unit=said.unit,
        agreement=said.agreement,
        referred_by=said.referred_by,
        region=said.region,
        respond_by=said.respond_by,
        name=said.full_name,
        birth_date=said.birth_date,
        received_on=said.effective.day,
    )


def _told(row: ReferralLine, page: Recorded) -> ReferralLine:
    day = page.event.effective.day
    match page.event:
        case ReferralReceived() as said:
            row = _received(row, page, said)
        case GuardianConsented() as said:
            row = amended(row, page, "consent", guardian=said.guardian, consented_on=day)
        case ReferralAccepted():
            row = amended(row, page, "acceptance", accepted_on=day)
        case ReferralDeclined():
            row = amended(row, page, "refusal", declined_on=day)
        case ReferralJoined() as said:
            line = YouthActivity(
                **when(page), activity=said.activity, kind=said.kind, title=said.title
            )
            activities = restated(row.activities, line, same=lambda one: one.activity)
            row = changed(row, activities=activities)
        case ReferralFinished():
            row = amended(row, page, "end", finished_on=day)
    return row


def _status(row: ReferralLine) -> ReferralStatus:
    if row.finished_on:
        return ReferralStatus.FINISHED
    if row.declined_on:
        return ReferralStatus.DECLINED
    if row.accepted_on:
        return ReferralStatus.ACCEPTED
    return ReferralStatus.CONSENTED if row.consented_on else ReferralStatus.RECEIVED


def evolve(row: ReferralLine | None, page: Recorded) -> ReferralLine:
    """Write down the question, the consent, the answer, the activity or the end."""
    row = _told(row or _blank(page), page)
    return changed(row, status=_status(row))


REFERRALS = Projection(
    name="referrals",
    version=2,
    row=ReferralLine,
    events=REFERRAL.events,
    key=lambda page: page.stream.key,
    evolve=evolve,
    scope=Scope.UNIT,
    within_stream=True,
    subject="referral",
)

"""Builders of what the police, a Bapas and whoever refers a youth may know."""

from datetime import date

from domain.custody import CUSTODY
from domain.integration import OUTSIDE, RightCourse
from domain.integration_assessment import INTEGRATION_ASSESSMENT
from domain.kernel import Refused
from domain.law.facts import Right
from domain.law.guidance import GuidanceStage, guidance_stages, next_report
from domain.referral import REFERRAL
from domain.release import REVOKED
from projections.shared.material import Material
from projections.shared.values import (
    GuidancePart,
    IntegrationShared,
    ReferralActivity,
    ReferralAnswer,
    ReferralShared,
    ReleaseManner,
    ReleaseShared,
    Supervision,
)


def release(material: Material) -> ReleaseShared | None:
    """Return the release of whoever is released now."""
    if material.released_on is None:
        return None
    conditional = material.journey[CUSTODY].release in REVOKED.values()
    kind = ReleaseManner.CONDITIONAL if conditional else ReleaseManner.FINAL
    return ReleaseShared(on=material.released_on, kind=kind)


def integration(material: Material) -> tuple[IntegrationShared, ...]:
    """Return the rights that were begun."""
    return tuple(
        IntegrationShared(
            right=one.right,
            granted_from=one.grant.starts if one.grant else None,
            granted_until=one.grant.until if one.grant else None,
            since=one.started.effective.day,
            bapas=one.started.bapas,
            revoked_on=one.revoked.day if one.revoked else None,
            ended_on=one.ended.day if one.ended else None,
        )
        for one in material.rights
        if one.started and one.right
    )


def supervision(material: Material) -> Supervision | None:
    """Return the guidance under the right that was begun last, of those that a Bapas guides."""
    guided = [one for one in material.rights if one.right in OUTSIDE or _bapas(one)]
    course = guided[-1] if guided else None
    if course is None or course.started is None or course.right is None:
        return None
    since, probation = course.started.effective.day, _probation(material, course)
    until = _guidance_until(material, course, probation)
    stages = _stages(material, since, until)
    last = max((one.effective.day for one in course.reports), default=None)
    return Supervision(
        bapas=course.started.bapas,
        right=course.right,
        since=since,
        last_report=last,
        next_report=next_report(stages, last) if course.runs else None,
        stages=tuple(map(_stage, stages)),
        guidance_until=until,
        probation_end=probation,
    )


def _bapas(course: RightCourse) -> str | None:
    return course.started.bapas if course.started else None


def _probation(material: Material, course: RightCourse) -> date | None:
    """Return the end of probation that the law found when PB was proposed."""
    key = course.started.proposal if course.started else ""
    found = material.journey[INTEGRATION_ASSESSMENT].findings.get(key)
    return (found.probation_end or None) if found else None


def _guidance_until(material: Material, course: RightCourse, probation: date | None) -> date | None:
    if course.right not in OUTSIDE:
        return None
    if course.right is Right.PB and probation:
        return probation
    if course.grant and course.grant.until:
        return course.grant.until
    key = course.started.proposal if course.started else ""
    found = material.journey[INTEGRATION_ASSESSMENT].findings.get(key)
    return (found.until or None) if found else None


def _stages(material: Material, since: date, until: date | None) -> tuple[GuidanceStage, ...]:
    if until is None:
        return ()
    try:
        return guidance_stages(since, until, material.law.as_known(since))
    except (Refused, OverflowError):  # no text of that day, or no such day: nothing is said
        return ()


def _stage(stage: GuidanceStage) -> GuidancePart:
    return GuidancePart(
        number=stage.number,
        from_day=stage.from_day,
        until=stage.until,
        report_every_months=stage.report_every_months,
    )


def referral(material: Material) -> ReferralShared | None:
    """Return how a referral stands."""
    state = material.journey[REFERRAL]
    if state.received is None:
        return None
    answered = {ReferralAnswer.ACCEPTED: state.accepted, ReferralAnswer.DECLINED: state.declined}
    answer, told = next(((a, on) for a, on in answered.items() if on), (None, None))
    return ReferralShared(
        received_on=state.received.effective.day,
        respond_by=state.received.respond_by,
        answer=answer,
        answered_on=told.day if told else None,
        activities=tuple(
            ReferralActivity(kind=one.kind, title=one.title) for one in state.activities.values()
        ),
        finished_on=state.finished.day if state.finished else None,
    )

"""Builders of what a training led to: what was found and certified, and work under the agreement.

A certificate is of a training; those of activities there are none. A business is work of one's own
(`usaha_sendiri`); to an office for labour both are placements.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import chain

from domain.custody import CUSTODY, HELD
from domain.job_placement import Placement, WorkKind
from domain.kernel import Refused
from domain.law.calculation import release
from domain.law.case_facts import facts_of
from domain.law.possible import problems
from domain.law.sentence import Endless, closed, dates
from projections.shared.material import Material
from projections.shared.membership import is_secret
from projections.shared.values import (
    BusinessShared,
    CertificateKind,
    CertificateShared,
    Period,
    SkillFound,
    StillSo,
    WorkShared,
)


def skill(material: Material) -> tuple[SkillFound, ...]:
    """Return what was last found of each scheme."""
    return tuple(
        SkillFound(programme=programme, scheme=scheme, result=found.result, on=found.effective.day)
        for programme, training in material.trainings.items()
        for scheme, found in training.proofs.assessed.items()
    )


def certificate(material: Material) -> tuple[CertificateShared, ...]:
    """Return the certificates, of attendance before those of competence."""
    hidden = is_secret(material)
    return tuple(chain(_attendance(material, hidden=hidden), _competence(material, hidden=hidden)))


def _attendance(material: Material, *, hidden: bool) -> Iterator[CertificateShared]:
    for programme, training in material.trainings.items():
        for one in training.proofs.attendance.values():
            yield CertificateShared(
                programme=programme,
                kind=CertificateKind.ATTENDANCE,
                number=None if hidden else one.number or None,
                issuer=one.issuer,
                scheme=None,
                issued_on=one.issued_on,
                valid_until=None,
            )


def _competence(material: Material, *, hidden: bool) -> Iterator[CertificateShared]:
    for programme, training in material.trainings.items():
        for one in training.proofs.competence.values():
            yield CertificateShared(
                programme=programme,
                kind=CertificateKind.COMPETENCE,
                number=None if hidden else one.number or None,
                issuer=one.issuer,
                scheme=one.scheme,
                issued_on=one.issued_on,
                valid_until=one.valid_until,
            )


def placement(material: Material) -> tuple[WorkShared, ...]:
    """Return the work that has started; not where a child works, nor as what.

    Whoever may be one is meant too: "other things that may show who it is" are secret (UU 11/2012
    art. 19).
    """
    hidden = is_secret(material)
    return tuple(
        WorkShared(
            placement=key,
            kind=one.work.kind,
            employer=None if hidden else one.work.employer,
            position=one.offer.position if one.offer and not hidden else None,
            since=one.work.effective.day,
            until=one.ended.day if one.ended else None,
            verified=_verified(one),
        )
        for key, one in material.placements.items()
        if one.work
    )


def business(material: Material) -> tuple[BusinessShared, ...]:
    """Return the businesses of the person's own."""
    return tuple(
        BusinessShared(
            placement=key,
            since=one.work.effective.day,
            until=one.ended.day if one.ended else None,
            verified=_verified(one),
        )
        for key, one in material.placements.items()
        if one.work and one.work.kind is WorkKind.USAHA_SENDIRI
    )


def _verified(one: Placement) -> tuple[StillSo, ...]:
    seen = sorted(one.verified.values(), key=lambda it: it.month)
    return tuple(StillSo(month=it.month, still_working=it.still_working) for it in seen)


def availability(material: Material) -> Period | None:
    """Return the quarter in which somebody is expected to be free, as the facts are now.

    ``now`` of who is free; nothing of who serves no end, of whom the facts contradict each other,
    or whose sentence is not told yet. Who is late has a quarter that has passed.
    """
    if material.released_on is not None:
        return "now"
    if material.journey[CUSTODY].presence not in HELD:
        return None
    day = _free_on(material)
    return f"{day.year:04}-Q{(day.month + 2) // 3}" if day else None


def _free_on(material: Material) -> date | None:
    """Return the day of going free; what moves no date is not asked whether it can be."""
    facts = replace(facts_of(material.journey), discipline=(), birth_date=None)
    if problems(facts, (), None):
        return None
    told = closed(facts)
    try:
        course = dates(told, material.law)
        return None if isinstance(course, Endless) else release(told, course)
    except (OverflowError, Refused):
        return None

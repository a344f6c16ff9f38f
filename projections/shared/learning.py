"""Builders of what a learner of Kejar Paket has come to under the agreement."""

from domain.ijazah import Outcome
from domain.kejar_paket import KEJAR_PAKET
from projections.shared.material import Material
from projections.shared.values import ExamResult, IjazahShared, LearningLevel


def level(material: Material) -> LearningLevel | None:
    """Return the level of the last enrolment under the agreement, with its grade where placed."""
    if not material.enrolments:
        return None
    last, placed = material.enrolments[-1], material.journey[KEJAR_PAKET].placed
    return LearningLevel(
        level=last.level,
        grade=placed.grade if placed and placed.level is last.level else None,
        academic_year=last.academic_year,
        semester=last.semester,
        provider_npsn=last.provider_npsn,
    )


def result(material: Material) -> tuple[ExamResult, ...]:
    """Return the exams that belong to an enrolment under the agreement."""
    exams = material.journey[KEJAR_PAKET].finals.exams
    return tuple(
        ExamResult(exam=name, level=one.level, outcome=one.outcome, on=one.on)
        for name, one in exams.items()
        if material.learnt_here(one.level, one.on)
    )


def ijazah(material: Material) -> tuple[IjazahShared, ...]:
    """Return the ijazah of the levels that were passed under the agreement."""
    passed = {one.level for one in result(material) if one.outcome is Outcome.PASSED}
    return tuple(
        IjazahShared(
            level=one.level,
            issued_on=one.issued.issued_on,
            handed_over_on=one.handed_over.effective.day if one.handed_over else None,
        )
        for one in material.journey[KEJAR_PAKET].finals.ijazah
        if one.level in passed
    )

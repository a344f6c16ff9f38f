"""How a refusal is said, whichever rule says it."""

import re

import pytest

from domain.kernel import Refused

POINTS_AT = {
    "activity.attended_more_than_held": {"sessions_attended"},
    "activity.key_of_programme": {"activity"},
    "activity.period_not_over": {"until_day"},
    "activity.period_reversed": {"until_day"},
    "agreement.ends_before_it_begins": {"valid_until"},
    "agreement.too_few_parties": {"parties"},
    "agreement.unknown_field": {"allowed_fields"},
    "append.effective_in_future": {"effective"},
    "conduct.month_not_over": {"month"},
    "correction.another_type": {"type"},
    "correction.asked_elsewhere": {"events"},
    "correction.built_upon": {"events"},
    "correction.lasting": {"events"},
    "correction.no_such_event": {"events"},
    "correction.one_event": {"events"},
    "correction.opening_moved": {"events"},
    "correction.person_fixed": {"person"},
    "correction.to": {"to"},
    "correction.unmerge_instead": {"events"},
    "correction.worked_out": {"events"},
    "custody.back_before_going": {"expected_back"},
    "custody.born_after_admission": {"birth_date"},
    "custody.source_before_admission": {"source_date"},
    "custody.taken_over_before_admission": {"admitted_on"},
    "detention.until_before_starts": {"until"},
    "earlier_remisi.no_days": {"remission_days"},
    "integration.ends_before_it_begins": {"until"},
    "job_placement.employer_missing": {"employer"},
    "kejar_paket.academic_year_not_consecutive": {"academic_year"},
    "kejar_paket.attended_more_than_held": {"hours_attended"},
    "kejar_paket.grade_not_of_level": {"grade"},
    "kejar_paket.issued_later": {"issued_on"},
    "kejar_paket.period_not_over": {"until_day"},
    "kejar_paket.period_reversed": {"until_day"},
    "person.identifier_form": {"number"},
    "person.identifier_missing": {"verification"},
    "person.merge_itself": {"other"},
    "person.nik_verification": {"nik_verification"},
    "person.not_found": {"other"},
    "person.not_yet_born": {"birth_date"},
    "programme.ends_before_start": {"ends"},
    "programme.marked_twice": {"marks"},
    "programme.period_not_over": {"until_day"},
    "programme.period_reversed": {"until_day"},
    "referral.born_later": {"birth_date"},
    "referral.deadline_passed": {"respond_by"},
    "region.looks_like_bps": {"domicile", "region", "regions"},
    "region.unknown": {"domicile", "eligible_domiciles", "region", "regions"},
    "register.nothing_deposited": {"quantity"},
    "register.parts_differ": {"text"},
    "register.year_to_come": {"year"},
    "registry.holiday_of_another_year": {"day"},
    "registry.natal_is_fixed": {"day"},
    "registry.no_religion": {"religion"},
    "registry.second_day_of_holiday": {"second_day"},
    "remisi.another_feast": {"award_day"},
    "remisi.award_day_passed": {"award_day"},
    "remisi.no_days": {"remission_days"},
    "remisi.not_of_this_kind": {"feast_fixed_by", "ground", "missed"},
    "remisi_batch.award_day_passed": {"award_day"},
    "remisi_batch.kind_by_itself": {"kinds"},
    "remisi_batch.line_does_not_stand": {"case"},
    "remisi_batch.line_exists": {"lines"},
    "remisi_batch.member_twice": {"members"},
    "remisi_batch.no_such_line": {"case"},
    "remisi_batch.not_drafted": {"effective"},
    "review.no_explanation": {"explanation"},
    "skill_training.attended_more_than_held": {"sessions_attended"},
    "skill_training.issued_later": {"issued_on"},
    "skill_training.period_not_over": {"until_day"},
    "skill_training.period_reversed": {"until_day"},
    "skill_training.validity_reversed": {"valid_until"},
    "verdict.nothing_paid": {"amount"},
    "verdict.sentence_and_outcome": {"sentence"},
    "verdict.sentence_part": {"sentence"},
}
"""The fields that a refusal may point at: what they say can never be right (422). A refusal that is
not here says that something does not fit what is recorded (409)."""


def ensure_well_said(refusal):
    """A stable code, the article that says no, the reason in both languages, and where it is."""
    assert re.fullmatch(r"[a-z_-]+\.[a-z0-9_]+", refusal.code)
    assert refusal.article.strip()
    indonesian, english = refusal.because
    assert indonesian.strip()
    assert english.strip()
    assert indonesian != english
    assert refusal.field in POINTS_AT.get(refusal.code, {None}), (refusal.code, refusal.field)


def refusal_of(call, *arguments, **more):
    """The code by which this is refused, and refused as it should be."""
    with pytest.raises(Refused) as refusal:
        call(*arguments, **more)
    ensure_well_said(refusal.value)
    return refusal.value.code

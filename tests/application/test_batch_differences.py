"""By which law a remisi list is held against what is known later: that of its own draft."""

from dataclasses import replace
from datetime import date

from application.batch_differences import law_of_draft
from domain.batch_list import BatchDrafted
from domain.law.book import LAW
from domain.law.facts import RemisiKind
from domain.law.remisi_rules import REMISI_CONDITIONS
from domain.law.remisi_served import SIX_MONTHS_STRICT
from domain.time import Effective, Zone

DAY = date(2026, 7, 1)
THEN = LAW.on(REMISI_CONDITIONS, DAY)
DRAFT = BatchDrafted(
    effective=Effective.on(DAY, Zone.WIB),
    unit="RUTAN-MEDAN",
    award_day=date(2026, 8, 17),
    kinds=(RemisiKind.UMUM,),
    rule_sets=(THEN.id,),
    policies=("six_months_strict=more_than", "a_policy_of_old=yes"),
    by="wali-1",
    on_behalf_of=None,
)


def test_a_text_that_came_into_the_book_after_the_draft_is_left_out():
    newer = replace(THEN, id="newer", valid_from=date(2026, 6, 30), promulgated=date(2026, 6, 20))
    law = replace(LAW, book=(*LAW.book, newer))
    assert law.on(REMISI_CONDITIONS, DAY) is newer
    assert law_of_draft(DRAFT, law).on(REMISI_CONDITIONS, DAY) is THEN


def test_a_list_that_does_not_name_a_text_of_a_topic_takes_what_there_is():
    assert law_of_draft(replace(DRAFT, rule_sets=()), LAW).book == LAW.book


def test_the_policies_of_the_draft_are_taken_as_far_as_there_are_any():
    law = law_of_draft(DRAFT, LAW)
    assert law.use(SIX_MONTHS_STRICT).chosen == "more_than"
    assert "a_policy_of_old" not in law.policies

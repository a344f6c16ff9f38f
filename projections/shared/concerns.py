"""Which events may change a record at all, so that whoever follows the ledger can pass over others.

Said by the chapters that membership and builders look at, generously: a test walks many journeys
and finds no event of another chapter that changed a record.
"""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, Final

from domain.activity import ACTIVITY
from domain.catalogue import CASE
from domain.charge import CHARGE
from domain.conduct import CONDUCT
from domain.custody import CUSTODY
from domain.detention import DETENTION
from domain.earlier_remisi import EARLIER_REMISI
from domain.integration import INTEGRATION
from domain.integration_assessment import INTEGRATION_ASSESSMENT
from domain.job_placement import JOB_PLACEMENT
from domain.kejar_paket import KEJAR_PAKET
from domain.kernel import Chapter
from domain.register import REGISTER
from domain.remisi import REMISI
from domain.sharing.fields import SharedField
from domain.sharing.scope import Scope
from domain.skill_training import SKILL_TRAINING
from domain.verdict import VERDICT
from projections.shared.membership import TAKE_PART

Chapters = frozenset[Chapter[Any, Any]]

WHO: Final[Chapters] = frozenset({CUSTODY, REGISTER, VERDICT, INTEGRATION})
"""What decides who is in a scope: where, at home where, and of which kind."""
PARTS: Final[Chapters] = frozenset({KEJAR_PAKET, SKILL_TRAINING, ACTIVITY, JOB_PLACEMENT})
READ_FOR: Final[Mapping[SharedField, Chapters]] = {
    SharedField.AVAILABILITY: frozenset({DETENTION, CHARGE, EARLIER_REMISI, CONDUCT, REMISI}),
    SharedField.SUPERVISION: frozenset({INTEGRATION_ASSESSMENT}),
}
"""What a field is built of besides."""


@cache
def _names(chapters: Chapters) -> frozenset[str]:
    """Return the stored names of the events of a case that are in none of these chapters."""
    return frozenset(
        event.stored_as
        for chapter in CASE.chapters
        if chapter not in chapters
        for event in chapter.events
    )


def may_concern(scope: Scope, events: Collection[str]) -> bool:
    """Say whether one of these events of a case or a referral may change a record of the scope.

    ``events`` are stored names, with or without their versions; what is not known may.
    """
    chapters = WHO | (PARTS if scope.record in TAKE_PART else frozenset())
    for field in scope.fields:
        chapters |= READ_FOR.get(field, frozenset())
    passed_over = _names(chapters)
    return any(name.partition("@")[0] not in passed_over for name in events)

"""Who is in a scope: of its units, at home in its regions, of its kinds, and something to tell.

What is missing means nothing: who has no domicile is out, and so is who is dead, was never
admitted, or is at large. The time of the agreement is not looked at here (`Scope.standing`).
"""

from typing import Final

from domain.admission import CustodyAdmitted, LegalStatus
from domain.agreement import ParticipantKind
from domain.catalogue import CASE
from domain.custody import CUSTODY, HELD, Presence
from domain.integration import INTEGRATION
from domain.kernel import FORGOTTEN
from domain.law.case_facts import OUTSIDE
from domain.referral import REFERRAL
from domain.release import ReleaseKind
from domain.sharing.fields import RecordKind, SharedField
from domain.verdict import legal_status
from projections.counting import lies_in
from projections.shared.material import Material

TAKE_PART: Final = frozenset(
    {RecordKind.LEARNER, RecordKind.TRAINEE, RecordKind.ENTREPRENEUR, RecordKind.READER}
)
"""The records that are only of somebody who takes part in something under the agreement."""
CHILDREN: Final = (LegalStatus.ANAK, LegalStatus.ANAK_BINAAN)
CONVICTED: Final = (LegalStatus.NARAPIDANA, LegalStatus.ANAK_BINAAN)
ANY_CHILD: Final = frozenset({ParticipantKind.ANAK, ParticipantKind.ANAK_BINAAN})
"""Released, a child is called klien or mantan_warga_binaan: only to whom children are shared."""


NEVER_CONVICTED: Final = frozenset(
    {
        ReleaseKind.PUTUSAN_BEBAS,
        ReleaseKind.PUTUSAN_LEPAS,
        ReleaseKind.ABOLISI,
        ReleaseKind.PENANGGUHAN,
    }
)
"""Releases of whoever was acquitted, not punished, or is tried elsewhere than in custody."""


def participant_kind(material: Material) -> ParticipantKind | None:
    """Return what an agreement calls somebody: by the law's word inside, by the release outside.

    Who was released on PB, CB or CMB is a klien until that right has ended; nobody is anything who
    is dead, at large, or was never admitted. Nor is who was let go and never convicted: warga
    binaan are narapidana, anak binaan and klien (UU 22/2022 art. 1, K~), and never were those.
    """
    if material.stream.kind != CASE.name:
        return ParticipantKind.REMAJA_BERISIKO
    custody = material.journey[CUSTODY]
    if custody.presence in HELD:
        status = legal_status(material.journey)
        return ParticipantKind(status.value) if status else None
    if custody.presence is not Presence.RELEASED:
        return None
    if not _was_convicted(material, custody.release):
        return None
    right = OUTSIDE.get(custody.release) if custody.release else None
    courses = material.journey[INTEGRATION].proposals.values()
    ended = any(one.right is right and one.ended for one in courses)
    if right and not ended:
        return ParticipantKind.KLIEN
    return ParticipantKind.MANTAN_WARGA_BINAAN


def _was_convicted(material: Material, release: ReleaseKind | None) -> bool:
    """Say whether a release is of somebody who was convicted.

    Who goes free by law was where a sentence had been carried out; else a detention ran out.
    """
    if release is ReleaseKind.BEBAS_DEMI_HUKUM:
        return legal_status(material.journey) in CONVICTED
    return release not in NEVER_CONVICTED


def in_scope(material: Material) -> bool:
    """Say whether the scope is about this person at all."""
    record = material.scope.record
    if record is None or record is RecordKind.COUNTS or not material.scope.fields:
        return False
    if material.stream.kind == CASE.name:
        return _case(material, record)
    return _referral(material, record)


def _case(material: Material, record: RecordKind) -> bool:
    scope, custody = material.scope, material.journey[CUSTODY]
    opening = custody.opening
    if opening is None or opening.full_name is FORGOTTEN or custody.unit not in scope.units:
        return False
    if not _at_home(material.domicile, material):
        return False
    kind = participant_kind(material)
    if kind is None or kind not in scope.participant_kinds:
        return False
    freed_child = custody.presence is Presence.RELEASED and is_child(material)
    if freed_child and ANY_CHILD.isdisjoint(scope.participant_kinds):
        return False
    return material.takes_part if record in TAKE_PART else _to_tell(material, record, kind)


def _to_tell(material: Material, record: RecordKind, kind: ParticipantKind) -> bool:
    """Say whether a release or a right, or of a Bapas guidance, is there to be told."""
    if record is RecordKind.CLIENT:
        under_bapas = any(one.started and one.started.bapas for one in material.rights)
        return kind is ParticipantKind.KLIEN or under_bapas
    return material.released_on is not None or any(one.runs for one in material.rights)


def _referral(material: Material, record: RecordKind) -> bool:
    """Say whether the agency referred a youth under the agreement, and the guardian consented."""
    scope, referral = material.scope, material.journey[REFERRAL]
    said = referral.received
    if record is not RecordKind.RELEASED or SharedField.REFERRAL not in scope.fields:
        return False
    if said is None or referral.consent is None or referral.forgotten:
        return False
    return (
        ParticipantKind.REMAJA_BERISIKO in scope.participant_kinds
        and said.agreement == scope.agreement
        and said.referred_by == scope.agency
        and said.unit in scope.units
        and _at_home(said.region, material)
    )


def _at_home(domicile: str | None, material: Material) -> bool:
    """Say whether a home lies in the scope's regions; nowhere where it has none."""
    return bool(material.scope.regions) and lies_in(domicile, material.scope.regions)


def is_child(material: Material) -> bool:
    """Say whether the law keeps secret who somebody is (UU 11/2012 art. 19, K+).

    It does so after the release too, and whatever the child's age is by now.
    """
    return material.stream.kind == CASE.name and legal_status(material.journey) in CHILDREN


def is_secret(material: Material) -> bool:
    """Say whether nothing may show who somebody is: a child, or one whom nobody knows to be none.

    The latter came in by an admission without a date of birth; a case that was taken over bears
    what the law had called the person.
    """
    if material.stream.kind != CASE.name:
        return False
    opening = material.journey[CUSTODY].opening
    unknown = isinstance(opening, CustodyAdmitted) and not opening.birth_date
    return unknown or is_child(material)

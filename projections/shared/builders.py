"""One builder for each field. The fields of a scope say which of them run at all."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain.sharing.fields import SharedField
from projections.shared import learning, outside, taking_part, who, working
from projections.shared.material import Material

Builder = Callable[[Material], Any]

BUILDERS: Final[Mapping[SharedField, Builder]] = {
    SharedField.FULL_NAME: who.full_name,
    SharedField.NISN: who.nisn,
    SharedField.SEX: who.sex,
    SharedField.AGE_BAND: who.band,
    SharedField.DOMICILE: who.domicile,
    SharedField.PROGRAMME: taking_part.programmes,
    SharedField.ATTENDANCE: taking_part.attendance,
    SharedField.LEVEL: learning.level,
    SharedField.RESULT: learning.result,
    SharedField.IJAZAH: learning.ijazah,
    SharedField.SKILL: working.skill,
    SharedField.CERTIFICATE: working.certificate,
    SharedField.AVAILABILITY: working.availability,
    SharedField.PLACEMENT: working.placement,
    SharedField.BUSINESS: working.business,
    SharedField.PARTICIPANT_KIND: who.kind,
    SharedField.RELEASE: outside.release,
    SharedField.INTEGRATION: outside.integration,
    SharedField.SUPERVISION: outside.supervision,
    SharedField.REFERRAL: outside.referral,
}
"""Every field but the counts, which are of nobody (`projections.shared.counts`)."""
OF_REFERRALS: Final = (SharedField.FULL_NAME, SharedField.DOMICILE, SharedField.REFERRAL)
"""The fields of the record of a youth who was referred, and who is in no custody."""

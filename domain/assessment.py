"""What is worked out by the law and told by nobody: its findings beside proposals."""

from typing import Final

from domain import integration_assessment, remisi_assessment
from domain.integration_assessment import IntegrationAssessed
from domain.kernel import Event
from domain.remisi_assessment import RemisiAssessed

WORKED_OUT: Final[tuple[type[Event], ...]] = (RemisiAssessed, IntegrationAssessed)
"""What nobody tells, and what is never looked at again: it is worked out anew instead."""
OTHERWISE: Final = frozenset(
    (remisi_assessment.ASSESSED_OTHERWISE, integration_assessment.ASSESSED_OTHERWISE)
)
"""Why a proposal is looked at on which the law finds something else than it did."""

"""Which events an agency may know by name; any other is only told as a change of the record.

The name of what happened may tell more than the record: that somebody was given a remisi, or was
taken to court. So an agency hears the names of what its own fields are about, and no other.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from domain import kejar_paket
from domain.activity import ACTIVITY
from domain.certification import Assessed, AttendanceCertified, CompetenceCertified
from domain.custody import Readmitted, Released
from domain.ijazah import ExamRegistered, ExamTaken, Failed, IjazahHandedOver, IjazahIssued, Passed
from domain.integration import (
    IntegrationEnded,
    IntegrationGuided,
    IntegrationRevoked,
    IntegrationStarted,
)
from domain.job_placement import JobEnded, JobStarted, JobVerified
from domain.kernel import Event
from domain.referral import (
    ReferralAccepted,
    ReferralDeclined,
    ReferralFinished,
    ReferralJoined,
    ReferralReceived,
)
from domain.sharing.fields import RecordKind
from domain.skill_training import (
    AttendanceSummarised,
    Completed,
    NotCompleted,
    Resumed,
    Seated,
    Started,
    Suspended,
    Withdrawn,
)

NEUTRAL: Final = "journey.changed"
"""What is said of an event whose name an agency may not know."""

LEARNING: Final = (
    kejar_paket.Enrolled,
    kejar_paket.NisnReceived,
    kejar_paket.AttendanceSummarised,
    kejar_paket.Paused,
    kejar_paket.Resumed,
    kejar_paket.Withdrawn,
    ExamRegistered,
    ExamTaken,
    Passed,
    Failed,
    IjazahIssued,
    IjazahHandedOver,
)
TRAINING: Final = (
    Seated,
    Started,
    AttendanceSummarised,
    Suspended,
    Resumed,
    Completed,
    NotCompleted,
    Assessed,
    AttendanceCertified,
    CompetenceCertified,
    Withdrawn,
    *ACTIVITY.events,
    JobStarted,
    JobVerified,
    JobEnded,
)
OUTSIDE: Final = (Released, Readmitted, IntegrationStarted, IntegrationRevoked, IntegrationEnded)
REFERRALS: Final = (
    ReferralReceived,
    ReferralAccepted,
    ReferralDeclined,
    ReferralJoined,
    ReferralFinished,
)
NAMED: Final[Mapping[RecordKind, tuple[type[Event], ...]]] = {
    RecordKind.LEARNER: LEARNING,
    RecordKind.TRAINEE: TRAINING,
    RecordKind.ENTREPRENEUR: TRAINING,
    RecordKind.READER: ACTIVITY.events,
    RecordKind.RELEASED: (*OUTSIDE, *REFERRALS),
    RecordKind.CLIENT: (*OUTSIDE, IntegrationGuided),
    RecordKind.COUNTS: (),
}
"""The events that whoever sees a record of a kind may know by name."""


@cache
def names_known(record: RecordKind) -> tuple[str, ...]:
    """Return every name that an entry about a record of a kind may bear of a journey's events."""
    return (*sorted({event.stored_as for event in NAMED[record]}), NEUTRAL)


def name_for(record: RecordKind, event: str) -> str:
    """Return the name of an event, with or without its version, or `NEUTRAL`."""
    name, _, _ = event.partition("@")
    return name if name in names_known(record) else NEUTRAL

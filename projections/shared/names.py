"""Which events an agency may know by name; any other is only told as a change of the record.

The name of what happened may tell more than the record: that somebody was given a remisi, or was
taken to court. So an agency hears the names of what the fields of its agreement are about, and no
other (`projections.shared.naming` says of which facts).
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from domain import kejar_paket
from domain.activity import ACTIVITY, ActivityFinished, ActivityJoined, ActivityLeft
from domain.activity import AttendanceSummarised as ActivityAttended
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
from domain.sharing.fields import RecordKind, SharedField
from domain.sharing.scope import Scope
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


HEARD: Final[Mapping[SharedField, tuple[type[Event], ...]]] = {
    SharedField.NISN: (kejar_paket.NisnReceived,),
    SharedField.PROGRAMME: (
        kejar_paket.Enrolled,
        kejar_paket.Paused,
        kejar_paket.Resumed,
        kejar_paket.Withdrawn,
        Seated,
        Started,
        Suspended,
        Resumed,
        Completed,
        NotCompleted,
        Withdrawn,
        ActivityJoined,
        ActivityFinished,
        ActivityLeft,
    ),
    SharedField.ATTENDANCE: (
        kejar_paket.AttendanceSummarised,
        AttendanceSummarised,
        ActivityAttended,
    ),
    SharedField.LEVEL: (kejar_paket.Enrolled,),
    SharedField.RESULT: (ExamRegistered, ExamTaken, Passed, Failed),
    SharedField.IJAZAH: (IjazahIssued, IjazahHandedOver),
    SharedField.SKILL: (Assessed,),
    SharedField.CERTIFICATE: (AttendanceCertified, CompetenceCertified),
    SharedField.PLACEMENT: (JobStarted, JobVerified, JobEnded),
    SharedField.BUSINESS: (JobStarted, JobVerified, JobEnded),
    SharedField.RELEASE: (Released, Readmitted),
    SharedField.INTEGRATION: (IntegrationStarted, IntegrationRevoked, IntegrationEnded),
    SharedField.SUPERVISION: (
        IntegrationStarted,
        IntegrationGuided,
        IntegrationRevoked,
        IntegrationEnded,
    ),
    SharedField.REFERRAL: REFERRALS,
}
"""The events that each field is about. The others are about none that has a name of its own."""


@cache
def names_known(record: RecordKind) -> tuple[str, ...]:
    """Return every name that an entry about a record of a kind may bear of a journey's events."""
    return (*sorted({event.stored_as for event in NAMED[record]}), NEUTRAL)


def names_heard(scope: Scope) -> frozenset[str]:
    """Return the names that a scope's own fields are about, among those of its kind of record."""
    return _heard(scope.record, scope.fields) if scope.record else frozenset()


@cache
def _heard(record: RecordKind, fields: tuple[SharedField, ...]) -> frozenset[str]:
    about = frozenset(event.stored_as for field in fields for event in HEARD.get(field, ()))
    return about.intersection(names_known(record))

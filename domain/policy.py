"""Policy: which edition of the service's own rules was in force, and since when.

What events there are, who may do what, what the read models show: the software says it, and a later
software says otherwise. Each time that one of these has changed when the service opens, the service
itself records the next edition by the SHA-256 of its content, so that whoever asks what was allowed
on a day is answered by the same log that holds what was done. Rule of the house, for the record of
processing that UU 27/2022 art. 31 asks for (K+).
"""

from collections.abc import Sequence
from enum import Enum
from typing import Final

from domain.fields import Count, Line, Sha256
from domain.kernel import Chapter, Event, Journey, Open, Value, ensure


class PolicyKind(Enum):
    """What is ruled: the events there are, who may do what, what the read models show."""

    EVENT_CATALOGUE = "event_catalogue"
    PERMISSIONS = "permissions"
    PROJECTIONS = "projections"


class PolicyAdopted(Event, stored_as="policy.adopted"):
    """The service opened with rules that it had not had before."""

    policy: Open[PolicyKind]
    edition: Open[Count]
    sha256: Open[Sha256]
    software: Open[Line]


class Policy(Value):
    """The edition in force."""

    adopted: PolicyAdopted | None


def decide(proposed: PolicyAdopted, journey: Journey) -> Sequence[Event]:
    """Admit a later edition that says something else than the one in force."""
    current = journey[POLICY].adopted
    if current is None:
        return [proposed]
    ensure(
        proposed.policy is current.policy,
        "policy.another_kind",
        article="Kaidah Jejak: satu kunci, satu kebijakan",
        because=(
            f"catatan ini milik {current.policy.value}, bukan {proposed.policy.value}",
            f"this record is of {current.policy.value}, not of {proposed.policy.value}",
        ),
    )
    if proposed.sha256 == current.sha256:
        return []
    ensure(
        proposed.edition > current.edition,
        "policy.edition_taken",
        article="Kaidah Jejak: setiap edisi dicatat sekali",
        because=(
            f"edisi {current.edition} sudah berlaku; yang baru bernomor lebih tinggi",
            f"edition {current.edition} is in force; a new one has a higher number",
        ),
    )
    return [proposed]


def evolve(policy: Policy, event: PolicyAdopted) -> Policy:
    """Put the new edition in the place of the old."""
    return Policy(adopted=event)


POLICY: Final[Chapter[Policy, PolicyAdopted]] = Chapter(
    name="policy",
    events=(PolicyAdopted,),
    initial=Policy(adopted=None),
    decide=decide,
    evolve=evolve,
)

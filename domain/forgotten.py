"""Whose data an event has destroyed: the one place that knows which events do."""

from collections.abc import Sequence
from typing import Final

from domain.kernel import Event
from domain.person import CustodyBegan, PersonForgotten
from domain.record import Draft, StreamId
from domain.referral import GUARDIANS, Party, ReferralForgotten

FORGETTING: Final[tuple[type[Event], ...]] = (PersonForgotten, ReferralForgotten)
"""They are proposed in a place of their own, by whom it is for, and never like other events."""


def forgotten_by(page: Draft) -> Sequence[str]:
    """Return the subjects whose keys are destroyed by what a page says: none, as a rule."""
    guardian = f"{page.subject}/{GUARDIANS.role}"
    match page.event:
        case PersonForgotten():
            return (page.stream.key,)
        case ReferralForgotten(party=Party.YOUTH):
            return (page.subject, guardian)
        case ReferralForgotten(party=Party.GUARDIAN):
            return (guardian,)
        case _:
            return ()


def streams_of(page: Draft) -> Sequence[StreamId]:
    """Return the streams besides its own that a page says to be about the same subject."""
    match page.event:
        case CustodyBegan(case=case):
            return (StreamId(kind="case", key=case),)
        case _:
            return ()

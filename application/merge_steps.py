"""The merges that a record's pages tell of, each with its steps: asked, approved, taken apart."""

from collections.abc import Sequence
from enum import Enum

from application.standing import standing
from domain.kernel import Value
from domain.person_link import (
    LinkEvent,
    MergeDeclined,
    MergeRequested,
    PersonMerged,
    PersonUnmerged,
    UnmergeRequested,
)
from domain.record import Recorded


class MergeStatus(Enum):
    """It waits; it is in force; to take it apart waits; it was taken apart; somebody said no."""

    REQUESTED = "requested"
    MERGED = "merged"
    UNMERGE_REQUESTED = "unmerge_requested"
    UNMERGED = "unmerged"
    DECLINED = "declined"


WAITING = frozenset({MergeStatus.REQUESTED, MergeStatus.UNMERGE_REQUESTED})


class Steps(Value):
    """One merge, with the pages of one record that tell of it, the first to the last."""

    merge: str
    pages: tuple[Recorded, ...]

    @property
    def ends(self) -> MergeRequested | PersonMerged:
        """Return what says which records are linked."""
        said = (page.event for page in self.pages)
        return next(one for one in said if isinstance(one, MergeRequested | PersonMerged))

    @property
    def status(self) -> MergeStatus:
        """Return how far it has come."""
        merged = any(isinstance(page.event, PersonMerged) for page in self.pages)
        match self.pages[-1].event:
            case MergeRequested():
                return MergeStatus.REQUESTED
            case UnmergeRequested():
                return MergeStatus.UNMERGE_REQUESTED
            case PersonUnmerged():
                return MergeStatus.UNMERGED
            case MergeDeclined() if not merged:
                return MergeStatus.DECLINED
            case _:
                return MergeStatus.MERGED

    @property
    def asked(self) -> Recorded | None:
        """Return the page by which what waits was asked for."""
        return self.pages[-1] if self.status in WAITING else None


def merges_told_in(pages: Sequence[Recorded]) -> dict[str, Steps]:
    """Return the merges that a record tells of by their ids, in the order in which it first did."""
    found: dict[str, list[Recorded]] = {}
    for page in standing(pages):
        if isinstance(page.event, LinkEvent):
            found.setdefault(page.event.merge, []).append(page)
    return {merge: Steps(merge=merge, pages=tuple(told)) for merge, told in found.items()}

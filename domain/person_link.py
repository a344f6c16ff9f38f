"""Links between records of persons: two records of one human being, and that they were not.

Somebody was registered twice, and a NIK, a fingerprint, a document or their own word says so.
Neither record is rewritten and nothing moves: a merge is a link, told in both records, and says
which of the two survives, that is, is shown first and gets what is told from then on. Unmerging
takes the link away again. Whoever asks for either never approves it (rule of the house, as for
corrections). Links make stars and no chains: a record that was merged into another has none of
its own, so that nobody has to follow two.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final, assert_never, get_args

from domain.fields import EventId, Note, PersonId, Ref
from domain.kernel import Event, Open, Personal, Refused, Value, ensure, replace


class MergeGround(Enum):
    """What says that two records are one human being."""

    NIK = "nik"
    FINGERPRINT = "fingerprint"
    DOCUMENT = "document"
    OWN_STATEMENT = "own_statement"


class MergeRequested(Event, stored_as="person.merge_requested"):
    """Somebody asked that another record be linked to this one, which is to survive."""

    merge: Open[EventId]
    other: Open[PersonId]
    survivor: Open[PersonId]
    ground: Open[MergeGround]
    explanation: Personal[Note]
    requester: Open[Ref]


class PersonMerged(Event, stored_as="person.merged"):
    """A second person approved: the record and ``other`` are one human being.

    It is told in both records; ``survivor`` is the one of the two that goes on.
    """

    merge: Open[EventId]
    other: Open[PersonId]
    survivor: Open[PersonId]
    ground: Open[MergeGround]
    requester: Open[Ref]
    approver: Open[Ref]


class UnmergeRequested(Event, stored_as="person.unmerge_requested"):
    """Somebody asked that the link be taken away: they are two human beings after all."""

    merge: Open[EventId]
    explanation: Personal[Note]
    requester: Open[Ref]


class PersonUnmerged(Event, stored_as="person.unmerged"):
    """A second person approved: the record and ``other`` are two human beings after all."""

    merge: Open[EventId]
    other: Open[PersonId]
    survivor: Open[PersonId]
    requester: Open[Ref]
    approver: Open[Ref]


class MergeDeclined(Event, stored_as="person.merge_declined"):
    """A second person declined to merge or to unmerge, or whoever had asked withdrew it."""

    merge: Open[EventId]
    approver: Open[Ref]
    because: Personal[Note]


LinkEvent = MergeRequested | PersonMerged | UnmergeRequested | PersonUnmerged | MergeDeclined
LINKING: Final[tuple[type[Event], ...]] = get_args(LinkEvent)
"""They are told in a place of their own, by two people, and never like other events."""


class Merge(Value):
    """A link that is asked for or in force. What was declined or unmerged is none any more."""

    requested: MergeRequested | None
    merged: PersonMerged | None
    unmerging: UnmergeRequested | None

    @property
    def other(self) -> str:
        """Return the record at the other end."""
        said = self.merged or self.requested
        return said.other if said else ""

    @property
    def pending(self) -> bool:
        """Return whether it waits for a second person."""
        return self.merged is None or self.unmerging is not None


Merges = Mapping[str, Merge]
"""The links of one record by their ids."""
NO_LINK: Final = Merge(requested=None, merged=None, unmerging=None)
FOUR_EYES: Final = "Kaidah Jejak: empat mata"
A_LINK: Final = "Kaidah Jejak: penggabungan adalah tautan, catatan tidak ditulis ulang"


def merged_into(merges: Merges) -> str | None:
    """Return the record that goes on in the place of this one, if it was merged into another."""
    said = (one.merged for one in merges.values() if one.merged)
    return next((merged.survivor for merged in said if merged.survivor == merged.other), None)


def absorbed(merges: Merges) -> tuple[str, ...]:
    """Return the records that were merged into this one, in the order of their merges."""
    said = (one.merged for one in merges.values() if one.merged)
    return tuple(merged.other for merged in said if merged.survivor != merged.other)


def ensure_may_link(proposed: LinkEvent, merges: Merges) -> None:
    """Refuse a step that is not the next one of its merge, or is taken by the wrong person."""
    match proposed:
        case MergeRequested():
            ensure_survives(merges)
            _ensure_two(proposed, merges)
        case PersonMerged() if proposed.survivor == proposed.other:
            _ensure_second_person(proposed.requester, proposed.approver)
            ensure_survives(merges)
            _ensure_holds_no_other(merges)
        case PersonMerged():
            _ensure_asked(proposed, merges)
            ensure_survives(merges)
        case UnmergeRequested():
            ensure_survives(merges)
            _ensure_merged(merges.get(proposed.merge, NO_LINK))
        case PersonUnmerged():
            _ensure_unmerging(proposed, merges.get(proposed.merge, NO_LINK))
        case MergeDeclined():
            _ensure_pending(proposed.merge in merges and merges[proposed.merge].pending)
        case _:
            assert_never(proposed)


def ensure_survives(merges: Merges) -> None:
    """Refuse what is told of a record that was merged into another, and name that one."""
    survivor = merged_into(merges)
    ensure(
        survivor is None,
        "person.merged_into",
        article=A_LINK,
        because=(
            f"catatan ini digabungkan ke person:{survivor}; catat dan ajukan di sana",
            f"this record was merged into person:{survivor}; tell and ask it there",
        ),
    )


def _ensure_two(proposed: MergeRequested, merges: Merges) -> None:
    ensure(
        proposed.other != proposed.survivor,
        "person.merge_itself",
        article=A_LINK,
        because=(
            "catatan tidak digabungkan dengan dirinya sendiri",
            "a record is not merged with itself",
        ),
        field="other",
    )
    ensure(
        proposed.merge not in merges and proposed.other not in {m.other for m in merges.values()},
        "person.merge_exists",
        article=A_LINK,
        because=(
            "penggabungan kedua catatan ini sudah diajukan atau sudah berlaku",
            "the merge of these two records is asked for already, or in force",
        ),
    )


def _ensure_holds_no_other(merges: Merges) -> None:
    ensure(
        not absorbed(merges),
        "person.merged_from",
        article=A_LINK,
        because=(
            "catatan lain sudah digabungkan ke catatan itu; jadikan catatan itu yang bertahan",
            "other records were merged into that one; let that one be the survivor",
        ),
    )


def _ensure_asked(proposed: PersonMerged, merges: Merges) -> None:
    known = merges.get(proposed.merge, NO_LINK)
    requested = known.requested
    _ensure_pending(
        known.merged is None
        and requested is not None
        and (requested.other, requested.requester) == (proposed.other, proposed.requester)
    )
    _ensure_second_person(proposed.requester, proposed.approver)


def _ensure_merged(known: Merge) -> None:
    if known.merged is None:
        raise Refused(
            "person.not_merged",
            article=A_LINK,
            because=(
                "penggabungan ini tidak berlaku; tidak ada yang dipisahkan",
                "this merge is not in force; there is nothing to take apart",
            ),
        )
    ensure(
        known.unmerging is None,
        "person.unmerge_pending",
        article=FOUR_EYES,
        because=(
            "pemisahan ini sudah diajukan dan menunggu persetujuan",
            "this is asked for already, and waits for an approval",
        ),
    )


def _ensure_unmerging(proposed: PersonUnmerged, known: Merge) -> None:
    if known.merged is None:
        _ensure_merged(known)
    _ensure_second_person(proposed.requester, proposed.approver)
    if proposed.survivor != proposed.other:  # in the record where it was asked for
        asked = known.unmerging
        _ensure_pending(asked is not None and asked.requester == proposed.requester)


def _ensure_pending(pending: bool) -> None:
    ensure(
        pending,
        "person.merge_not_pending",
        article=FOUR_EYES,
        because=(
            "tidak ada penggabungan atau pemisahan yang menunggu persetujuan di sini",
            "no merge and no unmerging waits for an approval here",
        ),
    )


def _ensure_second_person(requester: str, approver: str) -> None:
    ensure(
        requester != approver,
        "person.own_merge",
        article=FOUR_EYES,
        because=(
            "yang mengajukan tidak menyetujui; mintalah penyelia lain atau tingkat di atasnya",
            "whoever asked does not approve; ask another supervisor, or the level above",
        ),
    )


def linked(merges: Merges, event: LinkEvent) -> Merges:
    """Write the step into its merge; what has ended is taken out, as if it had not been."""
    known = merges.get(event.merge, NO_LINK)
    match event:
        case MergeRequested():
            return {**merges, event.merge: replace(known, requested=event)}
        case PersonMerged():
            return {**merges, event.merge: replace(known, merged=event, unmerging=None)}
        case UnmergeRequested() if known.merged:
            return {**merges, event.merge: replace(known, unmerging=event)}
        case MergeDeclined() if known.merged:
            return {**merges, event.merge: replace(known, unmerging=None)}
        case PersonUnmerged() | MergeDeclined():
            return {key: one for key, one in merges.items() if key != event.merge}
        case UnmergeRequested():
            return merges
        case _:
            assert_never(event)

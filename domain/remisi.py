"""Remisi: a reduction of the sentence, proposed by the unit, settled by SK, applied on its day.

Keppres 174/1999 and Permenkumham 3/2018, last amended by 16/2023 (certainty V; whether a newer
Permenimipas replaces them K?); for an anak binaan it is PMP, Pengurangan Masa Pidana (UU 22/2022
art. 10). The TPP recommends, the Kepala UPT approves, Kanwil verifies, and Ditjenpas verifies
before the SK is issued for the minister; a *no* at any level ends the proposal. How many days, and
who may have them, is the law's arithmetic (`domain.law`): here they are recorded as proposed, and
as the SK has them.

Rules of the house. An award takes effect on its day, never on its SK's: every step stands on or
before the award day, and an SK dated after it is recorded as effective on it, with its own
``sk_date``. For a day that is gone there is a *susulan*, with an award day of its own. One remisi
umum and one remisi khusus in a calendar year of award days (Keppres 174/1999, K~; so also
in 2033, which has two Idul Fitri), one dasawarsa, one tambahan for a ground, one PMP on a day; and
what a susulan makes up for is made up for once: what was cancelled or turned down does not count.
"""

from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import Final, assert_never, get_args

from domain.custody import CUSTODY, ensure_held
from domain.fields import Days, Line, Note, Ref
from domain.kernel import (
    Chapter,
    Event,
    Journey,
    Json,
    Open,
    Personal,
    Refused,
    Specific,
    Value,
    ensure,
    replace,
)
from domain.law.facts import Missed, RemisiGround, RemisiKind
from domain.law.feasts import ARTICLE, feast_of
from domain.time import Effective

__all__ = ["DecisionLevel", "RemisiKind"]


class DecisionLevel(Enum):
    """Who decides on a proposal, in this order."""

    TPP = "tpp"
    KEPALA_UPT = "kepala_upt"
    KANWIL = "kanwil"
    DITJENPAS = "ditjenpas"


LEVELS: Final = tuple(DecisionLevel)
WITH_GROUND: Final = (RemisiKind.TAMBAHAN, RemisiKind.KEMANUSIAAN)


class RemisiProposed(Event, stored_as="remisi.proposed"):
    """The unit proposed so many days for an award day, counted by this rule set.

    ``ground`` is that of a tambahan or kemanusiaan, ``missed`` the award that a susulan makes up
    for, ``feast_fixed_by`` the decree by which the feast is another day than the code has it.
    """

    proposal: Open[Ref]
    kind: Open[RemisiKind]
    award_day: Open[date]
    remission_days: Open[Days]
    rule_set: Open[Line]
    ground: Specific[RemisiGround | None]
    missed: Open[Missed | None]
    feast_fixed_by: Open[Line | None]

    @staticmethod
    def upcast_v1_v2(payload: Json) -> Json:
        """Say of what was proposed before that nobody told its ground or what it makes up for."""
        return payload | {"ground": None, "missed": None, "feast_fixed_by": None}


class RemisiDecided(Event, stored_as="remisi.decided"):
    """One level agreed, or did not."""

    proposal: Open[Ref]
    level: Open[DecisionLevel]
    agreed: Open[bool]
    note: Personal[Note | None]


class RemisiSkIssued(Event, stored_as="remisi.sk_issued"):
    """The SK grants so many days, which may be other than proposed."""

    proposal: Open[Ref]
    sk_number: Open[Line]
    sk_date: Open[date]
    remission_days: Open[Days]


class RemisiApplied(Event, stored_as="remisi.applied"):
    """The award day came and the days were taken off; with RU II, RK II or RD II it releases."""

    proposal: Open[Ref]
    releases: Open[bool]


class RemisiCancelled(Event, stored_as="remisi.cancelled"):
    """The proposal was taken back, for a breach before the day, say."""

    proposal: Open[Ref]
    reason: Personal[Note]


RemisiEvent = RemisiProposed | RemisiDecided | RemisiSkIssued | RemisiApplied | RemisiCancelled


class Proposal(Value):
    """One proposal on its way: what was asked, who decided, the SK, and how it came out."""

    asked: RemisiProposed | None
    decisions: tuple[RemisiDecided, ...]
    sk: RemisiSkIssued | None
    applied: RemisiApplied | None
    cancelled: Effective | None

    @property
    def award_day(self) -> date | None:
        """Return the day on which the award takes effect."""
        return self.asked.award_day if self.asked else None

    @property
    def turned_down(self) -> bool:
        """Return whether a level did not agree."""
        return not all(decision.agreed for decision in self.decisions)

    @property
    def next_level(self) -> DecisionLevel | None:
        """Return who decides next; nobody when all have."""
        return LEVELS[len(self.decisions)] if len(self.decisions) < len(LEVELS) else None

    def counts_as(self, award: Missed, ground: RemisiGround | None = None) -> bool:
        """Return whether it is, or may still become, an award: as itself or as its susulan."""
        asked = self.asked
        if asked is None or self.cancelled or self.turned_down:
            return False
        return _award(asked).is_one_with(award) and (asked.ground or None) == ground


UNKNOWN: Final = Proposal(asked=None, decisions=(), sk=None, applied=None, cancelled=None)


class Remisi(Value):
    """The proposals by their keys, in the order in which they were made."""

    proposals: dict[str, Proposal]


def decide(proposed: RemisiEvent, journey: Journey) -> Sequence[Event]:
    """Admit the next step of one proposal."""
    match proposed:
        case RemisiProposed():
            _ensure_may_be_proposed(journey, proposed)
        case RemisiDecided():
            _ensure_next_level(_standing(journey, proposed.proposal), proposed)
        case RemisiSkIssued():
            _ensure_sk_may_be_issued(_standing(journey, proposed.proposal), proposed)
        case RemisiApplied():
            _ensure_may_be_applied(_standing(journey, proposed.proposal), proposed)
        case RemisiCancelled():
            _standing(journey, proposed.proposal)
        case _:
            assert_never(proposed)
    return [proposed]


def _ensure_may_be_proposed(journey: Journey, proposed: RemisiProposed) -> None:
    """Admit a new key, for somebody held, some days, a day to come, and the year's first."""
    proposals = journey[REMISI].proposals
    _ensure_some_days(proposed.remission_days)
    ensure(
        proposed.effective.day <= proposed.award_day,
        "remisi.award_day_passed",
        article="Kaidah Jejak: remisi berlaku pada hari pemberiannya",
        because=(
            f"hari pemberian {proposed.award_day} sudah lewat; usulkan remisi susulan",
            f"the award day {proposed.award_day} has passed; propose a remisi susulan",
        ),
        field="award_day",
    )
    ensure_held(journey, "remisi.not_held")
    ensure(
        proposed.proposal not in proposals,
        "remisi.proposal_exists",
        article="Kaidah Jejak: satu kunci, satu usulan",
        because=(
            f"kunci usulan {proposed.proposal} sudah dipakai, juga bila usulan itu dibatalkan",
            f"the key {proposed.proposal} names a proposal already, cancelled or not",
        ),
    )
    _ensure_told_of_its_kind(proposed)
    _ensure_own_feast(journey, proposed)
    award = _award(proposed)
    ensure(
        award.kind in (RemisiKind.KEMANUSIAAN, RemisiKind.SUSULAN)
        or not any(one.counts_as(award, proposed.ground) for one in proposals.values()),
        "remisi.one_a_year",
        article="Keppres 174/1999",
        because=(
            f"remisi {award.kind.value} untuk tahun {award.on.year} sudah diusulkan",
            f"a remisi {award.kind.value} for {award.on.year} has been proposed already",
        ),
    )


def _award(asked: RemisiProposed) -> Missed:
    return asked.missed or Missed(kind=asked.kind, on=asked.award_day)


def _ensure_told_of_its_kind(proposed: RemisiProposed) -> None:
    """Refuse a ground, a missed award or a decree of a feast that its kind does not have."""
    kind = proposed.kind
    for field, told, kinds in (
        ("ground", proposed.ground, WITH_GROUND),
        ("missed", proposed.missed, (RemisiKind.SUSULAN,)),
        ("feast_fixed_by", proposed.feast_fixed_by, (RemisiKind.KHUSUS,)),
    ):
        ensure(
            not told or kind in kinds,
            "remisi.not_of_this_kind",
            article="Kaidah Jejak: usulan hanya memuat yang ada pada jenisnya",
            because=(
                f"remisi {kind.value} tidak memuat isian ini",
                f"a remisi {kind.value} does not have this",
            ),
            field=field,
        )


def _ensure_own_feast(journey: Journey, proposed: RemisiProposed) -> None:
    """Admit a remisi khusus on the feast of the religion first recorded, where its day is known.

    Whoever converts keeps the religion first recorded for this (Keppres 174/1999 art. 7(5)). A
    decree that fixed another day is looked up in the registry before this is asked.
    """
    opening = journey[CUSTODY].opening
    if proposed.kind is not RemisiKind.KHUSUS or opening is None or proposed.feast_fixed_by:
        return
    feast = feast_of(opening.religion, proposed.award_day.year)
    ensure(
        feast is None or proposed.award_day == feast,
        "remisi.another_feast",
        article=ARTICLE,
        because=(
            f"remisi khusus mengikuti agama yang pertama dicatat; hari rayanya {feast}",
            f"remisi khusus follows the religion first recorded, whose feast is on {feast}",
        ),
        field="award_day",
    )


def _ensure_some_days(remission_days: int) -> None:
    ensure(
        remission_days > 0,
        "remisi.no_days",
        article="Keppres 174/1999",
        because=(
            "remisi sekurang-kurangnya satu hari",
            "a remisi is one day at the least",
        ),
        field="remission_days",
    )


def _standing(journey: Journey, key: str) -> Proposal:
    """Return a proposal that can still move; refuse where it is unknown or has come to an end."""
    proposal = journey[REMISI].proposals.get(key)
    if proposal is None or proposal.asked is None:
        raise Refused(
            "remisi.no_such_proposal",
            article="Kaidah Jejak: urutan kejadian",
            because=(f"tidak ada usulan {key}", f"there is no proposal {key}"),
        )
    ensure(
        proposal.cancelled is None,
        "remisi.already_cancelled",
        article="Kaidah Jejak: yang berakhir tidak dibuka lagi",
        because=(f"usulan {key} sudah dibatalkan", f"proposal {key} was cancelled"),
    )
    ensure(
        not proposal.turned_down,
        "remisi.turned_down",
        article="Permenkumham 3/2018",
        because=(
            f"usulan {key} sudah tidak disetujui",
            f"proposal {key} was turned down",
        ),
    )
    ensure(
        proposal.applied is None,
        "remisi.already_applied",
        article="Kaidah Jejak: yang berakhir tidak dibuka lagi",
        because=(
            f"remisi dari usulan {key} sudah diberikan; yang keliru diperbaiki lewat koreksi",
            f"the remisi of proposal {key} has been applied; put a mistake right by a correction",
        ),
    )
    return proposal


def _ensure_next_level(proposal: Proposal, proposed: RemisiDecided) -> None:
    due = proposal.next_level
    ensure(
        proposed.level is due,
        "remisi.level_out_of_order",
        article="Permenkumham 3/2018",
        because=(
            f"yang memutus berikutnya: {due.value if due else 'tidak ada, tinggal SK'}",
            f"who decides next: {due.value if due else 'nobody, the SK is due'}",
        ),
    )


def _ensure_sk_may_be_issued(proposal: Proposal, proposed: RemisiSkIssued) -> None:
    """Admit one SK, after the last level, effective on the award day at the latest."""
    _ensure_some_days(proposed.remission_days)
    due = proposal.next_level
    ensure(
        due is None,
        "remisi.not_agreed",
        article="Permenkumham 3/2018",
        because=(
            f"belum diputus oleh {due.value if due else ''}",
            f"{due.value if due else ''} has not decided yet",
        ),
    )
    ensure(
        proposal.sk is None,
        "remisi.sk_exists",
        article="Kaidah Jejak: satu usulan, satu SK",
        because=("SK untuk usulan ini sudah tercatat", "this proposal has its SK already"),
    )
    award_day = proposal.award_day
    ensure(
        award_day is None or proposed.effective.day <= award_day,
        "remisi.sk_after_award_day",
        article="Kaidah Jejak: remisi berlaku pada hari pemberiannya",
        because=(
            f"catat SK ini berlaku pada {award_day}; tanggal SK tetap di sk_date",
            f"record this SK as effective on {award_day}; its own date stays in sk_date",
        ),
    )


def _ensure_may_be_applied(proposal: Proposal, proposed: RemisiApplied) -> None:
    """Let an award take effect on its day, by an SK."""
    ensure(
        proposal.sk is not None,
        "remisi.no_sk",
        article="Keppres 174/1999",
        because=(
            "belum ada SK untuk usulan ini pada hari itu",
            "there was no SK for this proposal on that day",
        ),
    )
    award_day = proposal.award_day
    ensure(
        proposed.effective.day == award_day,
        "remisi.not_on_award_day",
        article="Kaidah Jejak: remisi berlaku pada hari pemberiannya",
        because=(
            f"remisi ini berlaku pada {award_day}, bukan pada tanggal lain atau tanggal SK",
            f"this remisi takes effect on {award_day}, on no other day and not on the SK's",
        ),
    )


def evolve(remisi: Remisi, event: RemisiEvent) -> Remisi:
    """Write the step into its proposal."""
    proposal = remisi.proposals.get(event.proposal, UNKNOWN)
    match event:
        case RemisiProposed():
            proposal = replace(proposal, asked=event)
        case RemisiDecided():
            proposal = replace(proposal, decisions=(*proposal.decisions, event))
        case RemisiSkIssued():
            proposal = replace(proposal, sk=event)
        case RemisiApplied():
            proposal = replace(proposal, applied=event)
        case RemisiCancelled():
            proposal = replace(proposal, cancelled=event.effective)
        case _:
            assert_never(event)
    return Remisi(proposals=remisi.proposals | {event.proposal: proposal})


REMISI: Final[Chapter[Remisi, RemisiEvent]] = Chapter(
    name="remisi",
    events=get_args(RemisiEvent),
    initial=Remisi(proposals={}),
    decide=decide,
    evolve=evolve,
)

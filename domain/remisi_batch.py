"""Remisi batch: the list of one unit for one award day, on its way from draft to award.

The unit drafts a list with everyone whom it holds, included or not and why; the TPP recommends, the
Kepala UPT approves, Kanwil verifies, Ditjenpas verifies, the SK is issued (Permenkumham 3/2018,
amended last by 16/2023, V; time limits between the steps K~). Each step is taken by somebody who
took none before: who drafted or changed a line does not recommend it, and nobody decides twice
(rule of the house). A breach between the list and the day withdraws a line; after the SK it counts
for the next year (V1), so that then only what makes an award impossible does.

A batch says what is to happen to its cases; each case tells it for itself, as `remisi` events, and
what it has yet to tell is `due_in`. Nothing here is about somebody but a case's id: why somebody is
on the list or not is told in codes, and in full in the case.
"""

from collections.abc import Iterable, Sequence
from typing import Final, assert_never, get_args

from domain.batch_list import (
    BY_HAND,
    IN_A_BATCH,
    BatchApplied,
    BatchClosed,
    BatchDecided,
    BatchDrafted,
    BatchEvent,
    BatchLineChanged,
    BatchLineWithdrawn,
    BatchListed,
    BatchSessionHeld,
    BatchSkIssued,
    BatchWithdrawn,
    StopReason,
    hands_of,
)
from domain.batch_standing import (
    ENDED,
    NOTHING,
    BatchLine,
    BatchStatus,
    RemisiBatch,
    evolve,
    line_key,
)
from domain.kernel import Chapter, Event, Journey, Refused, ensure
from domain.law.book import LAW
from domain.law.facts import RemisiKind
from domain.law.remisi_amounts import greatest
from domain.remisi import DecisionLevel

IN_ORDER: Final = "Kaidah Jejak: urutan kejadian"
FOUR_EYES: Final = "Kaidah Jejak: setiap langkah oleh orang lain"
ON_ITS_DAY: Final = "Kaidah Jejak: remisi berlaku pada hari pemberiannya"
PROCEDURE: Final = "Permenkumham 3/2018"


def decide(  # noqa: C901  # one per event
    proposed: BatchEvent, journey: Journey
) -> Sequence[Event]:
    """Admit the next step of a batch."""
    batch = journey[REMISI_BATCH]
    match proposed:
        case BatchDrafted():
            _ensure_may_be_drafted(proposed)
        case BatchListed():
            _ensure_new_lines(batch, proposed)
        case BatchLineChanged():
            _ensure_may_be_changed(batch, proposed)
        case BatchSessionHeld():
            _ensure_next(batch, proposed, DecisionLevel.TPP)
            _ensure_on_the_list(batch, proposed.except_cases)
            _ensure_members_once(proposed)
        case BatchDecided():
            _ensure_next(batch, proposed, proposed.level)
            _ensure_on_the_list(batch, proposed.except_cases)
        case BatchSkIssued():
            _ensure_next(batch, proposed, None)
        case BatchApplied():
            _ensure_may_end(batch, proposed)
        case BatchClosed():
            _ensure_came_to_nothing(batch)
        case BatchWithdrawn():
            _ensure_open(batch, proposed)
        case BatchLineWithdrawn():
            _ensure_may_be_taken_back(batch, proposed)
        case _:
            assert_never(proposed)
    return [proposed]


def _ensure_may_be_drafted(proposed: BatchDrafted) -> None:
    """Admit a list for a day to come, of kinds that a whole unit is looked at for, each once."""
    ensure(
        proposed.effective.day <= proposed.award_day,
        "remisi_batch.award_day_passed",
        article=ON_ITS_DAY,
        because=(
            f"hari pemberian {proposed.award_day} sudah lewat; usulkan remisi susulan per orang",
            f"the award day {proposed.award_day} has passed; propose a susulan for each person",
        ),
        field="award_day",
    )
    kinds = proposed.kinds
    ensure(
        set(kinds) <= set(IN_A_BATCH) and len(set(kinds)) == len(kinds),
        "remisi_batch.kind_by_itself",
        article=PROCEDURE,
        because=(
            "daftar unit memuat umum, khusus, dasawarsa, pmp; jenis lain diusulkan per orang",
            "a unit's list is of umum, khusus, dasawarsa, pmp; the others go person by person",
        ),
        field="kinds",
    )


def _ensure_open(batch: RemisiBatch, proposed: Event) -> BatchDrafted:
    """Return the draft of a batch that has not come to its end."""
    if batch.draft is None:
        on = proposed.effective.day
        raise Refused(
            "remisi_batch.not_drafted",
            article=IN_ORDER,
            because=(
                f"pada {on} daftar ini belum disusun; langkah tidak mendahului penyusunannya",
                f"on {on} this list was not drafted; no step goes before its draft",
            ),
            field="effective",
        )
    ensure(
        batch.status not in ENDED,
        f"remisi_batch.{batch.status.value}",
        article="Kaidah Jejak: yang berakhir tidak dibuka lagi",
        because=(
            "daftar ini sudah berakhir; yang keliru diperbaiki lewat koreksi",
            "this list has come to its end; put a mistake right by a correction",
        ),
    )
    return batch.draft


def ensure_not_over(proposed: Event, recorded: Sequence[Event]) -> None:
    """Refuse to date back behind the award of a list: what its cases were given stays given.

    ``recorded`` is the whole stream as it stands, whatever its times of effect; what is recorded
    already is for `decide` to recognise.
    """
    by_hand = isinstance(proposed, BY_HAND)
    applied = by_hand and any(isinstance(event, BatchApplied) for event in recorded)
    ensure(
        not applied or proposed in recorded,
        "remisi_batch.applied",
        article="Kaidah Jejak: yang berakhir tidak dibuka lagi",
        because=(
            "remisi daftar ini sudah diberikan; yang keliru dikoreksi per perkara",
            "the remisi of this list was given; put a mistake right case by case",
        ),
    )


def _ensure_new_lines(batch: RemisiBatch, proposed: BatchListed) -> None:
    """Admit lines while some are missing, each of a kind of the batch, and once."""
    draft = _ensure_open(batch, proposed)
    keys = [line_key(line.case, line.kind) for line in proposed.lines]
    fits = (
        len(set(keys)) == len(keys)
        and not any(key in batch.lines for key in keys)
        and all(line.kind in draft.kinds for line in proposed.lines)
        and not batch.listed
    )
    ensure(
        fits,
        "remisi_batch.line_exists",
        article="Kaidah Jejak: satu orang, satu baris per jenis",
        because=(
            "baris ini sudah ada, bukan dari jenis daftar ini, atau daftarnya sudah lengkap",
            "this line is there already, not of the list's kinds, or the list is complete",
        ),
        field="lines",
    )
    _ensure_some_days((line.included, line.remission_days) for line in proposed.lines)


def _ensure_some_days(lines: Iterable[tuple[bool, int]]) -> None:
    ensure(
        all(days > 0 for included, days in lines if included),
        "remisi_batch.no_days",
        article="Keppres 174/1999",
        because=(
            "siapa yang diusulkan mendapat sekurang-kurangnya satu hari",
            "whoever is proposed gets one day at the least",
        ),
        field="remission_days",
    )


def _ensure_may_be_changed(batch: RemisiBatch, proposed: BatchLineChanged) -> None:
    """Let a line be changed by hand until the TPP meets, to days that the law knows."""
    draft = _ensure_open(batch, proposed)
    line = _line(batch, proposed.case, proposed.kind)
    ensure(
        not batch.steps,
        "remisi_batch.recommended_already",
        article=IN_ORDER,
        because=(
            "TPP sudah bersidang; sesudah itu baris hanya dapat ditarik",
            "the TPP has met; a line can only be withdrawn after that",
        ),
    )
    ensure(
        proposed.included or line.included,
        "remisi_batch.off_already",
        article=IN_ORDER,
        because=(
            "baris ini memang tidak diusulkan; tidak ada yang dikeluarkan",
            "this line is not proposed as it is; there is nothing to take off",
        ),
        field="included",
    )
    days = proposed.remission_days or line.remission_days
    _ensure_some_days([(proposed.included, days)])
    most = greatest(proposed.kind, draft.effective.day, LAW)
    ensure(
        days <= most or not proposed.included,
        "remisi_batch.too_many_days",
        article="Keppres 174/1999",
        because=(
            f"remisi {proposed.kind.value} paling banyak {most} hari",
            f"a remisi {proposed.kind.value} is {most} days at the most",
        ),
        field="remission_days",
    )


def _line(batch: RemisiBatch, case: str, kind: RemisiKind) -> BatchLine:
    line = batch.lines.get(line_key(case, kind))
    if line is None:
        raise Refused(
            "remisi_batch.no_such_line",
            article=IN_ORDER,
            because=(
                "tidak ada baris untuk perkara dan jenis ini dalam daftar",
                "there is no line for this case and kind on the list",
            ),
            field="case",
        )
    return line


def _ensure_next(
    batch: RemisiBatch,
    proposed: BatchSessionHeld | BatchDecided | BatchSkIssued,
    level: DecisionLevel | None,
) -> None:
    """Admit the level whose turn it is, `None` being the SK, by hands that took no step before."""
    draft = _ensure_open(batch, proposed)
    ensure(
        batch.listed,
        "remisi_batch.not_listed",
        article=IN_ORDER,
        because=(
            f"daftar belum lengkap: baru {len(batch.lines)} baris yang tercatat",
            f"the list is not complete: {len(batch.lines)} lines are there so far",
        ),
    )
    _ensure_in_turn(batch, level)
    ensure(
        not _keys(hands_of(proposed)) & _keys(batch.hands),
        "remisi_batch.same_hands",
        article=FOUR_EYES,
        because=(
            "Anda sudah mengambil langkah dalam daftar ini; langkah berikutnya oleh orang lain",
            "you have taken a step on this list; the next one is somebody else's",
        ),
    )
    ensure(
        proposed.effective.day <= draft.award_day,
        "remisi_batch.award_day_passed",
        article=ON_ITS_DAY,
        because=(
            f"catat langkah ini berlaku paling lambat {draft.award_day}; tanggal SK di sk_date",
            f"record this step as effective by {draft.award_day}; the SK's date is sk_date",
        ),
        field="effective",
    )


def _keys(hands: Iterable[str]) -> set[str]:
    """Return the keys of people as they are compared: Wali-1 is wali-1."""
    return {hand.casefold() for hand in hands}


def _ensure_in_turn(batch: RemisiBatch, level: DecisionLevel | None) -> None:
    due = batch.next_level
    turn = "-" if batch.sk else due.value if due else "sk"
    ensure(
        due is level and batch.sk is None,
        "remisi_batch.level_out_of_order",
        article=PROCEDURE,
        because=(
            f"langkah berikutnya: {turn}",
            f"the next step is: {turn}",
        ),
    )


def _ensure_on_the_list(batch: RemisiBatch, cases: Sequence[str]) -> None:
    known = {line.case for line in batch.lines.values()}
    ensure(
        known.issuperset(cases),
        "remisi_batch.no_such_line",
        article=IN_ORDER,
        because=(
            "sebuah perkara yang dikecualikan tidak ada dalam daftar",
            "a case that is excepted is not on the list",
        ),
        field="except_cases",
    )


def _ensure_members_once(proposed: BatchSessionHeld) -> None:
    ensure(
        len(set(proposed.members)) == len(proposed.members),
        "remisi_batch.member_twice",
        article=PROCEDURE,
        because=("seorang anggota disebut dua kali", "a member is named twice"),
        field="members",
    )


def _ensure_may_be_taken_back(batch: RemisiBatch, proposed: BatchLineWithdrawn) -> None:
    """Let a line be withdrawn; for a breach, only before the SK."""
    _ensure_open(batch, proposed)
    line = _line(batch, proposed.case, proposed.kind)
    ensure(
        batch.stands(line),
        "remisi_batch.line_does_not_stand",
        article=IN_ORDER,
        because=(
            "baris ini sudah tidak diusulkan",
            "this line is not proposed any more",
        ),
        field="case",
    )
    ensure(
        batch.sk is None or proposed.reason is not StopReason.BREACH,
        "remisi_batch.breach_after_sk",
        article=PROCEDURE,
        because=(
            "SK sudah terbit; pelanggaran sesudahnya berakibat pada remisi tahun berikutnya",
            "the SK is issued; a breach after it counts for the next year's remisi",
        ),
        field="reason",
    )


def _ensure_may_end(batch: RemisiBatch, proposed: BatchApplied) -> None:
    """Let a batch be applied once, by its SK, on its day."""
    draft = _ensure_open(batch, proposed)
    ensure(
        batch.sk is not None and proposed.effective.day == draft.award_day,
        "remisi_batch.not_on_award_day",
        article=ON_ITS_DAY,
        because=(
            f"daftar ini berlaku pada {draft.award_day}, dengan SK",
            f"this list takes effect on {draft.award_day}, by an SK",
        ),
    )


def _ensure_came_to_nothing(batch: RemisiBatch) -> None:
    """Let a batch be closed once, after it was turned down or withdrawn."""
    ended = batch.status in {BatchStatus.TURNED_DOWN, BatchStatus.WITHDRAWN}
    ensure(
        ended and not batch.told,
        "remisi_batch.not_ended",
        article=IN_ORDER,
        because=(
            "daftar ini masih berjalan, atau sudah ditutup",
            "this list is still on its way, or closed already",
        ),
    )


REMISI_BATCH: Final[Chapter[RemisiBatch, BatchEvent]] = Chapter(
    name="remisi_batch",
    events=get_args(BatchEvent),
    initial=NOTHING,
    decide=decide,
    evolve=evolve,
    opens=(BatchDrafted,),
)

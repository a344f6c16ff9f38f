"""Who may draft a list and take which step of it; and drafting, for one unit or for many."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import Any, Final
from uuid import UUID, uuid5

from api.batch_answers import drafted_answer, kinds_answer, reckoned_answer
from api.callers import not_own_unit
from api.lists import wait_for
from api.problems import Problem, refusal
from api.tokens import APPROVERS, Caller, Level
from api.writing import Desk
from application.append import Request
from application.batch_cases import batch_in
from application.batches import (
    DraftAsked,
    Drafting,
    DraftList,
    ensure_may_be_drafted,
    proposals,
)
from application.case_facts import CaseFacts
from application.holidays import law_with_feasts
from application.ledger import Command, Conflict, Receipt
from application.read_models import Access, Question
from domain.batch_list import (
    BatchDecided,
    BatchLineWithdrawn,
    BatchSessionHeld,
    BatchSkIssued,
    BatchWithdrawn,
    StopReason,
)
from domain.batch_standing import RemisiBatch
from domain.kernel import Event, Json, Refused, Words
from domain.law.facts import RemisiKind
from domain.record import StreamId
from domain.remisi import DecisionLevel
from domain.time import Effective, Zone

STREAM: Final = "remisi-batch"
LISTS: Final = UUID("01a20290-0000-7000-8000-72656d697369")
"""Under which the places of lists are named; never changed, or a day could have two lists."""
TRIES: Final = 3
"""Times that a list is drafted when others draft for the same unit and day: one wins each time."""
WHOSE: Final[Mapping[DecisionLevel, Level]] = {
    DecisionLevel.TPP: Level.UNIT,
    DecisionLevel.KEPALA_UPT: Level.UNIT,
    DecisionLevel.KANWIL: Level.KANWIL,
    DecisionLevel.DITJENPAS: Level.DITJENPAS,
}
"""At which level somebody works who says what a level of the procedure says."""
WHEREVER: Final = Access(everywhere=True, units=frozenset())
UNKNOWN_UNIT: Final[Words] = (
    "unit belum ada di registri; periksa kodenya, atau daftarkan dulu",
    "no such unit in the registry; check the code, or register it first",
)
NOBODY_HELD: Final[Words] = (
    "tidak ada yang ditahan atau dipidana di unit ini sekarang; daftar tidak disusun",
    "nobody is held in this unit now; no list is drafted",
)
OTHER_LEVEL: Final[Words] = (
    "langkah ini milik tingkat lain: TPP dan Kepala UPT di unit, lalu Kanwil, lalu Ditjenpas",
    "this step is another level's: TPP and head at the unit, then Kanwil, then Ditjenpas",
)
BY_SESSION: Final[Words] = (
    "yang dikatakan TPP dicatat sebagai remisi_batch.session_held",
    "what the TPP says is recorded as remisi_batch.session_held",
)
ONLY_THE_SERVICE: Final[Words] = (
    "alasan ini dicatat oleh layanan sendiri; pilih breach, left, drafted_anew, listed_in_error",
    "this reason is the service's own; choose breach, left, drafted_anew, listed_in_error",
)


def ensure_level(caller: Caller, event: Event) -> None:
    """Refuse a step that is taken at another level than the caller's, or by a supervisor only."""
    match event:
        case BatchSessionHeld():
            level, role = Level.UNIT, True
        case BatchDecided():
            level, role = WHOSE[event.level], caller.role in APPROVERS
        case BatchSkIssued():
            level, role = Level.DITJENPAS, caller.role in APPROVERS
        case BatchWithdrawn() | BatchLineWithdrawn():
            level, role = caller.level, caller.role in APPROVERS
        case _:
            return
    if caller.level is not level or not role:
        raise Problem(403, "remisi_batch.other_level", OTHER_LEVEL)


def ensure_sayable(event: Event, pointer: str) -> None:
    """Refuse what has an event of its own, or what only the service says."""
    if isinstance(event, BatchDecided) and event.level is DecisionLevel.TPP:
        place = (f"{pointer}/data/level", "remisi_batch.by_session", BY_SESSION)
        raise Problem(422, "remisi_batch.by_session", BY_SESSION, errors=[place])
    withdrawn = event if isinstance(event, BatchWithdrawn | BatchLineWithdrawn) else None
    if withdrawn and withdrawn.reason is StopReason.NOT_POSSIBLE:
        place = (f"{pointer}/data/reason", "remisi_batch.reason", ONLY_THE_SERVICE)
        raise Problem(422, "remisi_batch.reason", ONLY_THE_SERVICE, errors=[place])


@dataclass(frozen=True, slots=True)
class DraftDesk:
    """Drafts lists for one caller."""

    desk: Desk
    tongue: int

    def draft(self, body: Any) -> Iterator[Json]:
        """Yield what came of each unit's list, in the order of their codes."""
        wait_for(self.desk.services, self.desk.services.ledger.position())
        units = self._units(body.unit)
        for unit in units:
            asked = DraftAsked(
                unit=unit,
                award_day=body.award_day,
                kinds=tuple(dict.fromkeys(body.kinds)),
            )
            yield self._of_unit(asked, alone=body.unit is not None, dry_run=bool(body.dry_run))

    def _units(self, unit: str | None) -> Sequence[str]:
        caller, services = self.desk.signature.caller, self.desk.services
        if unit is not None:
            if services.units.zone_of(unit) is None:
                place = ("/unit", "registry.unknown_unit", UNKNOWN_UNIT)
                raise Problem(422, "registry.unknown_unit", UNKNOWN_UNIT, errors=[place])
            if not (caller.access.everywhere or unit in caller.units):
                raise not_own_unit()
            return [unit]
        if not caller.access.everywhere:
            return sorted(one for one in caller.units if services.units.zone_of(one))
        question = Question(where={"sort": "unit"}, words=(), after=None, limit=None)
        named = services.read_models.ask("units_and_agencies", question, WHEREVER).rows
        return sorted(key.removeprefix("unit/") for key, _ in named)

    def _of_unit(self, asked: DraftAsked, *, alone: bool, dry_run: bool) -> Json:
        """Draft one unit's list, or answer the one that somebody else drafted at the same time."""
        for _ in range(TRIES - 1):
            with suppress(Conflict):
                return self._tried(asked, alone=alone, dry_run=dry_run)
        return self._tried(asked, alone=alone, dry_run=dry_run)

    def _tried(self, asked: DraftAsked, *, alone: bool, dry_run: bool) -> Json:
        services, signature = self.desk.services, self.desk.signature
        command = None if dry_run else self._command(asked.unit, alone=alone)
        first = command and services.ledger.answered(signature.caller.id, command)
        if first:
            return self._there(asked, first.written[0].stream.key)
        fresh, there = self._place(asked)
        there = None if dry_run else there or self._open_already(asked)
        if there:
            return self._there(asked, there)
        zone = services.units.zone_of(asked.unit) or Zone.WIB
        today = Effective.on(services.now().astimezone(zone.offset).date(), zone)
        try:
            ensure_may_be_drafted(asked, today)
        except Refused as refused:
            raise refusal(refused, f"/{refused.field}") from None
        cases = CaseFacts(services.ledger, services.read_models)
        law = law_with_feasts(services.ledger, None)
        drafted = Drafting(cases, law).draft(asked, today.day)
        answer = drafted_answer(asked, drafted)
        if alone and not drafted.lines:
            raise Problem(409, "remisi_batch.nobody_held", NOBODY_HELD)
        if drafted.lines and not dry_run:
            answer |= _placed(self._record(fresh, asked, drafted, today, command))
        whom = {f"case:{one.line.case}" for one in drafted.lines}
        if dry_run:
            answer["lines"] = [reckoned_answer(one, self.tongue) for one in drafted.lines]
            signature.reading(whom, (), len(drafted.lines), asked.unit)
        return answer

    def _place(self, asked: DraftAsked) -> tuple[StreamId, str | None]:
        """Return where the next list of this unit and day goes, or one that is on its way there.

        The places of a unit and day are numbered, so that of two who draft at once the second finds
        the place taken, and looks again.
        """
        for number in count():
            name = f"{asked.unit} {asked.award_day} {number}"
            stream = StreamId(kind=STREAM, key=str(uuid5(LISTS, name)))
            pages = self.desk.services.ledger.read(stream)
            if not pages:
                return stream, None
            batch = batch_in(stream.key, pages).state
            if batch.draft and not batch.told and set(batch.draft.kinds) & set(asked.kinds):
                return stream, stream.key
        raise LookupError(asked.unit)

    def _record(  # each is what one event or the request needs
        self,
        stream: StreamId,
        asked: DraftAsked,
        drafted: DraftList,
        at: Effective,
        command: Command | None,
    ) -> Receipt:
        services, signature = self.desk.services, self.desk.signature
        hands = signature.caller.id, signature.on_behalf_of
        request = Request(
            proposals=tuple(proposals(stream, asked, drafted, at, hands)),
            expected={stream: 0},
            actor=self.desk.actor(asked.unit),
            purpose=signature.purpose,
            correlation_id=signature.correlation_id,
            command=command,
        )
        return services.append(request)

    def _command(self, unit: str, *, alone: bool) -> Command | None:
        """Return what makes a repeated draft one; of many units, each has its own."""
        command = self.desk.signature.command
        if command is None or alone:
            return command
        key = sha256(f"{command.key} {unit}".encode()).hexdigest()
        return Command(key=key, body=command.body)

    def _open_already(self, asked: DraftAsked) -> str | None:
        """Return a list of this unit that is on its way for the same day and one of the kinds."""
        question = Question(
            where={"unit": asked.unit, "open": True}, words=(), after=None, limit=None
        )
        rows = self.desk.services.read_models.ask("remisi_batches", question, WHEREVER).rows
        kinds: set[RemisiKind] = set(asked.kinds)
        same = (
            key for key, row in rows if row.award_day == asked.award_day and kinds & set(row.kinds)
        )
        return next(same, None)

    def _there(self, asked: DraftAsked, key: str) -> Json:
        """Return the list that is there already."""
        pages = self.desk.services.ledger.read(StreamId(kind=STREAM, key=key))
        batch = batch_in(key, pages).state
        rule_sets, policies = batch_basis(batch)
        empty = drafted_answer(asked, DraftList(lines=(), rule_sets=rule_sets, policies=policies))
        return empty | {
            "kinds": list(kinds_answer(batch)),
            "remisi_batch_id": key,
            "version": len(pages),
            "position": pages[-1].position,
            "existing": True,
        }


def batch_basis(batch: RemisiBatch) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the texts and the policies that a list was drafted by."""
    draft = batch.draft
    return (draft.rule_sets, draft.policies) if draft else ((), ())


def _placed(receipt: Receipt) -> Json:
    return {
        "remisi_batch_id": receipt.written[0].stream.key,
        "version": receipt.written[-1].version,
        "position": receipt.position,
    }

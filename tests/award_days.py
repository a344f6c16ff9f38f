"""Units with convicts in them, and lists that are on their way to an award day."""

from collections import Counter
from datetime import UTC, date, datetime

from correcting_desk import Desk, new_id
from pages import ACTOR

from application.batch_cases import batch_in
from application.batch_following import BatchFollowing
from application.batches import DraftAsked, Drafting, proposals
from application.case_facts import CaseFacts
from benchmarks.convicts import AWARD_DAY, write_people
from domain.batch_list import BatchDecided, BatchSessionHeld, BatchSkIssued
from domain.law.book import LAW
from domain.law.facts import RemisiKind
from domain.record import StreamId
from domain.registry import UnitKind, UnitNamed
from domain.remisi import LEVELS, RemisiApplied
from domain.time import Effective, Zone
from infrastructure.master_key import MasterKey
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import RowSeals
from projections.catalogue import PROJECTIONS

REGIONS = {Zone.WIB: "12.71", Zone.WITA: "73.71", Zone.WIT: "91.71"}
DRAFTED, SIGNED = date(2025, 7, 1), date(2025, 8, 8)
UMUM = (RemisiKind.UMUM,)
MIDNIGHT = {zone: Effective.on(AWARD_DAY, zone).instant for zone in Zone}


class AwardDays(Desk):
    """Whoever drafts lists and takes them to their SK, over the ledger of one test."""

    def __init__(self, ledger, pool) -> None:
        super().__init__(ledger)
        seals = RowSeals(ledger.store, ledger.keys, MasterKey(b"k" * 32))
        needed = [one for one in PROJECTIONS if one.name in {"case_summary", "remisi_batches"}]
        self.models = PostgresReadModels(ledger, pool, seals, needed)
        self.models.follower.prepare()
        self.cases = CaseFacts(ledger, self.models)

    def following(self):
        """What brings cases up, as another process has it."""
        return BatchFollowing(self.append, self.ledger, self.models)

    def follow(self):
        """Let the read models see everything."""
        while self.models.follower.advance():
            pass

    def unit(self, code, zone=Zone.WIB, people=10):
        named = UnitNamed(
            effective=Effective.on(date(2020, 1, 1), zone),
            unit=code,
            kind=UnitKind.RUTAN,
            unit_class=None,
            title=code.title(),
            region=REGIONS[zone],
        )
        self.tell(StreamId(kind="registry", key=f"unit/{code}"), named)
        write_people(self.ledger, code, people)
        self.follow()
        return code

    def drafted(self, unit, zone=Zone.WIB, kinds=UMUM):
        """A unit's list."""
        stream = StreamId(kind="remisi-batch", key=new_id())
        asked = DraftAsked(unit=unit, award_day=AWARD_DAY, kinds=kinds)
        lines = Drafting(self.cases, LAW).draft(asked, DRAFTED)
        told = proposals(stream, asked, lines, Effective.on(DRAFTED, zone), ("wali-1", None))
        self.append(self.request(*told, actor=ACTOR))
        return stream

    def signed(self, unit, zone=Zone.WIB, kinds=UMUM):
        """A unit's list that has its SK; its cases have not heard of it yet."""
        stream, at = self.drafted(unit, zone, kinds), Effective.on(SIGNED, zone)
        met = BatchSessionHeld(
            effective=at,
            minutes="BA-TPP-7",
            members=("wali-2", "wali-3"),
            recommended=True,
            except_cases=(),
            **hands("wali-2"),
        )
        agreed = [
            BatchDecided(
                effective=at, level=level, agreed=True, except_cases=(), **hands(level.value)
            )
            for level in LEVELS[1:]
        ]
        issued = BatchSkIssued(effective=at, sk_number="PAS-1", sk_date=SIGNED, **hands("dirjen"))
        for step in (met, *agreed, issued):
            self.tell(stream, step)
        self.follow()
        return stream

    def cases_of(self, stream):
        """Whom a list names, those left out included."""
        lines = batch_in(stream.key, self.ledger.read(stream)).state.lines.values()
        return [StreamId(kind="case", key=line.case) for line in lines]

    def awards(self):
        """How often each case tells of an award."""
        pages = self.ledger.walk()
        return Counter(page.stream.key for page in pages if isinstance(page.event, RemisiApplied))


def hands(who):
    return {"by": who.replace("_", "-"), "on_behalf_of": None}


def just_before(instant):
    return instant.replace(microsecond=0).astimezone(UTC) - (datetime.resolution * 1000)

"""Feeds over the database of one test, with a clock on the wall, and somebody who learns to read.

The partner is a library that hears of readers: whoever is in custody in the units of its agreement
has a home in its region, and joined its reading class.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from correcting_desk import Desk, admitted, new_id, opened, registered
from databases import own_database
from scenario import on

from application.feeds import Audience
from domain.activity import ActivityJoined, ActivityKind
from domain.agreement import (
    AgreementProposed,
    AgreementSigned,
    AgreementStarted,
    Instrument,
    ParticipantKind,
)
from domain.custody import TransferDeparted, TransferProposed, TransferReceived
from domain.programme import ProgrammeKind
from domain.record import StreamId
from domain.registry import AgencyKind, AgencyNamed, UnitKind, UnitNamed
from infrastructure.connections import service_pool, transaction
from infrastructure.ledger import EventsourcingLedger
from infrastructure.master_key import MasterKey
from infrastructure.projector import feeding
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import RowSeals
from projections.referrals import REFERRALS
from projections.shared.counts import OVER

MEDAN, PEKALONGAN, JAYAPURA = "RUTAN-MEDAN", "RUTAN-PEKALONGAN", "LAPAS-JAYAPURA"
UNITS = {MEDAN: "12.71", PEKALONGAN: "33.75", JAYAPURA: "91.71"}
LIBRARY, OTHER_LIBRARY, TOWN = "DINARPUS-12", "DINARPUS-12.71", "PEMKO-12.71"
NOON = datetime(2026, 6, 1, 5, tzinfo=UTC)


@contextmanager
def opened_house(postgres, template):
    """One for all tests of a file, each of which has agreements of its own."""
    with (
        own_database(postgres, template) as database,
        service_pool(database) as pool,
        EventsourcingLedger(pool, MasterKey(b"k" * 32)) as ledger,
    ):
        house = FeedingHouse(ledger, pool)
        house.database = database
        house.open()
        yield house
        house.feeder.close()


@dataclass
class Wall:
    """Where a clock hangs that tests move."""

    at: datetime = NOON

    def now(self):
        return self.at


class FeedingHouse(Desk):
    """One process: what follows its ledger, and what feeds of it."""

    def __init__(self, ledger, pool) -> None:
        super().__init__(ledger)
        self.pool, self.wall = pool, Wall()
        seals = RowSeals(ledger.store, ledger.keys, ledger.keys)
        self.models = PostgresReadModels(ledger, pool, seals, [*OVER, REFERRALS])
        self.models.follower.prepare()
        ledger.keys.on_forgotten += [self.append.known.clear, self.models.tail.let_go]
        self.feeder = self.another()

    @property
    def feeds(self):
        return self.feeder.feeds

    def another(self):
        """A feeder of another process, or of one that was started again."""
        return feeding(self.ledger, self.pool, self.models, self.wall.now)

    def open(self):
        """Begin to feed, and register the units and the agencies."""
        self.feeder.prepare()
        self.register()

    def register(self):
        for unit, region in UNITS.items():
            named = UnitNamed(
                effective=on("2020-01-01"),
                unit=unit,
                kind=UnitKind.RUTAN,
                unit_class=None,
                title=unit.title(),
                region=region,
            )
            self.tell(StreamId(kind="registry", key=f"unit/{unit}"), named)
        for agency in (LIBRARY, OTHER_LIBRARY):
            self.name(agency)
        self.name(TOWN, AgencyKind.PEMDA)

    def name(self, agency, kind=AgencyKind.DINAS_PERPUSTAKAAN, since="2020-01-01"):
        named = AgencyNamed(
            effective=on(since), agency=agency, kind=kind, title=agency.title(), region=None
        )
        return self.tell(StreamId(kind="registry", key=f"agency/{agency}"), named)

    def agree(self, *, until=None, running=True, **said):
        """Propose an agreement on reading; sign it, and let it run; return its stream."""
        agreement = StreamId(kind="agreement", key=new_id())
        self.tell(agreement, draft(**said))
        if running:
            self.tell(agreement, signed(until), AgreementStarted(effective=on("2026-01-12")))
        return agreement

    def reader(self, agreement, name="Budi Fiktif", **said):
        """Admit somebody who joins the reading class; return the case."""
        person, case = new_id(), StreamId(kind="case", key=new_id())
        self.tell(StreamId(kind="person", key=person), registered(name))
        admission = replaced(admitted(person, name), **said)
        self.tell(case, admission, joined(agreement))
        return case

    def reading_class(self, agreement):
        """Open a programme of an agreement, and return its stream."""
        stream = StreamId(kind="programme", key=new_id())
        opening = replaced(opened(20), kind=ProgrammeKind.LITERASI, agreement=agreement.key)
        self.tell(stream, opening)
        return stream

    def transfer(self, case, to):
        moving = {"effective": on("2026-03-01"), "transfer": "T-1"}
        self.tell(
            case,
            TransferProposed(**moving, to=to, reason="Pembinaan"),
            TransferDeparted(**moving),
            TransferReceived(**moving, unit=to),
        )

    def follow(self, feeder=None):
        """Bring read models and feeds up to date, and to this moment of the clock."""
        while self.models.follower.advance():
            pass
        (feeder or self.feeder).catch_up()

    def told(self, agreement, agency=LIBRARY, after=0):
        """What an agency hears once everything is up to date."""
        self.follow()
        return self.heard(agreement, agency, after)

    def heard(self, agreement, agency=LIBRARY, after=0):
        return list(self.feeds.after(audience(agreement, agency), after, 1000).entries)

    def present(self, agreement, agency=LIBRARY):
        """The records of everybody in scope, by the stream that each is about."""
        told = self.feeds.present(audience(agreement, agency), None, None)
        return {entry.subject: entry.data for entry in told.entries}

    def ask_database(self, query, *values):
        with transaction(self.pool) as connection:
            return connection.execute(query, values).fetchall()

    def entries_at_rest(self, agreement):
        """How many entries an agreement's feeds have, for whoever may read them."""
        query = (
            "SELECT count(*) FROM feed.entry AS e JOIN feed.audience AS a ON a.id = e.audience"
            " WHERE a.agreement = %s"
        )
        ((count,),) = self.ask_database(query, agreement.key)
        return count

    def data_at_rest(self, case):
        """How many entries about somebody hold anything."""
        query = "SELECT count(*) FROM feed.entry WHERE subject = %s AND data IS NOT NULL"
        ((count,),) = self.ask_database(query, str(case))
        return count


def audience(agreement, agency=LIBRARY):
    return Audience(agreement=agreement.key, agency=agency)


def draft(**said):
    return AgreementProposed(
        **{
            "effective": on("2026-01-01"),
            "title": "Literasi",
            "instrument": Instrument.PKS,
            "parties": (LIBRARY, OTHER_LIBRARY),
            "purpose": "Membaca",
            "legal_basis": "UU 22/2022",
            "units": (MEDAN, JAYAPURA),
            "regions": ("12",),
            "programme_kinds": (ProgrammeKind.LITERASI,),
            "participant_kinds": (ParticipantKind.TAHANAN,),
            "allowed_fields": ("full_name", "domicile", "programme"),
            "valid_from": None,
            "valid_until": None,
        }
        | said
    )


def signed(until=None):
    return AgreementSigned(
        effective=on("2026-01-10"),
        number="PKS/1",
        valid_from=date(2026, 1, 10),
        valid_until=until,
    )


def joined(agreement, day="2026-02-01"):
    """Joining the class of an agreement; of a programme, it is the programme that names one."""
    return ActivityJoined(
        effective=on(day),
        activity=agreement.key if agreement.kind == "programme" else "kelas-baca",
        kind=ActivityKind.LITERASI,
        title="Kelas membaca",
        programme=agreement.key if agreement.kind == "programme" else None,
        agreement=agreement.key if agreement.kind == "agreement" else None,
        provider="Dinarpus",
    )


def replaced(event, **said):
    return type(event)(**(vars(event) | said))


def changes(entries):
    """What became of whom, in order."""
    return [(entry.change.value, entry.subject) for entry in entries]


def compacted(entries):
    """What stands for a partner who has read all of it."""
    standing = {}
    for entry in entries:
        standing[entry.subject] = entry.data
    return {subject: data for subject, data in standing.items() if data is not None}

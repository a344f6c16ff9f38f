"""What forgets, and somebody to forget, over the database of one test."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import psycopg
from pages import ACTOR
from scenario import on

from application.append import Append, Proposal, Request
from application.forgetting import PURPOSE, Decision, Forgetting, Grounds
from application.read_models import Access, Question
from domain.admission import AdmissionReason, Religion
from domain.conduct import DisciplineBegan, DisciplineLevel
from domain.custody import CustodyAdmitted, Released, ReleaseKind
from domain.forgetting import ForgettingBasis
from domain.person import PersonRegistered, Sex, Verification
from domain.record import Evidence, StreamId
from infrastructure.evidence import PostgresEvidenceStore
from infrastructure.forgetter import Forgetter
from infrastructure.master_key import MasterKey
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import RowSeals
from projections.case_summary import CASE_SUMMARY
from projections.persons import PERSONS
from projections.referrals import REFERRALS
from projections.timeline import TIMELINE

MASTER = MasterKey(b"k" * 32)
MEDAN = "RUTAN-MEDAN"
EVERYTHING = Access(everywhere=True, units=frozenset())
ANY = Question(where={}, words=(), after=None, limit=None)
TABLES = [CASE_SUMMARY, PERSONS, REFERRALS, TIMELINE]
GROUNDS = Grounds(
    basis=ForgettingBasis.RETENTION_OVER, decided_by="kanwil-7", decision="W2/12", document=None
)


def now():
    return datetime.now(UTC)


def new_id():
    return str(uuid4())


class House:
    """What forgets, over one database, as one process has it."""

    def __init__(self, ledger, pool, database) -> None:
        self.ledger, self.keys = ledger, ledger.keys
        self.append = Append(ledger=ledger, new_id=new_id, now=now)
        self.evidence = PostgresEvidenceStore(pool, ledger.keys, ledger.store)
        self.forgetter = Forgetter(ledger, pool, database)
        self.forgetting = Forgetting(self.append, ledger, self.evidence, self.forgetter.settle)
        seals = RowSeals(ledger.store, ledger.keys, ledger.keys)
        self.models = PostgresReadModels(ledger, pool, seals, TABLES)
        ledger.keys.on_forgotten += [self.append.known.clear, self.models.tail.let_go]

    def tell(self, stream, *events, evidence=(), reason=None):
        said = [
            Proposal(stream=stream, event=event, evidence=evidence, reason=reason)
            for event in events
        ]
        return self.append(request(*said))

    def forget(self, stream, grounds=GROUNDS, *, settle=True):
        today = on(now().date().isoformat())
        decision = Decision(stream=stream, grounds=grounds, effective=today)
        if settle:
            return self.forgetting(decision, request(purpose=PURPOSE))
        return self.tell(stream, self.forgetting.event(decision))

    def follow(self):
        while self.models.follower.advance():
            pass

    def row(self, projection, key):
        return dict(self.models.ask(projection.name, ANY, EVERYTHING).rows)[key]

    def found(self, projection, *words):
        return list(
            dict(self.models.ask(projection.name, replace(ANY, words=words), EVERYTHING).rows)
        )


def request(*proposals, purpose="pembinaan"):
    return Request(
        proposals=proposals,
        expected={},
        actor=ACTOR,
        purpose=purpose,
        correlation_id="c",
        command=None,
    )


def somebody(house, name, document):
    person = StreamId(kind="person", key=new_id())
    case = StreamId(kind="case", key=new_id())
    house.tell(person, registered(name))
    paper = Evidence(number=f"SP/12 {name}", date=None, sha256=document)
    house.tell(
        case, admitted(person, name), offence(name), evidence=(paper,), reason=f"karena {name}"
    )
    house.tell(case, released())
    return person, case


def admitted(person, name):
    return CustodyAdmitted(
        effective=on("2025-01-10"),
        person=person.key,
        unit=MEDAN,
        reason=AdmissionReason.PENAHANAN,
        full_name=name,
        sex=Sex.MALE,
        birth_date=date(2009, 3, 12),
        religion=Religion.ISLAM,
        domicile="12.71",
    )


def registered(name):
    return PersonRegistered(
        effective=on("2025-01-10"),
        full_name=name,
        sex=Sex.MALE,
        birth_date=date(2009, 3, 12),
        birth_place=None,
        nationality="ID",
        nik="1271011203900001",
        nik_verification=Verification.SEEN,
    )


def offence(name):
    return DisciplineBegan(
        effective=on("2025-02-02"),
        measure="F-1",
        level=DisciplineLevel.BERAT,
        offence=f"Menyimpan telepon milik {name}",
        document="BA.F/1",
    )


def released():
    return Released(
        effective=on("2025-06-01"),
        kind=ReleaseKind.BEBAS_MURNI,
        document="SL/1 Fiktif",
    )


def take_keys(database, subject):
    """Take the keys of somebody out of the store, as if it were an older one; return them."""
    with psycopg.connect(database) as connection:
        connection.execute("ALTER TABLE keys.sealing_key DISABLE TRIGGER ALL")
        taken = connection.execute(
            "DELETE FROM keys.sealing_key WHERE subject = %s"
            " RETURNING key_id, subject, data_class, generation, wrapped",
            (subject,),
        ).fetchall()
        connection.execute("ALTER TABLE keys.sealing_key ENABLE TRIGGER ALL")
    return taken

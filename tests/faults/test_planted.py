"""Defects planted in the service's own code, on a real PostgreSQL: the checker finds each.

The same story is told without the defect too, and then there is nothing to find. Defects
that need a server of their own (its clock, `kill -9`) are planted by the campaign's `--control`.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from pages import ACTOR, draft, stream
from scenario import on

from application.ledger import BEGINNING, Command, Head
from domain.conduct import ConductAssessed, Predicate
from infrastructure.connections import service_pool
from infrastructure.ledger import EventsourcingLedger
from tests.faults.checker import Kind, check, read_ledger
from tests.faults.defects import DEFECTS, HastyLine
from tests.faults.journal import Answer, Expected, Journal, Outcome, Told, read_history
from tests.faults.proxy import Cut, Rule

pytestmark = pytest.mark.long
"""Each runs the whole checker over a service with a defect."""

YES, UNKNOWN = Outcome.YES, Outcome.UNKNOWN


def assessed(month):
    return ConductAssessed(
        effective=on("2025-08-01"),
        month=month,
        score=82,
        predicate=Predicate.BAIK,
        risk_declined=True,
    )


class Client:
    """Asks a ledger as the service does, and keeps a journal of it."""

    def __init__(self, ledger, journal) -> None:
        self.ledger, self.journal = ledger, journal

    def ask(self, key, *months, case="1"):
        expects = [Expected("conduct.assessed@1", {"month": month}) for month in months]
        self.journal.ask(key, {"months": months}, expects)
        try:
            receipt = self._append(Command(key=key, body=key.encode()), months, stream(case))
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing is known
            answer = Answer(UNKNOWN, said=type(error).__name__)
        else:
            told = (Told(w.event_id, str(w.stream), w.version, w.position) for w in receipt.written)
            answer = Answer(YES, tuple(told))
        self.journal.answer(key, answer)
        return answer.outcome

    def _append(self, command, months, to):
        if earlier := self.ledger.answered(ACTOR.id, command):
            return earlier
        pages = self.ledger.read(to)
        head = Head(version=len(pages), hash=pages[-1].hash if pages else BEGINNING)
        drafts = [
            draft(assessed(month), to=to, version=head.version + place, key=command.key)
            for place, month in enumerate(months, 1)
        ]
        return self.ledger.append(drafts, heads={to: head}, actor=ACTOR.id, command=command)

    def tail(self, upto):
        """Read positions in order until so many were given."""
        after, given, until = 0, 0, time.monotonic() + 10
        while given < upto and time.monotonic() < until:
            pages = self.ledger.read_after(after)
            self.journal.seen("reader", [(page.position, page.event_id) for page in pages])
            given += len(pages)
            after = pages[-1].position if pages else after

    def found(self, database, unconfirmed=()):
        findings = check(read_history([self.journal.path]), read_ledger(database), [], unconfirmed)
        return {finding.kind for finding in findings}


@pytest.fixture
def client_of(request, monkeypatch, database, tmp_path):
    """Makes the client of a ledger with a defect, or of one without."""
    journal = Journal(tmp_path / "journal.ndjson")

    def make(defect):
        monkeypatch.setattr(HastyLine, "LATER_SECONDS", 60)
        if defect:
            for where, attribute, replacement in DEFECTS[defect].patches():
                monkeypatch.setattr(where, attribute, replacement)
        ledger = request.getfixturevalue("ledger")
        if defect and (deed := DEFECTS[defect].database):
            deed(database)
        return Client(ledger, journal)

    yield make
    journal.close()


def at_commit(database, deed):
    """Have something done at the COMMIT of each write."""
    with psycopg.connect(database) as owner:
        owner.execute(
            "CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {deed} RETURN NULL; END $$"
        )
        owner.execute(
            "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON ledger.event"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit()"
        )


def no_more(database):
    with psycopg.connect(database) as owner:
        owner.execute("DROP TRIGGER at_commit ON ledger.event")


def planted(defect):
    """The same story with the defect and without it, and what is to be found."""
    found_as = DEFECTS[defect].found_as
    cases = [(None, set()), (defect, found_as)]
    return pytest.mark.parametrize(("defect", "found_as"), cases, ids=["sound", defect])


@planted("answers_before_commit")
def test_an_acknowledgement_before_the_commit_is_found_as_a_loss(
    client_of, proxy, database, defect, found_as
):
    client = client_of(defect)
    assert client.ask("k-1", "2025-01") is YES
    proxy.sever()
    assert client.found(database) == found_as


@planted("forgets_keys")
def test_a_key_that_is_not_looked_for_is_found_as_a_doubled_write(
    client_of, proxy, database, defect, found_as
):
    client = client_of(defect)
    proxy.arm(Rule(Cut.AFTER_COMMIT))
    assert client.ask("k-1", "2025-01") is UNKNOWN
    assert client.ask("k-1", "2025-01") is YES
    assert client.found(database) >= found_as
    assert bool(client.found(database)) == bool(defect)


@planted("confuses_answers")
def test_another_answer_to_a_repeated_key_is_found(client_of, proxy, database, defect, found_as):
    client = client_of(defect)
    proxy.arm(Rule(Cut.AFTER_COMMIT))
    assert client.ask("k-1", "2025-01", "2025-02") is UNKNOWN
    assert client.ask("k-1", "2025-01", "2025-02") is YES
    assert client.found(database) == found_as


@planted("writes_by_halves")
def test_a_request_of_which_half_is_there_is_found(client_of, proxy, database, defect, found_as):
    client = client_of(defect)
    proxy.arm(Rule(Cut.BEFORE_COMMIT, spared=1))
    client.ask("k-1", "2025-01", "2025-02")
    assert client.found(database) - {Kind.UNRESOLVED} == found_as


@planted("ignores_warnings")
def test_a_warning_that_is_taken_for_a_commit_is_found(client_of, database, defect, found_as):
    client = client_of(defect)
    at_commit(database, "RAISE WARNING 'canceling wait for synchronous replication';")
    since = time.time()
    client.ask("k-1", "2025-01")
    until = time.time()
    no_more(database)
    client.ask("k-1", "2025-01")
    assert client.found(database, [(since, until)]) == found_as


@planted("numbers_without_lock")
def test_positions_that_nobody_orders_are_found_as_a_gap_and_as_missed_by_a_reader(
    client_of, database, defect, found_as
):
    """The first to get a number is the last to commit, and another gives its number up."""
    client = client_of(defect)
    at_commit(
        database,
        "IF NEW.stream = 'case:slow' THEN PERFORM pg_sleep(0.3); END IF;"
        " IF NEW.stream = 'case:bad' THEN RAISE EXCEPTION 'no'; END IF;",
    )
    with service_pool(database) as pool, ThreadPoolExecutor(2) as hands:
        keys = client.ledger.keys
        other = Client(EventsourcingLedger(pool, keys), client.journal)
        slow = hands.submit(client.ask, "k-slow", "2025-01", case="slow")
        time.sleep(0.1)
        reader = hands.submit(other.tail, 2)
        other.ask("k-quick", "2025-02", case="quick")
        assert slow.result() is YES
        assert other.ask("k-bad", "2025-03", case="bad") is UNKNOWN
        no_more(database)
        assert other.ask("k-bad", "2025-03", case="bad") is YES
        reader.result()
        other.ledger.close()
    assert client.found(database) == found_as

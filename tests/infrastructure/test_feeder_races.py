"""Feeds when things happen at once: a midnight within a turn, an end and a page in one batch."""

from datetime import UTC, date, datetime, timedelta

import pytest
from correcting_desk import admitted, new_id, opened, registered
from feeding_house import (
    LIBRARY,
    MEDAN,
    NOON,
    OTHER_LIBRARY,
    audience,
    changes,
    draft,
    joined,
    opened_house,
    replaced,
    signed,
)
from forgetting_house import GROUNDS, released
from scenario import on

from application.feeds import Unready
from application.forgetting import Decision, Forgetting
from application.sharing import NoSuchScope
from domain.activity import ActivityFinished
from domain.agreement import (
    AgreementProposed,
    AgreementResumed,
    AgreementStarted,
    AgreementSuspended,
    ParticipantKind,
)
from domain.programme import ProgrammeKind
from domain.record import StreamId
from domain.register import DomicileRecorded
from domain.sharing.scope import TAIL
from infrastructure import feed_reading, feed_settling
from infrastructure.evidence import PostgresEvidenceStore
from infrastructure.forgetter import Forgetter
from infrastructure.projector import feeding

UPSERT, WITHDRAWN = "upsert", "withdrawn"
LAST = date(2026, 6, 30)
MIDNIGHT = datetime(2026, 6, 30, 17, tzinfo=UTC)
SECOND = timedelta(seconds=1)
REST = AgreementSuspended(effective=on("2026-05-01"), reason="Pemeriksaan")
DONE = ActivityFinished(effective=on("2026-04-01"), activity="kelas-baca")


@pytest.fixture(scope="module")
def shared_house(postgres, followed_template):
    with opened_house(postgres, followed_template) as house:
        yield house


@pytest.fixture
def house(shared_house):
    shared_house.wall.at = NOON
    return shared_house


def restarted(house, now=None):
    """Have another process feed, by the clock of the house or by one of its own."""
    house.feeder.close()
    now = now or house.wall.now
    house.feeder = feeding(house.ledger, house.pool, house.models, now)
    house.feeder.prepare()
    return house.feeder


def readers_of_a_programme(house, count):
    """An agreement by which so many are shared, who all read in one programme of it."""
    agreement = house.agree(running=False)
    programme = StreamId(kind="programme", key=new_id())
    opening = replaced(
        opened(20),
        kind=ProgrammeKind.LITERASI,
        agreement=agreement.key,
        effective=on("2026-01-15"),
    )
    house.tell(programme, opening)
    for number in range(count):
        person, name = new_id(), f"Orang {number}"
        house.tell(StreamId(kind="person", key=person), registered(name))
        joining = replaced(joined(programme), agreement=None)
        house.tell(StreamId(kind="case", key=new_id()), admitted(person, name), joining)
    house.tell(agreement, signed(), AgreementStarted(effective=on("2026-01-12")))
    house.follow()
    assert len(house.present(agreement)) == count
    return agreement, programme, opening


def test_who_was_looked_at_before_a_programme_was_corrected_is_looked_at_again(house, monkeypatch):
    monkeypatch.setattr(feed_settling, "PIECE", 1)
    agreement, programme, opening = readers_of_a_programme(house, 4)
    page = house.fact(agreement, AgreementProposed)
    house.correct(agreement, page, draft(allowed_fields=("full_name", "programme")))
    told = house.entries_at_rest(agreement)
    while house.entries_at_rest(agreement) < told + 2:
        house.models.follower.advance()
        house.feeder.turn()
    assert house.entries_at_rest(agreement) == told + 2, "in the middle of looking at everybody"
    fact = house.ledger.read(programme)[0].event_id
    house.correct(programme, fact, replaced(opening, agreement=None))
    house.follow()
    assert house.present(agreement) == {}
    ((data,),) = house.ask_database(
        "SELECT count(data) FROM feed.entry AS e JOIN feed.audience AS a ON a.id = e.audience"
        " WHERE a.agreement = %s",
        agreement.key,
    )
    assert data == 0


@pytest.mark.parametrize("asked", range(4))
def test_a_midnight_that_passes_within_a_turn_closes_all_whom_it_concerns(house, asked):
    house.wall.at = MIDNIGHT - SECOND
    ending, other = house.agree(until=LAST), house.agree()
    case = house.reader(ending)
    times = []

    def now():
        """The clock of this process passes midnight after it was asked so often in that turn."""
        times.append(house.wall.at)
        return house.wall.at if len(times) <= asked else MIDNIGHT

    feeder = restarted(house, now=lambda: house.wall.at)
    house.told(ending)
    house.tell(other, REST)
    house.models.follower.advance()
    feeder._now = feeder._audiences._now = now  # noqa: SLF001  # no clock is moved at such a moment
    feeder.turn()
    house.wall.at = MIDNIGHT
    entries = house.told(ending)
    assert changes(entries) == [(UPSERT, str(case)), (WITHDRAWN, str(case))]
    assert (entries[1].type, entries[1].at) == ("agreement.expired.withdrawn", MIDNIGHT)
    assert house.data_at_rest(case) == 0
    restarted(house)


def test_who_is_withdrawn_by_a_suspension_is_not_by_a_page_of_the_same_batch_too(house):
    agreement = house.agree()
    cases = [house.reader(agreement), house.reader(agreement, "Andi Contoh")]
    house.told(agreement)
    house.tell(cases[0], DONE)
    house.tell(agreement, REST)
    told = house.told(agreement)[2:]
    assert sorted(changes(told)) == sorted((WITHDRAWN, str(case)) for case in cases)
    assert {entry.type for entry in told} == {"agreement.suspended.withdrawn"}


def test_who_is_withdrawn_as_an_agreement_leaves_their_unit_out_is_withdrawn_once(house):
    agreement = house.agree()
    case = house.reader(agreement)
    house.told(agreement)
    house.tell(case, DONE)
    page = house.fact(agreement, AgreementProposed)
    house.correct(agreement, page, draft(units=("LAPAS-JAYAPURA",)))
    assert changes(house.told(agreement)) == [(UPSERT, str(case)), (WITHDRAWN, str(case))]


def test_who_is_forgotten_as_an_agreement_is_suspended_is_withdrawn_once(house):
    agreement = house.agree(participant_kinds=tuple(ParticipantKind))
    case = house.reader(agreement)
    house.tell(case, released())
    house.told(agreement)
    person = StreamId(kind="person", key=house.ledger.read(case)[0].subject)
    evidence = PostgresEvidenceStore(house.pool, house.ledger.keys, house.ledger.store)
    settle = Forgetter(house.ledger, house.pool, house.database).settle
    forget = Forgetting(house.append, house.ledger, evidence, settle)
    decision = Decision(stream=person, grounds=GROUNDS, effective=on("2026-05-01"))
    forget(decision, house.request())
    house.tell(agreement, REST)
    told = [entry.change.value for entry in house.told(agreement)]
    assert told.count(WITHDRAWN) == 1
    assert told[-1] == WITHDRAWN


def test_a_clock_that_jumped_ahead_and_is_set_back_opens_again_what_it_closed(house):
    agreement = house.agree(until=LAST)
    case = house.reader(agreement)
    house.told(agreement)
    house.wall.at = MIDNIGHT
    assert changes(house.told(agreement))[1:] == [(WITHDRAWN, str(case))]
    house.wall.at = NOON + timedelta(days=1)
    assert changes(house.told(agreement))[2:] == [(UPSERT, str(case))]
    other = house.reader(agreement, "Andi Contoh")
    assert changes(house.told(agreement))[3:] == [(UPSERT, str(other))]
    assert house.present(agreement).keys() == {str(case), str(other)}


def dropped(house, agreement):
    """Correct an agreement so that the library is no party to it."""
    page = house.fact(agreement, AgreementProposed)
    house.correct(agreement, page, draft(parties=(OTHER_LIBRARY, "DINARPUS-99"), units=(MEDAN,)))


def test_a_party_that_a_correction_drops_hears_who_is_withdrawn_for_ninety_days(house):
    house.wall.at = datetime.now(UTC)
    house.name("DINARPUS-99")
    agreement = house.agree()
    case = house.reader(agreement)
    house.told(agreement)
    dropped(house, agreement)
    assert house.heard(agreement) == [], "nothing more of anybody, at once"
    entries = house.told(agreement)
    assert changes(entries) == [(UPSERT, str(case)), (WITHDRAWN, str(case))]
    assert not any(entry.data for entry in entries)
    told = house.feeds.after(audience(agreement), 0, 10)
    assert (told.scope.party, told.scope.units, told.scope.fields) == (False, (), ())
    assert told.scope.title is None, "what the others agree on is not told"
    with pytest.raises(NoSuchScope):
        house.present(agreement)
    with pytest.raises(NoSuchScope):
        house.feeds.stream_of(audience(agreement), entries[0].pseudonym)
    house.wall.at = datetime.now(UTC) + TAIL + SECOND  # ninety days since it was recorded
    with pytest.raises(NoSuchScope):
        house.heard(agreement)


def test_who_was_never_a_party_has_no_tail(house):
    agreement = house.agree()
    house.reader(agreement)
    house.follow()
    house.name("DINARPUS-77")
    with pytest.raises(NoSuchScope):
        house.heard(agreement, "DINARPUS-77")
    with pytest.raises(NoSuchScope):
        house.feeds.after(audience(StreamId(kind="agreement", key=new_id())), 0, 10)


def test_a_list_does_not_say_that_nobody_is_there_while_everybody_is_looked_at_again(house):
    agreement = house.agree()
    case = house.reader(agreement)
    (entry,) = house.told(agreement)
    page = house.fact(agreement, AgreementProposed)
    house.correct(agreement, page, draft(allowed_fields=("full_name",)))
    assert house.heard(agreement) == [], "a feed loses nothing by an empty page"
    with pytest.raises(Unready):
        house.present(agreement)
    with pytest.raises(Unready):
        house.feeds.stream_of(audience(agreement), entry.pseudonym)
    house.follow()
    assert house.present(agreement) == {str(case): {"full_name": "Budi Fiktif"}}
    house.tell(agreement, REST)
    assert house.present(agreement) == {}, "where nothing is shared, nobody is the truth"


def test_no_data_leaves_while_a_feed_may_not_know_who_has_left(house, monkeypatch):
    agreement = house.agree()
    case = house.reader(agreement)
    (entry,) = house.told(agreement)
    house.tell(case, DomicileRecorded(effective=on("2026-03-01"), domicile="33.75"))
    assert house.present(agreement), "for as long as a feeder may be away"
    monkeypatch.setattr(feed_reading, "LAG_MOST_SECONDS", 0.0)
    for ask in (house.heard, house.present):
        with pytest.raises(Unready):
            ask(agreement)
    with pytest.raises(Unready):
        house.feeds.stream_of(audience(agreement), entry.pseudonym)
    with pytest.raises(NoSuchScope):
        house.heard(agreement, "DINARPUS-77")
    assert changes(house.told(agreement))[1:] == [(WITHDRAWN, str(case))]
    assert house.present(agreement) == {}
    house.tell(agreement, REST)
    assert len(house.heard(agreement)) == 2, "who was withdrawn is told: that shows nobody"


def test_a_suspension_that_was_resumed_in_the_same_batch_leaves_no_trace(house):
    agreement = house.agree()
    case = house.reader(agreement)
    house.told(agreement)
    house.tell(agreement, REST, AgreementResumed(effective=on("2026-05-03")))
    assert changes(house.told(agreement)) == [(UPSERT, str(case))]


def test_it_is_the_agencys_own_feed_that_has_the_tail(house):
    agreement = house.agree()
    case = house.reader(agreement)
    house.told(agreement)
    dropped(house, agreement)
    house.follow()
    assert house.present(agreement, OTHER_LIBRARY).keys() == {str(case)}
    assert changes(house.heard(agreement, LIBRARY))[-1] == (WITHDRAWN, str(case))

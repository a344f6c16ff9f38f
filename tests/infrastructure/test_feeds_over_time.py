"""Feeds and the clock, and who feeds: midnights, suspensions, and whoever dies in the middle."""

from datetime import UTC, date, datetime, timedelta

import pytest
from feeding_house import (
    JAYAPURA,
    LIBRARY,
    TOWN,
    FeedingHouse,
    audience,
    changes,
    compacted,
    opened_house,
    signed,
)
from scenario import on

from application.sharing import NoSuchScope
from domain.activity import ActivityFinished
from domain.agreement import (
    AgreementEnded,
    AgreementResumed,
    AgreementStarted,
    AgreementSuspended,
)
from domain.sharing.scope import TAIL
from infrastructure import feed_settling
from infrastructure.feed_store import FeedStore
from infrastructure.restored_feeds import tell_anew

UPSERT, WITHDRAWN = "upsert", "withdrawn"
LAST = date(2026, 6, 30)
WIT, WIB = datetime(2026, 6, 30, 15, tzinfo=UTC), datetime(2026, 6, 30, 17, tzinfo=UTC)
"""The first of July begins, in Jayapura and in Medan."""
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def shared_house(postgres, followed_template):
    with opened_house(postgres, followed_template) as house:
        yield house


@pytest.fixture
def house(shared_house):
    shared_house.wall.at = datetime(2026, 6, 1, 5, tzinfo=UTC)
    return shared_house


def test_an_agreement_ends_at_midnight_in_the_zone_of_each_unit_and_each_is_withdrawn_once(house):
    agreement = house.agree(until=LAST)
    medan, jayapura = house.reader(agreement), house.reader(agreement, unit=JAYAPURA)
    house.told(agreement)
    house.wall.at = WIT - SECOND
    assert len(house.told(agreement)) == 2
    house.wall.at = WIT
    shown = [entry.subject for entry in house.heard(agreement) if entry.data]
    assert shown == [str(medan)], "at once, whether or not anybody has looked at the clock"
    assert list(house.present(agreement)) == [str(medan)]
    entries = house.told(agreement)
    assert changes(entries)[2:] == [(WITHDRAWN, str(jayapura))]
    assert (entries[2].type, entries[2].at) == ("agreement.expired.withdrawn", WIT)
    house.wall.at = WIB
    assert house.present(agreement) == {}
    assert changes(house.told(agreement))[3:] == [(WITHDRAWN, str(medan))]
    assert house.told(agreement)[-1].at == WIB
    assert house.data_at_rest(medan) == house.data_at_rest(jayapura) == 0


def test_the_tail_of_withdrawals_is_told_for_ninety_days(house):
    agreement = house.agree(until=date(2199, 6, 30))  # after whatever day this is recorded on
    case = house.reader(agreement)
    house.told(agreement)
    over = datetime(2199, 6, 30, 17, tzinfo=UTC) + TAIL
    house.wall.at = over - SECOND
    assert changes(house.told(agreement)) == [(UPSERT, str(case)), (WITHDRAWN, str(case))]
    house.wall.at = over
    with pytest.raises(NoSuchScope):
        house.told(agreement)


def test_an_end_that_is_told_a_year_late_is_heard_of_for_ninety_days_all_the_same(house):
    house.wall.at = datetime.now(UTC)
    agreement = house.agree(until=None)
    case = house.reader(agreement)
    house.told(agreement)
    house.tell(agreement, AgreementEnded(effective=on("2026-02-01"), reason="Bersama"))
    house.wall.at = datetime.now(UTC) + timedelta(days=89)
    assert changes(house.heard(agreement)) == [(UPSERT, str(case))], "before anybody was told"
    assert changes(house.told(agreement)) == [(UPSERT, str(case)), (WITHDRAWN, str(case))]
    house.wall.at += timedelta(days=2)
    with pytest.raises(NoSuchScope):
        house.heard(agreement)


def test_what_starts_later_is_shared_from_its_first_midnight(house):
    house.wall.at = datetime(2026, 1, 11, 16, 59, 59, tzinfo=UTC)
    agreement = house.agree()
    case = house.reader(agreement)
    with pytest.raises(NoSuchScope):
        house.told(agreement)
    house.wall.at += SECOND
    (entry,) = house.told(agreement)
    assert (entry.type, entry.subject) == ("agreement.started.upsert", str(case))
    assert entry.at == house.wall.at


def test_a_suspension_withdraws_everybody_and_what_is_resumed_tells_of_them_again(house):
    agreement = house.agree()
    case, gone = house.reader(agreement), house.reader(agreement, "Andi Contoh")
    house.told(agreement)
    house.tell(agreement, AgreementSuspended(effective=on("2026-05-01"), reason="Pemeriksaan"))
    assert not any(entry.data for entry in house.heard(agreement)), "before anybody was told"
    entries = house.told(agreement)
    assert sorted(changes(entries)[2:]) == sorted([(WITHDRAWN, str(case)), (WITHDRAWN, str(gone))])
    assert {entry.event for entry in entries[2:]} == {"agreement.suspended"}
    house.transfer(gone, "RUTAN-PEKALONGAN")
    assert len(house.told(agreement)) == 4, "nothing is told while it rests"
    house.tell(agreement, AgreementResumed(effective=on("2026-05-20")))
    entries = house.told(agreement)
    assert changes(entries)[4:] == [(UPSERT, str(case))]
    assert entries[4].event == "agreement.resumed"


def test_an_agreement_that_is_ended_before_its_day_says_so_once(house):
    agreement = house.agree(until=LAST)
    house.reader(agreement)
    house.told(agreement)
    house.tell(agreement, AgreementEnded(effective=on("2026-05-02"), reason="Bersama"))
    assert house.told(agreement)[-1].type == "agreement.ended.withdrawn"
    house.wall.at = WIB
    assert len(house.told(agreement)) == 2


def test_a_midnight_with_nobody_there_is_made_up_for(house):
    agreement = house.agree(until=LAST)
    case = house.reader(agreement)
    house.told(agreement)
    house.feeder.close()
    house.wall.at = WIB + timedelta(days=3)
    house.feeder = house.another()
    assert changes(house.told(agreement)) == [(UPSERT, str(case)), (WITHDRAWN, str(case))]
    assert house.told(agreement)[-1].at == WIB


def says_nothing_for_a_while(house, feeder):
    house.ask_database(
        "UPDATE read_model.member SET beat_at = beat_at - interval '1 minute' WHERE process = %s"
        " RETURNING process",
        feeder.process,
    )


def test_another_process_goes_on_where_one_died_and_whoever_wakes_up_late_writes_nothing(house):
    agreement = house.agree()
    cases = [house.reader(agreement)]
    house.told(agreement)
    first, second = house.feeder, house.another()
    says_nothing_for_a_while(house, first)
    cases.append(house.reader(agreement, "Andi Contoh"))
    house.follow(second)
    cases.append(house.reader(agreement, "Sari Contoh"))
    assert first.turn() is False
    house.follow(second)
    first.close()
    house.feeder = second
    assert changes(house.told(agreement)) == [(UPSERT, str(case)) for case in cases]
    assert [entry.id for entry in house.told(agreement)] == [1, 2, 3]


class Killed(Exception):
    """The process is gone in the middle of what it did."""


def test_who_dies_in_the_middle_of_looking_at_everybody_tells_nobody_twice(house, monkeypatch):
    monkeypatch.setattr(feed_settling, "PIECE", 2)
    agreement = house.agree(running=False)
    cases = {str(house.reader(agreement, f"Orang {n}")) for n in range(5)}
    house.follow()
    house.tell(agreement, signed(), AgreementStarted(effective=on("2026-01-12")))
    write, pieces = FeedStore.write, []

    def dying(self, connection, tellings):
        heads = write(self, connection, tellings)
        pieces.append(heads)
        if sum(map(bool, pieces)) == 3:
            raise Killed
        return heads

    with monkeypatch.context() as death:
        death.setattr(FeedStore, "write", dying)
        with pytest.raises(Killed):
            house.follow()
    told = len(house.heard(agreement))
    assert 0 < told < 5
    house.feeder.close()
    house.feeder = house.another()
    entries = house.told(agreement)
    assert [entry.id for entry in entries] == [1, 2, 3, 4, 5]
    assert {entry.subject for entry in entries} == cases
    assert house.present(agreement) == compacted(entries)


def test_whoever_listens_is_called_when_a_feed_has_grown_and_knows_how_far(house):
    agreement = house.agree()
    house.follow()
    calls = []
    leave = house.feeds.listen(audience(agreement), lambda: calls.append(1))
    assert house.feeds.head(audience(agreement)) == 0
    case = house.reader(agreement)
    house.follow()
    assert calls
    assert house.feeds.head(audience(agreement)) == 1
    leave()
    calls.clear()
    house.tell(case, ActivityFinished(effective=on("2026-04-01"), activity="kelas-baca"))
    house.follow()
    assert not calls
    assert house.feeds.reached(house.ledger.position(), 0)
    house.reader(agreement, "Andi Contoh")
    assert not house.feeds.reached(house.ledger.position(), 0)


def test_a_feeder_of_another_process_is_heard(house):
    agreement = house.agree()
    house.follow()
    calls, second = [], house.another()
    second.prepare()
    second.feeds.listen(audience(agreement, LIBRARY), lambda: calls.append(1))
    house.reader(agreement)
    house.follow()
    second.feeds.others_told()
    second.turn()
    assert calls
    assert second.feeds.head(audience(agreement)) == 1
    second.close()


FIGURES = {"parties": (TOWN, LIBRARY), "allowed_fields": ("full_name", "counts"), "until": LAST}


def test_figures_are_told_once_a_day_of_the_day_before_and_only_where_they_are_others(house):
    house.wall.at = datetime(2026, 6, 2, 16, 59, 59, tzinfo=UTC)
    agreement = house.agree(**FIGURES)
    readers = [house.reader(agreement, f"Orang {n}") for n in range(6)]
    (first,) = house.told(agreement, TOWN)
    assert (first.type, first.data.keys()) == ("counts.published.upsert", {"counts"})
    assert house.present(agreement, TOWN) == {f"agreement:{agreement.key}": first.data}
    assert "Orang" not in str(first.data)
    for case in readers[:5]:
        house.transfer(case, "RUTAN-PEKALONGAN")
    assert house.told(agreement, TOWN) == [first], "not before the day is over"
    house.wall.at += SECOND
    _, second = house.told(agreement, TOWN)
    assert second.data != first.data
    house.wall.at += timedelta(days=1)
    assert len(house.told(agreement, TOWN)) == 2, "nothing is new"
    house.wall.at = WIT
    (shown,) = house.present(agreement, TOWN).values() or [None]
    assert shown is None
    entries = house.told(agreement, TOWN)
    assert entries[2].type == "agreement.expired.withdrawn"
    assert entries[3].type == "counts.published.upsert", "those of Medan, for two hours"
    house.wall.at = WIB
    assert [entry.change.value for entry in house.told(agreement, TOWN)[3:]] == [UPSERT, WITHDRAWN]


def test_who_begins_late_tells_of_everybody_as_they_are_and_replays_no_history(ledger, pool):
    house = FeedingHouse(ledger, pool)
    house.register()
    agreement = house.agree()
    case, gone = house.reader(agreement), house.reader(agreement, "Andi Contoh")
    house.tell(case, ActivityFinished(effective=on("2026-04-01"), activity="kelas-baca"))
    house.transfer(gone, "RUTAN-PEKALONGAN")
    house.feeder.prepare()
    assert not house.feeds.reached(house.ledger.position(), 0), "nobody was looked at yet"
    (entry,) = house.told(agreement)
    assert (entry.type, entry.subject) == ("agreement.started.upsert", str(case))
    assert entry.data["programme"][0]["until"] == "2026-04-01"
    house.feeder.close()


def test_who_takes_part_by_a_programme_of_the_agreement_is_found_when_it_is_resumed(house):
    agreement, other = house.agree(), house.agree()
    course = house.reading_class(agreement)
    case = house.reader(course)
    house.reader(other, "Andi Contoh")
    assert changes(house.told(agreement)) == [(UPSERT, str(case))]
    house.tell(agreement, AgreementSuspended(effective=on("2026-05-01"), reason="Pemeriksaan"))
    house.follow()
    house.tell(agreement, AgreementResumed(effective=on("2026-05-20")))
    assert changes(house.told(agreement))[1:] == [(WITHDRAWN, str(case)), (UPSERT, str(case))]


def test_after_a_restore_no_number_is_given_twice_and_everybody_present_is_told_of_anew(house):
    agreement = house.agree()
    case = house.reader(agreement)
    read_up_to = house.told(agreement)[-1].id
    with house.pool.connection() as connection:
        tell_anew(connection)
    house.feeder.close()
    house.feeder = house.another()
    house.told(agreement)
    newest = house.feeds.after(audience(agreement), read_up_to, 10).entries
    assert [(one.change.value, one.subject) for one in newest] == [(UPSERT, str(case))]
    assert newest[0].id > read_up_to + 1
    assert newest[0].data

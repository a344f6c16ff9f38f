"""Who comes into a feed and who leaves it, by whatever is told of them."""

from dataclasses import replace

import pytest
from feeding_house import (
    JAYAPURA,
    LIBRARY,
    OTHER_LIBRARY,
    PEKALONGAN,
    audience,
    changes,
    compacted,
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
from application.ledger import NotAtHand
from application.sharing import NoSuchScope
from domain.activity import ActivityFinished
from domain.agreement import AgreementProposed, AgreementStarted, ParticipantKind
from domain.custody import Died
from domain.record import StreamId
from domain.register import DomicileRecorded
from domain.registry import AgencyKind
from infrastructure import feed_records
from infrastructure.evidence import PostgresEvidenceStore
from infrastructure.forgetter import Forgetter

UPSERT, CORRECTED, WITHDRAWN = "upsert", "corrected", "withdrawn"


@pytest.fixture(scope="module")
def house(postgres, followed_template):
    """One for all tests of this file, each of which has agreements of its own."""
    with opened_house(postgres, followed_template) as house:
        yield house


def test_an_agreement_that_is_only_proposed_shares_nothing_and_started_whoever_is_in_scope(house):
    agreement = house.agree(running=False)
    case = house.reader(agreement)
    house.reader(agreement, "Andi Contoh", domicile="33.75")
    house.reader(agreement, "Sari Contoh", unit=PEKALONGAN)
    for step in (None, signed(), AgreementStarted(effective=on("2026-01-12"))):
        with pytest.raises(NoSuchScope):
            house.told(agreement)
        assert house.entries_at_rest(agreement) == 0
        if step is not None:
            house.tell(agreement, step)
    (entry,) = house.told(agreement)
    assert (entry.type, entry.subject, entry.id) == ("agreement.started.upsert", str(case), 1)
    assert entry.data["full_name"] == "Budi Fiktif"
    assert entry.data.keys() == {"full_name", "domicile", "programme"}
    assert house.present(agreement) == {str(case): entry.data}


def test_whoever_joins_is_told_of_once_and_again_only_when_the_record_is_another(house):
    agreement = house.agree()
    case = house.reader(agreement)
    (first,) = house.told(agreement)
    assert (first.type, first.position) == ("activity.joined.upsert", house.ledger.position())
    house.tell(case, DomicileRecorded(effective=on("2026-02-02"), domicile="12.71"))
    assert house.told(agreement) == [first], "at home where they were"
    house.tell(case, ActivityFinished(effective=on("2026-04-01"), activity="kelas-baca"))
    _, second = house.told(agreement)
    assert second.type == "activity.finished.upsert"
    assert second.data["programme"][0]["until"] == "2026-04-01"
    assert house.present(agreement) == {str(case): second.data}


def test_a_case_that_a_batch_tells_of_is_kept_awake_for_the_next_and_nobody_else_is(house):
    agreement = house.agree()
    case, other = house.reader(agreement), house.reader(agreement, "Andi Contoh")
    house.told(agreement)
    house.tell(case, ActivityFinished(effective=on("2026-04-01"), activity="kelas-baca"))
    house.ledger.forget_opened()
    house.told(agreement)
    assert house.ledger.at_hand(case) == house.ledger.read(case)
    with pytest.raises(NotAtHand):
        house.ledger.at_hand(other)


def test_many_pages_of_a_settling_push_nobody_out_of_what_is_kept_awake(house):
    agreement = house.agree(running=False)
    case = house.reader(agreement)
    house.follow()
    house.tell(agreement, signed(), AgreementStarted(effective=on("2026-01-12")))
    house.ledger.forget_opened()
    assert len(house.told(agreement)) == 1
    with pytest.raises(NotAtHand):
        house.ledger.at_hand(case)


def leaves_by_transfer(house, case):
    house.transfer(case, PEKALONGAN)


def leaves_by_moving_home(house, case):
    house.tell(case, DomicileRecorded(effective=on("2026-03-01"), domicile="33.75"))


def leaves_by_death(house, case):
    died = Died(effective=on("2026-03-01"), place="RS", cause=None, document="SK/1")
    house.tell(case, died)


@pytest.mark.parametrize("leave", [leaves_by_transfer, leaves_by_moving_home, leaves_by_death])
def test_whoever_leaves_the_scope_is_withdrawn_once_and_nothing_of_them_is_left(house, leave):
    agreement = house.agree()
    case, other = house.reader(agreement), house.reader(agreement, "Andi Contoh")
    assert len(house.told(agreement)) == 2
    leave(house, case)
    entries = house.told(agreement)
    assert changes(entries)[2:] == [(WITHDRAWN, str(case))]
    assert entries[2].type == "journey.changed.withdrawn", "not where to, nor by what"
    assert [entry.id for entry in entries if entry.data] == [2]
    assert house.data_at_rest(case) == 0
    assert list(house.present(agreement)) == [str(other)]


def test_within_the_agreements_units_nobody_hears_of_a_transfer(house):
    agreement = house.agree()
    case = house.reader(agreement)
    (before,) = house.told(agreement)
    house.transfer(case, JAYAPURA)
    assert house.told(agreement) == [before]
    units = "SELECT unit FROM feed.present WHERE subject = %s"
    assert house.ask_database(units, str(case)) == [(JAYAPURA,)] * 2


def test_a_correction_that_moves_a_fact_withdraws_one_and_adds_another_in_order(house):
    agreement = house.agree()
    wrong = house.reader(agreement)
    right = house.case("Andi Contoh")
    assert changes(house.told(agreement)) == [(UPSERT, str(wrong))]
    fact = house.ledger.read(wrong)[-1].event_id
    house.move(wrong, right, fact)
    entries = house.told(agreement)[1:]
    assert changes(entries) == [(WITHDRAWN, str(wrong)), (UPSERT, str(right))]
    assert entries[0].position < entries[1].position
    assert list(house.present(agreement)) == [str(right)]


def test_a_record_that_is_put_right_is_told_as_corrected(house):
    agreement = house.agree()
    case = house.reader(agreement)
    house.told(agreement)
    fact = house.ledger.read(case)[-1].event_id
    house.correct(case, fact, joined(agreement, "2026-02-03"))
    entry = house.told(agreement)[-1]
    assert entry.type == "activity.joined.corrected", "that is what was wrong"
    assert entry.data["programme"][0]["since"] == "2026-02-03"


def test_one_journey_has_one_pseudonym_in_an_agreement_and_another_in_the_next(house):
    first, second = house.agree(), house.agree()
    case = house.reader(first)
    house.tell(case, replaced(joined(second), activity="kelas-lain"))
    house.follow()
    names = [
        {entry.pseudonym for entry in house.heard(agreement, agency)}
        for agreement in (first, second)
        for agency in (LIBRARY, OTHER_LIBRARY)
    ]
    assert names[0] == names[1] != names[2] == names[3]
    (name,) = names[0]
    assert house.feeds.stream_of(audience(first), name) == case
    assert house.feeds.stream_of(audience(second), name) is None
    assert case.key not in name


def test_a_field_that_an_agreement_no_longer_lists_is_in_no_entry_however_old(house):
    agreement = house.agree()
    case = house.reader(agreement)
    house.told(agreement)
    page = house.fact(agreement, AgreementProposed)
    house.correct(agreement, page, draft(allowed_fields=("full_name",)))
    assert house.heard(agreement) == [], "nothing, until everybody was looked at again"
    with pytest.raises(Unready):
        house.present(agreement)
    old, new = house.told(agreement)
    assert old.data is None
    assert (new.type, new.data) == ("agreement.changed.upsert", {"full_name": "Budi Fiktif"})
    assert house.present(agreement) == {str(case): new.data}


def test_whoever_an_agreement_is_no_longer_about_is_withdrawn(house):
    agreement = house.agree()
    case, other = house.reader(agreement), house.reader(agreement, "Andi Contoh", unit=JAYAPURA)
    house.told(agreement)
    page = house.fact(agreement, AgreementProposed)
    house.correct(agreement, page, draft(units=(JAYAPURA,)))
    entries = house.told(agreement)
    assert changes(entries)[2:] == [(WITHDRAWN, str(case))]
    assert house.data_at_rest(case) == 0
    assert list(house.present(agreement)) == [str(other)]


def test_an_agency_that_turns_out_to_be_of_another_kind_sees_what_that_kind_sees(house):
    house.name("PERPUSTAKAAN-LAIN")
    agreement = house.agree(parties=("PERPUSTAKAAN-LAIN", LIBRARY))
    case = house.reader(agreement)
    assert len(house.told(agreement, "PERPUSTAKAAN-LAIN")) == 1
    assert house.data_at_rest(case) == 2
    house.name("PERPUSTAKAAN-LAIN", AgencyKind.OTHER, since="2020-01-02")
    entries = house.told(agreement, "PERPUSTAKAAN-LAIN")
    assert changes(entries) == [("upsert", str(case)), (WITHDRAWN, str(case))]
    assert not any(entry.data for entry in entries)
    assert house.data_at_rest(case) == 1
    assert house.heard(agreement)[0].data


def test_of_whoever_was_forgotten_nothing_is_left_and_the_partner_is_told(house):
    agreement = house.agree(participant_kinds=tuple(ParticipantKind))
    case, other = house.reader(agreement), house.reader(agreement, "Andi Contoh")
    house.tell(case, released())
    assert len(house.told(agreement)) == 2
    person = StreamId(kind="person", key=house.ledger.read(case)[0].subject)
    forget(house, person)
    entries = house.told(agreement)
    assert changes(entries)[2:] == [(WITHDRAWN, str(case))]
    assert entries[2].event == "person.forgotten"
    assert house.data_at_rest(case) == 0
    assert list(house.present(agreement)) == [str(other)]


def forget(house, person):
    evidence = PostgresEvidenceStore(house.pool, house.ledger.keys, house.ledger.store)
    settle = Forgetter(house.ledger, house.pool, house.database).settle
    forgetting = Forgetting(house.append, house.ledger, evidence, settle)
    decision = Decision(stream=person, grounds=GROUNDS, effective=on("2026-05-01"))
    forgetting(decision, house.request())


def test_whoever_cannot_be_looked_at_is_shared_no_more_until_they_can(house, monkeypatch):
    agreement = house.agree()
    case, other = house.reader(agreement), house.reader(agreement, "Andi Contoh")
    house.told(agreement)

    def broken(scope, stream, *rest):
        if stream == case:
            raise ValueError("Budi Fiktif")
        return whole(scope, stream, *rest)

    whole = feed_records.shared
    finished = ActivityFinished(effective=on("2026-04-01"), activity="kelas-baca")
    with monkeypatch.context() as bug:
        bug.setattr(feed_records, "shared", broken)
        house.tell(case, finished)
        house.tell(other, finished)
        entries = house.told(agreement)[2:]
    assert changes(entries) == [(WITHDRAWN, str(case)), (UPSERT, str(other))]
    letters = "SELECT key, error FROM read_model.dead_letter WHERE projection = 'feeds'"
    assert house.ask_database(letters) == [(str(case), "ValueError")]
    shown = house.feeds.progress()
    assert [letter.key for letter in shown.dead_letters] == [str(case)]
    assert (shown.stopped_keys, shown.position) == (1, house.ledger.position())
    house.feeder.close()
    house.feeder = house.another()
    house.follow()
    assert set(house.present(agreement)) == {str(case), str(other)}
    assert house.ask_database(letters) == []


def test_who_replays_a_feed_from_the_beginning_knows_what_who_followed_it_knows(house):
    agreement = house.agree()
    live, seen = [], 0
    cases = [
        house.reader(agreement, name) for name in ("Budi Fiktif", "Andi Contoh", "Sari Contoh")
    ]
    for step in (
        lambda: None,
        lambda: house.tell(cases[0], finished_on("2026-04-01")),
        lambda: house.transfer(cases[1], PEKALONGAN),
        lambda: house.tell(cases[2], finished_on("2026-04-02")),
    ):
        step()
        live += house.told(agreement, after=seen)
        seen = live[-1].id
    replayed = house.heard(agreement)
    gone = str(cases[1])
    assert [replace(e, data=None) for e in replayed] == [replace(e, data=None) for e in live]
    assert [e for e in replayed if e.subject != gone] == [e for e in live if e.subject != gone]
    assert not any(e.data for e in replayed if e.subject == gone)
    assert compacted(replayed) == compacted(live) == house.present(agreement)


def finished_on(day):
    return ActivityFinished(effective=on(day), activity="kelas-baca")

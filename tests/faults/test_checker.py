"""The checker says nothing of a sound history, and names each defect that is planted in one."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.checker import NOTHING_BEFORE, Kind, Page, check
from tests.faults.journal import (
    Answer,
    Asked,
    Expected,
    History,
    Journal,
    Outcome,
    Told,
    read_history,
)

BEGAN = datetime(2026, 11, 22, tzinfo=UTC)
YES, NO, UNKNOWN = Outcome.YES, Outcome.NO, Outcome.UNKNOWN


def page(position, stream, version, key, month, before=NOTHING_BEFORE):  # noqa: PLR0913, PLR0917
    its_hash = hashlib.sha256(f"{stream}/{version}".encode()).hexdigest()
    return Page(
        position=position,
        stream=stream,
        version=version,
        name="conduct.assessed@1",
        event_id=f"event-{position}",
        key=key,
        payload={"month": month, "score": 82},
        prev_hash=before,
        hash=its_hash,
        true_hash=its_hash,
        recorded_at=BEGAN + timedelta(seconds=position),
        transaction=key,
    )


def told(*pages):
    return tuple(Told(p.event_id, p.stream, p.version, p.position) for p in pages)


def asked(key, months, *answers):
    expects = tuple(Expected("conduct.assessed@1", {"month": month}) for month in months)
    return Asked(key, "digest", expects, {}, tries=len(answers), answers=list(answers))


@pytest.fixture
def pages():
    """Two requests of two events each, and one of one, which was unknown before it was known."""
    one = page(1, "case:1", 1, "k-1", "2025-01")
    two = page(2, "case:1", 2, "k-1", "2025-02", one.hash)
    three = page(3, "case:2", 1, "k-2", "2025-03")
    four = page(4, "case:1", 3, "k-2", "2025-04", two.hash)
    five = page(5, "case:2", 2, "k-3", "2025-05", three.hash)
    return [one, two, three, four, five]


@pytest.fixture
def history(pages):
    one, two, three, four, five = pages
    every = [
        asked("k-1", ["2025-01", "2025-02"], Answer(YES, told(one, two))),
        asked("k-2", ["2025-03", "2025-04"], Answer(YES, told(three, four))),
        asked("k-3", ["2025-05"], Answer(UNKNOWN), Answer(YES, told(five), at=9, asked_at=8)),
        asked("k-4", ["2025-06"], Answer(UNKNOWN), Answer(NO)),
    ]
    seen = {"reader": [(p.position, p.event_id) for p in pages]}
    return History(asked={one.key: one for one in every}, seen=seen)


def found(history, pages, *more):
    return {finding.kind for finding in check(history, pages, *more)}


def test_of_a_sound_history_nothing_is_said(history, pages):
    assert check(history, pages, [], [(0, 7), (10, 20)]) == []


def put(pages, place, **changes):
    pages[place] = replace(pages[place], **changes)


def lose_an_event(history, pages):
    pages.pop()


def lose_what_only_a_repeat_acknowledged(history, pages):
    history.asked["k-4"].answers[-1] = Answer(YES, (Told("event-9", "case:9", 1, 9),))


def write_twice(history, pages):
    pages.append(page(6, "case:2", 3, "k-3", "2025-05", pages[4].hash))


def write_half(history, pages):
    del pages[1:]
    history.asked["k-1"].answers[:] = [Answer(UNKNOWN)]
    for key in ("k-2", "k-3"):
        del history.asked[key]


def write_by_two_transactions(history, pages):
    put(pages, 1, transaction="another")


def tell_another_position(history, pages):
    history.asked["k-3"].answers.append(Answer(YES, (Told("event-5", "case:2", 2, 6),)))


def tell_of_anothers_event(history, pages):
    history.asked["k-3"].answers[-1] = Answer(YES, told(pages[3]))


def tell_less_than_was_written(history, pages):
    history.asked["k-1"].answers[0] = Answer(YES, told(pages[0]))


def say_no_after_yes(history, pages):
    history.asked["k-3"].answers.append(Answer(NO))


def refuse_what_is_written(history, pages):
    history.asked["k-3"].answers[-1] = Answer(NO)


def leave_open(history, pages):
    history.asked["k-4"].answers.pop()


def skip_a_position(history, pages):
    put(pages, 4, position=6)
    history.asked["k-3"].answers[-1] = Answer(YES, told(pages[4]))
    history.seen.clear()


def skip_a_version(history, pages):
    put(pages, 4, version=3)
    history.asked["k-3"].answers[-1] = Answer(YES, told(pages[4]))


def change_a_page(history, pages):
    put(pages, 0, true_hash="f" * 64)


def hash_anew_without_its_followers(history, pages):
    put(pages, 0, true_hash="f" * 64, hash="f" * 64)


def set_time_back(history, pages):
    put(pages, 2, recorded_at=BEGAN)


def pass_over_a_position(history, pages):
    del history.seen["reader"][1]


def give_positions_out_of_order(history, pages):
    seen = history.seen["reader"]
    seen[1], seen[2] = seen[2], seen[1]


def show_what_then_is_gone(history, pages):
    history.seen["reader"].append((6, "event-6"))


def write_what_nobody_asked(history, pages):
    del history.asked["k-3"]


@pytest.mark.parametrize(
    ("plant", "kind"),
    [
        (lose_an_event, Kind.LOST),
        (lose_what_only_a_repeat_acknowledged, Kind.LOST),
        (write_twice, Kind.DOUBLED),
        (write_half, Kind.HALF_WRITTEN),
        (write_by_two_transactions, Kind.HALF_WRITTEN),
        (tell_another_position, Kind.WRONG_ANSWER),
        (tell_of_anothers_event, Kind.WRONG_ANSWER),
        (tell_less_than_was_written, Kind.WRONG_ANSWER),
        (say_no_after_yes, Kind.WRONG_ANSWER),
        (refuse_what_is_written, Kind.REFUSED_YET_WRITTEN),
        (leave_open, Kind.UNRESOLVED),
        (skip_a_position, Kind.GAP),
        (skip_a_version, Kind.VERSION_GAP),
        (change_a_page, Kind.CHAIN),
        (hash_anew_without_its_followers, Kind.CHAIN),
        (set_time_back, Kind.TIME_WENT_BACK),
        (pass_over_a_position, Kind.READER_MISSED),
        (give_positions_out_of_order, Kind.READER_MISSED),
        (show_what_then_is_gone, Kind.VANISHED),
        (write_what_nobody_asked, Kind.NOBODY_ASKED),
    ],
)
def test_each_defect_in_a_history_is_found_as_what_it_is(history, pages, plant, kind):
    plant(history, pages)
    assert kind in found(history, pages)


def test_a_read_model_that_differs_is_found(history, pages):
    assert found(history, pages, ["placements"]) == {Kind.READ_MODEL}


def test_a_yes_while_nobody_could_confirm_a_commit_is_found(history, pages):
    assert found(history, pages, [], [(7, 10)]) == {Kind.UNCONFIRMED}
    assert found(history, pages, [], [(8.5, 10)]) == set(), "it was asked before"


def test_a_journal_is_read_back_as_it_was_written_and_a_question_without_answer_is_unknown(
    tmp_path,
):
    path = tmp_path / "journal.ndjson"
    journal = Journal(path)
    expects = [Expected("conduct.assessed@1", {"month": "2025-01"})]
    journal.ask("k-1", {"body": 1}, expects)
    journal.ask("k-2", {"body": 2}, [])
    journal.answer("k-2", Answer(YES, (Told("e", "case:1", 1, 1),), "201"))
    journal.seen("reader", [(1, "e")])
    journal.close()
    history = read_history([path])
    one, two = history.asked["k-1"], history.asked["k-2"]
    assert (one.was_unknown, one.settled, one.expects) == (True, False, tuple(expects))
    assert (two.was_unknown, two.acknowledged) == (False, True)
    assert two.answers[0].events == (Told("e", "case:1", 1, 1),)
    assert two.answers[0].asked_at <= two.answers[0].at
    assert history.seen == {"reader": [(1, "e")]}


def test_one_key_asked_with_two_bodies_is_a_fault_of_the_load_itself(tmp_path):
    path = tmp_path / "journal.ndjson"
    journal = Journal(path)
    journal.ask("k-1", {"body": 1}, [])
    journal.ask("k-1", {"body": 2}, [])
    journal.close()
    assert Kind.NOBODY_ASKED in found(read_history([path]), [])

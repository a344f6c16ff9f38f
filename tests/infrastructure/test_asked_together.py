"""Several questions of one answer are asked side by side, and none waits for another answer's."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier, Event, current_thread

import pytest
from lines import ANY, EVERYTHING, LINES
from pages import assessed, draft, write

from application.read_models import Access, Then
from infrastructure.master_key import MasterKey
from infrastructure.read_models import HANDS, PostgresReadModels
from infrastructure.row_table import RowSeals

OTHERS = tuple(replace(LINES, name=f"lines_{n}") for n in range(HANDS))
QUESTIONS = {one.name: ANY for one in (LINES, *OTHERS)}
NOWHERE = Access(everywhere=False, units=frozenset())
SECONDS = 10


@pytest.fixture
def models(ledger, pool):
    seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
    models = PostgresReadModels(ledger, pool, seals, [LINES, *OTHERS])
    models.follower.prepare()
    write(ledger, draft(assessed()))
    while models.follower.advance():
        pass
    return models


@pytest.fixture
def askers(models, monkeypatch):
    """Keep in which thread each question was asked; each may be made to wait."""
    found, wait = {}, []

    def asked(name, question, access):
        found[name] = current_thread()
        for one in tuple(wait):
            one()
        return ask(name, question, access)

    ask = models.ask
    monkeypatch.setattr(models, "ask", asked)
    return found, wait


def test_they_are_asked_at_the_same_time_and_say_what_each_says_alone(models, askers):
    alone = {name: models.ask(name, one, EVERYTHING) for name, one in QUESTIONS.items()}
    found, wait = askers
    found.clear()
    meeting = Barrier(len(QUESTIONS))
    wait.append(lambda: meeting.wait(SECONDS))
    together = models.ask_all(QUESTIONS, EVERYTHING)
    assert {name: page.rows for name, page in together.items()} == {
        name: page.rows for name, page in alone.items()
    }
    assert len(set(found.values())) == len(QUESTIONS)


def test_where_no_hand_is_free_whoever_asks_does_so_himself(models, askers):
    found, wait = askers
    go_on, meeting = Event(), Barrier(HANDS + 2)
    wait += [lambda: meeting.wait(SECONDS), lambda: go_on.wait(SECONDS)]
    with ThreadPoolExecutor(1) as another:
        first = another.submit(models.ask_all, QUESTIONS, EVERYTHING)
        meeting.wait(SECONDS)
        wait.clear()
        found.clear()
        assert models.ask_all(QUESTIONS, EVERYTHING).keys() == QUESTIONS.keys()
        assert set(found.values()) == {current_thread()}
        go_on.set()
        assert first.result(SECONDS).keys() == QUESTIONS.keys()


def test_of_an_answer_that_failed_nothing_is_asked_any_more(models, askers, monkeypatch):
    _, wait = askers
    go_on, meeting, tried = Event(), Barrier(HANDS + 2), []
    wait += [lambda: meeting.wait(SECONDS), lambda: go_on.wait(SECONDS)]

    def failing(name, question, access):
        if access is NOWHERE:
            tried.append(name)
            raise TimeoutError
        return asked(name, question, access)

    asked = models.ask
    monkeypatch.setattr(models, "ask", failing)
    with ThreadPoolExecutor(1) as another:
        first = another.submit(models.ask_all, QUESTIONS, EVERYTHING)
        meeting.wait(SECONDS)
        with pytest.raises(TimeoutError):
            models.ask_all(QUESTIONS, NOWHERE)
        wait.clear()
        go_on.set()
        assert first.result(SECONDS).keys() == QUESTIONS.keys()
    meeting = Barrier(len(QUESTIONS))
    wait.append(lambda: meeting.wait(SECONDS))
    models.ask_all(QUESTIONS, EVERYTHING)  # by every hand, and what came before comes first
    assert tried == [LINES.name]


def test_of_another_time_they_are_asked_one_by_one(models, askers):
    found, _ = askers
    then = Then(valid_at=date(2026, 1, 1), known_at=None, position=None)
    models.ask_all(dict.fromkeys(QUESTIONS, replace(ANY, then=then)), EVERYTHING)
    assert set(found.values()) == {current_thread()}
    assert found.keys() == QUESTIONS.keys()

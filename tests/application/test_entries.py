"""What each page of a corrected history changed: as if read off alone, for the work of one pass."""

from dataclasses import replace
from random import Random

import pytest
from fold import page, pages
from pydantic_core import to_jsonable_python as plain
from scenario import on
from strategies import one

import application.differences
from application.changes import entries_of, entry_of, history_of
from application.differences import differences, states
from application.journeys import in_effect
from application.standing import standing
from domain.catalogue import STREAMS
from domain.correction import Arrival, Change, CorrectionApproved, CorrectionProposed
from domain.kernel import Stream
from domain.register import Placed

FACTS = 20


def told_next(history, event):
    last = history[-1]
    new = page(event, last.stream, last.version + 1, last.position + 1, "RUTAN-MEDAN")
    return [*history, replace(new, event_id=f"{last.version + 1:08x}-0000-7000-8000-000000000000")]


def approved(history, **said):
    """An approval behind what was told; nothing in it but what is said."""
    nothing = {"changes": (), "arrivals": (), "undoes": ()}
    key = f"{len(history):08x}-0000-7000-8000-00000000000c"
    event = CorrectionApproved(
        effective=on("2025-12-02"),
        correction=key,
        requested_in=str(history[0].stream),
        approver="sari",
        **nothing | said,
    )
    return told_next(history, event)


def replaced(history, target, content):
    event = CorrectionProposed(effective=on("2025-12-01"), correction=target, content=content)
    history = told_next(history, event)
    return approved(history, changes=(Change(event=target, by=history[-1].event_id),))


def random_history(kind, seed):
    """Facts, and between them facts voided, told otherwise, arrived, and all that undone."""
    choose = Random(seed)  # noqa: S311  # the same in every run

    def some():
        return one(choose.choice(list(kind.chapter_of)), choose.choice)

    history = pages([(f"{kind.name}:1", some())])
    for _ in range(FACTS):
        history = told_next(history, some())
        facts = [one.event_id for one in history if type(one.event) in kind.chapter_of]
        done = [one.event for one in history if isinstance(one.event, CorrectionApproved)]
        match choose.randrange(5):
            case 0:
                gone = Change(event=choose.choice(facts), by=None)
                history = approved(history, changes=(gone,))
            case 1:
                history = replaced(history, choose.choice(facts), some())
            case 2:
                came = Arrival(origin="0" * 32, event=facts[-1])
                history = approved(history, arrivals=(came,))
            case 3 if done:
                history = approved(history, undoes=(choose.choice(done).correction,))
    return history


def alone(history, number):
    """What one page changed, by folding everything before it and everything with it."""
    kind, told = STREAMS[history[0].stream.kind], history[number - 1]
    stood, stands = standing(history[: number - 1]), standing(history[:number])
    before, after = (
        states(kind.fold(fact.event for fact in in_effect(facts, None)))
        for facts in (stood, stands)
    )
    was, now = ({fact.event_id: fact.event for fact in facts} for facts in (stood, stands))
    came = {one.event for one in getattr(told.event, "arrivals", ())}
    touched = {
        event: (was.get(event), now.get(event))
        for event in was | now
        if was.get(event) != now.get(event) and event not in came
    }
    return touched, differences(before, after, plain)


def said(entry):
    touched = {one.event: (one.before, one.after) for one in entry.touched}
    return touched, list(entry.differences)


@pytest.mark.parametrize("kind", STREAMS.values(), ids=lambda kind: kind.name)
def test_entries_read_together_are_those_that_each_page_has_alone(kind):
    corrected = 0
    for seed in range(4):
        history = random_history(kind, seed)
        meant = [one.version for one in history if not isinstance(one.event, CorrectionProposed)]
        whole = history_of(history)
        together = entries_of(whole, meant, plain)
        scattered = entries_of(whole, meant[::-3], plain)
        assert list(together) == meant
        for version in meant:
            expected = alone(history, version)
            assert said(together[version]) == expected
            assert version not in scattered or said(scattered[version]) == expected
            corrected += isinstance(history[version - 1].event, CorrectionApproved)
        assert entry_of(history, history[meant[-1] - 1], plain) == together[meant[-1]]
    assert corrected > FACTS


@pytest.fixture
def work(monkeypatch):
    """How often a fact was folded in, and how often what stands was asked for."""
    done = {"folded": 0, "stood": 0}
    evolve, stand = Stream.evolve, standing

    def evolving(kind, journey, events):
        events = list(events)
        done["folded"] += len(events)
        return evolve(kind, journey, events)

    def standing_now(told):
        done["stood"] += 1
        return stand(told)

    monkeypatch.setattr(Stream, "evolve", evolving)
    monkeypatch.setattr(application.differences, "standing", standing_now)
    return done


def test_a_stream_is_gone_through_once_however_many_of_its_entries_are_asked_for(work):
    facts, corrections = 60, 30
    days = [on(f"2025-{1 + n // 28:02d}-{1 + n % 28:02d}") for n in range(facts)]
    history = pages(
        ("case:1", Placed(effective=day, block="A", cell=str(n))) for n, day in enumerate(days)
    )
    for n in range(corrections):
        target = history[facts - corrections + n]
        history = replaced(history, target.event_id, replace(target.event, cell=f"B{n}"))
    whole, last = history_of(history), history[-1].version
    entries = entries_of(whole, range(1, last + 1), plain)
    assert len(entries) == last
    refolded = sum(range(1, corrections + 1))
    assert work["folded"] == facts + refolded, "each approval from the fact on that it corrects"
    assert work["stood"] == corrections, "once for each approval, and not for each entry"
    work.update(folded=0, stood=0)
    entry_of(history, history[-1], plain)
    assert work["stood"] == 1 + 1, "before and after one approval, whatever was approved earlier"
    assert work["folded"] == facts + 1

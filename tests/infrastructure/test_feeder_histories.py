"""Random histories of an agreement: whoever is withdrawn was there, and nothing is left to tell.

The feeder takes its turns wherever they fall, one person in a piece, and is another process now
and then.
"""

import random

import pytest
from feeding_house import JAYAPURA, LIBRARY, MEDAN, draft, opened_house
from scenario import on

from domain.agreement import AgreementProposed, AgreementResumed, AgreementSuspended
from domain.kernel import Refused
from domain.register import DomicileRecorded
from infrastructure import feed_settling

TOLD = (
    "SELECT e.subject, e.change FROM feed.entry AS e JOIN feed.audience AS a ON a.id = e.audience"
    " WHERE a.agreement = %s AND a.agency = %s ORDER BY e.id"
)
ANEW = "UPDATE feed.audience SET settled = NULL, terms = NULL WHERE agreement = %s RETURNING id"
STEPS = 14


@pytest.fixture(scope="module")
def house(postgres, followed_template):
    with opened_house(postgres, followed_template) as house:
        yield house


class History:
    """What happens to one agreement and its people, drawn from a seed."""

    def __init__(self, house, seed) -> None:
        self.house, self.random, self.day, self.rests = house, random.Random(seed), 1, False  # noqa: S311  # a history, no secret
        self.agreement = house.agree()
        self.cases = [self.arrives() for _ in range(3)]
        house.follow()

    def step(self):
        self.random.choice(
            [
                self.moves_home,
                self.moves_home,
                self.is_corrected,
                self.rests_or_goes_on,
                self.turns,
                self.turns,
                self.turns,
                self.house.follow,
                self.house.models.follower.advance,
                lambda: self.cases.append(self.arrives()),
                self.another_feeds,
            ]
        )()

    def arrives(self):
        return self.house.reader(self.agreement, unit=self.random.choice([MEDAN, JAYAPURA]))

    def next_day(self):
        self.day += 1
        return on(f"2026-04-{self.day:02d}")

    def moves_home(self):
        home = self.random.choice(["12.71", "12.07", "33.75"])
        case = self.random.choice(self.cases)
        self.house.tell(case, DomicileRecorded(effective=self.next_day(), domicile=home))

    def is_corrected(self):
        units = self.random.choice([(MEDAN,), (JAYAPURA,), (MEDAN, JAYAPURA)])
        fields = self.random.choice([("full_name", "domicile"), ("domicile", "programme")])
        page = self.house.fact(self.agreement, AgreementProposed)
        said = draft(units=units, allowed_fields=fields)
        self.house.correct(self.agreement, page, said)

    def rests_or_goes_on(self):
        at = self.next_day()
        rests = AgreementSuspended(effective=at, reason="Pemeriksaan")
        self.house.tell(self.agreement, AgreementResumed(effective=at) if self.rests else rests)
        self.rests = not self.rests

    def turns(self):
        self.house.models.follower.advance()
        self.house.feeder.turn()

    def another_feeds(self):
        self.house.feeder.close()
        self.house.feeder = self.house.another()
        self.house.feeder.prepare()

    def told(self):
        return self.house.ask_database(TOLD, self.agreement.key, LIBRARY)


def check(house, seed):
    history = History(house, seed)
    for _ in range(STEPS):
        try:
            history.step()
        except Refused:
            continue  # a draft that is just as it was, a home that somebody has
    house.follow()
    told, here = history.told(), set()
    for subject, change in told:
        if change == "withdrawn":
            assert subject in here, (seed, subject, told)
            here.remove(subject)
        else:
            here.add(subject)
    house.ask_database(ANEW, history.agreement.key)
    history.another_feeds()
    house.follow()
    assert history.told() == told, (seed, "nobody was left out who had to be told of")


def test_whoever_is_withdrawn_was_there_and_nothing_is_left_to_tell(house, monkeypatch):
    monkeypatch.setattr(feed_settling, "PIECE", 1)
    for seed in range(2):
        check(house, seed)


@pytest.mark.long
def test_whoever_is_withdrawn_was_there_in_many_histories(house, monkeypatch):
    monkeypatch.setattr(feed_settling, "PIECE", 1)
    for seed in range(2, 80):
        check(house, seed)

"""Whatever goes wrong, and whoever dies: what a receiver makes of it is the feed, in order."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from feeding_house import LIBRARY, NOON
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sending_house import Rest, sending_house
from webhook_receivers import receiving

pytestmark = pytest.mark.long

SENDER = Path(__file__).parents[1] / "sending_process.py"


@pytest.fixture(scope="module")
def portal():
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture(scope="module")
def house(postgres, template, portal):
    with sending_house(postgres, template, portal) as house:
        yield house


class Partner:
    """What a partner makes of what it is sent, each webhook-id once.

    It does as it is told, one request after another: takes an entry and says so, takes it and says
    that it did not, or does not take it; and from then on takes all.
    """

    def __init__(self, says=()) -> None:
        self.says, self.known = list(says), {}

    def __call__(self, event) -> int:
        takes, status = self.says.pop(0) if self.says else (True, 204)
        if takes:
            self.known.setdefault(event["id"], event["subject"])
        return status

    def by_subject(self):
        found = defaultdict(list)
        for entry, subject in self.known.items():
            found[subject].append(int(entry))
        return found


def last_withdrawn(told):
    """Return the last withdrawal of each subject in a feed, by the subject."""
    return {one[1:]: entry for entry, one in enumerate(told, 1) if one.startswith("-")}


def in_order(subjects):
    """Return the entries of each subject as the feed has them."""
    found = defaultdict(list)
    for entry, subject in enumerate(subjects, 1):
        found[subject].append(entry)
    return found


SAYS = st.sampled_from(
    [(True, 204), (False, 503), (True, 503), (False, 422), (True, 422), (False, 301), (True, 429)]
)
SOME = st.lists(st.sampled_from("abc"), min_size=1, max_size=8)


WITHDRAWN = st.sampled_from(["a", "b", "-a", "-b"])


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(WITHDRAWN, min_size=3, max_size=8), st.lists(SAYS, max_size=40))
def test_whatever_is_refused_a_withdrawal_is_heard_and_after_it_nothing_older(house, told, says):
    """Entries before a withdrawal may be passed over; it, and all after it, come in order."""
    agreement, partner = house.agreed_on(*told), Partner(says)
    with receiving(partner) as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        house.send_on(subscription, timedelta(days=60))
        partner.says.clear()
        while house.webhooks.replay(LIBRARY, subscription, "user-1"):
            house.send_on(subscription)
    withdrawn, had = last_withdrawn(told), partner.by_subject()
    for subject, entries in in_order(one.removeprefix("-") for one in told).items():
        since = withdrawn.get(subject, 0)
        assert had[subject] == sorted(had[subject])
        assert [one for one in had[subject] if one >= since] == [
            one for one in entries if one >= since
        ]


def story(house, subjects, later, says, asked):
    """Send a feed to a partner in trouble, with entries that come later, and replays between."""
    agreement, partner = house.agreed_on(*subjects), Partner(says)
    with receiving(partner) as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        for again in asked:
            house.send_on(subscription, timedelta(days=60))
            letters = [entry for entry, *_ in house.letters(subscription)]
            chosen = letters[again % len(letters) :][:1] if letters else []
            house.webhooks.replay(LIBRARY, subscription, "user-1", entries=chosen or [1])
            house.fill(agreement, *later)
        partner.says.clear()
        while True:
            house.send_on(subscription)
            if not house.webhooks.replay(LIBRARY, subscription, "user-1"):
                break
        assert house.letters(subscription) == []
        assert house.send(subscription) == Rest(None)
    return partner.by_subject(), in_order([*subjects, *later * len(asked)])


def test_after_much_went_wrong_a_partner_has_the_feed_in_order_of_each_subject(house):
    says = [(False, 422)] * 5 + [(True, 503), (False, 503), (True, 422), (False, 301), (True, 429)]
    had, told = story(house, list("abacab"), list("ba"), says * 2, [1, 0])
    assert had == told


@pytest.mark.long
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(SOME, SOME, st.lists(SAYS, max_size=60), st.lists(st.integers(0, 9), max_size=4))
def test_after_any_failures_a_partner_has_the_feed_in_order_of_each_subject(
    house, subjects, later, says, asked
):
    had, told = story(house, subjects, later, says, asked)
    assert had == told


def test_who_does_not_answer_holds_up_nobody_while_the_service_sends_by_itself(house):
    agreement, until = house.agreed_on(*"abc"), threading.Event()
    _, sender = house.another_sender()
    with receiving(lambda _: lambda _: until.wait(20)) as slow, receiving() as quick:
        house.subscribe(agreement, slow)
        sender.start()
        slow.await_(1)
        house.subscribe(agreement, quick)
        sender.hint()
        quick.await_(3)
        house.fill(agreement, "d")
        house.feeds.look([agreement.key])
        quick.await_(4)
        assert len(slow.got) == 1
        until.set()
        sender.close()


@pytest.mark.long
def test_a_sender_that_is_killed_again_and_again_loses_nothing_and_keeps_the_order(house):
    subjects = [f"s{number % 7}" for number in range(60)]
    agreement, partner = house.agreed_on(*subjects), Partner([(True, 503), (False, 503)] * 3)
    house.wall.at, since = NOON, time.time()
    with receiving(partner) as receiver:
        subscription, _ = house.subscribe(agreement, receiver)
        kills = 0
        while len(partner.known) < len(subjects):
            with sending_elsewhere(house, since) as process:
                await_more(receiver, partner, 15 + kills, len(subjects))
                process.send_signal(signal.SIGKILL)
            kills += 1
    assert kills >= 3
    assert house.one(subscription).dead == 0
    assert partner.by_subject() == in_order(subjects)
    ids = receiver.ids()
    assert len(ids) > len(set(ids)), "what was under way at a kill came once more"


def await_more(receiver, partner, more, enough):
    """Wait until so many more requests came, or a partner knows all that there is."""
    goal, deadline = len(receiver.got) + more, time.monotonic() + 60
    while len(receiver.got) < goal and len(partner.known) < enough:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def sending_elsewhere(house, since):
    """Start a process that sends for the same database."""
    return subprocess.Popen(
        [sys.executable, str(SENDER), house.pool.conninfo, str(since)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.DEVNULL,
    )


def test_the_partner_of_these_tests_notices_what_comes_out_of_order():
    partner = Partner()
    for entry, subject in (("2", "a"), ("1", "a")):
        partner(json.loads(json.dumps({"id": entry, "subject": subject})))
    assert partner.by_subject() != in_order("aa")

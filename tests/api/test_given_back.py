"""What was freed is given back where the machine's library keeps it, and nowhere else."""

import ctypes
import platform
from threading import Event

import pytest

from api import given_back


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc keeps it")
def test_what_is_free_is_given_back():
    trim = given_back.giving_back()
    assert trim(0) in {0, 1}


def test_a_machine_without_such_a_library_is_left_alone(monkeypatch):
    def missing(_):
        raise OSError

    monkeypatch.setattr(ctypes, "CDLL", missing)
    assert given_back.giving_back() is None
    given_back.give_back_until(Event())


def test_it_is_done_over_and_over_until_the_service_ends(monkeypatch):
    closing, asked = Event(), []

    def trim(_):
        asked.append(1)
        if len(asked) == 3:
            closing.set()

    monkeypatch.setattr(given_back, "EVERY_SECONDS", 0.001)
    monkeypatch.setattr(given_back, "giving_back", lambda: trim)
    given_back.give_back_until(closing)
    assert closing.wait(10)

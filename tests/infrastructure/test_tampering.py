"""The tampering campaign, for a moment: every kind of edit is found, and nothing else is."""

from dataclasses import replace

import pytest

from tests.faults import edited_ledger, edits, superuser, tampering
from tests.faults.tampering import edit_archives, main
from verifier.archive import Asked

SEED = 22


def ensure_sound(tally, kinds):
    assert len(tally.edits) == kinds
    assert tally.untouched > 0
    assert (tally.missed, tally.misplaced, tally.false_alarms) == ([], [], [])


def test_every_kind_of_edit_of_an_archive_is_found_and_located():
    ensure_sound(edit_archives(SEED, 2 * len(edits.KINDS)), len(edits.KINDS))


def test_every_kind_of_edit_by_a_superuser_is_found_in_the_archive_and_in_the_live_ledger(database):
    tally = edited_ledger.edit_ledger(SEED, len(superuser.KINDS), database)
    ensure_sound(tally, len(superuser.KINDS))
    assert {"columns.differ", "older.signature", "leaf.differs"} <= tally.codes.keys()


def test_there_are_as_many_kinds_as_were_asked_for():
    assert len(edits.KINDS) >= 40
    assert len(superuser.KINDS) >= 30


@pytest.mark.parametrize("blind_to", ["key", "witnesses", "older"])
def test_a_campaign_whose_auditor_holds_too_little_is_seen_to_miss_edits(monkeypatch, blind_to):
    whole = tampering.Held.asked

    def asked(held, *, kept):
        return replace(whole(held, kept=False), **{blind_to: getattr(Asked(), blind_to)})

    monkeypatch.setattr(tampering.Held, "asked", asked)
    tally = edit_archives(SEED, len(edits.KINDS))
    assert tally.missed or tally.misplaced
    assert not tally.sound


def test_the_command_prints_its_seed_and_says_with_its_status_whether_all_was_found(capsys):
    assert main(["--edits", "60", "--seed", "3"]) == 0
    printed = capsys.readouterr()
    assert "seed 3" in printed.err
    assert '"edits": 60' in printed.out

"""`jejak replay`: what stands, why, and what it changed; and what was known before."""

import json
from dataclasses import replace

import pytest
from correcting_desk import Desk
from databases import own_database
from mined_store import assessed, command_line, own_ledger, reads_kept

from domain.admission import Religion

RELIGION = "/custody/opening/religion"


@pytest.fixture(scope="module")
def store(postgres, template):
    """One store for all tests here, which only read it."""
    with own_database(postgres, template) as database:
        yield database


@pytest.fixture(scope="module")
def jejak(store, tmp_path_factory):
    with command_line(store, tmp_path_factory.mktemp("replay")) as jejak:
        yield jejak


class Story:
    """A training told of the wrong person, a score that never was, and a mis-keyed religion."""

    def __init__(self, ledger) -> None:
        self.desk = desk = Desk(ledger)
        self.programme = desk.programme()
        self.case, self.other = desk.case("Budi Rahasia"), desk.case("Andi Rahasia")
        desk.train(self.case, self.programme)
        self.opening = desk.history(self.case).pages[0]
        self.before = desk.ledger.read(self.case)[-1].recorded_at.isoformat()
        right = replace(self.opening.event, religion=Religion.HINDU)
        self.corrected = desk.correct(self.case, self.opening.event_id, right)
        (self.wrong,) = desk.tell(self.case, assessed())
        desk.void(self.case, self.wrong)
        self.middle = desk.ledger.read(self.case)[-1].recorded_at.isoformat()
        training = [p for p in desk.history(self.case).pages if "training" in p.event.stored_as]
        self.moved = [page.event_id for page in training]
        desk.move(self.case, self.other, *self.moved)


@pytest.fixture(scope="module")
def story(store):
    with own_ledger(store) as ledger:
        yield Story(ledger)


def changed(step, pointer):
    return [(one["before"], one["after"]) for one in step["changes"] if one["pointer"] == pointer]


def test_each_fact_that_stands_is_a_step_with_its_cause_and_what_it_changed(jejak, story, store):
    told = json.loads(jejak("replay", story.case.key, "--json"))
    assert (told["case"], told["version"]) == (story.case.key, 15)
    (opening,) = told["steps"]
    assert changed(opening, RELIGION) == [(None, "hindu")]
    assert opening["data"]["religion"] == "hindu", "as it stands"
    assert opening["actor"]["id"] == "ratna"
    (mark,) = opening["marks"]
    assert (mark["deed"], mark["requester"], mark["approver"]) == ("corrected", "ratna", "siti")
    assert mark["correction"] == story.corrected
    gone = {one["event_id"]: one["marks"][-1]["deed"] for one in told["gone"]}
    assert gone == {story.wrong: "voided", **dict.fromkeys(story.moved, "moved_away")}
    read = reads_kept(store)[-1]
    assert (read["route"], read["subjects"]) == ("jejak replay", [str(story.case)])
    assert {"full_name", "religion", "explanation"} <= set(read["fields"])


def test_what_was_moved_here_names_its_origin_and_who_is_shown_besides_is_recorded(
    jejak, story, store
):
    told = json.loads(jejak("replay", story.other.key, "--json"))
    applied = told["steps"][1]
    assert applied["type"] == "skill_training.applied"
    assert changed(applied, f"/skill_training/trainings/{story.programme.key}/step") == [
        (None, "applied")
    ]
    (mark,) = applied["marks"]
    assert mark["deed"] == "moved_here"
    assert mark["origin"]["stream"] == str(story.case)
    assert mark["requester"] == "ratna", "which was asked in the other case"
    assert reads_kept(store)[-1]["subjects"] == sorted([str(story.case), str(story.other)])
    told = json.loads(jejak("replay", story.programme, "--json"))
    assert [one["type"] for one in told["steps"]] == [
        "programme.opened",
        "programme.seat_requested",
        "programme.seated",
    ]
    seated = told["steps"][2]
    assert changed(seated, "/programme/seated/0") == [(None, story.other.key)], "it went along"
    assert str(story.other) in reads_kept(store)[-1]["subjects"]


def test_a_replay_is_read_in_either_language(jejak, story):
    text = jejak("replay", story.case.key)
    for words in (
        f"{story.case} · 1 fakta · 15 halaman diketahui",
        "1. 10 Jan 2024 · Diterima di unit (custody.admitted)",
        "oleh ratna (petugas, RUTAN-MEDAN) · halaman 1",
        "dikoreksi; salah ketik: Salah ketik; diminta ratna",
        "disetujui siti",
        "Tidak berlaku lagi:",
        f"dipindahkan ke {story.other}",
    ):
        assert words in text
    (religion,) = [line for line in text.splitlines() if RELIGION in line]
    assert religion.split(maxsplit=1) == [RELIGION, '- → "hindu"']
    english = jejak("replay", story.case.key, "--known-at", story.before, "--lang", "en")
    assert "A unit took somebody in" in english
    (religion,) = [line for line in english.splitlines() if RELIGION in line]
    assert religion.split(maxsplit=1) == [RELIGION, '- → "islam"']
    assert "corrected" not in english, "that was not known then"


def test_two_moments_stand_side_by_side_with_what_made_them_differ(jejak, story):
    words = ("replay", story.case.key, "--compare", story.before)
    told = json.loads(jejak(*words, "--json"))
    assert (told["from_version"], told["to_version"]) == (7, 15)
    assert [one["event_id"] for one in told["only_from"]] == story.moved
    assert told["only_to"] == []
    (opening,) = told["otherwise"]
    assert opening["changes"] == [{"pointer": "/religion", "before": "islam", "after": "hindu"}]
    (religion,) = [one for one in told["differences"] if one["pointer"] == RELIGION]
    assert (religion["from"], religion["to"]) == ("islam", "hindu")
    assert religion["event"]["type"] == "correction.approved"
    assert religion["event"]["actor"]["id"] == "siti"
    text = jejak(*words, "--known-at", story.middle, "--valid-at", "2025-12-31")
    assert "Hanya di" not in text, "nothing was moved yet, and nothing came"
    assert f'{RELIGION}  A "islam" → B "hindu"' in text
    assert "karena" in text
    assert "Koreksi disetujui (correction.approved)" in text


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("0198",), 1, "case:0198: tidak ada catatan itu"),
        (("nobody:1",), 2, "jenis catatan yang ada"),
        (("case:",), 2, "tulis jenis:kunci"),
        (("0198", "--compare", "kemarin"), 2, "--compare: tulis seperti"),
        (("0198", "--known-at", "2025-08-17"), 2, "--known-at: tulis seperti"),
    ],
)
def test_what_cannot_be_replayed_is_said(jejak, words, status, said):
    jejak("replay", *words, status=status)
    assert said in jejak.said


def test_what_will_be_known_later_is_refused_and_before_all_there_is_nothing(jejak, story):
    jejak("replay", story.case.key, "--known-at", "2999-01-01T00:00:00+07:00", status=1)
    assert "belum dapat ditanyakan" in jejak.said
    early = jejak("replay", story.case.key, "--known-at", "2020-01-01T00:00:00+07:00")
    assert "0 fakta · 0 halaman diketahui" in early

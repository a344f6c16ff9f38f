"""A page as it lies in the store: what is open, what is sealed, and under whose key."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from cryptography.exceptions import InvalidTag
from pages import ACTOR, draft, stream

from api.event_examples import example_event
from domain.conduct import DisciplineBegan
from domain.kernel import FORGOTTEN
from domain.partner_result import ResultProposed
from domain.record import Evidence
from domain.referral import GuardianConsented
from infrastructure.codec import PageAlone, PageCodec, Unreadable
from infrastructure.master_key import LENGTH
from infrastructure.page_secrets import owners_of
from infrastructure.sealing import NONCE, seal, unseal
from infrastructure.tombstones import Destruction

AT = datetime(2025, 8, 1, tzinfo=UTC)
PAPERS = (
    Evidence(number="BA-7", date=date(2025, 2, 10), sha256="f" * 64),
    Evidence(number="BA-8", date=None, sha256=None),
)
FACT = example_event(DisciplineBegan)
THEIRS = "01980f5c-7a00-7000-8000-0000000000d1"


@pytest.fixture
def codec(keys, store):
    return PageCodec(store, keys)


def asleep(codec, told):
    """The page that is made of a draft, as JSON."""
    codec.make_keys([told])
    return json.loads(codec.page(told, "0" * 64))


def woken(codec, page):
    [recorded] = codec.recorded([PageAlone(json.dumps(page).encode(), 1, AT)])
    return recorded


def boxes(page):
    """Who owns each box of a page, of which class it is, and which fields are in it."""
    return {(box["subject"], box["class"]): set(box["fields"]) for box in page["sealed"]}


def test_a_page_says_openly_all_but_what_belongs_to_somebody(codec, keys):
    told = replace(
        draft(FACT, to=stream("c-1"), version=2, reason="karena", key="k-1"),
        evidence=PAPERS,
        causation_id="e-0",
    )
    page = asleep(codec, told)
    del page["sealed"]
    assert page == {
        "actor": vars(ACTOR),
        "causation_id": "e-0",
        "correlation_id": "c-1",
        "effective": page["effective"],
        "event_id": told.event_id,
        "evidence": [{"date": "2025-02-10", "sha256": "f" * 64}, {"date": None, "sha256": None}],
        "format": 1,
        "idempotency_key": "k-1",
        "name": "conduct.discipline_began@1",
        "payload": {
            "document": FACT.document,
            "level": FACT.level.value,
            "measure": FACT.measure,
        },
        "prev_hash": "0" * 64,
        "purpose": "pembinaan",
        "stream": "case:c-1",
        "subject": "person-1",
        "version": 2,
    }


def test_a_box_says_whose_it_is_and_by_which_key(codec, keys):
    told = replace(draft(FACT, reason="karena"), evidence=PAPERS)
    sealed = asleep(codec, told)["sealed"]
    whose = keys.of([("person-1", "personal"), ("person-1", "specific")])
    assert [{**box, "fields": set(box["fields"]), "page_key": None} for box in sealed] == [
        {
            "class": data_class,
            "fields": fields,
            "key": whose["person-1", data_class].key_id,
            "page_key": None,
            "subject": "person-1",
        }
        for data_class, fields in (
            ("specific", {"/payload/offence"}),
            ("personal", {"/evidence/0/number", "/evidence/1/number", "/reason"}),
        )
    ]


def test_each_field_is_sealed_under_the_key_of_whom_it_is_about(codec, keys):
    consented = replace(draft(example_event(GuardianConsented)), evidence=())
    assert boxes(asleep(codec, consented)) == {
        ("person-1/guardian", "specific"): {
            "/payload/guardian",
            "/payload/document",
            "/payload/sha256",
        }
    }
    proposed = replace(example_event(ResultProposed), person=THEIRS, fact=FACT)
    for person, whose in ((THEIRS, THEIRS), (None, "person-1")):
        told = replace(draft(replace(proposed, person=person)), reason="karena")
        page = asleep(codec, told)
        assert owners_of([told]) == boxes(page).keys(), "keys are made for these and no other"
        within = {"/payload/fact/payload/offence"}
        papers, own = {"/payload/papers"}, {"/evidence/0/number", "/reason"}
        assert boxes(page)[whose, "specific"] == within
        assert boxes(page).get(("person-1", "personal")) == (own if person else own | papers)
        assert boxes(page)[whose, "personal"] >= papers
        assert page["payload"]["fact"]["payload"].keys() == {
            "document",
            "level",
            "measure",
        }
    assert set(keys.opened.among({(THEIRS, "specific"), ("person-1/guardian", "personal")})) == {
        (THEIRS, "specific")
    }, "no key is made that nothing is sealed under"


def test_of_whom_was_forgotten_every_field_is_a_gap_and_all_else_stays(codec, keys):
    plain = replace(draft(FACT, reason="karena"), subject="budi", evidence=PAPERS)
    proposed = replace(example_event(ResultProposed), person="budi", fact=FACT)
    pages = asleep(codec, plain), asleep(codec, draft(proposed, version=2))
    keys.destroy(
        Destruction(subjects=("budi",), event_id=THEIRS, stream="person:budi", told={"name": "x"})
    )
    gone, held = (woken(codec, page) for page in pages)
    assert gone.event == replace(FACT, offence=FORGOTTEN)
    assert gone.reason is FORGOTTEN
    assert gone.evidence == tuple(replace(one, number=FORGOTTEN) for one in PAPERS)
    assert (gone.subject, gone.purpose, gone.version) == ("budi", "pembinaan", 1)
    assert held.event == replace(proposed, papers=FORGOTTEN, fact=replace(FACT, offence=FORGOTTEN))
    assert held.evidence == draft(proposed).evidence


def test_what_cannot_be_read_says_where(codec):
    page = asleep(codec, draft(FACT))
    name = "conduct.discipline_began@1"

    def why(**changed):
        with pytest.raises(Unreadable) as unreadable:
            woken(codec, page | changed)
        return unreadable.value.args

    assert why(format=2) == (name, "format")
    assert why(name="conduct.unheard_of@1") == ("conduct.unheard_of@1",)
    del page["sealed"][:]
    assert why() == (name, "offence: missing")


def test_what_is_sealed_by_itself_opens_in_its_place_alone():
    secret, content = b"k" * LENGTH, b"Berkelahi"
    box, another = (seal(secret, content, "store|case:1") for _ in range(2))
    assert unseal(secret, box, "store|case:1") == content
    assert len(box) == NONCE + len(content) + 16
    assert box[:NONCE] != another[:NONCE]
    for key, place in ((secret, "store|case:2"), (b"K" * LENGTH, "store|case:1")):
        with pytest.raises(InvalidTag):
            unseal(key, box, place)

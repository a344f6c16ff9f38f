"""Pages asleep and awake: what is told comes back, as a value like any other, and nowhere else."""

from binascii import a2b_base64
from dataclasses import FrozenInstanceError, fields, replace
from datetime import UTC, date, datetime

import pytest
from cryptography.exceptions import InvalidTag
from forgetting_house import MASTER
from pages import assessed, began, draft, stream
from scenario import on
from uuid_utils import uuid7

from api.event_examples import example_event
from domain.catalogue import RECORDED
from domain.kernel import DataClass, Event, Open
from domain.record import Evidence, Recorded
from infrastructure.codec import (
    KINDS,
    PARSED,
    PageAlone,
    PageCodec,
    Unreadable,
    Unwakeable,
    effective_of,
    event_from,
    payload_of,
)
from infrastructure.event_form import moment_of
from infrastructure.key_store import KeyStore
from infrastructure.master_key import LENGTH
from infrastructure.opened_keys import KeysAtHand, OpenedKeys
from infrastructure.sealing import NONCE, KeyMissing, SubjectKey, open_fields, owner, seal_fields

AT = datetime(2025, 8, 1, tzinfo=UTC)
PAPERS = (
    Evidence(number="SP.Han/12", date=date(2025, 2, 10), sha256=None),
    Evidence(number="BA-7", date=None, sha256="f" * 64),
)
KEY, ANOTHER = SubjectKey("key-1", b"k" * LENGTH), SubjectKey("key-2", b"K" * LENGTH)


class Sung(Event, stored_as="choir.sung"):
    """Somebody sang."""

    songs: Open[tuple[str, ...]]
    score: Open[int]


def asleep(codec, drafts):
    """Put drafts to sleep as if each stood alone in the ledger, at the place of its number."""
    codec.make_keys(drafts)
    return [PageAlone(codec.page(told, "0" * 64), n, AT) for n, told in enumerate(drafts, start=1)]


def as_recorded(told, position):
    return Recorded(**vars(told), position=position, recorded_at=AT, prev_hash="", hash="")


def everything():
    """Return a draft of every event that there is, with all that an envelope may hold."""
    for number, kind in enumerate(RECORDED):
        told = draft(example_event(kind), to=stream(str(number)), reason="karena é")
        yield replace(told, evidence=PAPERS, subject=f"person-{number}", causation_id=str(uuid7()))


@pytest.fixture
def codec(keys, store):
    return PageCodec(store, keys)


@pytest.fixture
def prompt():
    """A codec, with keys at hand, for drafts of the one person."""
    return PageCodec("store", at_hand())


def at_hand():
    opened = OpenedKeys(2)
    for data_class in DataClass.PERSONAL, DataClass.SPECIFIC:
        key = SubjectKey(data_class.value, b"s" * LENGTH)
        opened.keep({owner("person-1", data_class): key})
    return KeysAtHand(opened)


@pytest.fixture
def elsewhere(pool, store):
    """The key store in another process, where no key is at hand."""
    keys = KeyStore(pool, MASTER)
    keys.ensure_master(store)
    return keys


def test_every_event_wakes_as_it_was_told(codec, elsewhere, store):
    told = list(everything())
    pages = asleep(codec, told)
    expected = [as_recorded(one, page.id) for one, page in zip(told, pages, strict=True)]
    assert codec.recorded(pages) == expected
    assert PageCodec(store, elsewhere).recorded(pages) == expected


def test_the_keys_of_many_pages_are_fetched_in_two_goes(codec, keys, elsewhere, store):
    pages = asleep(codec, list(everything()))
    assert len(pages) > 2 * PARSED
    reader = PageCodec(store, elsewhere)
    for unknown in (0, PARSED + 1):
        state = pages[unknown].state.replace(b'"format":1', b'"format":2')
        pages[unknown] = pages[unknown]._replace(state=state)
    with pytest.raises(Unreadable):
        reader.recorded(pages)
    assert len(elsewhere.opened) < len(keys.opened) // 2, "those of the first pages"
    with pytest.raises(Unreadable):
        reader.recorded(pages[1:])
    assert len(elsewhere.opened) == len(keys.opened), "and those of all others"


def test_keys_are_asked_for_ahead_only_where_one_has_to_be_fetched(keys, elsewhere):
    made = keys.of([("budi", "personal"), ("tono", "personal")])
    budi, tono = ({key.key_id: owner[0]} for owner, key in made.items())
    assert keys.by_id(budi, ahead=pytest.fail).keys() == budi.keys()
    assert elsewhere.by_id(budi, ahead=lambda: tono).keys() >= budi.keys()
    assert elsewhere.by_id(tono, ahead=pytest.fail).keys() == tono.keys()
    with pytest.raises(KeyMissing):
        elsewhere.by_id({str(uuid7()): "budi"}, ahead=lambda: tono)


def test_what_woke_is_a_frozen_value_with_the_fields_of_any_other(prompt):
    told = draft(assessed())
    (woken,) = prompt.recorded(asleep(prompt, [told]))
    assert set(vars(woken)) == {field.name for field in fields(Recorded)}
    assert replace(woken, position=7) == as_recorded(told, 7)
    with pytest.raises(FrozenInstanceError):
        woken.position = 7


def test_what_many_pages_name_is_one_value(prompt):
    one, other = prompt.recorded(asleep(prompt, [draft(began()), draft(began())]))
    assert one.event.effective is other.event.effective
    assert one.actor is other.actor
    assert one.stream is other.stream


@pytest.mark.parametrize("effective", [None, "2025-08-01", {}, {"day": []}])
def test_a_time_of_effect_that_is_none_is_told_as_such(effective):
    assert moment_of(effective) == effective
    with pytest.raises(Unreadable, match=r"conduct\.assessed@1"):
        event_from("conduct.assessed@1", effective, payload_of(assessed()), KINDS)


def test_what_cannot_be_read_is_named_as_it_is_stored():
    class Tolled(Event, stored_as="school.tolled"):
        """A bell was tolled; at first nobody counted."""

        times: Open[int]

        @staticmethod
        def upcast_v1_v2(payload) -> dict:
            return {"times": 1} | payload

    known = dict.fromkeys(Tolled.names, Tolled)
    effective = effective_of(assessed())
    assert event_from("school.tolled@1", effective, {}, known).times == 1
    with pytest.raises(Unreadable) as unreadable:
        event_from("school.tolled@1", effective, {"times": "often"}, known)
    assert unreadable.value.args == ("school.tolled@1", "times: int_parsing")


def test_a_page_that_has_no_place_in_the_ledger_is_not_woken(prompt):
    (page,) = asleep(prompt, [draft(began())])
    with pytest.raises(TypeError, match="read from the ledger"):
        prompt.recorded([page._replace(recorded_at=None)])


@pytest.mark.parametrize(
    ("event", "refusal"),
    [
        (Sung(effective=on("2025-08-01"), songs=["Padamu Negeri"], score=7), Unwakeable),
        (Sung(effective=on("2025-08-01"), songs=("Padamu Negeri",), score="seven"), Unreadable),
    ],
    ids=["otherwise", "not at all"],
)
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
def test_what_could_not_be_read_back_as_it_is_is_not_written(event, refusal):
    codec = PageCodec("store", at_hand(), {Sung.names[-1]: Sung})
    codec.page(draft(replace(event, songs=(), score=7)), "0" * 64)
    with pytest.raises(refusal):
        codec.page(draft(event), "0" * 64)


def test_an_event_whose_name_nobody_would_know_is_not_written(prompt):
    told = draft(Sung(effective=on("2025-08-01"), songs=(), score=7))
    with pytest.raises(Unwakeable):
        prompt.page(told, "0" * 64)


def test_a_box_opens_in_its_own_place_alone():
    said = {"/payload/offence": "Berkelahi", "/reason": None}
    page_key, sealed = seal_fields(KEY, "store|case:1|2|key-1", said)
    assert open_fields(KEY.cipher, "store|case:1|2|key-1", page_key, sealed) == said
    for place in (
        "other|case:1|2|key-1",
        "store|case:3|2|key-1",
        "store|case:1|3|key-1",
        "store|case:1|2|key-2",
    ):
        with pytest.raises(InvalidTag):
            open_fields(KEY.cipher, place, page_key, sealed)


@pytest.mark.parametrize(
    ("told", "instead"),
    [
        (b'"version":1}', b'"version":2}'),
        (b'"stream":"case:1"', b'"stream":"case:2"'),
        (b"/payload/offence", b"/payload/measure"),
        (b"/evidence/0/number", b"/reason"),
        (b'"key":"specific"', b'"key":"personal"'),
        (b'"store"', b'"elsewhere"'),
    ],
    ids=["version", "stream", "field", "part", "key", "store"],
)
def test_a_page_whose_boxes_are_put_elsewhere_is_not_woken(prompt, told, instead):
    (page,) = asleep(prompt, [draft(began())])
    (woken,) = prompt.recorded([page])
    assert woken.event == began()
    reader = PageCodec("elsewhere", at_hand()) if told == b'"store"' else prompt
    assert (told in page.state) == (reader is prompt)
    with pytest.raises(InvalidTag):
        reader.recorded([page._replace(state=page.state.replace(told, instead))])


def test_no_box_stands_for_another_field_page_or_key():
    place, said = "store|case:1|2|key-1", {"/payload/offence": "Berkelahi", "/reason": "karena"}
    page_key, sealed = seal_fields(KEY, place, said)
    other_key, others = seal_fields(KEY, place, said)
    swapped = dict(zip(sealed, reversed(sealed.values()), strict=True))
    for key, wrapped, fields_there in (
        (KEY, page_key, swapped),
        (KEY, page_key, others),
        (KEY, other_key, sealed),
        (ANOTHER, page_key, sealed),
    ):
        with pytest.raises(InvalidTag):
            open_fields(key.cipher, place, wrapped, fields_there)


def test_nothing_that_is_drawn_is_drawn_twice():
    place, said = "store|case:1|2|key-1", {"/payload/offence": "Berkelahi", "/reason": "Berkelahi"}
    boxes = [seal_fields(KEY, place, said) for _ in range(20)]
    sealed = [
        a2b_base64(one) for key, fields_there in boxes for one in (key, *fields_there.values())
    ]
    assert len({box[:NONCE] for box in sealed}) == len(sealed) == 60
    assert {len(box) for box in sealed} == {NONCE + 32 + 16, NONCE + len(b'"Berkelahi"') + 16}

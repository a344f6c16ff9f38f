"""The verifier at the edges of what it takes: the last number, the deepest page, odd notes."""

import json

import pytest
from archives import LOG, WITNESSES, checkpoint
from vector_log import BASE, EVENTS, READ

from verifier.notes import Checkpoint, Unreadable
from verifier.pages import NotCanonical, NotWhole, canonical_object, page_in
from verifier.succession import succession_in

NOTE = checkpoint(BASE)
ORIGIN = NOTE.partition("\n")[0]


def canonical(page):
    return json.dumps(page, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def nested(depth):
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


@pytest.mark.parametrize(
    ("taken", "refused"),
    [
        (b'{"a":9007199254740991}', b'{"a":9007199254740992}'),
        (b'{"a":-9007199254740991}', b'{"a":-9007199254740992}'),
        (nested(64), nested(65)),
        (b'{"a":"%b"}' % (b"[" * 70), b'{"a":NaN}'),
        (
            '{"\N{GRINNING FACE}":1,"\ue000":2}'.encode(),
            '{"\ue000":2,"\N{GRINNING FACE}":1}'.encode(),
        ),
        (b'{"a":1,"b":2}', b'{"b":2,"a":1}'),
        (b"{}", b"[]"),
    ],
    ids=["number", "below nought", "depth", "brackets in a text", "order", "order", "object"],
)
def test_what_is_canonical_is_taken_to_its_last_edge(taken, refused):
    assert canonical(canonical_object(taken)) == canonical(json.loads(taken))
    with pytest.raises(NotCanonical):
        canonical_object(refused)


def test_a_sealed_field_is_named_by_a_place_that_there_is():
    page = dict(READ[EVENTS[0]]) | {"evidence": [{"date": None, "sha256": None}]}
    [box, *_] = next(one["sealed"] for one in map(READ.__getitem__, EVENTS) if one["sealed"])

    def sealing(pointer):
        return canonical(page | {"sealed": [{**box, "fields": {pointer: "AAAA"}}]})

    for pointer in ("/evidence/0/number", "/reason", "/payload/unheard"):
        assert page_in(sealing(pointer))["sealed"][0]["fields"] == {pointer: "AAAA"}
    there = next(iter(page["payload"]))
    for pointer in ("/evidence/1/number", f"/payload/{there}"):
        with pytest.raises(NotWhole):
            page_in(sealing(pointer))


def why(read, *arguments):
    with pytest.raises(Unreadable) as unreadable:
        read(*arguments)
    return unreadable.value.args


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        (NOTE.replace("\n\n", "\n"), "note"),
        (NOTE.replace(ORIGIN, ORIGIN + "\t"), "note"),
        (NOTE[:-1], "note"),
        (NOTE.replace("\n15\n", "\n015\n"), "note"),
        (NOTE + "- \n", "signature"),
        (NOTE.replace("\u2014 ", "- "), "signature"),
        (NOTE + "\u2014 name AAAA\n", "signature"),
    ],
    ids=["blank line", "tab", "end", "size", "dash", "dashes", "short"],
)
def test_a_note_that_is_no_checkpoint_says_what_of_it(note, reason):
    assert Checkpoint.of(NOTE).size == len(BASE)
    assert why(Checkpoint.of, note) == (reason,)


def test_what_was_kept_and_cannot_be_read_is_signed_by_nobody():
    assert Checkpoint.as_found(len(BASE), NOTE) == Checkpoint.of(NOTE)
    for size, note in ((len(BASE) - 1, NOTE), (7, f"{ORIGIN}\nnothing")):
        found = Checkpoint.as_found(size, note)
        assert found == Checkpoint(origin=ORIGIN, size=size, root=b"", body=b"", signatures=())
        assert not found.signed_by(LOG)


def test_a_succession_that_cannot_be_read_says_what_of_it():
    step = {"checkpoint": NOTE, "public_key": LOG.vkey}
    assert len(succession_in(LOG.name, LOG.vkey, [step]).keys) == 2
    for steps in ([NOTE], [step | {"more": ""}], [step | {"checkpoint": 7}], [{}]):
        assert why(succession_in, LOG.name, LOG.vkey, steps) == ("succession",)
    assert why(succession_in, LOG.name, WITNESSES[0].vkey, []) == ("key",)
    assert why(succession_in, "another", LOG.vkey, []) == ("key",)

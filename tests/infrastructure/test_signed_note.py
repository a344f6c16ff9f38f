"""Notes as C2SP has them: its own examples hold, and what is written otherwise is not read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.merkle import EMPTY_ROOT
from infrastructure.signed_note import (
    COSIGNATURE,
    ED25519,
    Note,
    NoteRefused,
    Signer,
    TreeHead,
    VerifierKey,
    from_base64,
    size_from,
    to_base64,
)

# From the specification (c2sp.org/signed-note, CC BY 4.0).
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONn"
    "cAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
ORIGIN = "jejak/0198"
LOG, OTHER = Signer(ORIGIN, b"l" * 32), Signer(ORIGIN, b"o" * 32)
WITNESS = Signer("saksi.example/1", b"w" * 32, COSIGNATURE)
HEAD = TreeHead(ORIGIN, 7, EMPTY_ROOT)
SIGNED = f"{HEAD.text}\n{LOG.sign(HEAD.text)}"
COSIGNED = SIGNED + WITNESS.cosign(HEAD.text, 1_700_000_000)


def test_the_specifications_example_verifies_under_its_key():
    key = VerifierKey.of(EXAMPLE_KEY)
    assert str(key) == EXAMPLE_KEY
    [signature] = Note.of(EXAMPLE).verified([key])
    assert signature.name == "example.com/foo"
    assert str(Note.of(EXAMPLE)) == EXAMPLE


def test_a_log_signs_and_a_witness_cosigns_with_its_time():
    note = Note.of(COSIGNED.encode())
    log, witness = note.verified([LOG.key, WITNESS.key])
    assert (log.name, witness.name, witness.time) == (ORIGIN, "saksi.example/1", 1_700_000_000)
    assert TreeHead.of(note.text) == HEAD
    assert VerifierKey.of(str(WITNESS.key)) == WITNESS.key


def test_what_no_known_key_signed_is_refused_and_so_is_a_known_keys_false_signature():
    with pytest.raises(NoteRefused):
        Note.of(SIGNED).verified([OTHER.key, WITNESS.key])
    forged = COSIGNED.replace("\n7\n", "\n8\n")
    with pytest.raises(NoteRefused):
        Note.of(forged).verified([LOG.key])
    half = f"{HEAD.text}\n{LOG.sign(HEAD.text)}{WITNESS.cosign('another', 1)}"
    assert Note.of(half).verified([LOG.key])
    with pytest.raises(NoteRefused):
        Note.of(half).verified([LOG.key, WITNESS.key])


def test_a_log_signature_is_no_cosignature_and_a_changed_time_is_found():
    same_name = Signer("saksi.example/1", b"w" * 32)
    with pytest.raises(NoteRefused):
        Note.of(COSIGNED).verified([same_name.key])
    line = Note.of(COSIGNED).signatures[1]
    later = (line.time + 1).to_bytes(8, "big")
    changed = to_base64(line.key_id + later + line.value[8:])
    with pytest.raises(NoteRefused):
        Note.of(f"{SIGNED}— saksi.example/1 {changed}\n").verified([WITNESS.key])


@pytest.mark.parametrize(
    "note",
    [
        "",
        HEAD.text,
        SIGNED[:-1],
        SIGNED.replace("\n\n", "\n"),
        SIGNED.replace("\n", "\r\n"),
        SIGNED + "\n",
        SIGNED.replace("— ", "- "),
        SIGNED.replace("— ", "—  "),
        SIGNED.replace("=\n", "\n"),
        SIGNED + "— a+b AAAAAAAA\n",
        SIGNED + "— x AAAA\n",
        SIGNED + "— x AAAAAA=\n",
        SIGNED + "— x y AAAAAAAA\n",
        SIGNED + "\u2028",
        SIGNED.replace("jejak", "je\tjak", 1),
        SIGNED + "— x AAAAAAAA\n" * 64,
        "x" * 300_000 + "\n\n— x AAAAAAAA\n",
    ],
)
def test_a_note_that_is_not_well_formed_is_not_read(note):
    with pytest.raises(NoteRefused):
        Note.of(note)


def test_a_note_that_is_no_utf8_is_not_read():
    with pytest.raises(NoteRefused):
        Note.of(SIGNED.encode() + b"\xff")


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "example.com/foo",
        EXAMPLE_KEY[:-1],
        EXAMPLE_KEY.replace("530d903a", "530D903A"),
        EXAMPLE_KEY.replace("530d903a", "530d903b"),
        EXAMPLE_KEY.replace("+Ae", "+Be"),
        EXAMPLE_KEY.replace("example.com/foo", "example.com/ foo"),
        EXAMPLE_KEY + "AAAA",
    ],
)
def test_a_key_that_is_not_well_formed_is_not_read(vkey):
    with pytest.raises(NoteRefused):
        VerifierKey.of(vkey)


@pytest.mark.parametrize(
    ("kind", "length"), [(ED25519, 31), (ED25519, 33), (COSIGNATURE, 0), (2, 32)]
)
def test_a_key_of_another_kind_or_length_is_not_read_though_its_id_is_right(kind, length):
    with pytest.raises(NoteRefused, match="no Ed25519 key"):
        VerifierKey.of(str(VerifierKey("log", kind, bytes(length))))


@pytest.mark.parametrize(
    "text",
    [
        "o\n7\n",
        "o\n07\nAAAA\n",
        HEAD.text.replace("\n7\n", "\n-7\n"),
        HEAD.text.replace("\n7\n", "\n07\n"),
        HEAD.text.replace("\n7\n", "\n\N{ARABIC-INDIC DIGIT SEVEN}\n"),
        HEAD.text.replace("\n7\n", f"\n{2**63}\n"),
        HEAD.text.replace("\n7\n", "\n\n7\n"),
        HEAD.text + "\n",
        HEAD.text[:-1],
        f"o\n7\n{to_base64(b'short')}\n",
    ],
)
def test_a_text_that_is_no_checkpoint_is_not_read(text):
    with pytest.raises(NoteRefused):
        TreeHead.of(text)


def test_lines_after_the_third_are_signed_and_not_read():
    assert TreeHead.of(HEAD.text + "extension\n") == HEAD
    assert size_from("0") == 0


@given(st.binary())
def test_base64_is_read_in_one_form_only(raw):
    text = to_base64(raw)
    assert from_base64(text) == raw
    for other in (text + "\n", text + "=", text.rstrip("=") + " ", "-_-_" + text):
        with pytest.raises(NoteRefused):
            from_base64(other)


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_changed_bit_anywhere_in_a_checkpoint_is_found(at, bit):
    raw = bytearray(SIGNED.encode())
    raw[at % len(raw)] ^= 1 << bit
    with pytest.raises(NoteRefused):
        Note.of(bytes(raw)).verified([LOG.key])

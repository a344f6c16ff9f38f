from uuid import UUID

from infrastructure.import_keys import KeyedDigests
from infrastructure.master_key import MasterKey

KEYS = KeyedDigests(MasterKey(b"k" * 32))


def test_the_same_own_key_is_the_same_id_in_every_run():
    again = KeyedDigests(MasterKey(b"k" * 32))
    assert KEYS.new_key("case", "B.I. 101/2024") == again.new_key("case", "B.I. 101/2024")


def test_an_own_key_is_another_id_for_another_kind_text_or_store():
    elsewhere = KeyedDigests(MasterKey(b"e" * 32))
    ids = {
        KEYS.new_key("case", "101"),
        KEYS.new_key("person", "101"),
        KEYS.new_key("case", "102"),
        KEYS.new_key("cas", "e101"),
        elsewhere.new_key("case", "101"),
    }
    assert len(ids) == 5


def test_the_id_is_a_uuid_of_our_own_making():
    made = UUID(KEYS.new_key("person", "1271011203900001"))
    assert made.version == 8
    assert made.variant == "specified in RFC 4122"


def test_a_row_is_known_again_by_its_content_and_never_taken_for_a_key():
    assert KEYS.digest(b"row") == KEYS.digest(b"row") != KEYS.digest(b"other")
    assert KEYS.digest(b"") != KEYS.new_key("", "")

"""What was used last is kept, and of the rest no more than fits."""

from application.recent import Recent


def kept(recent, keys):
    return [key for key in keys if recent.get(key) is not None]


def test_what_was_not_used_for_longest_goes_first():
    recent = Recent(2)
    recent.keep("a", 1)
    recent.keep("b", 2)
    assert recent.get("a") == 1
    recent.keep("c", 3)
    assert kept(recent, "abc") == ["a", "c"]


def test_no_more_is_kept_than_it_weighs():
    recent = Recent(10, weight=len)
    for key in "abc":
        recent.keep(key, "****")
    assert kept(recent, "abc") == ["b", "c"]
    recent.keep("c", "*" * 7)
    assert kept(recent, "abc") == ["c"]


def test_what_is_let_go_of_weighs_nothing():
    recent = Recent(10, weight=len)
    recent.keep("a", "*" * 6)
    recent.drop("a")
    recent.drop("never there")
    recent.keep("b", "*" * 6)
    recent.keep("c", "*" * 4)
    assert kept(recent, "abc") == ["b", "c"]

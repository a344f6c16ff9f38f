"""A list of corrections of which few are meant: an answer looks so far, and says where to go on."""

import pytest
from facts import MEDAN, asking, decide
from wrong_score import asked, scored

import api.routes.approvals
from api.routes.approvals import leaf_of
from application.correcting import Correcting


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


def rows(*meant):
    return [(str(number), one) for number, one in enumerate(meant, 1)]


@pytest.mark.parametrize(
    ("meant", "shown", "on"),
    [
        ("ab", "ab", None),
        ("abc", "ab", "2"),
        ("a.b.", "ab", None),
        ("a.b..", "ab", "3"),
        ("a.b.c", "ab", "3"),
        ("a....", "a", "5"),
        (".....b", "", "5"),
        ("ab....c", "ab", "2"),
        ("", "", None),
    ],
)
def test_an_answer_ends_where_it_is_full_or_where_it_looked_long_enough(
    monkeypatch, meant, shown, on
):
    monkeypatch.setattr(api.routes.approvals, "LOOKED_THROUGH", 3)
    found = leaf_of(rows(*(None if one == "." else one for one in meant)), 2)
    assert found == (list(shown), on)


def every(client, **wanted):
    """All items of a list, over its pages, and how many items each page had."""
    answer, items, leaves = client.get("/v1/corrections", params=wanted), [], []
    while answer:
        leaves.append(len(answer.json()["items"]))
        items += answer.json()["items"]
        more = answer.links.get("next", {}).get("url")
        answer = client.get(more) if more else None
    return items, leaves


def test_what_is_meant_is_found_over_pages_and_what_is_not_is_only_looked_at(
    service, medan, monkeypatch
):
    supervisor = service.caller("supervisor", MEDAN)
    case, wrong = scored(medan)
    keys, version = [], 2
    for nth in range(4):
        target = keys[-1] if nth % 2 else wrong
        keys.append(asked(medan, case, asking(target), version))
        assert decide(supervisor, keys[-1], version + 1).status_code == 201
        version += 2
    services = service.services
    services.read_models.wait(services.ledger.position(), 10)
    looked_up = []
    found = Correcting.found

    def counted(correcting, correction):
        looked_up.append(correction)
        return found(correcting, correction)

    monkeypatch.setattr(Correcting, "found", counted)
    for status in ("undone", "approved", "pending", None):
        said = {"status": status} if status else {}
        looked_up.clear()
        whole, (once,) = every(medan, **said)
        assert looked_up == [one["correction"] for one in whole]
        with monkeypatch.context() as patch:
            patch.setattr(api.routes.approvals, "LOOKED_THROUGH", 1)
            assert every(medan, limit=1, **said)[0] == whole
        meant = [one for one in every(medan)[0] if status in {None, one["status"]}]
        assert whole == meant
        assert once == len(meant)
    assert [one["correction"] for one in every(medan, status="undone")[0]] == keys[::2]

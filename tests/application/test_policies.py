"""What the service is ruled by is recorded when it opens with something else than before."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Literal

import pytest
from uuid_utils import uuid7

from api.policies import permissions, policies
from api.tokens import Role
from application.append import Append
from application.ledger import Conflict
from application.policies import ATTEMPTS_MAX, Policies, event_catalogue, fields_of
from application.standing import standing
from domain.catalogue import ANNOTATING, RECORDED, STREAMS
from domain.correction import Change
from domain.kernel import Length, Pattern, Range, Value
from domain.policy import PolicyKind
from domain.record import StreamId
from infrastructure.codec import canonical
from projections.catalogue import PROJECTIONS, REPORTS


def now():
    return datetime.now(UTC)


def new_id():
    return str(uuid7())


def digest(content):
    return sha256(canonical(content)).hexdigest()


@pytest.fixture
def adopting(ledger):
    return Policies(
        append=Append(ledger, new_id, now),
        ledger=ledger,
        digest=digest,
        now=now,
        new_id=new_id,
        software="0.1.0",
    )


def pages(ledger, kind):
    return ledger.read(StreamId(kind="policy", key=kind.value))


def test_every_policy_is_adopted_at_the_first_opening_and_at_no_second(adopting, ledger):
    contents = policies(PROJECTIONS, REPORTS)
    assert set(contents) == set(PolicyKind)
    adopting.adopt(contents)
    replace(adopting, software="0.2.0").adopt(policies(PROJECTIONS, REPORTS))
    assert ledger.position() == len(PolicyKind)
    for kind, content in contents.items():
        [page] = pages(ledger, kind)
        assert (page.event.policy, page.event.edition) == (kind, 1)
        assert (page.event.sha256, page.event.software) == (digest(content), "0.1.0")
        assert page.actor.id == "service"


def test_what_has_changed_is_adopted_alone(adopting, ledger):
    adopting.adopt(policies(PROJECTIONS, REPORTS))
    changed = permissions() | {"shows_nobody": []}
    adopting.adopt({**policies(PROJECTIONS, REPORTS), PolicyKind.PERMISSIONS: changed})
    assert ledger.position() == len(PolicyKind) + 1
    first, second = pages(ledger, PolicyKind.PERMISSIONS)
    assert (first.event.edition, second.event.edition) == (1, 2)
    assert second.event.sha256 == digest(changed)


def test_two_who_open_at_once_adopt_it_once(adopting, ledger):
    contents = policies(PROJECTIONS, REPORTS)
    append = adopting.append

    def after_another(request):
        replace(adopting, append=append).adopt(contents)
        return append(request)

    replace(adopting, append=after_another).adopt(contents)
    assert ledger.position() == len(PolicyKind)


def test_the_catalogue_changes_with_what_an_event_may_hold():
    content = event_catalogue()
    assert {name for stream in content.values() for name in stream} == {
        event.names[-1] for event in RECORDED
    }
    admitted = content["case"]["custody.admitted@1"]
    assert admitted["full_name"][1] == "personal"
    assert admitted["reason"][0][0] == "choice"
    fewer = event_catalogue({name: STREAMS[name] for name in STREAMS if name != "case"})
    assert digest(fewer) != digest(content)


def test_permissions_say_what_each_role_does():
    roles = permissions()["roles"]
    assert set(roles) == {role.value for role in Role}
    assert {name for name, role in roles.items() if role["approves"]} == {"supervisor"}
    assert roles["compliance"] == {
        "records": False,
        "reads": False,
        "oversees": True,
        "approves": False,
        "operates": False,
        "purpose": "pengawasan",
    }


def test_a_clock_that_goes_back_keeps_nobody_from_opening(adopting, ledger):
    contents = policies(PROJECTIONS, REPORTS)
    adopting.adopt(contents)
    adopting.adopt(contents | {PolicyKind.PERMISSIONS: {"a": 1}})
    earlier = replace(adopting, now=lambda: now() - timedelta(days=9))
    for content in ({"a": 2}, {"a": 2}, {"a": 3}):
        earlier.adopt(contents | {PolicyKind.PERMISSIONS: content})
    adopted = standing(pages(ledger, PolicyKind.PERMISSIONS))
    assert [page.event.edition for page in adopted] == [1, 2, 3, 4]
    assert adopted[-1].event.sha256 == digest({"a": 3})


class Told(Value):
    """One field of each shape."""

    words: Annotated[str, Length(least=1, most=9)]
    code: Annotated[str, Pattern(regex="[A-Z]", example="A")]
    whole: Annotated[int, Range(least=0, most=7)]
    flag: bool
    day: date | None
    choice: PolicyKind
    listed: Literal["a", 1]
    many: Annotated[tuple[str, ...], Length(least=0, most=3)]
    any_many: tuple[bool, ...]
    part: Change


def test_what_a_field_may_hold_is_told_in_full():
    assert fields_of(Told) == {
        "words": ["text", [1, 9], None],
        "code": ["text", None, "[A-Z]"],
        "whole": ["whole", 0, 7],
        "flag": ["flag"],
        "day": ["maybe", ["day"]],
        "choice": ["choice", *(kind.value for kind in PolicyKind)],
        "listed": ["listed", "a", 1],
        "many": ["many", ["text", None, None], [0, 3]],
        "any_many": ["many", ["flag"], None],
        "part": ["part", fields_of(Change)],
    }
    assert event_catalogue()["*"].keys() == {
        event.names[-1] for chapter in ANNOTATING for event in chapter.events
    }


def test_whoever_is_overtaken_again_and_again_adopts_it_in_the_end(adopting, ledger):
    append, tries = adopting.append, iter(range(ATTEMPTS_MAX))

    def overtaken(request):
        for _ in tries:
            raise Conflict(StreamId(kind="policy", key="events"))
        return append(request)

    replace(adopting, append=overtaken).adopt(policies(PROJECTIONS, REPORTS))
    assert ledger.position() == len(PolicyKind)

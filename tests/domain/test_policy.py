"""Policy: an edition is recorded once, and the next one says something else."""

import pytest
from scenario import on

from domain.catalogue import STREAMS
from domain.kernel import Refused
from domain.policy import POLICY, PolicyAdopted, PolicyKind

STREAM = STREAMS["policy"]


def adopted(edition=1, sha256="a" * 64, policy=PolicyKind.PERMISSIONS, software="0.1.0"):
    return PolicyAdopted(
        effective=on("2026-01-01"),
        policy=policy,
        edition=edition,
        sha256=sha256,
        software=software,
    )


def test_the_first_edition_is_in_force():
    assert STREAM.decide(adopted(), []) == [adopted()]
    assert STREAM.fold([adopted()])[POLICY].adopted == adopted()


def test_the_same_content_is_recorded_already_whatever_software_says_it():
    assert not STREAM.decide(adopted(2, software="0.2.0"), [adopted()])


def test_another_content_is_a_later_edition():
    second = adopted(2, "b" * 64)
    assert STREAM.decide(second, [adopted()]) == [second]
    with pytest.raises(Refused) as refused:
        STREAM.decide(adopted(1, "b" * 64), [adopted()])
    assert refused.value.code == "policy.edition_taken"


def test_what_was_given_up_may_come_back():
    back = adopted(3)
    assert STREAM.decide(back, [adopted(), adopted(2, "b" * 64)]) == [back]


def test_a_record_is_of_one_kind_of_policy():
    with pytest.raises(Refused) as refused:
        STREAM.decide(adopted(2, "b" * 64, PolicyKind.PROJECTIONS), [adopted()])
    assert refused.value.code == "policy.another_kind"

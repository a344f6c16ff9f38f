"""Random journeys: no word of an offence, a verdict or a sentence is in any record of any of them.

Every text of the chapters that a partner hears nothing of is made a secret of its own first, so
that a word that both sides happen to use cannot hide one that got through.
"""

from collections import Counter
from dataclasses import replace
from functools import cache
from typing import get_args

import pytest
from jsonschema_rs import validator_for
from shared_journeys import Watched, course, scope_of
from strategies import codes, walks

from domain.admission import CustodyAdmitted, CustodyTakenOver
from domain.catalogue import CASE, REFERRAL
from domain.charge import CHARGE
from domain.claim import CLAIM
from domain.conduct import CONDUCT
from domain.custody import CUSTODY
from domain.detention import DETENTION
from domain.earlier_remisi import EARLIER_REMISI
from domain.fields import EXAMPLE_ID, UNIT, AgencyCode
from domain.integration import INTEGRATION
from domain.integration_assessment import INTEGRATION_ASSESSMENT
from domain.kernel import Event, Journey
from domain.law.book import LAW
from domain.programme import ProgrammeKind
from domain.record import StreamId
from domain.region import REGIONS
from domain.register import REGISTER
from domain.registry import AgencyKind
from domain.remisi import REMISI
from domain.remisi_assessment import REMISI_ASSESSMENT
from domain.shape import Maybe, Text, payload_shapes
from domain.sharing.fields import RecordKind, SharedField
from domain.verdict import VERDICT, VerdictPronounced
from projections.shared.concerns import may_concern
from projections.shared.material import COVERS, Material
from projections.shared.names import NEUTRAL, names_heard, names_known
from projections.shared.naming import name_told
from projections.shared.record import courses_named, shared
from projections.shared.schema import schema_of

SEEN = {
    RecordKind.LEARNER: AgencyKind.DINAS_PENDIDIKAN,
    RecordKind.TRAINEE: AgencyKind.BPVP,
    RecordKind.ENTREPRENEUR: AgencyKind.DISKOUMPERINDAG,
    RecordKind.READER: AgencyKind.DINAS_PERPUSTAKAAN,
    RecordKind.RELEASED: AgencyKind.POLRES,
    RecordKind.CLIENT: AgencyKind.BAPAS,
}
"""An agency of those that see a record of each kind."""
NEVER = (
    *(VERDICT, CHARGE, DETENTION, CONDUCT, CLAIM, REGISTER),
    *(REMISI, REMISI_ASSESSMENT, EARLIER_REMISI, INTEGRATION_ASSESSMENT),
)
"""Chapters of which no text may leave the house."""
KINDS = {
    *(event for chapter in NEVER for event in chapter.events),
    *(event for chapter in (CUSTODY, INTEGRATION) for event in chapter.events),
} - {CustodyAdmitted, CustodyTakenOver}
UNREAD = (CHARGE, DETENTION, CONDUCT, CLAIM, REMISI, REMISI_ASSESSMENT, EARLIER_REMISI)
"""Chapters that a record without an expected availability has nothing of."""
SECRET = "RAHASIA"
KEY = StreamId(kind="case", key=EXAMPLE_ID)


def secret(event: Event) -> Event:
    """The event with a secret in every free text of it, if partners hear nothing of its chapter."""
    if type(event) not in KINDS:
        return event
    if isinstance(event, VerdictPronounced):
        event = replace(event, offence=(f"{SECRET} offence",))
    return hidden(event, but={"number"})


def hidden(event, but):
    """The event with a secret in each of its free texts but these."""
    shapes = payload_shapes(type(event))
    texts = [name for name, shape in shapes.items() if free(shape) and name not in but]
    return replace(event, **{name: f"{SECRET} {name}" for name in texts})


def free(shape):
    inner = shape.of if isinstance(shape, Maybe) else shape
    return isinstance(inner, Text) and inner.pattern is None


@cache
def steps():
    """Every journey that the walks came through, with the events of its last step."""
    found = []
    for walk in walks(CASE):
        state = CASE.begin()
        for event in map(secret, walk):
            before, state = state, CASE.evolve(state, [event])
            found.append((before, event, state))
    return found


@cache
def scope(record, *listed):
    """All that an agency may see, of a province and its parts, under the agreement of the walks."""
    everywhere = tuple(sorted({region.province for region in REGIONS.values()}))
    found = scope_of(SEEN[record], *listed, units=codes(UNIT), regions=everywhere)
    return replace(found, agreement=EXAMPLE_ID)


def seen_by(record, journey, *listed):
    """The record of a journey, all of whose programmes are of a kind that it is about."""
    courses = courses_of(record, journey)
    return shared(scope(record, *listed), KEY, journey, courses, LAW)


def courses_of(record, journey):
    kind = min(COVERS[record] or ProgrammeKind, key=lambda one: one.value)
    return {key: course(key, kind, EXAMPLE_ID) for key in courses_named(journey)}


def test_no_text_of_an_offence_a_verdict_or_a_sentence_is_in_any_record():
    met = Counter()
    for kind in SEEN:
        valid = validator_for(schema_of(kind))
        for _, _, journey in steps():
            record = seen_by(kind, journey)
            if record is not None:
                met[kind] += 1
                assert SECRET not in str(record.record)
                assert valid.is_valid(record.record), record
    assert set(met) == set(SEEN)


def unheard(journey):
    """The journey without anything of the chapters that are only read for an availability."""
    return Journey({**journey.states, **{chapter: chapter.initial for chapter in UNREAD}})


def otherwise_decided(journey):
    """The journey with other offences, courts and sentences, of the same outcome."""
    said = journey[VERDICT]
    others = tuple(
        replace(one, court="Lain", offence=("Lain",), sentence=()) for one in said.pronounced
    )
    return Journey({**journey.states, VERDICT: replace(said, pronounced=others)})


def test_a_record_without_availability_is_the_same_whatever_was_charged_and_decided():
    listed = [one for one in SharedField if one is not SharedField.AVAILABILITY]
    for kind in SEEN:
        for _, _, journey in steps():
            was = seen_by(kind, journey, *listed)
            assert seen_by(kind, unheard(otherwise_decided(journey)), *listed) == was


def test_an_event_that_is_passed_over_changes_no_record():
    passed = Counter()
    for kind in SEEN:
        for before, event, journey in steps():
            if not may_concern(scope(kind), [event.stored_as]):
                passed[kind] += 1
                assert seen_by(kind, journey) == seen_by(kind, before)
    assert set(passed) == set(SEEN)


def test_every_chapter_that_is_looked_at_for_a_record_may_concern_it():
    for kind in SEEN:
        asked = set()
        for _, _, journey in steps():
            watched = Watched(journey.states)
            shared(scope(kind), KEY, Journey(watched), courses_of(kind, journey), LAW)
            asked |= watched.asked
        events = [event for chapter in asked for event in chapter.events]
        assert all(may_concern(scope(kind), [event.stored_as]) for event in events)


def test_what_is_not_known_may_concern_anybody():
    for kind in SEEN:
        assert may_concern(scope(kind), ["correction.approved"])
        assert may_concern(scope(kind), ["custody.released@1", "conduct.assessed@1"])
        assert not may_concern(scope(kind), [])


def test_an_agency_hears_no_name_of_an_event_of_what_it_may_not_know():
    secret = {event.stored_as for chapter in NEVER for event in chapter.events}
    for kind in RecordKind:
        assert secret.isdisjoint(names_known(kind))
    for kind in SEEN:
        assert names_heard(scope(kind)) == {*names_known(kind)} - {NEUTRAL}


@pytest.mark.parametrize("kind", list(SEEN))
def test_of_a_fact_of_any_journey_only_its_own_name_is_said_and_none_where_no_field_is_about_it(
    kind,
):
    met = set()
    for _, event, journey in steps():
        met.add(name_told(material(kind, journey), [[event]]))
        assert met <= {*names_known(kind)}
        assert name_told(material(kind, journey, SharedField.DOMICILE), [[event]]) == NEUTRAL
    assert len(met) > 1 or kind is RecordKind.READER, "nobody walks to a class of readers"


def material(record, journey, *listed):
    return Material(
        scope=scope(record, *listed),
        stream=KEY,
        journey=journey,
        courses=courses_of(record, journey),
        law=LAW,
    )


def test_no_concern_reason_or_outcome_of_a_youth_nor_a_guardian_is_in_any_record():
    met = 0
    told = replace(scope(RecordKind.RELEASED), agency=get_args(AgencyCode)[1].example)
    valid = validator_for(schema_of(RecordKind.RELEASED))
    for walk in walks(REFERRAL):
        state = REFERRAL.begin()
        for event in walk:
            state = REFERRAL.evolve(state, [hidden(event, but={"full_name", "title"})])
            record = shared(told, StreamId(kind="referral", key=EXAMPLE_ID), state, {}, LAW)
            if record is not None:
                met += 1
                assert SECRET not in str(record.record)
                assert valid.is_valid(record.record), record
    assert met

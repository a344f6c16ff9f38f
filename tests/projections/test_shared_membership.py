"""Whom a scope is about: of its units, its regions and its kinds, and with something to tell."""

from dataclasses import replace

import pytest
from scenario import on
from shared_journeys import (
    ADMITTED,
    BARBER,
    BOOKS,
    CASE_STREAM,
    CLASS,
    COURSES,
    ENROLLED,
    FARM,
    LEARNT,
    ON_PB,
    OURS,
    PERSON,
    SENTENCED,
    THEIRS,
    UNIT,
    WHOLE,
    YOUTH,
    course,
    joined,
    journey,
    scope_of,
    told,
    told_of_youth,
    trained,
)

from domain.activity import ActivityKind
from domain.admission import AdmissionReason
from domain.agreement import ParticipantKind
from domain.custody import Died, Escaped, TransferDeparted, TransferProposed, TransferReceived
from domain.forgetting import ForgettingBasis
from domain.integration import (
    IntegrationEnded,
    IntegrationGranted,
    IntegrationProposed,
    IntegrationStarted,
)
from domain.kernel import FORGOTTEN
from domain.law.book import LAW
from domain.law.facts import Right
from domain.programme import ProgrammeKind
from domain.referral import Party, ReferralForgotten
from domain.register import DomicileRecorded
from domain.registry import AgencyKind
from domain.release import ReadmissionReason, Readmitted, Released, ReleaseKind
from domain.schooling import PaketLevel
from domain.sharing.fields import RecordKind, SharedField
from domain.skill_training import Applied, Seated, WaitListed
from projections.shared.material import Material
from projections.shared.membership import participant_kind
from projections.shared.record import courses_named, shared

BPVP = scope_of(AgencyKind.BPVP)
POLRES = scope_of(AgencyKind.POLRES)
BAPAS = scope_of(AgencyKind.BAPAS)
TRAINEE = (ADMITTED, *trained())
FREED = Released(effective=on("2025-09-01"), kind=ReleaseKind.BEBAS_MURNI, document="SB/1")


def test_who_takes_part_in_a_programme_of_the_agreement_is_in():
    found = told(BPVP, TRAINEE)
    assert (found.unit, found.owner) == (UNIT, PERSON)


# Where.


def test_who_is_of_another_unit_is_out():
    assert told(scope_of(AgencyKind.BPVP, units=("RUTAN-SERANG",)), TRAINEE) is None


def test_who_was_moved_is_out_from_then_on_and_in_where_the_new_unit_is_named():
    moved = (
        TransferProposed(
            effective=on("2025-06-02"), transfer="t-1", to="RUTAN-SERANG", reason="Kapasitas"
        ),
        TransferDeparted(effective=on("2025-06-03"), transfer="t-1"),
        TransferReceived(effective=on("2025-06-04"), transfer="t-1", unit="RUTAN-SERANG"),
    )
    assert told(BPVP, [*TRAINEE, *moved[:2]])
    assert told(BPVP, [*TRAINEE, *moved]) is None
    there = scope_of(AgencyKind.BPVP, units=("RUTAN-SERANG",))
    assert told(there, [*TRAINEE, *moved]).unit == "RUTAN-SERANG"


def test_the_last_unit_answers_for_who_was_released():
    assert told(BPVP, [*TRAINEE, FREED]).unit == UNIT


@pytest.mark.parametrize(
    ("regions", "domicile", "is_in"),
    [
        (("12.71",), "12.71", True),
        (("12",), "12.71", True),
        (("12.71",), "12", False),
        (("12.7",), "12.71", False),
        (("36.04",), "12.71", False),
        (("12.71",), None, False),
    ],
)
def test_who_is_at_home_in_a_region_or_part_of_one_is_in(regions, domicile, is_in):
    scope = scope_of(AgencyKind.BPVP, regions=regions)
    events = [replace(ADMITTED, domicile=domicile), *trained()]
    assert (told(scope, events) is not None) is is_in


def test_the_home_last_recorded_counts():
    moved = DomicileRecorded(effective=on("2025-07-01"), domicile="36.04")
    assert told(scope_of(AgencyKind.BPVP, regions=("12.71",)), [*TRAINEE, moved]) is None
    there = told(scope_of(AgencyKind.BPVP, regions=("36.04",)), [*TRAINEE, moved])
    assert there.record["domicile"] == "36.04"


# Who.


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        (TRAINEE, "tahanan"),
        ((*TRAINEE, *SENTENCED), "narapidana"),
        ((replace(ADMITTED, birth_date=on("2010-01-01").day), *trained()), "anak"),
        (
            (
                replace(ADMITTED, birth_date=on("2010-01-01").day, reason=AdmissionReason.PIDANA),
                *trained(),
            ),
            "anak_binaan",
        ),
        ((*TRAINEE, *SENTENCED, *ON_PB), "klien"),
        ((*TRAINEE, FREED), "mantan_warga_binaan"),
        (
            (
                *(*TRAINEE, *SENTENCED, *ON_PB),
                IntegrationEnded(effective=on("2027-12-02"), proposal="pb-1"),
            ),
            "mantan_warga_binaan",
        ),
        (
            (
                *(*TRAINEE, *SENTENCED, *ON_PB),
                Readmitted(
                    effective=on("2026-08-03"), unit=UNIT, reason=ReadmissionReason.PB_DICABUT
                ),
            ),
            "narapidana",
        ),
    ],
)
def test_somebody_is_of_one_kind_and_only_in_where_that_is_named(events, kind):
    named = ParticipantKind(kind)
    others = tuple(one for one in ParticipantKind if one is not named)
    assert told(scope_of(AgencyKind.BPVP, participant_kinds=(named,)), events)
    assert told(scope_of(AgencyKind.BPVP, participant_kinds=others), events) is None


@pytest.mark.parametrize(
    "gone",
    [
        Escaped(effective=on("2025-08-01")),
        Died(effective=on("2025-08-01"), place="Rumah sakit", cause=None, document="S/1"),
    ],
)
def test_who_is_at_large_or_dead_is_out_of_every_scope(gone):
    for kind in AgencyKind:
        assert told(scope_of(kind), [ADMITTED, *SENTENCED, *LEARNT, *trained(), gone]) is None


def test_who_was_forgotten_is_out():
    forgotten = replace(ADMITTED, full_name=FORGOTTEN, birth_date=FORGOTTEN, religion=FORGOTTEN)
    for kind in AgencyKind:
        assert told(scope_of(kind), [forgotten, *WHOLE[1:]]) is None


def test_before_the_admission_nobody_is_anything():
    nothing = Material(
        scope=BPVP, stream=CASE_STREAM, journey=journey([]), courses=COURSES, law=LAW
    )
    assert participant_kind(nothing) is None
    assert told(BPVP, trained()) is None


@pytest.mark.parametrize("freed", [(FREED,), (*SENTENCED, *ON_PB)])
@pytest.mark.parametrize("kind", [AgencyKind.BPVP, AgencyKind.POLRES])
def test_a_child_is_out_after_the_release_too_where_the_agreement_names_no_children(kind, freed):
    child = replace(ADMITTED, birth_date=on("2010-01-01").day)
    grown = (ParticipantKind.KLIEN, ParticipantKind.MANTAN_WARGA_BINAAN)
    events = [child, *trained(), *freed]
    assert told(scope_of(kind, participant_kinds=grown), [ADMITTED, *events[1:]])
    assert told(scope_of(kind, participant_kinds=grown), events) is None
    for named in (ParticipantKind.ANAK, ParticipantKind.ANAK_BINAAN):
        assert told(scope_of(kind, participant_kinds=(*grown, named)), events)


@pytest.mark.parametrize(
    ("kind", "before", "is_in"),
    [
        (ReleaseKind.PUTUSAN_BEBAS, (), False),
        (ReleaseKind.PUTUSAN_BEBAS, SENTENCED, False),
        (ReleaseKind.PUTUSAN_LEPAS, (), False),
        (ReleaseKind.ABOLISI, (), False),
        (ReleaseKind.PENANGGUHAN, (), False),
        (ReleaseKind.BEBAS_DEMI_HUKUM, (), False),
        (ReleaseKind.BEBAS_DEMI_HUKUM, SENTENCED, True),
        (ReleaseKind.AMNESTI, SENTENCED, True),
        (ReleaseKind.GRASI, SENTENCED, True),
    ],
)
def test_who_was_never_convicted_is_nobodys_former_warga_binaan(kind, before, is_in):
    freed = Released(effective=on("2025-09-01"), kind=kind, document="SB/1")
    for scope in (BPVP, POLRES):
        found = told(scope, [*TRAINEE, *before, freed])
        assert (found is not None) is is_in


# Taking part.


@pytest.mark.parametrize(
    "asking",
    [
        (),
        (WaitListed(effective=on("2025-03-12"), programme=BARBER, place=1),),
    ],
)
def test_who_asks_or_waits_for_a_seat_takes_no_part_yet(asking):
    applied = Applied(effective=on("2025-03-10"), programme=BARBER, agreement=None)
    assert told(BPVP, [ADMITTED, applied, *asking]) is None
    seated = Seated(effective=on("2025-03-14"), programme=BARBER)
    found = told(BPVP, [ADMITTED, applied, *asking, seated])
    assert [(one["since"], one["standing"]) for one in found.record["programme"]] == [
        ("2025-03-14", "seated")
    ]


@pytest.mark.parametrize(
    ("kind", "events", "is_in"),
    [
        (AgencyKind.PKBM, LEARNT, True),
        (AgencyKind.PKBM, trained(), False),
        (AgencyKind.PKBM, joined(BOOKS, ActivityKind.LITERASI), False),
        (AgencyKind.BPVP, trained(), True),
        (AgencyKind.BPVP, joined(FARM, ActivityKind.PERTANIAN), True),
        (AgencyKind.BPVP, LEARNT, False),
        (AgencyKind.BPVP, joined(BOOKS, ActivityKind.LITERASI), False),
        (AgencyKind.DINAS_PERTANIAN, joined(FARM, ActivityKind.PERTANIAN), True),
        (AgencyKind.DINAS_PERTANIAN, LEARNT, False),
        (AgencyKind.DINAS_PERPUSTAKAAN, joined(BOOKS, ActivityKind.LITERASI), True),
        (AgencyKind.DINAS_PERPUSTAKAAN, trained(), False),
        (AgencyKind.POLRES, WHOLE[1:-14], False),
    ],
)
def test_each_kind_of_record_is_about_its_kinds_of_programme(kind, events, is_in):
    assert (told(scope_of(kind), [ADMITTED, *events]) is not None) is is_in


def test_a_kind_of_programme_that_the_agreement_does_not_name_is_not_told():
    scope = scope_of(AgencyKind.BPVP, programme_kinds=(ProgrammeKind.PERTANIAN,))
    assert told(scope, TRAINEE) is None
    found = told(scope, [*TRAINEE, *joined(FARM, ActivityKind.PERTANIAN)])
    assert [one["kind"] for one in found.record["programme"]] == ["pertanian"]


def test_the_agreement_that_a_fact_names_comes_before_that_of_its_programme():
    assert told(BPVP, [ADMITTED, *trained(BARBER, THEIRS)]) is None
    theirs = COURSES | {BARBER: course(BARBER, ProgrammeKind.PELATIHAN_KETERAMPILAN, THEIRS)}
    events = journey([ADMITTED, *trained(BARBER, OURS)])
    assert shared(BPVP, CASE_STREAM, events, theirs, LAW)


def test_a_programme_that_nobody_can_find_belongs_to_no_agreement():
    events = journey([ADMITTED, *trained(BARBER, OURS)])
    assert shared(BPVP, CASE_STREAM, events, {}, LAW) is None


def test_an_activity_that_is_no_programme_is_of_its_own_kind_and_agreement():
    event, *_ = joined(FARM, ActivityKind.PERTANIAN)
    own = replace(event, activity="kebun", programme=None, agreement=OURS)
    found = told(BPVP, [ADMITTED, own])
    assert [(one["programme"], one["kind"]) for one in found.record["programme"]] == [
        (None, "pertanian")
    ]
    assert told(BPVP, [ADMITTED, replace(own, agreement=None)]) is None


def test_the_programmes_to_look_up_are_all_that_a_journey_names():
    other = replace(ENROLLED, effective=on("2025-08-04"), level=PaketLevel.C, programme=None)
    assert courses_named(journey([*WHOLE, other])) == {CLASS, BARBER, FARM, BOOKS}


# Released, and klien.


def test_the_police_hear_of_who_is_released_or_on_a_right_and_of_nobody_else():
    assert told(POLRES, [ADMITTED, *SENTENCED]) is None
    assert told(POLRES, [ADMITTED, FREED])
    assert told(POLRES, [ADMITTED, *SENTENCED, *asimilasi(None)])


def test_a_bapas_hears_of_klien_and_of_whoever_it_guides():
    assert told(BAPAS, [ADMITTED, FREED]) is None
    assert told(BAPAS, [ADMITTED, *SENTENCED, *asimilasi(None)]) is None
    assert told(BAPAS, [ADMITTED, *SENTENCED, *asimilasi("BAPAS-MEDAN")])
    assert told(BAPAS, [ADMITTED, *SENTENCED, *ON_PB])


def asimilasi(bapas):
    key = "asimilasi-1"
    return (
        IntegrationProposed(
            effective=on("2025-06-02"), proposal=key, right=Right.ASIMILASI, rule_set="r"
        ),
        IntegrationGranted(
            effective=on("2025-06-20"),
            proposal=key,
            sk_number="SK/2",
            sk_date=on("2025-06-20").day,
            starts=on("2025-07-01").day,
            until=None,
        ),
        IntegrationStarted(effective=on("2025-07-01"), proposal=key, bapas=bapas),
    )


def test_a_pemda_is_told_of_nobody():
    assert scope_of(AgencyKind.PEMDA).record is RecordKind.COUNTS
    assert told(scope_of(AgencyKind.PEMDA), WHOLE) is None
    assert told_of_youth(scope_of(AgencyKind.PEMDA), YOUTH) is None


# Youths at risk.


def test_a_youth_is_only_told_of_with_the_guardians_consent():
    assert told_of_youth(POLRES, YOUTH[:1]) is None
    found = told_of_youth(POLRES, YOUTH[:2])
    assert (found.unit, found.owner) == (UNIT, "01980f5c-7a00-7000-8000-000000000003")


@pytest.mark.parametrize(
    "otherwise",
    [
        {"agreement": THEIRS},
        {"agreement": None},
        {"referred_by": "AGENCY-2"},
        {"unit": "RUTAN-SERANG"},
        {"region": "36.04"},
        {"region": None},
    ],
)
def test_a_youth_of_another_agreement_agency_unit_or_region_is_out(otherwise):
    received, *others = YOUTH
    assert told_of_youth(POLRES, [replace(received, **otherwise), *others]) is None


def test_a_youth_is_out_where_the_agreement_names_none_or_the_agency_is_of_another_kind():
    without = tuple(one for one in ParticipantKind if one is not ParticipantKind.REMAJA_BERISIKO)
    assert told_of_youth(scope_of(AgencyKind.POLRES, participant_kinds=without), YOUTH) is None
    listed = [one for one in SharedField if one is not SharedField.REFERRAL]
    assert told_of_youth(scope_of(AgencyKind.POLRES, *listed), YOUTH) is None
    for kind in set(AgencyKind) - {AgencyKind.POLRES}:
        assert told_of_youth(scope_of(kind), YOUTH) is None


@pytest.mark.parametrize("party", list(Party))
def test_a_youth_of_whom_anything_was_forgotten_is_out(party):
    forgotten = ReferralForgotten(
        effective=on("2025-12-01"),
        party=party,
        basis=ForgettingBasis.CONSENT_WITHDRAWN,
        decided_by="kepala",
        decision="SK-1",
        document=None,
        documents=(),
    )
    assert told_of_youth(POLRES, [*YOUTH, forgotten]) is None

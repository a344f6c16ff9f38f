"""What a record of each kind holds, to the field: nothing that its agreement does not list."""

from dataclasses import replace
from datetime import date

import pytest
from jsonschema_rs import validator_for
from scenario import on
from shared_journeys import (
    ADMITTED,
    BARBER,
    CASE_STREAM,
    CLASS,
    COURSES,
    ELSEWHERE,
    ENROLLED,
    FARM,
    LEARNT,
    ON_PB,
    OURS,
    SENTENCED,
    THEIRS,
    WHOLE,
    YOUTH,
    Watched,
    journey,
    scope_of,
    told,
    told_of_youth,
    trained,
    worked,
)

from application.cloud_events import schema_id
from domain.admission import AdmissionReason, CustodyTakenOver, LegalStatus
from domain.charge import CHARGE
from domain.conduct import CONDUCT
from domain.detention import DETENTION
from domain.earlier_remisi import EARLIER_REMISI
from domain.job_placement import WorkKind
from domain.kejar_paket import AttendanceSummarised, Moved, Withdrawn
from domain.kernel import Journey
from domain.law.book import LAW
from domain.participation import WithdrawalReason
from domain.registry import AgencyKind
from domain.release import Released, ReleaseKind
from domain.remisi import REMISI
from domain.schooling import PaketLevel
from domain.sharing.fields import FIELDS, RecordKind, SharedField
from domain.verdict import SentenceKind, SentencePart, VerdictPronounced
from projections.shared.builders import BUILDERS
from projections.shared.record import shared
from projections.shared.schema import EXAMPLES, schema_of

WHO = ("full_name", "sex", "age_band", "domicile")
LEARNER = (*WHO, "nisn", "programme", "attendance", "level", "result", "ijazah")
TRAINED = (*WHO, "programme", "attendance", "skill", "certificate")
FREED = (*WHO, "participant_kind", "release", "integration")
SEES = {
    "dinas_pendidikan": LEARNER,
    "pkbm": LEARNER,
    "dinas_ketenagakerjaan": (*TRAINED, "availability", "placement"),
    "bpvp": (*TRAINED, "availability", "placement"),
    "lsp": (*TRAINED, "availability", "placement"),
    "diskoumperindag": (*TRAINED, "business"),
    "dinas_pertanian": (*TRAINED, "business"),
    "dinas_perikanan": (*TRAINED, "business"),
    "dinas_perpustakaan": (*WHO, "programme", "attendance"),
    "polres": FREED,
    "bapas": (*FREED, "supervision"),
}
"""All that each kind of agency can be told of somebody who has been through everything."""
CHILDREN = (replace(ADMITTED, birth_date=date(2009, 5, 17)), replace(ADMITTED, birth_date=None))
"""One who is a child, and one of whom nobody can say so."""
SECRETS = (CHARGE, CONDUCT, DETENTION, EARLIER_REMISI, REMISI)


@pytest.mark.parametrize("kind", list(AgencyKind))
def test_an_agency_of_a_kind_is_told_these_fields_and_no_other_even_if_all_are_listed(kind):
    record = told(scope_of(kind), WHOLE)
    assert sorted(record.record if record else ()) == sorted(SEES.get(kind.value, ()))


@pytest.mark.parametrize("field", [field for field in SharedField if field in BUILDERS])
def test_a_field_that_an_agreement_alone_lists_is_all_there_is(field):
    for kind in AgencyKind:
        record = told(scope_of(kind, field), WHOLE)
        assert record is None or list(record.record) == [field.value]


@pytest.mark.parametrize("events", [[ADMITTED, *SENTENCED, *trained()], WHOLE])
@pytest.mark.parametrize("kind", list(AgencyKind))
def test_nothing_is_looked_at_for_a_field_that_is_not_listed(kind, events):
    listed = [field for field in SharedField if field is not SharedField.AVAILABILITY]
    watched = Watched(journey(events).states)
    shared(scope_of(kind, *listed), CASE_STREAM, Journey(watched), COURSES, LAW)
    assert watched.asked.isdisjoint(SECRETS)


def test_what_availability_is_reckoned_from_is_looked_at_only_for_it():
    watched = Watched(journey([ADMITTED, *SENTENCED, *trained()]).states)
    scope = scope_of(AgencyKind.BPVP, SharedField.AVAILABILITY)
    assert shared(scope, CASE_STREAM, Journey(watched), COURSES, LAW)
    assert watched.asked >= {DETENTION, REMISI}


def test_every_field_has_one_builder_but_the_counts_which_are_of_nobody():
    assert set(BUILDERS) == set(SharedField) - {SharedField.COUNTS}


# What stands in them.


def test_a_learner_has_the_level_the_results_and_the_ijazah():
    record = told(scope_of(AgencyKind.DINAS_PENDIDIKAN), WHOLE).record
    assert record["level"] == {
        "level": "B",
        "grade": 9,
        "academic_year": "2024/2025",
        "semester": 2,
        "provider_npsn": "P2964156",
    }
    assert record["result"] == [
        {"exam": "UPK 2025", "level": "B", "outcome": "passed", "on": "2025-05-26"}
    ]
    assert record["ijazah"] == [
        {"level": "B", "issued_on": "2025-06-16", "handed_over_on": "2025-07-01"}
    ]
    assert record["attendance"] == [
        {"programme": CLASS, "held": 40, "attended": 36, "unit": "hours"}
    ]
    assert [(one["since"], one["until"], one["standing"]) for one in record["programme"]] == [
        ("2025-03-03", "2025-05-26", "completed")
    ]


def test_the_schooling_of_after_a_move_to_another_provider_is_not_told():
    moved = Moved(
        effective=on("2025-05-10"),
        provider_npsn="P7654321",
        provider="PKBM lain",
        credits_carried=4,
    )
    record = told(scope_of(AgencyKind.PKBM), [ADMITTED, *LEARNT, moved]).record
    assert record["result"] == record["ijazah"] == []
    assert [(one["until"], one["standing"]) for one in record["programme"]] == [
        ("2025-05-10", "moved_on")
    ]
    assert [one["attended"] for one in record["attendance"]] == [36]


def hours(programme, first, last, held):
    return AttendanceSummarised(
        effective=on(last),
        programme=programme,
        from_day=date.fromisoformat(first),
        until_day=date.fromisoformat(last),
        hours_held=held,
        hours_attended=held,
    )


def test_hours_of_after_a_move_are_not_told():
    moved = Moved(
        effective=on("2025-05-10"), provider_npsn="P7654321", provider="Lain", credits_carried=0
    )
    after = hours(CLASS, "2025-05-11", "2025-05-31", 9)
    record = told(scope_of(AgencyKind.PKBM), [ADMITTED, *LEARNT, moved, after]).record
    assert [one["held"] for one in record["attendance"]] == [40]


def test_hours_of_no_class_are_told_only_where_nobody_elses_can_be_meant():
    own = replace(ENROLLED, programme=None, agreement=OURS)
    summed = hours(None, "2025-03-03", "2025-03-31", 12)
    record = told(scope_of(AgencyKind.PKBM), [ADMITTED, own, summed]).record
    assert [(one["programme"], one["held"]) for one in record["attendance"]] == [(None, 12)]
    theirs = replace(own, effective=on("2025-01-10"), agreement=THEIRS)
    record = told(scope_of(AgencyKind.PKBM), [ADMITTED, theirs, own, summed]).record
    assert record["attendance"] == []


def test_a_level_learnt_under_another_agreement_is_not_told():
    before = replace(
        ENROLLED, effective=on("2025-01-10"), level=PaketLevel.A, programme=None, agreement=THEIRS
    )
    record = told(scope_of(AgencyKind.PKBM), [ADMITTED, before, *LEARNT]).record
    assert [one["level"] for one in record["result"]] == ["B"]
    assert record["level"]["level"] == "B"
    assert len(record["programme"]) == 1


def test_whoever_is_enrolled_elsewhere_later_keeps_what_was_passed_here():
    later = replace(
        ENROLLED, effective=on("2025-07-21"), level=PaketLevel.C, programme=None, agreement=THEIRS
    )
    record = told(scope_of(AgencyKind.PKBM), [ADMITTED, *LEARNT, later]).record
    assert (record["level"]["level"], len(record["ijazah"])) == ("B", 1)
    assert [one["until"] for one in record["programme"]] == ["2025-07-21"]


def test_who_left_the_schooling_is_told_of_as_withdrawn_since_that_day():
    left = Withdrawn(effective=on("2025-04-22"), reason=WithdrawalReason.MENOLAK)
    learnt = [one for one in LEARNT if one.effective.day < date(2025, 5, 1)]
    programmes = told(scope_of(AgencyKind.PKBM), [ADMITTED, *learnt, left]).record["programme"]
    assert [(one["until"], one["standing"]) for one in programmes] == [("2025-04-22", "withdrawn")]


def test_a_trainee_has_what_was_found_and_certified_and_where_they_work():
    record = told(scope_of(AgencyKind.BPVP), WHOLE).record
    assert [(one["result"], one["on"]) for one in record["skill"]] == [("kompeten", "2025-05-05")]
    assert [(one["kind"], one["number"]) for one in record["certificate"]] == [
        ("attendance", "HADIR/1"),
        ("competence", "KOMPETEN/1"),
    ]
    assert [(one["kind"], one["position"], one["verified"]) for one in record["placement"]] == [
        ("karyawan", "Pemangkas", [{"month": 1, "still_working": True}]),
        ("usaha_sendiri", "Pemangkas", [{"month": 1, "still_working": True}]),
    ]


def test_only_work_of_ones_own_is_a_business():
    record = told(scope_of(AgencyKind.DISKOUMPERINDAG), WHOLE).record
    assert [(one["placement"], one["since"]) for one in record["business"]] == [
        ("usaha", "2026-04-06")
    ]


def test_what_belongs_to_another_agreement_is_not_told():
    theirs = [*trained(ELSEWHERE), *worked("lain", WorkKind.KARYAWAN, THEIRS)]
    named_otherwise = trained(BARBER, THEIRS)
    record = told(scope_of(AgencyKind.BPVP), [ADMITTED, *trained(FARM), *theirs, *named_otherwise])
    assert [one["programme"] for one in record.record["programme"]] == [FARM]
    assert {one["programme"] for one in record.record["certificate"]} == {FARM}
    assert record.record["placement"] == []


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([ADMITTED, *trained()], None),
        ([ADMITTED, *SENTENCED, *trained()], "2026-Q4"),
        ([ADMITTED, *SENTENCED, *trained(), *ON_PB], "now"),
    ],
)
def test_when_somebody_is_free_is_told_by_the_quarter(events, expected):
    assert told(scope_of(AgencyKind.BPVP), events).record["availability"] == expected


def test_of_who_serves_for_life_no_quarter_is_told():
    verdict, *others = SENTENCED
    life = SentencePart(kind=SentenceKind.SEUMUR_HIDUP, years=0, months=0, days=0, fine=0)
    assert isinstance(verdict, VerdictPronounced)
    served = [ADMITTED, replace(verdict, sentence=(life,)), *others, *trained()]
    assert told(scope_of(AgencyKind.BPVP), served).record["availability"] is None


NOT_CONVICTED = ("putusan_bebas", "putusan_lepas", "abolisi", "penangguhan")


@pytest.mark.parametrize("kind", [one for one in ReleaseKind if one.value not in NOT_CONVICTED])
def test_a_release_says_whether_it_is_for_good_and_never_by_which_decision(kind):
    released = Released(effective=on("2025-09-01"), kind=kind, document="SB/9")
    record = told(scope_of(AgencyKind.POLRES), [ADMITTED, *SENTENCED, released]).record
    may_be_revoked = kind.value in {
        "pembebasan_bersyarat",
        "cuti_bersyarat",
        "cuti_menjelang_bebas",
    }
    kind_told = "conditional" if may_be_revoked else "final"
    assert record["release"] == {"on": "2025-09-01", "kind": kind_told}
    assert kind.value not in str(record)


def test_a_bapas_hears_of_guidance_and_when_the_klien_is_to_report_next():
    supervision = told(scope_of(AgencyKind.BAPAS), WHOLE).record["supervision"]
    assert (supervision["bapas"], supervision["last_report"], supervision["next_report"]) == (
        "BAPAS-MEDAN",
        "2026-05-04",
        "2026-06-01",
    )
    assert [one["number"] for one in supervision["stages"]] == [1, 2, 3]


def test_a_child_is_never_named_nor_found_by_a_number():
    for opening in CHILDREN:
        learner = told(scope_of(AgencyKind.DINAS_PENDIDIKAN), [opening, *LEARNT]).record
        assert (learner["full_name"], learner["nisn"]) == (None, None)
        trainee = told(
            scope_of(AgencyKind.BPVP), [opening, *trained(), *worked("salon", WorkKind.KARYAWAN)]
        ).record
        assert trainee["full_name"] is None
        assert [one["number"] for one in trainee["certificate"]] == [None, None]
        assert [(one["employer"], one["position"]) for one in trainee["placement"]] == [
            (None, None)
        ]


def test_who_was_taken_over_without_a_date_of_birth_is_named_where_the_law_calls_nobody_a_child():
    for status in LegalStatus:
        named = told(scope_of(AgencyKind.BPVP), [taken_over(status), *trained()]).record
        is_child = status in {LegalStatus.ANAK, LegalStatus.ANAK_BINAAN}
        assert (named["full_name"] is None) is is_child


def taken_over(status):
    said = {name: value for name, value in vars(ADMITTED).items() if name != "reason"}
    return CustodyTakenOver(
        **said | {"birth_date": None},
        legal_status=status,
        admitted_on=ADMITTED.effective.day,
        source="Register",
        source_date=ADMITTED.effective.day,
    )


def test_a_child_is_not_named_after_the_release_either():
    child = replace(ADMITTED, birth_date=date(2009, 5, 17), reason=AdmissionReason.PIDANA)
    freed = Released(effective=on("2025-09-01"), kind=ReleaseKind.BEBAS_MURNI, document="SB/9")
    record = told(scope_of(AgencyKind.POLRES), [child, freed]).record
    assert (record["full_name"], record["participant_kind"]) == (None, "mantan_warga_binaan")


def test_a_youth_is_told_of_without_the_concern_the_reason_or_the_outcome():
    record = told_of_youth(scope_of(AgencyKind.POLRES), YOUTH)
    assert record.record == {
        "full_name": "Remaja Contoh",
        "domicile": "12.71",
        "referral": {
            "received_on": "2025-07-21",
            "respond_by": "2025-08-04",
            "answer": "accepted",
            "answered_on": "2025-07-28",
            "activities": [{"kind": "psikososial", "title": "Pendampingan"}],
            "finished_on": "2025-11-04",
        },
    }


def test_the_age_is_that_of_the_first_day_under_the_agreement():
    young = replace(ADMITTED, birth_date=date(2005, 3, 18))
    record = told(scope_of(AgencyKind.BPVP), [young, *trained()]).record
    assert record["age_band"] == "18-19"
    day_older = replace(ADMITTED, birth_date=date(2005, 3, 17))
    assert told(scope_of(AgencyKind.BPVP), [day_older, *trained()]).record["age_band"] == "20-40"


# What they look like.


@pytest.mark.parametrize("record", list(RecordKind))
def test_an_example_has_every_field_of_its_kind_and_is_as_its_schema_says(record):
    schema = schema_of(record)
    valid = validator_for(schema)
    assert valid.is_valid(EXAMPLES[record])
    assert set(EXAMPLES[record]) == {field.value for field in FIELDS[record]}
    assert not valid.is_valid(EXAMPLES[record] | {"offence": "Pasal 362"})
    assert schema["$id"] == schema_id(record)


@pytest.mark.parametrize("kind", list(AgencyKind))
def test_a_record_is_as_its_schema_says(kind):
    scope = scope_of(kind)
    record = told(scope, WHOLE)
    assert record is None or validator_for(schema_of(scope.record)).is_valid(record.record)

"""What a partner tells of its programme, and the one answer that the unit gives to it."""

import pytest
from scenario import on

from domain import kejar_paket, skill_training
from domain.certification import Assessed, Competence
from domain.custody import Released
from domain.ijazah import ExamTaken, IjazahIssued
from domain.kernel import Journey, Refused
from domain.partner_result import (
    PARTNER_RESULT,
    TELLERS,
    TOLD,
    ResultAccepted,
    ResultProposed,
    ResultRejected,
    ensure_may_be_told,
)
from domain.programme import ProgrammeKind, SessionHeld
from domain.sharing.fields import RecordKind

KIND = ProgrammeKind


def proposed(result="r-1", reference="asesmen-7", agency="BPVP-PANGKEP"):
    return ResultProposed(
        effective=on("2025-08-01"),
        result=result,
        reference=reference,
        agency=agency,
        agreement="a-1",
        unit="RUTAN-BARRU",
        case="c-1",
        person="p-1",
        fact=Assessed(
            effective=on("2025-07-30"),
            programme="g-1",
            result=Competence.KOMPETEN,
            issuer="LSP Fiktif",
            scheme="Barber",
        ),
        papers=(),
    )


def accepted(result="r-1"):
    return ResultAccepted(effective=on("2025-08-02"), result=result)


def rejected(result="r-1"):
    return ResultRejected(
        effective=on("2025-08-02"), result=result, person="p-1", reason="Skema keliru"
    )


def said(*history):
    """What a chapter knows after some pages."""
    return PARTNER_RESULT.fold(history)


def refusal_of(event, *history):
    with pytest.raises(Refused) as refusal:
        PARTNER_RESULT.decide(event, Journey({PARTNER_RESULT: said(*history)}))
    return refusal.value.code


def test_a_result_waits_until_it_is_accepted_or_rejected():
    assert said(proposed()).by_id["r-1"].waits
    assert not said(proposed(), accepted()).by_id["r-1"].waits
    assert not said(proposed(), rejected()).by_id["r-1"].waits


@pytest.mark.parametrize("first", [accepted(), rejected()])
@pytest.mark.parametrize("second", [accepted(), rejected()])
def test_a_result_is_answered_once(first, second):
    assert refusal_of(second, proposed(), first) == "partner_result.answered"


@pytest.mark.parametrize(("first", "way"), [(accepted(), "koreksi"), (rejected(), "kunci baru")])
def test_what_was_answered_wrongly_has_a_way_that_is_said(first, way):
    with pytest.raises(Refused) as refusal:
        PARTNER_RESULT.decide(accepted(), Journey({PARTNER_RESULT: said(proposed(), first)}))
    assert way in refusal.value.because[0]


def test_what_nobody_proposed_is_not_answered():
    assert refusal_of(accepted(), proposed("r-2")) == "partner_result.not_found"
    assert said(accepted()) == PARTNER_RESULT.initial


def test_a_key_is_used_once_by_each_agency():
    again = proposed("r-2")
    assert refusal_of(again, proposed()) == "partner_result.key_used"
    assert refusal_of(again, proposed(), rejected()) == "partner_result.key_used"
    other = proposed("r-2", agency="LSP-FIKTIF")
    assert PARTNER_RESULT.decide(other, Journey({PARTNER_RESULT: said(proposed())})) == [other]


@pytest.mark.parametrize(
    ("fact", "record", "kind", "may"),
    [
        (ExamTaken, RecordKind.LEARNER, KIND.KEJAR_PAKET, True),
        (IjazahIssued, RecordKind.LEARNER, KIND.KEJAR_PAKET, True),
        (ExamTaken, RecordKind.TRAINEE, KIND.KEJAR_PAKET, False),
        (ExamTaken, RecordKind.LEARNER, KIND.PELATIHAN_KETERAMPILAN, False),
        (Assessed, RecordKind.TRAINEE, KIND.PELATIHAN_KETERAMPILAN, True),
        (Assessed, RecordKind.ENTREPRENEUR, KIND.KEWIRAUSAHAAN, True),
        (Assessed, RecordKind.READER, KIND.LITERASI, False),
        (SessionHeld, RecordKind.READER, KIND.LITERASI, True),
        (SessionHeld, RecordKind.RELEASED, KIND.KEROHANIAN, False),
        (SessionHeld, RecordKind.CLIENT, KIND.PSIKOSOSIAL, False),
        (SessionHeld, RecordKind.COUNTS, KIND.KEJAR_PAKET, False),
        (SessionHeld, None, KIND.KEJAR_PAKET, False),
        (skill_training.Withdrawn, RecordKind.TRAINEE, KIND.PELATIHAN_KETERAMPILAN, False),
        (kejar_paket.Enrolled, RecordKind.LEARNER, KIND.KEJAR_PAKET, False),
        (Released, RecordKind.TRAINEE, KIND.PELATIHAN_KETERAMPILAN, False),
    ],
)
def test_an_agency_tells_what_its_kind_of_programme_leads_to(fact, record, kind, may):
    event = object.__new__(fact)  # its type is all that is looked at
    if may:
        ensure_may_be_told(event, record, kind)
        return
    with pytest.raises(Refused) as refusal:
        ensure_may_be_told(event, record, kind)
    assert (refusal.value.code, refusal.value.field) == ("partner_result.not_theirs", "type")


def test_nothing_that_a_partner_may_tell_is_about_an_offence_a_verdict_or_a_sentence():
    """A release is told by nobody but the unit, whoever would like to."""
    chapters = {kind.stored_as.partition(".")[0] for kind in TOLD}
    assert chapters == {"programme", "skill_training", "kejar_paket"}
    assert set(TELLERS) == {
        RecordKind.LEARNER,
        RecordKind.TRAINEE,
        RecordKind.ENTREPRENEUR,
        RecordKind.READER,
    }

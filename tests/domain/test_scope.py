"""An agreement compiled to a scope: when it shares, with whom, and which fields."""

from dataclasses import fields, replace
from datetime import date, datetime

import pytest
from scenario import on

from domain.agreement import (
    AgreementEnded,
    AgreementProposed,
    AgreementResumed,
    AgreementSigned,
    AgreementStarted,
    AgreementSuspended,
    Instrument,
    ParticipantKind,
)
from domain.programme import ProgrammeKind
from domain.registry import AgencyKind
from domain.sharing.fields import FIELDS, RECORD_OF, SharedField
from domain.sharing.scope import TAIL, Because, Scope, Switch, compile_scope
from domain.time import Zone

WIB = Zone.WIB
DRAFT = AgreementProposed(
    effective=on("2025-10-01"),
    title="Pelatihan bersertifikat",
    instrument=Instrument.PKS,
    parties=("RUTAN-MEDAN", "DISNAKER-12.71"),
    purpose="Pelatihan",
    legal_basis="UU 22/2022",
    units=("RUTAN-MEDAN",),
    regions=("12.71",),
    programme_kinds=(ProgrammeKind.PELATIHAN_KETERAMPILAN,),
    participant_kinds=(ParticipantKind.NARAPIDANA,),
    allowed_fields=("full_name", "certificate", "supervision", "counts"),
    valid_from=None,
    valid_until=None,
)
SIGNED = AgreementSigned(
    effective=on("2025-11-01"),
    number="PKS/1",
    valid_from=date(2025, 11, 11),
    valid_until=date(2026, 11, 11),
)
STARTED = AgreementStarted(effective=on("2025-11-12"))
SUSPENDED = AgreementSuspended(effective=on("2026-02-01"), reason="Pemeriksaan")
RESUMED = AgreementResumed(effective=on("2026-03-01"))
ENDED = AgreementEnded(effective=on("2026-05-01"), reason="Bersama")
RUNNING = (DRAFT, SIGNED, STARTED)


def scope(*facts, agency="DISNAKER-12.71", kind=AgencyKind.DINAS_KETENAGAKERJAAN):
    return compile_scope("a", facts, agency, kind)


def at(text, zone=WIB):
    return datetime.fromisoformat(text).replace(tzinfo=zone.offset)


def standing(facts, text, zone=WIB):
    return scope(*facts).standing(zone, at(text, zone))


@pytest.mark.parametrize(
    ("facts", "text", "shares", "because"),
    [
        ((), "2026-01-01T00:00", False, Because.NOT_A_PARTY),
        ((DRAFT,), "2026-01-01T00:00", False, Because.NOT_SIGNED),
        ((DRAFT, SIGNED), "2026-01-01T00:00", False, Because.NOT_STARTED),
        (RUNNING, "2025-11-11T23:59", False, Because.NOT_STARTED),
        (RUNNING, "2025-11-12T00:00", True, Because.RUNNING),
        (RUNNING, "2026-11-11T23:59", True, Because.RUNNING),
        (RUNNING, "2026-11-12T00:00", False, Because.EXPIRED),
        ((*RUNNING, SUSPENDED), "2026-02-01T00:00", False, Because.SUSPENDED),
        ((*RUNNING, SUSPENDED, RESUMED), "2026-03-01T00:00", True, Because.RESUMED),
        ((*RUNNING, ENDED), "2026-05-01T00:00", False, Because.ENDED),
        ((*RUNNING, ENDED), "2027-05-01T00:00", False, Because.ENDED),
    ],
)
def test_it_shares_while_the_agreement_runs_and_is_valid(facts, text, shares, because):
    found = standing(facts, text)
    assert (found.shares, found.because) == (shares, because)


def test_a_last_day_ends_at_midnight_in_the_zone_of_the_unit():
    still, over = "2026-11-11T23:59:59", "2026-11-12T00:00"
    for zone in Zone:
        assert standing(RUNNING, still, zone).shares
        assert not standing(RUNNING, over, zone).shares
    compiled = scope(*RUNNING)
    ends = compiled.next_change(Zone, at("2026-11-11T00:00"))
    assert ends == at("2026-11-12T00:00", Zone.WIT) < at("2026-11-12T00:00", WIB)
    assert compiled.next_change([WIB], at("2026-11-12T00:00")) is None


def test_the_tail_is_counted_from_when_nothing_was_shared_any_more():
    suspended = at("2026-02-01T00:00")
    expired = standing((*RUNNING, SUSPENDED), "2026-12-01T00:00")
    assert (expired.because, expired.since) == (Because.EXPIRED, suspended)
    assert expired.tail_ends(None) == suspended + TAIL
    ended = standing((*RUNNING, SUSPENDED, ENDED), "2026-06-01T00:00")
    assert ended.since == suspended
    assert standing((DRAFT,), "2026-06-01T00:00").tail_ends(None) < suspended
    assert standing(RUNNING, "2026-06-01T00:00").tail_ends(suspended) is None


def test_who_hears_late_of_an_end_has_as_long_to_let_go():
    told = at("2027-05-05T00:00")
    ended = standing((*RUNNING, ENDED), "2027-06-01T00:00")
    assert ended.tail_ends(told) == told + TAIL
    assert standing((DRAFT,), "2027-06-01T00:00").tail_ends(told) == told + TAIL


@pytest.mark.parametrize(
    "missing", ["units", "regions", "programme_kinds", "participant_kinds", "allowed_fields"]
)
def test_what_is_missing_means_nothing(missing):
    found = standing((replace(DRAFT, **{missing: ()}), SIGNED, STARTED), "2026-01-01T00:00")
    assert (found.shares, found.because) == (False, Because.NOTHING_NAMED)


def test_fields_are_those_that_are_listed_and_that_the_agency_may_have():
    assert scope(*RUNNING).fields == (SharedField.FULL_NAME, SharedField.CERTIFICATE)
    assert scope(*RUNNING, kind=AgencyKind.BAPAS).fields == (
        SharedField.FULL_NAME,
        SharedField.SUPERVISION,
    )
    assert scope(*RUNNING, kind=AgencyKind.PEMDA).fields == (SharedField.COUNTS,)


@pytest.mark.parametrize("kind", [None, AgencyKind.DINAS, AgencyKind.OTHER, AgencyKind.UPT])
def test_an_agency_of_no_kind_that_shares_is_shown_nothing(kind):
    compiled = scope(*RUNNING, kind=kind)
    assert not compiled.standing(WIB, at("2026-01-01T00:00")).shares
    assert compiled.fields == ()


def test_who_is_no_party_has_no_scope():
    compiled = scope(*RUNNING, agency="DISNAKER-33.75")
    assert compiled.standing(WIB, at("2026-01-01T00:00")).because is Because.NOT_A_PARTY


def test_no_record_has_a_field_of_an_offence_or_a_sentence():
    words = {field.value for fields in FIELDS.values() for field in fields}
    assert not {w for w in words if "offence" in w or "sentence" in w or "verdict" in w}


def test_a_scope_holds_what_the_agreement_says_and_without_one_nothing():
    assert scope(*RUNNING, SUSPENDED) == Scope(
        agreement="a",
        agency="DISNAKER-12.71",
        kind=AgencyKind.DINAS_KETENAGAKERJAAN,
        record=RECORD_OF[AgencyKind.DINAS_KETENAGAKERJAAN],
        title=DRAFT.title,
        number="PKS/1",
        purpose=DRAFT.purpose,
        legal_basis=DRAFT.legal_basis,
        units=DRAFT.units,
        regions=DRAFT.regions,
        programme_kinds=DRAFT.programme_kinds,
        participant_kinds=DRAFT.participant_kinds,
        fields=(SharedField.FULL_NAME, SharedField.CERTIFICATE),
        party=True,
        valid_from=SIGNED.valid_from,
        valid_until=SIGNED.valid_until,
        switches=(
            Switch(at=at("2025-11-12T00:00"), runs=True, because=Because.RUNNING),
            Switch(at=at("2026-02-01T00:00"), runs=False, because=Because.SUSPENDED),
        ),
    )
    nothing = scope(kind=None)
    assert not any(
        getattr(nothing, field.name)
        for field in fields(nothing)
        if field.name not in {"agreement", "agency"}
    )


def test_an_agreement_without_an_end_stops_when_it_is_stopped():
    endless = (DRAFT, replace(SIGNED, valid_until=None), STARTED)
    assert standing(endless, "2199-01-01T00:00").since == at("2025-11-12T00:00")
    suspended = standing((*endless, SUSPENDED), "2027-01-01T00:00")
    assert (suspended.shares, suspended.since) == (False, at("2026-02-01T00:00"))
    assert scope(*endless).next_change(Zone, at("2025-11-12T00:00")) is None


def test_it_says_since_when_it_is_shared_and_by_what_it_changes_next():
    assert standing((*RUNNING, SUSPENDED, RESUMED), "2026-04-01T00:00").since == at(
        "2026-03-01T00:00"
    )
    early = (DRAFT, SIGNED, replace(STARTED, effective=on("2025-11-01")))
    assert standing(early, "2025-11-10T00:00").because is Because.NOT_YET_VALID
    assert standing(early, "2025-12-01T00:00").since == at("2025-11-11T00:00")
    compiled = scope(*RUNNING, SUSPENDED)
    for now, then in (
        ("2025-01-01", "2025-11-11"),
        ("2025-11-11", "2025-11-12"),
        ("2025-11-12", "2026-02-01"),
        ("2026-02-01", "2026-11-12"),
    ):
        assert compiled.next_change([WIB], at(f"{now}T00:00")) == at(f"{then}T00:00")
    expired = standing((*RUNNING, SUSPENDED, RESUMED), "2027-01-01T00:00")
    assert expired.since == at("2026-11-12T00:00")

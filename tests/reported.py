"""Facts of a small partnership, and the reports on them."""

from dataclasses import replace
from datetime import date

from fold import tables
from scenario import on

from domain.agreement import (
    AgreementProposed,
    AgreementSigned,
    Instrument,
    ParticipantKind,
)
from domain.custody import (
    AdmissionReason,
    CustodyAdmitted,
    Religion,
    Sex,
)
from domain.programme import ProgrammeKind, ProgrammeOpened, ProviderKind
from domain.skill_training import Seated
from projections.counting import day_from
from projections.kernel import AsItStands, Report, Rows
from projections.population import POPULATION
from projections.training_funnel import TRAINING_FUNNEL, Basis

MEDAN = "RUTAN-MEDAN"
PKS = "agreement:pks"
TODAY = "2025-11-11"
STAGES = (
    "population",
    "of_domicile",
    "eligible",
    "applied",
    "enrolled",
    "attended",
    "completed",
    "assessed",
    "certified",
    "placed",
    "employed_3_months",
    "employed_6_months",
    "employed_12_months",
)


def admitted(case, domicile="12.71", *, born=date(1995, 1, 1), sentenced=True, unit=MEDAN):
    reason = AdmissionReason.PIDANA if sentenced else AdmissionReason.PENAHANAN
    event = CustodyAdmitted(
        effective=on("2025-02-10"),
        person=f"orang-{case}",
        unit=unit,
        reason=reason,
        full_name="Fiktif",
        sex=Sex.MALE,
        birth_date=born,
        religion=Religion.ISLAM,
        domicile=domicile,
    )
    return f"case:{case}", event


def agreement(**changes):
    terms = {
        "title": "PKS pelatihan",
        "instrument": Instrument.PKS,
        "parties": ("PEMKO-MEDAN", MEDAN),
        "purpose": "pelatihan",
        "legal_basis": "UU 22/2022",
        "units": (MEDAN,),
        "regions": ("12.71",),
        "programme_kinds": (),
        "participant_kinds": (ParticipantKind.NARAPIDANA, ParticipantKind.MANTAN_WARGA_BINAAN),
        "allowed_fields": (),
        "valid_from": None,
        "valid_until": None,
    }
    return PKS, AgreementProposed(effective=on("2025-11-01"), **terms | changes)


def signed():
    return PKS, AgreementSigned(
        effective=on("2025-11-11"),
        number="1/PKS",
        valid_from=date(2025, 11, 11),
        valid_until=date(2026, 11, 10),
    )


def opened(programme, *, certified=True, under="pks", kind=ProgrammeKind.PELATIHAN_KETERAMPILAN):
    event = ProgrammeOpened(
        effective=on("2025-10-01"),
        kind=kind,
        title=programme.title(),
        unit=MEDAN,
        provider="Disnaker",
        provider_kind=ProviderKind.DINAS,
        certified=certified,
        scheme=None,
        capacity=20,
        agreement=under,
        starts=date(2025, 11, 11),
        ends=None,
        eligible_domiciles=("12.71",),
        asset=None,
    )
    return f"programme:{programme}", event


def told(case, event, day, **said):
    return f"case:{case}", event(effective=on(day), **said)


def seated(case, programme="roti"):
    return told(case, Seated, "2025-11-02", programme=programme)


def report(one: Report, told_events, **parameters):
    rows = tables(one.over, told_events)
    asked = {name: parameters.get(name) for name in one.parameters}
    said = one.count(rows, asked)
    assert said == one.count(as_read(one, rows, asked), asked), "of what is not read as well"
    return said


def as_read(one: Report, rows: Rows, asked) -> Rows:
    """The rows as a report is given them: without the columns that it need not look at."""
    on = day_from("on", asked.get("on"))
    if on is None:
        return rows
    spared = {
        name: [_spared(row, one.stands[name], on) if name in one.stands else row for row in those]
        for name, those in rows.items()
    }
    again = {name: set(cases) for name, cases in one.again(spared, asked).items()}
    return {
        name: [
            whole if whole.case in again.get(name, ()) else row
            for whole, row in zip(rows[name], those, strict=True)
        ]
        if name in again
        else those
        for name, those in spared.items()
    }


def _spared(row, stands: AsItStands, on: date):
    holds = any(
        all(str(getattr(entry, field).value) == said for field, said in fields.items())
        for column, fields in stands.unless.items()
        for entry in getattr(row, column)
        if all(getattr(entry, field) for field in fields)
    )
    if row.last_effective_day >= on or holds:
        return row
    return replace(row, **dict.fromkeys(stands.unread))


def funnel(*told_events, on=None):
    lines = report(TRAINING_FUNNEL, told_events, agreement="pks", on=on)
    return {line.figure: line.persons for line in lines if line.basis is Basis.COUNTED}


def figures(lines, section):
    return {
        (line.figure, line.value, line.basis.value): line.count
        for line in lines
        if line.section.value == section
    }


def population(*told_events, **parameters):
    lines = report(POPULATION, told_events, **parameters)
    return {(line.by.value, line.value): line.persons for line in lines}

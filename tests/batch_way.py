"""A remisi batch as its events tell it, from draft to SK, and what its cases have yet to tell."""

from datetime import date

from scenario import on

from domain.batch_due import due_in, proposal_key
from domain.batch_list import (
    BatchDecided,
    BatchDrafted,
    BatchListed,
    BatchSessionHeld,
    BatchSkIssued,
    Candidate,
)
from domain.batch_standing import line_key
from domain.catalogue import REMISI_BATCH as STREAM
from domain.law.facts import RemisiKind
from domain.remisi import REMISI, DecisionLevel
from domain.remisi_batch import REMISI_BATCH

ADI, BUDI = (f"01980f5c-7a00-7000-8000-{n:012}" for n in range(2))
UMUM = RemisiKind.UMUM
AWARD = date(2025, 8, 17)
EVE = date(2025, 8, 16)
KEY = "01980f5c-7a00-7000-8000-00000000000f"


def line(case, **changes):
    said = {
        "case": case,
        "kind": UMUM,
        "included": True,
        "remission_days": 30,
        "days_served": 188,
        "year_ordinal": 1,
        "releases": False,
        "reasons": (),
    }
    return Candidate(**said | changes)


def by(who):
    return {"by": who, "on_behalf_of": None}


DRAFTED = BatchDrafted(
    effective=on("2025-08-01"),
    unit="RUTAN-MEDAN",
    award_day=AWARD,
    kinds=(UMUM,),
    rule_sets=("keppres-174-1999",),
    policies=(),
    **by("wali-1"),
)
OFF = line(BUDI, included=False, remission_days=0, reasons=("served_6_months",))
LISTED = BatchListed(effective=on("2025-08-01"), lines=(line(ADI), OFF), more=False)
MET = BatchSessionHeld(
    effective=on("2025-08-02"),
    minutes="BA-1",
    members=("a-1", "a-2"),
    recommended=True,
    except_cases=(),
    **by("ketua-1"),
)


def decided(level, who, *, agreed=True, day="2025-08-03", except_cases=()):
    return BatchDecided(
        effective=on(day), level=level, agreed=agreed, except_cases=except_cases, **by(who)
    )


AGREED = (
    decided(DecisionLevel.KEPALA_UPT, "kepala-1"),
    decided(DecisionLevel.KANWIL, "kanwil-1", day="2025-08-04"),
    decided(DecisionLevel.DITJENPAS, "dirjen-1", day="2025-08-05"),
)
SK = BatchSkIssued(
    effective=on("2025-08-06"), sk_number="PAS-1", sk_date=date(2025, 8, 6), **by("dirjen-2")
)
WAY = (DRAFTED, LISTED, MET, *AGREED, SK)


def batch_of(*events):
    return STREAM.fold(events)[REMISI_BATCH]


def due(events, told=(), today=EVE, case=ADI):
    batch = batch_of(*events)
    one = batch.lines[line_key(case, UMUM)]
    return due_in(batch, one, proposal_key(KEY, UMUM), REMISI.fold(told), today)


def names(events):
    return [one.stored_as.removeprefix("remisi.") for one in events]

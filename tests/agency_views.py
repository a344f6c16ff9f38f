"""What each agency of the demo is to see: its fields, of how many people, and nothing else."""

import json
import re
from datetime import UTC, datetime

from jsonschema_rs import validator_for

from application.demo.population import OFFENCES
from application.sharing import Sharing
from application.timeline import Timeline, in_order
from application.units import Units
from domain.catalogue import CASE, STREAMS
from domain.law.book import LAW
from domain.programme import ProgrammeOpened
from domain.record import StreamId
from domain.sharing.fields import RecordKind
from projections.shared.record import courses_named, shared
from projections.shared.schema import schema_of

WHO = ("sex", "age_band", "domicile")
BUSINESS = ("full_name", *WHO, "programme", "attendance", "skill", "certificate", "business")
TRAINED = ("full_name", *WHO, "programme", "attendance", "skill", "certificate")
FREED = ("full_name", "domicile", "participant_kind", "release", "integration")
EXPECTED = {
    ("S0", "POLRES-PEKALONGAN-KOTA"): {FREED: 16, ("full_name", "domicile", "referral"): 10},
    ("S0", "PEMKOT-33.75"): {("counts",): 1},
    ("S0", "RUTAN-PEKALONGAN"): {},
    ("S1", "PEMKOT-33.75"): {},
    ("S1", "DINPERPA-33.75"): {},
    ("S1", "DINDIK-33.75"): {},
    ("S1", "DINARPUS-33.75"): {},
    ("S1", "RUTAN-PEKALONGAN"): {},
    ("S2", "PEMKAB-36.04"): {("counts",): 1},
    ("S2", "DISKOUMPERINDAG-36.04"): {BUSINESS: 115},
    ("S2", "DISKAN-36.04"): {BUSINESS: 115},
    ("S2", "DKPP-36.04"): {BUSINESS: 115},
    ("S2", "UMKM-36.04"): {},
    ("S2", "RUTAN-SERANG"): {},
    ("S3", "PEMKO-12.71"): {("counts",): 1},
    ("S3", "DISNAKER-12.71"): {(*TRAINED, "availability", "placement"): 48},
    ("S3", "RUTAN-MEDAN"): {},
    ("S4", "BPVP-PANGKEP"): {},
    ("S4", "RUTAN-BARRU"): {},
}
"""The fields of each party's records, and how many there are. S1 is not signed, S4 not started."""
NEVER = re.compile(
    "|".join(
        (
            *OFFENCES,
            *("pasal", "pidana", "putusan", "vonis", "remisi", "residivis", "sk_number", r"nik\b"),
            *("offence", "verdict", "sentence", '"months"', "concern", "reason", "birth_date"),
            *("case:", "person:", "konvoi", "karang taruna"),
        )
    ),
    re.IGNORECASE,
)
"""Words of offences, verdicts, sentences and remisi, and of what is nobody's outside."""
VALID = {kind: validator_for(schema_of(kind)) for kind in RecordKind}


def said_of(kind, records):
    """Return how many records there are of each set of fields.

    Fails on a word that never leaves, and on what the schema of a record has no place for.
    """
    found = {}
    for record in records:
        assert not NEVER.search(json.dumps(record)), record
        assert VALID[kind].is_valid(record), record
        found[tuple(record)] = found.get(tuple(record), 0) + 1
    return found


def now():
    return datetime.now(UTC)


def views_of(ledger, agreements):
    """Return the records of people that each party is shown, by the agreement's row and agency."""
    streams = {page.stream for page in ledger.walk()}
    journeys = {
        stream: Timeline.of(STREAMS[stream.kind], ledger.read(stream)).journey
        for stream in streams
        if stream.kind in {"case", "referral"}
    }
    courses = {
        stream.key: opened
        for stream in streams
        if stream.kind == "programme"
        for opened in in_order(ledger.read(stream))
        if isinstance(opened, ProgrammeOpened)
    }
    sharing, views = Sharing(ledger, Units(ledger, now), now), {}
    for row, agreement in agreements.items():
        for agency in in_order(ledger.read(StreamId(kind="agreement", key=agreement)))[0].parties:
            scope = sharing.scope(agreement, agency)
            units = sharing.open_units(scope)
            found = (of_one(scope, *one, courses) for one in journeys.items())
            records = [one.record for one in found if one and one.unit in units]
            views[row, agency] = scope.record, records
    return views


def of_one(scope, stream, journey, courses):
    named = courses_named(journey) if stream.kind == CASE.name else ()
    return shared(scope, stream, journey, {key: courses[key] for key in named}, LAW)

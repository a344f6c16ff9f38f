"""Who may be in a scope, as the read models know: they are to be looked at, and nobody else.

Wider than the scope in every case of doubt. Any home that was told of will do, and anything that
names the agreement, or a programme of it. Whoever has no row for an error of ours is looked at as
well; and while it is not known which programmes are the agreement's, so is everybody at home there.
"""

from collections.abc import Collection
from typing import Any, Final

from psycopg import Connection
from psycopg.sql import SQL, Identifier

from infrastructure import dead_letters
from infrastructure.feed_audiences import Party
from projections.activity_participation import ACTIVITY_PARTICIPATION
from projections.case_summary import CASE_SUMMARY
from projections.education_register import EDUCATION_REGISTER
from projections.programmes import PROGRAMMES
from projections.referrals import REFERRALS
from projections.shared.membership import TAKE_PART
from projections.training_participation import TRAINING_PARTICIPATION

AT_HOME: Final = SQL(
    "SELECT key FROM {cases} WHERE unit = ANY(%(units)s) AND EXISTS"
    " (SELECT FROM jsonb_array_elements(homes) AS home WHERE home->>'domicile' = ANY(%(regions)s)"
    "  OR home->>'domicile' LIKE ANY(%(within)s))"
)
TAKING_PART: Final = SQL(
    "WITH courses AS (SELECT programme FROM {programmes} WHERE agreement = %(agreement)s),"
    ' part AS (SELECT "case" FROM {trainings} WHERE agreement = %(agreement)s'
    "   OR programme IN (SELECT programme FROM courses)"
    '  UNION SELECT "case" FROM {activities} WHERE agreement = %(agreement)s'
    "   OR programme IN (SELECT programme FROM courses)"
    '  UNION SELECT "case" FROM {learners} WHERE EXISTS'
    "   (SELECT FROM jsonb_array_elements(enrolments) AS e"
    "    WHERE e->>'agreement' = %(agreement)s"
    "    OR e->>'programme' IN (SELECT programme FROM courses)))"
    ' SELECT at_home.key FROM ({at_home}) AS at_home JOIN part ON part."case" = at_home.key'
)
STOPPED: Final = (
    "SELECT DISTINCT CASE WHEN whole_stream THEN key ELSE %s || split_part(key, '/', 1) END"
    " FROM read_model.dead_letter WHERE projection = ANY(%s)"
)
YOUTHS: Final = SQL("SELECT key FROM {referrals} WHERE agreement = %(agreement)s")
TABLES: Final = {
    "cases": CASE_SUMMARY.table,
    "programmes": PROGRAMMES.table,
    "trainings": TRAINING_PARTICIPATION.table,
    "activities": ACTIVITY_PARTICIPATION.table,
    "learners": EDUCATION_REGISTER.table,
    "referrals": REFERRALS.table,
}
OF_CASES: Final = ("cases", "trainings", "activities", "learners")
NAMED: Final = {name: Identifier("read_model", table) for name, table in TABLES.items()}


def cases_of(connection: Connection[Any], party: Party, units: Collection[str]) -> list[str]:
    """Return the cases that may be in scope, of these units, as names of streams."""
    query = AT_HOME.format(**NAMED)
    if party.scope.record in TAKE_PART and not _unknown(connection, "programmes"):
        query = TAKING_PART.format(at_home=query, **NAMED)
    said = {
        "units": sorted(units),
        "regions": list(party.scope.regions),
        "within": [f"{region}.%" for region in party.scope.regions],
        "agreement": party.audience.agreement,
    }
    found = {f"case:{key}" for (key,) in connection.execute(query, said)}
    return sorted(found | _stopped(connection, "case:", *OF_CASES))


def referrals_of(connection: Connection[Any], party: Party) -> list[str]:
    """Return the referrals under an agreement, as names of streams."""
    said = {"agreement": party.audience.agreement}
    rows = connection.execute(YOUTHS.format(**NAMED), said)
    found = {f"referral:{key}" for (key,) in rows}
    return sorted(found | _stopped(connection, "referral:", "referrals"))


def _stopped(connection: Connection[Any], kind: str, *names: str) -> set[str]:
    """Return the streams that some rows would be of which could not be made."""
    rows = connection.execute(STOPPED, (kind, [TABLES[name] for name in names]))
    return {stream for (stream,) in rows if stream.startswith(kind)}


def _unknown(connection: Connection[Any], name: str) -> bool:
    return bool(dead_letters.stopped(connection, [TABLES[name]]))

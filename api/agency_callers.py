"""Through whose eyes an agreement is looked at: an agency's own, or those that an overseer borrows.

An agency looks with the eyes of its token and with no others. Who answers for every unit that an
agreement names may look with a party's eyes, to see what that party sees; that too is recorded.
Missing is nothing: an agreement that names no unit is nobody's to look through below the national
level.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Final, get_args

from fastapi import Depends, Path, Query

from api.callers import Known
from api.problems import Problem, not_found
from api.tokens import Caller, Role
from application.feeds import Audience
from domain.fields import EXAMPLE_ID, UUID, AgencyCode
from domain.kernel import Pattern, Words
from domain.sharing.scope import Scope

OVERSEEING: Final = frozenset({Role.SUPERVISOR, Role.AUDITOR})
NOT_AN_AGENCY: Final[Words] = (
    "ini dibuka untuk instansi mitra, dan untuk penyelia dan auditor semua unit kerja samanya",
    "this is open to partner agencies, and to supervisors and auditors of all its units",
)
WHICH_AGENCY: Final[Words] = (
    "sebut instansi yang matanya dipakai: ?agency=KODE",
    "name the agency whose eyes are used: ?agency=CODE",
)
AGENCY: Final = next(mark for mark in get_args(AgencyCode) if isinstance(mark, Pattern))


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who looks, and as which party of which agreement."""

    caller: Caller
    audience: Audience

    def ensure_may_see(self, scope: Scope) -> None:
        """Answer 404 to whoever is no party and does not answer for all of the scope's units."""
        if self.caller.role is not Role.AGENCY and not answers_for_all(self.caller, scope):
            raise not_found()


def answers_for_all(caller: Caller, scope: Scope) -> bool:
    """Say whether a caller of the house answers for all units of a scope, where it names any."""
    own = bool(scope.units) and caller.units.issuperset(scope.units)
    return caller.access.everywhere or own


async def eyes_of(
    agreement_id: Annotated[
        str, Path(description="The key of the agreement.", examples=[EXAMPLE_ID], max_length=100)
    ],
    caller: Known,
    agency: Annotated[
        str | None,
        Query(description="For supervisors and auditors: the party to look as.", max_length=64),
    ] = None,
) -> Eyes:
    """Return through whose eyes a caller looks; a `Problem` for who has none to look through."""
    if caller.role is Role.AGENCY:
        party = caller.agency
        if party is None or agency not in {None, party}:
            raise not_found()
    elif caller.role in OVERSEEING:
        party = agency
        if party is None:
            place = ("/query/agency", "feed.agency_needed", WHICH_AGENCY)
            raise Problem(422, "feed.agency_needed", WHICH_AGENCY, errors=[place])
    else:
        raise Problem(403, "access.agencies_only", NOT_AN_AGENCY)
    if not (re.fullmatch(UUID, agreement_id, re.ASCII) and re.fullmatch(AGENCY.regex, party)):
        raise not_found()
    return Eyes(caller, Audience(agreement=agreement_id, agency=party))


WithEyes = Annotated[Eyes, Depends(eyes_of)]

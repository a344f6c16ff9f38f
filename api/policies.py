"""What the service is ruled by, as contents to take a digest of: each says a rule that is in force.

Which units a caller sees is in `application.jurisdiction`, and is told by the version of the
software alone: what is not data has no content here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from api.readings import PURPOSES, SHOWS_NOBODY
from api.tokens import APPROVERS, OVERSEERS, READERS, WRITERS, Level, Role
from application.policies import event_catalogue
from domain.kernel import Json, data_classes
from domain.policy import PolicyKind
from projections.kernel import Projection, Report


def policies(
    projections: Sequence[Projection[Any]], reports: Sequence[Report[Any]]
) -> Mapping[PolicyKind, Json]:
    """Return the content of each policy."""
    return {
        PolicyKind.EVENT_CATALOGUE: event_catalogue(),
        PolicyKind.PERMISSIONS: permissions(),
        PolicyKind.PROJECTIONS: {
            "projections": {one.name: projection(one) for one in projections},
            "reports": {
                one.name: {
                    "columns": sorted(field.name for field in fields(one.row)),
                    "parameters": list(one.parameters),
                }
                for one in reports
            },
        },
    }


def permissions() -> Json:
    """Return what each role may do, and which answers need no record."""
    return {
        "roles": {
            role.value: {
                "records": role in WRITERS,
                "reads": role in READERS,
                "oversees": role in OVERSEERS,
                "approves": role in APPROVERS,
                "operates": role is Role.OPERATOR,
                "purpose": PURPOSES[role].value,
            }
            for role in Role
        },
        "levels": [level.value for level in Level],
        "shows_nobody": sorted(SHOWS_NOBODY),
    }


def projection(one: Projection[Any]) -> Json:
    """Return what a read model is made of, and who sees its rows."""
    return {
        "version": one.version,
        "scope": one.scope.value,
        "events": sorted(event.stored_as for event in one.events),
        "columns": {name: mark.value for name, mark in data_classes(one.row).items()},
        "words": sorted(one.indexed),
    }

"""Units and agencies: what each was called from which day on, so that a name fits its time."""

from datetime import date
from enum import Enum

from domain.kernel import Open, Value
from domain.record import Recorded
from domain.registry import AgencyKind, AgencyNamed, UnitKind, UnitNamed, key_of
from projections.dated import Moment, entered, when
from projections.kernel import Projection, Scope


class Sort(Enum):
    """Whether somebody is held there, or it is a partner."""

    UNIT = "unit"
    AGENCY = "agency"


class Named(Moment):
    """What it is called, and is, from a day on; ``kind`` in the words of its own enum."""

    title: str
    kind: str
    unit_class: str | None
    region: str | None


class RegistryLine(Value):
    """One unit or agency as it is called now, and every name that it had."""

    code: Open[str]
    sort: Open[Sort]
    title: Open[str]
    unit_kind: Open[UnitKind | None]
    agency_kind: Open[AgencyKind | None]
    unit_class: Open[str | None]
    region: Open[str | None]
    names: Open[tuple[Named, ...]]


def name_on(row: RegistryLine, on: date) -> Named | None:
    """Return what it was called at the end of a day; nothing before its first name."""
    return next((name for name in reversed(row.names) if name.day <= on), None)


def _named(page: Recorded, event: UnitNamed | AgencyNamed) -> Named:
    return Named(
        **when(page),
        title=event.title,
        kind=event.kind.value,
        unit_class=event.unit_class if isinstance(event, UnitNamed) else None,
        region=event.region,
    )


def key(page: Recorded) -> str | None:
    """Return the key of the unit or agency that a page names."""
    return key_of(page.event) if isinstance(page.event, UnitNamed | AgencyNamed) else None


def evolve(row: RegistryLine | None, page: Recorded) -> RegistryLine | None:
    """Enter the name, and say which one holds now."""
    event = page.event
    if not isinstance(event, UnitNamed | AgencyNamed):
        return row
    names = entered(row.names if row else (), _named(page, event))
    now, unit = names[-1], isinstance(event, UnitNamed)
    return RegistryLine(
        code=event.unit if isinstance(event, UnitNamed) else event.agency,
        sort=Sort.UNIT if unit else Sort.AGENCY,
        title=now.title,
        unit_kind=UnitKind(now.kind) if unit else None,
        agency_kind=None if unit else AgencyKind(now.kind),
        unit_class=now.unit_class,
        region=now.region,
        names=names,
    )


UNITS_AND_AGENCIES = Projection(
    name="units_and_agencies",
    version=1,
    row=RegistryLine,
    events=(UnitNamed, AgencyNamed),
    key=key,
    evolve=evolve,
    scope=Scope.SERVICE,
)

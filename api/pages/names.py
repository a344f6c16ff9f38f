"""What codes and ids are called, as far as the caller may know: units, programmes, agreements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from api.dependencies import Services
from application.read_models import Access, Question
from domain.region import REGIONS
from projections.agreements import AGREEMENTS
from projections.programmes import PROGRAMMES
from projections.units_and_agencies import UNITS_AND_AGENCIES


@dataclass(frozen=True, slots=True)
class Names:
    """Titles by code or id; what has none, or is out of scope, stays as it is."""

    titles: Mapping[str, str]

    def of(self, code: str | None) -> str:
        """Return the title of a unit, an agency, a programme, an agreement or a region."""
        if code is None:
            return "-"
        return self.titles.get(code) or self.region(code)

    def region(self, code: str) -> str:
        """Return a region by its name, or the code."""
        return REGIONS[code].name if code in REGIONS else code


def units_and_agencies(services: Services, access: Access) -> dict[str, str]:
    """Return the title of each unit and agency by its code."""
    counted = frozenset({"code", "title"})
    question = Question(where={}, words=(), after=None, limit=None, counted=counted)
    rows = services.read_models.ask(UNITS_AND_AGENCIES.name, question, access).rows
    return {row.code: row.title for _, row in rows}


def named_in(services: Services, access: Access, events: Iterable[object]) -> Names:
    """Return the names of the programmes and agreements that events, or others, speak of."""
    said = list(events)
    titles = units_and_agencies(services, access)
    for projection, column in ((PROGRAMMES, "programme"), (AGREEMENTS, "agreement")):
        ids = {key for event in said if (key := getattr(event, column, None))}
        if ids:
            where = {column: tuple(sorted(ids))}
            question = Question(where=where, words=(), after=None, limit=None)
            rows = services.read_models.ask(projection.name, question, access).rows
            titles |= {getattr(row, column): row.title for _, row in rows if row.title}
    return Names(titles)

"""One small read model, for tests that are about tables and not about what is in them."""

from dataclasses import replace

from application.read_models import Access, Question
from domain.conduct import ConductAssessed, DisciplineBegan
from domain.kernel import Open, Personal, Specific, Value
from domain.record import Recorded
from projections.kernel import Projection, Scope

EVERYTHING = Access(everywhere=True, units=frozenset())
ANY = Question(where={}, words=(), after=None, limit=None)


class Line(Value):
    """One case as this test keeps it."""

    case: Open[str]
    unit: Open[str | None]
    destination: Open[str | None]
    person: Open[str]
    months: Open[tuple[str, ...]]
    name: Personal[str | None]
    offence: Specific[str | None]


def evolve(line: Line | None, page: Recorded) -> Line | None:
    before = line or Line(
        case=page.stream.key,
        unit="RUTAN-MEDAN",
        destination=None,
        person=page.subject,
        months=(),
        name=None,
        offence=None,
    )
    match page.event:
        case ConductAssessed() if page.event.month == "1999-01":
            raise RuntimeError("poison: Budi")
        case ConductAssessed() if page.event.month == "1999-02":
            return None
        case ConductAssessed():
            return replace(before, months=(*before.months, page.event.month), name="Budi Fiktif")
        case DisciplineBegan():
            return replace(before, offence=page.event.offence)
    return before


LINES = Projection(
    name="case_summary",
    version=1,
    row=Line,
    events=(ConductAssessed, DisciplineBegan),
    key=lambda page: page.stream.key,
    evolve=evolve,
    scope=Scope.CASE,
    subject="person",
    indexed=("name",),
)

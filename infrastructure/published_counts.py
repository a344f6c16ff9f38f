"""The counts that a pemda is told, from the read models of the units that its agreement names."""

from datetime import date
from typing import Any

from application.read_models import Access, Question, ReadModels
from domain.kernel import Json
from domain.sharing.scope import Scope
from projections.counting import COUNTED
from projections.kernel import Projection, open_columns
from projections.shared.counts import OVER, published_counts
from projections.shared.plain import plain


def counts_of(models: ReadModels, scope: Scope, on: date) -> Json:
    """Return what a scope's field ``counts`` holds, as it was at the end of a day.

    Nothing but the scope goes in beside the rows, so that the same facts make the same counts; no
    day stands in them, so that a day on which nothing changes makes no new record. Whoever was
    moved to a unit that the scope does not name is out of sight at once, as of every day. To be
    asked once a day of a day that is over: a count that follows each event tells who each one is
    about. Whether anything is shared at all is for the scope's standing to say.
    """
    access = Access(everywhere=False, units=frozenset(scope.units))
    rows = {
        one.name: [row for _, row in models.ask(one.name, _asked(one), access).rows] for one in OVER
    }
    counts: Json = plain(published_counts(scope, rows, on))
    return counts


def _asked(projection: Projection[Any]) -> Question:
    columns = COUNTED.get(projection.name) or open_columns(projection.row)
    return Question(where={}, words=(), after=None, limit=None, counted=columns)

"""Conduct: the monthly SPPN assessment, and discipline kept in Register F.

UU 22/2022 art. 10(2) makes good conduct, taking part in programmes and a lowered risk conditions of
every right; SPPN (Kepdirjenpas PAS-10.OT.02.02/2021, certainty K~) is how they are measured each
month. A disciplinary measure is entered in Register F when it begins and when it ends; whether it
bars a remisi is the law's question (`domain.law`), not this chapter's.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final, assert_never, get_args

from domain.fields import Line, Month, Note, Ref, Score
from domain.kernel import (
    Chapter,
    Event,
    Journey,
    Open,
    Refused,
    Specific,
    Value,
    ensure,
    replace,
)
from domain.time import Effective


class Predicate(Enum):
    """How the assessment reads."""

    SANGAT_BAIK = "sangat_baik"
    BAIK = "baik"
    CUKUP = "cukup"
    KURANG = "kurang"


class DisciplineLevel(Enum):
    """Weight of a disciplinary offence (Permenkumham 8/2024, certainty K~)."""

    RINGAN = "ringan"
    SEDANG = "sedang"
    BERAT = "berat"


class ConductAssessed(Event, stored_as="conduct.assessed"):
    """The wali pemasyarakatan assessed one month by SPPN. A later assessment of it replaces it."""

    month: Open[Month]
    score: Open[Score]
    predicate: Open[Predicate]
    risk_declined: Open[bool]


class DisciplineBegan(Event, stored_as="conduct.discipline_began"):
    """A disciplinary measure began and stands in Register F."""

    measure: Open[Ref]
    level: Open[DisciplineLevel]
    offence: Specific[Note]
    document: Open[Line]


class DisciplineEnded(Event, stored_as="conduct.discipline_ended"):
    """A disciplinary measure came to its end."""

    measure: Open[Ref]


class Deradicalised(Event, stored_as="conduct.deradicalised"):
    """Deradicalisation was gone through, and the pledge to NKRI made: of whom terrorism is charged.

    A condition of every right of theirs (PP 99/2012; UU 22/2022 art. 10, V).
    """

    document: Specific[Line]


ConductEvent = ConductAssessed | DisciplineBegan | DisciplineEnded | Deradicalised


class Measure(Value):
    """One line of Register F."""

    began: Effective
    ended: Effective | None


class Conduct(Value):
    """Assessments by month, and Register F by measure, in the order in which they began.

    ``deradicalised`` is since when deradicalisation and the pledge are done.
    """

    assessments: dict[str, ConductAssessed]
    register_f: dict[str, Measure]
    deradicalised: Effective | None


def _ensure_month_begun(proposed: ConductAssessed) -> None:
    ensure(
        proposed.month <= proposed.effective.day.isoformat()[:7],
        "conduct.month_not_over",
        article="UU 22/2022 art. 10",
        because=(
            "bulan yang dinilai belum dimulai",
            "the month assessed has not begun",
        ),
        field="month",
    )


def _ensure_in_register_f(
    proposed: DisciplineBegan | DisciplineEnded, register_f: Mapping[str, Measure]
) -> None:
    """Admit a measure once, and its end once."""
    measure = register_f.get(proposed.measure)
    if isinstance(proposed, DisciplineBegan):
        ensure(
            measure is None,
            "conduct.measure_exists",
            article="Register F",
            because=(
                f"tindakan {proposed.measure} sudah tercatat di Register F",
                f"measure {proposed.measure} is in Register F already",
            ),
        )
    elif measure is None or measure.ended is not None:
        raise Refused(
            "conduct.no_such_measure",
            article="Register F",
            because=(
                f"tidak ada tindakan {proposed.measure} yang sedang berjalan",
                f"no measure {proposed.measure} is running",
            ),
        )


def decide(proposed: ConductEvent, journey: Journey) -> Sequence[Event]:
    """Admit what Register F and SPPN can hold."""
    match proposed:
        case ConductAssessed():
            _ensure_month_begun(proposed)
        case DisciplineBegan() | DisciplineEnded():
            _ensure_in_register_f(proposed, journey[CONDUCT].register_f)
        case Deradicalised():
            ensure(
                journey[CONDUCT].deradicalised is None,
                "conduct.already_deradicalised",
                article="PP 99/2012",
                because=(
                    "deradikalisasi dan ikrar sudah tercatat",
                    "deradicalisation and the pledge are recorded already",
                ),
            )
        case _:
            assert_never(proposed)
    return [proposed]


def evolve(conduct: Conduct, event: ConductEvent) -> Conduct:
    """Write the assessment or the line of Register F."""
    match event:
        case ConductAssessed():
            return replace(conduct, assessments=conduct.assessments | {event.month: event})
        case DisciplineBegan():
            line = Measure(began=event.effective, ended=None)
            return replace(conduct, register_f=conduct.register_f | {event.measure: line})
        case DisciplineEnded():
            began = conduct.register_f.get(event.measure)
            line = Measure(began=began.began if began else event.effective, ended=event.effective)
            return replace(conduct, register_f=conduct.register_f | {event.measure: line})
        case Deradicalised():
            return replace(conduct, deradicalised=event.effective)
        case _:
            assert_never(event)


CONDUCT: Final[Chapter[Conduct, ConductEvent]] = Chapter(
    name="conduct",
    events=get_args(ConductEvent),
    initial=Conduct(assessments={}, register_f={}, deradicalised=None),
    decide=decide,
    evolve=evolve,
)

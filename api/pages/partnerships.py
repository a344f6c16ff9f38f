"""One partnership as a card: its stage, what is recorded of it, and apart what was only said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from api.pages import labels
from api.pages.bars import Bar, bar
from api.pages.besides import besides
from api.pages.counting import Counted
from api.pages.names import Names
from api.pages.tongue import Tongue
from domain.agreement import AgreementStatus
from domain.kernel import Words

PEOPLE: Final = ("population", "of_domicile", "eligible")
"""Those whom the partnership may reach. The steps after them are of those who take part."""
STEPS: Final[Mapping[str, Words]] = {
    "population": ("Penghuni unit", "Population"),
    "of_domicile": ("Berdomisili di wilayah", "Of the domicile"),
    "eligible": ("Memenuhi syarat", "Eligible"),
    "applied": ("Melamar", "Applied"),
    "enrolled": ("Mendapat tempat", "Enrolled"),
    "attended": ("Hadir", "Attended"),
    "completed": ("Selesai", "Completed"),
    "assessed": ("Diuji", "Assessed"),
    "certified": ("Bersertifikat kompetensi", "Certified competent"),
    "placed": ("Bekerja", "Placed in work"),
    "employed_3_months": ("Masih bekerja, 3 bulan", "Employed at 3 months"),
    "employed_6_months": ("Masih bekerja, 6 bulan", "Employed at 6 months"),
    "employed_12_months": ("Masih bekerja, 12 bulan", "Employed at 12 months"),
}
AFTER: Final = ("placed", "employed_3_months", "employed_6_months", "employed_12_months")
STAGES: Final = (
    (AgreementStatus.PROPOSED, "proposed_on"),
    (AgreementStatus.SIGNED, "signed_on"),
    (AgreementStatus.RUNNING, "started_on"),
    (AgreementStatus.SUSPENDED, "suspended_on"),
)
ALWAYS: Final = (AgreementStatus.PROPOSED, AgreementStatus.SIGNED, AgreementStatus.RUNNING)
"""The stages that every partnership is on its way to; the others are shown where it is there."""


@dataclass(frozen=True, slots=True)
class Stage:
    """How far an agreement can come, and when this one came so far."""

    label: str
    day: date | None
    current: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A plan, or what a source claims. Never a result."""

    source: str
    text: str
    figure: int | None


@dataclass(frozen=True, slots=True)
class Partnership:
    """One card."""

    title: str
    instrument: str
    status: str
    parties: Sequence[str]
    stages: Sequence[Stage]
    funnel: Sequence[Bar]
    participants: Sequence[Bar]
    besides: Sequence[tuple[str, str]]
    said: Sequence[Said]


def partnership(row: Any, counted: Counted, tongue: Tongue, names: Names) -> Partnership:
    """Return the card of an agreement."""
    reached, taking_part = _funnel(counted.funnels.get(row.agreement, {}), tongue)
    return Partnership(
        title=row.title or row.agreement,
        instrument=tongue.value(row.instrument) if row.instrument else "",
        status=tongue.value(row.status),
        parties=[names.of(party) for party in row.parties],
        stages=[
            Stage(
                label=tongue.value(status).capitalize(),
                day=getattr(row, column),
                current=row.status is status,
            )
            for status, column in STAGES
            if status in ALWAYS or row.status is status
        ],
        funnel=reached,
        participants=taking_part,
        besides=list(besides(counted.lines.get(row.agreement, ()), tongue)),
        said=_said(row, tongue),
    )


def _funnel(counts: Mapping[str, int], tongue: Tongue) -> tuple[list[Bar], list[Bar]]:
    """Return both parts of the funnel, each on its own scale; steps with nobody at the end go."""
    reached = {name: counts[name] for name in PEOPLE if name in counts}
    steps = [name for name in counts if name in STEPS and name not in PEOPLE]
    while steps and not counts[steps[-1]]:
        steps.pop()
    if not any(reached.values()) and not steps:
        return [], []
    return (
        _bars(reached, next(iter(reached.values()), 0), tongue),
        _bars({name: counts[name] for name in steps}, counts.get("applied", 0), tongue),
    )


def _bars(counts: Mapping[str, int], whole: int, tongue: Tongue) -> list[Bar]:
    """Return bars with their share of the whole that they begin with."""
    widest = max(counts.values(), default=0)
    return [
        bar(
            tongue(*STEPS.get(name, (labels.spaced(name),) * 2)),
            count,
            widest=widest,
            share=tongue.percent(count, whole),
            tone="people" if name in PEOPLE else "after" if name in AFTER else "",
        )
        for name, count in counts.items()
    ]


def _said(row: Any, tongue: Tongue) -> list[Said]:
    plan = tongue("Rencana", "Plan")
    claim = tongue("Klaim", "Claim")
    return [
        *(Said(plan, one.text, _unsaid(one)) for one in row.plans),
        *(Said(f"{claim} · {one.source}", one.text, _unsaid(one)) for one in row.claims),
    ]


def _unsaid(one: Any) -> int | None:
    """Return the figure, unless the words name it already."""
    words = one.text.replace(".", "").replace(",", "").split()
    return None if str(one.figure) in words else one.figure

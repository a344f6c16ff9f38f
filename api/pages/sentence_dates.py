"""The dates of a punishment on the page of a case, in sentences to be read aloud to the person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from api.dependencies import Services
from api.pages.tongue import Tongue
from api.routes.case_dates import dates_at
from application.journeys import History, Moment
from application.sentence_dates import CaseDates, ClaimStanding, HeldAgainst
from domain.kernel import Refused, Words
from domain.law.aloud import spoken_day
from domain.law.calculation import Calculation
from domain.law.claims import TITLES
from domain.law.counted import CountedStep
from domain.law.facts import Right, RightLived
from domain.record import Recorded

RIGHTS: Final = {
    Right.ASIMILASI: ("Asimilasi", "Asimilasi"),
    Right.CMK: ("Cuti mengunjungi keluarga", "Leave to visit the family"),
    Right.CB: ("Cuti bersyarat", "Conditional leave"),
    Right.CMB: ("Cuti menjelang bebas", "Leave before release"),
    Right.PB: ("Pembebasan bersyarat", "Parole"),
}
DAYS: Final = (
    ("one_third", ("1/3 pidana", "One third")),
    ("one_half", ("1/2 pidana", "One half")),
    ("two_thirds", ("2/3 pidana", "Two thirds")),
    ("expiry", ("Berakhirnya pidana", "Expiry")),
    ("release", ("Bebas", "Release")),
)
GONE: Final = ("sudah dilupakan", "forgotten")
STANDINGS: Final = {
    ClaimStanding.AGREES: ("sama dengan hitungan", "as it is reckoned"),
    ClaimStanding.OVERTAKEN: (
        "benar pada hari dokumen itu; fakta sesudahnya mengubahnya",
        "right on the day of the document; later facts changed it",
    ),
    ClaimStanding.DIFFERS: ("berbeda dari hitungan", "differs from what is reckoned"),
    ClaimStanding.NOT_COMPUTED: ("tidak ada hitungannya", "nothing is reckoned for it"),
    ClaimStanding.FORGOTTEN: GONE,
}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, and the event on this page that tells it."""

    text: str
    event_id: str | None


@dataclass(frozen=True, slots=True)
class ClaimShown:
    """A date of a document beside the law's, with both calculations where they differ."""

    title: str
    day: str
    document: str
    standing: str
    flagged: bool
    withdrawn: bool
    reckoning: str | None
    law: str | None
    steps: Sequence[Said]


@dataclass(frozen=True, slots=True)
class DatesShown:
    """Everything of the section; ``none`` is said in the place of dates that there are not."""

    days: Sequence[tuple[str, date]]
    steps: Sequence[Said]
    rights: Sequence[tuple[str, str]]
    notices: Sequence[str]
    claims: Sequence[ClaimShown]
    basis: str
    none: str | None


def dates_shown(
    services: Services, then: History, moment: Moment, tongue: Tongue
) -> DatesShown | None:
    """Return what the page says of a case's dates; nothing where the case is not open by then."""
    if not then.pages:
        return None
    try:
        found = dates_at(services, then, moment)
    except Refused as refused:
        return _nothing(tongue.words(refused.because))
    return _Shown(then.pages, tongue).section(found)


def _since(lived: RightLived, whole: Calculation | None) -> Words:
    since, end = spoken_day(lived.from_day), whole.probation_end if whole else None
    said = f"sedang dijalani sejak {since[0]}", f"since {since[1]}"
    if lived.right is not Right.PB or end is None:
        return said
    until = spoken_day(end)
    return (
        f"{said[0]}; masa percobaan sampai {until[0]}",
        f"{said[1]}; on probation until {until[1]}",
    )


def _nothing(because: str) -> DatesShown:
    return DatesShown(days=(), steps=(), rights=(), notices=(), claims=(), basis="", none=because)


class _Shown:
    def __init__(self, pages: Sequence[Recorded], tongue: Tongue) -> None:
        self._tongue = tongue
        self._ids = {(p.event.stored_as, p.event.effective.day): p.event_id for p in pages}

    def section(self, found: CaseDates) -> DatesShown:
        claims = [self._claim(one) for one in found.claims]
        whole = found.calculation
        if whole is None:
            words = " ".join(self._said(one.because) for one in found.problems)
            return DatesShown(
                days=(), steps=(), rights=(), notices=(), claims=claims, basis="", none=words
            )
        none = whole.not_applicable
        return DatesShown(
            days=[(self._said(title), getattr(whole.days, name)) for name, title in DAYS]
            if whole.days
            else (),
            steps=[self._step(one) for one in found.counted],
            rights=list(self._rights(found)) if whole.days else (),
            notices=[self._said(one.because) for one in whole.warnings if not none],
            claims=claims,
            basis=", ".join(whole.rule_sets),
            none=self._said(none.because) if none else None,
        )

    def _rights(self, found: CaseDates) -> Iterator[tuple[str, str]]:
        """Yield the right that runs; else each with when it opens, or what bars it."""
        whole = found.calculation
        running = [one for one in found.facts.rights if one.to is None]
        for lived in running:
            yield self._said(RIGHTS[lived.right]), self._said(_since(lived, whole))
        if running or (whole and whole.days and whole.days.release <= found.on):
            return
        for right, title in RIGHTS.items():
            one = whole.integration.get(right) if whole else None
            if one is None:
                continue
            if one.possible and one.from_day:
                day = spoken_day(one.from_day)
                text = self._said((f"mulai {day[0]}", f"from {day[1]}"))
            else:
                barring = [c for c in one.criteria if not c.met]
                words = [self._said((c.because_id, c.because_en)) for c in barring]
                text = " ".join(words) or self._said(("tidak terbuka", "not open"))
            yield self._said(title), text

    def _claim(self, one: HeldAgainst) -> ClaimShown:
        said = one.claim.recorded
        day = one.computed_then or one.computed_now
        flagged = one.standing in (ClaimStanding.DIFFERS, ClaimStanding.NOT_COMPUTED)
        return ClaimShown(
            title=self._said(TITLES[said.about]),
            day=self._said(spoken_day(said.claimed) if said.claimed else GONE),
            document=f"{said.document or self._said(GONE)}, {said.source}",
            standing=self._said(STANDINGS[one.standing]),
            flagged=flagged and not one.claim.withdrawn,
            withdrawn=one.claim.withdrawn is not None,
            reckoning=said.reckoning or None,
            law=self._said(spoken_day(day)) if day else None,
            steps=[self._step(step) for step in one.counted_then] if flagged else (),
        )

    def _step(self, one: CountedStep) -> Said:
        by = one.by
        event_id = self._ids.get((by.event, by.day)) if by else None
        return Said(text=self._said(one.because), event_id=event_id)

    def _said(self, words: Words) -> str:
        return self._tongue.words(words)

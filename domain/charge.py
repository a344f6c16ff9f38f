"""Charge: of what kind of offence somebody is suspected, accused or convicted.

The penyidik names the offence, the penuntut umum charges it, the court finds it: each may find
another one, and the latest counts. Its kind decides which law sets the limits of detention, and
which conditions a right has (UU 8/1981, UU 20/2025, PP 99/2012; special laws, K+). What exactly
somebody is said to have done is sealed; only its kind lies open, so that a clock can be shown.
"""

from collections.abc import Sequence
from typing import Annotated, Final

from domain.custody import ensure_alive
from domain.fields import Line
from domain.kernel import Chapter, Event, Journey, Open, Range, Specific, Value, ensure, replace
from domain.law.book import LAW
from domain.law.facts import CaseType
from domain.law.punishment import LONGEST_TERM

LONGEST: Final = max(one.values.most_years for one in LAW.book if one.topic is LONGEST_TERM)
MaximumYears = Annotated[int, Range(least=1, most=LONGEST)]
"""No term is longer under any text in the book."""


class ChargeRecorded(Event, stored_as="charge.recorded"):
    """What somebody is held for was recorded, as the papers of that day say.

    ``maximum_years`` is the longest imprisonment that the law threatens, ``life_or_death`` whether
    it threatens more than that; neither is said where the papers do not tell. ``recidivist`` is
    whether they charge a repeated offence (KUHP, UU 1/2023 art. 23: within five years of having
    served the whole or a part, V); `None` where they do not say.
    """

    case_type: Open[CaseType]
    maximum_years: Specific[MaximumYears | None]
    life_or_death: Specific[bool]
    recidivist: Specific[bool | None]
    legal_basis: Specific[Line]
    offence: Specific[Line]


class Charge(Value):
    """What is charged by now.

    ``recidivist`` is what the latest papers say that say it: one that is silent takes nothing back.
    """

    latest: ChargeRecorded | None
    recidivist: bool | None

    @property
    def case_type(self) -> CaseType:
        """Return the kind of offence; a general one where nothing is recorded."""
        return self.latest.case_type if self.latest else CaseType.UMUM


def decide(proposed: ChargeRecorded, journey: Journey) -> Sequence[Event]:
    """Admit what is charged against somebody alive; to be charged with the same again is no news.

    The right to prosecute ends with death (UU 1/2023 art. 132, V1; the code of 1946, K+).
    """
    ensure_alive(journey, "charge.dead")
    latest = journey[CHARGE].latest
    ensure(
        latest is None
        or latest == proposed
        or replace(latest, effective=proposed.effective) != proposed,
        "charge.already_recorded",
        article="Kaidah Jejak: sangkaan dicatat bila berubah",
        because=(
            "sangkaan yang sama sudah tercatat dan masih berlaku",
            "the same charge is recorded already and still stands",
        ),
    )
    return [proposed]


def evolve(charge: Charge, event: ChargeRecorded) -> Charge:
    """Take the latest charge for the one that counts."""
    silent = event.recidivist is None
    return replace(
        charge, latest=event, recidivist=charge.recidivist if silent else event.recidivist
    )


CHARGE: Final[Chapter[Charge, ChargeRecorded]] = Chapter(
    name="charge",
    events=(ChargeRecorded,),
    initial=Charge(latest=None, recidivist=None),
    decide=decide,
    evolve=evolve,
)

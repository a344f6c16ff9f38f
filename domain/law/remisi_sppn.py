"""What SPPN assesses, as conditions of remisi: programmes gone through well, and a lowered risk.

It is done each month by the wali pemasyarakatan (V), and the latest is looked at. How old that may
be no text says that was found: it is a policy, and an old one is remarked on whatever it says.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from domain.kernel import Words
from domain.law.aloud import spoken_day
from domain.law.criteria import Criterion, Trace
from domain.law.notice import Notice
from domain.law.remisi_asked import Asked, said, told
from domain.law.remisi_conduct import window
from domain.law.rule_set import Certainty, Policy
from domain.law.span import months_later

ASSESSMENT_AGE: Final = Policy(
    name="assessment_age",
    question=(
        (
            "Penilaian SPPN terakhir boleh setua apa: berapa pun, harus yang terakhir semestinya"
            " ada (tiap bulan), atau dalam masa kelakuan baik?"
        ),
        (
            "How old may the latest SPPN assessment be: of any age, the last that was due (one"
            " each month), or of the months of good conduct?"
        ),
    ),
    options=("any", "last_due", "months_of_good_conduct"),
    default="any",
    article="UU 22/2022 art. 10",
    certainty=Certainty.UNSURE,
)


def programmes_good(asked: Asked) -> Criterion | None:
    """Ask for part taken in programmes with predikat baik."""
    if not asked.rules.values.programmes:
        return None
    fact = asked.facts.programmes_good
    words = told(
        fact,
        (
            "Anda mengikuti program pembinaan dengan predikat baik.",
            "You take part in programmes with a good mark.",
        ),
        (
            "Anda belum mengikuti program pembinaan dengan predikat baik.",
            "You have not taken part in programmes with a good mark yet.",
        ),
    )
    return _assessed(asked, "programmes_good", fact, words, asked.facts.programmes_by)


def risk_declined(asked: Asked) -> Criterion | None:
    """Ask for a lowered risk in the monthly assessment (SPPN), where the text does."""
    if not asked.rules.values.risk_declined:
        return None
    fact = asked.facts.conduct_risk_declined
    words = told(
        fact,
        (
            "Penilaian menunjukkan tingkat risiko Anda menurun.",
            "The assessment shows that your risk has declined.",
        ),
        (
            "Penilaian belum menunjukkan penurunan tingkat risiko Anda.",
            "The assessment does not show yet that your risk has declined.",
        ),
    )
    return _assessed(asked, "risk_declined", fact, words, asked.facts.conduct_by)


def _assessed(
    asked: Asked, code: str, fact: bool | None, words: Words, by: Trace | None
) -> Criterion:
    """Return the condition; of an assessment that is too old to be looked at, that it is."""
    first = _first_that_counts(asked)
    if not fact or by is None or first is None or by.day >= first:
        return said(asked, code, fact is not False, words, by=by)
    (day_id, day_en), (first_id, first_en) = spoken_day(by.day), spoken_day(first)
    words = (
        f"Penilaian Anda yang terakhir dari {day_id}; yang diperlukan: dari {first_id} ke atas.",
        f"Your latest assessment is of {day_en}; one of {first_en} or later is needed.",
    )
    return said(asked, code, met=False, words=words, value=by.day, needed=first, by=by)


def _first_that_counts(asked: Asked) -> date | None:
    """Return the first day of which an assessment counts; `None` where each does."""
    match asked.law.use(ASSESSMENT_AGE).chosen:
        case "last_due":
            return last_due(asked)
        case "months_of_good_conduct":
            return window(asked)[0]
        case _:
            return None


def last_due(asked: Asked) -> date | None:
    """Return since when there ought to be an assessment on the day on which it is asked for.

    One of the month before is enough, since that of the month itself may be still to come.
    """
    every = asked.rules.values.assessed_every_months
    if every is None:
        return None
    return months_later(min(asked.on, asked.under).replace(day=1), -every)


def outdated(asked: Asked) -> date | None:
    """Return the day of the latest assessment where one has been due since that is not there."""
    due = last_due(asked)
    days = [by.day for by in (asked.facts.conduct_by, asked.facts.programmes_by) if by]
    return min((day for day in days if due and day < due), default=None)


def notices(asked: Asked) -> Iterator[Notice]:
    """Yield that the latest assessment is old, where it is."""
    day = outdated(asked)
    if day:
        day_id, day_en = spoken_day(day)
        yield Notice(
            code="assessment_old",
            because=(
                f"Penilaian SPPN terakhir dari {day_id}, padahal diadakan tiap bulan; periksa.",
                f"The latest SPPN assessment is of {day_en}, though one is due each month.",
            ),
        )

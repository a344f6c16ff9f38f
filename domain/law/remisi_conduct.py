"""Conduct, as a condition of remisi: Register F, programmes, risk, and what terrorism asks besides.

UU 22/2022 art. 10(2): good conduct, part in programmes, a lowered risk (V). Good conduct is no
disciplinary measure in the six months before the award day, calendar months (a policy).
"""

from datetime import date, timedelta
from typing import Final

from domain.kernel import Words
from domain.law.aloud import spoken_day
from domain.law.criteria import Criterion
from domain.law.facts import Breach
from domain.law.remisi_asked import Asked, said, told
from domain.law.rule_set import Certainty, Policy
from domain.law.span import MONTH_DAYS, months_later, summed

CONDUCT_WINDOW: Final = Policy(
    name="conduct_window",
    question=(
        "Enam bulan tanpa hukuman disiplin: bulan kalender, atau bulan tiga puluh hari?",
        "Six months without a disciplinary measure: calendar months, or months of thirty days?",
    ),
    options=("calendar_months", "thirty_day_months"),
    default="calendar_months",
    article="UU 22/2022 art. 10",
    certainty=Certainty.UNSURE,
)
SUSULAN_CONDUCT: Final = Policy(
    name="susulan_conduct",
    question=(
        "Remisi susulan: kelakuan baik sebelum hari yang terlewat, atau sebelum hari pemberiannya?",
        "Remisi susulan: good conduct before the day that was missed, or before its own award day?",
    ),
    options=("missed_day", "award_day"),
    default="missed_day",
    article="Permenkumham 3/2018",
    certainty=Certainty.UNSURE,
)
MEASURE_WITHOUT_END: Final = Policy(
    name="measure_without_end",
    question=(
        (
            "Hukuman disiplin tanpa tanggal selesai di Register F: dianggap selesai, atau masih"
            " berjalan?"
        ),
        "A disciplinary measure with no end in Register F: is it over, or still running?",
    ),
    options=("over", "running"),
    default="over",
    article="Register F",
    certainty=Certainty.UNSURE,
)


def window(asked: Asked) -> tuple[date, date]:
    """Return the first and last day in which there may be no disciplinary measure."""
    of_missed = asked.law.use(SUSULAN_CONDUCT).chosen == "missed_day"
    end = asked.counted_on if of_missed else asked.on
    return _months_before(asked, end), end - timedelta(days=1)


def months_of(asked: Asked) -> int:
    """Return how many months of good conduct are asked for."""
    values = asked.rules.values
    return values.conduct_months_child if asked.child else values.conduct_months


def _months_before(asked: Asked, end: date) -> date:
    months = months_of(asked)
    if asked.law.use(CONDUCT_WINDOW).chosen == "calendar_months":
        return months_later(end, -months)
    return end - timedelta(days=months * MONTH_DAYS)


def clear_from(asked: Asked, breach: date) -> date:
    """Return the first award day before which a breach is long enough ago."""
    day = breach + timedelta(days=months_of(asked) * MONTH_DAYS)
    while _months_before(asked, day) <= breach:
        day += timedelta(days=1)
    return day


def _none_on_record(asked: Asked, first: date, last: date) -> Words:
    (first_id, first_en), (last_id, last_en) = spoken_day(first), spoken_day(last)
    if asked.told_on > last:
        return (
            f"Tidak ada hukuman disiplin tercatat dari {first_id} sampai {last_id}.",
            f"No disciplinary measure is on record from {first_en} to {last_en}.",
        )
    day_id, day_en = spoken_day(asked.told_on)
    return (
        (
            f"Sampai {day_id} tidak ada hukuman disiplin tercatat; dari {first_id} sampai"
            f" {last_id} tidak boleh ada."
        ),
        (
            f"No disciplinary measure is on record by {day_en}; from {first_en} to {last_en}"
            " there may be none."
        ),
    )


def no_discipline(asked: Asked) -> Criterion:
    """Ask for months without an entry in Register F before the award day."""
    first, last = window(asked)
    breaches = [one for one in asked.facts.discipline if first <= one.on <= last]
    worst = max(breaches, key=lambda one: one.on, default=None)
    (first_id, first_en), (last_id, last_en) = spoken_day(first), spoken_day(last)
    words = _none_on_record(asked, first, last)
    if worst is not None:
        day_id, day_en = spoken_day(worst.on)
        words = (
            (
                f"Ada hukuman disiplin tercatat pada {day_id}; dari {first_id} sampai {last_id}"
                " tidak boleh ada."
            ),
            (
                f"A disciplinary measure was entered on {day_en}; from {first_en} to {last_en}"
                " there may be none."
            ),
        )
    return said(
        asked,
        f"no_discipline_{months_of(asked)}_months",
        worst is None,
        words,
        value=worst.on if worst else None,
        needed=f"{first}..{last}",
        by=worst.by if worst else None,
        from_day=clear_from(asked, worst.on) if worst and not asked.wanted.missed else None,
    )


def running(asked: Asked, breach: Breach) -> bool:
    """Return whether a measure runs on the award day; one without an end by the policy."""
    if breach.on > asked.on:
        return False
    if breach.until is None:
        return asked.law.use(MEASURE_WITHOUT_END).chosen == "running"
    return breach.until >= asked.on


def unended(asked: Asked) -> bool:
    """Return whether Register F has a measure by then of which no end is entered."""
    return any(one.until is None and one.on <= asked.on for one in asked.facts.discipline)


def not_under_discipline(asked: Asked) -> Criterion:
    """Ask that no disciplinary measure runs on the day itself."""
    runs = [one for one in asked.facts.discipline if running(asked, one)]
    words = (
        ("Anda sedang menjalani hukuman disiplin.", "You are under a disciplinary measure.")
        if runs
        else (
            "Anda tidak sedang menjalani hukuman disiplin.",
            "You are under no disciplinary measure.",
        )
    )
    last = max((one.until for one in runs if one.until), default=None)
    return said(
        asked,
        "not_under_discipline",
        not runs,
        words,
        value=last,
        by=runs[0].by if runs else None,
        from_day=last + timedelta(days=1) if last else None,
    )


def deradicalised(asked: Asked) -> Criterion | None:
    """Ask for deradicalisation and the pledge to NKRI, of terrorism."""
    if asked.facts.case_type not in asked.rules.values.deradicalised:
        return None
    fact = asked.facts.deradicalised
    words = told(
        fact,
        (
            "Anda sudah mengikuti deradikalisasi dan berikrar setia kepada NKRI.",
            "You have gone through deradicalisation and pledged loyalty to NKRI.",
        ),
        (
            "Deradikalisasi dan ikrar setia kepada NKRI belum selesai.",
            "Deradicalisation and the pledge to NKRI are not done yet.",
        ),
    )
    return said(asked, "deradicalised", fact is not False, words)


def cooperated(asked: Asked) -> Criterion | None:
    """Ask for a letter that somebody worked with justice, while the law did; nobody's fact tells.

    It counts as met, and a notice asks a human to see the letter.
    """
    least = asked.rules.values.cooperation.get(asked.facts.case_type)
    total = summed(one.span for one in asked.facts.sentences)
    if least is None or total.total_days < least.total_days:
        return None
    words = (
        "Diperlukan surat bahwa Anda bekerja sama dengan penegak hukum; petugas memeriksanya.",
        "A letter that you worked with law enforcement is needed; an officer looks at it.",
    )
    return said(asked, "cooperated", met=True, words=words)

"""What a human has to look at in an answer: right by the rules, and perhaps not true of a person.

A remark never changes an answer.
"""

from collections.abc import Iterator
from datetime import date

from domain.law.aloud import spoken_day
from domain.law.facts import Facts, HeldForm
from domain.law.notice import Notice
from domain.law.sentence import Dates, Endless, joined


def remarks(
    facts: Facts, course: Dates | Endless, release: date | None, on: date | None
) -> Iterator[Notice]:
    """Go through what stands out in the dates; ``facts`` as they were told."""
    if isinstance(course, Endless):
        yield Notice(code=course.code, because=course.because)
        return
    if (course.counts_from.month, course.counts_from.day) == (2, 29) and course.length.years:
        yield LEAP_DAY
    if facts.verdict_final_on and on and facts.verdict_final_on > on:
        yield _not_final(facts.verdict_final_on)
    yield from _past_the_end(facts, course)
    yield from _where_held(facts, release)


LEAP_DAY = Notice(
    code="calendar.leap_day",
    because=(
        "Pidana dihitung sejak 29 Februari, yang tidak ada setiap tahun: mohon diperiksa petugas.",
        "The sentence counts from 29 February, which few years have: an officer should look.",
    ),
)


def _not_final(day: date) -> Notice:
    said = spoken_day(day)
    return Notice(
        code="verdict.not_final",
        because=(
            f"Putusan baru berkekuatan hukum tetap pada {said[0]}; tanggal ini masih sementara.",
            f"The verdict becomes final on {said[1]} only; these dates are provisional.",
        ),
    )


def _past_the_end(facts: Facts, course: Dates) -> Iterator[Notice]:
    """Notice remisi that reduces nothing: the sentence was over, and no substitute was served."""
    if facts.substitute and not facts.substitute.paid:
        return
    over = spoken_day(course.freed)
    for one in course.later:
        day = spoken_day(one.on)
        yield Notice(
            code="remission.after_release",
            because=(
                f"Remisi {day[0]} tidak dihitung: pidana Anda sudah berakhir pada {over[0]}.",
                f"The remisi of {day[1]} does not count: your sentence was over on {over[1]}.",
            ),
        )


def _where_held(facts: Facts, release: date | None) -> Iterator[Notice]:
    """Notice who is not in a Rutan or Lapas now, and who is held past the day of release."""
    last = joined(facts.detention)[-1]
    if last.form is not HeldForm.RUTAN and last.to is None:
        yield Notice(
            code="detention.not_inside",
            because=(
                "Anda belum di Rutan; tanggal ini benar bila Anda masuk pada hari berikutnya.",
                "You are not in a Rutan yet; these dates hold if you go in on the next day.",
            ),
        )
    if last.to is None or release is None or any(one.to is None for one in facts.rights):
        return
    if last.to > release:
        said, free = spoken_day(last.to), spoken_day(release)
        yield Notice(
            code="detention.past_release",
            because=(
                f"Anda tercatat ditahan sampai {said[0]}, padahal bebas pada {free[0]}.",
                f"You are recorded as held until {said[1]}, though free on {free[1]}.",
            ),
        )
    elif (release - last.to).days > 1:
        said = spoken_day(last.to)
        yield Notice(
            code="detention.ended",
            because=(
                f"Penahanan berakhir {said[0]}; tanggal ini mundur dengan setiap hari di luar.",
                f"Detention ended on {said[1]}; these dates move later with every day outside.",
            ),
        )

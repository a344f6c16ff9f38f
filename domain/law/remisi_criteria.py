"""The conditions of every remisi, one by one, as a registrar would tell the person.

Who may be given remisi: a verdict that is final and executed, enough served, good conduct, part in
programmes, a lowered risk; who may not: whoever is on CMB, serves imprisonment in place of a fine,
is under a disciplinary measure, has a sentence below six months, or for life or to death (V).
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final

from domain.law.aloud import assumed, spoken_day, spoken_length
from domain.law.criteria import Criterion
from domain.law.facts import RemisiKind, Right, SubjectKind
from domain.law.remisi_asked import Asked, said, told
from domain.law.remisi_conduct import (
    cooperated,
    deradicalised,
    no_discipline,
    not_under_discipline,
)
from domain.law.remisi_served import SIX_MONTHS_STRICT, days_served, long_enough
from domain.law.remisi_sppn import programmes_good, risk_declined
from domain.law.rule_set import Certainty, Policy
from domain.law.sentence import NOT_APPLICABLE, lives
from domain.law.span import MONTH_DAYS, summed

ON_PB_CB: Final = Policy(
    name="remisi_on_pb_or_cb",
    question=(
        "Apakah klien yang menjalani PB atau CB masih diberi remisi?",
        "Is a klien on PB or CB still given remisi?",
    ),
    options=("no", "yes"),
    default="no",
    article="Permenkumham 3/2018",
    certainty=Certainty.LIKELY,
)

AFTER_RELEASE: Final = Policy(
    name="award_after_release",
    question=(
        (
            "Bila remisi umum sudah membebaskan pada hari itu (RU II), apakah remisi lain"
            " pada hari yang sama masih diberikan?"
        ),
        "Where remisi umum releases on a day (RU II), is another one of that day still given?",
    ),
    options=("none", "given"),
    default="none",
    article="Keppres 174/1999",
    certainty=Certainty.UNSURE,
)


FINAL: Final = ("Putusan Anda sudah berkekuatan hukum tetap.", "Your verdict is final.")
"""Of a convict without a day, by the contract: final from the start, and said to be taken so."""


LEAST_CREDIT: Final = 5
"""How many days in the least of forms are one: longer nobody waits who goes on being held."""


def conditions(asked: Asked) -> Sequence[Criterion]:
    """Return every general condition, met or not, in the order in which they are read out."""
    found = [rule(asked) for rule in RULES]
    return tuple(one for one in found if one is not None)


def verdict_final(asked: Asked) -> Criterion:
    """Ask for a final verdict by the award day; a tahanan without one has none."""
    facts, on = asked.facts, asked.on
    final = facts.verdict_final_on
    if final is None:
        met = facts.kind is not SubjectKind.TAHANAN
        words = (
            assumed(FINAL)
            if met
            else (
                "Putusan Anda belum berkekuatan hukum tetap; remisi diberikan kepada narapidana.",
                "Your verdict is not final yet; remisi is given to narapidana.",
            )
        )
        return said(asked, "verdict_final", met, words, needed=on, by=facts.verdict_final_by)
    (final_id, final_en), (on_id, on_en) = spoken_day(final), spoken_day(on)
    words = (
        (
            f"Putusan Anda berkekuatan hukum tetap pada {final_id}; yang diperlukan: paling lambat"
            f" {on_id}."
        ),
        f"Your verdict became final on {final_en}; it had to be by {on_en}.",
    )
    return said(
        asked,
        "verdict_final",
        final <= on,
        words,
        value=final,
        needed=on,
        by=facts.verdict_final_by,
        from_day=final,
    )


def executed(asked: Asked) -> Criterion:
    """Ask for the report of execution; whoever is a tahanan still has none unless it is told."""
    tahanan, fact = asked.facts.kind is SubjectKind.TAHANAN, asked.facts.executed
    fact = bool(fact) if tahanan else fact
    words = told(
        fact,
        ("Putusan Anda sudah dilaksanakan jaksa.", "Your verdict has been executed."),
        (
            "Berita acara pelaksanaan putusan Anda belum ada.",
            "The report that your verdict was executed is not there yet.",
        ),
    )
    return said(asked, "executed", fact is not False, words)


def served(asked: Asked) -> Criterion:
    """Ask for six months served, or three of an anak binaan, in days."""
    law, days, needed = asked.law, asked.served, asked.needed
    strict = law.use(SIX_MONTHS_STRICT).chosen == "more_than"
    least = needed + 1 if strict else needed
    words = (
        f"Anda sudah menjalani {days} hari; yang diperlukan {least} hari.",
        f"You have served {days} days; {least} days are needed.",
    )
    if asked.told_on < asked.counted_on:
        day = spoken_day(asked.counted_on)
        words = (
            f"Pada {day[0]} Anda menjalani {days} hari; yang diperlukan {least} hari.",
            f"On {day[1]} you will have served {days} days; {least} days are needed.",
        )
    return said(
        asked,
        f"served_{needed // MONTH_DAYS}_months",
        long_enough(days, needed, law),
        words,
        value=days,
        needed=least,
        by=asked.stretch.stays[0].by if asked.stretch else None,
        from_day=_served_from(asked, least),
    )


def _served_from(asked: Asked, least: int) -> date | None:
    """Return the first award day on which enough will be served, as far as one can see.

    `None` of whoever is not held, and where days in hospital, of which none counts, do not end.
    """
    if asked.stretch is None or not asked.stretch.goes_on or asked.wanted.missed:
        return None
    day, days = asked.on, asked.served
    latest = day + timedelta(days=LEAST_CREDIT * least)
    while days < least and day < latest:
        day += timedelta(days=max(least - days, 1))
        days = days_served(asked.facts, day, asked.law)
    return day if days >= least else None


def held(asked: Asked) -> Criterion:
    """Ask that the person is in detention on the award day."""
    now = asked.stretch
    if asked.wanted.missed and now is not None:
        now = now if now.stays[-1].to is None or now.stays[-1].to >= asked.on else None
    met = now is not None and now.goes_on
    words = (
        ("Anda berada dalam tahanan atau pidana pada hari itu.", "You are held on that day.")
        if met
        else (
            "Anda tidak sedang ditahan atau menjalani pidana pada hari itu.",
            "You are not held on that day.",
        )
    )
    return said(asked, "held", met, words)


def not_life_or_death(asked: Asked) -> Criterion:
    """Ask for a sentence that has an end."""
    endless = lives(asked.facts.sentences)
    death = any(one.death for one in asked.facts.sentences)
    words = (
        "Pidana Anda adalah pidana penjara selama waktu tertentu.",
        "Your sentence is one for a fixed time.",
    )
    if endless:
        of_kind = NOT_APPLICABLE["sentence.death" if death else "sentence.life"]
        words = (f"Remisi {of_kind[0]}.", f"Remisi is {of_kind[1]}.")
    return said(asked, "not_life_or_death", not endless, words)


def sentence_6_months(asked: Asked) -> Criterion | None:
    """Ask for a sentence of six months at the least; of one without an end nothing is asked.

    Whoever serves only what is in place of a fine is given a dasawarsa of that (V).
    """
    if lives(asked.facts.sentences):
        return None
    total = summed(one.span for one in asked.facts.sentences).total_days
    substitute = asked.facts.substitute
    if not total and substitute and not substitute.paid and asked.kind is RemisiKind.DASAWARSA:
        total = substitute.span.total_days
    least = asked.rules.values.least_sentence.total_days
    (total_id, total_en), (least_id, least_en) = spoken_length(total), spoken_length(least)
    words = (
        f"Pidana Anda {total_id}; yang diperlukan paling sedikit {least_id}.",
        f"Your sentence is {total_en}; {least_en} at the least are needed.",
    )
    if not total:
        words = ("Pidana penjara Anda belum tercatat.", "No imprisonment is recorded for you yet.")
    return said(asked, "sentence_6_months", total >= least, words, value=total, needed=least)


def sentence_left(asked: Asked) -> Criterion | None:
    """Ask that there is something left to be reduced: of the sentence, or of what replaces a fine.

    The second is for a dasawarsa only (V), and asked by `not_serving_substitute`.
    """
    if lives(asked.facts.sentences) or asked.serves_substitute:
        return None
    ends = getattr(asked.dates, "freed", None)
    if ends is None:
        return None
    met = not asked.sentence_over or (
        asked.released_today and asked.law.use(AFTER_RELEASE).chosen == "given"
    )
    ends_id, ends_en = spoken_day(ends)
    words = (
        f"Pidana Anda berakhir pada {ends_id}, sesudah hari pemberian."
        if met
        else f"Pidana Anda sudah berakhir pada {ends_id}; tidak ada lagi yang dikurangi.",
        f"Your sentence ends on {ends_en}, after the award day."
        if met
        else f"Your sentence was over on {ends_en}; there is nothing left to reduce.",
    )
    return said(asked, "sentence_left", met, words, value=ends, needed=asked.on)


def not_serving_substitute(asked: Asked) -> Criterion:
    """Ask that no imprisonment in place of a fine is being served, but of a dasawarsa."""
    allowed = asked.kind is RemisiKind.DASAWARSA
    serves = asked.serves_substitute
    words = (
        (
            "Anda sedang menjalani pidana pengganti denda.",
            "You are serving imprisonment in place of a fine.",
        )
        if serves
        else (
            "Anda tidak sedang menjalani pidana pengganti denda.",
            "You are not serving imprisonment in place of a fine.",
        )
    )
    if serves and allowed:
        words = (
            "Anda sedang menjalani pidana pengganti denda; remisi dasawarsa berlaku juga untuknya.",
            "You are serving imprisonment in place of a fine; the dasawarsa is given for it too.",
        )
    return said(asked, "not_serving_substitute", not serves or allowed, words)


def not_on_cmb(asked: Asked) -> Criterion:
    """Ask that the person is not on Cuti Menjelang Bebas."""
    right = asked.living(Right.CMB)
    words = (
        ("Anda sedang menjalani Cuti Menjelang Bebas.", "You are on Cuti Menjelang Bebas.")
        if right
        else (
            "Anda tidak sedang menjalani Cuti Menjelang Bebas.",
            "You are not on Cuti Menjelang Bebas.",
        )
    )
    return said(asked, "not_on_cmb", right is None, words, by=right.by if right else None)


def not_on_pb_or_cb(asked: Asked) -> Criterion | None:
    """Ask that the person is not a klien on PB or CB, by the policy; where nobody is, say nothing.

    It is said only where it matters, since it is only likely to be the law (K~).
    """
    right = asked.living(Right.PB, Right.CB)
    if right is None:
        return None
    name = {
        Right.PB: "Pembebasan Bersyarat",
        Right.CB: "Cuti Bersyarat",
    }[right.right]
    met = asked.law.use(ON_PB_CB).chosen == "yes"
    words = (f"Anda sedang menjalani {name}.", f"You are on {name}.")
    return said(asked, "not_on_pb_or_cb", met, words, by=right.by)


RULES: Final[tuple[Callable[[Asked], Criterion | None], ...]] = (
    not_life_or_death,
    sentence_6_months,
    verdict_final,
    executed,
    held,
    served,
    no_discipline,
    not_under_discipline,
    programmes_good,
    risk_declined,
    sentence_left,
    not_serving_substitute,
    not_on_cmb,
    not_on_pb_or_cb,
    deradicalised,
    cooperated,
)
UNTOLD: Final[tuple[tuple[str, str], ...]] = (
    ("executed", "executed"),
    ("programmes_good", "programmes_good"),
    ("risk_declined", "conduct_risk_declined"),
    ("deradicalised", "deradicalised"),
)
"""Criteria that count as met where nobody tells the fact of that name."""

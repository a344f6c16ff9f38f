"""What each kind of remisi asks for besides: its day, once a year, its ground.

Remisi khusus is on the feast of the religion first recorded, also after a conversion (Keppres
174/1999, art. 7(5), V). A remisi tambahan goes with that year's remisi umum; a susulan makes
up for an award that was missed because the verdict was not final yet (V, K~).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from domain.admission import Religion
from domain.kernel import Words, replace
from domain.law.aloud import spoken_day
from domain.law.criteria import Criterion
from domain.law.facts import (
    MADE_UP_FOR,
    YEARLY,
    Granted,
    RemisiGround,
    RemisiKind,
)
from domain.law.feasts import FEASTED, Feast
from domain.law.remisi_asked import Asked, said
from domain.law.remisi_humane import of_humanity
from domain.law.remisi_ordinal import KHUSUS_TWICE, NEAR
from domain.law.remisi_rules import (
    REMISI_AMOUNTS,
    REMISI_DASAWARSA,
    REMISI_KEMANUSIAAN,
    REMISI_TAMBAHAN,
)
from domain.law.remisi_served import award_days
from domain.law.rule_set import Certainty, Policy, Topic

TAMBAHAN_TWICE: Final = Policy(
    name="tambahan_twice_a_year",
    question=(
        "Dua alasan dalam satu tahun: satu remisi tambahan saja, atau satu untuk setiap alasan?",
        "Two grounds in one year: one remisi tambahan only, or one for each ground?",
    ),
    options=("one_a_year", "one_a_ground"),
    default="one_a_year",
    article="Keppres 174/1999",
    certainty=Certainty.UNSURE,
)
GROUNDS: Final[Mapping[RemisiGround | None, Words]] = {
    RemisiGround.PEMUKA: (
        "membantu pembinaan sebagai pemuka",
        "helping in the programmes as pemuka",
    ),
    RemisiGround.JASA: (
        "berjasa kepada negara atau kemanusiaan",
        "what you did for the state or for humanity",
    ),
    RemisiGround.JUSTICE_COLLABORATOR: (
        "bekerja sama dengan penegak hukum",
        "working with law enforcement",
    ),
}

OF_THE_TEXT: Final = ("award_day", "ground", "amount_stated")
"""Criteria that the text of the kind asks for, rather than the conditions of all."""


def of_the_kind(asked: Asked) -> Sequence[Criterion]:
    """Return the conditions of the kind that is asked for."""
    match asked.wanted.kind:
        case RemisiKind.SUSULAN:
            found: Sequence[Criterion | None] = (_was_missed(asked), *_of_what_was_missed(asked))
        case RemisiKind.TAMBAHAN:
            found = (_ground(asked), *_of_the_award(asked), _umum_of_the_year(asked))
        case RemisiKind.KEMANUSIAAN:
            found = of_humanity(asked)
        case RemisiKind.PMP:
            found = (_anak_binaan(asked), *_of_the_award(asked))
        case _:
            found = _of_the_award(asked)
    basis = _basis(asked)
    return tuple(
        replace(one, article=basis) if one.code in OF_THE_TEXT else one for one in found if one
    )


def _of_what_was_missed(asked: Asked) -> Sequence[Criterion | None]:
    missed = asked.wanted.missed
    child = _anak_binaan(asked) if missed and missed.kind is RemisiKind.PMP else None
    return (child, *_of_the_award(asked))


def _basis(asked: Asked) -> str:
    """Return the text that gives the kind its day and its grounds."""
    topics: Mapping[RemisiKind, Topic[Any]] = {
        RemisiKind.TAMBAHAN: REMISI_TAMBAHAN,
        RemisiKind.DASAWARSA: REMISI_DASAWARSA,
        RemisiKind.KEMANUSIAAN: REMISI_KEMANUSIAAN,
    }
    return asked.law.on(topics.get(asked.kind, REMISI_AMOUNTS), asked.under).legal_basis


def _of_the_award(asked: Asked) -> Sequence[Criterion | None]:
    return (_on_its_day(asked), _once_a_year(asked))


def _on_its_day(asked: Asked) -> Criterion | None:
    """Ask for the award day of the kind; by a day or two of a feast not sure nobody is judged."""
    khusus = asked.kind is RemisiKind.KHUSUS
    code = "own_feast" if khusus else "award_day"
    day = asked.counted_on
    if asked.kind not in (*YEARLY, RemisiKind.TAMBAHAN, RemisiKind.DASAWARSA):
        return None
    days = award_days(asked.kind, asked.facts, day.year, asked.law, asked.under)
    if khusus and not days:
        return _no_feast_known(asked)
    met = any(one.day == day or (not one.sure and abs(day - one.day) <= NEAR) for one in days)
    return said(
        asked,
        code,
        met,
        _of_day(asked.kind, days, day),
        value=day,
        needed="/".join(one.day.isoformat() for one in days) or None,
    )


def _of_day(kind: RemisiKind, days: Sequence[Feast], day: date) -> tuple[str, str]:
    if not days:
        return (
            f"Tahun {day.year} bukan tahun remisi {kind.value}.",
            f"There is no remisi {kind.value} in {day.year}.",
        )
    names = [spoken_day(one.day) for one in days]
    there = " / ".join(one for one, _ in names), " / ".join(one for _, one in names)
    if not all(one.sure for one in days):
        return (
            f"Hari raya agama yang pertama dicatat baru diperkirakan: sekitar {there[0]}.",
            f"The feast of the religion first recorded is only likely: about {there[1]}.",
        )
    if kind is RemisiKind.KHUSUS:
        return (
            f"Remisi khusus mengikuti agama yang pertama dicatat; hari rayanya {there[0]}.",
            f"Remisi khusus follows the religion first recorded, whose feast is on {there[1]}.",
        )
    return (
        f"Remisi {kind.value} diberikan pada {there[0]}.",
        f"Remisi {kind.value} is given on {there[1]}.",
    )


def _no_feast_known(asked: Asked) -> Criterion:
    """Answer where no feast is known: of a year to come it stands, of a religion it does not.

    Whose religion is not recorded, or has no feast that anybody fixed, gets no remisi khusus from a
    machine: the minister asks the Menteri Agama (V).
    """
    known = asked.facts.religion in FEASTED
    words = (
        (
            f"Hari raya tahun {asked.counted_on.year} belum ditetapkan; petugas memeriksanya.",
            f"The feast of {asked.counted_on.year} is not fixed yet; an officer looks at it.",
        )
        if known
        else (
            "Agama yang pertama dicatat belum jelas hari rayanya; ditanyakan kepada Menteri Agama.",
            "No feast is known of what was first recorded; the Menteri Agama is asked.",
        )
    )
    if asked.facts.religion is Religion.TIDAK_DIKETAHUI:
        words = (
            "Agama Anda belum tercatat; remisi khusus mengikuti agama yang pertama dicatat.",
            "Your religion is not recorded; remisi khusus follows the one first recorded.",
        )
    return said(asked, "own_feast", known, words, value=asked.counted_on)


def _once_a_year(asked: Asked) -> Criterion | None:
    """Ask that there is no other award of the kind in the year, or in the decade's year."""
    kind, day = asked.kind, asked.counted_on
    if kind not in (*YEARLY, RemisiKind.DASAWARSA, RemisiKind.TAMBAHAN):
        return None
    given = others_of_the_year(asked)
    if kind is RemisiKind.KHUSUS and asked.law.use(KHUSUS_TWICE).chosen == "one_a_feast":
        given = [one for one in given if asked.counts_as(one).on == day]
    if kind is RemisiKind.TAMBAHAN and asked.law.use(TAMBAHAN_TWICE).chosen == "one_a_ground":
        given = [one for one in given if one.ground in (None, asked.wanted.ground)]
    if not given:
        words = (
            f"Belum ada remisi {kind.value} lain untuk tahun {day.year}.",
            f"There is no other remisi {kind.value} for {day.year}.",
        )
    else:
        there = spoken_day(given[0].on)
        words = (
            f"Remisi {kind.value} tahun {day.year} sudah diberikan pada {there[0]}.",
            f"The remisi {kind.value} of {day.year} was given on {there[1]}.",
        )
    return said(
        asked,
        "once_a_year",
        not given,
        words,
        value=given[0].on if given else None,
        by=given[0].by if given else None,
    )


def others_of_the_year(asked: Asked) -> list[Granted]:
    """Return what was given that counts as the kind that is asked for, in the same year."""
    of_year = asked.kind, asked.counted_on.year
    awards = [(one, asked.counts_as(one)) for one in asked.facts.remissions]
    return [one for one, award in awards if (award.kind, award.on.year) == of_year]


def umum_of(asked: Asked) -> Granted | None:
    """Return the remisi umum of the award's year, of which a tambahan is a share.

    It may have been made up for by a susulan; a PMP is none, to which no text adds a tambahan.
    """
    of_year = [
        one
        for one in asked.facts.remissions
        if one.award.kind is RemisiKind.UMUM
        and one.award.on.year == asked.on.year
        and one.award.on <= asked.on
    ]
    return of_year[-1] if of_year else None


def _umum_of_the_year(asked: Asked) -> Criterion:
    umum = umum_of(asked)
    words = (
        (
            f"Remisi umum Anda tahun ini {umum.days} hari.",
            f"Your remisi umum of this year is {umum.days} days.",
        )
        if umum
        else (
            "Remisi tambahan menyertai remisi umum tahun yang sama, dan itu tidak ada.",
            "A remisi tambahan goes with the remisi umum of its year, and there is none.",
        )
    )
    return said(
        asked,
        "umum_of_the_year",
        umum is not None,
        words,
        value=umum.days if umum else None,
        by=umum.by if umum else None,
    )


def _ground(asked: Asked) -> Criterion:
    ground = asked.wanted.ground
    shares = asked.law.on(REMISI_TAMBAHAN, asked.under).values.shares
    met = ground in shares
    there = "/".join(sorted(one.value for one in shares))
    why = GROUNDS.get(ground)
    words = (
        (
            "Remisi tambahan memerlukan alasan: berjasa, membantu sebagai pemuka, atau"
            " bekerja sama dengan penegak hukum."
        ),
        "A remisi tambahan needs a ground: a merit, help as pemuka, or work with justice.",
    )
    if why and met:
        words = (
            f"Anda diusulkan mendapat remisi tambahan karena {why[0]}.",
            f"You are proposed for a remisi tambahan for {why[1]}.",
        )
    elif why:
        words = (
            f"Pada hari itu belum ada remisi tambahan karena {why[0]}.",
            f"On that day there was no remisi tambahan yet for {why[1]}.",
        )
    return said(asked, "ground", met, words, value=ground.value if ground else None, needed=there)


def _was_missed(asked: Asked) -> Criterion:
    """Ask that the award was missed for want of a final verdict, and nothing else."""
    missed, final = asked.wanted.missed, asked.facts.verdict_final_on
    met = bool(missed and missed.kind in MADE_UP_FOR and missed.on < asked.on)
    met = met and final is not None and missed is not None and final > missed.on
    words = (
        "Pada hari pemberian yang terlewat putusan Anda belum berkekuatan hukum tetap."
        if met
        else "Remisi susulan menggantikan remisi yang terlewat karena putusan belum tetap.",
        "On the award day that was missed your verdict was not final yet."
        if met
        else "A remisi susulan makes up for one that was missed since the verdict was not final.",
    )
    return said(
        asked,
        "was_missed",
        met,
        words,
        value=missed.on if missed else None,
        needed=final,
        by=asked.facts.verdict_final_by,
    )


def _anak_binaan(asked: Asked) -> Criterion:
    met = asked.child
    words = (
        ("Anda anak binaan.", "You are an anak binaan.")
        if met
        else (
            "Pengurangan Masa Pidana diberikan kepada anak binaan.",
            "Pengurangan Masa Pidana is given to an anak binaan.",
        )
    )
    return said(asked, "anak_binaan", met, words)

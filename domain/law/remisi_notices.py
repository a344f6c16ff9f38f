"""What a human should look at in an answer about remisi, and which policies and texts it used."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from domain.law.aloud import spoken_day
from domain.law.child import AFTER_18, grown_up
from domain.law.criteria import Criterion, Explanation
from domain.law.facts import RemisiGround, RemisiKind, Right
from domain.law.feasts import feasts
from domain.law.notice import Notice
from domain.law.remisi_amounts import AMOUNT_ROUNDING, PMP_FIRST, Amount
from domain.law.remisi_asked import Asked
from domain.law.remisi_conduct import (
    CONDUCT_WINDOW,
    MEASURE_WITHOUT_END,
    SUSULAN_CONDUCT,
    unended,
)
from domain.law.remisi_criteria import AFTER_RELEASE, ON_PB_CB, UNTOLD
from domain.law.remisi_grounds import TAMBAHAN_TWICE, others_of_the_year
from domain.law.remisi_humane import KEMANUSIAAN_AMOUNT
from domain.law.remisi_ordinal import KHUSUS_TWICE, ORDINAL_BASIS
from domain.law.remisi_rules import (
    REMISI_AMOUNTS,
    REMISI_DASAWARSA,
    REMISI_KEMANUSIAAN,
    REMISI_TAMBAHAN,
)
from domain.law.remisi_served import (
    SERVED_FORMS,
    SIX_MONTHS_STRICT,
)
from domain.law.remisi_sppn import ASSESSMENT_AGE, outdated
from domain.law.remisi_sppn import notices as of_assessments
from domain.law.rule_set import Policy, Topic
from domain.law.sentence import Dates, rules_of, used

TOPICS: Final[Mapping[RemisiKind, tuple[Topic[Any], ...]]] = {
    RemisiKind.TAMBAHAN: (REMISI_AMOUNTS, REMISI_TAMBAHAN),
    RemisiKind.DASAWARSA: (REMISI_DASAWARSA,),
    RemisiKind.KEMANUSIAAN: (REMISI_KEMANUSIAAN,),
}
"""By the kind that is asked for; of the others it is the table of amounts."""


def explanation(asked: Asked, given: Amount) -> Explanation:
    """Return the texts that the answer rests on, and the policies that were asked."""
    topics = TOPICS.get(asked.kind, (REMISI_AMOUNTS,))
    texts = [asked.rules.id, *(asked.law.on(topic, asked.under).id for topic in topics)]
    if isinstance(asked.dates, Dates):
        texts.append(rules_of(asked.facts, asked.law).id)
    policies = [asked.law.use(policy) for policy in _policies(asked, given)]
    return Explanation(
        rule_sets=tuple(dict.fromkeys(texts)),
        policies=(*policies, *used(asked.law, asked.facts)),
    )


def _policies(asked: Asked, given: Amount) -> Iterator[Policy]:
    kind, first = asked.wanted.kind, given.ordinal is not None and given.ordinal.number == 1
    consulted = {
        SIX_MONTHS_STRICT: True,
        CONDUCT_WINDOW: True,
        ORDINAL_BASIS: given.ordinal is not None,
        KHUSUS_TWICE: asked.kind is RemisiKind.KHUSUS and _twice(asked),
        TAMBAHAN_TWICE: kind is RemisiKind.TAMBAHAN and bool(others_of_the_year(asked)),
        AMOUNT_ROUNDING: asked.kind in (RemisiKind.DASAWARSA, RemisiKind.TAMBAHAN),
        SERVED_FORMS: asked.stretch is not None and asked.stretch.lesser,
        MEASURE_WITHOUT_END: unended(asked),
        ASSESSMENT_AGE: outdated(asked) is not None,
        ON_PB_CB: asked.living(Right.PB, Right.CB) is not None,
        SUSULAN_CONDUCT: kind is RemisiKind.SUSULAN,
        KEMANUSIAAN_AMOUNT: kind is RemisiKind.KEMANUSIAAN,
        PMP_FIRST: asked.child and first,
        AFTER_18: grown_up(asked.facts, asked.on, asked.law),
        AFTER_RELEASE: asked.released_today,
    }
    return (policy for policy, was in consulted.items() if was)


def _twice(asked: Asked) -> bool:
    year = asked.counted_on.year
    return len(feasts(asked.facts.religion, year, asked.law.feasts)) > 1


def notices(asked: Asked, given: Amount, criteria: tuple[Criterion, ...]) -> tuple[Notice, ...]:
    """Return what a human should look at: what nobody told, and what hangs on a day or two."""
    return (
        *_untold(asked, criteria),
        *of_assessments(asked),
        *_made_up_for_unsaid(asked),
        *_close(asked),
        *_of_feasts(asked, given),
    )


def _untold(asked: Asked, criteria: tuple[Criterion, ...]) -> Iterator[Notice]:
    codes = {one.code for one in criteria if one.met}
    for code, fact in UNTOLD:
        if code in codes and getattr(asked.facts, fact) is None:
            yield Notice(
                code=f"assumed_{code}",
                because=(
                    f"Syarat {code} dianggap terpenuhi karena faktanya tidak disebutkan.",
                    f"The condition {code} counts as met since nobody told the fact.",
                ),
            )
    if "cooperated" in codes or asked.wanted.ground is RemisiGround.JUSTICE_COLLABORATOR:
        yield Notice(
            code="letter_of_cooperation",
            because=(
                "Surat keterangan bekerja sama dengan penegak hukum harus dilihat petugas.",
                "An officer has to see the letter about working with law enforcement.",
            ),
        )
    if asked.wanted.ground is RemisiGround.SAKIT_BERKEPANJANGAN:
        yield Notice(
            code="doctor_statement",
            because=(
                "Surat keterangan dokter harus dilihat petugas.",
                "An officer has to see the doctor's statement.",
            ),
        )


def _made_up_for_unsaid(asked: Asked) -> Iterator[Notice]:
    """Notice a susulan that may have been for this very award: nobody says what it was for."""
    for one in asked.facts.remissions:
        unsaid = one.kind is RemisiKind.SUSULAN and one.missed is None
        if unsaid and one.on > asked.counted_on:
            day = spoken_day(one.on)
            yield Notice(
                code="susulan_for_an_unsaid_award",
                because=(
                    f"Tidak tercatat remisi mana yang disusulkan pada {day[0]}; periksa.",
                    f"Nobody says which award was made up for on {day[1]}; have a look.",
                ),
            )


def _close(asked: Asked) -> Iterator[Notice]:
    if asked.served == asked.needed:
        yield Notice(
            code="exactly_the_days_needed",
            because=(
                f"Tepat {asked.served} hari: sebagian aturan menyebut lebih dari itu; periksa.",
                f"Exactly {asked.served} days: some texts say more than that; have a look.",
            ),
        )
    if unended(asked):
        yield Notice(
            code="measure_without_end",
            because=(
                "Ada hukuman disiplin tanpa tanggal selesai di Register F; periksa.",
                "A disciplinary measure has no end in Register F; have a look.",
            ),
        )


def _of_feasts(asked: Asked, given: Amount) -> Iterator[Notice]:
    if asked.kind is RemisiKind.KHUSUS:
        found = feasts(asked.facts.religion, asked.counted_on.year, asked.law.feasts)
        if not found or not all(one.sure for one in found):
            yield Notice(
                code="feast_not_sure",
                because=(
                    f"Hari raya tahun {asked.counted_on.year} belum pasti; periksa hari pemberian.",
                    f"The feast of {asked.counted_on.year} is not sure; check the award day.",
                ),
            )
    if given.ordinal is None:
        return
    for day in given.ordinal.doubtful:
        near = spoken_day(day)
        yield Notice(
            code="ordinal_hangs_on_a_day",
            because=(
                f"Tahun keberapa bergantung pada hari raya {near[0]}, yang tidak pasti.",
                f"Which year it is hangs on the feast of {near[1]}, which is not sure.",
            ),
        )
    for year in given.ordinal.unknown_years:
        yield Notice(
            code="ordinal_without_feast",
            because=(
                f"Hari raya tahun {year} tidak diketahui; tahun itu tidak ikut dihitung.",
                f"The feast of {year} is not known; that year was not counted.",
            ),
        )

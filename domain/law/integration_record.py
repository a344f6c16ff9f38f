"""Conditions of a right that a person's record tells: verdict, conduct, programmes, offence."""

from collections.abc import Iterator
from datetime import date, timedelta

from domain.kernel import Words
from domain.law.aloud import SPOKEN_RIGHTS, assumed, spoken_day
from domain.law.facts import CaseType
from domain.law.guidance import OUTSIDE
from domain.law.integration_asking import (
    CONDUCT_WINDOW,
    FINE_ELSEWHERE,
    Asking,
    Condition,
    condition,
)
from domain.law.integration_rules import Except
from domain.law.remisi_conduct import MEASURE_WITHOUT_END
from domain.law.remisi_criteria import FINAL
from domain.law.span import months_later


def of_the_record(asking: Asking) -> Iterator[Condition]:
    """Yield what the record must show, each with the fact that showed it."""
    yield verdict_final(asking)
    yield executed(asking)
    yield good_conduct(asking)
    yield not_under_discipline(asking)
    if asking.general.programmes:
        yield programmes_good(asking)
    if asking.general.risk_declined:
        yield risk_declined(asking)
    if asking.special:
        yield from of_the_offence(asking)
    yield from not_excepted(asking)
    yield not_outside(asking)


def verdict_final(asking: Asking) -> Condition:
    """Say whether the verdict is final: nobody else has these rights."""
    final = asking.facts.verdict_final_on
    met = final is None or asking.on is None or final <= asking.on
    said = (
        assumed(FINAL)
        if final is None
        else (
            f"Putusan Anda berkekuatan hukum tetap sejak {spoken_day(final)[0]}.",
            f"Your verdict is final since {spoken_day(final)[1]}.",
        )
    )
    return condition(
        "verdict_final",
        met=met,
        said=said,
        article=asking.general.article,
        value=final.isoformat() if final else None,
        needed=asking.on.isoformat() if asking.on else None,
        by=asking.facts.verdict_final_by,
        since=final,
    )


def executed(asking: Asking) -> Condition:
    """Say whether the prosecutor executed the verdict, and the record of it (BA) is there."""
    return told(
        "executed",
        asking.facts.executed,
        article=asking.general.article,
        yes=("Putusan Anda sudah dilaksanakan oleh jaksa.", "Your verdict has been executed."),
        no=(
            "Berita acara pelaksanaan putusan Anda belum ada.",
            "There is no record yet that your verdict was executed.",
        ),
    )


def told(code: str, fact: bool | None, *, article: str, yes: Words, no: Words) -> Condition:
    """Return a condition that a fact decides; one that nobody told counts as met, and says so."""
    return condition(
        code,
        met=fact is not False,
        said=no if fact is False else yes if fact else assumed(yes),
        article=article,
        value=None if fact is None else str(fact).lower(),
        needed="true",
    )


def programmes_good(asking: Asking) -> Condition:
    """Say whether programmes were taken part in, with predikat baik."""
    return told(
        "programmes_good",
        asking.facts.programmes_good,
        article=asking.general.article,
        yes=(
            "Anda mengikuti program pembinaan dengan baik.",
            "You have taken part well in the programmes.",
        ),
        no=(
            "Anda belum mengikuti program pembinaan dengan predikat baik.",
            "You have not yet taken part in the programmes with a good result.",
        ),
    )


def risk_declined(asking: Asking) -> Condition:
    """Say whether the assessment shows a lower risk than before."""
    return told(
        "risk_declined",
        asking.facts.conduct_risk_declined,
        article=asking.general.article,
        yes=(
            "Penilaian pembinaan menunjukkan risiko Anda menurun.",
            "The assessment shows that your risk has declined.",
        ),
        no=(
            "Penilaian pembinaan belum menunjukkan risiko Anda menurun.",
            "The assessment does not yet show that your risk has declined.",
        ),
    )


def good_conduct(asking: Asking) -> Condition:
    """Say whether no discipline lies in so many calendar months before the day that counts.

    A measure within them does not take the right away for good: once as many months have passed
    since, the condition is met again (K~).
    """
    since, last = clean_from(asking)
    months = asking.conduct
    met = since is None or asking.on is None or since <= asking.on
    if last is None or since is None:
        said = (
            f"Tidak ada hukuman disiplin tercatat bagi Anda dalam {months} bulan yang dihitung.",
            f"No measure of discipline against you is on record in the {months} months that count.",
        )
    else:
        said = (
            (
                f"Anda dikenai hukuman disiplin pada {spoken_day(last)[0]}; yang diperlukan"
                f" {months} bulan berkelakuan baik. Syarat ini terpenuhi mulai"
                f" {spoken_day(since)[0]}."
            ),
            (
                f"You were disciplined on {spoken_day(last)[1]}; {months} months of good conduct"
                f" are needed. This is met from {spoken_day(since)[1]}."
            ),
        )
    return condition(
        "good_conduct",
        met=met,
        said=said,
        article=asking.article,
        value=last.isoformat() if last else None,
        needed=f"{months} months",
        by=next((one.by for one in asking.facts.discipline if one.on == last), None),
        since=since,
    )


def clean_from(asking: Asking) -> tuple[date | None, date | None]:
    """Return since when conduct is good, and the measure that put it off; neither if none did."""
    until_now = (
        asking.rules.conduct_now or asking.law.use(CONDUCT_WINDOW).chosen == "before_day_asked"
    )
    day, last = asking.reached.day, None
    for one in sorted(asking.facts.discipline, key=lambda one: one.on):
        within = months_later(day, -asking.conduct) <= one.on < day
        if within or (until_now and one.on >= day):
            day, last = clean_after(one.on, asking.conduct), one.on
    return (day, last) if last else (None, None)


def clean_after(breach: date, months: int) -> date:
    """Return the first day before which so many calendar months have no measure in them."""
    day = months_later(breach, months)
    while months_later(day, -months) <= breach:
        day += timedelta(days=1)
    return day


def not_under_discipline(asking: Asking) -> Condition:
    """Say whether no measure of discipline runs; one without an end does by the policy."""
    day = asking.on or asking.reached.day
    endless = asking.law.use(MEASURE_WITHOUT_END).chosen == "running"
    running = [
        one
        for one in asking.facts.discipline
        if one.on <= day and (one.until >= day if one.until else endless)
    ]
    ends = [one.until for one in running if one.until]
    over = max(ends) + timedelta(days=1) if ends and len(ends) == len(running) else None
    said = ("Anda tidak sedang menjalani hukuman disiplin.", "You are not under discipline.")
    if running:
        said = ("Anda sedang menjalani hukuman disiplin.", "You are under discipline.")
    if over:
        said = (
            f"Anda menjalani hukuman disiplin; hukuman itu selesai pada {spoken_day(over)[0]}.",
            f"You are under discipline; it is over on {spoken_day(over)[1]}.",
        )
    return condition(
        "not_under_discipline",
        met=not running or (over is not None and asking.on is None),
        said=said,
        article=asking.article,
        value=over.isoformat() if over else None,
        by=running[-1].by if running else None,
        since=over,
    )


def of_the_offence(asking: Asking) -> Iterator[Condition]:
    """Yield what an offence asks for that the law treats apart."""
    offence = asking.facts.case_type
    passed_over = asking.fine_unsaid and asking.law.use(FINE_ELSEWHERE).chosen != "asked"
    if offence in asking.regime.fine and not passed_over:
        yield told(
            "fine_paid",
            asking.facts.fine_paid,
            article=asking.article,
            yes=(
                "Denda Anda sudah lunas.",
                "Your fine is paid.",
            ),
            no=(
                "Denda atau uang pengganti Anda belum lunas.",
                "Your fine, or your uang pengganti, is not paid yet.",
            ),
        )
    if offence in asking.regime.pledge:
        yield told(
            "deradicalised",
            asking.facts.deradicalised,
            article=asking.article,
            yes=(
                "Anda sudah mengikuti deradikalisasi dan menyatakan ikrar kesetiaan.",
                "You have followed deradicalisation and made the pledge.",
            ),
            no=(
                "Anda belum mengikuti deradikalisasi atau belum menyatakan ikrar kesetiaan.",
                "You have not followed deradicalisation, or not made the pledge yet.",
            ),
        )


def not_excepted(asking: Asking) -> Iterator[Condition]:
    """Yield one condition for each group of people that is left out of the right.

    Of a repeated offence the papers tell; where none does, it counts as none, and is said so.
    """
    facts = asking.facts
    groups: tuple[tuple[Except, bool | None, str, str], ...] = (
        (Except.FOREIGNER, facts.nationality != "ID", "warga negara asing", "foreigners"),
        (Except.RECIDIVIST, facts.recidivist, "residivis", "people convicted again"),
        (
            Except.SPECIAL_CRIME,
            facts.case_type is not CaseType.UMUM and asking.special,
            "terpidana tindak pidana khusus",
            "people convicted of a special offence",
        ),
    )
    for group, among, indonesian, english in groups:
        if group in asking.rules.excepted:
            none = (f"Anda bukan {indonesian}.", f"You are not among {english}.")
            one = (f"Hak ini tidak diberikan kepada {indonesian}.", f"It is not for {english}.")
            yield condition(
                f"not_{group.value}",
                met=not among,
                said=one if among else assumed(none) if among is None else none,
                article=asking.article,
                value=None if among is None else str(among).lower(),
                needed="false",
            )


def not_outside(asking: Asking) -> Condition:
    """Say whether no other right is lived outside: a klien has no use for a second."""
    lived = [
        one
        for one in asking.facts.rights
        if one.right in OUTSIDE and one.right is not asking.right and one.to is None
    ]
    said = (
        ("Anda tidak sedang menjalani hak integrasi lain.", "You live under no other right.")
        if not lived
        else (
            f"Anda sedang menjalani {SPOKEN_RIGHTS[lived[0].right][0]}.",
            f"You are on {SPOKEN_RIGHTS[lived[0].right][1]} now.",
        )
    )
    return condition(
        "not_on_another_right",
        met=not lived,
        said=said,
        article=asking.article,
        value=lived[0].right.value if lived else None,
        by=lived[0].by if lived else None,
    )

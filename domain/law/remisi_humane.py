"""What a remisi for humanity's sake asks for: a short sentence, old age, or a long illness.

Permenkumham 16/2023 art. 29 (V); how much it is no text says that was read.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from domain.kernel import Words
from domain.law.aloud import spoken_day, spoken_length
from domain.law.criteria import Criterion
from domain.law.facts import RemisiGround
from domain.law.remisi_asked import Asked, said
from domain.law.remisi_rules import REMISI_KEMANUSIAAN, KemanusiaanRules
from domain.law.rule_set import Certainty, Policy
from domain.law.span import summed, years_later

KEMANUSIAAN_AMOUNT: Final = Policy(
    name="kemanusiaan_amount",
    question=(
        "Berapa besar remisi kemanusiaan? Tidak ditemukan dalam peraturan yang dibaca.",
        "How much is a remisi for humanity's sake? No text that was read says it.",
    ),
    options=("none_stated", "as_umum"),
    default="none_stated",
    article="Permenkumham 16/2023 art. 29",
    certainty=Certainty.UNSURE,
)


def of_humanity(asked: Asked) -> Sequence[Criterion | None]:
    """Return what is asked for besides the conditions of every remisi."""
    rules = asked.law.on(REMISI_KEMANUSIAAN, asked.under).values
    return (_ground(asked, rules), _on_its_day(asked, rules), _amount_stated(asked))


def _ground(asked: Asked, rules: KemanusiaanRules) -> Criterion:
    """Ask for a ground that there is; a doctor's statement no fact tells."""
    match asked.wanted.ground:
        case RemisiGround.PIDANA_SINGKAT:
            return _short(asked, rules)
        case RemisiGround.LANJUT_USIA:
            return _old(asked, rules)
        case RemisiGround.SAKIT_BERKEPANJANGAN:
            words = (
                "Diperlukan surat keterangan dokter tentang sakit berkepanjangan.",
                "A doctor's statement of a prolonged illness is needed.",
            )
            return said(asked, "ground", met=True, words=words)
        case _:
            words = (
                "Remisi kemanusiaan memerlukan alasan: pidana singkat, lanjut usia, atau sakit.",
                "It needs a ground: a short sentence, old age, or a prolonged illness.",
            )
            return said(asked, "ground", met=False, words=words)


def _short(asked: Asked, rules: KemanusiaanRules) -> Criterion:
    total = summed(one.span for one in asked.facts.sentences).total_days
    most = rules.most_sentence.total_days
    (total_id, total_en), (most_id, most_en) = spoken_length(total), spoken_length(most)
    words = (
        f"Pidana Anda {total_id}; yang diperlukan paling lama {most_id}.",
        f"Your sentence is {total_en}; {most_en} at the most is needed.",
    )
    if not total:
        words = ("Pidana penjara Anda belum tercatat.", "No imprisonment is recorded for you yet.")
    return said(asked, "ground", 0 < total <= most, words, value=total, needed=most)


def _old(asked: Asked, rules: KemanusiaanRules) -> Criterion:
    """Ask for an age; one is older than 70 from the day after the birthday on which one is 70."""
    born, over = asked.facts.birth_date, rules.over_age
    met = born is not None and years_later(born, over) < asked.on
    needed: Words = (
        f"yang diperlukan: berusia di atas {over} tahun pada hari pemberian",
        f"to be over {over} years of age on the award day is needed",
    )
    day = spoken_day(born) if born else None
    words = (
        (f"Anda lahir pada {day[0]}; {needed[0]}.", f"You were born on {day[1]}; {needed[1]}.")
        if day
        else (
            f"Tanggal lahir Anda tidak tercatat; {needed[0]}.",
            f"Your date of birth is not recorded; {needed[1]}.",
        )
    )
    return said(asked, "ground", met, words, value=born, needed=over)


def _on_its_day(asked: Asked, rules: KemanusiaanRules) -> Criterion | None:
    given_on = rules.given_on.get(asked.wanted.ground) if asked.wanted.ground else None
    if given_on is None:
        return None
    day = date(asked.on.year, *given_on)
    words = spoken_day(day)
    return said(
        asked,
        "award_day",
        asked.on == day,
        (f"Remisi ini diberikan pada {words[0]}.", f"This remisi is given on {words[1]}."),
        value=asked.on,
        needed=day,
    )


def _amount_stated(asked: Asked) -> Criterion:
    met = asked.law.use(KEMANUSIAAN_AMOUNT).chosen != "none_stated"
    words = (
        ("Besarnya dihitung seperti remisi umum.", "It is counted as a remisi umum is.")
        if met
        else (
            "Besarnya remisi kemanusiaan tidak ditemukan dalam peraturan; petugas menetapkannya.",
            "No text that was read says how much it is; an officer settles it.",
        )
    )
    return said(asked, "amount_stated", met, words)

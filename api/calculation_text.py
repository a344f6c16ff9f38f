"""A calculation as a registrar reads it aloud: the days, each remisi and each right, and why."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from api.law_words import CERTAINTIES, cited, of_part
from api.pages.labels import of_value
from application.calculating import Answer
from domain.kernel import Words
from domain.law.aloud import spoken_day
from domain.law.calculation import Calculation
from domain.law.criteria import Criterion
from domain.law.integration import RightFinding
from domain.law.remisi import RemisiFinding
from domain.law.rule_set import Certainty

DAYS: Final[tuple[tuple[str, Words], ...]] = (
    ("counts_from", ("dihitung sejak", "counts from")),
    ("expiry_without_remission", ("ekspirasi tanpa remisi", "expiry without remisi")),
    ("expiry", ("ekspirasi", "expiry")),
    ("release", ("bebas", "release")),
    ("one_third", ("1/3 pidana", "one third")),
    ("one_half", ("1/2 pidana", "one half")),
    ("two_thirds", ("2/3 pidana", "two thirds")),
)
PROBATION: Final[Words] = ("masa percobaan PB sampai", "probation of PB until")
WIDTH: Final = 26
MET: Final = {True: "+", False: "-"}


class Aloud:
    """Lines in one language: 0 is Bahasa Indonesia, 1 English."""

    def __init__(self, tongue: int) -> None:
        self.tongue = tongue

    def lines(self, said: Answer) -> Iterator[str]:
        """Yield the whole answer."""
        found = said.calculation
        yield from self.days(found)
        for remisi in found.remissions:
            yield from self.remisi(remisi)
        yield ""
        yield self.words(("Hak integrasi", "Rights of integration"))
        for right in found.integration.values():
            yield from self.right(right)
        yield from self.stages(found)
        yield from self.notices(said)
        yield from self.rests_on(found)

    def days(self, found: Calculation) -> Iterator[str]:
        """Yield the days, or why there are none."""
        yield self.words(("Tanggal pidana", "Dates of the sentence"))
        if found.not_applicable:
            yield f"  {self.words(found.not_applicable.because)}"
            return
        days = [(title, getattr(found.days, name)) for name, title in DAYS]
        days += [(PROBATION, found.probation_end)] if found.probation_end else []
        for title, day in days:
            yield f"  {self.words(title):<{WIDTH}}{self.day(day)}"

    def remisi(self, found: RemisiFinding) -> Iterator[str]:
        """Yield what is found on one remisi, and why."""
        kind, day = self.words(of_value(found.kind)), self.day(found.on)
        yield ""
        yield f"Remisi {kind}, {day}: {self.words(outcome(found))}"
        yield from self.criteria(found.criteria)
        if found.almost:
            since, following = spoken_day(found.almost.from_day), found.almost.next_award
            yield "  " + self.words(
                (
                    f"Yang belum terpenuhi hanya soal waktu: terpenuhi sejak {since[0]}.",
                    f"What is missing is a matter of time: it is met from {since[1]}.",
                )
            )
            if following:
                title = self.words(("Kesempatan berikutnya", "The next occasion"))
                yield f"  {title}: {self.day(following)}."

    def right(self, found: RightFinding) -> Iterator[str]:
        """Yield since when a right can be had, and why not."""
        name = self.words(of_value(found.right))
        if found.from_day and found.until:
            since, until = spoken_day(found.from_day), spoken_day(found.until)
            yield f"  {name}: " + self.words(
                (f"sejak {since[0]} sampai {until[0]}", f"from {since[1]} until {until[1]}")
            )
        else:
            yield f"  {name}: " + self.words(("tidak dapat", "not possible"))
        yield from (f"  {line}" for line in self.criteria(found.reasons))

    def stages(self, found: Calculation) -> Iterator[str]:
        """Yield the stages of guidance of a right that runs."""
        for one in found.guidance_stages:
            title = self.words((one.title_id, one.title_en))
            yield f"  {title}: {self.day(one.from_day)} - {self.day(one.until)}"

    def criteria(self, criteria: tuple[Criterion, ...]) -> Iterator[str]:
        """Yield conditions with the sentence to be read aloud, and the article."""
        for one in criteria:
            because = self.words((one.because_id, one.because_en))
            yield f"  {MET[one.met]} {because} [{self.words(cited(one.article))}]"

    def notices(self, said: Answer) -> Iterator[str]:
        """Yield what a human should look at, and the claims that differ."""
        looked_at = [one.because for one in said.calculation.warnings]
        looked_at += [one.because for one in said.flags]
        if looked_at:
            yield ""
            yield self.words(("Perlu diperiksa petugas", "For an officer to look at"))
            yield from (f"  ! {self.words(one)}" for one in looked_at)

    def rests_on(self, found: Calculation) -> Iterator[str]:
        """Yield the texts and policies that the answer rests on, and what nobody told."""
        yield ""
        yield self.words(("Aturan: ", "Rules: ")) + ", ".join(found.rule_sets)
        for one in found.policies:
            title = self.words(
                ("Kebijakan, sebab aturan terbuka: ", "Policy, the law being open: ")
            )
            sure = self.words(CERTAINTIES[Certainty(one.certainty)])
            article = self.words(cited(one.article))
            yield f"{title}{one.name} = {one.chosen} ({one.certainty}: {sure}; {article})"
        if found.assumed:
            title = self.words(("Dianggap terpenuhi: ", "Counted as met: "))
            yield title + ", ".join(
                f"{self.words(of_part(name))} ({name})" for name in found.assumed
            )

    def day(self, day: date) -> str:
        """Return a day as one says it."""
        return self.words(spoken_day(day))

    def words(self, words: Words) -> str:
        """Return the words of this language."""
        return words[self.tongue]


def outcome(found: RemisiFinding) -> Words:
    """Say in one line what comes of a remisi."""
    if not found.eligible:
        return "tidak diberikan", "not given"
    after = spoken_day(found.expiry_after) if found.expiry_after else ("-", "-")
    if not found.releases:
        return (
            f"{found.days} hari, ekspirasi menjadi {after[0]}",
            f"{found.days} days, expiry becomes {after[1]}",
        )
    lost = found.lost_days
    return (
        f"{found.days} hari, langsung bebas; {lost} hari tidak terpakai",
        f"{found.days} days, free on the day; {lost} days are lost",
    )

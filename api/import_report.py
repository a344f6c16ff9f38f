"""What an import says of a file: how many rows met which fate, and what is wrong in which row."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from application.importing import Fate, Outcome
from domain.kernel import Words

COLUMNS: Final = ("row", "column", "code", "detail", "article")
FATES: Final[Mapping[Fate, Words]] = {
    Fate.RECORDED: ("tercatat", "recorded"),
    Fate.ALREADY_RECORDED: ("sudah tercatat", "already recorded"),
    Fate.DUPLICATE: ("ganda", "repeated"),
    Fate.BAD: ("ditolak", "refused"),
    Fate.NOT_TRIED: ("tidak dicoba", "not tried"),
}
WOULD: Final[Words] = ("dapat dicatat", "can be recorded")
PLACE: Final[Words] = ("baris {row}, kolom {column}", "row {row}, column {column}")
WHOLE: Final[Words] = ("baris {row}", "row {row}")


@dataclass(slots=True)
class Report:
    """What became of every row, and what has to be said of some. ``tongue``: 0 Indonesian."""

    tongue: int
    written: bool
    rows: list[dict[str, Any]] = field(default_factory=list)
    fates: Counter[Fate] = field(default_factory=Counter)

    def forget(self, fate: Fate) -> None:
        """Take back the count of a row that is to be decided again."""
        self.fates[fate] -= 1

    def note(self, outcome: Outcome) -> None:
        """Count one row, and say what is wrong with it."""
        self.fates[outcome.fate] += 1
        for fault in outcome.faults:
            self._say(outcome, fault.place, fault.code, fault.because, fault.article)
        match outcome.fate:
            case Fate.DUPLICATE:
                because = (f"sama dengan baris {outcome.cause}", f"the same as row {outcome.cause}")
                self._say(outcome, "", "import.duplicate", because, None)
            case Fate.NOT_TRIED:
                because = (
                    f"tidak dicoba karena baris {outcome.cause}",
                    f"not tried because of row {outcome.cause}",
                )
                self._say(outcome, "", "import.not_tried", because, None)
            case _:
                return

    @property
    def bad(self) -> bool:
        """Whether there is a row that was not recorded and should have been."""
        return bool(self.fates[Fate.BAD] or self.fates[Fate.NOT_TRIED])

    def counts(self) -> dict[str, int]:
        """Return how many rows met which fate."""
        return {fate.value: self.fates[fate] for fate in Fate}

    def summary(self) -> str:
        """Return the counts in words."""
        words = {**FATES, Fate.RECORDED: FATES[Fate.RECORDED] if self.written else WOULD}
        return ", ".join(f"{self.fates[fate]} {words[fate][self.tongue]}" for fate in Fate)

    def _say(
        self, outcome: Outcome, place: str, code: str, because: Words, article: str | None
    ) -> None:
        said = (outcome.number, place, code, because[self.tongue], article)
        self.rows.append(dict(zip(COLUMNS, said, strict=True)))


def in_words(row: Mapping[str, Any], tongue: int) -> str:
    """Return one thing that is wrong as a line to read."""
    place = (PLACE if row["column"] else WHOLE)[tongue].format(**row)
    article = f" [{row['article']}]" if row["article"] else ""
    return f"{place}: {row['code']}: {row['detail']}{article}"

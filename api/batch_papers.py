"""Gathering what goes on paper: who stands in a batch by name, and what was found of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.batch_answers import standing_of
from api.dependencies import Services
from api.letters.batch import Award, Paper, Who
from api.tokens import Caller
from application.batch_cases import ORDER, Batch
from application.batch_ends import UNKNOWN, BatchEnds, LineEnd
from application.case_facts import CaseFacts, case_stream
from application.read_models import Question
from application.standing import standing
from application.timeline import in_order
from domain.batch_due import proposal_key
from domain.batch_list import BatchDrafted
from domain.batch_standing import BatchLine, RemisiBatch, line_key
from domain.kernel import FORGOTTEN
from domain.record import StreamId
from domain.region import REGIONS
from domain.registry import UnitNamed
from domain.remisi_assessment import RemisiAssessed
from projections.case_summary import CASE_SUMMARY

NAMED: Final = ("name", "register_text")
"""Sealed columns that a paper shows of a person."""
FOUND: Final = ("expiry_after", "criteria")
"""Sealed fields of an assessment that a letter shows."""


@dataclass(frozen=True, slots=True)
class Papers:
    """What is printed of one batch for one caller: names only where the caller sees the case."""

    services: Services
    caller: Caller

    def people(self, lines: Iterable[BatchLine]) -> Mapping[str, Who]:
        """Return by case who is who, as far as the caller sees them."""
        return self.people_of(line.case for line in lines)

    def people_of(self, those: Iterable[str]) -> Mapping[str, Who]:
        """Return the same of cases, whether they stand on the list or not."""
        cases = tuple(sorted(set(those)))
        if not cases:
            return {}
        question = Question(where={"case": cases}, words=(), after=None, limit=None)
        rows = self.services.read_models.ask(CASE_SUMMARY.name, question, self.caller.access).rows
        return {
            row.case: Who(name=row.name or None, register=row.register_text or None)
            for _, row in rows
        }

    def by_name(self, lines: Sequence[BatchLine]) -> Sequence[tuple[BatchLine, Who]]:
        """Return those lines whose person the caller sees, in the order of names."""
        people = self.people(lines)
        seen = [(line, people[line.case]) for line in lines if line.case in people]
        return sorted(seen, key=lambda one: ((one[1].name or "").casefold(), line_place(one[0])))

    def awards(self, batch: Batch, lines: Sequence[tuple[BatchLine, Who]]) -> Sequence[Award]:
        """Return what each line gives, with what the law found of it when it was last assessed.

        Whether it releases, and when the sentence ends, are by the days that are given. Whose case
        tells that nothing is given is left out, whatever the list says since it was corrected.
        """
        streams = [case_stream(case) for case in sorted({line.case for line, _ in lines})]
        read = self.services.ledger.read_many(streams, names=RemisiAssessed.names)
        found = {
            (stream.key, page.event.proposal): page.event
            for stream, pages in read
            for page in standing(pages)
            if isinstance(page.event, RemisiAssessed)
        }
        ends = ends_of(self.services, batch).of(line for line, _ in lines)
        return [
            _award(
                line,
                who,
                found.get((line.case, proposal_key(batch.key, line.kind))),
                ends.get(line_key(line.case, line.kind), UNKNOWN),
            )
            for line, who in lines
            if not ends.get(line_key(line.case, line.kind), UNKNOWN).over
        ]

    def paper(self, key: str, draft: BatchDrafted, position: int) -> Paper:
        """Return what all papers of a batch have."""
        unit = self._unit(draft.unit)
        return Paper(
            key=key,
            unit=unit.title if unit else draft.unit,
            region=REGIONS[unit.region].name if unit else "",
            position=position,
            printed=self.services.now(),
            zone=draft.effective.zone,
        )

    def _unit(self, code: str) -> UnitNamed | None:
        pages = self.services.ledger.read(StreamId(kind="registry", key=f"unit/{code}"))
        named = [event for event in in_order(pages) if isinstance(event, UnitNamed)]
        return named[-1] if named else None


def line_place(line: BatchLine) -> tuple[str, int]:
    """Return the place of a line among those of people of one name."""
    return line.case, ORDER[line.kind]


def _award(line: BatchLine, who: Who, found: RemisiAssessed | None, end: LineEnd) -> Award:
    criteria = found.criteria if found else ()
    return Award(
        line=line,
        who=who,
        releases=end.releases,
        expiry_after=end.expiry_after,
        reasons=() if criteria is FORGOTTEN else [one.because_id for one in criteria if one.met],
    )


def ends_of(services: Services, batch: Batch) -> BatchEnds:
    """Return what works out where the lines of a list leave their cases."""
    return BatchEnds(CaseFacts(services.ledger, services.read_models), batch)


def given(batch: RemisiBatch) -> Sequence[BatchLine]:
    """Return the lines that the SK of a batch grants, and nobody took back."""
    return [line for line in batch.lines.values() if standing_of(batch, line) == "standing"]

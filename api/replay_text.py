"""A replay as a person reads it: what happened, at whose word, and what it changed."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from api.field_errors import Language
from api.mark_answers import Telling
from api.pages import labels
from api.pages.said import GONE, words_of
from api.pages.tongue import Tongue
from api.replay_answers import gone
from application.comparing import Compared, Difference
from application.differences import FieldChange, Step
from application.journeys import History, Moment
from application.marks import Deed, Mark, MarkState
from application.replaying import FactsCompared, Replay
from domain.correction import CorrectionApproved, CorrectionRequested
from domain.kernel import Words
from domain.record import Recorded
from domain.review import Item
from domain.time import Effective, Zone

NOTHING: Final = "-"
DEEDS: Final[dict[Deed, Words]] = {
    Deed.VOIDED: ("dibatalkan", "voided"),
    Deed.CORRECTED: ("dikoreksi", "corrected"),
    Deed.MOVED_AWAY: ("dipindahkan", "moved away"),
    Deed.MOVED_HERE: ("dipindahkan ke sini", "moved here"),
}
STATES: Final[dict[MarkState, Words]] = {
    MarkState.PENDING: ("menunggu persetujuan", "waits for approval"),
    MarkState.REPLACED: ("digantikan koreksi lain", "replaced by a later one"),
    MarkState.UNDONE: ("dicabut oleh", "taken back by"),
}


class Teller:
    """Tells one replay in one language, with its instants by the clock of one zone."""

    def __init__(self, language: Language, told: Telling, zone: Zone) -> None:
        self.tongue = Tongue(language)
        self.zone = zone
        self.marks = {one.page.position: one.marks for one in told.events}
        self.gone = [one.page for one in gone(told)]

    def replay(self, replay: Replay, moment: Moment, items: Sequence[Item]) -> Iterator[str]:
        """Yield the lines of a replay."""
        t, history = self.tongue, replay.history
        facts = t(f"{len(replay.steps)} fakta", f"{len(replay.steps)} facts")
        pages = t(f"{history.version} halaman diketahui", f"{history.version} pages known")
        yield f"{history.stream} · {facts} · {pages}"
        yield from self._moment(moment)
        for number, step in enumerate(replay.steps, 1):
            yield ""
            yield from self._step(number, step)
        if self.gone:
            yield from ("", t("Tidak berlaku lagi:", "Stands no more:"))
            for page in self.gone:
                yield from self._fact(page)
        if items:
            yield from ("", t("Perlu diperiksa:", "To be looked at:"))
            for item in items:
                yield from self._item(item)

    def comparison(
        self, moments: tuple[Moment, Moment], compared: Compared, facts: FactsCompared
    ) -> Iterator[str]:
        """Yield the lines of two moments side by side: A is what was known first."""
        t = self.tongue
        yield str(compared.before.stream)
        sides = zip("AB", moments, (compared.before, compared.after), strict=True)
        for name, moment, history in sides:
            yield f"{name}  {'; '.join(self._moment(moment))}; {self._extent(history)}"
        yield from self._only(t("Hanya di A:", "Only in A:"), facts.only_before)
        yield from self._only(t("Hanya di B:", "Only in B:"), facts.only_after)
        if facts.otherwise:
            yield from ("", t("Diceritakan lain:", "Told otherwise:"))
        for one in facts.otherwise:
            yield from self._fact(one.after)
            yield from self._changes(one.changes, ("A", "B"))
        title = t("Keadaan yang berbeda:", "What differs in the state:")
        yield from ("", title if compared.differences else t("Keadaannya sama.", "No difference."))
        for decided, alike in _by_last(compared.differences):
            yield from self._changes([found.change for found in alike], ("A", "B"))
            earlier = len({page.position for one in alike for page in one.pages[:-1]})
            more = t(f" (dan {earlier} lebih dahulu)", f" (and {earlier} before)")
            if decided:
                why = t("karena", "because of")
                yield f"      {why} {self._title(decided)}{more if earlier else ''}"
                yield f"        {self._told(decided)}"

    def _extent(self, history: History) -> str:
        facts, pages = len(history.pages), history.version
        return self.tongue(f"{facts} fakta, {pages} halaman", f"{facts} facts, {pages} pages")

    def _only(self, title: str, pages: Iterable[Recorded]) -> Iterator[str]:
        for number, page in enumerate(pages):
            if not number:
                yield from ("", title)
            yield from self._fact(page)

    def _moment(self, moment: Moment) -> Iterator[str]:
        t, valid, known = self.tongue, moment.valid_at, moment.known_at
        now = t("sekarang", "now")
        yield f"{t('benar pada', 'true at')}: {valid.isoformat() if valid else now}"
        yield f"{t('diketahui pada', 'known at')}: {known.isoformat() if known else now}"

    def _step(self, number: int, step: Step) -> Iterator[str]:
        first, *rest = self._fact(step.page)
        yield f"{number}. {first.lstrip()}"
        yield from rest
        if not step.changes:
            yield f"    {self.tongue('tidak mengubah keadaan', 'changes nothing in the state')}"
        yield from self._changes(step.changes)

    def _fact(self, page: Recorded) -> Iterator[str]:
        """Yield what happened, who told it, on what, and by which correction it stands so."""
        t = self.tongue
        yield f"  {self._title(page)}"
        yield f"    {self._told(page)}"
        if reason := words_of(page.reason, t):
            yield f"    {t('alasan', 'reason')}: {reason}"
        yield from (f"    {document}" for document in self._documents(page))
        if page.causation_id:
            yield f"    {t('akibat dari', 'follows from')} {page.causation_id}"
        for mark in self.marks.get(page.position, ()):
            yield f"    {self._mark(mark)}"

    def _title(self, page: Recorded) -> str:
        event = page.event
        when = self._when(event.effective)
        return f"{when} · {self.tongue(*labels.of_event(type(event)))} ({event.stored_as})"

    def _told(self, page: Recorded) -> str:
        t, actor = self.tongue, page.actor
        role = t(*labels.VALUES.get(actor.role, (actor.role, actor.role)))
        place = ", ".join(filter(None, [role, actor.unit, actor.agency]))
        whose = t(f" atas nama {actor.on_behalf_of}", f" on behalf of {actor.on_behalf_of}")
        by = f"{actor.id} ({place}){whose if actor.on_behalf_of else ''}"
        stamp = t.stamp(page.recorded_at, self.zone)
        where = t(f"halaman {page.version}", f"page {page.version}")
        return t(f"dicatat {stamp} oleh {by}", f"told {stamp} by {by}") + (
            f" · {where} · {page.event_id}"
        )

    def _mark(self, mark: Mark) -> str:
        """Return what a correction did, why, at whose word, and whether it counts."""
        t, asked = self.tongue, mark.requested and mark.requested.event
        approved = mark.approval and mark.approval.event
        parts = [t(*DEEDS[mark.deed])]
        if mark.to and mark.deed is Deed.MOVED_AWAY:
            parts[0] += f" {t('ke', 'to')} {mark.to}"
        if mark.origin and isinstance(approved, CorrectionApproved):
            parts[0] += f" {t('dari', 'from')} {approved.requested_in}"
        if mark.requested and isinstance(asked, CorrectionRequested):
            parts.append(f"{t.value(asked.reason_code)}: {words_of(asked.explanation, t)}")
            stamp = t.stamp(mark.requested.recorded_at, self.zone)
            parts.append(t(f"diminta {asked.requester}", f"asked by {asked.requester}"))
            parts[-1] += f" {stamp}"
            parts += self._documents(mark.requested)
        if mark.approval and isinstance(approved, CorrectionApproved):
            stamp = t.stamp(mark.approval.recorded_at, self.zone)
            parts.append(t(f"disetujui {approved.approver}", f"approved by {approved.approver}"))
            parts[-1] += f" {stamp}"
        if mark.state is not MarkState.ACTS:
            parts.append(t(*STATES[mark.state]) + (f" {mark.undone_by}" if mark.undone_by else ""))
        return "; ".join([*parts, f"{t('koreksi', 'correction')} {mark.correction}"])

    def _documents(self, page: Recorded) -> Iterator[str]:
        for item in page.evidence:
            day = f" ({self.tongue.day(item.date)})" if item.date else ""
            digest = f" sha256 {item.sha256}" if item.sha256 else ""
            words = words_of(item.number, self.tongue)
            yield f"{self.tongue('bukti', 'evidence')}: {words}{day}{digest}"

    def _item(self, item: Item) -> Iterator[str]:
        t, raised = self.tongue, item.raised
        words = words_of(t(raised.because_id, raised.because_en), t)
        owner = raised.owner or NOTHING
        ended = t.value(item.resolved.outcome) if item.resolved else t("terbuka", "open")
        yield f"  {raised.code} ({raised.article}) · {raised.event} · {owner} · {ended}"
        yield f"    {words}"

    def _changes(
        self, changes: Sequence[FieldChange], names: tuple[str, str] | None = None
    ) -> Iterator[str]:
        """Yield changes, but for those between nothing and what is empty."""
        told = [one for one in changes if not (_empty(one.before) and _empty(one.after))]
        width = max((len(change.pointer) for change in told), default=0)
        for change in told:
            before, after = self._value(change.before), self._value(change.after)
            if names:
                before, after = f"{names[0]} {before}", f"{names[1]} {after}"
            yield f"    {change.pointer.ljust(width)}  {before} → {after}"

    def _value(self, value: Any) -> str:
        if value is None:
            return NOTHING
        if isinstance(value, dict) and value.keys() == {"day", "at", "zone"}:
            return str(value["at"] or value["day"])
        if value == {"forgotten": True}:
            return f"({self.tongue(*GONE)})"
        return json.dumps(value, ensure_ascii=False)

    def _when(self, effective: Effective) -> str:
        if effective.at:
            return self.tongue.stamp(effective.at, effective.zone)
        return self.tongue.day(effective.day)


def _by_last(found: Iterable[Difference]) -> Iterable[tuple[Recorded | None, list[Difference]]]:
    """Return differences by the page that decided them, which is the last one behind each."""
    alike: dict[int, tuple[Recorded | None, list[Difference]]] = {}
    for one in found:
        decided = one.pages[-1] if one.pages else None
        alike.setdefault(decided.position if decided else 0, (decided, []))[1].append(one)
    return alike.values()


def _empty(value: Any) -> bool:
    return value is None or value in ([], {})

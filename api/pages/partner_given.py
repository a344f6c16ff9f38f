"""What an agency gave under an agreement, and what the unit said: its results and its referrals.

Both are read while the agreement runs, and not while it rests or is over: as by HTTP, where
they are not found then (`api.routes.partner_results`, `api.routes.agency_referrals`).
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from api.pages import labels
from api.pages.counting import EVERY_ROW
from api.pages.names import Names
from api.pages.tongue import Tongue
from api.partner_answers import Stated, shown_in, stated_in
from api.result_desk import partner_results
from api.routes.agency_referrals import EVERYWHERE, PartnerReferralAnswer, Referring
from api.routes.shared_records import Records
from application.partner_results import opened_of
from application.sharing import NoSuchScope
from domain.agreement import ParticipantKind
from domain.kernel import FORGOTTEN, Words
from domain.partner_result import TELLERS
from domain.record import StreamId
from domain.sharing.fields import SharedField
from domain.sharing.scope import Scope
from projections.partner_results import PARTNER_RESULTS, ResultStatus
from projections.referrals import REFERRALS
from projections.shared.values import ReferralAnswer

NEWEST: Final = 50
STATUSES: Final[Mapping[ResultStatus, Words]] = {
    ResultStatus.PROPOSED: ("menunggu jawaban unit", "waits for the unit"),
    ResultStatus.ACCEPTED: ("diterima", "accepted"),
    ResultStatus.REJECTED: ("ditolak", "rejected"),
}
ANSWERS: Final[Mapping[ReferralAnswer | None, Words]] = {
    None: ("menunggu jawaban unit", "waits for the unit"),
    ReferralAnswer.ACCEPTED: ("diterima", "accepted"),
    ReferralAnswer.DECLINED: ("ditolak", "declined"),
}
OVERDUE: Final[Words] = ("lewat waktu", "overdue")
GONE: Final[Words] = ("sudah dihapus", "erased")


@dataclass(frozen=True, slots=True)
class Given:
    """One thing that an agency gave: what, since when, how it stands, and what is said to that."""

    title: str
    about: str
    day: str
    standing: str
    said: str


@dataclass(frozen=True, slots=True)
class Drawer:
    """Reads what a party gave, and records it as read, for one page in one language."""

    records: Records
    scope: Scope
    tongue: Tongue
    names: Names

    def content(self, *, shares: bool) -> dict[str, Any]:
        """Return both as a page shows them; nothing of either where nothing is shared."""
        tells = self.scope.record in TELLERS
        youths = ParticipantKind.REMAJA_BERISIKO in self.scope.participant_kinds
        refers = youths and SharedField.REFERRAL in self.scope.fields
        return {
            "tells": tells,
            "refers": refers,
            "results": self.results() if tells and shares else [],
            "referrals": self.referrals() if refers and shares else [],
        }

    def results(self) -> list[Given]:
        """Return the results that the agency told, the newest first."""
        services, reading = self.records.services, self.records.reading
        where = {"agreement": self.scope.agreement, "agency": self.scope.agency}
        question = replace(EVERY_ROW, where=where, counted=frozenset({"result", "stream"}))
        found = services.read_models.ask(PARTNER_RESULTS.name, question, EVERYWHERE).rows
        rows = sorted((row for _, row in found), key=lambda row: row.result, reverse=True)[:NEWEST]
        classes = {stream: self._class(StreamId.of(stream)) for stream in {r.stream for r in rows}}
        shown = [
            (classes[row.stream][0], classes[row.stream][1][row.result])
            for row in rows
            if row.result in classes[row.stream][1]
        ]
        self._record(*shown_in((one for _, one in shown), whole=False), len(shown))
        reading.of_nobody()  # or it is recorded by now
        return [self._result(title, one) for title, one in shown]

    def _class(self, programme: StreamId) -> tuple[str, Mapping[str, Stated]]:
        """Return a programme's title and its results; none where the party may not tell of it."""
        services = self.records.services
        with suppress(NoSuchScope):
            partner_results(services).scope(programme, self.scope.agency)
            pages = services.ledger.read(programme)
            opened = opened_of(pages)
            return opened.title if opened else programme.key, stated_in(pages)
        return "", {}

    def _result(self, title: str, one: Stated) -> Given:
        tongue, fact = self.tongue, one.proposed.fact
        reason = tongue.words(GONE) if one.reason is FORGOTTEN else one.reason
        until = tongue.day(one.respond_by)
        answer = tongue(f"jawab paling lambat {until}", f"answer by {until}")
        late = one.overdue(self.records.services.now())
        return Given(
            title=f"{tongue(*labels.of_event(type(fact)))} · {title}",
            about=one.proposed.reference,
            day=tongue.day(fact.effective.day),
            standing=self._standing(STATUSES[one.status], late=late),
            said=reason or (answer if one.answered is None else ""),
        )

    def referrals(self) -> list[Given]:
        """Return the young people whom the agency referred, by day and unit, the newest first."""
        referring = Referring.under(self.records.services, self.records.eyes)
        where = {"agreement": self.scope.agreement, "referred_by": self.scope.agency}
        question = replace(EVERY_ROW, where=where, counted=frozenset({"referred_by"}))
        models = self.records.services.read_models
        keys = sorted((key for key, _ in models.ask(REFERRALS.name, question, EVERYWHERE).rows))
        newest = reversed(keys[-NEWEST:])
        found = [one for key in newest if (one := referring.one(key))]
        referring.show(self.records.reading, found)
        return [self._referral(one) for one in found]

    def _referral(self, one: PartnerReferralAnswer) -> Given:
        return Given(
            title=self.names.of(one.unit),
            about=one.referral_id,
            day=self.tongue.day(one.received_on),
            standing=self._standing(ANSWERS[one.answer], late=one.overdue),
            said="; ".join(self._course(one)),
        )

    def _course(self, one: PartnerReferralAnswer) -> Iterator[str]:
        """Yield what became of a referral, in order."""
        if one.answer is None and one.respond_by:
            yield self._on(("jawab paling lambat", "answer by"), one.respond_by)
        if one.answered_on:
            yield self._on(("dijawab", "answered"), one.answered_on)
        yield from (joined.title for joined in one.activities)
        if one.finished_on:
            yield self._on(("selesai", "finished"), one.finished_on)

    def _on(self, words: Words, day: date) -> str:
        return f"{self.tongue.words(words)} {self.tongue.day(day)}"

    def _standing(self, words: Words, *, late: bool) -> str:
        said = self.tongue.words(words)
        return f"{said}, {self.tongue.words(OVERDUE)}" if late else said

    def _record(self, whom: set[str], shown: set[str], rows: int) -> None:
        if whom or shown:
            services, reading = self.records.services, self.records.reading
            record = reading.record(whom, shown, rows, agreement=self.scope.agreement)
            services.access.record(record)

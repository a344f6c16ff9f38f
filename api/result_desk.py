"""The desk of results: a partner hands them in, and the unit takes them over or sends them back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from api.deciding import Deciding, exchange
from api.dependencies import Services
from api.partner_forms import ResultForm, fact_of, papers_of, subjects_of
from api.problems import Problem, not_found
from api.writing import Desk
from application.append import Request
from application.feeds import Audience
from application.ledger import Receipt
from application.partner_results import Misfit, PartnerResults, Told, opened_of, stream_of
from domain.fields import UUID, Note
from domain.kernel import Refused, Value, Words
from domain.programme import SessionHeld
from domain.record import Evidence, StreamId
from domain.sharing.scope import Scope
from domain.time import Zone

NO_SUCH_SUBJECT: Final[Words] = (
    "orang ini tidak ada dalam lingkup kerja sama; pakai nama samaran dari feed-nya",
    "nobody in the agreement's scope is called so; use the pseudonym of its feed",
)
WHOM: Final[Words] = (
    "sebut subject, tetapi tidak untuk pertemuan: di sana subject ada pada marks",
    "name the subject, but not of a session: there the subjects are in its marks",
)
ANOTHER_PROGRAMME: Final[Words] = (
    "program dalam data bukan program pada alamat",
    "the programme in the data is not that of the address",
)
REASON_OR_NOT: Final[Words] = (
    "sebut reason bila menolak, dan hanya bila demikian",
    "give a reason when you reject, and only then",
)
CASE_ELSEWHERE: Final[Words] = (
    "orang ini sekarang di unit lain; mintalah penyelia yang membawahi kedua unit",
    "this person is with another unit now; ask a supervisor of both units",
)
OUTSIDE: Final = ("result", "type", "effective")
"""Fields of a result that do not lie in its data."""


class Answered(Value):
    """Yes, or no and why."""

    accepted: bool
    reason: Note | None


def partner_results(services: Services) -> PartnerResults:
    """Return what records partners' results."""
    return PartnerResults(services.append, services.sharing)


@dataclass(frozen=True, slots=True)
class PartnerDesk:
    """Where one partner hands in results of one programme, under an agreement that runs."""

    desk: Desk
    programme: StreamId
    scope: Scope

    def tell(self, forms: Sequence[ResultForm]) -> Receipt:
        """Write results down, all or none; raise `Problem`, with the place of what is wrong."""
        services, signature = self.desk.services, self.desk.signature
        told = self._told(forms)
        request = Request(
            proposals=(),
            expected={},
            actor=self.desk.actor(None),
            purpose=signature.purpose,
            correlation_id=signature.correlation_id,
            command=signature.command,
        )
        results = partner_results(services)
        try:
            return self.desk.once(
                lambda: results.propose(self.programme, self.scope.agency, told, request)
            )
        except Misfit as no:
            self._record(no)
            raise _placed(no) from None

    def _record(self, no: Misfit) -> None:
        """Record of whom a refusal tells: that something does not fit is read off the record."""
        whom = [f"case:{case}" for case in no.cases]
        if whom:
            reading, agreement = self.desk.signature.reading, self.scope.agreement
            record = reading.record(whom, no.fields, len(no.looked_at), agreement=agreement)
            self.desk.services.access.record(record)

    def _told(self, forms: Sequence[ResultForm]) -> list[Told]:
        services = self.desk.services
        opened = opened_of(services.ledger.read(self.programme))
        zone = (opened and services.units.zone_of(opened.unit)) or Zone.WIB
        cases = self._cases(forms)
        told = []
        for index, form in enumerate(forms):
            papers = papers_of(form)
            documents = [Evidence(number=p.number, date=p.dated, sha256=p.sha256) for p in papers]
            self.desk.ensure_may_cite(documents, (), f"/results/{index}")
            fact = fact_of(form, self.programme.key, lambda name: cases[name].key, zone)
            case = cases[form.subject] if form.subject else None
            told.append(Told(reference=form.result, case=case, fact=fact, papers=papers))
        return told

    def _cases(self, forms: Sequence[ResultForm]) -> dict[str, StreamId]:
        """Return whom the pseudonyms stand for, each looked up once."""
        services = self.desk.services
        audience = Audience(agreement=self.scope.agreement, agency=self.scope.agency)
        found: dict[str, StreamId] = {}
        errors: list[tuple[str, str, Words]] = []
        for index, form in enumerate(forms):
            place = f"/results/{index}"
            if (form.event_type is SessionHeld) is bool(form.subject):
                errors.append((f"{place}/subject", "partner_result.whom", WHOM))
            if getattr(form.data, "programme", None) not in {None, self.programme.key}:
                at = f"{place}/data/programme"
                errors.append((at, "partner_result.programme", ANOTHER_PROGRAMME))
            for pointer, name in subjects_of(form).items():
                if name not in found and (stream := services.feeds.stream_of(audience, name)):
                    found[name] = stream
                if name not in found or found[name].kind != "case":
                    at = f"{place}{pointer}"
                    errors.append((at, "partner_result.no_such_subject", NO_SUCH_SUBJECT))
        if errors:
            raise Problem(422, errors[0][1], errors[0][2], errors=errors)
        return found


def _placed(no: Misfit) -> Problem:
    """Return the answer to a result that cannot be, with its place in what was sent."""
    place = f"/results/{no.index}"
    if no.field:
        place += f"/{no.field}" if no.field in OUTSIDE else f"/data/{no.field}"
    status = 422 if no.field else 409
    errors = [(place, no.code, no.because)]
    return Problem(status, no.code, no.because, article=no.article, errors=errors)


def answer(desk: Desk, programme: StreamId, result: str, said: Answered) -> Receipt:
    """Record what the unit says to a result; 404 for what the caller does not see."""
    services, signature = desk.services, desk.signature
    desk.visible(programme)
    deciding = Deciding(services, signature.caller, signature.on_behalf_of)
    deciding.ensure_answers_for(programme)
    if said.accepted is bool(said.reason):
        place = ("/reason", "partner_result.reason", REASON_OR_NOT)
        raise Problem(422, "partner_result.reason", REASON_OR_NOT, errors=[place])
    results = partner_results(services)
    known = (
        results.of(programme).by_id.get(result) if re.fullmatch(UUID, result, re.ASCII) else None
    )
    if known is None:
        raise not_found()
    stream = stream_of(programme, known.proposed)
    if said.accepted and not deciding.answers_for(stream):
        raise Problem(403, "partner_result.case_elsewhere", CASE_ELSEWHERE)
    request = replace(exchange(desk, programme, 0), expected={})
    try:
        if said.accepted:
            return results.accept(programme, result, request)
        return results.reject(programme, result, said.reason or "", request)
    except Refused as no:  # what stands against it is no fault of this request
        raise Problem(409, no.code, no.because, article=no.article) from None

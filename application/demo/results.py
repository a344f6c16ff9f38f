"""What a partner proposes in the demo: some results wait for Rutan Medan, and one was turned down.

Those who were found not yet competent were assessed again. None of it changes a figure of a
partnership before somebody accepts it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from application.deliberation import Request
from application.demo.partners import MEDAN
from application.demo.steps import PURPOSE, Plan
from application.ledger import Command
from application.partner_results import PartnerResults, Told
from application.sharing import NoSuchScope
from domain.certification import Assessed, Competence, CompetenceCertified
from domain.partner_result import Paper
from domain.programme import ProgrammeOpened
from domain.record import Actor, StreamId

AGENCY: Final = "DISNAKER-12.71"
PARTNER: Final = Actor(
    id="demo.disnaker.medan", role="agency", unit=None, agency=AGENCY, on_behalf_of=None
)
AGAIN: Final = date(2026, 3, 5)
ISSUED: Final = date(2026, 3, 12)
VALID_UNTIL: Final = date(2029, 3, 12)
PAPER: Final = Paper(number="CONTOH/BA/12/2026", dated=AGAIN, sha256=None)


def propose(plan: Plan, results: PartnerResults) -> None:
    """Have the results told; those that were told before are left as they are.

    Nothing is told where a visitor has suspended the agreement since the demo was loaded.
    """
    for turn, (programme, case, first) in enumerate(_not_yet_competent(plan)):
        found = replace(first, effective=MEDAN.on(AGAIN), result=Competence.KOMPETEN)
        told = [Told(reference=f"uji-ulang-{turn + 1}", case=case, fact=found, papers=(PAPER,))]
        if turn == 0:
            told.append(_certificate(case, found))
        request = _request(f"{plan.seed}/results/{turn}", PARTNER)
        try:
            receipt = results.propose(programme, AGENCY, told, request)
        except NoSuchScope:
            return
        if turn == LAST:
            answer = _request(f"{plan.seed}/results/{turn}/answer", MEDAN.actor)
            reason = "Berita acara menyebut tanggal lain; mohon dikirim lagi"
            results.reject(programme, receipt.written[0].event_id, reason, answer)


LAST: Final = 2
"""The one of three classes whose result was turned down."""


def _certificate(case: StreamId, found: Assessed) -> Told:
    fact = CompetenceCertified(
        effective=MEDAN.on(ISSUED),
        programme=found.programme,
        issuer=found.issuer,
        scheme=found.scheme,
        number="CONTOH/SERT/49/2026",
        level=None,
        issued_on=ISSUED,
        valid_until=VALID_UNTIL,
    )
    return Told(reference="sertifikat-1", case=case, fact=fact, papers=(PAPER,))


def _not_yet_competent(plan: Plan) -> Iterator[tuple[StreamId, StreamId, Assessed]]:
    """Yield who was not yet competent in each class under Medan's agreement."""
    said = [proposal for step in plan.steps for proposal in step.request.proposals]
    classes = {
        proposal.stream.key: proposal.stream
        for proposal in said
        if isinstance(proposal.event, ProgrammeOpened)
        and proposal.event.agreement == plan.agreements["S3"]
    }
    for proposal in said:
        match proposal.event:
            case Assessed(result=Competence.BELUM_KOMPETEN) as found if found.programme in classes:
                yield classes[found.programme], proposal.stream, found
            case _:
                continue


def _request(name: str, actor: Actor) -> Request:
    key = f"demo/{name}"
    return Request(
        proposals=(),
        expected={},
        actor=actor,
        purpose=PURPOSE,
        correlation_id=key,
        command=Command(key=key, body=key.encode()),
    )

"""Orders of detention as tests write them, and what the law says of the last."""

from dataclasses import replace
from datetime import date

from domain.detention import DetentionStage, DetentionStatus
from domain.law.book import LAW
from domain.law.detention import Chain, Ordered, Pause, Who, terms
from domain.law.detention_clock import Court, Standing
from domain.law.facts import CaseType

PENYIDIK, PU = DetentionStage.PENYIDIK, DetentionStage.PENUNTUT_UMUM
PN, MA = DetentionStage.HAKIM_PN, DetentionStage.HAKIM_MA
ADULT = Who(child=False, case_type=CaseType.UMUM, maximum_years=None)
CHILD = replace(ADULT, child=True)
UNTOLD = Court(
    pronounced_on=None, convicted=None, copy_missing=False, final_on=None, executed_on=None
)


def day(text):
    return date.fromisoformat(text)


def order(stage, starts, until, **said):
    signed = said.pop("signed", None)
    plain = {"extends": False, "exceptional": False, "by": None}
    return Ordered(
        stage=stage,
        starts=day(starts),
        until=day(until),
        order_date=day(signed) if signed else None,
        **plain | said,
    )


def chain(*orders, hospital=(), stops=()):
    pauses = [Pause(since=day(a), until=day(b) if b else None) for a, b in hospital]
    return Chain(orders=orders, hospital=tuple(pauses), stops=tuple(map(day, stops)))


W21 = chain(
    order(PENYIDIK, "2025-11-03", "2025-11-22"),
    order(PENYIDIK, "2025-11-23", "2026-01-01", extends=True, signed="2025-11-20"),
)


def last(given_chain, who=ADULT, law=LAW, on=None):
    return terms(given_chain, who, law, on)[-1]


def standing(term, **said):
    plain = Standing(
        held=True,
        serving=False,
        status=DetentionStatus.RUNNING,
        since=term.order.starts,
        last_day=term.last_day,
        extendable_until=term.extendable_until,
        in_hospital=False,
        stopped_on=None,
        court=UNTOLD,
        expiry=None,
    )
    return replace(plain, **said)

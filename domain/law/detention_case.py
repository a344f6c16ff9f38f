"""The clock of one case from its own facts: order by order, each with the fact that told of it."""

from collections.abc import Iterator
from datetime import date

from domain.charge import CHARGE
from domain.custody import CUSTODY, HELD, LegalStatus
from domain.detention import DETENTION, DetentionExtended, DetentionStatus, Order
from domain.kernel import Journey, Value, Words, replace
from domain.law.aloud import spoken_day
from domain.law.child import AFTER_18, is_child
from domain.law.criteria import Criterion, Explanation, Trace
from domain.law.detention import ONE_DAY, Chain, Ordered, Pause, Term, Who, terms
from domain.law.detention_clock import (
    ARTICLES,
    Alert,
    Court,
    Level,
    Overdue,
    Standing,
    alerts,
    aloud,
    level,
    overdue,
    stopped_on,
)
from domain.law.detention_rules import DETENTION_NOTICES
from domain.law.detention_words import FLAGS
from domain.law.facts import SubjectKind
from domain.law.rule_set import Law
from domain.verdict import VERDICT, Outcome, imprisons, legal_status

CHILDREN = (LegalStatus.ANAK, LegalStatus.ANAK_BINAAN)
SERVING = (LegalStatus.NARAPIDANA, LegalStatus.ANAK_BINAAN)


class CaseClock(Value):
    """The clock of a case at the end of a day; without any order there is no ``last_day``."""

    on: date
    who: Who
    status: DetentionStatus
    terms: tuple[Term, ...]
    last_day: date | None
    level: Level
    overdue: Overdue | None
    alerts: tuple[Alert, ...]
    criteria: tuple[Criterion, ...]
    explanation: Explanation

    @property
    def out_on(self) -> date | None:
        """Return the day on which the person is out by operation of law, or since when."""
        if self.overdue:
            return self.overdue.since
        return self.last_day and self.last_day + ONE_DAY


def clock_of(journey: Journey, on: date, law: Law, release: date | None) -> CaseClock:
    """Return the clock of a case at the end of a day; ``release`` is of whoever serves a sentence.

    Raises `Refused` where no text that is known limits an order.
    """
    chain, who = chain_of(journey), who_of(journey)
    grown = who.child and _grown_up(journey, on, law)
    after_18 = law.use(AFTER_18)
    if grown and after_18.chosen != SubjectKind.ANAK_BINAAN.value:
        who = replace(who, child=False)
    found = terms(chain, who, law, on)
    now = _standing(journey, chain, found, release)
    over = overdue(now, on)
    notices = law.on(DETENTION_NOTICES, on)
    running = now.status is DetentionStatus.RUNNING and not now.serving
    last = now.last_day if running else None
    return CaseClock(
        on=on,
        who=who,
        status=now.status,
        terms=found,
        last_day=last,
        level=level(now, over, on, notices.values.days),
        overdue=over,
        alerts=alerts(last, on, notices.values.days) if last else (),
        criteria=tuple(_criteria(found, last, over, on)),
        explanation=Explanation(
            rule_sets=tuple(dict.fromkeys((*(one.rule_set for one in found), notices.id))),
            policies=tuple(
                dict.fromkeys(
                    (
                        *((after_18,) if grown else ()),
                        *(used for one in found for used in one.policies),
                    )
                )
            ),
        ),
    )


def _grown_up(journey: Journey, on: date, law: Law) -> bool:
    """Return whether somebody who came in as a child is none any more; not where nobody knows."""
    opening = journey[CUSTODY].opening
    born = (opening.birth_date if opening else None) or None
    return born is not None and not is_child(born, on, law)


def chain_of(journey: Journey) -> Chain:
    """Return the orders and breaks of a case, in the order in which they took effect."""
    detention = journey[DETENTION]
    return Chain(
        orders=tuple(_ordered(order) for order in detention.orders),
        hospital=tuple(
            Pause(since=stay.since, until=stay.until) for stay in detention.hospital_stays
        ),
        stops=tuple(taken.since for taken in detention.forms if taken.form is None),
    )


def _ordered(order: Order) -> Ordered:
    extended = isinstance(order, DetentionExtended)
    return Ordered(
        stage=order.stage,
        extends=extended,
        exceptional=order.exceptional if isinstance(order, DetentionExtended) else False,
        starts=order.starts,
        until=order.until,
        order_date=order.order_date,
        by=Trace(event=order.stored_as, day=order.effective.day),
    )


def who_of(journey: Journey) -> Who:
    """Return what the limits depend on; a threat that is not told, or is forgotten, is unknown."""
    charge = journey[CHARGE]
    endless = charge.latest is not None and charge.latest.life_or_death is True
    years = charge.latest.maximum_years if charge.latest and not endless else None
    return Who(
        child=legal_status(journey) in CHILDREN,
        case_type=charge.case_type,
        maximum_years=years or None,
    )


def court_of(journey: Journey) -> Court:
    """Return how the last verdict stands."""
    verdicts = journey[VERDICT]
    last = verdicts.pronounced[-1] if verdicts.pronounced else None
    final = dict(zip(verdicts.final, verdicts.final_on, strict=False))
    executed = dict(zip(verdicts.executed, verdicts.executed_on, strict=False))
    known = last is not None and isinstance(last.outcome, Outcome)
    return Court(
        pronounced_on=last.effective.day if last else None,
        convicted=imprisons(last) if last and known else None,
        copy_missing=last is not None and last.number not in verdicts.copies,
        final_on=final.get(last.number) if last else None,
        executed_on=executed.get(last.number) if last else None,
    )


def _standing(
    journey: Journey, chain: Chain, found: tuple[Term, ...], release: date | None
) -> Standing:
    detention = journey[DETENTION]
    last = found[-1] if found else None
    return Standing(
        held=journey[CUSTODY].presence in HELD,
        serving=legal_status(journey) in SERVING,
        status=detention.status,
        since=last.order.starts if last else None,
        last_day=last.last_day if last else None,
        extendable_until=last.extendable_until if last else None,
        in_hospital=detention.in_hospital_since is not None,
        stopped_on=stopped_on(chain.stops, found),
        court=court_of(journey),
        expiry=release,
    )


def _criteria(
    found: tuple[Term, ...], last: date | None, over: Overdue | None, on: date
) -> Iterator[Criterion]:
    """Yield what the clock rests on: whether an order holds today, and what is wrong with each."""
    if found:
        yield Criterion(
            code="order_in_force",
            met=over is None and last is not None and last >= on,
            value=last.isoformat() if last else None,
            needed=on.isoformat(),
            article=ARTICLES[over.cause] if over else found[-1].article,
            because_id=_holds(found[-1], last, over)[0],
            because_en=_holds(found[-1], last, over)[1],
            by=found[-1].order.by,
            from_day=None,
        )
    for term in found:
        for flag in term.flags:
            yield Criterion(
                code=flag.value,
                met=False,
                value=str(term.claimed),
                needed=str(term.allowed),
                article=term.article,
                because_id=_of_order(term, FLAGS[flag])[0],
                because_en=_of_order(term, FLAGS[flag])[1],
                by=term.order.by,
                from_day=None,
            )


def _holds(term: Term, last: date | None, over: Overdue | None) -> Words:
    if over:
        return aloud(over)
    if last is None:
        return ("Tidak ada masa penahanan yang berjalan.", "No term of detention is running.")
    until, out, days = spoken_day(last), spoken_day(last + ONE_DAY), term.allowed
    indonesian = (
        f"Penahanan Anda sah sampai {until[0]} ({days} hari yang dibolehkan). Bila sampai saat itu"
        f" tidak ada perintah baru, Anda harus dikeluarkan demi hukum pada {out[0]}."
    )
    english = (
        f"Your detention holds until {until[1]} ({days} days are allowed). If there is no new order"
        f" by then, you must be let out by operation of law on {out[1]}."
    )
    return indonesian, english


def _of_order(term: Term, words: Words) -> Words:
    since = spoken_day(term.order.starts)
    return (
        f"Mengenai perintah yang berlaku mulai {since[0]}: {words[0]}.",
        f"Of the order that holds from {since[1]}: {words[1]}.",
    )

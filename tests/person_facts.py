"""Facts of one person as the law takes them, of which a test changes what it is about."""

from datetime import date

from domain.admission import Religion
from domain.law.facts import (
    Breach,
    CaseType,
    Facts,
    Granted,
    Held,
    HeldForm,
    RemisiKind,
    Right,
    RightLived,
    Sentence,
    SubjectKind,
)
from domain.law.span import Span


def span(text):
    """Return a length out of its years, months and days: 1y6m, 8m, 13m15d."""
    found = dict.fromkeys("ymd", 0)
    digits = ""
    for letter in text:
        if letter in found:
            found[letter], digits = int(digits), ""
        else:
            digits += letter
    return Span(years=found["y"], months=found["m"], days=found["d"])


def person(start, length, **changes):
    """Return somebody held since a day, with one sentence, of whom nothing bad is known."""
    plain = {
        "kind": SubjectKind.NARAPIDANA,
        "religion": Religion.ISLAM,
        "verdict_final_on": None,
        "detention": (held(start),),
        "sentences": (Sentence(span=span(length), life=False, death=False),),
        "substitute": None,
        "remissions": (),
        "discipline": (),
        "conduct_risk_declined": True,
        "birth_date": None,
        "case_type": CaseType.UMUM,
        "recidivist": False,
        "nationality": "ID",
        "executed": True,
        "programmes_good": True,
        "deradicalised": None,
        "fine_paid": None,
        "rights": (),
        "verdict_final_by": None,
        "conduct_by": None,
        "programmes_by": None,
    }
    return Facts(**(plain | changes))


def held(start, to=None, form=HeldForm.RUTAN):
    until = date.fromisoformat(to) if to else None
    return Held(from_day=date.fromisoformat(start), to=until, form=form, by=None)


def granted(on, days, kind=RemisiKind.UMUM):
    return Granted(kind=kind, on=date.fromisoformat(on), days=days, by=None)


def breach(on, until=None):
    return Breach(
        on=date.fromisoformat(on), until=date.fromisoformat(until) if until else None, by=None
    )


def lived(right, start, to=None):
    return RightLived(
        right=Right(right),
        from_day=date.fromisoformat(start),
        to=date.fromisoformat(to) if to else None,
        by=None,
    )


LIFE = Sentence(span=span("0d"), life=True, death=False)

"""Facts of a person of whom nothing is known but what a test says."""

from domain.admission import Religion
from domain.law.facts import CaseType, Facts, Held, HeldForm, Sentence, SubjectKind


def facts_with(**said):
    plain = {
        "kind": SubjectKind.NARAPIDANA,
        "religion": Religion.ISLAM,
        "verdict_final_on": None,
        "detention": (),
        "sentences": (),
        "substitute": None,
        "remissions": (),
        "discipline": (),
        "conduct_risk_declined": True,
        "birth_date": None,
        "case_type": CaseType.UMUM,
        "recidivist": False,
        "nationality": "ID",
        "executed": None,
        "programmes_good": None,
        "deradicalised": None,
        "fine_paid": None,
        "rights": (),
        "verdict_final_by": None,
        "conduct_by": None,
        "programmes_by": None,
    }
    return Facts(**plain | said)


def held(begin, end, form=HeldForm.RUTAN):
    return Held(from_day=begin, to=end, form=form, by=None)


def sentenced(span):
    return Sentence(span=span, life=False, death=False)

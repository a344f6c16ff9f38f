"""The form of a what-if: the facts of a person as the contract spells them, and what is asked.

Stricter than JSON, as the forms of events are: numbers are numbers, days ISO 8601, no key unknown.
What can be spelt and yet cannot be (a sentence of nothing) is the domain's to refuse.
"""

from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, StringConstraints

from api.event_forms import clean_line, read_day
from application.calculating import Question
from domain.admission import Religion
from domain.kernel import Json
from domain.law.claims import Claim, ClaimedDay
from domain.law.facts import (
    Breach,
    CaseType,
    Facts,
    Granted,
    Held,
    HeldForm,
    Missed,
    RemisiGround,
    RemisiKind,
    Right,
    RightLived,
    Sentence,
    SubjectKind,
    Substitute,
    Wanted,
)
from domain.law.span import Span

EXAMPLE: Final[Json] = {
    "kind": "narapidana",
    "religion": "islam",
    "verdict_final_on": "2025-05-02",
    "detention": [{"from": "2025-02-10", "to": None, "form": "rutan"}],
    "sentences": [{"years": 1, "months": 6, "days": 0}],
    "substitute": None,
    "remissions": [],
    "discipline": [],
    "conduct_risk_declined": True,
    "birth_date": None,
    "case_type": "umum",
    "recidivist": False,
    "nationality": "ID",
    "propose": [
        {"kind": "khusus", "on": "2025-03-31"},
        {"kind": "umum", "on": "2025-08-17"},
        {"kind": "dasawarsa", "on": "2025-08-17"},
    ],
    "on": "2025-08-18",
}
"""The contract's own."""
MOST: Final = 200
"""Items of a list: nobody has been held, judged or rewarded so often."""
FAR: Final = 100_000
"""Of a number; what is out of reason within it is refused with a reason."""

FORM: Final = ConfigDict(extra="forbid", frozen=True)
Day = Annotated[date, BeforeValidator(read_day), Field(examples=["2025-08-17"])]
Number = Annotated[int, Strict(), Field(ge=-FAR, le=FAR)]
Flag = Annotated[bool, Strict()]
Name = Annotated[str, Strict(), StringConstraints(pattern=r"^[a-z0-9_.-]{1,64}$")]
Country = Annotated[str, Strict(), StringConstraints(pattern=r"^[A-Z]{2}$")]


class HeldBody(BaseModel):
    """Days held in one form without interruption, the first and the last included."""

    model_config = FORM

    from_day: Day = Field(alias="from")
    to: Day | None = Field(None, description="`null` while it goes on.")
    form: HeldForm = HeldForm.RUTAN


class SentenceBody(BaseModel):
    """A sentence: years, months and days, or for life, or to death."""

    model_config = FORM

    years: Number = 0
    months: Number = 0
    days: Number = 0
    life: Flag = False
    death: Flag = False


class SubstituteBody(BaseModel):
    """Imprisonment in place of a fine (subsider), served after the sentence unless it is paid."""

    model_config = FORM

    months: Number = 0
    days: Number = 0
    paid: Flag = False


class MissedBody(BaseModel):
    """The award that a remisi susulan makes up for."""

    model_config = FORM

    kind: RemisiKind
    on: Day


class GrantedBody(BaseModel):
    """A remisi that was given."""

    model_config = FORM

    kind: RemisiKind
    on: Day
    days: Number
    missed: MissedBody | None = Field(None, description="Of `susulan`: it counts as that award.")
    ground: RemisiGround | None = Field(None, description="Of `tambahan`.")


class BreachBody(BaseModel):
    """A measure of discipline (Register F); `until` is its last day."""

    model_config = FORM

    on: Day
    until: Day | None = None


class RightBody(BaseModel):
    """A right of integration that was begun; `to` is its last day, `null` while it runs."""

    model_config = FORM

    right: Right
    from_day: Day = Field(alias="from")
    to: Day | None = None


class WantedBody(BaseModel):
    """A remisi that is asked for on an award day."""

    model_config = FORM

    kind: RemisiKind
    on: Day
    ground: RemisiGround | None = Field(None, description="Of `tambahan` and `kemanusiaan`.")
    missed: MissedBody | None = Field(None, description="Of `susulan`.")


class FactsBody(BaseModel):
    """What is known of one person. Whatever is left out is not known, and then counts as met."""

    model_config = FORM

    kind: SubjectKind
    religion: Religion = Field(Religion.TIDAK_DIKETAHUI, description="As first recorded.")
    verdict_final_on: Day | None = Field(None, description="`null`: final from the start.")
    detention: list[HeldBody] = Field(max_length=MOST)
    sentences: list[SentenceBody] = Field(max_length=MOST)
    substitute: SubstituteBody | None = None
    remissions: list[GrantedBody] = Field([], max_length=MOST)
    discipline: list[BreachBody] = Field([], max_length=MOST)
    conduct_risk_declined: Flag | None = None
    birth_date: Day | None = None
    case_type: CaseType = CaseType.UMUM
    recidivist: Flag | None = Field(None, description="A repeated offence (KUHP art. 23).")
    nationality: Country = Field("ID", description="ISO 3166-1 alpha-2.")
    executed: Flag | None = Field(None, description="BA pelaksanaan putusan.")
    programmes_good: Flag | None = Field(None, description="Programmes, with predikat baik.")
    deradicalised: Flag | None = Field(None, description="Deradicalisation, and the pledge.")
    fine_paid: Flag | None = Field(None, description="Fine and uang pengganti.")
    rights: list[RightBody] = Field([], max_length=MOST)


class ClaimBody(BaseModel):
    """A day that a document states; `source` is its number, and no person's name."""

    model_config = FORM

    about: ClaimedDay
    on: Day
    source: Annotated[
        str, Strict(), BeforeValidator(clean_line), Field(min_length=1, max_length=200)
    ]


class CalculationBody(FactsBody):
    """The facts of a person, the remisi asked for, and the day of the question.

    `claims` are held against the answer, and flagged where they differ. `policies` and `rule_sets`
    say how to reckon otherwise than the house does: another option of an open question, another
    rule set on a topic (`GET /v1/law` lists both).
    """

    model_config = FORM | ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    propose: list[WantedBody] = Field([], max_length=MOST)
    on: Day | None = Field(None, description="The day on which the question is asked.")
    claims: list[ClaimBody] = Field([], max_length=MOST)
    policies: dict[Name, Name] = Field({}, max_length=MOST)
    rule_sets: dict[Name, Name] = Field({}, max_length=MOST)


def facts_in(body: FactsBody) -> Facts:
    """Return the facts that a form tells; no case told them, so nothing is traced."""
    return Facts(
        kind=body.kind,
        religion=body.religion,
        verdict_final_on=body.verdict_final_on,
        detention=tuple(
            Held(from_day=one.from_day, to=one.to, form=one.form, by=None) for one in body.detention
        ),
        sentences=tuple(_sentence(one) for one in body.sentences),
        substitute=_substitute(body.substitute),
        remissions=tuple(_granted(one) for one in body.remissions),
        discipline=tuple(Breach(on=one.on, until=one.until, by=None) for one in body.discipline),
        conduct_risk_declined=body.conduct_risk_declined,
        birth_date=body.birth_date,
        case_type=body.case_type,
        recidivist=body.recidivist,
        nationality=body.nationality,
        executed=body.executed,
        programmes_good=body.programmes_good,
        deradicalised=body.deradicalised,
        fine_paid=body.fine_paid,
        rights=tuple(
            RightLived(right=one.right, from_day=one.from_day, to=one.to, by=None)
            for one in body.rights
        ),
        verdict_final_by=None,
        conduct_by=None,
        programmes_by=None,
    )


def question_in(body: CalculationBody) -> Question:
    """Return the question that a form asks."""
    return Question(
        facts=facts_in(body),
        wanted=tuple(wanted_in(one) for one in body.propose),
        on=body.on,
        rule_sets=body.rule_sets,
        policies=body.policies,
        claims=tuple(Claim(about=one.about, on=one.on, source=one.source) for one in body.claims),
    )


def wanted_in(one: WantedBody) -> Wanted:
    """Return a remisi that a form asks for."""
    return Wanted(kind=one.kind, on=one.on, ground=one.ground, missed=_missed(one.missed))


def _missed(one: MissedBody | None) -> Missed | None:
    return Missed(kind=one.kind, on=one.on) if one else None


def _granted(one: GrantedBody) -> Granted:
    return Granted(
        kind=one.kind,
        on=one.on,
        days=one.days,
        by=None,
        missed=_missed(one.missed),
        ground=one.ground,
    )


def _sentence(one: SentenceBody) -> Sentence:
    span = Span(years=one.years, months=one.months, days=one.days)
    return Sentence(span=span, life=one.life, death=one.death)


def _substitute(one: SubstituteBody | None) -> Substitute | None:
    if one is None:
        return None
    return Substitute(span=Span(years=0, months=one.months, days=one.days), paid=one.paid)

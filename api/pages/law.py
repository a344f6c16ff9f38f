"""The law as a registrar reads it: what holds since when, where it is written, and how sure."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from api.law_answers import by_topic, taken
from api.law_named import option_named
from api.law_words import CERTAINTIES, cited, of_topic, parts
from api.pages.rendering import language_asked, page
from api.pages.tongue import Tongue
from api.pages.two_times import NOT_A_TIME
from api.pages.visits import PageRoute, Visitor
from domain.kernel import Words
from domain.law.book import LAW
from domain.law.choosing import policies
from domain.law.rule_set import Certainty, Law, RuleSet

router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)


class Days(BaseModel):
    """The form above the law; empty is everything that is known."""

    on: str = Field("", max_length=10)
    as_known: str = Field("", max_length=10)


@dataclass(frozen=True, slots=True)
class Shown:
    """One rule set as it stands on the page."""

    id: str
    title: str
    legal_basis: str
    since: str
    until: str | None
    promulgated: str
    certainty: str
    unsure: bool
    taken: bool
    parts: list[tuple[str, str]]


@router.get("/hukum")
def law(request: Request, caller: Visitor, asked: Annotated[Days, Query()]) -> Response:
    """Show the book; of a day, which rule sets are taken on it."""
    tongue = Tongue(language_asked(request))
    known, on, trouble = LAW, None, None
    try:
        on = date.fromisoformat(asked.on) if asked.on else None
        known = LAW.as_known(date.fromisoformat(asked.as_known)) if asked.as_known else LAW
    except ValueError:
        trouble = NOT_A_TIME
    content = {
        "asked": asked,
        "trouble": trouble,
        "topics": topics(known, on, tongue),
        "policies": [
            {
                "name": one.name,
                "question": tongue(*one.question),
                "default": (one.default, tongue(*option_named(one.name, one.default))),
                "others": [
                    (option, tongue(*option_named(one.name, option)))
                    for option in one.options
                    if option != one.default
                ],
                "article": tongue(*cited(one.article)),
                "certainty": tongue(*CERTAINTIES[one.certainty]),
            }
            for one in policies().values()
        ],
    }
    return page(request, "law.html", caller, content, 422 if trouble else 200)


def topics(known: Law, on: date | None, tongue: Tongue) -> list[dict[str, Any]]:
    """Return the topics with what each text says of them, the newest text first."""
    found = []
    for topic, several in by_topic(known):
        chosen = taken(known, several[0], on) if on else None
        rule_sets = [_shown(one, chosen, tongue) for one in reversed(several)]
        none = on is not None and chosen is None
        found.append(
            {"name": topic, "title": tongue(*of_topic(topic)), "sets": rule_sets, "none": none}
        )
    return found


def _shown(one: RuleSet[Any], chosen: str | None, tongue: Tongue) -> Shown:
    said: list[tuple[Words, Words]] = parts(one.values)
    return Shown(
        id=one.id,
        title=tongue(*one.title),
        legal_basis=tongue(*cited(one.legal_basis)),
        since=tongue.day(one.valid_from),
        until=tongue.day(one.valid_until) if one.valid_until else None,
        promulgated=tongue.day(one.promulgated),
        certainty=tongue(*CERTAINTIES[one.certainty]),
        unsure=one.certainty in {Certainty.UNSURE, Certainty.LIKELY},
        taken=one.id == chosen,
        parts=[(tongue(*title), tongue(*words)) for title, words in said],
    )

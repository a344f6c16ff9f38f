"""``jejak calculate --unit``: what if, over all whom a unit holds. Nothing is stored."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from api.telling import bar, fail, told
from domain.kernel import Json, Words

if TYPE_CHECKING:
    from api.cohort_forms import CohortBody
    from api.dependencies import Services
    from application.cohort import Compared

ROUTE: Final = "calculate --unit"
WAIT_SECONDS: Final = 60.0
"""For whom a unit holds, as all that is recorded leaves it."""
BEHIND: Final[Words] = (
    "daftar perkara belum mengikuti semua catatan; coba lagi sebentar",
    "the list of cases has not followed the ledger yet; try again shortly",
)
NO_UNIT: Final[Words] = ("tidak ada unit itu di registri", "the registry has no such unit")
NOTHING: Final[Words] = (
    "sebutkan apa yang lain: --policy, --rule-set, --promulgated-by, atau --change",
    "say what is to be otherwise: --policy, --rule-set, --promulgated-by, or --change",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was said on the command line; ``None`` where it was not."""

    unit: str
    on: str | None = None
    valid_at: str | None = None
    known_at: str | None = None
    propose: Sequence[str] = ()
    change: Path | None = None
    promulgated_by: str | None = None
    policies: dict[str, str] = field(default_factory=dict)
    rule_sets: dict[str, str] = field(default_factory=dict)

    def body(self) -> Json:
        """Return the question as the API is asked it."""
        said = {name: getattr(self, name) for name in ("unit", "on", "valid_at", "known_at")}
        said |= {"promulgated_by": self.promulgated_by, "policies": self.policies}
        said |= {"rule_sets": self.rule_sets, "propose": [_wanted(one) for one in self.propose]}
        if self.change:
            said["change"] = _read(self.change)
        return {name: value for name, value in said.items() if value is not None}


def compare_unit(said: Options, *, tongue: int, as_json: bool) -> None:
    """Tell who differs in which answer, and why, and how many do.

    Raises `pydantic.ValidationError` for a question that cannot be read, and `Refused` for a choice
    that there is not.
    """
    from api.cohort_forms import CohortBody, otherwise_in  # noqa: PLC0415  # --help stays quick
    from api.main import open_house, settings  # noqa: PLC0415
    from domain.law.book import LAW  # noqa: PLC0415

    body = CohortBody.model_validate(said.body())
    otherwise = otherwise_in(body)
    otherwise.law(LAW)
    if not otherwise.anything:
        fail(*NOTHING, status=2)
    with told(), open_house(settings(), as_guest=True) as house:
        if as_json:
            typer.echo(json.dumps(answer(house.services, body, tongue), ensure_ascii=False))
        else:
            for line in lines(answer(house.services, body, tongue), tongue):
                typer.echo(line)


def answer(services: "Services", body: "CohortBody", tongue: int) -> Json:
    """Return the answer over all cases of a unit, once it is recorded whom it shows."""
    from api.calculation_answers import Spoken  # noqa: PLC0415  # --help stays quick
    from api.cohort_answers import cohort_answer  # noqa: PLC0415
    from api.cohort_forms import question_in  # noqa: PLC0415
    from api.readings import by_operator, of_pages  # noqa: PLC0415
    from api.routes.cohort import cohort_of  # noqa: PLC0415
    from application.cohort import Tally  # noqa: PLC0415

    zone = services.units.zone_of(body.unit)
    if zone is None:
        fail(f"{body.unit}: {NO_UNIT[0]}", f"{body.unit}: {NO_UNIT[1]}")
    asked = question_in(body, services.now().astimezone(zone.offset).date())
    if not services.read_models.wait(services.ledger.position(), WAIT_SECONDS):
        fail(*BEHIND)
    tally, cohort = Tally(), cohort_of(services, asked)
    held = cohort.held(asked)
    found = watched(cohort.compared(held, asked), len(held))
    differing = [one for one in map(tally, found) if not one.same]
    pages = (page for one in differing for page in one.pages)
    by_operator(services, ROUTE, *of_pages(pages, envelope=False), len(differing))
    return plain(cohort_answer(asked, tally, differing, Spoken(tongue), held=len(held)))


def watched(found: Iterator["Compared"], whole: int) -> Iterator["Compared"]:
    """Yield cases while a bar shows how far it is."""
    with bar(passing=True) as progress:
        task = progress.add_task("menghitung / reckoning", total=whole)
        for one in found:
            yield one
            progress.advance(task)


def plain(said: Json) -> Json:
    """Return an answer whose days are texts, as JSON writes them."""
    written: Json = json.loads(json.dumps(said, default=date.isoformat))
    return written


def lines(said: Json, tongue: int) -> Iterator[str]:
    """Yield an answer as a person reads it: how many differ, in what, and then one by one."""
    unit, on, failed = said["unit"], said["on"], said["failed"]
    held, differing = said["held"], said["differing"]
    words: Words = (
        f"{unit}, {on}: {held} perkara, {differing} berbeda, {failed} tidak dapat dihitung",
        f"{unit}, {on}: {held} cases, {differing} differ, {failed} cannot be reckoned",
    )
    yield words[tongue]
    answers: dict[str, int] = said["answers"]
    for name, count in sorted(answers.items(), key=lambda one: -one[1]):
        yield f"  {count:>6}  {name}"
    for item in said["items"]:
        yield ""
        yield from _of_case(item)


def _of_case(item: Json) -> Iterator[str]:
    yield item["case_id"]
    for side in ("base_failure", "other_failure"):
        if item[side]:
            yield f"  {item[side]['because']}"
    because: dict[str, str] = {}
    for one in item["differs"]:
        yield f"  {one['answer']}: {_shown(one['base'])} -> {_shown(one['other'])}"
        for turned in one["because"]:
            side = turned["other"] or turned["base"]
            because[turned["code"]] = f"    {side['because']} [{side['article']}]"
    yield from because.values()
    rests = [*item["other_only"]["rule_sets"], *item["other_only"]["policies"]]
    if rests:
        yield f"    ({', '.join(rests)})"


def _shown(value: Any) -> str:
    return "-" if value is None else str(value).lower()


def _wanted(said: str) -> Json:
    kind, sign, day = said.partition(":")
    if not sign:
        fail("--propose: tulis umum:2025-08-17", "--propose: write umum:2025-08-17", status=2)
    return {"kind": kind, "on": day}


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        why = error.strerror
        fail(f"{path}: tidak terbaca: {why}", f"{path}: cannot be read: {why}", status=2)
    except ValueError:
        fail(f"{path}: bukan JSON", f"{path}: is no JSON", status=2)

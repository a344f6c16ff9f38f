"""``jejak calculate``: what the law gives for facts in a file. Nothing is stored."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer

from api.telling import fail
from domain.kernel import Words

if TYPE_CHECKING:
    from api.field_errors import Language
    from application.calculating import Answer

EXAMPLES: Final = (
    "Contoh / examples: `jejak calculate fakta.json`, `jejak calculate fakta.json --json`,"
    " `cat fakta.json | jejak calculate - --policy leap_day=1_march`,"
    " `jejak calculate fakta.json --rule-set sentence=kuhp-1946`, `jejak calculate --rules`,"
    " `jejak calculate --unit RUTAN-MEDAN --propose umum:2025-08-17"
    " --policy six_months_strict=more_than` (siapa yang berbeda, dan mengapa / who differs, why)"
)


class Tongue(Enum):
    """In which language it is told."""

    INDONESIAN = "id"
    ENGLISH = "en"


Facts = Annotated[
    Path | None,
    typer.Argument(help="Fakta (JSON, lihat docs/calculation.md), - = stdin / the facts."),
]
PolicyChoice = Annotated[
    list[str] | None,
    typer.Option("--policy", help="nama=pilihan; boleh diulang / another option of a policy."),
]
RuleSetChoice = Annotated[
    list[str] | None,
    typer.Option("--rule-set", help="topik=id; boleh diulang / another rule set on a topic."),
]
Unit = Annotated[
    str | None, typer.Option(help="Semua yang ditahan unit ini / all whom this unit holds.")
]
On = Annotated[str | None, typer.Option(help="Hari pertanyaan / day of the question.")]
ValidAt = Annotated[str | None, typer.Option(help="Yang benar pada / true at: a day, an instant.")]
KnownAt = Annotated[str | None, typer.Option(help="Yang diketahui pada saat ini / known at.")]
Propose = Annotated[
    list[str] | None, typer.Option(help="jenis:hari, umum:2025-08-17; boleh diulang / repeatable.")
]
Change = Annotated[
    Path | None, typer.Option(help="Fakta pengganti (JSON) / facts in the place of those told.")
]
PromulgatedBy = Annotated[
    str | None, typer.Option(help="Tanpa naskah yang diundangkan sesudahnya / without later texts.")
]
InLanguage = Annotated[
    Tongue, typer.Option("--language", "--lang", envvar="JEJAK_LANGUAGE", help="Bahasa / language.")
]


def calculate(  # noqa: PLR0913  # its options
    facts: Facts = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Untuk dibaca program.")] = False,
    policy: PolicyChoice = None,
    rule_set: RuleSetChoice = None,
    language: InLanguage = Tongue.INDONESIAN,
    rules: Annotated[bool, typer.Option("--rules", help="Aturan, kebijakan / the book.")] = False,
    unit: Unit = None,
    on: On = None,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    propose: Propose = None,
    change: Change = None,
    promulgated_by: PromulgatedBy = None,
) -> None:
    """Hitung tanggal pidana, remisi, dan hak integrasi dari fakta / reckon from given facts.

    Tidak ada yang disimpan. Setiap jawaban disertai alasan yang dapat dibacakan, pasal, dan
    kebijakan yang dipakai. Exit status 1 when the facts cannot be, 2 when they cannot be read.
    Dengan `--unit`: semua perkara unit itu dihitung dua kali, menurut hukum dan menurut yang lain,
    dan disebut siapa yang berbeda / with `--unit`, who differs when it is reckoned otherwise.
    """
    chosen = _pairs(policy, "--policy"), _pairs(rule_set, "--rule-set")
    said = _said(on=on, valid_at=valid_at, known_at=known_at, propose=propose)
    said |= _said(change=change, promulgated_by=promulgated_by)
    if rules:
        _tell_rules(as_json=as_json)
    elif unit and not facts:
        _of_a_unit(unit, chosen, said, language, as_json=as_json)
    elif facts and not unit and not said:
        _of_facts(facts, chosen, language, as_json=as_json)
    else:
        fail(
            "sebutkan berkas fakta, atau --unit, atau --rules; pilihan lain milik --unit",
            "name a file of facts, or --unit, or --rules; other options belong to --unit",
            status=2,
        )


Chosen = tuple[dict[str, str], dict[str, str]]
"""Options by policy, and rule sets by topic."""


def _said(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value}


def _of_a_unit(
    unit: str, chosen: Chosen, said: dict[str, Any], language: Tongue, *, as_json: bool
) -> None:
    from api.cli_cohort import Options, compare_unit  # noqa: PLC0415  # --help stays quick

    tongue = 0 if language is Tongue.INDONESIAN else 1
    options = Options(unit=unit, policies=chosen[0], rule_sets=chosen[1], **said)
    try:
        with _unfitting(language.value):
            compare_unit(options, tongue=tongue, as_json=as_json)
    except Unfitting as unfitting:
        _refuse(unfitting, tongue, as_json=as_json)


def _of_facts(facts: Path, chosen: Chosen, language: Tongue, *, as_json: bool) -> None:
    tongue = 0 if language is Tongue.INDONESIAN else 1
    try:
        said = _answered(_text(facts), *chosen, language.value)
    except Unfitting as unfitting:
        _refuse(unfitting, tongue, as_json=as_json)
    if as_json:
        from api.calculation_answers import Spoken  # noqa: PLC0415  # --help stays quick

        answer = Spoken(tongue).answer(said)
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2, default=date.isoformat))
    else:
        from api.calculation_text import Aloud  # noqa: PLC0415  # --help stays quick

        for line in Aloud(tongue).lines(said):
            typer.echo(line)


class Unfitting(Exception):
    """Nothing is reckoned: the places in the facts that are wrong, and the exit status."""

    def __init__(self, errors: Sequence[tuple[str, str, Words]], status: int) -> None:
        super().__init__()
        self.errors, self.status = errors, status


def _answered(
    text: bytes, policies: dict[str, str], rule_sets: dict[str, str], language: "Language"
) -> "Answer":
    from api.calculation_forms import CalculationBody, question_in  # noqa: PLC0415
    from application.calculating import answered  # noqa: PLC0415
    from domain.law.book import LAW  # noqa: PLC0415

    with _unfitting(language):
        body = CalculationBody.model_validate_json(text)
        policies, rule_sets = {**body.policies, **policies}, {**body.rule_sets, **rule_sets}
        chosen = body.model_copy(update={"policies": policies, "rule_sets": rule_sets})
        return answered(question_in(chosen), LAW)


@contextmanager
def _unfitting(language: "Language") -> Iterator[None]:
    """Raise `Unfitting` for what cannot be read, cannot be, or cannot be chosen."""
    from pydantic import ValidationError  # noqa: PLC0415  # --help stays quick

    from api.field_errors import field_errors  # noqa: PLC0415
    from domain.kernel import Refused  # noqa: PLC0415
    from domain.law.impossible import ImpossibleFacts  # noqa: PLC0415

    try:
        yield
    except ValidationError as error:
        said = field_errors(error, language, events=())
        errors = [(one.pointer, one.code, (one.detail,) * 2) for one in said]
        raise Unfitting(errors, 2) from None
    except ImpossibleFacts as no:
        errors = [(one.pointer, one.code, one.because) for one in no.problems]
        raise Unfitting(errors, 1) from None
    except Refused as no:
        raise Unfitting([(f"/{no.field or ''}", no.code, no.because)], 2) from None


def _refuse(unfitting: Unfitting, tongue: int, *, as_json: bool) -> NoReturn:
    """Say what is wrong and where; a program reads it on standard output."""
    if as_json:
        errors = [
            {"pointer": pointer, "code": code, "detail": words[tongue]}
            for pointer, code, words in unfitting.errors
        ]
        typer.echo(json.dumps({"errors": errors}, ensure_ascii=False, indent=2))
        raise typer.Exit(unfitting.status)
    said = (f"{pointer or '/'}: {words[tongue]}" for pointer, _, words in unfitting.errors)
    fail(*said, status=unfitting.status)


def _text(path: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        why = error.strerror
        fail(f"{path}: tidak terbaca: {why}", f"{path}: cannot be read: {why}", status=2)


def _pairs(said: list[str] | None, option: str) -> dict[str, str]:
    pairs = [one.partition("=") for one in said or ()]
    if not all(name and sign and chosen for name, sign, chosen in pairs):
        fail(f"{option}: tulis nama=pilihan", f"{option}: write name=choice", status=2)
    return {name: chosen for name, _, chosen in pairs}


def _tell_rules(*, as_json: bool) -> None:
    """Print the book of the law and the policies, with how sure each is."""
    from api.law_answers import law_answer  # noqa: PLC0415  # --help stays quick
    from domain.law.book import LAW  # noqa: PLC0415

    book = law_answer(LAW, None)
    if as_json:
        typer.echo(json.dumps(book, ensure_ascii=False, indent=2, default=date.isoformat))
        return
    for topic in book["topics"]:
        typer.echo(f"{topic['topic']}: {topic['title']['id']} / {topic['title']['en']}")
        for one in topic["rule_sets"]:
            since, until = one["valid_from"], one["valid_until"] or ""
            typer.echo(f"  {one['id']}  {since}..{until}  ({one['certainty']})")
            typer.echo(f"    {one['legal_basis']}")
    typer.echo("\nKebijakan / policies")
    for one in book["policies"]:
        options = " | ".join(one["options"])
        typer.echo(f"  {one['name']} = {one['default']}  [{options}]  ({one['certainty']})")
        typer.echo(f"    {one['question']['id']} / {one['question']['en']}")

import json
from typing import Annotated

import pytest
from pydantic import BaseModel, Field, Strict, TypeAdapter, ValidationError

from api.event_examples import example_json
from api.event_forms import proposal_union
from api.field_errors import FieldError, field_errors
from api.partner_forms import ResultsBody
from api.subscription_answers import LettersForm, SubscriptionForm
from domain.catalogue import CASE
from domain.conduct import ConductAssessed, DisciplineBegan

LIST = TypeAdapter(list[proposal_union([CASE])])
SECRET = "Rahasia-1271011203900001"


def errors(form, language="id"):
    with pytest.raises(ValidationError) as found:
        LIST.validate_python(form)
    return field_errors(found.value, language)


def assessed(**changes):
    form = example_json(ConductAssessed)
    return [{**form, "data": {**form["data"], **changes}}]


def test_an_error_says_which_field_what_is_wrong_and_what_would_be_right():
    assert errors(assessed(score=101)) == [
        FieldError(
            pointer="/0/data/score",
            code="too_large",
            detail="`score` terlalu besar; yang diharapkan: bilangan bulat 0 sampai 100",
        )
    ]
    assert errors(assessed(predicate="bagus"), "en") == [
        FieldError(
            pointer="/0/data/predicate",
            code="not_in_list",
            detail="`predicate` is none of the choices; "
            "expected: one of sangat_baik, baik, cukup, kurang",
        )
    ]


def test_a_misspelt_key_is_answered_with_the_keys_there_are():
    [error] = errors(assessed(skor=1), "en")
    assert (error.pointer, error.code) == ("/0/data/skor", "unknown_field")
    assert error.detail.endswith("expected: month, score, predicate, risk_declined")


@pytest.mark.parametrize("key", ["1271011203900001", "a/b~c", "\ud800", "Budi Santoso"])
def test_a_key_that_could_be_somebody_is_not_repeated(key):
    [error] = errors(assessed(**{key: 1}))
    assert error.pointer == "/0/data"
    assert key not in error.detail


@pytest.mark.parametrize("form", [5, [5], [{}], [{"type": SECRET}], [{"type": ["conduct"]}]])
def test_what_is_no_event_at_all_is_answered_too(form):
    [error] = errors(form)
    assert error.code in {"wrong_type", "missing", "unknown_type"}


def test_a_type_that_is_missing_or_unknown_is_pointed_at():
    assert errors([{}])[0].pointer == "/0/type"
    assert "conduct.assessed" in errors([{"type": "conduct.asessed"}])[0].detail


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("event", [ConductAssessed, DisciplineBegan])
def test_what_was_sent_is_never_repeated(event, language):
    example = example_json(event)
    for key in example["data"]:
        for value in (SECRET * 400, {SECRET: SECRET}, [SECRET], -987654321, f"{SECRET}\x00"):
            form = [{**example, "data": {**example["data"], key: value}, "effective": SECRET}]
            said = json.dumps([(error.pointer, error.detail) for error in errors(form, language)])
            assert SECRET not in said
            assert "987654321" not in said


def test_what_fastapi_reads_from_a_body_is_pointed_at_from_its_root():
    class FromFastApi:
        def errors(self):
            return [
                {"type": "missing", "loc": ("body", "events", 0, "conduct.assessed", "effective")},
                {"type": "json_invalid", "loc": ("body", 17), "ctx": {"error": "Expecting value"}},
                {"type": "less_than_equal", "loc": ("query", "limit"), "ctx": {"le": 1000}},
                {"type": "unheard_of", "loc": ("body",)},
            ]

    found = field_errors(FromFastApi(), "en")
    assert [error.pointer for error in found] == ["/events/0/effective", "", "/query/limit", ""]
    assert [error.code for error in found] == ["missing", "not_json", "too_large", "invalid"]
    assert found[2].detail == "`limit` is too large; expected: at most 1000"


class Asked(BaseModel):
    """What an address may ask for that is no event."""

    limit: Annotated[int, Field(ge=1, le=10)] = 1
    accepted: Annotated[bool, Strict()] = True
    concern: Annotated[str, Field(min_length=1, max_length=20)] = "x"
    entries: Annotated[list[int], Field(min_length=2)] = []
    inner: LettersForm | None = None


def both(model, form):
    with pytest.raises(ValidationError) as found:
        model.model_validate(form)
    [indonesian] = field_errors(found.value)
    [english] = field_errors(found.value, "en")
    return indonesian.code, indonesian.detail, english.detail


@pytest.mark.parametrize(
    ("form", "code", "indonesian", "english"),
    [
        ({"limit": 0}, "too_small", "sedikitnya 1", "at least 1"),
        ({"limit": 11}, "too_large", "paling banyak 10", "at most 10"),
        ({"limit": "9" * 5_000}, "too_large", "bilangan bulat", "a whole number"),
        ({"limit": "ten"}, "wrong_type", "bilangan bulat", "a whole number"),
        ({"limit": 1.5}, "wrong_type", "bilangan bulat", "a whole number"),
        ({"accepted": 1}, "wrong_type", "true atau false", "true or false"),
        ({"concern": 1}, "wrong_type", "teks", "a text"),
        ({"concern": ""}, "too_short", "sedikitnya 1 karakter", "at least 1 character"),
        ({"concern": "x" * 21}, "too_long", "paling banyak 20 karakter", "at most 20 characters"),
        ({"entries": [1]}, "too_few", "sedikitnya 2 butir", "at least 2 items"),
        ({"entries": 1}, "wrong_type", "daftar", "a list"),
        ({"inner": 1}, "wrong_type", "objek", "an object"),
    ],
)
def test_bounds_and_types_are_said(form, code, indonesian, english):
    [name] = form
    found, said, also = both(Asked, form)
    assert found == code
    assert said.startswith(f"`{name}` ")
    assert said.endswith(f"; yang diharapkan: {indonesian}")
    assert also.endswith(f"; expected: {english}")


@pytest.mark.parametrize("form", [{}, {"all": True, "cause": "status_422"}])
def test_who_must_choose_one_of_several_hears_which(form):
    code, said, also = both(LettersForm, form)
    assert code == "just_one_of"
    assert said == (
        "isi permintaan harus menyebut tepat satu pilihan; yang diharapkan: all, cause, entries"
    )
    assert also.endswith("must name just one of the choices; expected: all, cause, entries")


def result(**changes):
    said = {
        "result": "z1",
        "subject": "k7d3mvw5q2a6t4bzx7yhn2rfce",
        "type": "skill_training.completed",
        "effective": "2025-08-18",
        "data": {},
        "evidence": [],
    }
    return {"results": [said | changes]}


@pytest.mark.parametrize(
    ("model", "form", "such"),
    [
        (ResultsBody, result(subject="Budi"), "k7d3mvw5q2a6t4bzx7yhn2rfce"),
        (ResultsBody, result(result="two words"), "2025-08-umum"),
        (
            SubscriptionForm,
            {"agreement": "x", "url": "https://a"},
            "01980f5c-7a00-7000-8000-000000000001",
        ),
    ],
)
def test_a_form_that_is_laid_down_is_shown_by_an_example(model, form, such):
    code, said, also = both(model, form)
    assert code == "wrong_form"
    assert said.endswith(f"yang diharapkan: teks seperti {such}")
    assert also.endswith(f"expected: a text such as {such}")


def test_a_form_of_which_no_example_is_known_is_said_as_it_is():
    code, said, _ = both(LettersForm, {"cause": "NO"})
    assert (code, said.partition("teks berpola ")[2]) == ("wrong_form", "^[a-z][a-z0-9_]{0,39}$")

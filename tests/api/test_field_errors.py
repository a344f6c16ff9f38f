import json

import pytest
from pydantic import TypeAdapter, ValidationError

from api.event_examples import example_json
from api.event_forms import proposal_union
from api.field_errors import FieldError, field_errors
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
    assert found[2].detail == "`limit` is too large; expected: 1000"

"""What routes depend on alike is worked out once, and each route still asks for its own."""

import sys
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI
from starlette.testclient import TestClient

from api.addresses import give
from api.readings import reading_of
from api.spared import OLD_MODELS


async def word_of(word: str = "none") -> str:
    return word


Word = Annotated[str, Depends(word_of)]


def test_a_dependency_reads_the_address_where_that_names_its_parameter_and_the_query_elsewhere():
    app, router = FastAPI(), APIRouter()

    @router.get("/first")
    def first(word: Word) -> str:
        return word

    @router.get("/of/{word}")
    def of(word: Word) -> str:
        return word

    @router.get("/last")
    def last(word: Word) -> str:
        return word

    give(app, router)
    client = TestClient(app)
    asked = ["/first?word=one", "/of/two?word=three", "/last?word=four", "/last"]
    assert [client.get(address).json() for address in asked] == ["one", "two", "four", "none"]


def test_the_routes_of_the_service_have_what_they_depend_on_alike_together(service):
    found = [
        one
        for route in service.app.routes
        for one in getattr(getattr(route, "dependant", None), "dependencies", ())
        if one.call is reading_of
    ]
    assert len(found) > 100
    assert len({id(one) for one in found}) < len(found) / 5


def test_models_of_the_old_kind_are_not_loaded(service):
    assert service.app
    assert sys.modules[OLD_MODELS] is None

"""An app answers with the routes of its routers themselves, and works none out a second time."""

from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient

from api.addresses import give


def test_a_route_of_a_router_is_the_app_s_own():
    app, router = FastAPI(), APIRouter()
    router.get("/one")(lambda: 1)
    router.get("/two")(lambda: 2)
    give(app, router)
    assert app.routes[-2:] == router.routes
    assert TestClient(app).get("/two").json() == 2


def test_no_route_of_the_service_is_made_twice(service):
    assert not [route for route in service.app.routes if hasattr(route, "original_router")]

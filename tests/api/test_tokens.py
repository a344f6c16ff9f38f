"""A token has one spelling, one algorithm, and an end."""

import base64
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from import_files import Jejak, line
from typer.testing import CliRunner

from api.cli import app
from api.tokens import Caller, Level, Role, TokenRefused, Tokens

SECRET = b"s" * 32
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TOKENS = Tokens(secret=SECRET, now=lambda: NOW)
CALLER = Caller(
    id="wali-7",
    role=Role.CASEWORKER,
    level=Level.UNIT,
    units=frozenset({"RUTAN-MEDAN"}),
    agency=None,
)
CLAIMS = {
    "sub": "wali-7",
    "role": "caseworker",
    "level": "unit",
    "units": ["RUTAN-MEDAN"],
    "agency": None,
    "exp": int((NOW + timedelta(hours=1)).timestamp()),
}


def refused(token):
    with pytest.raises(TokenRefused):
        TOKENS(token)


def encoded(part):
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def test_a_token_tells_who_calls_until_it_ends():
    token = TOKENS.issue(CALLER, NOW + timedelta(hours=1))
    assert TOKENS(token) == CALLER
    refused(TOKENS.issue(CALLER, NOW))


def test_another_secret_another_algorithm_or_none_is_refused():
    refused(jwt.encode(CLAIMS, b"t" * 32, "HS256"))
    refused(jwt.encode(CLAIMS, b"s" * 64, "HS512"))
    refused(f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{encoded(CLAIMS)}.")


def test_a_token_that_is_spelt_otherwise_is_refused():
    token = TOKENS.issue(CALLER, NOW + timedelta(hours=1))
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twins = [token[:-1] + letter for letter in letters if letter != token[-1]]
    for wrong in (
        *twins,
        token + "=",
        token + "\n",
        f" {token}",
        token + ".a",
        token.replace(".", ".."),
    ):
        refused(wrong)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "Budi Santoso"},
        {"sub": 7},
        {"role": "superuser"},
        {"role": None},
        {"level": "planet"},
        {"units": "RUTAN-MEDAN"},
        {"units": ["rutan'; --"]},
        {"units": ["RUTAN-MEDAN"] * 601},
        {"agency": ["X"]},
        {"exp": "tomorrow"},
        {"exp": 1.5e10},
        {"exp": True},
    ],
)
def test_claims_are_as_the_service_writes_them(claims):
    refused(
        jwt.encode(CLAIMS | claims, SECRET, "HS256")
        if "sub" not in claims or isinstance(claims["sub"], str)
        else f"{encoded({'alg': 'HS256'})}.{encoded(CLAIMS | claims)}.AA"
    )


@pytest.mark.parametrize("missing", ["sub", "exp", "role", "level"])
def test_nothing_that_matters_may_be_missing(missing):
    claims = {key: value for key, value in CLAIMS.items() if key != missing}
    refused(jwt.encode(claims, SECRET, "HS256"))


def test_without_units_nothing_is_seen_but_at_the_top():
    claims = {key: value for key, value in CLAIMS.items() if key != "units"}
    caller = TOKENS(jwt.encode(claims, SECRET, "HS256"))
    assert (caller.access.everywhere, caller.access.units) == (False, frozenset())
    top = TOKENS(jwt.encode(claims | {"level": "ditjenpas"}, SECRET, "HS256"))
    assert top.access.everywhere
    agency = TOKENS(jwt.encode(claims | {"level": "ditjenpas", "role": "agency"}, SECRET, "HS256"))
    assert not agency.access.everywhere


@pytest.mark.parametrize(
    "words", [["--role", "agency"], ["--agency", "DISNAKER-12.71", "--unit", "RUTAN-MEDAN"]]
)
def test_a_token_names_an_agency_exactly_where_its_role_is_one(words):
    answer = CliRunner().invoke(app, ["token", *words])
    assert answer.exit_code == 2
    assert "--agency CODE" in answer.stderr


@pytest.fixture
def jejak(database, tmp_path, monkeypatch):
    monkeypatch.setenv("JEJAK_DATABASE_URL", database)
    monkeypatch.setenv("JEJAK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JEJAK_MASTER_KEY", (b"k" * 32).hex())
    monkeypatch.setattr("api.main.tokens_of", lambda _: TOKENS)
    return Jejak(tmp_path)


def test_a_token_is_made_of_an_agency_that_the_registry_knows_and_it_needs_no_unit(jejak):
    words = ["token", "--role", "agency", "--agency", "DISNAKER-12.71"]
    assert jejak(*words, status=1) == ""
    assert "the registry knows no agency DISNAKER-12.71" in jejak.said
    assert TOKENS(jejak(*words, "--force").strip()).agency == "DISNAKER-12.71"
    said = {"agency": "DISNAKER-12.71", "kind": "dinas_ketenagakerjaan", "title": "Disnaker"}
    named = line("registry:agency/DISNAKER-12.71", "registry.agency_named", "2020-01-01", **said)
    jejak("import", jejak.file(named))
    caller = TOKENS(jejak(*words).strip())
    assert (caller.role, caller.agency, caller.units) == (
        Role.AGENCY,
        "DISNAKER-12.71",
        frozenset(),
    )

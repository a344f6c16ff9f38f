"""Every refusal leaves the house as RFC 9457 problem+json, in two languages, from this one place.

A problem says what was asked for, never what was sent: that may be anybody's name or NIK.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import Scope

from api.field_errors import FieldError, Language, field_errors
from api.tokens import TokenRefused
from application.access import UNRECORDED, Unrecorded
from application.feeds import UNREADY, Unready
from application.ledger import Conflict, KeyReused, OutcomeUnknown, Overloaded
from application.read_models import Busy
from application.sharing import NoSuchScope
from domain.kernel import Json, Refused, Words

MEDIA_TYPE: Final = "application/problem+json"
RETRY_SECONDS: Final = "1"

TITLES: Final[Mapping[int, Words]] = {
    400: ("Permintaan tidak terbaca", "The request cannot be read"),
    401: ("Belum dikenal", "Not signed in"),
    403: ("Tidak berwenang", "Not allowed"),
    404: ("Tidak ditemukan", "Not found"),
    405: ("Metode tidak tersedia", "Method not available"),
    406: ("Bentuk jawaban tidak tersedia", "No such form of answer"),
    408: ("Terlalu lama ditunggu", "Waited for too long"),
    409: ("Tidak sesuai dengan catatan", "Does not fit what is recorded"),
    412: ("Sudah ada catatan yang lebih baru", "Something newer is recorded"),
    413: ("Terlalu besar", "Too large"),
    415: ("Jenis isi tidak diterima", "This type of content is not taken"),
    422: ("Isian tidak dapat diterima", "The content cannot be accepted"),
    428: ("Versi belum disebut", "No version was named"),
    429: ("Terlalu sering", "Too often"),
    500: ("Kesalahan pada layanan", "An error in the service"),
    503: ("Layanan sedang tidak siap", "The service is not ready"),
}
DETAILS: Final[Mapping[int, Words]] = {
    400: (
        "isi permintaan bukan JSON yang benar, atau terlalu dalam bersarang",
        "the body is not valid JSON, or is nested too deeply",
    ),
    401: (
        "sertakan token yang berlaku: Authorization: Bearer …",
        "send a valid token: Authorization: Bearer …",
    ),
    404: (
        "alamat atau catatan ini tidak ada, atau di luar lingkup Anda",
        "there is no such address or record, or it lies outside your scope",
    ),
    405: ("alamat ini tidak melayani metode itu", "this address does not serve that method"),
    408: (
        "isi permintaan tidak kunjung datang; kirim lagi dengan Idempotency-Key yang sama",
        "the body did not come; send it again with the same Idempotency-Key",
    ),
    413: ("isi permintaan melebihi batas ukuran", "the body is over the size limit"),
    500: (
        "terjadi kesalahan yang sudah dicatat; sebutkan trace_id bila melapor",
        "something went wrong and was logged; name the trace_id when you report it",
    ),
    503: (
        "penyimpanan sedang tidak dapat dihubungi; coba lagi sebentar",
        "the store cannot be reached now; try again shortly",
    ),
}
BUSY: Final[Words] = (
    "pertanyaan tentang waktu lain sedang banyak dihitung; coba lagi sebentar",
    "many questions about another time are being answered; try again shortly",
)
CODES: Final[Mapping[int, str]] = {
    400: "request.unreadable",
    401: "request.unauthenticated",
    404: "request.not_found",
    405: "request.method_not_allowed",
    413: "request.too_large",
    500: "service.error",
    503: "service.unavailable",
}


class Problem(Exception):
    """An answer that is a refusal. What is not said is taken from its status."""

    def __init__(  # noqa: PLR0913  # what RFC 9457 and the contract list
        self,
        status: int,
        code: str | None = None,
        detail: Words | None = None,
        *,
        article: str | None = None,
        errors: Sequence[tuple[str, str, Words]] = (),
        headers: Mapping[str, str] | None = None,
        more: Json | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code = status, code or CODES.get(status, "request.refused")
        self.detail = detail or DETAILS.get(status) or TITLES.get(status, TITLES[400])
        self.article, self.errors, self.headers = article, errors, headers
        self.more = more or {}


def not_found() -> Problem:
    """Return the answer to whatever is not there, or is none of the caller's business."""
    return Problem(404)


def refusal(refused: Refused, pointer: str) -> Problem:
    """Return the answer to a `Refused`; ``pointer`` is where its field lies in what was sent."""
    if refused.field is None:
        return Problem(409, refused.code, refused.because, article=refused.article)
    return Problem(
        422,
        refused.code,
        refused.because,
        article=refused.article,
        errors=[(pointer, refused.code, refused.because)],
    )


def language_of(request: Request) -> Language:
    """Return the language asked for, or the service's own."""
    best, language = 0.0, cast("Language", request.app.state.services.language)
    for part in request.headers.get("accept-language", "")[:500].split(","):
        tag, _, quality = part.strip().partition(";")
        weight = quality.strip().removeprefix("q=") or "1"
        known = tag.strip().lower().partition("-")[0]
        number = re.fullmatch(r"[01](\.[0-9]{1,3})?", weight)
        if known in {"id", "en"} and number and float(weight) > best:
            best, language = float(weight), cast("Language", known)
    return language


def trace_of(scope: Scope) -> str:
    """Return the id by which this request is found in the log."""
    return str(scope.get("state", {}).get("trace_id", ""))


def answer(request: Request, problem: Problem) -> JSONResponse:
    """Return a problem as JSON in the caller's language."""
    language = language_of(request)
    tongue = 0 if language == "id" else 1
    errors = [
        FieldError(pointer=pointer, code=code, detail=words[tongue])
        for pointer, code, words in problem.errors
    ]
    return _json(request, problem, language, errors)


def _json(
    request: Request, problem: Problem, language: Language, errors: Sequence[FieldError]
) -> JSONResponse:
    tongue = 0 if language == "id" else 1
    titles = TITLES.get(problem.status)
    content: Json = {
        "type": f"/problems/{problem.code}",
        "title": titles[tongue] if titles else HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail[tongue],
        "code": problem.code,
        "article": problem.article,
        "errors": [asdict(error) for error in errors],
        "trace_id": trace_of(request.scope),
    }
    headers = {"Content-Language": language, **(problem.headers or {})}
    return JSONResponse(content | problem.more, problem.status, headers, media_type=MEDIA_TYPE)


def of_problem(request: Request, problem: Exception) -> JSONResponse:
    """Answer a problem that a route stated."""
    return answer(request, cast("Problem", problem))


def of_refused(request: Request, refused: Exception) -> JSONResponse:
    """Answer what the domain refused outside a proposal: a query."""
    said = cast("Refused", refused)
    return answer(request, refusal(said, f"/query/{said.field}"))


def of_conflict(request: Request, conflict: Exception) -> JSONResponse:
    """412: someone else wrote first."""
    stream = str(cast("Conflict", conflict).stream)
    words = (
        f"catatan {stream} sudah berubah; baca lagi, lalu putuskan lagi",
        f"{stream} has moved on; read it again, and decide again",
    )
    return answer(request, Problem(412, "append.conflict", words))


def of_key_reused(request: Request, _: Exception) -> JSONResponse:
    """422: one key, two requests."""
    words = (
        "Idempotency-Key ini sudah dipakai untuk permintaan lain",
        "this Idempotency-Key was used for another request",
    )
    place = ("/header/Idempotency-Key", "append.key_reused", words)
    return answer(request, Problem(422, "append.key_reused", words, errors=[place]))


def of_outcome_unknown(request: Request, _: Exception) -> JSONResponse:
    """503: the same key will tell."""
    words = (
        "belum pasti apakah sudah tercatat; kirim lagi dengan Idempotency-Key yang sama",
        "it may be recorded or not; send it again with the same Idempotency-Key",
    )
    retry = {"Retry-After": RETRY_SECONDS}
    return answer(request, Problem(503, "append.outcome_unknown", words, headers=retry))


def of_unrecorded(request: Request, _: Exception) -> JSONResponse:
    """503: what cannot be recorded is not shown."""
    retry = {"Retry-After": RETRY_SECONDS}
    return answer(request, Problem(503, "access.unrecorded", UNRECORDED, headers=retry))


def of_full(request: Request, _: Exception) -> JSONResponse:
    """503: no connection was free, or the store is away."""
    return answer(request, Problem(503, headers={"Retry-After": RETRY_SECONDS}))


def of_overloaded(request: Request, _: Exception) -> JSONResponse:
    """503: more is waiting than may wait, and this was not let in."""
    words = (
        "layanan sedang penuh dan tidak ada yang tercatat; kirim lagi sebentar lagi",
        "the service is full and nothing was recorded; send it again shortly",
    )
    retry = {"Retry-After": RETRY_SECONDS}
    return answer(request, Problem(503, "service.overloaded", words, headers=retry))


def of_busy(request: Request, _: Exception) -> JSONResponse:
    """503: as many questions about another time are being answered as may be at once."""
    retry = {"Retry-After": RETRY_SECONDS}
    return answer(request, Problem(503, "read_model.busy", BUSY, headers=retry))


def of_unready(request: Request, _: Exception) -> JSONResponse:
    """503: feeds are not as the agreement or the ledger has it, and an empty answer would lie."""
    retry = {"Retry-After": RETRY_SECONDS}
    return answer(request, Problem(503, "feed.not_ready", UNREADY, headers=retry))


def of_no_scope(request: Request, _: Exception) -> JSONResponse:
    """404: no such agreement, or none of the agency's; which of these is told to nobody."""
    return answer(request, not_found())


def of_token(request: Request, _: Exception) -> JSONResponse:
    """401, without saying why."""
    return answer(request, Problem(401, headers={"WWW-Authenticate": "Bearer"}))


def of_validation(request: Request, invalid: Exception) -> JSONResponse:
    """400 for what is no JSON, and 422 with every field that is wrong."""
    language = language_of(request)
    errors = field_errors(cast("Any", invalid), language)
    if any(error.code == "not_json" for error in errors):
        return answer(request, Problem(400))
    words = (
        f"{len(errors)} isian tidak dapat diterima; lihat errors",
        f"{len(errors)} field(s) cannot be accepted; see errors",
    )
    return _json(request, Problem(422, "request.invalid", words), language, errors)


def of_http(request: Request, raised: Exception) -> JSONResponse:
    """Answer what the framework refused: an address, a method, a body."""
    error = cast("HTTPException", raised)
    return answer(request, Problem(error.status_code, headers=error.headers))


def of_bug(request: Request, _: Exception) -> JSONResponse:
    """500: it is in the log."""
    return answer(request, Problem(500))


def install(app: FastAPI, full: Sequence[type[Exception]]) -> None:
    """Teach the app to say no."""
    handlers = {
        Problem: of_problem,
        Refused: of_refused,
        Conflict: of_conflict,
        KeyReused: of_key_reused,
        OutcomeUnknown: of_outcome_unknown,
        Overloaded: of_overloaded,
        Unrecorded: of_unrecorded,
        Busy: of_busy,
        Unready: of_unready,
        NoSuchScope: of_no_scope,
        TokenRefused: of_token,
        RequestValidationError: of_validation,
        HTTPException: of_http,
        Exception: of_bug,
        **dict.fromkeys(full, of_full),
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)

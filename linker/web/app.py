"""The application: routes, headers, and how errors look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from linker.errors import InputError, LinkerError
from linker.review.office import Office
from linker.review.verdicts import RefusedError
from linker.web import entry, keeping, lookups, oversight, work
from linker.web.doors import HEADERS, AwayError, session_of
from linker.web.pages import page
from linker.web.searching import Finder

STATIC = Path(__file__).parent / "static"
LARGEST = 8_000_000
"""Bytes of a request: a workbook of verdicts is the largest thing anyone sends."""


def create_app(office: Office) -> FastAPI:
    """The pages of one office."""
    app = FastAPI(title="linker review", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.office = office
    app.state.finder = Finder(office.workspace)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for router in (entry.router, work.router, lookups.router, oversight.router, keeping.router):
        app.include_router(router, max_body_size=LARGEST)  # inside the guard, so that its page is shown

    @app.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > LARGEST:
            response: Response = _trouble(request, 413, "too_large")
        else:
            response = await call_next(request)
        _with_headers(response)
        if request.url.path.startswith("/static/"):
            response.headers["Cache-Control"] = "public, max-age=3600"
        if office.settings.https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response

    @app.exception_handler(AwayError)
    async def away(request: Request, error: AwayError) -> Response:
        if error.to is not None:
            return RedirectResponse(error.to, status_code=303)
        return _trouble(request, error.status, error.code)

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: RequestValidationError) -> Response:
        in_address = any(problem["loc"][:1] == ("path",) for problem in error.errors())
        return _trouble(request, *((404, "not_found") if in_address else (422, "wrong_request")))

    @app.exception_handler(RefusedError)
    async def refused(request: Request, error: RefusedError) -> Response:
        return _trouble(request, 409, error.code)

    @app.exception_handler(LinkerError)
    async def told(request: Request, error: LinkerError) -> Response:
        theirs = isinstance(error, InputError)
        text = f"{error.what}. {error.do}".strip(" .")
        return _trouble(request, *((400, "told_input") if theirs else (503, "told_workspace")), text)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        codes = {404: "not_found", 413: "too_large"}
        return _trouble(request, error.status_code, codes.get(error.status_code, "wrong_request"))

    @app.exception_handler(Exception)
    async def broken(request: Request, _error: Exception) -> Response:
        return _with_headers(_trouble(request, 500, "broken"))  # it goes past the guard

    return app


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _trouble(request: Request, status: int, code: str, text: str = "") -> HTMLResponse:
    """A page that says what went wrong: a sentence in the reader's language, and `text` below it as the program has it, in English."""
    try:
        found = session_of(request)
    except (LinkerError, SQLAlchemyError):  # it may be the registry that went wrong
        found = None
    return page(request, "trouble.html", found[0] if found else None, status=status, code=code, text=text)

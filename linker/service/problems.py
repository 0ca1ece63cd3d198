"""Refusals and failures as problem details (RFC 9457). They say what to do and never repeat what was sent."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from linker.errors import InputError, LinkerError, WorkspaceError

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What went wrong, in words."""

    type: str = Field(
        default="about:blank", description="always about:blank: the status says what kind of problem it is"
    )
    title: str
    status: int
    detail: str = ""
    where: list[str] = Field(default_factory=list, description="the fields concerned")


class RefusedError(Exception):
    """A request that is not answered. `headers` tell what to do (WWW-Authenticate, Retry-After)."""

    def __init__(self, status: HTTPStatus, detail: str, headers: dict[str, str] | None = None) -> None:
        self.status, self.detail, self.headers = status, detail, headers or {}
        super().__init__(detail)

    def __reduce__(self) -> tuple[type[RefusedError], tuple[HTTPStatus, str, dict[str, str]]]:
        """What makes it again in another process."""
        return RefusedError, (self.status, self.detail, self.headers)


def problem(
    status: int, detail: str = "", where: list[str] | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """A problem as an answer."""
    content = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, where=where or [])
    return JSONResponse(content.model_dump(), status, headers, MEDIA_TYPE)


def responses(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """The problems that an operation may answer with, for its documentation."""
    content = {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}
    return {int(s): {"description": s.phrase, "content": content} for s in statuses}


def install(app: FastAPI) -> None:
    """Turn every exception into a problem."""

    async def refused(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RefusedError)
        return problem(error.status, error.detail, headers=error.headers)

    async def invalid(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        complaints = error.errors()
        broken = any(c["type"] == "json_invalid" for c in complaints)
        where = sorted({".".join(str(part) for part in c["loc"])[:100] for c in complaints})
        status = HTTPStatus.BAD_REQUEST if broken else HTTPStatus.UNPROCESSABLE_ENTITY
        said = "the body is no JSON" if broken else "; ".join(dict.fromkeys(str(c["msg"]) for c in complaints))
        return problem(status, said[:300], where)

    async def failed(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, LinkerError)
        status = HTTPStatus.SERVICE_UNAVAILABLE
        if isinstance(error, InputError):
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        elif isinstance(error, WorkspaceError):
            status = HTTPStatus.NOT_FOUND
        return problem(status, "; ".join(part for part in (error.what, error.do) if part)[:500])

    async def other(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return problem(error.status_code, str(error.detail), headers=dict(error.headers or {}))

    app.add_exception_handler(RefusedError, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(LinkerError, failed)
    app.add_exception_handler(HTTPException, other)

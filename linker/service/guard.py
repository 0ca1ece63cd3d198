"""What every request passes before anything reads it: size and time limits of its body, and a count of what came of it.

Written against ASGI itself, because a limit that counts bytes after they have been taken in is none.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from http import HTTPStatus

from prometheus_client import Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from linker.service.problems import MEDIA_TYPE, Problem
from linker.service.settings import ServiceSettings
from linker.service.tracing import places

LOG = logging.getLogger("linker.service")
BULK = "/v1/resolve"
REQUESTS = Counter("linker_requests", "Answered requests", ["operation", "status"])
SECONDS = Histogram(
    "linker_request_seconds", "Seconds from a request's head to its last byte", ["operation"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)  # fmt: skip
HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
]
"""On every answer: personal data is kept by nobody on the way, and no browser takes it for a page."""


class Guard:
    """Limits and counts around an application."""

    def __init__(self, app: ASGIApp, settings: ServiceSettings) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        try:
            body = self._limited(scope, receive)
            await self._app(scope, body, sending)
        except HTTPException as error:
            if not status:
                await _refuse(sending, error.status_code, str(error.detail))
        except Exception as error:
            LOG.error("a request failed: %s at %s", type(error).__name__, places(error))
            if not status:
                await _refuse(sending, HTTPStatus.INTERNAL_SERVER_ERROR, "the service failed; its log says where")
        finally:
            self._count(scope, status, time.perf_counter() - started)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """`receive` that gives up on a body that is too large or too slow."""
        bulk = scope["path"] == BULK
        most = self._settings.bulk_bytes if bulk else self._settings.body_bytes
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit() and int(value) > most:
                raise _too_large(most)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._settings.body_seconds
        got, whole = 0, False

        async def limited() -> Message:
            nonlocal got, whole, deadline
            if whole:
                return await receive()  # waits for the client to go away
            if bulk:
                deadline = loop.time() + self._settings.body_seconds
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, "the body did not come in time") from None
            got += len(message.get("body", b""))
            if got > most:
                raise _too_large(most)
            whole = not message.get("more_body", False)
            return message

        return limited

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get("route")
        operation = getattr(route, "path", None) or "other"
        REQUESTS.labels(operation, str(status or 499)).inc()
        SECONDS.labels(operation).observe(seconds)
        LOG.info("%s %s %d %.1f ms", scope["method"][:10], operation, status, 1000 * seconds)


def _too_large(most: int) -> HTTPException:
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is larger than {most:,} bytes")


async def _refuse(send: Send, status: int, detail: str) -> None:
    content = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    body = json.dumps(content.model_dump()).encode()
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": body})

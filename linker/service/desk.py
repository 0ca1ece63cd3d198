"""What questions pass behind the service: none waits longer than allowed, and each answer is logged before it is given."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, TypeVar

from linker.registry.auditlog import Head
from linker.registry.auditqueue import AuditQueue
from linker.search.view import View
from linker.service.access import Asker
from linker.service.answers import Found
from linker.service.apart import Apart
from linker.service.problems import RefusedError
from linker.service.searchers import Searchers, Within
from linker.service.settings import ServiceSettings

T = TypeVar("T")
TURN = 0.001
"""Seconds after which a thread at work lets another one go on that waits for the interpreter: an answer that is ready takes several turns
to get out, and by default each may wait five times as long."""


class Desk:
    """One per process of the service."""

    def __init__(self, settings: ServiceSettings, searchers: Searchers) -> None:
        sys.setswitchinterval(TURN)
        self.settings, self._searchers = settings, searchers
        self._audit = AuditQueue(settings.workspace)
        self._waiting = 0
        self._most = (settings.waiting + 1) * (settings.processes or settings.threads)

    @classmethod
    async def opened(cls, settings: ServiceSettings) -> Desk:
        """With everything ready to answer.

        Raises:
            LinkerError: nothing has been published, or the index or the audit log cannot be opened.
        """
        if settings.processes:
            return cls(settings, await Apart.opened(settings.workspace, settings.processes))
        return cls(settings, Within(settings.workspace, settings.threads))

    @property
    def snapshot(self) -> str:
        """The name of the snapshot that answers."""
        return self._searchers.snapshot

    @property
    def records(self) -> int:
        """How many records it holds."""
        return self._searchers.records

    async def answer(self, asker: Asker, kind: str, question: Callable[[View], Found]) -> bytes:
        """The answer to a question, in JSON, once it stands in the audit log, on disk, that it was asked.

        Raises:
            RefusedError: too many wait already, it took too long, or the audit log cannot be written; nothing may be answered then.
        """
        found: Found | None = None
        with self._place():
            try:
                async with asyncio.timeout(self.settings.answer_seconds):
                    found = await self._searchers.ask(question)
                    await self._written(asker, kind, found.subject, found.detail)
            except TimeoutError:
                raise (_unwritten_yet() if found else _too_long()) from None
        return found.content

    async def ask(self, question: Callable[[View], T]) -> T:
        """The answer to a question about many rows. These take turns with each other and hold no other question up.

        Raises:
            RefusedError: too many wait already, or it took too long.
        """
        with self._place():
            try:
                async with asyncio.timeout(self.settings.answer_seconds):
                    return await self._searchers.ask(question, many=True)
            except TimeoutError:
                raise _too_long() from None

    async def log(self, asker: Asker, kind: str, subject: str, detail: dict[str, Any]) -> None:
        """Wait until it stands in the audit log, on disk, that this was asked.

        Raises:
            RefusedError: it cannot be written; no answer may be given then.
        """
        try:
            async with asyncio.timeout(self.settings.answer_seconds):
                await self._written(asker, kind, subject, detail)
        except TimeoutError:
            raise _unwritten_yet() from None

    def close(self) -> None:
        """End the searches; what waits for the audit log is written."""
        self._searchers.close()
        self._audit.close()

    async def _written(self, asker: Asker, kind: str, subject: str, detail: dict[str, Any]) -> Head:
        whole = {"purpose": asker.purpose, "case": asker.case, "role": str(asker.key.role), **detail}
        written: Future[Head] = self._audit.append(kind, subject, whole, asker.who)
        try:
            return await asyncio.wrap_future(written)
        except Exception:
            raise _unwritten() from None

    @contextmanager
    def _place(self) -> Iterator[None]:
        """A place among those that wait."""
        if self._waiting >= self._most:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "too many questions at once", {"Retry-After": "1"})
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1


def _too_long() -> RefusedError:
    return RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "the answer took too long; ask for less", {"Retry-After": "5"})


def _unwritten_yet() -> RefusedError:
    said = "it took too long until the audit log held the question; without it nothing is answered"
    return RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, said, {"Retry-After": "5"})


def _unwritten() -> RefusedError:
    return RefusedError(
        HTTPStatus.SERVICE_UNAVAILABLE, "the audit log cannot be written; without it nothing is answered"
    )

"""The view at work behind the service: searches in a few threads, none longer than allowed, each answer logged before it is given."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from linker.registry.auditlog import Head
from linker.registry.auditqueue import AuditQueue
from linker.search.view import View
from linker.service.access import Asker
from linker.service.problems import RefusedError
from linker.service.settings import ServiceSettings

T = TypeVar("T")
WARM_UP = "Rakesh @ Kalu s/o Ram Singh, 25"
TURN = 0.001
"""Seconds after which a thread at work lets another one go on that waits for the interpreter: an answer that is ready takes several turns
to get out, and by default each may wait five times as long."""


@dataclass(frozen=True)
class Found:
    """What a question has found. `subject` and `detail` stand in the audit log; `content` makes the JSON that is answered."""

    subject: str
    detail: dict[str, Any]
    content: Callable[[], bytes]


class Desk:
    """One per worker process."""

    def __init__(self, settings: ServiceSettings) -> None:
        sys.setswitchinterval(TURN)
        self.view = View(settings.workspace, build_aside=True)
        self.view.search(WARM_UP)  # loads what is compiled, so that nobody waits for it
        self.settings = settings
        self._audit = AuditQueue(settings.workspace)
        self._threads = ThreadPoolExecutor(settings.threads, thread_name_prefix="search")
        self._bulk = ThreadPoolExecutor(1, thread_name_prefix="bulk")
        self._waiting = 0

    async def answer(self, asker: Asker, kind: str, question: Callable[[View], Found]) -> bytes:
        """The answer to a question, in JSON, once it stands in the audit log, on disk, that it was asked. The JSON is made while the disk
        is still at work.

        Raises:
            RefusedError: too many wait already, it took too long, or the audit log cannot be written; nothing may be answered then.
        """
        answer = Future[bytes]()
        deadline = asyncio.get_running_loop().time() + self.settings.answer_seconds

        def work() -> None:
            try:
                found = question(self.view)
                if answer.set_running_or_notify_cancel():  # else the asker was refused long ago and sees nothing of it
                    written = self._enter(asker, kind, found.subject, found.detail)
                    content = found.content()
                    written.add_done_callback(lambda done: _settle(answer, content, done.exception()))
            except BaseException as error:
                if not answer.done():
                    answer.set_exception(error)

        with self._place():
            self._threads.submit(work)
            try:
                async with asyncio.timeout_at(deadline):
                    return await asyncio.wrap_future(answer)
            except TimeoutError:
                raise (_unwritten_yet() if answer.running() else _too_long()) from None

    async def ask(self, question: Callable[[View], T]) -> T:
        """The answer to a question about many rows. These take turns with each other and hold no other question up.

        Raises:
            RefusedError: too many wait already, or it took too long.
        """
        with self._place():
            loop = asyncio.get_running_loop()
            try:
                async with asyncio.timeout(self.settings.answer_seconds):
                    return await loop.run_in_executor(self._bulk, question, self.view)
            except TimeoutError:
                raise _too_long() from None

    async def log(self, asker: Asker, kind: str, subject: str, detail: dict[str, Any]) -> None:
        """Wait until it stands in the audit log, on disk, that this was asked.

        Raises:
            RefusedError: it cannot be written; no answer may be given then.
        """
        try:
            async with asyncio.timeout(self.settings.answer_seconds):
                await asyncio.wrap_future(self._enter(asker, kind, subject, detail))
        except Exception:
            raise _unwritten() from None

    def close(self) -> None:
        """End the threads; what waits for the audit log is written."""
        for threads in (self._threads, self._bulk):
            threads.shutdown(wait=False, cancel_futures=True)
        self._audit.close()

    def _enter(self, asker: Asker, kind: str, subject: str, detail: dict[str, Any]) -> Future[Head]:
        whole = {"purpose": asker.purpose, "case": asker.case, "role": str(asker.key.role), **detail}
        return self._audit.append(kind, subject, whole, asker.who)

    @contextmanager
    def _place(self) -> Iterator[None]:
        """A place among those that wait."""
        if self._waiting >= self.settings.waiting + self.settings.threads:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "too many questions at once", {"Retry-After": "1"})
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1


def _settle(answer: Future[bytes], content: bytes, error: BaseException | None) -> None:
    if error is None:
        answer.set_result(content)
    else:
        answer.set_exception(_unwritten())


def _too_long() -> RefusedError:
    return RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "the answer took too long; ask for less", {"Retry-After": "5"})


def _unwritten_yet() -> RefusedError:
    said = "it took too long until the audit log held the question; without it nothing is answered"
    return RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, said, {"Retry-After": "5"})


def _unwritten() -> RefusedError:
    return RefusedError(
        HTTPStatus.SERVICE_UNAVAILABLE, "the audit log cannot be written; without it nothing is answered"
    )

"""The view at work behind the service: searches in a few threads, none longer than allowed, each answer logged before it is given."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, TypeVar

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

    async def ask(self, question: Callable[[View], T], *, bulk: bool = False) -> T:
        """The answer to a question. Those about many rows at once (`bulk`) take turns with each other and hold no other question up.

        Raises:
            RefusedError: too many wait already, or it took too long.
        """
        if self._waiting >= self.settings.waiting + self.settings.threads:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "too many questions at once", {"Retry-After": "1"})
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(self.settings.answer_seconds):
                return await loop.run_in_executor(self._bulk if bulk else self._threads, question, self.view)
        except TimeoutError:
            raise RefusedError(
                HTTPStatus.SERVICE_UNAVAILABLE, "the answer took too long; ask for less", {"Retry-After": "5"}
            ) from None
        finally:
            self._waiting -= 1

    async def log(self, asker: Asker, kind: str, subject: str, detail: dict[str, Any]) -> None:
        """Wait until it stands in the audit log, on disk, that this was asked.

        Raises:
            RefusedError: it cannot be written; no answer may be given then.
        """
        whole = {"purpose": asker.purpose, "case": asker.case, "role": str(asker.key.role), **detail}
        try:
            await asyncio.wrap_future(self._audit.append(kind, subject, whole, asker.who))
        except Exception:
            raise RefusedError(
                HTTPStatus.SERVICE_UNAVAILABLE, "the audit log cannot be written; without it nothing is answered"
            ) from None

    def close(self) -> None:
        """End the threads; what waits for the audit log is written."""
        for threads in (self._threads, self._bulk):
            threads.shutdown(wait=False, cancel_futures=True)
        self._audit.close()

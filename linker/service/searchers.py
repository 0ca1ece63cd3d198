"""Who answers questions: threads of this process, or processes of their own (`apart`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

from linker.search.view import View
from linker.service.warming import warm_up

T = TypeVar("T")


class Searchers(Protocol):
    """Answer questions in the order in which they come. Those about many rows take turns with each other and hold no other question up."""

    @property
    def snapshot(self) -> str:
        """The name of the snapshot that answers."""

    @property
    def records(self) -> int:
        """How many records it holds."""

    def ask(self, question: Callable[[View], T], *, many: bool = False) -> asyncio.Future[T]:
        """The answer to a question. Whoever no longer waits for it may cancel it."""

    def close(self) -> None:
        """End them; what is not answered yet never is."""


class Within:
    """Searches in threads of this process. Whatever else it does waits for them at times, and they for it."""

    def __init__(self, workspace: Path, threads: int) -> None:
        self._view = View(workspace, build_aside=True)
        warm_up(self._view)
        self._one = ThreadPoolExecutor(threads, thread_name_prefix="search")
        self._many = ThreadPoolExecutor(1, thread_name_prefix="bulk")

    @property
    def snapshot(self) -> str:
        return self._view.snapshot

    @property
    def records(self) -> int:
        return len(self._view)

    def ask(self, question: Callable[[View], T], *, many: bool = False) -> asyncio.Future[T]:
        threads = self._many if many else self._one
        return asyncio.get_running_loop().run_in_executor(threads, question, self._view)

    def close(self) -> None:
        for threads in (self._one, self._many):
            threads.shutdown(wait=False, cancel_futures=True)

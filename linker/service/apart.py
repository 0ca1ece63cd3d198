"""Searches in processes of their own, which wait for nothing but the next question.

The process of the service reads requests, keeps the audit log and sends answers; it deals questions out in the order in which they came, to
whoever is free first. So none waits in one queue while another is empty, and no search shares its interpreter with anything else.

A process answers from one snapshot. For a newer one another process is started, and takes the place of the old one when it is ready: nobody
waits while a snapshot is opened. One that has died is replaced in the same way.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

from linker.errors import LinkerError, WorkspaceError
from linker.index import is_indexed
from linker.registry.snapshot import current_name
from linker.search.view import View
from linker.service.framed import Pieces, framed
from linker.service.problems import RefusedError

T = TypeVar("T")
LOG = logging.getLogger("linker.service")
AT_ONCE = 2
"""Questions that a process has: one at work, and one that it goes on with at once. The others wait for whoever is free first."""
LOOK_EVERY = 1.0
"""Seconds after which it is looked for a newer snapshot."""
NICENESS = 10
"""By how much less urgent it is to get ready for a newer snapshot than to answer: some 10% of the processors if these are busy."""
PATIENCE = 10.0
"""Seconds that a process has to end when the service does."""


class Searcher(asyncio.Protocol):
    """The line to a process that searches. What comes first says that it is ready; every further thing answers the oldest question."""

    def __init__(self, ended: Callable[[], None]) -> None:
        """`ended` is called when the process has gone."""
        self._ended, self._pieces = ended, Pieces()
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked: deque[tuple[asyncio.Future[Any], Callable[[], None]]] = deque()
        self._transport: asyncio.Transport
        self._process: subprocess.Popen[bytes]
        self._retired = False
        self.snapshot, self.records, self.gone = "", 0, False

    @classmethod
    async def started(cls, workspace: Path, ended: Callable[[], None], niceness: int = 0) -> Searcher:
        """A process that is ready to be asked; by `niceness` it gets ready at a lower priority.

        Raises:
            WorkspaceError: it ended before it was; it has said why.
        """
        ours, theirs = socket.socketpair()
        command = [
            sys.executable,
            "-m",
            "linker.service.searching",
            str(theirs.fileno()),
            str(workspace),
            str(niceness),
        ]
        with theirs:
            process = subprocess.Popen(command, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL)  # noqa: S603  our own program
        _, searcher = await asyncio.get_running_loop().create_connection(lambda: cls(ended), sock=ours)
        searcher._process = process
        try:
            await searcher._ready
        except BaseException:
            searcher.end()
            raise
        return searcher

    @property
    def load(self) -> int:
        """How many questions it has."""
        return len(self._asked)

    def ask(self, question: bytes, answer: asyncio.Future[Any], done: Callable[[], None]) -> None:
        """Hand a question on. `done` is called when it is answered, or never will be."""
        self._asked.append((answer, done))
        self._transport.write(question)

    def retire(self) -> None:
        """End the process once it has answered what it was asked."""
        self._retired = True
        if not self._asked:
            self.end()

    def end(self) -> None:
        """Close the line: the process ends when it sees that. The event loop itself closes nothing before it turns again."""
        with suppress(OSError):  # it is closed
            self._transport.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        self._transport.abort()

    def reap(self, seconds: float = 0.0) -> bool:
        """Whether the process has ended by then."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End the process whatever it does."""
        self._process.kill()
        self._process.wait()

    # --- called by the event loop ------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        for whole in self._pieces.add(data):
            if self._ready.done():
                self._settle(whole)
            else:
                self.snapshot, self.records = pickle.loads(whole)  # noqa: S301  from our own process, see `framed`
                self._ready.set_result(None)

    def connection_lost(self, _why: Exception | None) -> None:
        self.gone = True
        if not self._ready.done():
            self._ready.set_exception(WorkspaceError("a process that was to search ended before it could"))
        while self._asked:
            answer, done = self._asked.popleft()
            if not answer.done():
                said = "the search ended before it had an answer; ask again"
                answer.set_exception(RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, said, {"Retry-After": "1"}))
            done()
        self._ended()

    def _settle(self, whole: bytes) -> None:
        answer, done = self._asked.popleft()
        if not answer.done():  # else who asked no longer waits
            found, thing = pickle.loads(whole)  # noqa: S301
            if found:
                answer.set_result(thing)
            else:
                answer.set_exception(thing)
        done()
        if self._retired and not self._asked:
            self.end()


class Lane:
    """Processes that answer the questions of one queue."""

    def __init__(self, workspace: Path, number: int, changed: Callable[[], None]) -> None:
        """`changed` is called when a process has gone."""
        self._workspace, self._number, self._changed = workspace, number, changed
        self._queue: deque[tuple[bytes, asyncio.Future[Any]]] = deque()
        self._former: list[Searcher] = []
        self.searchers: list[Searcher] = []

    async def open(self) -> None:
        """Start the processes and wait until they are ready.

        Raises:
            WorkspaceError: one of them could not begin.
        """
        starts = (Searcher.started(self._workspace, self._changed) for _ in range(self._number))
        self.searchers += await asyncio.gather(*starts)

    def ask(self, question: Callable[[View], T]) -> asyncio.Future[T]:
        """The answer to a question."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.append((framed(question), answer))
        self._deal()
        return answer

    async def keep_up(self, snapshot: str) -> None:
        """Replace, one after the other, those that have died and those that answer from another snapshot than this.

        Raises:
            WorkspaceError: a new one could not begin.
        """
        for old in list(self.searchers):
            if old.gone or old.snapshot != snapshot:
                new = await Searcher.started(self._workspace, self._changed, 0 if old.gone else NICENESS)
                self.searchers[self.searchers.index(old)] = new
                self._former.append(old)
                old.retire()
                self._deal()
        self._former = [former for former in self._former if not former.reap()]

    def close(self) -> None:
        """End all processes, and wait until they have ended."""
        everyone = [*self.searchers, *self._former]
        for searcher in everyone:
            searcher.end()
        for searcher in everyone:
            if not searcher.reap(PATIENCE):
                searcher.kill()

    def _deal(self) -> None:
        """Give questions to those that have fewest, until all have enough."""
        while self._queue:
            free = min((s for s in self.searchers if not s.gone), key=lambda s: s.load, default=None)
            if free is None or free.load >= AT_ONCE:
                return
            question, answer = self._queue.popleft()
            if not answer.done():  # else who asked was refused long ago
                free.ask(question, answer, self._deal)


class Apart:
    """As many processes for questions about one person as there are to be, and one for those about many rows."""

    def __init__(self, workspace: Path, number: int) -> None:
        self._workspace, self._stirred = workspace, asyncio.Event()
        self._one, self._many = (Lane(workspace, n, self._stirred.set) for n in (number, 1))
        self._making: asyncio.Task[bool] | None = None
        self._following: asyncio.Task[None]

    @classmethod
    async def opened(cls, workspace: Path, number: int) -> Apart:
        """With all processes ready.

        Raises:
            WorkspaceError: one could not begin.
        """
        apart = cls(workspace, number)
        try:
            await asyncio.gather(apart._one.open(), apart._many.open())
        except BaseException:
            apart._one.close()
            apart._many.close()
            raise
        apart._following = asyncio.create_task(apart._follow())
        return apart

    @property
    def snapshot(self) -> str:
        return self._one.searchers[0].snapshot

    @property
    def records(self) -> int:
        return self._one.searchers[0].records

    def ask(self, question: Callable[[View], T], *, many: bool = False) -> asyncio.Future[T]:
        return (self._many if many else self._one).ask(question)

    def close(self) -> None:
        self._following.cancel()
        self._one.close()
        self._many.close()

    async def _follow(self) -> None:
        """Keep as many processes at work as there are to be, on the newest snapshot."""
        while True:
            self._stirred.clear()
            try:
                newest = current_name(self._workspace) or self.snapshot
                if newest == self.snapshot or await self._is_ready():
                    for lane in (self._one, self._many):
                        await lane.keep_up(newest)
            except (LinkerError, OSError) as error:
                LOG.warning("the service goes on with what it has: %s", type(error).__name__)
                await asyncio.sleep(LOOK_EVERY)
            try:
                async with asyncio.timeout(LOOK_EVERY):
                    await self._stirred.wait()
            except TimeoutError:
                pass

    async def _is_ready(self) -> bool:
        """Whether the newest snapshot has its index. Where it has none, a process of low priority makes it meanwhile."""
        if self._making is None:
            if is_indexed(self._workspace):
                return True
            self._making = asyncio.create_task(asyncio.to_thread(self._make))
        elif self._making.done():
            made, self._making = self._making.result(), None
            return made and is_indexed(self._workspace)
        return False

    def _make(self) -> bool:
        make = [sys.executable, "-m", "linker", "index", "--background", "--workspace", str(self._workspace)]
        return subprocess.run(make, check=False, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0  # noqa: S603

"""How worker processes share the connections that come in.

All workers wait on one listening socket. An event loop takes every connection that waits as soon as it wakes, so that of a client's dozen
connections one worker would get nearly all, and keep them, while the others have nothing to do. Here a worker takes one connection at a
time, and lets a worker that holds fewer go first. Each worker notes how many it holds in a file of its own.
"""

from __future__ import annotations

import asyncio
import errno
import mmap
import os
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import WeakSet

FOLDER = "LINKER_WORKERS"
"""The environment variable that names the folder of the workers' notes."""
HESITATION = 0.005
"""Seconds that a worker waits where another one holds fewer connections."""
NOTED_EVERY = 0.05
"""Seconds after which a worker notes again how many it holds."""
SHORTAGE = 0.5
"""Seconds after which a worker that can open no more files tries again; the connection waits meanwhile."""
SHORT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_COUNT = struct.Struct("<q")


class Counts:
    """How many connections this worker and the others hold."""

    def __init__(self, folder: Path, worker: str) -> None:
        self._folder = folder
        self._mine = folder / f"connections-{worker}"
        self._mine.write_bytes(_COUNT.pack(0))
        with self._mine.open("r+b") as file:
            self._noted = mmap.mmap(file.fileno(), _COUNT.size)

    def close(self) -> None:
        """Take the note away: this worker takes no more."""
        self._noted.close()
        self._mine.unlink(missing_ok=True)

    def note(self, held: int) -> None:
        """Let the others know."""
        _COUNT.pack_into(self._noted, 0, held)

    def least(self) -> int:
        """The fewest that any other worker holds; this one's, if there is no other."""
        notes = [file for file in self._folder.glob("connections-*") if file != self._mine]
        others = [_content(file) for file in notes if _is_at_work(file.name.removeprefix("connections-"))]
        own: int = _COUNT.unpack_from(self._noted)[0]
        return min((_COUNT.unpack(count)[0] for count in others if len(count) == _COUNT.size), default=own)


def _is_at_work(worker: str) -> bool:
    """Whether a process is there; one that was killed leaves its note behind, which would be waited for ever after."""
    try:
        os.kill(int(worker), 0)
    except ProcessLookupError:
        return False
    except (ValueError, OSError):
        return True
    return True


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""  # that worker has just gone


class Listener:
    """A server on a socket that other workers listen on, too."""

    def __init__(self, sock: socket.socket, make: Callable[[], asyncio.BaseProtocol], counts: Counts, ssl: Any) -> None:
        """`make` gives the protocol of a connection. To be made while the event loop runs."""
        self._loop, self._make, self._counts, self._ssl = asyncio.get_running_loop(), make, counts, ssl
        self._held: WeakSet[asyncio.BaseTransport] = WeakSet()
        self._coming: set[asyncio.Task[None]] = set()
        self._hesitating: asyncio.TimerHandle | None = None
        self._socket: socket.socket | None = sock.dup()
        self._socket.setblocking(False)
        self._listen()
        self._noting = self._loop.call_later(NOTED_EVERY, self._note)

    def close(self) -> None:
        """Take no more connections; those that are held go on."""
        if self._socket is None:
            return
        self._noting.cancel()
        if self._hesitating is not None:
            self._hesitating.cancel()
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()
        self._socket = None
        self._counts.close()

    async def wait_closed(self) -> None:
        """Wait until connections that were coming in are held."""
        await asyncio.gather(*self._coming)

    def _listen(self) -> None:
        if self._socket is not None:
            self._loop.add_reader(self._socket.fileno(), self._someone_waits)

    def _count(self) -> int:
        held = sum(not transport.is_closing() for transport in self._held) + len(self._coming)
        self._counts.note(held)
        return held

    def _note(self) -> None:
        self._count()
        self._noting = self._loop.call_later(NOTED_EVERY, self._note)

    def _someone_waits(self) -> None:
        if self._count() > self._counts.least():
            self._pause(HESITATION)
        elif not self._take():
            self._pause(SHORTAGE)

    def _pause(self, seconds: float) -> None:
        """Look away from the socket, which goes on saying that someone waits."""
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._hesitating = self._loop.call_later(seconds, self._take_now)

    def _take_now(self) -> None:
        if self._take():
            self._listen()
        else:
            self._pause(SHORTAGE)

    def _take(self) -> bool:
        """Take a connection, if one still waits. False where no more files can be opened just now."""
        if self._socket is None:
            return True
        try:
            connection, _ = self._socket.accept()
        except OSError as error:
            return error.errno not in SHORT  # else another worker was quicker, or the client has gone
        connection.setblocking(False)
        _send_at_once(connection)
        task = self._loop.create_task(self._hold(connection))
        self._coming.add(task)
        task.add_done_callback(self._coming.discard)
        self._count()
        return True

    async def _hold(self, connection: socket.socket) -> None:
        try:
            transport, _ = await self._loop.connect_accepted_socket(self._make, connection, ssl=self._ssl)
        except (OSError, TimeoutError):  # the client spoke no TLS, or none that we do
            connection.close()
            return
        self._held.add(transport)


def _send_at_once(connection: socket.socket) -> None:
    """An event loop asks for this only where a socket names its protocol, which those that uvicorn opens for workers do not. The end of an
    answer would otherwise be held back until the client has confirmed its beginning, for which clients take their time: 40 ms."""
    if connection.family in {socket.AF_INET, socket.AF_INET6}:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class SharingLoop(asyncio.SelectorEventLoop):
    """An event loop that listens so on a socket that it is given."""

    async def create_server(
        self, protocol_factory: Callable[[], asyncio.BaseProtocol], *args: Any, **options: Any
    ) -> Any:
        """As the event loop's own; a socket that is given must listen already."""
        shared: socket.socket | None = options.get("sock")
        if shared is None:
            return await super().create_server(protocol_factory, *args, **options)
        shared.listen(options.get("backlog", 2048))
        counts = Counts(Path(os.environ[FOLDER]), str(os.getpid()))
        return Listener(shared, protocol_factory, counts, options.get("ssl"))

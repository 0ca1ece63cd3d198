"""Workers that share a listening socket share its connections."""

from __future__ import annotations

import asyncio
import errno
import multiprocessing
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

import httpx
import pytest

from linker.service.sharing import FOLDER, Counts, Listener, SharingLoop
from tests.service.running import copy_of_workspace, served


class Greeting(asyncio.Protocol):
    """Says which worker it belongs to."""

    def __init__(self, worker: str) -> None:
        self._worker = worker

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._worker.encode())


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock


def works(worker: str, sock: socket.socket, folder: Path, ready: threading.Barrier, end: threading.Event) -> None:
    async def work() -> None:
        server = Listener(sock, lambda: Greeting(worker), Counts(folder, worker), None)
        ready.wait()
        while not end.is_set():
            await asyncio.sleep(0.01)
        server.close()
        await server.wait_closed()

    asyncio.run(work())


def test_both_of_two_workers_get_their_share(listening: socket.socket, tmp_path: Path) -> None:
    ready, end = threading.Barrier(3), threading.Event()
    workers = [threading.Thread(target=works, args=(name, listening, tmp_path, ready, end)) for name in "ab"]
    for worker in workers:
        worker.start()
    ready.wait()
    with ExitStack() as held:
        clients = [held.enter_context(socket.create_connection(listening.getsockname(), 10)) for _ in range(16)]
        shares = Counter(client.recv(1) for client in clients)
        end.set()
        for worker in workers:
            worker.join()
    assert shares.total() == 16
    assert min(shares[b"a"], shares[b"b"]) >= 4
    assert not list(tmp_path.iterdir())


def test_a_lone_worker_takes_all(listening: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))

    async def ask() -> list[bytes]:
        server = await asyncio.get_running_loop().create_server(lambda: Greeting("x"), sock=listening)
        streams = [await asyncio.open_connection(*listening.getsockname()) for _ in range(4)]
        said = [await reader.read(1) for reader, _ in streams]
        for _, writer in streams:
            writer.close()
        server.close()
        await server.wait_closed()
        return said

    loop = SharingLoop()
    try:
        assert loop.run_until_complete(ask()) == [b"x"] * 4
    finally:
        loop.close()


def test_answers_are_not_held_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As uvicorn opens it, the socket does not say that it is TCP's."""
    monkeypatch.setenv(FOLDER, str(tmp_path))
    made: list[asyncio.BaseTransport] = []

    class Kept(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            made.append(transport)

    async def at_once() -> bool:
        server = await asyncio.get_running_loop().create_server(Kept, sock=sock)
        _, writer = await asyncio.open_connection(*sock.getsockname())
        while not made:
            await asyncio.sleep(0.01)
        option = made[0].get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        writer.close()
        made[0].close()
        server.close()
        await server.wait_closed()
        return bool(option)

    loop = SharingLoop()
    with socket.socket(socket.AF_INET) as sock:
        sock.bind(("127.0.0.1", 0))
        try:
            assert loop.run_until_complete(at_once())
        finally:
            loop.close()


def test_a_worker_that_has_died_is_not_waited_for_long(tmp_path: Path) -> None:
    counts = Counts(tmp_path, "a")
    (tmp_path / "connections-b").write_bytes(b"")  # it died while it began
    counts.note(3)
    assert counts.least() == 3
    Counts(tmp_path, "b").note(1)
    assert counts.least() == 1


@pytest.mark.skipif(os.name == "nt", reason="a worker of its own event loop")
def test_the_note_of_a_worker_that_was_killed_counts_no_more(tmp_path: Path) -> None:
    counts = Counts(tmp_path, str(os.getpid()))
    counts.note(3)
    worker = multiprocessing.get_context("spawn").Process(target=_note_and_wait, args=(tmp_path,))
    worker.start()
    while counts.least() != 1:
        time.sleep(0.01)
    worker.kill()
    worker.join()
    assert list(tmp_path.glob(f"connections-{worker.pid}"))
    assert counts.least() == 3


def _note_and_wait(folder: Path) -> None:
    Counts(folder, str(os.getpid())).note(1)
    time.sleep(60)


class _Short(socket.socket):
    """A socket of a process that can open no more files."""

    tries = 0

    def accept(self) -> NoReturn:
        type(self).tries += 1
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    def dup(self) -> _Short:
        return self


def test_a_worker_that_can_open_no_more_files_does_not_spin(
    listening: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Short, "tries", 0)

    async def ask() -> int:
        short = _Short(fileno=listening.dup().detach())
        server = Listener(short, lambda: Greeting("x"), Counts(tmp_path, "x"), None)
        _, writer = await asyncio.open_connection(*listening.getsockname())
        await asyncio.sleep(0.2)
        server.close()
        await server.wait_closed()
        writer.close()
        return _Short.tries

    assert asyncio.run(ask()) == 1


@pytest.mark.skipif(os.name == "nt", reason="a worker of its own event loop")
def test_several_workers_answer(tmp_path: Path) -> None:
    with served(copy_of_workspace(tmp_path), "--workers", "2") as address:
        assert {httpx.get(f"{address}/readyz").status_code for _ in range(6)} == {200}

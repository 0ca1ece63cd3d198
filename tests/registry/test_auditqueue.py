"""Entries written in groups."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from linker.registry.auditlog import AuditLog
from linker.registry.auditqueue import AuditQueue
from linker.registry.database import FILE


def test_entries_stand_in_the_log_before_the_future_is_done(tmp_path: Path) -> None:
    queue = AuditQueue(tmp_path)
    try:
        heads = [queue.append("search", "", {"n": n}, "key 1").result(10) for n in range(3)]
        assert [entry["number"] for entry in AuditLog(tmp_path).entries()] == [head.number for head in heads]
    finally:
        queue.close()
    verified = AuditLog(tmp_path).verify()
    assert not verified.faults
    assert verified.head == heads[-1]


def test_an_entry_that_nobody_waits_for_any_more_is_written_and_those_behind_it_too(tmp_path: Path) -> None:
    queue = AuditQueue(tmp_path)

    async def ask_and_leave() -> None:
        waiting = asyncio.wrap_future(queue.append("search", "", {"n": 0}, "key 1"))
        waiting.cancel()
        await asyncio.wrap_future(queue.append("search", "", {"n": 1}, "key 1"))

    try:
        asyncio.run(asyncio.wait_for(ask_and_leave(), 10))
    finally:
        queue.close()
    assert len(AuditLog(tmp_path).entries()) == 2


def test_two_queues_write_one_chain(tmp_path: Path) -> None:
    first, second = AuditQueue(tmp_path), AuditQueue(tmp_path)
    waiting = [queue.append("search", "", {"n": n}, "key 1") for n in range(40) for queue in (first, second)]
    assert len({future.result(30).number for future in waiting}) == 80
    first.close()
    second.close()
    assert not AuditLog(tmp_path).verify().faults


def test_commits_are_written_ahead_and_merged_when_all_is_closed(tmp_path: Path) -> None:
    queue = AuditQueue(tmp_path)
    queue.append("search", "", {}, "key 1").result(10)
    with sqlite3.connect(tmp_path / FILE) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    assert (tmp_path / f"{FILE}-wal").exists()
    queue.close()
    assert not (tmp_path / f"{FILE}-wal").exists()

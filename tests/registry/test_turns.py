"""Whoever comes later goes later."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from linker.registry.turns import Turns

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such lock")


def test_one_at_a_time_and_nobody_twice_while_another_waits(tmp_path: Path) -> None:
    """Each opens files of its own, as processes do."""
    held, order = threading.Lock(), list[str]()
    both = threading.Barrier(2)

    def work(name: str) -> None:
        turns = Turns(tmp_path / "log")
        both.wait()
        for _ in range(50):
            with turns.taken():
                assert held.acquire(blocking=False), "two hold the turn"
                order.append(name)
                held.release()
        turns.close()

    workers = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(order) == ["a"] * 50 + ["b"] * 50


def test_who_has_just_had_it_lets_the_one_at_the_door_in(tmp_path: Path) -> None:
    first, second = Turns(tmp_path / "log"), Turns(tmp_path / "log")
    order: list[str] = []

    def wait() -> None:
        with second.taken():
            order.append("second")

    waiting = threading.Thread(target=wait)
    with first.taken():
        order.append("first")
        waiting.start()
        while not _locked(tmp_path / "log-door"):
            pass
    with first.taken():
        order.append("first again")
    waiting.join()
    first.close()
    second.close()
    assert order == ["first", "second", "first again"]


def test_a_turn_ends_with_an_error(tmp_path: Path) -> None:
    turns = Turns(tmp_path / "log")
    with pytest.raises(ValueError, match="x"), turns.taken():
        raise ValueError("x")
    with turns.taken():
        pass
    turns.close()


def _locked(path: Path) -> bool:
    import fcntl

    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False

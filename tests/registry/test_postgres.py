"""The registry on a real PostgreSQL server, started here on a socket of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError

from linker.errors import WorkspaceError
from linker.registry.auditlog import AuditLog
from linker.registry.database import open_registry
from linker.registry.ledger import Ledger, NewVerdict, Verdict

pytest.importorskip("psycopg")
PROGRAMS = shutil.which("pg_ctl") and shutil.which(
    "initdb", path=os.environ.get("PATH", "") + ":/usr/lib/postgresql/15/bin"
)
pytestmark = pytest.mark.skipif(not PROGRAMS, reason="no PostgreSQL server is installed")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """URL of an empty server. It refuses to run as root, so then it runs as the user that its package made."""
    user = "postgres" if os.name == "posix" and os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if user:
        shutil.chown(folder, user)
    binaries = Path(str(PROGRAMS)).resolve().parent

    def run(program: str, *options: object, check: bool = True) -> None:
        command = [str(binaries / program), "-D", str(folder / "data"), *map(str, options)]
        subprocess.run(command, user=user, check=check, cwd=folder, timeout=120, stdout=subprocess.DEVNULL)

    try:
        run("initdb", "-U", "linker", "-A", "trust")
        run("pg_ctl", "-l", folder / "log", "-o", f"-k {folder} -c listen_addresses='' -c fsync=off", "-w", "start")
        yield f"postgresql+psycopg://linker@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-m", "immediate", "stop", check=False)
        shutil.rmtree(folder, ignore_errors=True)


def test_decisions_and_log(server: str) -> None:
    ledger = Ledger(server)
    ledger.decide([NewVerdict("a", "b", Verdict.SAME, "देखा", "meena"), NewVerdict("b", "c", Verdict.DIFFERENT, "seen")])
    ledger.undo(1, "mistake")
    assert {pair: e.verdict for pair, e in Ledger(server).holding().items()} == {("b", "c"): Verdict.DIFFERENT}
    assert AuditLog(server).verify().faults == []


@pytest.mark.parametrize("change", ["UPDATE decision SET verdict = 'same'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_server_refuses_changes(server: str, change: str) -> None:
    Ledger(server).decide([NewVerdict("p", "q", Verdict.SAME, "seen")])
    with pytest.raises(DatabaseError, match="append-only"), open_registry(server).begin() as connection:
        connection.execute(text(change))


def test_many_writers_at_once_lose_nothing(server: str) -> None:
    before = len(Ledger(server).entries())

    def write(writer: int) -> None:
        ledger = Ledger(server)
        for number in range(10):
            ledger.decide([NewVerdict(f"w{writer}-{number}", "z", Verdict.UNSURE, "load")])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    entries = Ledger(server).entries()
    assert [entry.number for entry in entries] == list(range(1, before + 41))
    assert AuditLog(server).verify().faults == []


def test_tampering_on_the_server_shows(server: str) -> None:
    head = AuditLog(server).append("view", "P-1")
    with create_engine(server).begin() as connection:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        connection.execute(text("DELETE FROM audit WHERE number = :n"), {"n": head.number})
        connection.execute(text("ALTER TABLE audit ENABLE TRIGGER ALL"))
    assert AuditLog(server).verify(head).faults


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(WorkspaceError, match="cannot be opened") as caught:
        Ledger("postgresql+psycopg://someone:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)

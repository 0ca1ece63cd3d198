"""The registry on a real PostgreSQL server, started here."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError

from linker.errors import WorkspaceError
from linker.registry.auditlog import AuditLog
from linker.registry.auditqueue import AuditQueue
from linker.registry.database import open_registry
from linker.registry.ledger import Ledger, NewVerdict, Verdict
from linker.registry.redaction import purge
from tests.registry.postgres import postgres


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as url:
        yield url


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


def test_queues_write_one_chain_and_get_over_a_lost_connection(server: str) -> None:
    """The connection of a queue is kept; the server may end it at any time."""
    first, second = AuditQueue(server), AuditQueue(server)
    begun = first.append("search", "", {}, "key 1").result(30).number
    waiting = [queue.append("search", "", {"n": n}, "key 1") for n in range(20) for queue in (first, second)]
    assert sorted(future.result(30).number for future in waiting) == list(range(begun + 1, begun + 41))
    with open_registry(server).connect() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        connection.exec_driver_sql(others)
    with pytest.raises(DatabaseError):
        first.append("search", "", {}, "key 1").result(30)
    assert first.append("search", "", {}, "key 1").result(30).number == begun + 41
    first.close()
    second.close()
    assert not AuditLog(server).verify().faults


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


def test_an_erasure_leaves_nothing_on_the_server(server: str) -> None:
    """Ids and values are gone from every table, the guards stand again, and the log is sound."""
    ledger = Ledger(server)
    ledger.decide([NewVerdict("delhi:777001", "delhi:777002", Verdict.SAME, "गुप्तनाम saw both")])
    log = AuditLog(server)
    log.append("view", "P-9", {"why": "about गुप्तनाम"})
    purge(open_registry(server), 7, {"delhi:777001": "erased:7.1"}, ["गुप्तनाम"], {})
    with create_engine(server).connect() as connection:
        for table in ("decision", "audit"):
            told = str(connection.execute(text(f"SELECT * FROM {table}")).all())
            assert "777001" not in told
            assert "गुप्तनाम" not in told
    assert log.verify().faults == []
    assert ("delhi:777002", "erased:7.1") in {(e.left_record, e.right_record) for e in ledger.entries()} | {
        (e.right_record, e.left_record) for e in ledger.entries()
    }
    with pytest.raises(DatabaseError, match="append-only"), open_registry(server).begin() as connection:
        connection.execute(text("DELETE FROM audit"))

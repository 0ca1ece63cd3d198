"""Audits: what must hold in every snapshot. Each is one SELECT in `audits/*.sql` that returns the violating rows.

A query names the tables it reads as if they were there; its first line says in words what it finds ('-- …'). An audit whose tables a
snapshot does not hold is left out: a run writes what it has, and what it writes must agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from linker.errors import AuditError
from linker.registry.aadhaar import unmasked
from linker.registry.parts import relation
from linker.registry.published import Snapshot

FOLDER = Path(__file__).parent / "audits"
SHOWN = 5
WORKERS = 2
_TABLES = re.compile(r"(?<!DISTINCT )\b(?:FROM|JOIN)\s+([a-z_]+)")


@dataclass(frozen=True)
class AuditQuery:
    """One audit: its name, what it finds, the tables it reads, and the query."""

    name: str
    finds: str
    tables: frozenset[str]
    sql: str


def queries() -> Iterator[AuditQuery]:
    """All audits, by name."""
    for file in sorted(FOLDER.glob("*.sql")):
        sql = file.read_text(encoding="utf-8")
        first, _, rest = sql.partition("\n")
        local = set(re.findall(r"\b([a-z_]+) AS \(", rest))
        yield AuditQuery(file.stem, first.removeprefix("--").strip(), frozenset(_TABLES.findall(rest)) - local, rest)


def violations(snapshot: Snapshot) -> list[str]:
    """One line for each violating row found (at most a few per audit)."""
    with ThreadPoolExecutor(WORKERS) as pool:
        in_clear = pool.map(lambda table: list(islice(unmasked(snapshot, table), SHOWN)), snapshot.tables)
        found = _contradictions(snapshot)
        for places in in_clear:
            found += [f"no_aadhaar: a twelve-digit Aadhaar number in clear: {place}" for place in places]
    return found


def _contradictions(snapshot: Snapshot) -> list[str]:
    """What the queries find."""
    found: list[str] = []
    with duckdb.connect() as connection:
        for name in snapshot.tables:
            connection.execute(f"CREATE VIEW {name} AS {relation(snapshot.path, name)}")
        for query in queries():
            if query.tables <= set(snapshot.tables):
                rows = connection.execute(f"SELECT * FROM ({query.sql}) LIMIT {SHOWN}").fetchall()  # noqa: S608
                found += [f"{query.name}: {query.finds}: {', '.join(map(str, row))}" for row in rows]
    return found


def audit_snapshot(snapshot: Snapshot) -> None:
    """Check a snapshot before it is published.

    Raises:
        AuditError: naming the first violations.
    """
    found = violations(snapshot)
    if found:
        raise AuditError(
            "the snapshot contradicts itself and was not published:\n" + "\n".join(f"  {line}" for line in found),
            where=str(snapshot.path),
            do="report this with the lines above; the last snapshot stays in force",
        )

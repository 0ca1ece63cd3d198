"""Taking erased people out of the registry: decisions, the audit log and whatever else names them, without breaking the chain of hashes.

A redacted decision keeps its number, verdict, time and author; an erased record in it becomes a token, so that what follows from the
verdict for others still follows. A redacted log entry keeps everything but subject and detail. The purge's own log entry holds the hash of
each row as it stands now: `AuditLog.verify` accepts a row that is not as it was logged only if it is exactly that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, and_, select, text, update
from sqlalchemy.types import String

from linker.errors import InputError
from linker.registry import auditlog
from linker.registry.auditlog import ERASED, PURGE, Head, digest, entry_hash, erased_detail
from linker.registry.database import now, writing
from linker.registry.tables import AUDIT, DECISION, ERASED_RECORD, ERASURE
from linker.registry.trace import in_text, replaced

NAMELESS = frozenset({"decision", PURGE})
"""Log entries of numbers and hashes only."""
OWN = frozenset({"audit", "decision", "erased_record", "alembic_version"})


def purge(
    engine: Engine, number: int, tokens: Mapping[str, str], values: Sequence[str], detail: dict[str, Any]
) -> Head:
    """Carry out erasure `number` in the registry, all of it or nothing; `compact` must follow.

    Args:
        tokens: what stands for each erased record id from now on.
        values: texts that must stand nowhere.
        detail: what the log keeps of it; may name nobody.

    Raises:
        InputError: it was taken back meanwhile.
    """
    with writing(engine) as connection:
        _unlock(connection)
        decisions = _decisions(connection, tokens, values)
        entries = _entries(connection, number, [*tokens, *values])
        _others(connection, tokens, values)
        connection.execute(update(ERASED_RECORD).where(ERASED_RECORD.c.erasure == number).values(record_id=None))
        if connection.execute(select(ERASURE.c.undone_at).where(ERASURE.c.number == number)).scalar():
            raise InputError(f"erasure {number} was taken back meanwhile", do="linker erasures list")
        connection.execute(update(ERASURE).where(ERASURE.c.number == number).values(purged_at=now()))
        _lock(connection)
        told = {**detail, "decisions": decisions, "entries": entries}
        return auditlog.append(connection, PURGE, f"erasure {number}", told)


def _decisions(connection: Connection, tokens: Mapping[str, str], values: Sequence[str]) -> dict[str, str]:
    """Redact decisions; their numbers and new hashes."""
    changed = {}
    for row in connection.execute(select(DECISION).order_by(DECISION.c.number)).mappings().all():
        named = row["left_record"] in tokens or row["right_record"] in tokens
        if not named and not _holds(row["why"], values):
            continue
        new = dict(row) | {
            "left_record": tokens.get(row["left_record"], row["left_record"]),
            "right_record": tokens.get(row["right_record"], row["right_record"]),
            "why": ERASED,
        }
        connection.execute(update(DECISION).where(DECISION.c.number == row["number"]).values(**new))
        changed[str(row["number"])] = digest(new)
    return changed


def _entries(connection: Connection, number: int, values: Sequence[str]) -> dict[str, str]:
    """Redact log entries; their numbers and new hashes."""
    changed = {}
    for row in connection.execute(select(AUDIT).order_by(AUDIT.c.number)).mappings().all():
        if row["kind"] in NAMELESS:
            continue
        if _holds(row["subject"], values) or _holds(row["detail"], values):
            new = dict(row) | {"subject": ERASED, "detail": erased_detail(number)}
            where = AUDIT.c.number == row["number"]
            connection.execute(update(AUDIT).where(where).values(subject=new["subject"], detail=new["detail"]))
            changed[str(row["number"])] = entry_hash(new)
    return changed


def _others(connection: Connection, tokens: Mapping[str, str], values: Sequence[str]) -> None:
    """Replace ids and values in the text columns of all other tables."""
    found = MetaData()
    found.reflect(connection)
    replacements = {**dict.fromkeys(values, ERASED), **tokens}
    for table in found.tables.values():
        if table.name in OWN:
            continue
        keys = list(table.primary_key.columns)
        texts = [c for c in table.columns if isinstance(c.type, String) and c not in keys]
        if not keys or not texts:
            continue
        for row in connection.execute(select(*keys, *texts)).mappings().all():
            new = {c.name: _replaced(row[c.name], replacements) for c in texts}
            if any(new[c.name] != row[c.name] for c in texts):
                connection.execute(update(table).where(and_(*(k == row[k.name] for k in keys))).values(**new))


def _replaced(text: str | None, replacements: Mapping[str, str]) -> str | None:
    if text is None:
        return None
    for old in sorted(replacements, key=len, reverse=True):
        text = replaced(old, replacements[old], text)
    return text


def _holds(text: str, values: Sequence[str]) -> bool:
    return any(in_text(value, text) for value in values)


def _unlock(connection: Connection) -> None:
    """Let go of the guards against changes, within this transaction."""
    if connection.dialect.name == "postgresql":
        for table in _guarded(connection):
            connection.execute(text(f'ALTER TABLE "{table}" DISABLE TRIGGER USER'))
        return
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    triggers = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    connection.info["triggers"] = [sql for _, sql in triggers]
    for name, _ in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        for table in _guarded(connection):
            connection.execute(text(f'ALTER TABLE "{table}" ENABLE TRIGGER USER'))
        return
    for sql in connection.info.pop("triggers"):
        connection.exec_driver_sql(sql)


def _guarded(connection: Connection) -> list[str]:
    query = text(
        "SELECT DISTINCT c.relname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
    )
    return [row.relname for row in connection.execute(query)]


def compact(engine: Engine) -> None:
    """Write the database anew, so that no free page keeps what was removed."""
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        if connection.dialect.name == "postgresql":
            connection.rollback()
            tables = _user_tables(connection)
            connection.rollback()
            raw.autocommit = True  # type: ignore[union-attr]
            cursor = raw.cursor()  # type: ignore[union-attr]
            for table in tables:
                cursor.execute(f'VACUUM FULL "{table}"')
            raw.autocommit = False  # type: ignore[union-attr]
            return
        connection.rollback()
        raw.execute("VACUUM")  # type: ignore[union-attr]
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]


def _user_tables(connection: Connection) -> list[str]:
    found = MetaData()
    found.reflect(connection)
    return [table.name for table in found.tables.values() if isinstance(table, Table)]

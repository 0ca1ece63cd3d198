"""Orders to erase records: given, taken back while that is still possible, carried out for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, update

from linker.errors import InputError
from linker.registry import auditlog
from linker.registry.auditlog import AuditLog
from linker.registry.database import now, open_registry, user, writing
from linker.registry.suppression import key_of, tokens
from linker.registry.tables import ERASED_RECORD, ERASURE


@dataclass(frozen=True)
class Order:
    """An order to erase. `records` are empty once it is carried out for good."""

    number: int
    at: str
    who: str
    order_text: str
    purge_after: str
    undone_at: str | None
    purged_at: str | None
    records: tuple[str, ...]

    @property
    def pending(self) -> bool:
        """Whether it can still be taken back."""
        return self.undone_at is None and self.purged_at is None

    @property
    def state(self) -> str:
        if self.undone_at:
            return f"taken back {self.undone_at[:10]}"
        return (
            f"erased for good {self.purged_at[:10]}"
            if self.purged_at
            else f"can be taken back until {self.purge_after[:10]}"
        )


class Erasures:
    """The orders of a workspace."""

    def __init__(self, workspace: Path, engine: Engine | None = None) -> None:
        self._workspace = workspace
        self.engine = engine or open_registry(workspace)
        self._audit = AuditLog(workspace, self.engine)

    def orders(self) -> list[Order]:
        """All orders, the oldest first."""
        with self.engine.connect() as connection:
            return _orders(connection)

    def due(self) -> list[Order]:
        """Orders that are to be carried out for good by now."""
        return [o for o in self.orders() if o.pending and o.purge_after <= now()]

    def begun(self) -> list[Order]:
        """Orders that are being carried out for good, or were when the process ended: part of it is done, the rest is not."""
        return [o for o in self.orders() if not o.undone_at and notes_of(self._workspace, o.number).is_file()]

    def give(
        self, record_ids: Sequence[str], order_text: str, days: int, detail: dict[str, Any], who: str | None = None
    ) -> Order:
        """Write an order down. `detail` goes into the audit log and may name nobody.

        Raises:
            InputError: the order is not named, or a record is erased already.
        """
        if not order_text.strip():
            raise InputError("an erasure needs the order it follows", do="add --order 'COURT, NUMBER, DATE'")
        hashed = tokens(key_of(self._workspace), list(record_ids)).to_pylist()
        until = (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="microseconds")
        with writing(self.engine) as connection:
            earlier = _orders(connection)
            known = {r for o in earlier if o.pending for r in o.records}
            if known & set(record_ids):
                raise InputError(f"{sorted(known & set(record_ids))[0]} is erased already", do="linker erasures list")
            number = (connection.execute(select(func.max(ERASURE.c.number))).scalar() or 0) + 1
            row = {"number": number, "at": now(), "who": who or user(), "order_text": order_text, "purge_after": until}
            connection.execute(insert(ERASURE).values(**row))
            for token, record in zip(hashed, record_ids, strict=True):
                connection.execute(insert(ERASED_RECORD).values(erasure=number, token=token, record_id=record))
            told = {"order": order_text, "purge_after": until, "records": len(record_ids), **detail}
            head = auditlog.append(connection, "erasure", f"erasure {number}", told, who)
        self._audit.keep_head(head)
        return self.order(number)

    def order(self, number: int) -> Order:
        """One order.

        Raises:
            InputError: there is none of that number.
        """
        found = next((o for o in self.orders() if o.number == number), None)
        if found is None:
            raise InputError(f"there is no erasure {number}", do="linker erasures list shows them")
        return found

    def undo(self, number: int, why: str, who: str | None = None) -> Order:
        """Take an order back. Its records come back with the next run that reads them.

        Raises:
            InputError: it was carried out for good or taken back already, or the reason is missing.
        """
        if not why.strip():
            raise InputError("taking an erasure back needs a reason", do="add --why")
        order = self.order(number)
        if not order.pending:
            raise InputError(
                f"erasure {number} is {order.state}", do="linker erasures list shows what can be taken back"
            )
        with writing(self.engine) as connection:
            still = (ERASURE.c.number == number) & ERASURE.c.undone_at.is_(None) & ERASURE.c.purged_at.is_(None)
            if connection.execute(update(ERASURE).where(still).values(undone_at=now())).rowcount != 1:
                raise InputError(f"erasure {number} was ended by someone else just now", do="linker erasures list")
            head = auditlog.append(connection, "erasure undone", f"erasure {number}", {"why": why}, who)
        self._audit.keep_head(head)
        notes_of(self._workspace, number).unlink(missing_ok=True)
        return self.order(number)


def notes_of(workspace: Path, number: int) -> Path:
    """A file with the texts that an erasure looks for, there only while it is carried out for good."""
    return workspace / f".erasure-{number}.json"


def told_of(workspace: Path, orders: Sequence[Order]) -> list[str]:
    """One line for each order that was begun: what it means, and what finishes it."""
    return [
        f"erasure {o.number} is being carried out for good, or was when the process ended; part of it is done. "
        f"To finish it: linker erasures purge --now {o.number} --workspace {workspace}"
        for o in orders
    ]


def _orders(connection: Connection) -> list[Order]:
    records: dict[int, list[str]] = {}
    for row in connection.execute(select(ERASED_RECORD).where(ERASED_RECORD.c.record_id.is_not(None))):
        records.setdefault(row.erasure, []).append(row.record_id)
    found = connection.execute(select(ERASURE).order_by(ERASURE.c.number))
    return [Order(**row._mapping, records=tuple(sorted(records.get(row.number, ())))) for row in found]

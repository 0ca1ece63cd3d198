"""Showing more of an identifier: one step at a time, with a reason, and written down before it is shown."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine, func, insert, select

from linker.registry import auditlog
from linker.registry.auditlog import AuditLog
from linker.registry.database import now, reading, writing
from linker.registry.review_tables import UNMASKED
from linker.review.evidence.masks import FIELDS, LAST_STEP
from linker.review.queue import later
from linker.review.verdicts import RefusedError

SHORTEST, LONGEST = 4, 300


class Unmasking:
    """Who has been shown what."""

    def __init__(self, engine: Engine, audit: AuditLog) -> None:
        self._engine, self._audit = engine, audit

    def steps(self, account: str) -> Callable[[str], dict[str, int]]:
        """How far each field of a record has been shown to this person since yesterday's end of duty (twelve hours)."""
        since = later(-12 * 60)

        def of(record_id: str) -> dict[str, int]:
            with reading(self._engine) as connection:
                rows = connection.execute(
                    select(UNMASKED.c.field, func.max(UNMASKED.c.step))
                    .where(UNMASKED.c.account == account, UNMASKED.c.record_id == record_id, UNMASKED.c.at > since)
                    .group_by(UNMASKED.c.field)
                )
                return {str(field): int(step) for field, step in rows}

        return of

    def show_more(self, account: str, record_id: str, field: str, reason: str) -> int:
        """One step further; gives the step.

        Raises:
            RefusedError: no such field, or the reason is too short.
        """
        reason = " ".join(reason.split())
        if field not in FIELDS:
            raise RefusedError("no_item", f"'{field}' is no identifier")
        if not SHORTEST <= len(reason) <= LONGEST:
            raise RefusedError("unmask_reason", f"a reason has {SHORTEST} to {LONGEST} characters")
        step = min(self.steps(account)(record_id).get(field, 0) + 1, LAST_STEP)
        row = {"account": account, "record_id": record_id, "field": field, "step": step, "reason": reason, "at": now()}
        with writing(self._engine) as connection:
            connection.execute(insert(UNMASKED).values(**row))
            detail = {"field": field, "step": step, "reason": reason}
            head = auditlog.append(connection, "unmask", record_id, detail, account)
        self._audit.keep_head(head)
        return step

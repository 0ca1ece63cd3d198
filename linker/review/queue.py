"""Handing out items: each to one person at a time, the most important first.

A lease stands in the item's own row. Taking one is a single change of that row under the database's lock, so two people cannot hold the
same item; an expired lease is free for others. Known pairs come in between, by chance.
"""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, and_, exists, func, or_, select, update

from linker.config.review import ReviewSettings
from linker.registry.database import changing, now, reading
from linker.registry.review_tables import ITEM, OPINION
from linker.review.building import chance
from linker.review.filling import BLIND
from linker.review.items import Item, Kind, Status, Tray
from linker.review.people import Account, May

KINDS = {Tray.PAIRS: (Kind.PAIR,), Tray.SPLITS: (Kind.SPLIT,), Tray.MISUSED: (Kind.MISUSE,)}
_UNDO = OPINION.alias("undo")


def later(minutes: float) -> str:
    """The time in so many minutes, as the tables hold it."""
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat(timespec="microseconds")


def standing(account: Any = None) -> Any:
    """Condition on OPINION: a verdict that nobody has taken back (of `account`, if given)."""
    taken_back = exists().where(_UNDO.c.item == OPINION.c.item, _UNDO.c.takes_back == OPINION.c.number)
    condition = and_(OPINION.c.kind == "verdict", ~taken_back)
    return condition if account is None else and_(condition, OPINION.c.account == account)


class Queue:
    """The queue for reviewers. `settings` say how long a lease lasts and how often a known pair comes."""

    def __init__(self, engine: Engine, settings: ReviewSettings) -> None:
        self._engine, self._settings = engine, settings
        self._combinations: tuple[float, list[str]] = (0.0, [])

    def take(self, account: Account, tray: Tray | None = None) -> Item | None:
        """The next item for this person, leased to them: the one they hold already, or the most important that is free."""
        with changing(self._engine) as connection:
            held = self._held(connection, account, tray)
            number = held if held is not None else self._choose(connection, account, tray)
            if number is None:
                return None
            return self._lease(connection, account, number)

    def take_this(self, account: Account, number: int) -> Item | None:
        """A certain item, if this person may judge it and nobody else holds it."""
        with changing(self._engine) as connection:
            found = connection.scalar(
                select(ITEM.c.number).where(
                    ITEM.c.number == number, *self._mine(connection, account), self._free(account)
                )
            )
            return None if found is None else self._lease(connection, account, number)

    def _lease(self, connection: Connection, account: Account, number: int) -> Item | None:
        row = connection.execute(select(ITEM).where(ITEM.c.number == number)).one()
        mine = row.leased_by == account.name and row.lease is not None
        lease = row.lease if mine else secrets.token_hex(16)
        free = or_(ITEM.c.leased_until.is_(None), ITEM.c.leased_until < now(), ITEM.c.leased_by == account.name)
        changed = connection.execute(
            update(ITEM)
            .where(ITEM.c.number == number, free)
            .values(leased_by=account.name, lease=lease, leased_until=self._until(row.leased_until if mine else None))
            .returning(ITEM)
        ).first()
        return None if changed is None else Item.of_row(changed)

    def _until(self, before: str | None) -> str:
        """When a lease that is taken or renewed now ends: what lies in a workbook for a week is not shortened by a look at its page."""
        return max(before or "", later(self._settings.lease_minutes))

    def _held(self, connection: Connection, account: Account, tray: Tray | None) -> int | None:
        rows = connection.execute(
            select(ITEM).where(
                ITEM.c.leased_by == account.name, ITEM.c.leased_until >= now(), ITEM.c.status != Status.DECIDED
            )
        )
        held = [Item.of_row(r) for r in rows]
        return next((i.number for i in held if tray is None or i.tray is tray or i.status is Status.KNOWN), None)

    def _free(self, account: Account) -> Any:
        return or_(ITEM.c.leased_until.is_(None), ITEM.c.leased_until < now(), ITEM.c.leased_by == account.name)

    def _mine(self, connection: Connection, account: Account) -> list[Any]:
        """Conditions of what this person may judge: their states, not judged by them before, their role."""
        judged = exists().where(OPINION.c.item == ITEM.c.number, standing(account.name))
        conditions = [~judged, ITEM.c.status.in_([Status.OPEN, Status.SECOND, Status.THIRD, Status.KNOWN])]
        if account.states:
            allowed = [text for text in self._states(connection) if account.sees(json.loads(text))]
            conditions.append(ITEM.c.states.in_(allowed))
        if not account.may(May.APPROVE):
            conditions.append(ITEM.c.status != Status.THIRD)
            if self._settings.four_eyes.approver_second:
                conditions.append(or_(ITEM.c.status != Status.SECOND, ITEM.c.why_two == json.dumps([BLIND])))
        return conditions

    def _states(self, connection: Connection) -> list[str]:
        """The combinations of states in the queue, looked up once a minute."""
        read_at, found = self._combinations
        at = datetime.now(UTC).timestamp()
        if at - read_at > 60 or not found:
            found = list(connection.scalars(select(ITEM.c.states).distinct()))
            self._combinations = (at, found)
        return found

    def _choose(
        self, connection: Connection, account: Account, tray: Tray | None, but: set[int] | None = None
    ) -> int | None:
        """The most important item that is free; `but`: those that do not count."""
        conditions = [*self._mine(connection, account), self._free(account)]
        if but is not None:  # several at once: what is held already is not free
            conditions.append(or_(ITEM.c.leased_by.is_(None), ITEM.c.leased_until < now()))
        if tray is not Tray.DISAGREEMENTS and self._known_is_due(connection, account):
            known = select(ITEM.c.number).where(ITEM.c.status == Status.KNOWN, *conditions).order_by(func.random())
            number = connection.scalar(known.limit(1).with_for_update(skip_locked=True))
            if number is not None:
                return int(number)
        wanted: list[tuple[Status, tuple[Kind, ...]]]
        if tray is Tray.DISAGREEMENTS:
            wanted = [(Status.THIRD, tuple(Kind))]
        else:
            kinds = tuple(Kind) if tray is None else KINDS[tray]
            statuses = (Status.SECOND, Status.OPEN) if tray else (Status.THIRD, Status.SECOND, Status.OPEN)
            wanted = [(status, kinds) for status in statuses]
        best: tuple[float, int] | None = None
        for status, kinds in wanted:
            for kind in kinds:
                query = select(ITEM.c.priority, ITEM.c.number).where(
                    ITEM.c.status == status, ITEM.c.kind == kind, *conditions
                )
                row = connection.execute(
                    query.order_by(ITEM.c.priority.desc()).limit(1).with_for_update(skip_locked=True)
                ).first()
                if row is not None and (best is None or row.priority > best[0]):
                    best = (row.priority, row.number)
            if best is not None and status is Status.THIRD:
                break
        return None if best is None else best[1]

    def _known_is_due(self, connection: Connection, account: Account) -> bool:
        share = self._settings.known_pairs
        if not share:
            return False
        count = connection.scalar(select(func.count()).select_from(OPINION).where(OPINION.c.account == account.name))
        return bool(chance(np.array([f"{account.name}\x1f{count}"], object))[0] < share)

    def renew(self, account: Account, number: int, lease: str) -> bool:
        """Keep a lease for its full time again; false if it is someone else's by now."""
        mine = (ITEM.c.number == number, ITEM.c.lease == lease, ITEM.c.leased_by == account.name)
        with changing(self._engine) as connection:
            until = connection.scalar(select(ITEM.c.leased_until).where(*mine))
            changed = connection.execute(update(ITEM).where(*mine).values(leased_until=self._until(until)))
            return changed.rowcount == 1

    def give_back(self, account: Account, number: int, lease: str) -> None:
        """Let others have an item that was not judged."""
        with changing(self._engine) as connection:
            connection.execute(
                update(ITEM)
                .where(ITEM.c.number == number, ITEM.c.lease == lease, ITEM.c.leased_by == account.name)
                .values(leased_by=None, lease=None, leased_until=None)
            )

    def item(self, number: int) -> Item | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(ITEM).where(ITEM.c.number == number)).first()
            return None if row is None else Item.of_row(row)

    def waiting(self, account: Account) -> dict[Tray, int]:
        """How many items of each tray this person could judge."""
        found = dict.fromkeys(Tray, 0)
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(ITEM.c.status, ITEM.c.kind, func.count())
                .where(*self._mine(connection, account), ITEM.c.status != Status.KNOWN)
                .group_by(ITEM.c.status, ITEM.c.kind)
            )
            for status, kind, count in rows:
                tray = (
                    Tray.DISAGREEMENTS
                    if status == Status.THIRD
                    else next(t for t, k in KINDS.items() if Kind(kind) in k)
                )
                found[tray] += int(count)
        return found

    def put_aside(self, number: int) -> None:
        """An item whose records are no longer in the published snapshot."""
        with changing(self._engine) as connection:
            connection.execute(
                update(ITEM)
                .where(ITEM.c.number == number)
                .values(status=str(Status.GONE), leased_by=None, lease=None, leased_until=None, changed_at=now())
            )

    def take_many(self, account: Account, tray: Tray, count: int, minutes: float) -> list[Item]:
        """Several items at once, for a workbook: leased for `minutes`. Those that the person holds already are among them."""
        taken: list[Item] = []
        with changing(self._engine) as connection:
            held = select(ITEM).where(ITEM.c.leased_by == account.name, ITEM.c.leased_until >= now())
            for row in connection.execute(held.order_by(ITEM.c.priority.desc())).all():
                item = Item.of_row(row)
                if item.tray is tray and len(taken) < count:
                    taken.append(item)
            while len(taken) < count:
                number = self._choose(connection, account, tray, but={i.number for i in taken})
                item_or_none = None if number is None else self._lease(connection, account, number)
                if item_or_none is None:
                    break
                taken.append(item_or_none)
            connection.execute(
                update(ITEM)
                .where(ITEM.c.number.in_([i.number for i in taken]), ITEM.c.leased_by == account.name)
                .values(leased_until=later(minutes))
            )
        return taken

"""Keys by which other services identify themselves.

A key is shown once, when it is made, and only its hash is kept. It is 256 random bits, so that a plain SHA-256 is as good as a slow hash of
a password and costs nothing at every request.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import insert, select, update

from linker.errors import InputError, WorkspaceError
from linker.registry import auditlog
from linker.registry.auditlog import AuditLog
from linker.registry.database import now, open_registry, user, writing
from linker.registry.tables import API_KEY

PREFIX = "lk"
LONGEST_NAME = 100
LONGEST_KEY = 200


class Role(StrEnum):
    """What a key may do, from little to much."""

    MONITOR = "monitor"  # metrics only
    READER = "reader"  # ask; identifiers and telephones are masked
    OFFICER = "officer"  # ask and see identifiers and telephones

    def covers(self, other: Role) -> bool:
        """Whether this role may do what the other may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True)
class ApiKey:
    """A key without its secret. `states`: whose records it may see, empty for all."""

    id: str
    name: str
    role: Role
    states: tuple[str, ...]
    made_at: str
    made_by: str
    expires_at: str | None
    revoked_at: str | None

    @property
    def valid(self) -> bool:
        """Whether it is neither revoked nor past its day."""
        return self.revoked_at is None and (self.expires_at is None or now() < self.expires_at)


class ApiKeys:
    """The keys of a workspace (or of a database URL)."""

    def __init__(self, place: Path | str) -> None:
        self._engine = open_registry(place)
        self._log = AuditLog(place, self._engine)

    def add(
        self, name: str, role: Role, states: Sequence[str] = (), days: int | None = None, who: str | None = None
    ) -> tuple[ApiKey, str]:
        """Make a key; its text is given here and never again.

        Raises:
            InputError: no name, or no time to live.
        """
        if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
            raise InputError("a key needs a name", do="name the service that will use it, in one line")
        if days is not None and days < 1:
            raise InputError("a key must live for a day at least", do="give --days 1 or more")
        ident, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        text = f"{PREFIX}_{ident}_{secret}"
        expires = (
            None if days is None else (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="microseconds")
        )
        key = ApiKey(ident, name.strip(), role, tuple(sorted(set(states))), now(), who or user(), expires, None)
        with writing(self._engine) as connection:
            values = {**key.__dict__, "states": json.dumps(key.states), "role": str(role), "hash": _hash(text)}
            connection.execute(insert(API_KEY).values(**values))
            detail = {"name": key.name, "role": str(role), "states": list(key.states), "expires": expires}
            head = auditlog.append(connection, "key made", ident, detail, key.made_by)
        self._log.keep_head(head)
        return key, text

    def revoke(self, ident: str, who: str | None = None) -> ApiKey:
        """End a key.

        Raises:
            WorkspaceError: there is no such key.
        """
        with writing(self._engine) as connection:
            change = update(API_KEY).where(API_KEY.c.id == ident, API_KEY.c.revoked_at.is_(None))
            if not connection.execute(change.values(revoked_at=now())).rowcount:
                raise WorkspaceError(f"there is no key {ident[:20]} in force", do="linker keys list shows them")
            head = auditlog.append(connection, "key revoked", ident, {}, who)
        self._log.keep_head(head)
        return next(key for key in self.all() if key.id == ident)

    def all(self) -> list[ApiKey]:
        """All keys that were ever made, the oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(API_KEY).order_by(API_KEY.c.made_at, API_KEY.c.id)).all()
        return [_key(row._mapping) for row in rows]

    def known(self, text: str) -> ApiKey | None:
        """The key whose text this is, None if there is none in force."""
        parts = text.split("_", 2)
        if len(text) > LONGEST_KEY or len(parts) != 3 or parts[0] != PREFIX:
            return None
        with self._engine.connect() as connection:
            row = connection.execute(select(API_KEY).where(API_KEY.c.id == parts[1])).first()
        if row is None or not hmac.compare_digest(row.hash, _hash(text)):
            return None
        key = _key(row._mapping)
        return key if key.valid else None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _key(row: object) -> ApiKey:
    values = {name: row[name] for name in ApiKey.__dataclass_fields__}  # type: ignore[index]
    return ApiKey(**{**values, "role": Role(values["role"]), "states": tuple(json.loads(values["states"]))})

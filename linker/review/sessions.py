"""Sessions: a random token in a cookie, its hash in the database. A new one at every sign-in, so a planted one is worth nothing."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, delete, insert, select, update

from linker.config.review import ReviewSettings
from linker.registry.database import changing, now, reading
from linker.registry.review_tables import ACCOUNT, SESSION
from linker.review.people import Account

REFRESH = timedelta(seconds=60)
"""`seen_at` is not written more often."""


@dataclass(frozen=True)
class Session:
    """Someone signed in. `csrf` must come back with every form."""

    account: Account
    csrf: str
    began_at: str

    def allows(self, token: str) -> bool:
        return hmac.compare_digest(self.csrf.encode(), token.encode())


class Sessions:
    """The open sessions of a registry."""

    def __init__(self, engine: Engine, settings: ReviewSettings) -> None:
        self._engine, self._settings = engine, settings

    def begin(self, name: str) -> str:
        """A new session; gives its token."""
        token = secrets.token_urlsafe(32)
        row = {
            "token_hash": _hash(token), "account": name, "csrf": secrets.token_urlsafe(32), "began_at": now(), "seen_at": now(),
        }  # fmt: skip
        old = (datetime.now(UTC) - timedelta(hours=self._settings.session_hours)).isoformat()
        with changing(self._engine) as connection:
            connection.execute(delete(SESSION).where(SESSION.c.began_at < old))
            connection.execute(insert(SESSION).values(**row))
        return token

    def find(self, token: str | None) -> Session | None:
        """The session of a token, unless it is over, idle for too long, or its account is closed."""
        if not token or len(token) > 200:
            return None
        with reading(self._engine) as connection:
            row = connection.execute(
                select(SESSION.c.csrf, SESSION.c.began_at, SESSION.c.seen_at, ACCOUNT)
                .join(ACCOUNT, ACCOUNT.c.name == SESSION.c.account)
                .where(SESSION.c.token_hash == _hash(token))
            ).first()
        if row is None or not row.active:
            return None
        present = datetime.now(UTC)
        idle = present - datetime.fromisoformat(row.seen_at)
        age = present - datetime.fromisoformat(row.began_at)
        if idle > timedelta(minutes=self._settings.idle_minutes) or age > timedelta(hours=self._settings.session_hours):
            self.end(token)
            return None
        if idle > REFRESH:
            with changing(self._engine) as connection:
                connection.execute(update(SESSION).where(SESSION.c.token_hash == _hash(token)).values(seen_at=now()))
        return Session(Account.of_row(row), row.csrf, row.began_at)

    def end(self, token: str) -> None:
        with changing(self._engine) as connection:
            connection.execute(delete(SESSION).where(SESSION.c.token_hash == _hash(token)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()

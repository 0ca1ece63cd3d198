"""Accounts: passwords (argon2), roles, states, lock-out. Every change of an account stands in the audit log."""

from __future__ import annotations

import json
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine, delete, func, insert, select, update

from linker.config.review import ReviewSettings
from linker.errors import InputError
from linker.registry import auditlog
from linker.registry.auditlog import AuditLog
from linker.registry.database import changing, now, reading, writing
from linker.registry.review_tables import ACCOUNT, ATTEMPT, SESSION
from linker.review.people import Account, Role
from linker.review.unfit import UnfitError

NAME = re.compile(r"[a-z][a-z0-9._-]{1,63}")
LONGEST_PASSWORD = 256
SHOWN = 64
"""Characters of a name that a refusal repeats."""
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters that nobody mistakes for others when reading a one-time password from a screen."""
PER_ADDRESS = 6
"""An address may fail so many times as often as one account before it has to wait."""


class Accounts:
    """The accounts of a registry."""

    def __init__(self, engine: Engine, settings: ReviewSettings, audit: AuditLog) -> None:
        self._engine, self._settings, self._audit = engine, settings, audit
        self._hasher = PasswordHasher()
        self._dummy = self._hasher.hash(secrets.token_hex(8))

    def first_admin(self) -> tuple[str, str] | None:
        """Where there is no account yet, an admin with a one-time password: (name, password). None otherwise."""
        with reading(self._engine) as connection:
            if connection.scalar(select(func.count()).select_from(ACCOUNT)):
                return None
        password = self.add("admin", "Administrator", Role.ADMIN, frozenset(), "setup")
        return "admin", password

    def add(self, name: str, display: str, role: Role, states: frozenset[str], by: str) -> str:
        """A new account; gives its one-time password, which must be changed at the first sign-in.

        Raises:
            InputError: the name is not allowed or taken.
        """
        if not NAME.fullmatch(name):
            raise UnfitError(
                "account_name",
                f"'{name}' cannot be an account's name",
                do="use small letters, digits, dot, hyphen or underscore; begin with a letter",
            )
        password = one_time_password()
        row = {
            "name": name, "display": display.strip() or name, "role": str(Role(role)),
            "states": json.dumps(sorted(states), ensure_ascii=False),
            "password_hash": self._hasher.hash(password), "must_change": True, "active": True, "failures": 0,
            "locked_until": None, "language": "en", "made_at": now(),
        }  # fmt: skip
        with writing(self._engine) as connection:
            if connection.scalar(select(ACCOUNT.c.name).where(ACCOUNT.c.name == name)):
                what = f"there is an account '{name}' already"
                raise UnfitError("account_taken", what, do="choose another name", text=name)
            connection.execute(insert(ACCOUNT).values(**row))
            head = auditlog.append(connection, "account added", name, {"role": str(role), "states": sorted(states)}, by)
        self._audit.keep_head(head)
        return password

    def change(self, name: str, by: str, **values: Any) -> None:
        """Change role, states, display or whether an account is active; it is signed out everywhere.

        Raises:
            InputError: no such account, an admin changes the own role, or no admin would be left.
        """
        allowed = {"role", "states", "display", "active"}
        assert set(values) <= allowed
        if name == by and ("role" in values or values.get("active") is False):
            what = "nobody changes the own role or closes the own account"
            raise UnfitError("account_own", what, do="ask another admin")
        if "states" in values:
            values["states"] = json.dumps(sorted(values["states"]), ensure_ascii=False)
        if "role" in values:
            values["role"] = str(Role(values["role"]))
        with writing(self._engine) as connection:
            changed = connection.execute(update(ACCOUNT).where(ACCOUNT.c.name == name).values(**values))
            if not changed.rowcount:
                raise _missing(name)
            admins = select(func.count()).where(ACCOUNT.c.role == Role.ADMIN, ACCOUNT.c.active.is_(True))
            if not connection.scalar(admins):
                raise UnfitError("account_last", "no admin would be left", do="make another account an admin first")
            connection.execute(delete(SESSION).where(SESSION.c.account == name))
            head = auditlog.append(connection, "account changed", name, {k: str(v) for k, v in values.items()}, by)
        self._audit.keep_head(head)

    def reset(self, name: str, by: str) -> str:
        """A new one-time password; the account is unlocked and signed out everywhere."""
        password = one_time_password()
        self._set(name, by, "password reset", password, must_change=True)
        return password

    def set_password(self, name: str, password: str) -> None:
        """A password that the person chose.

        Raises:
            InputError: too short, too long, or the account's own name.
        """
        if len(password) < self._settings.password_length or len(password) > LONGEST_PASSWORD:
            raise InputError(f"a password has {self._settings.password_length} to {LONGEST_PASSWORD} characters")
        if name in password.lower() or len(set(password)) < 5:
            raise InputError("this password is easily guessed", do="use a sentence, without your name")
        self._set(name, name, "password changed", password, must_change=False)

    def _set(self, name: str, by: str, kind: str, password: str, *, must_change: bool) -> None:
        values = {
            "password_hash": self._hasher.hash(password), "must_change": must_change, "failures": 0, "locked_until": None,
        }  # fmt: skip
        with writing(self._engine) as connection:
            if not connection.execute(update(ACCOUNT).where(ACCOUNT.c.name == name).values(**values)).rowcount:
                raise _missing(name)
            connection.execute(delete(SESSION).where(SESSION.c.account == name))
            head = auditlog.append(connection, kind, name, {}, by)
        self._audit.keep_head(head)

    def set_language(self, name: str, language: str) -> None:
        with changing(self._engine) as connection:
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.name == name).values(language=language))

    def find(self, name: str) -> Account | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(ACCOUNT).where(ACCOUNT.c.name == name)).first()
            return None if row is None else Account.of_row(row)

    def all(self) -> list[Account]:
        with reading(self._engine) as connection:
            return [Account.of_row(r) for r in connection.execute(select(ACCOUNT).order_by(ACCOUNT.c.name))]

    def sign_in(self, name: str, password: str, address: str) -> Account | None:
        """The account, if the password is right and neither it nor the address is locked. Takes as long for unknown names."""
        with reading(self._engine) as connection:
            row = connection.execute(select(ACCOUNT).where(ACCOUNT.c.name == name)).first()
            since = (datetime.now(UTC) - timedelta(minutes=self._settings.lock_minutes)).isoformat()
            tries = connection.scalar(select(func.count()).where(ATTEMPT.c.address == address, ATTEMPT.c.at > since))
        right = self._verify(row.password_hash if row else self._dummy, password)
        locked = row is not None and row.locked_until is not None and row.locked_until > now()
        crowded = int(tries or 0) >= self._settings.failures * PER_ADDRESS
        if row is not None and row.active and right and not locked and not crowded:
            with writing(self._engine) as connection:
                values: dict[str, Any] = {"failures": 0, "locked_until": None}
                if self._hasher.check_needs_rehash(row.password_hash):
                    values["password_hash"] = self._hasher.hash(password)
                connection.execute(update(ACCOUNT).where(ACCOUNT.c.name == name).values(**values))
                head = auditlog.append(connection, "sign-in", name, {}, name)
            self._audit.keep_head(head)
            return Account.of_row(row)
        if not locked and not crowded:
            self._failed(name if row is not None else None, address)
        return None

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False

    def _failed(self, name: str | None, address: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(insert(ATTEMPT).values(address=address[:64], at=now()))
            if name is None:
                return
            failures = connection.scalar(
                update(ACCOUNT)
                .where(ACCOUNT.c.name == name)
                .values(failures=ACCOUNT.c.failures + 1)
                .returning(ACCOUNT.c.failures)
            )
            if int(failures or 0) >= self._settings.failures:
                until = (datetime.now(UTC) + timedelta(minutes=self._settings.lock_minutes)).isoformat(
                    timespec="microseconds"
                )
                connection.execute(update(ACCOUNT).where(ACCOUNT.c.name == name).values(failures=0, locked_until=until))
                auditlog.append(connection, "account locked", name, {"until": until[:19]}, "sign-in")

    def unlock(self, name: str, by: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.name == name).values(failures=0, locked_until=None))
            head = auditlog.append(connection, "account unlocked", name, {}, by)
        self._audit.keep_head(head)


def one_time_password() -> str:
    """Four groups of four letters and digits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def _missing(name: str) -> UnfitError:
    what = f"there is no account '{name[:SHOWN]}'"
    return UnfitError("account_missing", what, do="linker review users list", text=name[:SHOWN])

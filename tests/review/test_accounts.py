"""Accounts and sessions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from linker.config.review import Proxy, ReviewSettings
from linker.errors import InputError
from linker.registry.auditlog import AuditLog
from linker.registry.database import changing, open_registry, reading
from linker.registry.review_tables import ACCOUNT, SESSION
from linker.review.accounts import Accounts
from linker.review.people import ALLOWED, May, Role
from linker.review.sessions import Sessions

GOOD = "four dull horses 8"
SETTINGS = ReviewSettings()


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    engine = open_registry(tmp_path)
    return Accounts(engine, SETTINGS, AuditLog(tmp_path, engine))


def test_the_first_start_makes_an_admin_once(accounts: Accounts) -> None:
    first = accounts.first_admin()
    assert first is not None and accounts.first_admin() is None
    signed = accounts.sign_in(*first, "1.2.3.4")
    assert signed is not None and signed.must_change and signed.role is Role.ADMIN


def test_passwords_are_not_kept(accounts: Accounts, tmp_path: Path) -> None:
    accounts.add("asha", "Asha", Role.REVIEWER, frozenset(), "test")
    accounts.set_password("asha", GOOD)
    assert accounts.sign_in("asha", GOOD, "x") is not None
    assert GOOD.encode() not in (tmp_path / "registry.sqlite").read_bytes()
    with reading(accounts._engine) as connection:
        assert str(connection.scalar(select(ACCOUNT.c.password_hash))).startswith("$argon2id$")


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "asha is my name", "x" * 300])
def test_weak_passwords_are_refused(accounts: Accounts, password: str) -> None:
    accounts.add("asha", "Asha", Role.REVIEWER, frozenset(), "test")
    with pytest.raises(InputError):
        accounts.set_password("asha", password)


@pytest.mark.parametrize("name", ["", "A", "x", "../etc", "a b", "<script>", "a" * 80, "आशा"])
def test_odd_names_are_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(InputError):
        accounts.add(name, "x", Role.REVIEWER, frozenset(), "test")


def test_brute_force_locks_the_account(accounts: Accounts) -> None:
    accounts.add("asha", "Asha", Role.REVIEWER, frozenset(), "test")
    accounts.set_password("asha", GOOD)
    for _ in range(SETTINGS.failures):
        assert accounts.sign_in("asha", "wrong", "1.2.3.4") is None
    assert accounts.sign_in("asha", GOOD, "9.9.9.9") is None, "locked, even with the right password"
    accounts.unlock("asha", "admin")
    assert accounts.sign_in("asha", GOOD, "9.9.9.9") is not None


def test_brute_force_over_many_names_blocks_the_address(accounts: Accounts) -> None:
    accounts.add("asha", "Asha", Role.REVIEWER, frozenset(), "test")
    accounts.set_password("asha", GOOD)
    for k in range(SETTINGS.failures * 6):
        accounts.sign_in(f"nobody{k}", "wrong", "6.6.6.6")
    assert accounts.sign_in("asha", GOOD, "6.6.6.6") is None
    assert accounts.sign_in("asha", GOOD, "7.7.7.7") is not None


def test_nobody_raises_the_own_role_and_an_admin_remains(accounts: Accounts) -> None:
    accounts.first_admin()
    accounts.add("asha", "Asha", Role.REVIEWER, frozenset(), "admin")
    for change in ({"role": Role.ADMIN}, {"active": False}):
        with pytest.raises(InputError, match="own"):
            accounts.change("asha", "asha", **change)
    with pytest.raises(InputError, match="no admin"):
        accounts.change("admin", "asha", role=Role.REVIEWER)
    accounts.change("asha", "admin", role=Role.APPROVER, states={"Delhi"})
    changed = accounts.find("asha")
    assert changed is not None and changed.role is Role.APPROVER and changed.states == {"Delhi"}


def test_no_role_keeps_accounts_and_judges() -> None:
    assert not [role for role, allowed in ALLOWED.items() if {May.JUDGE, May.KEEP_ACCOUNTS} <= allowed]


def test_sessions_end(accounts: Accounts) -> None:
    accounts.add("asha", "Asha", Role.REVIEWER, frozenset(), "test")
    sessions = Sessions(accounts._engine, SETTINGS)
    token = sessions.begin("asha")
    assert sessions.find(token) is not None
    assert sessions.find(None) is None and sessions.find("x" * 43) is None
    with reading(accounts._engine) as connection:
        assert token not in connection.scalars(select(SESSION.c.token_hash)).all()
    old = (datetime.now(UTC) - timedelta(minutes=SETTINGS.idle_minutes + 1)).isoformat()
    with changing(accounts._engine) as connection:
        connection.execute(update(SESSION).values(seen_at=old))
    assert sessions.find(token) is None
    other = sessions.begin("asha")
    sessions.end(other)
    assert sessions.find(other) is None


def test_a_closed_account_is_signed_out(accounts: Accounts) -> None:
    accounts.first_admin()
    accounts.add("asha", "Asha", Role.REVIEWER, frozenset(), "test")
    token = Sessions(accounts._engine, SETTINGS).begin("asha")
    accounts.change("asha", "admin", active=False)
    assert Sessions(accounts._engine, SETTINGS).find(token) is None


@pytest.mark.parametrize(
    ("host", "trusted"),
    [("10.0.0.5", True), ("10.1.0.9", True), ("10.0.0.6", False), ("testclient", False), ("", False)],
)
def test_the_proxy_is_believed_from_its_addresses_only(host: str, trusted: bool) -> None:
    assert Proxy(header="X-Remote-User", addresses=("10.0.0.5", "10.1.0.0/16")).trusts(host) is trusted
    assert not Proxy().trusts(host)

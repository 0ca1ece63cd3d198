"""Who may do what."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    REVIEWER = "reviewer"
    APPROVER = "approver"
    """Judges as well, is the second pair of eyes, and decides disagreements."""
    AUDITOR = "auditor"
    """Reads everything, decides nothing."""
    ADMIN = "admin"
    """Keeps the accounts; decides nothing."""


class May(StrEnum):
    """What a role allows."""

    JUDGE = "judge"
    APPROVE = "approve"
    UNMASK = "unmask"
    LOOK_UP = "look_up"
    OVERSEE = "oversee"
    READ_AUDIT = "read_audit"
    KEEP_ACCOUNTS = "keep_accounts"


ALLOWED: dict[Role, frozenset[May]] = {
    Role.REVIEWER: frozenset({May.JUDGE, May.UNMASK, May.LOOK_UP}),
    Role.APPROVER: frozenset({May.JUDGE, May.APPROVE, May.UNMASK, May.LOOK_UP, May.OVERSEE}),
    Role.AUDITOR: frozenset({May.LOOK_UP, May.OVERSEE, May.READ_AUDIT}),
    Role.ADMIN: frozenset({May.KEEP_ACCOUNTS, May.OVERSEE, May.READ_AUDIT}),
}


@dataclass(frozen=True)
class Account:
    """A person who may sign in. `states`: which states' records they may see; empty means all."""

    name: str
    display: str
    role: Role
    states: frozenset[str]
    must_change: bool = False
    active: bool = True
    locked_until: str | None = None
    language: str = "en"

    def may(self, what: May) -> bool:
        return what in ALLOWED[self.role]

    def sees(self, states: Any) -> bool:
        """Whether they may see records of all these states. Records without a state are for those who see everything."""
        if not self.states:
            return True
        wanted = list(states)
        return bool(wanted) and all(s in self.states for s in wanted)

    @classmethod
    def of_row(cls, row: Any) -> Account:
        return cls(
            row.name, row.display, Role(row.role), frozenset(json.loads(row.states)), bool(row.must_change),
            bool(row.active), row.locked_until, row.language,
        )  # fmt: skip

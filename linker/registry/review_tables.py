"""The registry's tables for review: accounts, sessions, the queue, what people said, what was unmasked, what came of it.

An item is one question to people. Its lease stands in its own row, so two people cannot hold it; what they say is append-only.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from linker.registry.tables import METADATA

_HELD = text("leased_by IS NOT NULL")

ACCOUNT = Table(
    "account",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("display", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("states", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", String(32), nullable=True),
    Column("language", String(2), nullable=False),
    Column("made_at", String(32), nullable=False),
)
"""People who review. `states` is a JSON list; empty means all."""

SESSION = Table(
    "session",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    Column("account", String(64), ForeignKey("account.name"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("began_at", String(32), nullable=False),
    Column("seen_at", String(32), nullable=False),
)
"""Who is signed in. Only the hash of a session's token is kept."""

ATTEMPT = Table(
    "attempt",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("address", String(64), nullable=False),
    Column("at", String(32), nullable=False),
    Index("attempt_by_address", "address", "at"),
)
"""Failed sign-ins by the network address that they came from."""

ITEM = Table(
    "item",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("subject", String(64), nullable=False, unique=True),
    Column("snapshot", Integer, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("stratum", String(12), nullable=False),
    Column("records", Text, nullable=False),
    Column("states", Text, nullable=False),
    Column("rule", String(32), nullable=False),
    Column("weight", Float, nullable=True),
    Column("probability", Float, nullable=True),
    Column("sampled", Float, nullable=False),
    Column("priority", Float, nullable=False),
    Column("needs", Integer, nullable=False),
    Column("why_two", Text, nullable=False),
    Column("answer", String(12), nullable=True),
    Column("status", String(12), nullable=False),
    Column("outcome", Text, nullable=True),
    Column("leased_by", String(64), nullable=True),
    Column("lease", String(32), nullable=True),
    Column("leased_until", String(32), nullable=True),
    Column("changed_at", String(32), nullable=False),
    CheckConstraint(
        "status IN ('open', 'second', 'third', 'decided', 'gone', 'known')",
        name="item_status",
    ),
    Index("item_queue", "status", "kind", "priority"),
    Index("item_decided", "status", "changed_at"),
    Index("item_held", "leased_by", sqlite_where=_HELD, postgresql_where=_HELD),
)
"""The queue. `subject` names what is asked about, so the same question is never asked twice; `sampled` is the chance with which the item
was drawn into its stratum; `answer` is set for known pairs only."""

OPINION = Table(
    "opinion",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(8), nullable=False),
    Column("item", Integer, ForeignKey("item.number"), nullable=False),
    Column("account", String(64), nullable=False),
    Column("verdict", String(12), nullable=True),
    Column("groups", Text, nullable=True),
    Column("reason", String(32), nullable=False),
    Column("note", Text, nullable=False),
    Column("at", String(32), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("lease", String(32), nullable=True),
    Column("takes_back", Integer, nullable=True),
    Column("decisions", Text, nullable=False),
    UniqueConstraint("lease", name="opinion_once"),
    CheckConstraint("kind IN ('verdict', 'undo')", name="opinion_kind"),
    Index("opinion_of_item", "item", "account"),
    Index("opinion_of_account", "account", "number"),
)
"""What a person said about an item; never changed. An undo takes one back. `decisions` are the ledger entries that it led to (JSON)."""

UNMASKED = Table(
    "unmasked",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("account", String(64), nullable=False),
    Column("record_id", Text, nullable=False),
    Column("field", String(32), nullable=False),
    Column("step", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", String(32), nullable=False),
    Index("unmasked_by", "account", "record_id"),
)
"""Which identifiers were shown to whom, how far, and why."""

EFFECT = Table(
    "effect",
    METADATA,
    Column("decision", Integer, primary_key=True, autoincrement=False),
    Column("snapshot", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(12), nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
)
"""What a decision has done to identities: 'joined', 'parted', 'held' or 'ignored' as of a snapshot; the identities as JSON lists."""

REVIEW_TABLES = (ACCOUNT, SESSION, ATTEMPT, ITEM, OPINION, UNMASKED, EFFECT)

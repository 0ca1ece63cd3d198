"""The registry's tables. Times are UTC texts (ISO 8601): hashes over them are the same in every database."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, MetaData, String, Table, Text

METADATA = MetaData()

DECISION = Table(
    "decision",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(8), nullable=False),
    Column("left_record", Text, nullable=False),
    Column("right_record", Text, nullable=False),
    Column("verdict", String(12), nullable=True),
    Column("who", Text, nullable=False),
    Column("at", String(32), nullable=False),
    Column("why", Text, nullable=False),
    Column("supersedes", Integer, nullable=True),
    CheckConstraint("left_record <> right_record", name="decision_two_records"),
    CheckConstraint("kind IN ('verdict', 'undo')", name="decision_kind"),
    Index("decision_pair", "left_record", "right_record"),
)
"""Verdicts, never changed: `supersedes` names the entry that this one replaces, or (undo) takes back."""

AUDIT = Table(
    "audit",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("who", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
"""What was done, each entry carrying the hash of the one before."""

ERASURE = Table(
    "erasure",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("who", Text, nullable=False),
    Column("order_text", Text, nullable=False),
    Column("purge_after", String(32), nullable=False),
    Column("undone_at", String(32), nullable=True),
    Column("purged_at", String(32), nullable=True),
)
"""Orders to erase. One that is neither undone nor purged can still be taken back."""

ERASED_RECORD = Table(
    "erased_record",
    METADATA,
    Column("erasure", Integer, primary_key=True, autoincrement=False),
    Column("token", String(64), primary_key=True),
    Column("record_id", Text, nullable=True),
)
"""The records of an order: a keyed hash by which they are known if they come again, and until the purge their ids."""

API_KEY = Table(
    "api_key",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("name", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("states", Text, nullable=False),
    Column("made_at", String(32), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("expires_at", String(32), nullable=True),
    Column("revoked_at", String(32), nullable=True),
)
"""Who may ask the service. The key itself is not kept; `states` is a JSON list, empty for all states."""

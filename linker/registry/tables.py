"""The registry's tables. Times are UTC texts (ISO 8601): hashes over them are the same in every database."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, MetaData, String, Table, Text

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

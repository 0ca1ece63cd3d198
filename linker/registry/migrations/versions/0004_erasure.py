"""Erasure: orders, and the records they concern."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("order_text", sa.Text, nullable=False),
        sa.Column("purge_after", sa.String(32), nullable=False),
        sa.Column("undone_at", sa.String(32), nullable=True),
        sa.Column("purged_at", sa.String(32), nullable=True),
    )
    op.create_table(
        "erased_record",
        sa.Column("erasure", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("record_id", sa.Text, nullable=True),
    )

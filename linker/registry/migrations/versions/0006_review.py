"""Review: accounts, sessions, the queue, opinions, unmasking, effects."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LOCKED = ("opinion", "unmasked")


def upgrade() -> None:
    _people()
    _queue()
    op.create_index("decision_pair", "decision", ["left_record", "right_record"])
    if op.get_bind().dialect.name == "postgresql":
        for table in LOCKED:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
            )
        return
    for table in LOCKED:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def _people() -> None:
    op.create_table(
        "account",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("display", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("states", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("must_change", sa.Boolean, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.String(32), nullable=True),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("made_at", sa.String(32), nullable=False),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(64), sa.ForeignKey("account.name"), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("began_at", sa.String(32), nullable=False),
        sa.Column("seen_at", sa.String(32), nullable=False),
    )
    op.create_table(
        "attempt",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
    )
    op.create_index("attempt_by_address", "attempt", ["address", "at"])


def _queue() -> None:
    op.create_table(
        "item",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("subject", sa.String(64), nullable=False, unique=True),
        sa.Column("snapshot", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("stratum", sa.String(12), nullable=False),
        sa.Column("records", sa.Text, nullable=False),
        sa.Column("states", sa.Text, nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("weight", sa.Float, nullable=True),
        sa.Column("probability", sa.Float, nullable=True),
        sa.Column("sampled", sa.Float, nullable=False),
        sa.Column("priority", sa.Float, nullable=False),
        sa.Column("needs", sa.Integer, nullable=False),
        sa.Column("why_two", sa.Text, nullable=False),
        sa.Column("answer", sa.String(12), nullable=True),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("outcome", sa.Text, nullable=True),
        sa.Column("leased_by", sa.String(64), nullable=True),
        sa.Column("lease", sa.String(32), nullable=True),
        sa.Column("leased_until", sa.String(32), nullable=True),
        sa.Column("changed_at", sa.String(32), nullable=False),
        sa.CheckConstraint("status IN ('open', 'second', 'third', 'decided', 'gone', 'known')", name="item_status"),
    )
    op.create_index("item_queue", "item", ["status", "kind", "priority"])
    op.create_index("item_decided", "item", ["status", "changed_at"])
    op.create_table(
        "opinion",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("item", sa.Integer, sa.ForeignKey("item.number"), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("verdict", sa.String(12), nullable=True),
        sa.Column("groups", sa.Text, nullable=True),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("lease", sa.String(32), nullable=True),
        sa.Column("takes_back", sa.Integer, nullable=True),
        sa.Column("decisions", sa.Text, nullable=False),
        sa.UniqueConstraint("lease", name="opinion_once"),
        sa.CheckConstraint("kind IN ('verdict', 'undo')", name="opinion_kind"),
    )
    op.create_index("opinion_of_item", "opinion", ["item", "account"])
    op.create_index("opinion_of_account", "opinion", ["account", "number"])
    op.create_table(
        "unmasked",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("field", sa.String(32), nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
    )
    op.create_index("unmasked_by", "unmasked", ["account", "record_id"])
    op.create_table(
        "effect",
        sa.Column("decision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("snapshot", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
    )

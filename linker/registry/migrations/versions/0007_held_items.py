"""Review: what a person holds is found by an index, not by reading the queue."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    held = sa.text("leased_by IS NOT NULL")
    op.create_index("item_held", "item", ["leased_by"], sqlite_where=held, postgresql_where=held)

"""What Alembic runs: all steps on the connection that `database.open_registry` hands over."""

from alembic import context

from linker.registry import review_tables  # noqa: F401  (its tables belong to METADATA)
from linker.registry.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()

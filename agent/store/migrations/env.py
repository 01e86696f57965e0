"""What Alembic runs: the migrations on the connection that `upgrade` opened, in its one transaction."""

from __future__ import annotations

from alembic import context

from agent.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

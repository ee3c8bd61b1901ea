"""Alembic's entry: it runs on the connection that storage.migrate passes in."""

from alembic import context

from topay_bot.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False)
context.run_migrations()

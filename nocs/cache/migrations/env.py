"""Alembic's entry: runs the revisions on the connection that nocs.cache.migrate hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="nocs_schema_version",
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

"""Alembic's entry: runs the revisions on the connection that nocs.cache.migrate hands over."""

from alembic import context

from nocs.cache.revision import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

"""Alembic's entry: runs on the connection that the engine hands over."""

import sqlalchemy as sa
from alembic import context
from sqlmodel import SQLModel

from campaigner.store import tables

_WORDS = """
SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns AS c
JOIN information_schema.tables AS t USING (table_schema, table_name)
WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
  AND c.data_type IN ('text', 'character varying') AND c.collation_name IS DISTINCT FROM 'C'
"""


def _order_by_code_points(connection: sa.Connection) -> None:
    """PostgreSQL sorts as the database's language does; plans, files and hashes want one order everywhere."""
    quote = connection.dialect.identifier_preparer.quote
    for table, column, kind in connection.execute(sa.text(_WORDS)).all():
        connection.execute(
            sa.text(f'ALTER TABLE {quote(table)} ALTER COLUMN {quote(column)} TYPE {kind} COLLATE "C"')
        )


assert tables is not None
given = context.config.attributes["connection"]
context.configure(connection=given, target_metadata=SQLModel.metadata)
with context.begin_transaction():
    context.run_migrations()
    if given.dialect.name == "postgresql":
        _order_by_code_points(given)

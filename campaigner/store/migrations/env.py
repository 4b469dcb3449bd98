"""Alembic's entry: runs on the connection that the engine hands over."""

from alembic import context
from sqlmodel import SQLModel

from campaigner.store import tables

assert tables is not None
context.configure(connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata)
with context.begin_transaction():
    context.run_migrations()

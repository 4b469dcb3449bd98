"""Blocks that are with a link; how many ids a carrier gave to one message; an index that counts states by itself."""

import sqlalchemy as sa
from alembic import op

from campaigner.store.types import NUMBER, UtcDateTime

revision = "0004"
down_revision = "0003"

_COUNT = """
UPDATE reference SET pieces = (SELECT count(*) FROM reference AS other WHERE other.message_id = reference.message_id)
WHERE message_id <> 0
"""


def upgrade() -> None:
    op.create_table(
        "handover",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.Integer, nullable=False),
        sa.Column("gateway", sa.String, nullable=False),
        sa.Column("release_no", sa.Integer, nullable=False),
        sa.Column("first_id", NUMBER, nullable=False),
        sa.Column("last_id", NUMBER, nullable=False),
        sa.Column("unanswered", sa.Integer, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
    )
    op.add_column("reference", sa.Column("pieces", sa.Integer, nullable=False, server_default="0"))
    op.execute(_COUNT)
    op.drop_index("reference_message", "reference")
    op.create_index(
        "reference_message",
        "reference",
        ["message_id"],
        sqlite_where=sa.text("pieces <> 1"),
        postgresql_where=sa.text("pieces <> 1"),
    )
    op.drop_index("delivery_run", "delivery")
    op.create_index("delivery_run", "delivery", ["run_id", "state"])

"""What became of each SMS, carriers' ids, refusals."""

import sqlalchemy as sa
from alembic import op

from campaigner.store.types import NUMBER, UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("message_id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("run_id", sa.Integer, nullable=False),
        sa.Column("gateway", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("cause", sa.Text, nullable=False),
    )
    op.create_index("delivery_run", "delivery", ["run_id"])
    unknown = sa.text("state = 'unknown'")
    op.create_index("delivery_unknown", "delivery", ["state"], sqlite_where=unknown, postgresql_where=unknown)
    op.create_table(
        "reference",
        sa.Column("gateway", sa.String, primary_key=True),
        sa.Column("reference", sa.String, primary_key=True),
        sa.Column("message_id", NUMBER, nullable=False),
        sa.Column("received", sa.String, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_index("reference_message", "reference", ["message_id"])
    op.create_table(
        "refusal",
        sa.Column("phone", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
    )

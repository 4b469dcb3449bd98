"""What is left of what was forgotten: counts of states, and hashes of who was deleted at his own wish."""

import sqlalchemy as sa
from alembic import op

from campaigner.store.types import UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("run_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("gateway", sa.String, primary_key=True),
        sa.Column("state", sa.String, primary_key=True),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
    )
    op.create_table(
        "erasure",
        sa.Column("subject", sa.String, primary_key=True),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String, nullable=False),
    )

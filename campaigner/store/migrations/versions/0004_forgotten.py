"""What is left of what was forgotten: counts of states, and hashes of who was deleted at his own wish."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("run_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("gateway", sa.String, primary_key=True),
        sa.Column("state", sa.String, primary_key=True),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
    )

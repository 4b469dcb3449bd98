"""Several senders of one release: who they are, what they were given."""

import sqlalchemy as sa
from alembic import op

from campaigner.store.types import NUMBER, UtcDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "sender",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.Integer, nullable=False, index=True),
        sa.Column("release_no", sa.Integer, nullable=False),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("place", sa.String, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("renewals", sa.Integer, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.add_column("run_release", sa.Column("given", NUMBER, nullable=True))
    for table in ("delivery", "handover"):
        op.add_column(table, sa.Column("sender", sa.Integer, nullable=False, server_default="0"))

"""Runs that are withdrawn, missed or held, and why; since when a campaign asks; which files the clock wrote itself."""

import sqlalchemy as sa
from alembic import op

from campaigner.store.types import UtcDateTime

revision = "0008"
down_revision = "0007"

_WORDS = (("dropped", "withdrawn", ""), ("skipped", "missed", "skip-rule"))


def upgrade() -> None:
    op.add_column("run", sa.Column("state_reason", sa.Text, nullable=False, server_default=""))
    op.add_column("run", sa.Column("let_go", sa.String, nullable=False, server_default=""))
    change = sa.text("UPDATE run SET state = :new, state_reason = :reason WHERE state = :old")
    for old, new, reason in _WORDS:
        op.get_bind().execute(change, {"old": old, "new": new, "reason": reason})
    op.create_table(
        "campaign_seen",
        sa.Column("campaign", sa.String, primary_key=True),
        sa.Column("asks", sa.String, nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "own_file",
        sa.Column("path", sa.String, primary_key=True),
        sa.Column("run_id", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
    )

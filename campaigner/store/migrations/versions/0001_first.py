"""The first schema."""

import sqlalchemy as sa
from alembic import op

from campaigner.store.migrations import guards
from campaigner.store.types import NUMBER, UtcDateTime

revision = "0001"
down_revision = None


def _number(kind: sa.Integer | None = None) -> "sa.Column[int]":
    return sa.Column("id", kind or sa.Integer(), primary_key=True)


def upgrade() -> None:
    _runs()
    _messages()
    _approvals_and_batches()
    _log()


def _runs() -> None:
    op.create_table(
        "run",
        _number(),
        sa.Column("code", sa.String, nullable=False, unique=True),
        sa.Column("campaign", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("gateway", sa.String, nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("plan_hash", sa.String, nullable=False),
        sa.Column("content_hash", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("returned_reason", sa.Text, nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
    )
    op.create_index("run_due", "run", ["due_at"])


def _messages() -> None:
    op.create_table(
        "wording",
        _number(),
        sa.Column("run_id", sa.Integer, nullable=False, index=True),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "message",
        _number(NUMBER),
        sa.Column("run_id", sa.Integer, nullable=False, index=True),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("recipient", sa.BigInteger, nullable=False),
        sa.Column("wording_id", sa.Integer, nullable=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("copies", sa.Integer, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("slip", sa.String, nullable=False),
    )
    op.create_table(
        "ledger",
        sa.Column("run_id", sa.Integer, primary_key=True),
        sa.Column("channel", sa.String, primary_key=True),
        sa.Column("recipient", sa.BigInteger, primary_key=True),
        sqlite_with_rowid=False,
    )


def _approvals_and_batches() -> None:
    op.create_table(
        "approval",
        _number(),
        sa.Column("run_id", sa.Integer, nullable=False, index=True),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("content_hash", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("voided_at", UtcDateTime(), nullable=True),
        sa.Column("voided_why", sa.Text, nullable=False),
    )
    op.create_table(
        "batch",
        _number(),
        sa.Column("run_id", sa.Integer, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("first_id", NUMBER, nullable=False),
        sa.Column("last_id", NUMBER, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("gateway", sa.String, nullable=False),
        sa.Column("file", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.UniqueConstraint("run_id", "channel", "number"),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.String, nullable=False),
    )


def _log() -> None:
    op.create_table(
        "log",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("run", sa.String, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("previous", sa.String, nullable=False, unique=True),
        sa.Column("hash", sa.String, nullable=False),
    )
    guards.append_only("log")

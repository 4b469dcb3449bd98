"""Releases, put-off messages, the lease of the clock, pauses."""

import sqlalchemy as sa
from alembic import op

from campaigner.store.migrations import guards
from campaigner.store.types import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _runs()
    _outbox()
    _clock()
    _carry_over()
    guards.within_approval()


def _runs() -> None:
    op.add_column("run", sa.Column("release_at", UtcDateTime(), nullable=True))
    op.add_column("run", sa.Column("not_after", UtcDateTime(), nullable=True))
    op.add_column("run", _word("text_key"))
    op.add_column("approval", sa.Column("expires_at", UtcDateTime(), nullable=True))


def _outbox() -> None:
    op.add_column("message", _number("household", sa.BigInteger))
    op.add_column("ledger", _number("household", sa.BigInteger))
    op.add_column("ledger", _number("release_no", sa.Integer))
    op.add_column("ledger", sa.Column("not_before", UtcDateTime(), nullable=True))
    op.add_column("ledger", _word("held_by"))
    op.create_index(
        "ledger_household", "ledger", ["run_id", "household"],
        sqlite_where=sa.text("household <> 0"), postgresql_where=sa.text("household <> 0"),
    )  # fmt: skip
    op.add_column("batch", sa.Column("release_no", sa.Integer, nullable=False, server_default="1"))
    op.create_table(
        "run_release",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("gateway", sa.String, nullable=False),
        sa.Column("text_key", sa.String, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("sms", sa.Integer, nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("whole", sa.Boolean, nullable=False),
        sa.Column("out", sa.Boolean, nullable=False),
        sa.Column("manifest", sa.String, nullable=False),
        sa.UniqueConstraint("run_id", "number"),
    )
    op.create_index("run_release_at", "run_release", ["at"])


def _clock() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("token", sa.Integer, nullable=False),
        sa.Column("renewals", sa.Integer, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "pause",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )


def _carry_over() -> None:
    """What earlier versions exported is one release of the whole run; the states have got their new names."""
    op.execute("UPDATE run SET release_at = due_at")
    op.execute("UPDATE run SET state = 'released' WHERE state = 'exported'")
    op.execute("UPDATE run SET state = 'releasing' WHERE state = 'exporting'")
    op.execute(
        "INSERT INTO run_release(run_id, number, at, gateway, text_key, quantity, sms, parts, whole, out, manifest)"
        " SELECT id, 1, due_at, gateway, '', quantity,"
        " (SELECT count(*) FROM message m WHERE m.run_id = run.id AND m.channel = 'sms'), parts, 1 = 1,"
        " state = 'released', '' FROM run WHERE state IN ('released', 'releasing')"
    )
    op.execute(
        "UPDATE ledger SET release_no = 1 WHERE run_id IN"
        " (SELECT id FROM run WHERE state IN ('released', 'releasing'))"
    )


def _number(name: str, kind: type[sa.Integer]) -> "sa.Column[int]":
    return sa.Column(name, kind, nullable=False, server_default="0")


def _word(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.String, nullable=False, server_default="")

"""An id that a carrier gives twice has a row for each message; a receipt of nobody keeps whose it says that it is.

Only the last message of an id was known before: its word may be that of an earlier one, so no older row is touched.
"""

import sqlalchemy as sa
from alembic import op

from campaigner.store.types import NUMBER, UtcDateTime

revision = "0011"
down_revision = "0010"

_STRAY, _SEVERAL = sa.text("message_id = 0"), sa.text("pieces <> 1")
_COPY = """
INSERT INTO reference(gateway, reference, message_id, pieces, received, cause, at)
SELECT gateway, reference, message_id, pieces, received, cause, at FROM reference_0012
"""


def upgrade() -> None:
    new = (
        ("phone_hash", sa.String, {"nullable": False, "server_default": ""}),
        ("found", sa.String, {"nullable": False, "server_default": ""}),
        ("done_at", UtcDateTime, {"nullable": True}),
        ("submitted_at", UtcDateTime, {"nullable": True}),
    )
    if op.get_bind().dialect.name == "postgresql":
        for name, kind, more in new:
            op.add_column("reference", sa.Column(name, kind(), **more))
        op.drop_constraint("reference_pkey", "reference", type_="primary")
        op.create_primary_key(
            "reference_pkey", "reference", ["gateway", "reference", "message_id", "phone_hash"]
        )
        return
    op.drop_index("reference_message", "reference")
    op.drop_index("reference_stray", "reference")
    op.rename_table("reference", "reference_0012")
    op.create_table(
        "reference",
        sa.Column("gateway", sa.String, primary_key=True),
        sa.Column("reference", sa.String, primary_key=True),
        sa.Column("message_id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("phone_hash", sa.String, primary_key=True, server_default=""),
        sa.Column("pieces", sa.Integer, nullable=False, server_default="0"),
        sa.Column("received", sa.String, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=True),
        *(sa.Column(name, kind(), **more) for name, kind, more in new[1:]),
        sqlite_with_rowid=False,
    )
    op.execute(_COPY)
    op.drop_table("reference_0012")
    op.create_index("reference_message", "reference", ["message_id"], sqlite_where=_SEVERAL)
    op.create_index("reference_stray", "reference", ["at"], sqlite_where=_STRAY)

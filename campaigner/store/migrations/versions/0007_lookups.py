"""What the clock asks for all day long is looked up, not searched for: a run's entries, certificates, strays."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_STRAY = sa.text("message_id = 0")


def upgrade() -> None:
    op.create_index("log_run", "log", ["run", "seq"])
    op.create_index("log_kind", "log", ["kind", "seq"])
    op.create_index("reference_stray", "reference", ["at"], sqlite_where=_STRAY, postgresql_where=_STRAY)

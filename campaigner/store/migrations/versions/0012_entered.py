"""A refusal says which entry of the log tells of it; 0 for those that were entered before."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("refusal", sa.Column("entry", sa.Integer, nullable=False, server_default="0"))

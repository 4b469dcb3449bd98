"""An approval says of how many phones it was known that they have the same text already."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("approval", sa.Column("repeats", sa.Integer, nullable=True))

"""Column types of ours."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, DateTime, Integer
from sqlalchemy.types import TypeDecorator

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""Numbers of messages, which grow for years: 64 bits on every store. SQLite has them under the name INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware when given, kept in UTC, aware in UTC when read, whatever the database makes of zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """To UTC; a moment without a zone is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone cannot be kept")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """As an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def moment_binder(connection: Connection) -> Callable[[datetime], Any]:
    """How moments are written where SQL is ours and not built from the tables: as the tables write them."""
    processor = UtcDateTime().dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return processor or (lambda moment: moment)

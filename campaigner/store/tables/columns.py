"""Columns that several tables have."""

from typing import Any

from sqlalchemy import Column, Text
from sqlmodel import Field

from campaigner.store.types import UtcDateTime


def moment(*, required: bool = False) -> Any:
    """A moment, kept in UTC."""
    return Field(default=None, sa_column=Column(UtcDateTime(), nullable=not required))


def long_text() -> Any:
    """A text of any length, "" unless given."""
    return Field(default="", sa_column=Column(Text, nullable=False))

"""Rows of the office itself: its log, who refused or was deleted, who leads, what is held back, its settings."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from campaigner.store.tables.columns import long_text, moment


class LogRow(SQLModel, table=True):
    """One entry of the sent log: append-only, each chained to the one before by its hash."""

    __tablename__ = "log"
    __table_args__ = (
        UniqueConstraint("previous"),
        Index("log_run", "run", "seq"),
        Index("log_kind", "kind", "seq"),
    )

    seq: int = Field(primary_key=True)
    at: datetime = moment(required=True)
    kind: str
    run: str = ""
    actor: str = ""
    data: str = long_text()
    previous: str
    hash: str


class RefusalRow(SQLModel, table=True):
    """A phone that wants no more messages, whatever list it stands in."""

    __tablename__ = "refusal"

    phone: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime = moment(required=True)
    source: str
    by: str = ""
    place: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    entry: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class UnreadFileRow(SQLModel, table=True):
    """A file of refusals of which not every row could be read: nobody knows yet who else refused."""

    __tablename__ = "unread_file"

    name: str = Field(primary_key=True)
    at: datetime = moment(required=True)
    by: str = ""
    why: str = long_text()


class ErasureRow(SQLModel, table=True):
    """What is left of somebody who was deleted: a hash by which his phone, or the row of his letter, is known again."""

    __tablename__ = "erasure"

    subject: str = Field(primary_key=True)
    channel: str
    at: datetime = moment(required=True)
    by: str = ""


class LeaseRow(SQLModel, table=True):
    """Who may beat the clock; a higher token fences off whoever held it before."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str
    token: int
    renewals: int
    at: datetime = moment(required=True)


class PauseRow(SQLModel, table=True):
    """A run or a campaign that somebody holds back."""

    __tablename__ = "pause"

    name: str = Field(primary_key=True)
    by: str
    at: datetime = moment(required=True)
    reason: str = long_text()


class SettingRow(SQLModel, table=True):
    """A value that belongs to this store, such as the salt of its receipt codes."""

    __tablename__ = "setting"

    name: str = Field(primary_key=True)
    value: str


class OwnFileRow(SQLModel, table=True):
    """A file that the clock wrote below the output folder and may take away again, as long as it is still the same."""

    __tablename__ = "own_file"

    path: str = Field(primary_key=True)
    run_id: int
    sha256: str
    at: datetime = moment(required=True)

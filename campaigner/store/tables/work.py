"""Rows of the road: runs, their texts and messages, approvals, releases, batches."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from campaigner.store.tables.columns import long_text, moment
from campaigner.store.types import NUMBER


class RunRow(SQLModel, table=True):
    """One planned firing of a campaign."""

    __tablename__ = "run"
    __table_args__ = (UniqueConstraint("code"), Index("run_due", "due_at"))

    id: int | None = Field(default=None, primary_key=True)
    code: str
    campaign: str
    title: str
    gateway: str = ""
    due_at: datetime = moment(required=True)
    release_at: datetime | None = moment()
    not_after: datetime | None = moment()
    text_key: str = ""
    state: str
    attempt: int = 0
    synthetic: bool = False
    author: str = ""
    plan: str = long_text()
    plan_hash: str = ""
    content_hash: str = ""
    digest: str = ""
    quantity: int = 0
    parts: int = 0
    returned_reason: str = long_text()
    state_reason: str = long_text()
    let_go: str = ""
    changed_at: datetime = moment(required=True)


class SeenRow(SQLModel, table=True):
    """Since when a campaign asks for what it asks for now: its schedule, and that it is not paused."""

    __tablename__ = "campaign_seen"

    campaign: str = Field(primary_key=True)
    asks: str
    since: datetime = moment(required=True)


class WordingRow(SQLModel, table=True):
    """A finished text that many messages of a run share."""

    __tablename__ = "wording"

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(index=True)
    channel: str
    sha256: str
    text: str = long_text()


class MessageRow(SQLModel, table=True):
    """Finished wording for one recipient on one channel; `body` is empty where the wording is shared."""

    __tablename__ = "message"

    id: int | None = Field(default=None, primary_key=True, sa_type=NUMBER)
    run_id: int = Field(index=True)
    channel: str
    recipient: int = Field(sa_type=BigInteger)
    household: int = Field(default=0, sa_type=BigInteger)
    wording_id: int | None = None
    body: str = long_text()
    parts: int = 0
    copies: int = 1
    label: str = long_text()
    folder: str = long_text()
    position: int = 0
    slip: str = ""


class LedgerRow(SQLModel, table=True):
    """Who is in a sealed run, once on each channel: the constraint that nobody is written to twice.

    `release_no` is 0 while the message waits, -1 if it will never go out, else the number of the release of
    its run in which it went.
    """

    __tablename__ = "ledger"
    __table_args__ = (
        Index(
            "ledger_household",
            "run_id",
            "household",
            sqlite_where=sql_text("household <> 0"),
            postgresql_where=sql_text("household <> 0"),
        ),
    )

    run_id: int = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    recipient: int = Field(primary_key=True, sa_type=BigInteger)
    household: int = Field(default=0, sa_type=BigInteger)
    release_no: int = 0
    not_before: datetime | None = moment()
    held_by: str = ""


class ReleaseRow(SQLModel, table=True):
    """One going out of a run, or of a part of it.

    `given` is the number of the last message that a sender was given; nothing until senders may ask.
    """

    __tablename__ = "run_release"
    __table_args__ = (UniqueConstraint("run_id", "number"), Index("run_release_at", "at"))

    id: int | None = Field(default=None, primary_key=True)
    run_id: int
    number: int
    at: datetime = moment(required=True)
    gateway: str = ""
    text_key: str = ""
    quantity: int
    sms: int
    parts: int
    whole: bool
    out: bool = False
    manifest: str = ""
    given: int | None = Field(default=None, sa_type=NUMBER)


class TakeoutRow(SQLModel, table=True):
    """An exported SMS whose phone refused afterwards: somebody must take it out where the file was uploaded."""

    __tablename__ = "takeout"

    message_id: int = Field(primary_key=True, sa_type=NUMBER)
    run_id: int = Field(index=True)
    release_no: int
    batch: int
    file: str = long_text()
    position: int
    due_at: datetime = moment(required=True)
    entered_at: datetime = moment(required=True)
    source: str
    done_at: datetime | None = moment()
    done_by: str = ""
    note: str = long_text()


class SenderRow(SQLModel, table=True):
    """A process that sends a release; it bears a number that no other ever had."""

    __tablename__ = "sender"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(index=True)
    release_no: int
    holder: str
    place: str
    pid: int
    renewals: int
    at: datetime = moment(required=True)


class ApprovalRow(SQLModel, table=True):
    """A second person's word on one content and one quantity.

    `repeats` is of how many phones the person knew that they have the same text already; nothing where an older
    version did not count them.
    """

    __tablename__ = "approval"

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(index=True)
    by: str
    at: datetime = moment(required=True)
    content_hash: str
    digest: str
    quantity: int
    parts: int
    expires_at: datetime | None = moment()
    voided_at: datetime | None = moment()
    voided_why: str = long_text()
    repeats: int | None = None


class BatchRow(SQLModel, table=True):
    """One exported file's worth of messages, by the range of their ids."""

    __tablename__ = "batch"
    __table_args__ = (UniqueConstraint("run_id", "channel", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    run_id: int
    channel: str
    release_no: int
    number: int
    first_id: int = Field(sa_type=NUMBER)
    last_id: int = Field(sa_type=NUMBER)
    rows: int
    parts: int
    state: str
    gateway: str = ""
    file: str = ""
    sha256: str = ""

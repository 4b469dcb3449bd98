"""Rows as they are kept; never seen outside this package. Migrations build them, this file only names them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Text, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from campaigner.store.types import NUMBER, UtcDateTime


def _moment(*, required: bool = False) -> Any:
    return Field(default=None, sa_column=Column(UtcDateTime(), nullable=not required))


def _text() -> Any:
    return Field(default="", sa_column=Column(Text, nullable=False))


class RunRow(SQLModel, table=True):
    """One planned firing of a campaign."""

    __tablename__ = "run"
    __table_args__ = (UniqueConstraint("code"), Index("run_due", "due_at"))

    id: int | None = Field(default=None, primary_key=True)
    code: str
    campaign: str
    title: str
    gateway: str = ""
    due_at: datetime = _moment(required=True)
    release_at: datetime | None = _moment()
    not_after: datetime | None = _moment()
    text_key: str = ""
    state: str
    attempt: int = 0
    synthetic: bool = False
    author: str = ""
    plan: str = _text()
    plan_hash: str = ""
    content_hash: str = ""
    digest: str = ""
    quantity: int = 0
    parts: int = 0
    returned_reason: str = _text()
    changed_at: datetime = _moment(required=True)


class WordingRow(SQLModel, table=True):
    """A finished text that many messages of a run share."""

    __tablename__ = "wording"

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(index=True)
    channel: str
    sha256: str
    text: str = _text()


class MessageRow(SQLModel, table=True):
    """Finished wording for one recipient on one channel; `body` is empty where the wording is shared."""

    __tablename__ = "message"

    id: int | None = Field(default=None, primary_key=True, sa_type=NUMBER)
    run_id: int = Field(index=True)
    channel: str
    recipient: int = Field(sa_type=BigInteger)
    household: int = Field(default=0, sa_type=BigInteger)
    wording_id: int | None = None
    body: str = _text()
    parts: int = 0
    copies: int = 1
    label: str = _text()
    folder: str = _text()
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
    not_before: datetime | None = _moment()
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
    at: datetime = _moment(required=True)
    gateway: str = ""
    text_key: str = ""
    quantity: int
    sms: int
    parts: int
    whole: bool
    out: bool = False
    manifest: str = ""
    given: int | None = Field(default=None, sa_type=NUMBER)


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
    at: datetime = _moment(required=True)


class ApprovalRow(SQLModel, table=True):
    """A second person's word on one content and one quantity."""

    __tablename__ = "approval"

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(index=True)
    by: str
    at: datetime = _moment(required=True)
    content_hash: str
    digest: str
    quantity: int
    parts: int
    expires_at: datetime | None = _moment()
    voided_at: datetime | None = _moment()
    voided_why: str = _text()


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


class LogRow(SQLModel, table=True):
    """One entry of the sent log: append-only, each chained to the one before by its hash."""

    __tablename__ = "log"
    __table_args__ = (
        UniqueConstraint("previous"),
        Index("log_run", "run", "seq"),
        Index("log_kind", "kind", "seq"),
    )

    seq: int = Field(primary_key=True)
    at: datetime = _moment(required=True)
    kind: str
    run: str = ""
    actor: str = ""
    data: str = _text()
    previous: str
    hash: str


class DeliveryRow(SQLModel, table=True):
    """One SMS that was given to a link, or of which a carrier's file tells."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("delivery_run", "run_id", "state"),
        Index(
            "delivery_unknown",
            "state",
            sqlite_where=sql_text("state = 'unknown'"),
            postgresql_where=sql_text("state = 'unknown'"),
        ),
    )

    message_id: int = Field(primary_key=True, sa_type=NUMBER)
    run_id: int
    gateway: str
    state: str
    parts: int = 1
    sent_at: datetime = _moment(required=True)
    answered_at: datetime | None = _moment()
    settled_at: datetime | None = _moment()
    cause: str = _text()
    sender: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class HandoverRow(SQLModel, table=True):
    """A block of messages that is with a link: those of a release between two numbers that have no answer yet."""

    __tablename__ = "handover"

    id: int | None = Field(default=None, primary_key=True)
    run_id: int
    gateway: str
    release_no: int
    first_id: int = Field(sa_type=NUMBER)
    last_id: int = Field(sa_type=NUMBER)
    unanswered: int
    at: datetime = _moment(required=True)
    sender: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class ReferenceRow(SQLModel, table=True):
    """A carrier's id of one part of an SMS, and what its receipt said.

    `pieces` is how many ids the message has: 1 where the receipt of this one says all, 0 while nobody knows
    whose it is.
    """

    __tablename__ = "reference"
    __table_args__ = (
        Index(
            "reference_message",
            "message_id",
            sqlite_where=sql_text("pieces <> 1"),
            postgresql_where=sql_text("pieces <> 1"),
        ),
        Index(
            "reference_stray",
            "at",
            sqlite_where=sql_text("message_id = 0"),
            postgresql_where=sql_text("message_id = 0"),
        ),
    )

    gateway: str = Field(primary_key=True)
    reference: str = Field(primary_key=True)
    message_id: int = Field(default=0, sa_type=NUMBER)
    pieces: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    received: str = ""
    cause: str = _text()
    at: datetime | None = _moment()


class RefusalRow(SQLModel, table=True):
    """A phone that wants no more messages, whatever list it stands in."""

    __tablename__ = "refusal"

    phone: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime = _moment(required=True)
    source: str
    by: str = ""


class ErasureRow(SQLModel, table=True):
    """What is left of somebody who was deleted: a hash by which his phone, or the row of his letter, is known again."""

    __tablename__ = "erasure"

    subject: str = Field(primary_key=True)
    channel: str
    at: datetime = _moment(required=True)
    by: str = ""


class TallyRow(SQLModel, table=True):
    """How many SMS of a run had come to a state when their single states were forgotten."""

    __tablename__ = "tally"

    run_id: int = Field(primary_key=True)
    gateway: str = Field(primary_key=True)
    state: str = Field(primary_key=True)
    quantity: int
    parts: int


class LeaseRow(SQLModel, table=True):
    """Who may beat the clock; a higher token fences off whoever held it before."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str
    token: int
    renewals: int
    at: datetime = _moment(required=True)


class PauseRow(SQLModel, table=True):
    """A run or a campaign that somebody holds back."""

    __tablename__ = "pause"

    name: str = Field(primary_key=True)
    by: str
    at: datetime = _moment(required=True)
    reason: str = _text()


class SettingRow(SQLModel, table=True):
    """A value that belongs to this store, such as the salt of its receipt codes."""

    __tablename__ = "setting"

    name: str = Field(primary_key=True)
    value: str

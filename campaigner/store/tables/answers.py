"""Rows of what gateways and carriers said: what was given to them, and what came back."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from campaigner.store.tables.columns import long_text, moment
from campaigner.store.types import NUMBER


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
    sent_at: datetime = moment(required=True)
    answered_at: datetime | None = moment()
    settled_at: datetime | None = moment()
    cause: str = long_text()
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
    at: datetime = moment(required=True)
    sender: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class ReferenceRow(SQLModel, table=True):
    """A carrier's id of one part of an SMS, and what its receipt said; a receipt that is nobody's has number 0.

    A carrier may give one id to several messages: each has a row of its own. `pieces` is how many ids the message has:
    1 where the receipt of this one says all, 0 where the message is not known. Then `phone_hash` is a keyed hash of the
    phone that the receipt names, `found` says why it is nobody's, `at` is when it arrived, `done_at` and `submitted_at`
    are what it states; elsewhere `at` is when it was done.
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
    message_id: int = Field(default=0, primary_key=True, sa_type=NUMBER)
    phone_hash: str = Field(default="", primary_key=True, sa_column_kwargs={"server_default": ""})
    pieces: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    received: str = ""
    cause: str = long_text()
    at: datetime | None = moment()
    found: str = Field(default="", sa_column_kwargs={"server_default": ""})
    done_at: datetime | None = moment()
    submitted_at: datetime | None = moment()


class TallyRow(SQLModel, table=True):
    """How many SMS of a run had come to a state when their single states were forgotten."""

    __tablename__ = "tally"

    run_id: int = Field(primary_key=True)
    gateway: str = Field(primary_key=True)
    state: str = Field(primary_key=True)
    quantity: int
    parts: int

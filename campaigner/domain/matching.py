"""Whose a receipt is: carriers use their ids again, give one id to several messages, and tell of strangers' messages.

A receipt names a message by the carrier's id. That alone proves nothing: what counts is the id, the phone and the time
together, and the moment at which the receipt arrived, which no carrier's clock can get wrong. What cannot be told apart
is `AMBIGUOUS`, never a guess.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import NamedTuple

from campaigner.domain.receipt import Receipt, Received

CLOCK = timedelta(minutes=15)
"""By how much clocks may differ; receipts often state whole minutes only."""
CARRIERS = timezone(timedelta(hours=8))
"""The zone that carriers in China write, without saying so."""
REUSED = timedelta(hours=1)
"""A message that was submitted so long after another one cannot be that one."""


class Found(StrEnum):
    """What is known of a receipt's message."""

    OURS = "ours"
    STRANGER = "stranger"
    """No message of ours has this id and this phone."""
    EARLIER = "earlier"
    """The message that has them was sent after what the receipt tells of was done."""
    AMBIGUOUS = "ambiguous"
    """Several messages of ours have them, and nothing tells them apart."""
    REPEATED = "repeated"
    """The message has had its final word before."""


class Known(NamedTuple):
    """A message of ours, or a part of one, that a carrier's id may name.

    Args:
        message: Our number of it.
        phone: Its recipient; 0 if that was forgotten.
        sent_at: When it was given to the link.
        word: The final word that it has already; None while it waits for one.
    """

    message: int
    phone: int
    sent_at: datetime
    word: Received | None = None


class Match(NamedTuple):
    """Whose a receipt is, and when what it tells of was done, in a zone that makes sense."""

    found: Found
    known: Known | None = None
    at: datetime | None = None


def match(receipt: Receipt, known: Sequence[Known], heard: datetime) -> Match:
    """Find the message of a receipt among those that have its id.

    Args:
        receipt: What the carrier says; its times bear the zone that the carrier is believed to write.
        known: Every message of ours that had this id of this carrier when the receipt arrived.
        heard: When the receipt arrived.
    """
    mine = _to_phone(receipt.phone, known)
    fitting = {}
    for one in mine:
        at = _done_at(receipt, one, heard)
        if at is not None:
            fitting[one] = at
    if len(fitting) > 1:
        fitting = _by_submission(receipt, fitting)
    if not fitting:
        left = _left_over(receipt, mine)
        if left is not None:
            return Match(Found.OURS, left, heard)
        return Match(Found.EARLIER if mine else Found.STRANGER)
    newest = max(fitting, key=lambda one: one.sent_at)
    if any(newest.sent_at - one.sent_at <= CLOCK for one in fitting if one.message != newest.message):
        return Match(Found.AMBIGUOUS)
    if newest.word is None:
        return Match(Found.OURS, newest, fitting[newest])
    left = _left_over(receipt, [newest, *(one for one in mine if one.sent_at > newest.sent_at)])
    if left is not None:
        return Match(Found.OURS, left, heard)
    return Match(Found.REPEATED, newest, fitting[newest])


def _to_phone(phone: int, known: Sequence[Known]) -> list[Known]:
    """Those that went to a phone; where none is known to have, those whose phone was forgotten."""
    if not phone:
        return list(known)
    return [one for one in known if one.phone == phone] or [one for one in known if not one.phone]


def _done_at(receipt: Receipt, one: Known, heard: datetime) -> datetime | None:
    """When it was done, if that may be said of this message; None if it was done before that was sent.

    Some centres write UTC where others write the time of the place: the same digits, so that all seems done hours
    before it was sent. That is believed if the receipt, so read, was submitted when the message was sent, or arrived
    when it says that it was done.
    """
    at, start = receipt.at, receipt.submitted
    shift = at.utcoffset() if at is not None else None
    if start is not None and not _may_be_submission(start, shift, one.sent_at, heard):
        return None
    if at is None:
        return heard
    if at >= one.sent_at - CLOCK:
        return at
    if not shift:
        return None
    shifted = at + shift
    near = start is not None and abs(start + shift - one.sent_at) <= CLOCK
    if (near or abs(heard - shifted) <= CLOCK) and shifted >= one.sent_at - CLOCK:
        return shifted
    return None


def _may_be_submission(start: datetime, shift: timedelta | None, sent_at: datetime, heard: datetime) -> bool:
    """Whether what was submitted then may be what was sent: not if it was submitted just now, and that long ago."""
    for read in (start, start + (shift or timedelta())):
        if abs(read - heard) <= CLOCK and read - sent_at > REUSED:
            return False
    return True


def _by_submission(receipt: Receipt, fitting: dict[Known, datetime]) -> dict[Known, datetime]:
    """Those that were sent when the receipt's message was submitted, where it says so and that is true of any."""
    start = receipt.submitted
    if start is None:
        return fitting
    for read in (start, start + (start.utcoffset() or timedelta())):
        near = {one: at for one, at in fitting.items() if abs(read - one.sent_at) <= CLOCK}
        if near:
            return near
    return fitting


def _left_over(receipt: Receipt, mine: Sequence[Known]) -> Known | None:
    """The one message to this phone that still waits, where all others have another final word than this.

    A carrier whose clock stands still, or is wrong, says so of an id that it uses again. What repeats a word that an
    earlier message has is taken for a late duplicate instead.
    """
    if not receipt.phone or receipt.received is Received.UNDERWAY:
        return None
    waiting = [one for one in mine if one.word is None]
    settled = [one.word for one in mine if one.word is not None]
    if len(waiting) != 1 or not settled or receipt.received in settled:
        return None
    return waiting[0]

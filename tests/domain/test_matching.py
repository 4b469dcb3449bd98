"""Whose a receipt is: the carrier's id, the phone and the time together, never a guess."""

from datetime import datetime, timedelta, timezone

import pytest

from campaigner.domain.matching import Found, Known, match
from campaigner.domain.receipt import Receipt, Received

BEIJING = timezone(timedelta(hours=8))
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
FIRST = datetime(2026, 12, 7, 9, tzinfo=BEIJING)
SECOND = FIRST + DAY
A, B = 19900000001, 19900000002
GOOD, BAD = Received.DELIVERED, Received.FAILED


def said(
    word: Received = GOOD, phone: int = A, at: datetime | None = None, start: datetime | None = None
) -> Receipt:
    return Receipt(word, "7", phone=phone, at=at, submitted=start)


def found(receipt: Receipt, known: list[Known], heard: datetime) -> tuple[Found, int]:
    matched = match(receipt, known, heard)
    return matched.found, matched.known.message if matched.known and matched.found is Found.OURS else 0


def test_one_id_of_several_messages_is_told_apart_by_the_phone() -> None:
    both = [Known(1, A, FIRST), Known(2, B, FIRST)]
    assert found(said(phone=A), both, FIRST + MINUTE) == (Found.OURS, 1)
    assert found(said(phone=B), both, FIRST + MINUTE) == (Found.OURS, 2)
    assert found(said(phone=19900000003), both, FIRST + MINUTE) == (Found.STRANGER, 0)
    assert found(said(phone=0), both, FIRST + MINUTE) == (Found.AMBIGUOUS, 0)


def test_an_id_that_is_used_again_is_the_newer_messages() -> None:
    again = [Known(1, A, FIRST, GOOD), Known(2, A, SECOND)]
    assert found(said(BAD, at=SECOND + MINUTE), again, SECOND + MINUTE) == (Found.OURS, 2)
    assert found(said(GOOD, at=SECOND + MINUTE), again, SECOND + MINUTE) == (Found.OURS, 2)
    assert found(said(GOOD), again, SECOND + MINUTE) == (Found.OURS, 2)
    assert found(said(BAD, phone=0, at=SECOND + MINUTE), again, SECOND + MINUTE) == (Found.OURS, 2)


def test_a_late_duplicate_is_the_older_messages() -> None:
    again = [Known(1, A, FIRST, GOOD), Known(2, A, SECOND)]
    assert found(said(GOOD, at=FIRST + MINUTE), again, SECOND + MINUTE) == (Found.REPEATED, 0)
    late = [Known(1, A, FIRST), Known(2, A, SECOND)]
    assert found(said(GOOD, at=FIRST + MINUTE), late, SECOND + MINUTE) == (Found.OURS, 1)
    # By the time at which it was submitted, too: this one was done only after the second was sent.
    slow = said(GOOD, at=SECOND + MINUTE, start=FIRST)
    assert found(slow, late, SECOND + 2 * MINUTE) == (Found.OURS, 1)


def test_what_was_done_before_it_was_sent_is_not_its() -> None:
    assert found(said(at=FIRST - DAY), [Known(1, A, FIRST)], FIRST + MINUTE) == (Found.EARLIER, 0)
    assert found(said(at=FIRST - 10 * MINUTE), [Known(1, A, FIRST)], FIRST + MINUTE) == (Found.OURS, 1)
    foreign = said(at=FIRST - DAY, start=FIRST - DAY)
    assert found(foreign, [Known(1, A, FIRST)], FIRST + 9 * 60 * MINUTE) == (Found.EARLIER, 0)


def test_a_clock_that_stands_still_says_nothing_of_an_id_that_is_used_again() -> None:
    """The earlier message has had its word; another word can only be that of the one that waits."""
    again = [Known(1, A, FIRST, GOOD), Known(2, A, SECOND)]
    matched = match(said(BAD, at=FIRST + MINUTE), again, SECOND + MINUTE)
    assert (matched.found, matched.known, matched.at) == (Found.OURS, again[1], SECOND + MINUTE)
    nameless = said(BAD, phone=0, at=FIRST + MINUTE)
    assert found(nameless, again, SECOND + MINUTE) == (Found.REPEATED, 0)


@pytest.mark.parametrize("start", [True, False], ids=["submitted", "by arrival"])
def test_a_centre_that_writes_utc_is_understood(start: bool) -> None:
    """The same digits eight hours earlier; and never when the message of that hour is another one."""
    eight = timedelta(hours=8)
    at = FIRST + MINUTE - eight
    receipt = said(at=at, start=FIRST - eight if start else None)
    matched = match(receipt, [Known(1, A, FIRST)], FIRST + MINUTE)
    assert (matched.found, matched.at) == (Found.OURS, FIRST + MINUTE)
    assert found(receipt, [Known(1, A, FIRST - DAY, BAD), Known(2, A, FIRST)], FIRST + MINUTE)[1] == 2
    if start:
        delayed = said(at=FIRST + 100 * MINUTE - eight, start=FIRST - eight)
        assert found(delayed, [Known(1, A, FIRST)], FIRST + 300 * MINUTE) == (Found.OURS, 1)


def test_what_was_submitted_just_now_is_not_of_long_ago() -> None:
    """So that a receipt which comes before its answer waits for it, though the same phone had this id before."""
    now = said(GOOD, at=SECOND + MINUTE, start=SECOND)
    assert found(now, [Known(1, A, FIRST)], SECOND + MINUTE) == (Found.EARLIER, 0)


def test_a_message_whose_phone_was_forgotten_may_be_any_ones() -> None:
    assert found(said(), [Known(1, 0, FIRST)], FIRST + MINUTE) == (Found.OURS, 1)
    assert found(said(), [Known(1, 0, FIRST), Known(2, A, FIRST)], FIRST + MINUTE) == (Found.OURS, 2)


def test_two_messages_to_one_phone_at_once_are_not_guessed_at() -> None:
    both = [Known(1, A, FIRST), Known(2, A, FIRST + MINUTE)]
    assert found(said(at=FIRST + 2 * MINUTE), both, FIRST + 3 * MINUTE) == (Found.AMBIGUOUS, 0)

"""What comes in by itself: replies in parts, receipts of what was given up, and what was not kept."""

import asyncio
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.delivery.links.incoming import Incoming
from campaigner.delivery.links.parts import ALONE, Joint, read_udh, udh
from campaigner.delivery.links.replies import MOST_WAITING, PATIENCE, Replies, ReplyPart
from campaigner.delivery.live import Receipt, Received
from tests.delivery.live_conformance import FIRST_PHONE, Heard
from tests.fakes.leaping_loop import leap

OURS = "10690000"
CODINGS = {0: "ascii", 8: "utf-16-be", 15: "gb18030"}


def decode(octets: bytes, coding: int) -> str:
    return octets.decode(CODINGS[coding], "replace")


def part(text: str | bytes, joint: Joint = ALONE, coding: int = 8, phone: int = FIRST_PHONE) -> ReplyPart:
    octets = text if isinstance(text, bytes) else text.encode(CODINGS[coding])
    return ReplyPart(phone, OURS, joint, octets, coding)


# ---- joining ----


def test_a_character_that_is_cut_by_the_end_of_a_part_is_read() -> None:
    octets = "请退订".encode("gb18030")
    replies = Replies(decode)
    assert replies.take(part(octets[3:], (7, 2, 2), 15), 0) == []
    (reply,) = replies.take(part(octets[:3], (7, 2, 1), 15), 0)
    assert (reply.text, reply.whole) == ("请退订", True)


def test_parts_may_be_coded_differently() -> None:
    replies = Replies(decode)
    replies.take(part("TD", (7, 3, 1), 0), 0)
    replies.take(part("退", (7, 3, 2)), 0)
    assert [reply.text for reply in replies.take(part("订", (7, 3, 3), 15), 0)] == ["TD退订"]


@pytest.mark.parametrize("joint", [(7, 0, 0), (7, 2, 0), (7, 2, 3), (7, 1, 1)])
def test_a_joint_that_joins_nothing_is_none(joint: Joint) -> None:
    assert [reply.text for reply in Replies(decode).take(part("退订", joint), 0)] == ["退订"]


def test_a_part_is_told_alone_as_one_that_is_not_whole() -> None:
    replies = Replies(decode)
    assert replies.take(part("退", (7, 2, 1)), 0) == []
    assert replies.part is not None
    assert (replies.part[1].text, replies.part[1].whole) == ("退", False)


def test_nothing_waits_for_ever_and_halves_do_not_pile_up() -> None:
    replies = Replies(decode)
    told = [each for n in range(MOST_WAITING + 50) for each in replies.take(part("退", (n, 2, 1)), 10)]
    assert len(told) == 50
    assert replies.overdue(10 + PATIENCE - 1) == []
    assert len(replies.overdue(10 + PATIENCE)) == MOST_WAITING
    assert replies.rest() == []


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(2, 4)), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_each_reply_is_put_together_once_in_whatever_order_its_parts_come(
    drawn: list[tuple[int, int, int]], random: Random
) -> None:
    keys = {(FIRST_PHONE + phone, reference, total) for phone, reference, total in drawn}
    parts = [
        part(f"{reference}{number}", (reference, total, number), phone=phone)
        for phone, reference, total in keys
        for number in range(1, total + 1)
    ]
    random.shuffle(parts)
    replies = Replies(decode)
    told = [reply for each in parts for reply in replies.take(each, 0)]
    expected = Counter(
        (phone, "".join(f"{reference}{n}" for n in range(1, total + 1))) for phone, reference, total in keys
    )
    assert Counter((reply.phone, reply.text) for reply in told) == expected
    assert replies.rest() == []


@given(st.integers(0, 65_535), st.integers(2, 255), st.data())
def test_what_joins_parts_is_read_as_it_is_written(reference: int, count: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(1, count))
    assert read_udh(udh(reference, count, number) + b"text") == ((reference & 0xFF, count, number), b"text")
    long = bytes((6, 8, 4)) + reference.to_bytes(2) + bytes((count, number))
    assert read_udh(long + b"text") == ((reference, count, number), b"text")


@given(st.binary(max_size=40))
def test_no_octets_break_the_reading_of_a_header(content: bytes) -> None:
    joint, rest = read_udh(content)
    assert content.endswith(rest)
    assert len(joint) == 3


# ---- telling ----


def incoming(heard: Heard) -> Incoming:
    return Incoming(heard, Replies(decode))


def test_a_part_that_was_not_kept_waits_for_the_others_again() -> None:
    heard = Heard(holds=True)

    async def go() -> None:
        box = incoming(heard)
        first = box.reply(part("退", (7, 2, 1)), 0)
        assert box.reply(part("订", (7, 2, 2)), 0) is None
        (kept,) = box.tell()
        assert first is not None
        assert kept is not None
        heard.say(kept=False)
        assert await first is False
        assert await kept is False
        box.reply(part("订", (7, 2, 2)), 0)
        box.tell()
        heard.say(kept=True)

    leap(go())
    assert [reply.text for reply in heard.replied] == ["退订", "退订"]


def test_on_closing_and_in_time_nothing_is_forgotten() -> None:
    heard = Heard()

    async def go() -> None:
        box = incoming(heard)
        box.reply(part("一", (1, 2, 1)), 0)
        box.reply(part("二", (2, 2, 1)), 100)
        box.look_through(PATIENCE + 1)
        assert [reply.text for reply in heard.replied if reply.whole] == ["一"]
        box.empty()

    leap(go())
    assert [reply.text for reply in heard.replied if reply.whole] == ["一", "二"]


def late(reference: str = "r", phone: int = FIRST_PHONE, refused: str = "") -> tuple[Incoming, Heard]:
    heard = Heard()
    box = incoming(heard)
    box.late(5, phone, reference, refused)
    return box, heard


@pytest.mark.parametrize(
    ("receipt", "number"),
    [
        (Receipt(Received.DELIVERED, "r"), 5),
        (Receipt(Received.DELIVERED, "r", phone=FIRST_PHONE), 5),
        (Receipt(Received.DELIVERED, "r", phone=FIRST_PHONE + 1), 0),
        (Receipt(Received.DELIVERED, "other"), 0),
    ],
)
def test_a_receipt_of_what_was_answered_late_is_told_by_our_number(receipt: Receipt, number: int) -> None:
    box, heard = late()
    box.receipt(receipt)
    asyncio.run(told(box))
    assert [(r.received, r.id) for r in heard.received] == [
        (Received.UNDERWAY, 5), (Received.DELIVERED, number),
    ]  # fmt: skip
    assert heard.received[1].reference == ("" if number else receipt.reference)


async def told(box: Incoming) -> None:
    box.tell()


def test_a_reference_belongs_to_whoever_had_it_last() -> None:
    box, heard = late()
    box.taken("r")
    box.receipt(Receipt(Received.DELIVERED, "r"))
    asyncio.run(told(box))
    assert heard.received[1].id == 0


def test_a_late_refusal_fails_the_message() -> None:
    box, heard = late(refused="0x0B")
    asyncio.run(told(box))
    assert [(r.received, r.id, r.cause) for r in heard.received] == [
        (Received.FAILED, 5, "0x0B, answered late")
    ]

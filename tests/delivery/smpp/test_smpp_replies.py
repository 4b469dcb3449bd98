import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.delivery.links.replies import Replies
from campaigner.delivery.live import Reply
from campaigner.delivery.smpp.pdu import Delivered
from campaigner.delivery.smpp.replies import decode, read_reply

PHONE, OURS = 13800138000, "10690000"


class Box:
    """Replies as they are read and put together."""

    def __init__(self) -> None:
        self.replies = Replies(decode)

    def take(self, delivered: Delivered, now: float) -> tuple[list[Reply], str]:
        part = read_reply(delivered)
        return ([], part) if isinstance(part, str) else (self.replies.take(part, now), "")


def delivered(octets: bytes, coding: int = 0, esm: int = 0, source: str = f"86{PHONE}") -> Delivered:
    return Delivered(source, OURS, esm, coding, octets, {})


def part(text: str, number: int, total: int = 2, header: bytes = b"\5\0\3\x2a") -> Delivered:
    return delivered(header + bytes((total, number)) + text.encode("utf-16-be"), 8, 0x40)


@pytest.mark.parametrize(
    ("octets", "coding", "text"),
    [
        (b"R", 0, "R"),
        (b"TD", 1, "TD"),
        (b"caf\xe9", 3, "café"),
        ("退订".encode("utf-16-be"), 8, "退订"),
        ("退订".encode("gb18030"), 15, "退订"),
        ("退订".encode("gb18030"), 0, "退订"),
        ("退订".encode(), 0, "退订"),
        ("😀".encode("utf-16-be"), 8, "😀"),
        (b"\x90\x00\x8b", 8, "\u9000\ufffd"),
    ],
)
def test_a_text_is_decoded(octets: bytes, coding: int, text: str) -> None:
    assert decode(octets, coding) == text


@pytest.mark.parametrize("source", [f"{PHONE}", f"86{PHONE}", f"+86{PHONE}", f"0086{PHONE}"])
def test_a_phone_is_read_however_it_is_written(source: str) -> None:
    assert Box().take(delivered(b"R", source=source), 0) == ([Reply(PHONE, OURS, "R")], "")


@pytest.mark.parametrize("source", ["", "10086", "852123456", "police"])
def test_who_is_no_mobile_is_left_out_without_being_named(source: str) -> None:
    replies, note = Box().take(delivered(b"R", source=source), 0)
    assert replies == []
    assert note
    assert not source or source not in note


def test_what_is_no_text_is_left_out() -> None:
    replies, note = Box().take(delivered(b"\x00\x01", 4), 0)
    assert (replies, bool(note)) == ([], True)


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_parts_are_put_together_in_order(order: tuple[int, int]) -> None:
    replies, texts = Box(), {1: "不要再", 2: "发了"}
    first, second = (replies.take(part(texts[n], n), 0)[0] for n in order)
    assert (first, second) == ([], [Reply(PHONE, OURS, "不要再发了")])


def test_parts_with_a_long_reference_or_with_parameters_are_put_together() -> None:
    replies = Box()
    long = b"\6\x08\4\x01\x02"
    assert replies.take(part("甲", 1, header=long), 0)[0] == []
    assert replies.take(part("乙", 2, header=long), 0)[0] == [Reply(PHONE, OURS, "甲乙")]
    for number, expected in ((1, []), (2, [Reply(PHONE, OURS, "RR")])):
        tlvs = {0x20C: b"\0\1", 0x20E: b"\2", 0x20F: bytes([number])}
        assert replies.take(Delivered(f"{PHONE}", OURS, 0, 0, b"R", tlvs), 0)[0] == expected


def test_a_part_whose_other_half_never_comes_is_told_as_it_is() -> None:
    replies = Box()
    replies.take(part("不要再", 1), 10.0)
    assert replies.replies.overdue(300.0) == []
    assert replies.replies.overdue(311.0) == [Reply(PHONE, OURS, "不要再")]
    assert replies.replies.overdue(1000.0) == []


def test_on_closing_nothing_is_forgotten() -> None:
    replies = Box()
    replies.take(part("不要再", 1), 0)
    assert replies.replies.rest() == [Reply(PHONE, OURS, "不要再")]


def test_halves_do_not_pile_up() -> None:
    replies = Box()
    told = sum(
        len(replies.take(part("甲", 1, header=b"\6\x08\4" + n.to_bytes(2)), 0)[0]) for n in range(1100)
    )
    assert told == 100
    assert len(replies.replies.rest()) == 1000


@given(st.binary(max_size=60), st.integers(0, 255), st.sampled_from([0, 0x40]))
def test_no_octets_break_the_reader(octets: bytes, coding: int, esm: int) -> None:
    Box().take(delivered(octets, coding, esm), 0)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.delivery.smpp import pdu

SUBMITS = pdu.Submits("CMT", (5, 0, "10690000"), (1, 1, "86"), "000001000000000R", receipts=True)


def test_a_submit_on_the_wire() -> None:
    octets = SUBMITS.write(7, 13800138000, "防诈".encode("utf-16-be"), joined=False)
    assert (
        octets.hex()
        == (
            "0000004d"  # length
            "00000004"  # submit_sm
            "00000000"
            "00000007"  # sequence
            "434d5400"  # service type CMT
            "0500"  # source: alphanumeric, no plan
            "313036393030303000"
            "0101"  # destination: international, E.164
            "3836313338303031333830303000"
            "000000"  # esm_class, protocol, priority
            "00"  # at once
            "30303030303130303030303030303052" + "00"  # valid for a day
            "01000800"  # receipt wanted, no replacing, UCS-2, no predefined text
            "04" + "96328bc8"
        )
    )


def test_a_joined_part_says_so() -> None:
    plain = SUBMITS.write(1, 13800138000, b"ab", joined=False)
    joined = SUBMITS.write(1, 13800138000, b"ab", joined=True)
    differing = [(a, b) for a, b in zip(plain, joined, strict=True) if a != b]
    assert differing == [(0, 0x40)]


def test_a_login() -> None:
    body = pdu.bind_body("township", "secret", "SP")
    assert body == b"township\0secret\0SP\0\x34\0\0\0"


def test_a_stream_is_cut_wherever_it_breaks() -> None:
    stream = b"".join(pdu.write(pdu.DELIVER_SM, 0, number, bytes(number)) for number in range(1, 30))
    for at in range(0, len(stream), 7):
        first, rest = pdu.cut(stream[:at])
        assert rest is not None
        second, rest = pdu.cut(rest + stream[at:])
        assert rest == b""
        assert [number for _command, _code, number, _body in first + second] == list(range(1, 30))
        assert all(len(body) == number for _command, _code, number, body in first + second)


@pytest.mark.parametrize("length", [0, 1, 15, 65_537, 0xFFFFFFFF])
def test_behind_an_impossible_length_nothing_is_read(length: int) -> None:
    good = pdu.write(pdu.ENQUIRE_LINK, 0, 1)
    found, rest = pdu.cut(good + length.to_bytes(4) + bytes(12) + good)
    assert found == [(pdu.ENQUIRE_LINK, 0, 1, b"")]
    assert rest is None


def delivered(**changes: object) -> bytes:
    """The body of a deliver_sm."""
    values = {"esm": 0, "coding": 0, "octets": b"R", "tlvs": b""} | changes
    octets = values["octets"]
    assert isinstance(octets, bytes)
    assert isinstance(values["tlvs"], bytes)
    return (
        b"\0\1\x018613800138000\0\0\x0110690000\0"
        + bytes([values["esm"], 0, 0, 0, 0, 0, 0, values["coding"], 0, len(octets)])  # type: ignore[list-item]
        + octets
        + values["tlvs"]
    )


def test_a_reply_is_read() -> None:
    tlvs = b"\x00\x1e\x00\x03ab\0" + b"\x04\x27\x00\x01\x02"
    assert pdu.read_deliver(delivered(esm=4, coding=8, tlvs=tlvs)) == pdu.Delivered(
        "8613800138000", "10690000", 4, 8, b"R", {0x1E: b"ab\0", 0x427: b"\2"}
    )


def test_a_payload_stands_in_for_an_empty_text() -> None:
    found = pdu.read_deliver(delivered(octets=b"", tlvs=b"\x04\x24\x00\x02ab"))
    assert found.octets == b"ab"


def test_a_body_that_is_cut_short_anywhere_is_refused() -> None:
    body = delivered(octets=b"hello", tlvs=b"\x04\x27\x00\x01\x02")
    whole = len(body) - 5
    for end in (*range(whole), *range(whole + 1, len(body))):
        with pytest.raises(pdu.PduError):
            pdu.read_deliver(body[:end])
    assert pdu.read_deliver(body[:whole]).octets == b"hello"


@given(st.binary(max_size=400))
def test_no_octets_break_the_reader(octets: bytes) -> None:
    found, rest = pdu.cut(octets)
    assert rest is None or len(rest) <= len(octets)
    for body in (octets, *(body for *_header, body in found)):
        try:
            pdu.read_deliver(body)
        except pdu.PduError:
            continue

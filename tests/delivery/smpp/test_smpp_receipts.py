from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.delivery.live import Receipt, Received
from campaigner.delivery.smpp.pdu import Delivered
from campaigner.delivery.smpp.receipts import is_receipt, read_receipt, references

TEXT = (
    b"id:0123456789 sub:001 dlvrd:001 submit date:2611230101 done date:2611230102 stat:DELIVRD err:000 text:"
)
AT = datetime(2026, 11, 23, 1, 2, tzinfo=timezone(timedelta(hours=8)))


def delivered(octets: bytes = TEXT, esm: int = 4, **tlvs: bytes) -> Delivered:
    tags = {"name": 0x1E, "state": 0x427}
    return Delivered("8613800138000", "10690000", esm, 0, octets, {tags[k]: v for k, v in tlvs.items()})


def plain(reference: str) -> str:
    return reference


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (delivered(), Receipt(Received.DELIVERED, "0123456789", cause="DELIVRD", at=AT)),
        (
            delivered(name=b"ab\0", state=b"\5"),
            Receipt(Received.FAILED, "ab", cause="UNDELIV DELIVRD", at=AT),
        ),
        (delivered(b"", name=b"ab\0", state=b"\2"), Receipt(Received.DELIVERED, "ab", cause="DELIVRD")),
        (delivered(b"", name=b"ab", state=b"\3"), Receipt(Received.EXPIRED, "ab", cause="EXPIRED")),
        (delivered(b"id:7 stat:undeliv err:012"), Receipt(Received.FAILED, "7", cause="UNDELIV err:012")),
        (delivered(b"id:7 stat:MA:0001 err:0"), Receipt(Received.FAILED, "7", cause="MA:0001")),
        (delivered(b"id:7 stat:DELIV13800138000"), Receipt(Received.FAILED, "7")),
        (delivered(b"id:7 stat:ACCEPTD"), Receipt(Received.UNDERWAY, "7", cause="ACCEPTD")),
        (delivered(b"id:7 stat:UNKNOWN"), Receipt(Received.UNDERWAY, "7", cause="UNKNOWN")),
        (delivered(b"id:7 stat:DELIVRD", esm=0x20), Receipt(Received.UNDERWAY, "7", cause="DELIVRD")),
        (delivered(b"ID: 7 Stat: EXPIRED"), Receipt(Received.EXPIRED, "7", cause="EXPIRED")),
        (delivered(b"id:7 stat:13800138000"), Receipt(Received.FAILED, "7", cause="")),
        (delivered(b"id:7 stat:REJECTD err:13800138000"), Receipt(Received.FAILED, "7", cause="REJECTD")),
        (
            delivered(b"id:7 stat:DELIVRD done date:261123010203"),
            Receipt(Received.DELIVERED, "7", cause="DELIVRD", at=AT.replace(second=3)),
        ),
        (
            delivered(b"id:7 stat:DELIVRD done date:2613990102"),
            Receipt(Received.DELIVERED, "7", cause="DELIVRD"),
        ),
        (delivered(b"stat:DELIVRD"), None),
        (delivered(b"id:7"), None),
        (delivered(b""), None),
    ],
)
def test_a_receipt_is_read(given_: Delivered, expected: Receipt | None) -> None:
    if expected is not None:
        submitted = AT.replace(minute=1) if b"submit" in given_.octets else None
        expected = expected._replace(phone=13800138000, submitted=submitted)
    assert read_receipt(given_, plain) == expected


@pytest.mark.parametrize(
    ("source", "destination", "phone"),
    [
        ("8613800138000", "10690000", 13800138000),
        ("+8613800138000", "10690000", 13800138000),
        ("10690000", "13800138000", 13800138000),
        ("13900139000", "13800138000", 13800138000),
        ("10690000", "10086", 0),
        ("", "", 0),
    ],
    ids=[
        "as the standard has it",
        "with a plus",
        "left as it was sent",
        "our own is a mobile",
        "none",
        "empty",
    ],
)
def test_a_receipt_names_the_recipient(source: str, destination: str, phone: int) -> None:
    found = read_receipt(Delivered(source, destination, 4, 0, TEXT, {}), plain, "13900139000")
    assert found is not None
    assert found.phone == phone


@pytest.mark.parametrize(
    ("form", "answered", "received"),
    [
        ("same", "0000001A", "1a"),
        ("same", " 17 ", "0017"),
        ("same", "0", "000"),
        ("same", "ab-1F", "AB-1f"),
        ("hex-decimal", "1a", "0000000026"),
        ("hex-decimal", "0000001A", "26"),
        ("hex-decimal", "xyz", "XYZ"),
        ("decimal-hex", "26", "1A"),
    ],
)
def test_answer_and_receipt_name_a_message_alike(form: str, answered: str, received: str) -> None:
    of_answer, of_receipt = references(form)
    assert of_answer(answered) == of_receipt(received)


def test_ids_that_differ_stay_different() -> None:
    of_answer, of_receipt = references("same")
    assert of_answer("1a") != of_receipt("26")


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (delivered(), True),
        (delivered(esm=0x20), True),
        (delivered(esm=0), False),
        (delivered(esm=0x40), False),
    ],
)
def test_receipts_are_told_from_replies(given_: Delivered, expected: bool) -> None:
    assert is_receipt(given_) is expected


def test_a_receipt_that_is_not_marked_is_known_by_its_parameter() -> None:
    assert is_receipt(delivered(esm=0, name=b"ab\0"))


@given(
    st.binary(max_size=200),
    st.binary(max_size=4),
    st.binary(max_size=70),
    st.sampled_from(["same", "hex-decimal"]),
)
def test_no_receipt_breaks_the_reader(octets: bytes, state: bytes, name: bytes, form: str) -> None:
    receipt = read_receipt(delivered(octets, name=name, state=state), references(form)[1])
    assert receipt is None or len(receipt.cause) <= 50

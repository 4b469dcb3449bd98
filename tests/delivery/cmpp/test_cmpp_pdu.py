"""The octets: golden vectors, lengths of the protocol's text, what another program reads, any garbage."""

import subprocess
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.delivery.cmpp import pdu
from campaigner.delivery.cmpp.incoming import CHINA, decode, read_reply, receipt
from campaigner.delivery.cmpp.pdu import LAYOUTS, V20, V30, Framer, PduError, SubmitForm
from campaigner.delivery.links.parts import split, udh
from campaigner.delivery.links.replies import Replies
from campaigner.delivery.live import Received
from tests.conftest import peer

GOLDEN = "a8b933fcad9878c28d3a4e9b28f0a7f4"
TEXT = "【某中心】凡是要您先垫钱的，都是诈骗。拒收请回复R"
LONG = TEXT * 4


def form(layout: pdu.Layout) -> SubmitForm:
    return SubmitForm(layout, "900001", "10690000", "HELP", reports=True, fee=(2, "01", "000000"))


def test_the_proof_of_the_login_is_the_golden_one() -> None:
    assert pdu.authenticator("900001", "888888", 1123080910).hex() == GOLDEN


def test_january_keeps_its_zero() -> None:
    assert pdu.authenticator("900001", "888888", 101000000) != pdu.authenticator(
        "900001", "888888", 1010000000
    )


@pytest.mark.parametrize(
    ("octets", "length"),
    [
        pytest.param(pdu.connect(V30, 1, "900001", bytes(16), 1123080910), 39, id="CONNECT"),
        pytest.param(form(V20).pdu(1, b"13800138000", b"x" * 10), 138 + 21 + 10, id="SUBMIT 2.0"),
        pytest.param(form(V30).pdu(1, b"13800138000", b"x" * 10), 163 + 32 + 10, id="SUBMIT 3.0"),
        pytest.param(pdu.pdu(pdu.ACTIVE_TEST, 1), 12, id="ACTIVE_TEST"),
        pytest.param(pdu.pdu(pdu.ACTIVE_TEST_RESP, 1, b"\0"), 13, id="ACTIVE_TEST_RESP"),
        pytest.param(pdu.pdu(pdu.DELIVER_RESP, 1, V20.result.pack(1, 0)), 21, id="DELIVER_RESP 2.0"),
        pytest.param(pdu.pdu(pdu.DELIVER_RESP, 1, V30.result.pack(1, 0)), 24, id="DELIVER_RESP 3.0"),
    ],
)
def test_each_pdu_has_the_length_of_the_protocols_text(octets: bytes, length: int) -> None:
    assert len(octets) == length == int.from_bytes(octets[:4], "big")


def test_another_program_reads_our_submits(tmp_path: Path) -> None:
    """Wireshark's dissector, which knows 3.0."""
    program, packer = peer("tshark"), peer("text2pcap")
    pdus = [form(V30).pdu(7, b"13800138000", split(TEXT)[0])]
    pieces = split(LONG)
    pdus += [
        form(V30).pdu(8 + n, b"13900139000", udh(42, len(pieces), n) + piece, len(pieces), n)
        for n, piece in enumerate(pieces, 1)
    ]
    dump = "\n\n".join("000000 " + " ".join(f"{octet:02x}" for octet in one) for one in pdus)
    (tmp_path / "pdu.txt").write_text(dump + "\n")
    subprocess.run(
        [packer, "-T", "40000,7890", "pdu.txt", "x.pcap"], cwd=tmp_path, check=True, capture_output=True
    )
    fields = (
        "cmpp.Total_Length", "cmpp.submit.Src_Id", "cmpp.Dest_terminal_Id", "cmpp.Msg_Fmt", "cmpp.Msg_Length",
        "cmpp.submit.Pk_total", "cmpp.submit.Pk_number", "cmpp.Sequence_Id",
    )  # fmt: skip
    wanted = [option for name in fields for option in ("-e", name)]
    shown = subprocess.run(
        [program, "-r", "x.pcap", "-T", "fields", *wanted],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    rows = [row.split("\t") for row in shown]
    assert [row[1:3] for row in rows] == [["10690000", "13800138000"]] + [["10690000", "13900139000"]] * len(
        pieces
    )
    assert [int(row[0]) for row in rows] == [len(one) for one in pdus]
    assert {int(row[3], 0) for row in rows} == {8}
    lengths = [len(split(TEXT)[0]), *(6 + len(piece) for piece in pieces)]
    assert [int(row[4]) for row in rows] == lengths
    counts = [[1, 1], *([len(pieces), n] for n in range(1, len(pieces) + 1))]
    assert [[int(row[5]), int(row[6])] for row in rows] == counts


# ---- reports ----


def report(number: int, stat: str, wide: int, done: str = "2611231001") -> bytes:
    return (
        number.to_bytes(8, "big") + stat.encode().ljust(7, b"\0") + b"2611231000" + done.encode()
        + b"13800138000".ljust(wide, b"\0") + bytes(4)
    )  # fmt: skip


@pytest.mark.parametrize("wide", [21, 32])
@pytest.mark.parametrize(
    ("stat", "received"),
    [
        ("DELIVRD", Received.DELIVERED), ("EXPIRED", Received.EXPIRED), ("UNDELIV", Received.FAILED),
        ("REJECTD", Received.FAILED), ("DELETED", Received.FAILED), ("MA:0001", Received.FAILED),
        ("CB:0012", Received.FAILED), ("ACCEPTD", Received.UNDERWAY), ("?!", Received.UNDERWAY),
    ],
)  # fmt: skip
def test_status_reports_of_both_lengths(wide: int, stat: str, received: Received) -> None:
    found = receipt(report(2**63 + 5, stat, wide))
    assert (found.received, found.reference) == (received, str(2**63 + 5))
    assert found.at == datetime(2026, 11, 23, 10, 1, tzinfo=CHINA)
    assert found.submitted == datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
    assert found.phone == 13800138000
    assert "138" not in found.cause


def test_a_report_of_another_length_or_without_a_time() -> None:
    with pytest.raises(PduError, match="neither 60 nor 71"):
        receipt(bytes(61))
    assert receipt(report(1, "DELIVRD", 21, "9999999999")).at is None


# ---- garbage ----


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_any_octets_are_cut_or_refused(pieces: list[bytes]) -> None:
    framer = Framer()
    found: list[bytes] = []
    with suppress(PduError):
        for piece in pieces:
            found += [body for _command, _sequence, body in framer.feed(piece)]
    assert all(len(body) <= pdu.MOST_OCTETS for body in found)


@given(st.sampled_from([V20, V30]), st.binary(max_size=300))
def test_any_body_is_read_or_refused(layout: pdu.Layout, body: bytes) -> None:
    for read in (lambda: pdu.submit_result(layout, body), lambda: pdu.welcome(body), lambda: receipt(body)):
        with suppress(PduError):
            read()
    with suppress(PduError):
        Replies(decode).take(read_reply(pdu.deliver(layout, body)), 0)


@given(st.integers(1, 4), st.data())
def test_a_stream_cut_anywhere_gives_the_same_pdus(count: int, data: st.DataObject) -> None:
    whole = b"".join(form(V30).pdu(n, b"13800138000", b"abc" * n) for n in range(1, count + 1))
    at = data.draw(st.integers(0, len(whole)))
    framer = Framer()
    found = [*framer.feed(whole[:at]), *framer.feed(whole[at:])]
    assert [sequence for _command, sequence, _body in found] == list(range(1, count + 1))


def test_both_layouts_can_be_chosen() -> None:
    assert set(LAYOUTS) == {"2.0", "3.0"}

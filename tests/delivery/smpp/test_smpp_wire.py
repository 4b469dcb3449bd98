"""What we write, as Wireshark reads it: a decoder that nobody here wrote."""

import subprocess
from pathlib import Path

import pytest

from campaigner.delivery.links.parts import split, udh
from campaigner.delivery.smpp import pdu
from tests.conftest import peer
from tests.delivery.live_conformance import FIRST_PHONE, LONG

pytestmark = pytest.mark.peer
FIELDS = (
    "smpp.command_id",
    "smpp.sequence_number",
    "smpp.destination_addr",
    "smpp.source_addr",
    "smpp.data_coding",
    "smpp.esm.submit.features",
    "smpp.regdel.receipt",
    "smpp.sm_length",
    "gsm_sms.udh.mm.msg_id",
    "gsm_sms.udh.mm.msg_parts",
    "gsm_sms.udh.mm.msg_part",
)


def decoded(pdus: list[bytes], folder: Path) -> list[list[str]]:
    """The fields of each PDU."""
    lines = [" ".join(["000000", *(f"{octet:02x}" for octet in octets)]) for octets in pdus]
    (folder / "pdus.txt").write_text("\n".join(lines) + "\n", "ascii")
    capture = str(folder / "x.pcap")
    convert = [peer("text2pcap"), "-q", "-T", "40000,2775", str(folder / "pdus.txt"), capture]
    subprocess.run(convert, check=True, capture_output=True)
    read = [peer("tshark"), "-r", capture, "-d", "tcp.port==2775,smpp", "-T", "fields"]
    fields = [word for name in FIELDS for word in ("-e", name)]
    shown = subprocess.run([*read, *fields], check=True, capture_output=True, text=True)
    return [line.split("\t") for line in shown.stdout.splitlines()]


def test_wireshark_reads_our_parts(tmp_path: Path) -> None:
    submits = pdu.Submits("", (0, 1, "10690000"), (1, 1, "86"), "", receipts=True)
    parts = split(LONG)
    pdus = [
        submits.write(number, FIRST_PHONE, udh(42, len(parts), number) + part, joined=True)
        for number, part in enumerate(parts, 1)
    ]
    for number, fields in enumerate(decoded(pdus, tmp_path), 1):
        assert int(fields[0], 16) == pdu.SUBMIT_SM
        assert fields[1:4] == [str(number), f"86{FIRST_PHONE}", "10690000"]
        assert int(fields[4], 16) == pdu.UCS2
        assert [int(field, 16) for field in fields[5:7]] == [1, 1]
        assert int(fields[7]) == len(parts[number - 1]) + 6
        assert [int(field) for field in fields[8:]] == [42, len(parts), number]

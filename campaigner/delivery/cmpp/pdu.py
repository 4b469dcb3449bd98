"""The octets of CMPP 2.0 and 3.0: PDUs we send, PDUs that come in; big endian, texts padded with zeros."""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct

CONNECT, TERMINATE, SUBMIT, DELIVER, ACTIVE_TEST = 1, 2, 4, 5, 8
RESPONSE = 0x80000000
"""Set in the command of every answer."""
TERMINATE_RESP, SUBMIT_RESP, DELIVER_RESP = RESPONSE | TERMINATE, RESPONSE | SUBMIT, RESPONSE | DELIVER
CONNECT_RESP, ACTIVE_TEST_RESP = RESPONSE | CONNECT, RESPONSE | ACTIVE_TEST
HEADER = Struct(">III")
LAST_SEQUENCE = 0xFFFFFFFF
MOST_OCTETS = 4096
"""A longer PDU does not exist: who announces one speaks something else."""
UCS2 = 8
"""Msg_Fmt of Chinese texts."""

_STAMP = Struct(">BI")


class PduError(Exception):
    """What came in is no CMPP; says what is wrong, never what it holds."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What differs between the versions.

    Args:
        name: As config.toml writes it.
        number: As CONNECT states it.
        phone: Octets of a phone number.
        typed: The octet behind a phone number, where there is one: 0, an open number and no pseudonym.
        result: (Msg_Id, result) in answers.
        status: (status, authenticator, version) in the answer to CONNECT.
        deliver: (Msg_Id, Dest_Id, TP_udhi, Msg_Fmt, Src_terminal_Id, Registered_Delivery, Msg_Length) of DELIVER.
        tail: Octets behind a content: Reserve or LinkID.
    """

    name: str
    number: int
    phone: int
    typed: bytes
    result: Struct
    status: Struct
    deliver: Struct
    tail: int


V20 = Layout("2.0", 0x20, 21, b"", Struct(">QB"), Struct(">B16sB"), Struct(">Q21s11xBB21sBB"), 8)
V30 = Layout("3.0", 0x30, 32, b"\0", Struct(">QI"), Struct(">I16sB"), Struct(">Q21s11xBB32sxBB"), 20)
LAYOUTS = {layout.name: layout for layout in (V20, V30)}


def pdu(command: int, sequence: int, body: bytes = b"") -> bytes:
    """A whole PDU."""
    return HEADER.pack(HEADER.size + len(body), command, sequence) + body


class Framer:
    """Cuts a stream into PDUs."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, octets: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Every PDU that is whole now, as (command, sequence, body).

        Raises:
            PduError: No PDU can begin like what comes next; those before it are out already.
        """
        buffer = self._rest + octets if self._rest else octets
        start, end = 0, len(buffer)
        while end - start >= HEADER.size:
            length, command, sequence = HEADER.unpack_from(buffer, start)
            if not HEADER.size <= length <= MOST_OCTETS:
                raise PduError(f"a PDU says that it is {length} octets long")
            if end - start < length:
                break
            yield command, sequence, buffer[start + HEADER.size : start + length]
            start += length
        self._rest = buffer[start:]


def authenticator(sp_id: str, secret: str, stamp: int) -> bytes:
    """AuthenticatorSource: proves that we know the secret.

    Args:
        sp_id: Our account, at most 6 octets.
        secret: The shared secret.
        stamp: MMDDHHMMSS as a number; ten digits go into the hash, January's zero among them.
    """
    proof = sp_id.encode() + bytes(9) + secret.encode() + b"%010d" % stamp
    return hashlib.md5(proof, usedforsecurity=False).digest()


def proves(status: int, theirs: bytes, ours: bytes, secret: str) -> bool:
    """Whether AuthenticatorISMG shows that the other side knows the secret.

    Some gateways hash the status as one octet, some as four.
    """
    return theirs in {
        hashlib.md5(octets + ours + secret.encode(), usedforsecurity=False).digest()
        for octets in (status.to_bytes(4, "big"), status.to_bytes(4, "big")[3:])
    }


def connect(layout: Layout, sequence: int, sp_id: str, proof: bytes, stamp: int) -> bytes:
    """CONNECT, the first PDU of a link."""
    return pdu(CONNECT, sequence, sp_id.encode().ljust(6, b"\0") + proof + _STAMP.pack(layout.number, stamp))


@dataclass(frozen=True, slots=True)
class Welcome:
    """The answer to CONNECT, and the layout in which it was written."""

    status: int
    proof: bytes
    version: int
    layout: Layout


def welcome(body: bytes) -> Welcome:
    """CONNECT_RESP of either version; its length tells which.

    Raises:
        PduError: It has neither length.
    """
    for layout in (V20, V30):
        if len(body) == layout.status.size:
            status, proof, version = layout.status.unpack(body)
            return Welcome(status, proof, version, layout)
    raise PduError(f"an answer to CONNECT with {len(body)} octets")


def submit_result(layout: Layout, body: bytes) -> tuple[int, int]:
    """(Msg_Id, result) of SUBMIT_RESP.

    Raises:
        PduError: It is too short.
    """
    try:
        found: tuple[int, int] = layout.result.unpack_from(body)
    except struct.error:
        raise PduError(f"an answer to SUBMIT with {len(body)} octets") from None
    return found


class SubmitForm:
    """SUBMIT with all that is the same in every message of a gateway.

    Args:
        layout: The version.
        sp_id: Msg_src.
        src_id: The access number with our extension, as the phone shows it.
        service: Service_Id.
        reports: Whether status reports are wanted.
        fee: (Fee_UserType, FeeType, FeeCode): who pays how much.
    """

    def __init__(
        self, layout: Layout, sp_id: str, src_id: str, service: str, reports: bool, fee: tuple[int, str, str]
    ) -> None:
        user, kind, code = fee
        head = (
            Struct(f">BB10sB{layout.phone}x").pack(reports, 0, service.encode(), user) + layout.typed + b"\0"
        )
        middle = Struct(">B6s2s6s17x17x21sB").pack(
            UCS2, sp_id.encode(), kind.encode(), code.encode(), src_id.encode(), 1
        )
        self._whole, self._joined = head + b"\0" + middle, head + b"\x01" + middle
        self._start = Struct(f">IIIQBB{len(self._whole)}s{layout.phone}s")
        self._typed, self._tail = layout.typed, bytes(layout.tail)
        self._content, self._end = b"", self._ending(b"")

    def pdu(self, sequence: int, phone: bytes, content: bytes, total: int = 1, number: int = 1) -> bytes:
        """One part to one phone.

        Args:
            sequence: By which the answer will name it.
            phone: Digits as the gateway wants them.
            content: At most 140 octets; with a joining header where there are several parts.
            total: How many parts the message has.
            number: Which one this is, from 1.
        """
        if content is not self._content:
            self._content, self._end = content, self._ending(content)
        return (
            self._start.pack(
                self._start.size + len(self._end), SUBMIT, sequence, 0, total, number,
                self._joined if total > 1 else self._whole, phone,
            )
            + self._end
        )  # fmt: skip

    def _ending(self, content: bytes) -> bytes:
        """What follows the phone: the same for all who get the same part of the same text."""
        return b"%b%c%b%b" % (self._typed, len(content), content, self._tail)


@dataclass(frozen=True, slots=True)
class Deliver:
    """What the other side brings: a status report or a reply.

    Args:
        id: Msg_Id, which the answer must repeat.
        to: Dest_Id: the number that was written to.
        joined: Whether the content begins with a header (TP_udhi).
        form: Msg_Fmt: how the content is to be read.
        phone: Src_terminal_Id as it stands there.
        report: Whether it is a status report.
        content: Msg_Content.
    """

    id: int
    to: str
    joined: bool
    form: int
    phone: str
    report: bool
    content: bytes


def deliver(layout: Layout, body: bytes) -> Deliver:
    """DELIVER.

    Raises:
        PduError: It is cut short.
    """
    try:
        number, to, joined, form, phone, report, length = layout.deliver.unpack_from(body)
    except struct.error:
        raise PduError(f"a DELIVER cut short at {len(body)} octets") from None
    content = body[layout.deliver.size : layout.deliver.size + length]
    if len(content) < length:
        raise PduError(f"a DELIVER says {length} octets of content and has {len(content)}")
    return Deliver(number, plain(to), bool(joined & 1), form, plain(phone), report == 1, content)


def plain(field: bytes) -> str:
    """A padded text field; octets that are no ASCII become question marks."""
    return field.split(b"\0", 1)[0].decode("ascii", "replace").replace("\ufffd", "?").strip()

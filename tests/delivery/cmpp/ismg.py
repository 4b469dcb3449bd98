"""A carrier's CMPP gateway made for tests, in a process of its own, with a codec of its own.

Usage: python ismg.py '{"secret": "888888", "throttle": 5}'; see `Faults` for the keys. It prints its port,
then obeys lines of JSON on its standard input and answers each with one line; it ends when that is closed.
"""

import asyncio
import hashlib
import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from typing import Any

ANSWER = 0x80000000
CONNECT, TERMINATE, SUBMIT, DELIVER, ACTIVE_TEST = 1, 2, 4, 5, 8
SUBMIT_FIELDS = {
    0x20: "Msg_Id:8 Pk_total:1 Pk_number:1 Registered_Delivery:1 Msg_level:1 Service_Id:10 Fee_UserType:1 "
    "Fee_terminal_Id:21 TP_pId:1 TP_udhi:1 Msg_Fmt:1 Msg_src:6 FeeType:2 FeeCode:6 ValId_Time:17 At_Time:17 "
    "Src_Id:21 DestUsr_tl:1 Dest_terminal_Id:21 Msg_Length:1",
    0x30: "Msg_Id:8 Pk_total:1 Pk_number:1 Registered_Delivery:1 Msg_level:1 Service_Id:10 Fee_UserType:1 "
    "Fee_terminal_Id:32 Fee_terminal_type:1 TP_pId:1 TP_udhi:1 Msg_Fmt:1 Msg_src:6 FeeType:2 FeeCode:6 ValId_Time:17 "
    "At_Time:17 Src_Id:21 DestUsr_tl:1 Dest_terminal_Id:32 Dest_terminal_type:1 Msg_Length:1",
}
TAIL = {0x20: 8, 0x30: 20}
FIRST_ID = (11 << 60) | (25 << 55) | (20 << 50) | (15 << 44) | (30 << 38) | (123456 << 16)


@dataclass
class Faults:
    """How the gateway behaves.

    Args:
        sp_id: The only account.
        secret: Its secret.
        version: The highest version it speaks, 32 or 48.
        status: With what it answers CONNECT if not None.
        wrong_proof: Whether its AuthenticatorISMG is wrong.
        wide_proof: Whether that hashes the status as four octets.
        deaf: Takes connections and never says anything.
        refuse: Phones refused with result 13.
        throttle: How many SUBMITs first get result 8.
        silent: Phones whose SUBMIT is never answered.
        slow: Phones whose SUBMIT is answered after `delay`; all if empty.
        delay: Seconds before an answer.
        cut_after: Cut the connection, once, on the n-th SUBMIT.
        cut_always: Cut each connection on its first SUBMIT.
        bye_after: Send TERMINATE, once, after the n-th SUBMIT's answer.
        garbage_after: Send the octets of `garbage` after the n-th SUBMIT's answer, once.
        garbage: Hexadecimal.
        receipts: "", "after", "before", "twice" or "reversed".
        report_octets: 60 or 71.
        stat: What status reports say.
        fail: Phones whose reports say UNDELIV.
        test_every: Seconds between its own ACTIVE_TESTs; 0 for none.
        untested: Never answers ACTIVE_TEST.
        record: Whether it keeps what comes; without it, it only answers, fast.
    """

    sp_id: str = "900001"
    secret: str = "888888"
    version: int = 0x30
    status: int | None = None
    wrong_proof: bool = False
    wide_proof: bool = False
    deaf: bool = False
    refuse: list[int] = field(default_factory=list)
    throttle: int = 0
    silent: list[int] = field(default_factory=list)
    slow: list[int] = field(default_factory=list)
    delay: float = 0.0
    cut_after: int = 0
    cut_always: bool = False
    bye_after: int = 0
    garbage_after: int = 0
    garbage: str = ""
    receipts: str = ""
    report_octets: int = 60
    stat: str = "DELIVRD"
    fail: list[int] = field(default_factory=list)
    test_every: float = 0.0
    untested: bool = False
    record: bool = True


def frame(command: int, sequence: int, body: bytes = b"") -> bytes:
    return b"".join(n.to_bytes(4, "big") for n in (12 + len(body), command, sequence)) + body


def fields(description: str, body: bytes) -> tuple[dict[str, Any], int]:
    """Cut a body by "name:octets ..."; one octet and Msg_Id are numbers, the rest is text."""
    found: dict[str, Any] = {}
    at = 0
    for entry in description.split():
        name, width = entry.split(":")
        raw = body[at : at + int(width)]
        at += int(width)
        assert len(raw) == int(width), f"cut short in {name}"
        number = width in {"1", "8"}
        found[name] = int.from_bytes(raw, "big") if number else raw.rstrip(b"\0").decode("ascii")
    return found, at


def read_submit(version: int, body: bytes) -> dict[str, Any]:
    """A SUBMIT as the protocol's text lays it out; asserts that nothing is left over."""
    submit, at = fields(SUBMIT_FIELDS[version], body)
    submit["Msg_Content"] = body[at : at + submit["Msg_Length"]]
    assert len(body) == at + submit["Msg_Length"] + TAIL[version]
    return submit


class Gateway:
    """What all connections share."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.submits: list[dict[str, Any]] = []
        self.logins: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.delivered: list[list[int]] = []
        self.connections: list[Connection] = []
        self.ids = count(FIRST_ID)
        self.seen = self.tests = self.byes = self.most_open = 0
        self.joined: dict[tuple[int, int], dict[int, Any]] = defaultdict(dict)

    def answer(self, line: dict[str, Any]) -> Any:
        """Obey one line."""
        what = line["do"]
        if what == "received":
            return self.received()
        if what == "facts":
            keep = ("logins", "refused", "delivered", "seen", "tests", "byes", "most_open")
            return {key: getattr(self, key) for key in keep} | {"open": len(self.connections)}
        if what == "submits":
            return [{**s, "Msg_Content": s["Msg_Content"].hex()} for s in self.submits]
        for connection in list(self.connections)[:1]:
            if what == "mo":
                connection.deliver(bytes.fromhex(line["content"]), line)
            elif what == "report":
                connection.deliver(bytes.fromhex(line["content"]), {**line, "report": 1})
            elif what == "raw":
                connection.transport.write(bytes.fromhex(line["octets"]))
        return True

    def received(self) -> list[tuple[int, str]]:
        """Whole messages by the time their last part came."""
        parts: dict[tuple[str, int], dict[int, bytes]] = defaultdict(dict)
        whole = []
        for submit in self.submits:
            content, phone = submit["Msg_Content"], submit["Dest_terminal_Id"]
            assert submit["Msg_Fmt"] == 8
            if not submit["TP_udhi"]:
                whole.append((int(phone), content.decode("utf-16-be")))
                continue
            assert content[:3] == b"\x05\x00\x03"
            assert (submit["Pk_total"], submit["Pk_number"]) == (content[4], content[5])
            known = parts[phone, content[3]]
            assert content[5] not in known, "a part came twice"
            known[content[5]] = content[6:]
            if len(known) == content[4]:
                del parts[phone, content[3]]
                text = b"".join(known[n] for n in sorted(known)).decode("utf-16-be")
                whole.append((int(phone), text))
        return whole


class Connection(asyncio.Protocol):
    """One client."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway, self.faults = gateway, gateway.faults
        self.buffer = b""
        self.version = 0
        self.window = 0
        self.sequence = count(1)
        self.out: list[bytes] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self in self.gateway.connections:
            self.gateway.connections.remove(self)

    def data_received(self, data: bytes) -> None:
        if self.faults.deaf:
            return
        self.buffer += data
        at = 0
        while len(self.buffer) - at >= 12:
            length = int.from_bytes(self.buffer[at : at + 4], "big")
            if len(self.buffer) - at < length:
                break
            command = int.from_bytes(self.buffer[at + 4 : at + 8], "big")
            sequence = int.from_bytes(self.buffer[at + 8 : at + 12], "big")
            self.obey(command, sequence, self.buffer[at + 12 : at + length])
            at += length
        self.buffer = self.buffer[at:]
        self.flush()

    def flush(self) -> None:
        if self.out and not self.transport.is_closing():
            self.transport.write(b"".join(self.out))
        self.out.clear()

    def obey(self, command: int, sequence: int, body: bytes) -> None:
        if command == CONNECT:
            self.connect(sequence, body)
        elif command == SUBMIT and self.version:
            self.submit(sequence, body)
        elif command == ACTIVE_TEST:
            self.gateway.tests += 1
            if not self.faults.untested:
                self.out.append(frame(ANSWER | ACTIVE_TEST, sequence, b"\0"))
        elif command == TERMINATE:
            self.gateway.byes += 1
            self.out.append(frame(ANSWER | TERMINATE, sequence))
            self.flush()
            self.transport.close()
        elif command == ANSWER | TERMINATE:
            self.transport.close()
        elif command == ANSWER | DELIVER:
            wide = 4 if self.version == 0x30 else 1
            assert len(body) == 8 + wide
            self.gateway.delivered.append([sequence, int.from_bytes(body[8:], "big")])

    def connect(self, sequence: int, body: bytes) -> None:
        sp_id, proof = body[:6].rstrip(b"\0"), body[6:22]
        # The smaller digit is a revision: 2.1 is laid out as 2.0.
        version, stamp = body[22] & 0xF0, int.from_bytes(body[23:27], "big")
        assert len(body) == 27
        secret = self.faults.secret.encode()
        status = self.faults.status
        if status is None:
            expected = hashlib.md5(sp_id + bytes(9) + secret + f"{stamp:010d}".encode()).digest()
            known = sp_id == self.faults.sp_id.encode()
            status = 2 if not known else 3 if proof != expected else 4 if version > self.faults.version else 0
        wide = 4 if min(version, self.faults.version) == 0x30 else 1
        hashed = status.to_bytes(4 if self.faults.wide_proof else 1, "big")
        ours = hashlib.md5(hashed + proof + secret).digest()
        if self.faults.wrong_proof:
            ours = bytes(16)
        answer = status.to_bytes(wide, "big") + ours + bytes([self.faults.version])
        self.out.append(frame(ANSWER | CONNECT, sequence, answer))
        self.gateway.logins.append({"stamp": stamp, "version": version, "status": status})
        if not status:
            self.version = version
            self.gateway.connections.append(self)
            self.gateway.most_open = max(self.gateway.most_open, len(self.gateway.connections))
            if self.faults.test_every:
                self.test()
        else:
            self.flush()
            self.transport.close()

    def test(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(frame(ACTIVE_TEST, next(self.sequence)))
            asyncio.get_running_loop().call_later(self.faults.test_every, self.test)

    def submit(self, sequence: int, body: bytes) -> None:
        gateway, faults = self.gateway, self.faults
        gateway.seen += 1
        if not faults.record:
            self.out.append(self.answered(sequence, next(gateway.ids), 0))
            return
        submit = read_submit(self.version, body)
        phone = int(submit["Dest_terminal_Id"][-11:])
        if faults.throttle:
            faults.throttle -= 1
            self.out.append(self.answered(sequence, 0, 8))
            return
        if phone in faults.refuse:
            self.out.append(self.answered(sequence, 0, 13))
            return
        gateway.submits.append({**submit, "sequence": sequence})
        if faults.cut_always or gateway.seen == faults.cut_after:
            self.flush()
            self.transport.close()
        elif phone not in faults.silent:
            number = next(gateway.ids)
            if faults.delay and (not faults.slow or phone in faults.slow):
                asyncio.get_running_loop().call_later(faults.delay, self.late, sequence, number, submit)
            else:
                self.take(sequence, number, submit)

    def late(self, sequence: int, number: int, submit: dict[str, Any]) -> None:
        if not self.transport.is_closing():
            self.take(sequence, number, submit)
            self.flush()

    def take(self, sequence: int, number: int, submit: dict[str, Any]) -> None:
        faults = self.faults
        answer = self.answered(sequence, number, 0)
        reports = self.reports(number, submit) if submit["Registered_Delivery"] else []
        self.out += [*reports, answer] if faults.receipts == "before" else [answer, *reports]
        if self.gateway.seen == faults.bye_after:
            self.out.append(frame(TERMINATE, next(self.sequence)))
        if self.gateway.seen == faults.garbage_after:
            self.out.append(bytes.fromhex(faults.garbage))

    def answered(self, sequence: int, number: int, result: int) -> bytes:
        wide = 4 if self.version == 0x30 else 1
        return frame(ANSWER | SUBMIT, sequence, number.to_bytes(8, "big") + result.to_bytes(wide, "big"))

    def reports(self, number: int, submit: dict[str, Any]) -> list[bytes]:
        """The status reports that are due now."""
        faults = self.faults
        if not faults.receipts:
            return []
        phone = submit["Dest_terminal_Id"]
        stat = "UNDELIV" if int(phone[-11:]) in faults.fail else faults.stat
        content = report(number, stat, phone, faults.report_octets)
        pdu = self.delivery(content, {"report": 1, "from": phone})
        if faults.receipts == "twice":
            return [pdu, self.delivery(content, {"report": 1, "from": phone})]
        if faults.receipts != "reversed" or not submit["TP_udhi"]:
            return [pdu]
        waiting = self.gateway.joined[int(phone[-11:]), submit["Msg_Content"][3]]
        waiting[submit["Pk_number"]] = pdu
        complete = len(waiting) == submit["Pk_total"]
        return [waiting[n] for n in sorted(waiting, reverse=True)] if complete else []

    def delivery(self, content: bytes, how: dict[str, Any]) -> bytes:
        """A DELIVER."""
        wide = 32 if self.version == 0x30 else 21
        body = next(self.gateway.ids).to_bytes(8, "big") + how.get("to", "10690000").encode().ljust(21, b"\0")
        body += bytes(10) + bytes([0, how.get("udhi", 0), how.get("fmt", 8)])
        body += how["from"].encode().ljust(wide, b"\0") + (b"\0" if wide == 32 else b"")
        body += bytes([how.get("report", 0), len(content)]) + content + bytes(TAIL[self.version])
        return frame(DELIVER, next(self.sequence), body)

    def deliver(self, content: bytes, how: dict[str, Any]) -> None:
        self.out.append(self.delivery(content, how))
        self.flush()


def report(number: int, stat: str, phone: str, octets: int) -> bytes:
    """A status report of 60 or 71 octets."""
    wide = octets - 39
    text = stat.encode().ljust(7, b"\0") + b"2611252015" + b"2611252016" + phone.encode().ljust(wide, b"\0")
    return number.to_bytes(8, "big") + text + bytes(4)


async def main(faults: Faults) -> None:
    gateway = Gateway(faults)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(gateway), "127.0.0.1", 0)
    lines = asyncio.StreamReader(limit=1 << 24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    say(server.sockets[0].getsockname()[1])
    while line := await lines.readline():
        say(gateway.answer(json.loads(line)))
    server.close()


def say(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Faults(**json.loads(sys.argv[1] if len(sys.argv) > 1 else "{}"))))

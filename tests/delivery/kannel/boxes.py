"""A real Kannel for tests: configuration with free ports, bearerbox, smsbox, and a centre behind them.

`fakesmsc` comes with Kannel; bearerbox's port for it listens on every address, which `connect-allow-ip` narrows.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest

from campaigner.delivery.kannel.callbacks import reply_address
from tests.delivery.kannel.imitation import LOGIN, free_port, kannel
from tests.delivery.live_conformance import Behaviour
from tests.pace import PATIENCE, wait_until

CENTRE = Path(__file__).with_name("centre.py")

CONFIG = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = admin
status-password = status
smsbox-port = {box}
smsbox-interface = 127.0.0.1
log-file = "bearerbox.log"
log-level = 2
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
dlr-storage = internal
store-type = file
store-location = "kannel.store"
{core}

{centre}

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
global-sender = 10690000
log-file = "smsbox.log"
log-level = 2
http-request-retry = 3
http-queue-delay = 1

group = sendsms-user
username = "{username}"
password = "{password}"
concatenation = true
max-messages = 10

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "{replies}"
"""
FAKE = """
group = smsc
smsc = fake
smsc-id = FAKE
port = {smsc}
connect-allow-ip = 127.0.0.1
"""
SMPP = """
group = smsc
smsc = smpp
smsc-id = SMPP
host = 127.0.0.1
port = {smsc}
transceiver-mode = true
smsc-username = "x"
smsc-password = "secret"
system-type = ""
interface-version = 34
max-pending-submits = 100
alt-charset = "UTF-8"
reconnect-delay = 1
source-addr-ton = 1
source-addr-npi = 1
dest-addr-ton = 1
dest-addr-npi = 1
"""


def program(name: str) -> str:
    """A program of Kannel's packages; they live where a normal user's PATH does not look."""
    places = [os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/usr/lib/kannel/test"]
    found = shutil.which(name, path=os.pathsep.join(places))
    if found is None:
        if os.environ.get("CAMPAIGNER_PEERS") == "required":
            pytest.fail(f"{name} is not installed; .ci/system installs it")
        pytest.skip(f"{name} is not installed; .ci/system installs it")
    return found


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Boxes:
    """A running Kannel."""

    folder: Path
    centre: str = FAKE
    core: str = ""
    listen: int = field(default_factory=free_port)
    ports: dict[str, int] = field(
        default_factory=lambda: {name: free_port() for name in ("admin", "box", "sendsms", "smsc")}
    )
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        """Write the configuration, start both boxes, wait until sendsms listens."""
        program("bearerbox"), program("smsbox")
        self.folder.mkdir(exist_ok=True)
        replies = reply_address(f"http://127.0.0.1:{self.listen}", LOGIN["reply_token"])
        (self.folder / "kannel.conf").write_text(
            CONFIG.format(
                core=self.core,
                centre=self.centre.format(**self.ports),
                replies=replies,
                **self.ports,
                **LOGIN,
            )
        )
        self.run("bearerbox", "-v", "4", "kannel.conf")
        wait_until(lambda: listens(self.ports["box"]))
        self.run("smsbox", "-v", "4", "kannel.conf")
        wait_until(lambda: listens(self.ports["sendsms"]))

    def run(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a program in the folder; its output goes to a file."""
        with (self.folder / f"{name}.out").open("ab") as out:
            process = subprocess.Popen(
                [program(name), *arguments], cwd=self.folder, stdout=out, stderr=out, stdin=subprocess.DEVNULL
            )
        self.processes[name] = process
        return process

    def end(self, name: str, by: int = signal.SIGTERM) -> None:
        """End one of them."""
        process = self.processes.pop(name, None)
        if process is not None:
            process.send_signal(by)
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def stop(self) -> None:
        """End all; a box that waits for another one's connection is not waited for."""
        for process in self.processes.values():
            process.terminate()
        for name in list(self.processes):
            self.end(name)


class SmppBoxes:
    """A Kannel that hands on to an SMPP server made by others: what arrives there has gone all the way."""

    can = frozenset({"receipts", "replies"})

    def __init__(self, folder: Path, **options: Any) -> None:
        self.boxes = Boxes(folder, centre=SMPP)
        self.gateway = kannel(
            port=self.boxes.ports["sendsms"], listen=f"127.0.0.1:{self.boxes.listen}", timeout=5, **options
        )
        self.arrived: list[dict[str, Any]] = []
        self._bound = asyncio.Event()

    async def start(self, behaviour: Behaviour) -> None:
        self._centre = await asyncio.create_subprocess_exec(
            sys.executable, str(CENTRE), str(self.boxes.ports["smsc"]),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert self._centre.stdout is not None
        await self._centre.stdout.readline()
        self._reading = asyncio.create_task(self._read(self._centre.stdout))
        await self.tell(refuse=[str(p) for p in behaviour.refuse], fail=[str(p) for p in behaviour.fail])
        await asyncio.to_thread(self.boxes.start)
        async with asyncio.timeout(PATIENCE):
            await self._bound.wait()

    async def stop(self) -> None:
        await asyncio.to_thread(self.boxes.stop)
        assert self._centre.stdin is not None
        self._centre.stdin.close()
        await self._centre.wait()
        await self._reading

    async def tell(self, **command: Any) -> None:
        assert self._centre.stdin is not None
        self._centre.stdin.write(json.dumps(command).encode() + b"\n")
        await self._centre.stdin.drain()

    async def received(self) -> list[tuple[int, str]]:
        await settled(lambda: len(self.arrived))
        return join([(int(m["phone"]), bytes.fromhex(m["octets"]), m["udh"]) for m in self.arrived])

    async def reply(self, phone: int, text: str) -> None:
        await self.tell(reply=[str(phone), text])

    async def _read(self, lines: asyncio.StreamReader) -> None:
        while line := await lines.readline():
            heard = json.loads(line)
            if "phone" in heard:
                self.arrived.append(heard)
            elif "bound" in heard:
                self._bound.set()


async def settled(count, quiet: float = 0.7) -> None:
    """Wait until nothing more arrives."""
    seen = -1
    while seen != count():
        seen = count()
        await asyncio.sleep(quiet)


def join(pieces: list[tuple[int, bytes, bool]]) -> list[tuple[int, str]]:
    """Whole messages from (phone, octets, whether a joining header leads them)."""
    whole: list[tuple[int, str]] = []
    waiting: dict[tuple[int, int], dict[int, bytes]] = {}
    for phone, octets, joined in pieces:
        if not joined:
            whole.append((phone, octets.decode("utf-16-be")))
            continue
        assert octets[:3] == b"\x05\x00\x03"
        assert len(octets) <= 140
        reference, total, number = octets[3:6]
        parts = waiting.setdefault((phone, reference), {})
        parts[number] = octets[6:]
        if len(parts) == total:
            del waiting[phone, reference]
            whole.append((phone, b"".join(parts[n] for n in range(1, total + 1)).decode("utf-16-be")))
    assert not waiting
    return whole


_GOT = re.compile(rb"Got message \d+: <(\d+) (\d+) (?:udh (\S+) )?(ucs-2|data) ([^>]*)>")


def fake_arrived(folder: Path) -> list[tuple[int, bytes, bool]]:
    """What fakesmsc has printed of what it got."""
    file = folder / "fakesmsc.out"
    lines = _GOT.findall(file.read_bytes() if file.exists() else b"")
    return [
        (int(phone), unquote_to_bytes(udh + data.replace(b"+", b" ")), bool(udh))
        for _from, phone, udh, _kind, data in lines
    ]

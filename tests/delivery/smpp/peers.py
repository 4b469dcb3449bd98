"""SMSCs that others wrote, each in a process of its own: npm's `smpp`, PyPI's `smpp34`, Debian's Net::SMPP."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from campaigner.delivery.smpp.gateway import SmppGateway
from campaigner.domain.campaign import GatewayPlan
from tests.conftest import ROOT, peer
from tests.delivery.live_conformance import Behaviour
from tests.pace import PATIENCE

HERE = Path(__file__).parent
SECRETS = {"system_id": "township", "password": "secret"}
ALL = frozenset({"throttle", "silent", "cut", "receipts", "before", "replies"})


def options(port: int, **changes: Any) -> dict[str, Any]:
    """Every setting, as a tester sets them: short waits."""
    values = {setting.name: setting.default for setting in SmppGateway.settings}
    tester = {"host": "127.0.0.1", "port": port, "timeout": 1, "source_addr": "10690000", "rehearsal": True}
    return values | tester | changes


def gateway(port: int, secrets: Mapping[str, str] = SECRETS, **changes: Any) -> SmppGateway:
    """A gateway that reaches an SMSC on this machine."""
    return SmppGateway(GatewayPlan("carrier", "smpp", "某中心", "", 50, options(port, **changes)), secrets)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def node_modules() -> Path:
    """Where npm's `smpp` is; without it the test is skipped, except where peers are required."""
    places = [ROOT / ".peers" / "node_modules", *map(Path, os.environ.get("NODE_PATH", "").split(os.pathsep))]
    for place in places:
        if (place / "smpp" / "package.json").is_file():
            return place
    if os.environ.get("CAMPAIGNER_PEERS") == "required":
        pytest.fail("npm's `smpp` is not installed; .ci/system installs it")
    pytest.skip("npm's `smpp` is not installed; .ci/system installs it")


class ProcessPeer:
    """An SMSC that is started with its behaviour and writes to a file what it takes.

    Args:
        command: What to start; the behaviour as JSON comes last.
        folder: Where the file may lie.
        can: What protocol and peer know.
        extras: More for the behaviour, and settings of the gateway under "settings".
    """

    def __init__(
        self, command: Sequence[str], folder: Path, can: frozenset[str] = ALL, **extras: Any
    ) -> None:
        self._command, self.can = command, can
        self.port = free_port()
        self.gateway = gateway(self.port, **extras.pop("settings", {}))
        self._extras = extras
        self._file = folder / "taken.jsonl"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, behaviour: Behaviour) -> None:
        self._file.unlink(missing_ok=True)
        how = {k: sorted(v) if isinstance(v, frozenset) else v for k, v in asdict(replace(behaviour)).items()}
        how |= {"port": self.port, "file": str(self._file), **self._extras}
        environment = os.environ | {"NODE_PATH": str(ROOT / ".peers" / "node_modules")}
        if "NODE_PATH" in os.environ:
            environment["NODE_PATH"] += os.pathsep + os.environ["NODE_PATH"]
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            json.dumps(how),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment,
        )
        assert self._process.stdout
        async with asyncio.timeout(PATIENCE):
            assert await self._process.stdout.readline() == b"listening\n"

    async def stop(self) -> None:
        assert self._process
        if self._process.returncode is None:
            self._process.kill()
        await self._process.communicate()

    def facts(self) -> list[dict[str, Any]]:
        """All that the peer has noted, in order; a line that it is still writing, or was killed over, is none yet."""
        if not self._file.exists():
            return []
        return [json.loads(line) for line in self._file.read_bytes().split(b"\n")[:-1]]

    async def received(self) -> list[tuple[int, str]]:
        whole: list[tuple[int, str]] = []
        halves: dict[tuple[int, str], dict[int, str]] = {}
        for fact in self.facts():
            if "text" not in fact:
                continue
            header = bytes.fromhex(fact["joining"])
            if not header:
                whole.append((fact["phone"], fact["text"]))
                continue
            assert header[:3] == b"\5\0\3"
            half = halves.setdefault((fact["phone"], header[3:5].hex()), {})
            assert header[5] not in half
            half[header[5]] = fact["text"]
            if len(half) == header[4]:
                whole.append((fact["phone"], "".join(text for _n, text in sorted(half.items()))))
        return whole

    async def order(self, order: str, **facts: Any) -> None:
        """Make the peer do something."""
        assert self._process
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"order": order, **facts}).encode() + b"\n")
        await self._process.stdin.drain()

    def signal(self, number: int) -> None:
        """Let the system stop the peer, or go on with it."""
        assert self._process
        self._process.send_signal(number)

    async def reply(self, phone: int, text: str) -> None:
        coding, charset = (0, "ascii") if text.isascii() else (8, "utf-16-be")
        await self.order("reply", source=f"86{phone}", coding=coding, octets=text.encode(charset).hex())


def npm_peer(folder: Path, **extras: Any) -> ProcessPeer:
    """npm's `smpp`."""
    node_modules()
    return ProcessPeer([peer("node"), str(HERE / "peer.js")], folder, **extras)


def smpp34_peer(folder: Path) -> ProcessPeer:
    """PyPI's `smpp34`: it knows no way to cut a connection."""
    return ProcessPeer([sys.executable, str(HERE / "peer34.py")], folder, ALL - {"cut"})


def perl_peer(folder: Path) -> ProcessPeer:
    """Debian's Net::SMPP, that answers one after the other, so that waits add up."""
    return ProcessPeer(
        [peer("perl"), str(HERE / "peer.pl")], folder, ALL - {"replies"}, settings={"timeout": 3}
    )

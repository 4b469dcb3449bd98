"""The gateway process of `ismg.py` as tests use it: started, asked, ended."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Self

from campaigner.delivery.cmpp.gateway import CmppGateway
from campaigner.domain.campaign import GatewayPlan
from tests.delivery.live_conformance import Behaviour

PROGRAM = Path(__file__).with_name("ismg.py")
SECRETS = {"sp_id": "900001", "secret": "888888"}


class Ismg:
    """One gateway process; its port is known once it is started."""

    def __init__(self, **faults: Any) -> None:
        self.faults = faults

    async def __aenter__(self) -> Self:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, str(PROGRAM), json.dumps(self.faults),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 26,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.port = int(await self.process.stdout.readline())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert await self.process.wait() == 0

    async def ask(self, do: str, **more: Any) -> Any:
        """One line to it, one line back."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, **more}).encode() + b"\n")
        return json.loads(await self.process.stdout.readline())


def gateway(port: int, **options: Any) -> CmppGateway:
    """A gateway that goes to a port of this machine and has little patience."""
    known = {setting.name: setting.default for setting in CmppGateway.settings}
    quick = {"host": "127.0.0.1", "src_id": "10690000", "rate": 0, "timeout": 1, "patience": 5}
    chosen = {**known, **quick, "rehearsal": True, "port": port, **options}
    return CmppGateway(GatewayPlan("carrier", "cmpp", "某中心", "", 50, chosen), SECRETS)


class CmppPeer:
    """The peer of the conformance suite."""

    can = frozenset({"throttle", "silent", "cut", "receipts", "before", "replies"})

    def __init__(self, version: str, report_octets: int = 60, links: int = 1) -> None:
        self.version, self.report_octets, self.links = version, report_octets, links
        self.gateway = gateway(1)

    async def start(self, behaviour: Behaviour) -> None:
        self.ismg = Ismg(
            version={"2.0": 0x20, "3.0": 0x30}[self.version],
            refuse=list(behaviour.refuse), throttle=behaviour.throttle, silent=list(behaviour.silent),
            delay=behaviour.delay, cut_after=behaviour.cut_after, receipts=behaviour.receipts,
            fail=list(behaviour.fail), report_octets=self.report_octets,
        )  # fmt: skip
        await self.ismg.__aenter__()
        self.gateway = gateway(self.ismg.port, version=self.version, links=self.links)

    async def stop(self) -> None:
        await self.ismg.__aexit__()

    async def received(self) -> list[tuple[int, str]]:
        return [(phone, text) for phone, text in await self.ismg.ask("received")]

    async def reply(self, phone: int, text: str) -> None:
        await self.ismg.ask("mo", **{"from": str(phone)}, content=text.encode("utf-16-be").hex())

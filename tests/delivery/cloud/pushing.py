"""A cloud that pushes, as Aliyun does: POST of a JSON array, again while the answer is not the documented one."""

import asyncio
import http.client
import json
import socket
from typing import Any
from urllib.parse import parse_qsl

from campaigner.delivery.cloud.aliyun import AliyunGateway
from campaigner.delivery.cloud.tencent import TencentGateway
from campaigner.domain.campaign import GatewayPlan
from tests.delivery.cloud.fake_cloud import FakeAliyun, Request

PUSH_TOKEN = "made-up-for-pushes"
TRIES = 50
"""Often enough for a test; the cloud itself comes three times, with minutes in between."""


class PushingAliyun(FakeAliyun):
    """`SmsReport` and `SmsUp`, pushed to an address."""

    address: tuple[str, int] = ("127.0.0.1", 0)
    token = ""

    async def _send(self, request: Request) -> tuple[int, Any]:
        status, answer = await super()._send(request)
        if answer.get("Code") == "OK" and (order := self.behaviour.receipts):
            form = request.query | dict(_form(request))
            phones = [int(phone) for phone in json.loads(form["PhoneNumberJson"])]
            rows = [self._report(phone, answer["BizId"], form["OutId"]) for phone in phones]
            if order in {"before", "twice"}:
                await self.push("report", rows)
            if order != "before":
                self._soon(self.push("report", rows[::-1] if order == "reversed" else rows))
        return status, answer

    def _report(self, phone: int, serial: str, key: str) -> dict[str, Any]:
        good = phone not in self.behaviour.fail
        return {
            "phone_number": str(phone), "send_time": "2026-11-25 09:00:00", "report_time": "2026-11-25 09:00:05",
            "success": good, "err_code": "DELIVERED" if good else "UNDELIV", "err_msg": "x", "sms_size": "1",
            "biz_id": serial, "out_id": key,
        }  # fmt: skip

    def answer_back(self, phone: int, text: str) -> None:
        row = {
            "phone_number": str(phone), "content": text, "send_time": "2026-11-25 09:10:00", "dest_code": "01",
            "sequence_id": "1234567890",
        }  # fmt: skip
        asyncio.run_coroutine_threadsafe(self.push("reply", [row]), self._loop)

    async def push(self, what: str, rows: list[dict[str, Any]]) -> None:
        """Push until it is taken."""
        body = json.dumps(rows, ensure_ascii=False).encode()
        for _ in range(TRIES):
            status, answer = await asyncio.to_thread(
                post, self.address, f"/push/{self.token}/{what}", body, json_wanted=False
            )
            if status == 200:
                assert isinstance(json.loads(answer)["code"], int)
                return
            await asyncio.sleep(0.05)
        self.refusals.append(f"the {what} was not taken")

    def _soon(self, what: Any) -> None:
        self._pushing = asyncio.ensure_future(what)


def _form(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(request.body.decode())


def post(
    address: tuple[str, int], path: str, body: bytes, method: str = "POST", *, json_wanted: bool = True
) -> tuple[int, Any]:
    """What is answered to a push: status, and the body, read as JSON if it is wanted and there is one."""
    connection = http.client.HTTPConnection(*address, timeout=60)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
        return answer.status, json.loads(said) if json_wanted and said else said
    finally:
        connection.close()


def free() -> tuple[str, int]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return "127.0.0.1", int(found.getsockname()[1])


def made(
    there: tuple[str, int], cls: type[Any] = AliyunGateway, token: str = PUSH_TOKEN, **options: Any
) -> Any:
    """A gateway that listens, and looks at no template when it opens."""
    given = {setting.name: setting.default for setting in cls.settings} | {
        "templates": ("1=谨防诈骗。拒收请回复R",), "endpoint": "127.0.0.1:1", "protocol": "http", "rehearsal": True,
        "compare": False, "listen": f"{there[0]}:{there[1]}", **options,
    }  # fmt: skip
    if cls is TencentGateway:
        given |= {"app_id": "1400006666", "pull_seconds": 0}
    secrets = dict(zip(cls.secrets, ("made-up", "made-up", token), strict=True))
    return cls(GatewayPlan("cloud", "cloud", "某中心", "拒收请回复R", 45, given), secrets)

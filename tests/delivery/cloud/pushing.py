"""A cloud that pushes, as Aliyun does: POST of a JSON array, again while the answer is not the documented one."""

import asyncio
import http.client
import json
from typing import Any

from tests.delivery.cloud.fake_cloud import FakeAliyun, Request

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
    from urllib.parse import parse_qsl

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

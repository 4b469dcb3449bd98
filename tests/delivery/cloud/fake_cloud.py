"""Clouds made for tests: HTTP on loopback in a thread of its own, strict about signatures and forms."""

import asyncio
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, urlsplit

from tests.delivery.live_conformance import Behaviour
from tests.pace import PATIENCE

BROKEN = "broken"
"""Instead of a code: status 500 and a body that says nothing, as a box on the way might answer."""
REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 500: "Internal Server Error"}


class CutError(Exception):
    """Close the connection without a word."""


class SilenceError(Exception):
    """Keep the connection and never answer."""


@dataclass
class Request:
    """One HTTP request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))


@dataclass
class FakeCloud:
    """What both clouds share; `serve` answers one request with a status and JSON."""

    keys: ClassVar[tuple[str, str]]
    templates: dict[str, str]
    behaviour: Behaviour = field(default_factory=Behaviour)
    port: int = 0
    arrived: list[tuple[int, str]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    """Requests that were badly signed or badly formed; stays empty in a good test."""
    targets: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    """Codes to answer the next sendings with, instead of taking them."""
    full: frozenset[int] = frozenset()
    """Numbers that have had all they may get, where a cloud says so number by number."""
    serials: Any = field(default_factory=lambda: count(1))

    def start(self, behaviour: Behaviour) -> None:
        self.behaviour, self._throttled, self._got, self._was_cut = behaviour, 0, 0, False
        self.arrived.clear()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,))
        self._thread.start()
        assert ready.wait(PATIENCE)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(PATIENCE)

    def do(self, what: Coroutine[Any, Any, Any]) -> Any:
        """Run something in the cloud's own loop."""
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(PATIENCE)

    def _run(self, ready: threading.Event) -> None:
        async def go() -> None:
            self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
            self._open: set[asyncio.StreamWriter] = set()
            server = await asyncio.start_server(self._talk, "127.0.0.1", self.port)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            await self._end.wait()
            server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            for writer in self._open:
                writer.transport.abort()
            await asyncio.sleep(0.01)

        asyncio.run(go())

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while (request := await self._read(reader)) is not None:
                self.targets.append(request.target)
                status, answer = await self.serve(request)
                body = json.dumps(answer, ensure_ascii=False).encode()
                head = f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: application/json\r\n"
                writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
        except SilenceError:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(60)
        except (CutError, ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _read(self, reader: asyncio.StreamReader) -> Request | None:
        first = await reader.readline()
        if not first:
            return None
        method, target, _version = first.decode().split()
        headers = {}
        while (line := (await reader.readline()).decode().strip()) != "":
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return Request(method, target, headers, body)

    async def serve(self, request: Request) -> tuple[int, Any]:
        raise NotImplementedError

    def answer_back(self, phone: int, text: str) -> None:
        raise NotImplementedError

    async def take(self, phones: list[int], texts: list[str]) -> str:
        """Faults, then the messages; "throttle" or "" for taken."""
        told = self.behaviour
        if self._throttled < told.throttle:
            self._throttled += len(phones)
            return "throttle"
        if told.delay:
            await asyncio.sleep(told.delay)
        self.sizes.append(len(phones))
        self.arrived += [
            (phone, text)
            for phone, text in zip(phones, texts, strict=True)
            if phone not in told.refuse | self.full
        ]
        self._got += len(phones)
        if told.cut_after and not self._was_cut and self._got >= told.cut_after:
            self._was_cut = True
            raise CutError
        if told.silent & set(phones):
            raise SilenceError
        return ""


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class FakeAliyun(FakeCloud):
    """`SendBatchSms` and `QuerySmsTemplate` of API version 2017-05-25."""

    keys: ClassVar[tuple[str, str]] = ("akid-made-up", "aksecret-made-up")
    signature = "某中心"

    def bad(self, request: Request) -> str:
        """What is wrong with a request; ACS3-HMAC-SHA256 recomputed from the public description."""
        sent = request.headers.get("authorization", "")
        parts = dict(
            item.split("=", 1) for item in sent.removeprefix("ACS3-HMAC-SHA256 ").split(",") if "=" in item
        )
        signed = parts.get("SignedHeaders", "")
        digest = hashlib.sha256(request.body).hexdigest()
        query = "&".join(
            f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in sorted(request.query.items())
        )
        headers = "".join(f"{name}:{request.headers.get(name, '')}\n" for name in signed.split(";"))
        canonical = f"{request.method}\n/\n{query}\n{headers}\n{signed}\n{digest}"
        text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        if parts.get("Credential") != self.keys[0]:
            return "InvalidAccessKeyId.NotFound"
        if not hmac.compare_digest(parts.get("Signature", ""), _hmac(self.keys[1].encode(), text).hex()):
            return "SignatureDoesNotMatch"
        wanted = {
            "host",
            "x-acs-action",
            "x-acs-version",
            "x-acs-date",
            "x-acs-signature-nonce",
            "x-acs-content-sha256",
        }
        missing = wanted - set(signed.split(";"))
        if missing or request.method != "POST" or request.headers["x-acs-version"] != "2017-05-25":
            return "InvalidParameter"
        return ""

    async def serve(self, request: Request) -> tuple[int, Any]:
        if fault := self.bad(request):
            self.refusals.append(fault)
            return 403, {"Code": fault, "Message": "no", "RequestId": "R"}
        if request.headers["x-acs-action"] == "QuerySmsTemplate":
            code = request.query["TemplateCode"]
            if code not in self.templates:
                return 200, {"Code": "isv.SMS_TEMPLATE_ILLEGAL", "Message": "no", "RequestId": "R"}
            return 200, {
                "Code": "OK", "TemplateCode": code, "TemplateContent": self.templates[code], "TemplateStatus": 1,
            }  # fmt: skip
        return await self._send(request)

    async def _send(self, request: Request) -> tuple[int, Any]:
        assert request.headers["x-acs-action"] == "SendBatchSms"
        assert request.headers["content-type"] == "application/x-www-form-urlencoded"
        form = dict(parse_qsl(request.body.decode()))
        phones = [int(phone) for phone in json.loads(form["PhoneNumberJson"])]
        signs = json.loads(form["SignNameJson"])
        values = json.loads(form["TemplateParamJson"]) if "TemplateParamJson" in form else [{}] * len(phones)
        assert len(phones) == len(signs) == len(values) <= 100
        template = self.templates[request.query["TemplateCode"]]
        texts = [f"【{sign}】{fill(template, each)}" for sign, each in zip(signs, values, strict=True)]
        if self.codes:
            code = self.codes.pop(0)
            if code == BROKEN:
                return 500, {}
            return (400 if code.startswith("Throttling") else 200), {
                "Code": code,
                "Message": "no",
                "RequestId": "R",
            }
        if self.behaviour.refuse & set(phones):
            return 200, {"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": f"{phones}", "RequestId": "R"}
        if await self.take(phones, texts):
            return 400, {"Code": "Throttling.User", "Message": "too fast", "RequestId": "R"}
        return 200, {"Code": "OK", "Message": "OK", "BizId": f"B{next(self.serials)}", "RequestId": "R"}


class FakeTencent(FakeCloud):
    """`SendSms`, the template list, and the pulls of API version 2021-01-11."""

    keys: ClassVar[tuple[str, str]] = ("sid-made-up", "skey-made-up")
    app = "1400006666"
    keeps_session = True

    def start(self, behaviour: Behaviour) -> None:
        self.statuses: list[dict[str, Any]] = []
        self.replies: list[dict[str, Any]] = []
        super().start(behaviour)

    def bad(self, request: Request) -> str:
        """What is wrong with a request; TC3-HMAC-SHA256 recomputed from the public description."""
        sent = request.headers.get("authorization", "").removeprefix("TC3-HMAC-SHA256 ")
        parts = dict(item.strip().split("=", 1) for item in sent.split(",") if "=" in item)
        stamp = request.headers["x-tc-timestamp"]
        day = time.strftime("%Y-%m-%d", time.gmtime(int(stamp)))
        scope = f"{day}/sms/tc3_request"
        names = parts["SignedHeaders"]
        headers = "".join(f"{name}:{request.headers[name]}\n" for name in names.split(";"))
        digest = hashlib.sha256(request.body).hexdigest()
        canonical = f"POST\n/\n\n{headers}\n{names}\n{digest}"
        text = f"TC3-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = b"TC3" + self.keys[1].encode()
        for word in (day, "sms", "tc3_request"):
            key = _hmac(key, word)
        if parts["Credential"] != f"{self.keys[0]}/{scope}":
            return "AuthFailure.SecretIdNotFound"
        if not hmac.compare_digest(parts["Signature"], _hmac(key, text).hex()):
            return "AuthFailure.SignatureFailure"
        if (
            request.headers["x-tc-version"] != "2021-01-11"
            or request.headers["content-type"] != "application/json"
        ):
            return "InvalidParameter"
        return ""

    async def serve(self, request: Request) -> tuple[int, Any]:
        if fault := self.bad(request):
            self.refusals.append(fault)
            return 200, self._error(fault)
        form = json.loads(request.body)
        action = request.headers["x-tc-action"]
        if action == "SendSms":
            if self.codes == [BROKEN]:
                self.codes.clear()
                return 500, {}
            return 200, await self._send(form)
        if action == "DescribeSmsTemplateList":
            rows = [
                {"TemplateId": number, "StatusCode": 0, "TemplateContent": self.templates[str(number)]}
                for number in form["TemplateIdSet"]
                if str(number) in self.templates
            ]
            return 200, {"Response": {"DescribeTemplateStatusSet": rows, "RequestId": "R"}}
        assert form["SmsSdkAppId"] == self.app
        kept = self.statuses if action == "PullSmsSendStatus" else self.replies
        rows, kept[:] = kept[: form["Limit"]], kept[form["Limit"] :]
        return 200, {"Response": {f"{action}Set": rows, "RequestId": "R"}}

    async def _send(self, form: dict[str, Any]) -> dict[str, Any]:
        phones = [int(phone.removeprefix("+86")) for phone in form["PhoneNumberSet"]]
        assert len(phones) <= 200
        assert form["SmsSdkAppId"] == self.app
        values = {str(n): value for n, value in enumerate(form["TemplateParamSet"], 1)}
        text = f"【{form['SignName']}】{fill(self.templates[form['TemplateId']], values)}"
        if self.codes:
            return self._error(self.codes.pop(0))
        rows = [self._row(phone, form) for phone in phones]
        if self.behaviour.receipts in ("before", "twice"):
            self._report(rows)
            await asyncio.sleep(0.3 if self.behaviour.receipts == "before" else 0)
        if await self.take(phones, [text] * len(phones)):
            return self._error("RequestLimitExceeded")
        if self.behaviour.receipts in ("after", "twice", "reversed"):
            self._report(rows)
        return {"Response": {"SendStatusSet": rows, "RequestId": "R"}}

    def _row(self, phone: int, form: dict[str, Any]) -> dict[str, Any]:
        refused = phone in self.behaviour.refuse | self.full
        code = (
            "LimitExceeded.DeliveryFrequencyLimit"
            if phone in self.full
            else "FailedOperation.PhoneNumberInBlacklist"
        )
        return {
            "SerialNo": "" if refused else f"2019:{next(self.serials)}",
            "PhoneNumber": f"+86{phone}",
            "Fee": 0 if refused else 1,
            "SessionContext": form["SessionContext"],
            "Code": code if refused else "Ok",
            "Message": f"about {phone}",
            "IsoCode": "CN",
        }

    def _report(self, rows: list[dict[str, Any]]) -> None:
        for row in reversed(rows) if self.behaviour.receipts == "reversed" else rows:
            phone = row["PhoneNumber"]
            failed = int(phone.removeprefix("+86")) in self.behaviour.fail
            self.statuses.append({
                "UserReceiveTime": 1795600000,
                "CountryCode": "86",
                "SubscriberNumber": phone.removeprefix("+86"),
                "PhoneNumber": phone,
                "SerialNo": row["SerialNo"],
                "ReportStatus": "FAIL" if failed else "SUCCESS",
                "Description": "user received",
                "SessionContext": row["SessionContext"] if self.keeps_session else "",
            })  # fmt: skip

    def answer_back(self, phone: int, text: str) -> None:
        self.replies.append({
            "ExtendCode": "01", "CountryCode": "86", "PhoneNumber": f"+86{phone}", "SignName": "某中心",
            "ReplyContent": text, "ReplyTime": 1795600000, "SubscriberNumber": str(phone),
        })  # fmt: skip

    def _error(self, code: str) -> dict[str, Any]:
        return {"Response": {"Error": {"Code": code, "Message": "no"}, "RequestId": "R"}}


def fill(template: str, values: dict[str, str]) -> str:
    """The text a recipient reads."""
    for name, value in values.items():
        template = template.replace(f"${{{name}}}", value).replace(f"{{{name}}}", value)
    assert "{" not in template
    return template

"""The gateway to Aliyun's short message service, by its SDK for API version 2017-05-25."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

from campaigner.delivery.cloud.api import RefusedError, Said, UnreachableError, never_left
from campaigner.delivery.cloud.bounded import bound_answers
from campaigner.delivery.cloud.codes import aliyun_verdict
from campaigner.delivery.cloud.link import CloudLink
from campaigner.delivery.cloud.pushes import TOKEN, deaf, read_place
from campaigner.delivery.cloud.reports import ALIYUN, Report
from campaigner.delivery.cloud.terms import Terms, missing, quiet, read_terms, settings, wanted_secrets
from campaigner.delivery.cloud.wording import Addressed
from campaigner.delivery.gateway import Setting
from campaigner.delivery.hearing import Unheard
from campaigner.delivery.links.requests import UnansweredError, Verdict
from campaigner.delivery.live import Ear, Reply
from campaigner.domain.campaign import GatewayPlan

_APPROVED = 1


class AliyunGateway:
    """Sends through `SendBatchSms`: template, and values for each number, all in the body of the request.

    One request has one `BizId` for all its numbers, so that is their reference, and a report names number and `BizId`;
    while the link lives, the `OutId` that we give each request leads to our own number of the message.
    """

    settings: ClassVar[tuple[Setting, ...]] = settings("dysmsapi.aliyuncs.com", most=100, parameter_limit=35)
    secrets: ClassVar[tuple[str, ...]] = ("access_key_id", "access_key_secret", TOKEN)

    @classmethod
    def wanted(cls, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The keys, and the token of pushes if they are listened to."""
        return cls.secrets if options["listen"] else cls.secrets[:2]

    @classmethod
    def unheard(cls, options: Mapping[str, Any], secrets: Collection[str] | None = None) -> Unheard | None:
        """Everything, unless pushes are listened to: this cloud keeps nothing for us to ask for."""
        return deaf(options, secrets, pulls=False)

    def __init__(self, plan: GatewayPlan, secrets: Mapping[str, str]) -> None:
        """A gateway with its settings from config.toml.

        Raises:
            GatewayError: Settings cannot work together, or a secret is missing.
        """
        self._name = plan.name
        self._terms = read_terms(plan, "aliyun")
        self._keys = wanted_secrets(plan, secrets, self.wanted(plan.options))[:2]
        self._place = read_place(plan, secrets.get(TOKEN, ""))
        self.real = not self._terms.rehearsal

    def __repr__(self) -> str:
        return f"AliyunGateway({self._name!r}, {self._terms.endpoint!r})"

    @property
    def rows_per_batch(self) -> int:
        """How many messages a batch may hold."""
        return 50_000

    def link(self, ear: Ear) -> CloudLink:
        """A link, not yet open."""
        heard = (self._place, ALIYUN) if self._place else None
        return CloudLink(
            _Aliyun(self._terms, self._keys), self._terms.wording, self._terms.manner, ear, heard
        )


class _Aliyun:
    """The cloud through its SDK."""

    one_text = False

    def __init__(self, terms: Terms, keys: tuple[str, ...]) -> None:
        self._terms = terms
        self._keys = keys
        self.most = terms.per_request

    def client(self) -> Any:
        quiet(self._terms, "darabonba", "alibabacloud-tea", "alibabacloud_credentials")
        try:
            from alibabacloud_dysmsapi20170525.client import Client
            from alibabacloud_tea_openapi.utils_models import Config
        except ImportError:
            raise missing("aliyun") from None
        bound_answers()
        return Client(
            Config(
                access_key_id=self._keys[0],
                access_key_secret=self._keys[1],
                endpoint=self._terms.endpoint,
                protocol=self._terms.protocol.upper(),
                connect_timeout=self._terms.timeout * 1000,
                read_timeout=self._terms.timeout * 1000,
            )
        )

    def send(self, client: Any, request: Sequence[Addressed], key: str) -> list[Said]:
        from alibabacloud_dysmsapi20170525.models import SendBatchSmsRequest

        values = [each.fitted.values for each in request]
        form = SendBatchSmsRequest(
            phone_number_json=json.dumps([str(each.message.phone) for each in request]),
            sign_name_json=json.dumps([self._terms.wording.signature] * len(request), ensure_ascii=False),
            template_code=request[0].fitted.template.code,
            template_param_json=json.dumps(values, ensure_ascii=False) if any(values) else None,
            out_id=key,
        )
        body = _asked(lambda: client.send_batch_sms(form).body)
        return [Said(Verdict.TAKEN, body.code, body.biz_id or "")] * len(request)

    def registered(self, client: Any, code: str) -> tuple[str, bool]:
        from alibabacloud_dysmsapi20170525.models import QuerySmsTemplateRequest

        form = QuerySmsTemplateRequest(template_code=code)
        body = _asked(lambda: client.query_sms_template(form).body)
        return body.template_content or "", body.template_status == _APPROVED

    def pull(self, _client: Any) -> tuple[list[Report], list[Reply]]:
        """Nothing: `QuerySendDetails` asks for one number at a time, in the address of the request."""
        return [], []


def _asked(ask: Callable[[], Any]) -> Any:
    """What the cloud answers, its refusals and failures told apart."""
    try:
        body = ask()
    except Exception as error:  # noqa: BLE001 - the SDK raises whatever it meets on its way
        code = getattr(error, "code", None)
        if getattr(error, "status_code", None) and code not in (None, "None"):
            raise RefusedError(Said(aliyun_verdict(str(code)), str(code))) from None
        if never_left(error):
            raise UnreachableError from None
        raise UnansweredError from None
    if body is None or not body.code:
        raise UnansweredError
    verdict = aliyun_verdict(body.code, body.message or "")
    if verdict is not Verdict.TAKEN:
        raise RefusedError(Said(verdict, body.code))
    return body

"""The gateway to Tencent Cloud's short message service, by its SDK for API version 2021-01-11."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

from campaigner.delivery.cloud.api import RefusedError, Said, UnreachableError, never_left
from campaigner.delivery.cloud.bounded import bound_answers
from campaigner.delivery.cloud.codes import tencent_verdict
from campaigner.delivery.cloud.link import CloudLink
from campaigner.delivery.cloud.pushes import TOKEN, deaf, read_place
from campaigner.delivery.cloud.reports import (
    TENCENT,
    Report,
    phone_of,
    tencent_pulled,
    tencent_pulled_replies,
)
from campaigner.delivery.cloud.terms import Terms, missing, quiet, read_terms, settings, wanted_secrets
from campaigner.delivery.cloud.wording import Addressed
from campaigner.delivery.gateway import Setting
from campaigner.delivery.hearing import Unheard
from campaigner.delivery.links.requests import UnansweredError, Verdict
from campaigner.delivery.live import Ear, Reply
from campaigner.domain.campaign import GatewayPlan
from campaigner.domain.cloud_template import Fitted
from campaigner.errors import GatewayError

_APPROVED = 0
_ROWS = 100
"""How many rows one pull may bring."""


class TencentGateway:
    """Sends through `SendSms`: up to 200 numbers that share a template and its values, a serial number for each.

    The serial is the message's reference. `SessionContext` carries our own key; where the account has it opened, it
    comes back with reports and leads to messages whose answer was lost.
    """

    settings: ClassVar[tuple[Setting, ...]] = (
        *settings("sms.tencentcloudapi.com", most=200, parameter_limit=6),
        Setting("app_id", str, "", required=True),
        Setting("region", str, "ap-guangzhou", choices=("ap-guangzhou", "ap-beijing", "ap-nanjing")),
        Setting("pull_seconds", int, 10, least=0, most=3600),
    )
    secrets: ClassVar[tuple[str, ...]] = ("secret_id", "secret_key", TOKEN)

    @classmethod
    def wanted(cls, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The keys, and the token of pushes if they are listened to."""
        return cls.secrets if options["listen"] else cls.secrets[:2]

    @classmethod
    def unheard(cls, options: Mapping[str, Any], secrets: Collection[str] | None = None) -> Unheard | None:
        """Everything, if it is neither asked for nor listened to."""
        return deaf(options, secrets, pulls=options["pull_seconds"] > 0)

    def __init__(self, plan: GatewayPlan, secrets: Mapping[str, str]) -> None:
        """A gateway with its settings from config.toml.

        Raises:
            GatewayError: Settings cannot work together, or a secret is missing.
        """
        self._name = plan.name
        self._terms = read_terms(plan, "tencent")
        self._app: str = plan.options["app_id"]
        self._region: str = plan.options["region"]
        self._keys = wanted_secrets(plan, secrets, self.wanted(plan.options))[:2]
        self._place = read_place(plan, secrets.get(TOKEN, ""))
        self.real = not self._terms.rehearsal
        for template in self._terms.wording.templates:
            names = [parameter.name for parameter in template.parameters]
            if (
                sorted(names) != [str(number) for number in range(1, len(names) + 1)]
                or not template.code.isdigit()
            ):
                raise GatewayError(
                    f"gateway {plan.name}: template {template.code}: codes are numbers here, "
                    "and parameters are {1}, {2}, ... without a gap\n"
                    f"出口 {plan.name} 的模板 {template.code}：模板编号只能是数字，参数要依次写成 {{1}}、"
                    f"{{2}}……，中间不能缺号"
                )

    def __repr__(self) -> str:
        return f"TencentGateway({self._name!r}, {self._terms.endpoint!r})"

    @property
    def rows_per_batch(self) -> int:
        """How many messages a batch may hold."""
        return 50_000

    def link(self, ear: Ear) -> CloudLink:
        """A link, not yet open."""
        cloud = _Tencent(self._terms, self._keys, self._app, self._region)
        heard = (self._place, TENCENT) if self._place else None
        return CloudLink(cloud, self._terms.wording, self._terms.manner, ear, heard)


class _Tencent:
    """The cloud through its SDK."""

    one_text = True

    def __init__(self, terms: Terms, keys: tuple[str, ...], app: str, region: str) -> None:
        self._terms = terms
        self._keys = keys
        self._app = app
        self._region = region
        self.most = terms.per_request

    def client(self) -> Any:
        quiet(self._terms, "tencentcloud_sdk_common")
        try:
            from tencentcloud.common.credential import Credential
            from tencentcloud.common.profile.client_profile import ClientProfile
            from tencentcloud.common.profile.http_profile import HttpProfile
            from tencentcloud.sms.v20210111.sms_client import SmsClient
        except ImportError:
            raise missing("tencent") from None
        bound_answers()
        http = HttpProfile(
            protocol=self._terms.protocol,
            endpoint=self._terms.endpoint,
            reqTimeout=self._terms.timeout,
            keepAlive=True,
        )
        return SmsClient(Credential(*self._keys), self._region, ClientProfile(httpProfile=http))

    def send(self, client: Any, request: Sequence[Addressed], key: str) -> list[Said]:
        from tencentcloud.sms.v20210111.models import SendSmsRequest

        form = SendSmsRequest()
        form.PhoneNumberSet = [f"+86{each.message.phone}" for each in request]
        form.SmsSdkAppId = self._app
        form.SignName = self._terms.wording.signature
        form.TemplateId = request[0].fitted.template.code
        form.TemplateParamSet = list(values_in_order(request[0].fitted))
        form.SessionContext = key
        rows = _asked(lambda: client.SendSms(form)).SendStatusSet or []
        said = {phone_of(row.PhoneNumber): _said(row) for row in rows}
        # A number that the answer leaves out may have been sent to.
        unsaid = Said(Verdict.UNSURE, "no status")
        return [said.get(each.message.phone, unsaid) for each in request]

    def registered(self, client: Any, code: str) -> tuple[str, bool]:
        from tencentcloud.sms.v20210111.models import DescribeSmsTemplateListRequest

        form = DescribeSmsTemplateListRequest()
        form.International = 0
        form.TemplateIdSet = [int(code)]
        rows = _asked(lambda: client.DescribeSmsTemplateList(form)).DescribeTemplateStatusSet or []
        found = next((row for row in rows if str(row.TemplateId) == code), None)
        return (found.TemplateContent or "", found.StatusCode == _APPROVED) if found else ("", False)

    def pull(self, client: Any) -> tuple[list[Report], list[Reply]]:
        from tencentcloud.sms.v20210111 import models

        reports, replies = models.PullSmsSendStatusRequest(), models.PullSmsReplyStatusRequest()
        for form in (reports, replies):
            form.Limit = _ROWS
            form.SmsSdkAppId = self._app
        told = tencent_pulled(_asked(lambda: client.PullSmsSendStatus(reports)).PullSmsSendStatusSet or [])
        try:
            heard = _asked(lambda: client.PullSmsReplyStatus(replies)).PullSmsReplyStatusSet or []
        except (RefusedError, UnreachableError, UnansweredError):
            if not told:
                raise
            heard = []  # the reports are gone at the cloud; the replies are asked for again
        return told, tencent_pulled_replies(heard)


def values_in_order(fitted: Fitted) -> tuple[str, ...]:
    """The values by their parameters' numbers, wherever in the text these stand."""
    return tuple(fitted.values[name] for name in sorted(fitted.values, key=int))


def _said(row: Any) -> Said:
    return Said(tencent_verdict(row.Code), row.Code, row.SerialNo or "")


def _asked(ask: Callable[[], Any]) -> Any:
    """What the cloud answers, its refusals and failures told apart: only a real answer has a request's id."""
    try:
        return ask()
    except Exception as error:  # noqa: BLE001 - the SDK raises whatever it meets on its way
        code = getattr(error, "code", None)
        if code and getattr(error, "requestId", None):
            raise RefusedError(Said(tencent_verdict(code), code)) from None
        if never_left(error):
            raise UnreachableError from None
        raise UnansweredError from None

"""What a cloud pushes, by whichever address: settings of the listener, whose word counts, and what is answered."""

import hmac
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from campaigner.delivery.cloud.listener import Listener, Place, address
from campaigner.delivery.cloud.reports import Forms, Pushed, Report
from campaigner.delivery.gateway import Setting
from campaigner.delivery.hearing import Unheard
from campaigner.delivery.links.acknowledging import is_kept
from campaigner.delivery.live import Kept, Reply
from campaigner.domain.campaign import GatewayPlan
from campaigner.domain.remote import is_loopback
from campaigner.errors import GatewayError

SETTINGS = (Setting("listen", str, ""), Setting("proxy", str, ""))
TOKEN = "push_token"  # noqa: S105 - the name of a secret, not one
_TOKEN = re.compile("[A-Za-z0-9._~-]{16,64}")
_PATH = re.compile("/push/([^/]*)/(report|reply)")


def read_place(plan: GatewayPlan, token: str) -> Place | None:
    """Where to listen; None if nothing is listened to.

    Args:
        plan: The gateway's settings.
        token: Its secret `push_token`; "" if it is not known.

    Raises:
        GatewayError: One of the settings cannot be; says which, and what is possible.
    """
    listen, proxy = plan.options["listen"], plan.options["proxy"]
    if not listen:
        if proxy:
            raise _wrong(
                plan, "`proxy` is for `listen`; give both, or neither", "proxy 要与 listen 一起填写，或都不填"
            )
        return None
    found = address(listen)
    if found is None:
        raise _wrong(
            plan,
            "`listen` must be an address of this machine and a port, such as 127.0.0.1:18081",
            "listen 要写本机地址和端口，例如 127.0.0.1:18081",
        )
    try:
        host = str(ip_address(proxy)) if proxy else ""
    except ValueError:
        raise _wrong(
            plan, "`proxy` must be an address, such as 10.0.0.7", "proxy 要写地址，例如 10.0.0.7"
        ) from None
    if not is_loopback(found[0]) and not host:
        raise _wrong(
            plan,
            "`listen` is open to other machines; give `proxy`, the address of the one machine that takes the "
            "cloud's pushes by HTTPS and hands them on",
            "listen 对其他机器开放：请用 proxy 写明用 HTTPS 接收云平台推送并转交的那台机器的地址",
        )
    if not _TOKEN.fullmatch(token):
        raise _wrong(
            plan,
            f"its secret `{TOKEN}` must be 16 to 64 letters, digits, . _ ~ -",
            f"密钥 {TOKEN} 要有 16 到 64 个字符，只能用字母、数字和 . _ ~ -",
        )
    return Place(*found, proxy=host, token=token)


def deaf(options: Mapping[str, Any], secrets: Collection[str] | None, *, pulls: bool) -> Unheard | None:
    """What is not heard of a cloud whose pushes nobody takes.

    Args:
        options: The gateway's settings.
        secrets: Names of its known secrets; None where nobody can tell.
        pulls: Whether reports and replies are asked for, so that nothing need be pushed.
    """
    if pulls or (options["listen"] and (secrets is None or TOKEN in secrets)):
        return None
    return Unheard(
        receipts=True,
        replies=True,
        advice=f"set `listen` and the secret `{TOKEN}`, and give the address to the cloud's console",
        advice_zh=f"请设置 listen 和密钥 {TOKEN}，并在云平台控制台填写推送地址，见 docs/gateways/cloud.md",
    )


@dataclass(frozen=True, slots=True)
class Ears:
    """Whom to tell.

    Args:
        reported: Takes reports.
        replied: Takes replies.
        note: Called with a line for the log.
    """

    reported: Callable[[Iterable[Report]], Kept]
    replied: Callable[[Sequence[Reply]], Kept]
    note: Callable[[str], None]


class Pushes:
    """Takes what a cloud pushes, and answers when it is kept.

    Args:
        place: Where to listen, and the token that stands in the address.
        forms: How this cloud writes.
        ears: Whom to tell.
    """

    def __init__(self, place: Place, forms: Forms, ears: Ears) -> None:
        self._token = place.token.encode()
        self._forms, self._ears = forms, ears
        self.listener = Listener(place, self.take, ears.note)

    async def take(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Take one push; returns status and body of the answer.

        200 when all of it is kept, 404 for another path or token, 400 if something in it could not be read, 503 if the
        store could not be written: the cloud comes again with all of it, and what was kept is kept once.
        """
        found = _PATH.fullmatch(path)
        if found is None or not hmac.compare_digest(found[1].encode("latin-1"), self._token):
            return 404, b""
        if not body.strip():
            return 200, self._forms.received  # the console tries an address before it keeps it
        try:
            kept, unread = self._tell(found[2], body)
        except (ValueError, RecursionError):
            self._ears.note(
                f"a {found[2]} was pushed that is no JSON of the documented form; see the console"
            )
            return 400, b""
        good = await is_kept(kept)
        if unread:
            self._ears.note(f"{unread} row(s) of a pushed {found[2]} could not be read; see the console")
            return 400, b""
        return (200, self._forms.received) if good else (503, b"")

    def _tell(self, what: str, body: bytes) -> tuple[Kept, int]:
        if what == "report":
            reports: Pushed[Report] = self._forms.reports(body)
            return self._ears.reported(reports.rows), reports.unread
        replies: Pushed[Reply] = self._forms.replies(body)
        return self._ears.replied(replies.rows), replies.unread


def _wrong(plan: GatewayPlan, words: str, words_zh: str) -> GatewayError:
    return GatewayError(f"gateway {plan.name}: {words}\n出口 {plan.name}：{words_zh}")

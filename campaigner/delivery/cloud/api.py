"""What a link asks of a cloud, whichever it is: blocking calls through its SDK, made in threads of the link."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from campaigner.delivery.cloud.reports import Report
from campaigner.delivery.cloud.wording import Addressed
from campaigner.delivery.links.requests import Verdict
from campaigner.delivery.live import Reply


@dataclass(frozen=True, slots=True)
class Said:
    """What the cloud said of one message, or of a whole request that it refused.

    Args:
        verdict: What its code asks for.
        code: The code.
        serial: The cloud's id, by which its reports name the message; "" where it has none.
    """

    verdict: Verdict
    code: str
    serial: str = ""


class RefusedError(Exception):
    """The cloud has refused a whole request; nothing of it was sent."""

    def __init__(self, said: Said) -> None:
        super().__init__(said.code)
        self.said = said


class UnreachableError(Exception):
    """No connection came about; nothing was sent."""


class Api(Protocol):
    """A cloud through its SDK. Each thread makes a client of its own."""

    most: int
    """How many messages a request may hold."""
    one_text: bool
    """Whether all messages of a request must share their values."""

    def client(self) -> Any:
        """A client of the SDK.

        Raises:
            GatewayError: The SDK is not installed, or must not be used as things are.
        """
        ...

    def send(self, client: Any, request: Sequence[Addressed], key: str) -> list[Said]:
        """Send a request of one template; what was said of each message.

        Args:
            client: From `client`.
            request: The messages.
            key: Comes back with reports, where the cloud does that.

        Raises:
            RefusedError: The whole request was refused.
            UnreachableError: Nothing left.
            UnansweredError: It left and no answer came.
        """
        ...

    def registered(self, client: Any, code: str) -> tuple[str, bool]:
        """A template as the cloud has it: its text, and whether it is approved.

        Raises:
            RefusedError: It does not show it.
            UnreachableError: The cloud cannot be reached.
            UnansweredError: It does not answer.
        """
        ...

    def pull(self, client: Any) -> tuple[list[Report], list[Reply]]:
        """Reports and replies that wait, if the cloud keeps them for us; what is pulled is gone there.

        Raises:
            RefusedError: It does not hand them out.
            UnreachableError: The cloud cannot be reached.
            UnansweredError: It does not answer.
        """
        ...


_BEFORE_ANYTHING_LEFT = frozenset(
    {
        "ConnectTimeout",
        "ConnectTimeoutError",
        "NewConnectionError",
        "NameResolutionError",
        "SSLCertVerificationError",
    }
)


def never_left(error: BaseException) -> bool:
    """Whether an error of an SDK says that no connection came about, so that nothing can have been sent.

    Args:
        error: As raised; both SDKs wrap what `requests` raises, whose causes say it by their kinds.
    """
    return any(type(each).__name__ in _BEFORE_ANYTHING_LEFT for each in _made_from(error))


def _made_from(error: BaseException) -> Iterator[BaseException]:
    """The error and every other that it was made from, each once."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if not isinstance(each, BaseException) or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [each.__cause__, each.__context__, *each.args]
        waiting += [getattr(each, name, None) for name in ("inner_exception", "reason")]

"""What a kind of gateway can say of itself without being made: what it hears, and which secrets it needs for that."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Unheard:
    """What recipients and carriers say, and a gateway cannot hear.

    Args:
        receipts: Whether receipts are lost.
        replies: Whether replies are lost, and with them refusals.
        advice: What to do about it, in English.
        advice_zh: The same in Chinese.
    """

    receipts: bool
    replies: bool
    advice: str
    advice_zh: str


@runtime_checkable
class Hearing(Protocol):
    """A kind of gateway that may be deaf under some settings; one without this hears whatever its protocol brings."""

    @classmethod
    def unheard(cls, options: Mapping[str, Any], secrets: Collection[str] | None = None) -> Unheard | None:
        """What it cannot hear under these settings; None if it hears everything.

        Args:
            options: A value for every setting, of its type.
            secrets: Names of the secrets that are known; None where nobody can tell, which is no reason for deafness.
        """
        ...


@runtime_checkable
class Wanting(Protocol):
    """A kind of gateway that needs some of its secrets only under some settings."""

    @classmethod
    def wanted(cls, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Names of the secrets that it cannot do without under these settings."""
        ...

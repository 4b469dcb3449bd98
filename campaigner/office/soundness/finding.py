"""What a check of the office says."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Grade(StrEnum):
    """How a checked thing is."""

    OK = "ok"
    WARN = "warn"
    """It works; somebody should look before it no longer does."""
    BAD = "bad"
    """It does not work, or data is in danger."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Args:
        name: What, as `disk` or `gateway carrier`.
        level: How it is.
        found: What was found, in English, without personal data.
        advice: The way out; "" where all is well.
        advice_zh: The same in plain Chinese.
    """

    name: str
    level: Grade
    found: str
    advice: str = ""
    advice_zh: str = ""

    def as_data(self) -> dict[str, Any]:
        """For other programs."""
        return asdict(self)


def ok(name: str, found: str) -> Finding:
    """All is well."""
    return Finding(name, Grade.OK, found)


def warn(name: str, found: str, advice: str, advice_zh: str) -> Finding:
    """It works, but not for ever."""
    return Finding(name, Grade.WARN, found, advice, advice_zh)


def bad(name: str, found: str, advice: str, advice_zh: str) -> Finding:
    """It does not work."""
    return Finding(name, Grade.BAD, found, advice, advice_zh)


_KIB = 1024


def size(count: int) -> str:
    """Bytes as people read them: 512 B, 1.5 MiB."""
    number, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if number < _KIB:
            break
        number, unit = number / _KIB, larger
    return f"{count} B" if unit == "B" else f"{number:.1f} {unit}"

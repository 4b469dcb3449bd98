"""Telling systemd how the daemon is, by datagrams to the socket that it names; nothing happens where it names none.

The words are those of sd_notify(3): systemd starts what depends on us after READY=1, and restarts us when WATCHDOG=1
does not come in time.
"""

import os
import socket
import time
from collections.abc import Mapping

from campaigner.domain.masking import masked

_MICRO = 1_000_000
_LONGEST = 200
"""Characters of a status line."""
_PATIENCE = 1.0
"""Seconds that a manager may take to listen."""


class Notifier:
    """Speaks to the service manager.

    Args:
        address: Path of its socket, or `@name` for one in the abstract name space; "" for none.
        watchdog: Seconds within which it wants to hear from us; 0 for never.
    """

    def __init__(self, address: str = "", watchdog: float = 0) -> None:
        usable = address[:1] in {"/", "@"} and hasattr(socket, "AF_UNIX")
        self._address = ("\0" + address[1:] if address.startswith("@") else address) if usable else ""
        self.watchdog_seconds = watchdog

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Notifier":
        """As the service manager asks: NOTIFY_SOCKET, and WATCHDOG_USEC if it is meant for this process."""
        mine = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        micro = environment.get("WATCHDOG_USEC", "0")
        watchdog = int(micro) / _MICRO if mine and micro.isdecimal() else 0
        return cls(environment.get("NOTIFY_SOCKET", ""), watchdog)

    def ready(self, status: str = "") -> bool:
        """Starting, or reading the settings again, is done."""
        return self._tell("READY=1", *_status(status))

    def watchdog(self) -> bool:
        """Still at work; to be said at least twice within `watchdog_seconds`."""
        return self._tell("WATCHDOG=1")

    def reloading(self) -> bool:
        """Begins to read the settings again; `ready` ends it."""
        return self._tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> bool:
        """Begins to stop: what is under way is finished."""
        return self._tell("STOPPING=1")

    def status(self, text: str) -> bool:
        """A line for `systemctl status`; without personal data."""
        return self._tell(*_status(text))

    def _tell(self, *words: str) -> bool:
        """Whether it was said; a manager that does not listen is no reason to stop working."""
        if not self._address or not words:
            return False
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
                wire.settimeout(_PATIENCE)
                wire.sendto("\n".join(words).encode(), self._address)
        except OSError:
            return False
        return True


def _status(text: str) -> tuple[str, ...]:
    line = masked(" ".join(text.split()))[:_LONGEST]
    return (f"STATUS={line}",) if line else ()

"""Addresses of carriers and of our own listeners: whether they answer at all, and who has a port."""

import socket
from ipaddress import ip_address


def hold_alone(listening: socket.socket) -> None:
    """So that no other program can bind a port that is bound: Windows lets it, unless it is told not to.

    Args:
        listening: A socket before it is bound.
    """
    option = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
    if option is not None:
        listening.setsockopt(socket.SOL_SOCKET, option, 1)


def called_at(host: str) -> str:
    """Where a listener at an address is reached from this machine; that of all addresses is none to call."""
    try:
        found = ip_address(host)
    except ValueError:
        return host
    return {4: "127.0.0.1", 6: "::1"}[found.version] if found.is_unspecified else host


def unreachable(host: str, port: int, seconds: float = 5) -> str:
    """Why no connection can be opened; "" if one can, which is closed at once.

    Args:
        host: Name or address.
        port: Port.
        seconds: How long to wait.
    """
    try:
        socket.create_connection((host, port), timeout=seconds).close()
    except TimeoutError:
        return f"no answer within {seconds:g} s"
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""

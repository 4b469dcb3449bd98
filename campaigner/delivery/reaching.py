"""Whether a carrier's address answers at all, before anybody logs in."""

import socket


def hold_alone(listening: socket.socket) -> None:
    """So that no other program can bind a port that is bound: Windows lets it, unless it is told not to.

    Args:
        listening: A socket before it is bound.
    """
    option = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
    if option is not None:
        listening.setsockopt(socket.SOL_SOCKET, option, 1)


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

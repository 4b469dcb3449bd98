"""Whether a carrier's address answers at all, before anybody logs in."""

import socket


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

"""Names of machines, judged without asking any network."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own, so that nothing that goes there leaves it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

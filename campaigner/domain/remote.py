"""Names of machines, judged without asking any network."""

from ipaddress import ip_address


def is_here(host: str) -> bool:
    """Whether a name or address is this machine's own: its loopback, or a socket among its files."""
    if host == "localhost" or host.startswith(("/", "@")):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

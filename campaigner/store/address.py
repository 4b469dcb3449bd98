"""The address of a store on a PostgreSQL server: where it leads, and whether the line there is encrypted."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from urllib.parse import parse_qs, unquote, urlsplit

from campaigner.domain.remote import is_loopback

HEAD = "postgresql://"
"""How the URL of a store on a server begins."""
OPEN_ON_PURPOSE = "disable"
"""The `sslmode` of whoever has another cover for the line, such as a tunnel, and says so."""
_ENCRYPTED = frozenset({"require", "verify-ca", "verify-full"})
"""Values of `sslmode` with which libpq makes no connection in the clear; the others fall back to one."""
_NOTHING: Mapping[str, str] = MappingProxyType({})


def leads_elsewhere(url: str, usual: Mapping[str, str] = _NOTHING) -> bool:
    """Whether the address of a PostgreSQL server may lead to another machine.

    Args:
        url: `postgresql://USER@HOST/DATABASE`, several hosts and parameters as libpq knows them.
        usual: What libpq takes where the address is silent, by its own keywords: the environment's.
    """
    return not all(map(_is_here, _places(url, usual)))


def may_be_overheard(url: str, usual: Mapping[str, str] = _NOTHING) -> bool:
    """Whether names and phones may cross a network in the clear without the address saying that they are to.

    Args:
        url: As of `leads_elsewhere`.
        usual: As of `leads_elsewhere`.
    """
    said = _parameters(url).get("sslmode")
    if said == [OPEN_ON_PURPOSE] or not leads_elsewhere(url, usual):
        return False
    return not _ENCRYPTED.issuperset(said or [usual.get("sslmode", "")])


def is_open(url: str) -> bool:
    """Whether an address says that a connection to another machine is to be in the clear."""
    return leads_elsewhere(url) and _parameters(url).get("sslmode") == [OPEN_ON_PURPOSE]


def _is_here(host: str) -> bool:
    """Whether a host is this machine's loopback, or a socket among its files."""
    return host.startswith(("/", "@")) or is_loopback(host)


def _places(url: str, usual: Mapping[str, str]) -> Iterator[str]:
    """Every host that a connection may be made to; a service's name stands for one that nobody knows here."""
    parameters = _parameters(url)
    behind = urlsplit(url).netloc.rpartition("@")[2]
    hosts = [*map(_host, filter(None, behind.split(","))), *_listed(parameters, "host")]
    yield from hosts or filter(None, usual.get("host", "").split(","))
    yield from _listed(parameters, "hostaddr") or filter(None, usual.get("hostaddr", "").split(","))
    yield from parameters.get("service", ())


def _parameters(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query, keep_blank_values=True)


def _listed(parameters: Mapping[str, list[str]], name: str) -> list[str]:
    return [each for text in parameters.get(name, ()) for each in text.split(",") if each]


def _host(text: str) -> str:
    """A host without its port and brackets."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return unquote(text.partition(":")[0])

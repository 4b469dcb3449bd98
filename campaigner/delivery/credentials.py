"""What must not stand in config.toml: passwords and keys from the environment, from systemd, or from a guarded file."""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from campaigner.errors import GatewayError
from campaigner.exports.signing import refuse_open

FILE = "credentials.toml"
"""In the working folder, `[GATEWAY]` with `NAME = "..."`; only its owner may read it."""
_SYSTEMD = "CREDENTIALS_DIRECTORY"
_LINE = re.compile(r"at line (\d+)")


class Credentials(dict[str, str]):
    """Names and values; the values are never shown."""

    def __repr__(self) -> str:
        return f"Credentials({', '.join(sorted(self))})"

    __str__ = __repr__


def credentials(folder: Path, environ: Mapping[str, str], gateway: str, names: Iterable[str]) -> Credentials:
    """Those secrets of a gateway that are known; the first place that has one wins.

    In this order: the variable `CAMPAIGNER_<GATEWAY>_<NAME>`, capitals and `_` for `-`; the file
    `campaigner-<gateway>-<name>` in systemd's credential directory; `credentials.toml` in the working folder.
    A name that ends in `_file` is a path; a relative one counts from the working folder.

    Args:
        folder: The working folder.
        environ: The environment's variables.
        gateway: Name of the gateway in config.toml.
        names: Names of its secrets.

    Raises:
        GatewayError: A place cannot be read, or is open to others; says the way out, never a value.
    """
    filed: Mapping[str, str] | None = None
    found = Credentials()
    for name in names:
        value = environ.get(variable(gateway, name)) or _from_systemd(environ, gateway, name)
        if value is None:
            filed = _from_file(folder, gateway) if filed is None else filed
            value = filed.get(name)
        if value is not None:
            found[name] = str(folder / value) if name.endswith("_file") else value
    return found


def variable(gateway: str, name: str) -> str:
    """The environment's variable of a secret."""
    return f"CAMPAIGNER_{gateway}_{name}".upper().replace("-", "_")


def _from_systemd(environ: Mapping[str, str], gateway: str, name: str) -> str | None:
    directory = environ.get(_SYSTEMD)
    if not directory:
        return None
    file = f"campaigner-{gateway}-{name}"
    try:
        return Path(directory, file).read_text("utf-8").rstrip("\r\n")
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise GatewayError(f"the credential {file} of systemd cannot be read as UTF-8") from None


def _from_file(folder: Path, gateway: str) -> Mapping[str, str]:
    path = folder / FILE
    try:
        refuse_open(path, GatewayError)
        data = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise GatewayError(f"{FILE} cannot be read: {os.strerror(error.errno or 0)}") from None
    except ValueError as error:
        line = _LINE.search(str(error))
        where = f" (line {line[1]})" if line else ""
        raise GatewayError(f"{FILE} is not valid TOML in UTF-8{where}; see docs/gateways/files.md") from None
    table = data.get(gateway, {})
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise GatewayError(f"{FILE}: [{gateway}] wants texts in quotes only")
    return table

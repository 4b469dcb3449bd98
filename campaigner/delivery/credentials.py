"""What must not stand in config.toml: passwords and keys from the environment, from systemd, or from a guarded file."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from campaigner.errors import GatewayError
from campaigner.exports.signing import refuse_open
from campaigner.toml.table import read_table

FILE = "credentials.toml"
"""In the working folder, `[GATEWAY]` with `NAME = "..."`; only its owner may read it."""
_SYSTEMD = "CREDENTIALS_DIRECTORY"


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
        raise GatewayError(
            f"the credential {file} of systemd cannot be read as UTF-8\n"
            f"systemd 的凭据 {file} 无法按 UTF-8 读取：请检查该文件的编码和读取权限"
        ) from None


def _from_file(folder: Path, gateway: str) -> Mapping[str, str]:
    path = folder / FILE
    try:
        refuse_open(path, GatewayError)
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise GatewayError(
            f"{FILE} cannot be read: {os.strerror(error.errno or 0)}\n"
            f"无法读取 {FILE}（{os.strerror(error.errno or 0)}）：请检查该文件的读取权限"
        ) from None
    except ValueError:
        raise GatewayError(
            f"{FILE} is not in UTF-8; save it again with that encoding\n{FILE} 不是 UTF-8 编码：请另存为 UTF-8 编码"
        ) from None
    table, problems = read_table(text, FILE)
    found = table.mapping(gateway) if table else {}
    if problems:
        listed = "; ".join(f"{each.place}: {each.message}" for each in problems)
        listed_zh = "；".join(f"{each.place}：{each.message_zh}" for each in problems)
        raise GatewayError(
            f"{listed}; see docs/gateways/files.md\n{listed_zh}；写法见 docs/gateways/files.md"
        )
    return found

"""What config.toml may say and must not: values that would fail late, or harm."""

import unicodedata
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from campaigner.domain.place import stays_inside
from campaigner.domain.remote import is_loopback
from campaigner.exports.layout import OUTPUT, PREVIEW
from campaigner.store.address import HEAD, may_be_overheard
from campaigner.toml.table import Table

SIGNATURE_LENGTHS = range(2, 17)
QR_LONGEST = 200
"""Characters of a QR code that an office printer and an old phone still manage."""
_QR_SCHEMES = ("tel:", "https://")
_STORE = "sqlite:///campaigner.db"
_ENCRYPTED = "tls"
_SCHEDULERS = frozenset({"tcp", _ENCRYPTED})
_OWN_FOLDERS = frozenset({"audiences", "templates", "reports", PREVIEW, "keys", ""})


def signature(table: Table) -> str:
    """The signature of an SMS gateway, without its brackets; carriers know it by 2 to 16 plain characters."""
    text = table.text("signature", "", required=True)
    if text and (len(text) not in SIGNATURE_LENGTHS or _acts(text) or set(text) & set("【】")):
        table.fault(
            "config-signature",
            "a signature has 2 to 16 characters, no brackets and no line breaks",
            "签名应为2至16个字，不含【】和换行",
            "signature",
        )
    return text


def suffix(table: Table) -> str:
    """What stands behind every SMS, on the same line."""
    text = table.text("suffix")
    if _acts(text):
        table.fault("config-suffix", "the suffix is one line of plain text", "后缀应为一行普通文字", "suffix")
    return text


def price(table: Table) -> int:
    """The price of one SMS part in thousandths of a yuan."""
    value: Decimal = table.take("price", Decimal, Decimal(0))
    if not value.is_finite() or not 0 <= value <= 100 or value * 1000 != int(value * 1000):  # noqa: PLR2004
        table.fault(
            "config-price",
            "the price of one part in yuan is at least 0, at most 100, with at most three decimals",
            "单价（元）应在0到100之间，最多三位小数",
            "price",
        )
        return 0
    return int(value * 1000)


def store_url(table: Table) -> str:
    """Where the store is: one SQLite file, or a database on a PostgreSQL server."""
    url = table.text("url", _STORE)
    fault = store_fault(url)
    if fault is None:
        return url
    table.fault(*fault, "url")
    return _STORE


def store_fault(url: str) -> tuple[str, str, str] | None:
    """What is wrong with the address of a store, as (code, English, Chinese); None if nothing is."""
    if url.startswith(HEAD):
        return _server_fault(url)
    if not url.startswith("sqlite:///") or url == "sqlite:///" or ":memory:" in url:
        return (
            "config-store",
            "the store is a file, such as sqlite:///campaigner.db, or postgresql://USER@HOST/DATABASE; else it is lost",
            "存储应为一个文件，如 sqlite:///campaigner.db，或 postgresql://用户@主机/数据库",
        )
    return None


def _server_fault(url: str) -> tuple[str, str, str] | None:
    if _holds_password(url.removeprefix(HEAD)):
        return (
            "config-store-password",
            "a password does not belong in config.toml; put it into credentials.toml as `password` of [store]",
            "密码不应写在 config.toml 中，请写入 credentials.toml 的 [store] password",
        )
    if may_be_overheard(url):
        return (
            "config-store-open",
            "names and phones would cross the network in the clear; add ?sslmode=verify-full (docs/postgresql.md)",
            "姓名和电话会以明文经过网络，请在地址后加 ?sslmode=verify-full（见 docs/postgresql.md）",
        )
    return None


def _holds_password(rest: str) -> bool:
    """Whether what comes behind the `//` of an address has a password: USER:PASSWORD@ or among its parameters."""
    before, at, _behind = rest.partition("@")
    if at and ":" in before:
        return True
    names = {name for name, _value in parse_qsl(rest.partition("?")[2], keep_blank_values=True)}
    return not names.isdisjoint(("password", "sslpassword"))


def scheduler(table: Table, *, required: bool) -> str:
    """The address of a cluster's scheduler."""
    text = table.text("scheduler", "", required=required)
    fault = scheduler_fault(text) if text else None
    if fault is None:
        return text
    table.fault(*fault, "scheduler")
    return ""


def scheduler_fault(text: str) -> tuple[str, str, str] | None:
    """What is wrong with a scheduler's address, as (code, English, Chinese); None if nothing is."""
    try:
        address = urlsplit(text)
        host, port = address.hostname or "", address.port
    except ValueError:
        host, port = "", None
    if not host or not port or address.scheme not in _SCHEDULERS:
        return (
            "config-scheduler",
            "the scheduler is an address with a port, such as tls://cluster.example:8786",
            "应为带端口的地址，如 tls://cluster.example:8786",
        )
    if address.scheme != _ENCRYPTED and not is_loopback(host):
        return (
            "config-scheduler-open",
            "people's data would cross the network in the clear; use tls://, see docs/executors.md",
            "个人信息会以明文经过网络，请使用 tls://，见 docs/executors.md",
        )
    return None


def output_folder(table: Table, folder: Path) -> Path:
    """Where exported runs go."""
    return own_folder(table, "folder", folder, OUTPUT)


def own_folder(table: Table, key: str, folder: Path, default: str = "") -> Path:
    """A folder that belongs to what is written into it, within the working folder; named as its key by default."""
    default = default or key
    name = table.text(key, default)
    place = (folder / name).resolve()
    inside = place.is_relative_to(folder.resolve()) and place != folder.resolve()
    if not inside or place.relative_to(folder.resolve()).parts[0] in _OWN_FOLDERS:
        table.fault(
            "config-output",
            f'files need a folder of their own within the working folder, such as "{default}"',
            f'应是工作文件夹内单独的一个文件夹，如 "{default}"',
            key,
        )
        return folder / default
    return folder / name


def audience_file(table: Table) -> str:
    """The file of an audience: below the working folder, so that no other file of the machine is read as a list."""
    name = table.text("file", "", required=True)
    if name and not stays_inside(name):
        table.fault(
            "config-audience-file",
            'the file must lie in the working folder, such as "audiences/residents.csv"',
            '名单应放在工作文件夹内，如 "audiences/residents.csv"',
            "file",
        )
        return ""
    return name


def qr_content(table: Table) -> str:
    """What a QR code may hold: a number to call, or a secure address."""
    text = table.text("content", "", required=True)
    if text and (not text.startswith(_QR_SCHEMES) or len(text) > QR_LONGEST or _acts(text)):
        table.fault(
            "config-qr",
            f"a QR code holds tel:NUMBER or https://..., at most {QR_LONGEST} characters",
            f"二维码内容应为 tel:号码 或 https:// 开头的网址，最多{QR_LONGEST}个字符",
            "content",
        )
    return text


def period(table: Table, start: datetime | None, end: datetime | None) -> None:
    """A schedule ends after it starts."""
    if start is not None and end is not None and end < start:
        table.fault("config-schedule", "`end` is before `start`", "end 早于 start", "end")


def _acts(text: str) -> bool:
    """Whether a text has characters that act instead of being read."""
    return any(unicodedata.category(character)[0] == "C" for character in text)

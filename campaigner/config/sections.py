"""Sections of config.toml that stand for themselves: office, audiences, segments, QR codes."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from campaigner import sanity
from campaigner.domain.campaign import Office, QrCode, Segment
from campaigner.domain.people import SHEET_IS, Audience, Kind
from campaigner.toml.table import Table


def read_office(table: Table) -> Office:
    """Who we are."""
    zone = table.text("zone", "Asia/Shanghai")
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        table.fault(
            "config-zone", f"there is no time zone `{zone}`", f"没有 `{zone}` 这个时区", "zone"
        )  # fmt: skip
        zone = "Asia/Shanghai"
    name = table.text("name", "", required=True)
    office = Office(
        name, table.text("place", "", required=True), zone, table.text("author"),
        table.texts("issuers", (name,)), table.mapping("hotlines"),
    )  # fmt: skip
    table.finish()
    return office


def read_audience(name: str, table: Table) -> Audience:
    """A file of people, pupils or places."""
    kind = Kind(table.choice("kind", list(Kind), Kind.PEOPLE.value, required=True) or Kind.PEOPLE)
    audience = Audience(
        name, kind, sanity.audience_file(table), table.mapping("columns"),
        table.flag("synthetic"), table.text("sheet"), table.text("basis"),
        table.text("purpose"), table.day("keep_until"), table.choice("empty_consent", ["none", "given"], "none"),
        _sheets(table), table.choice("sheet_is", ["", *SHEET_IS[kind]], ""),
    )  # fmt: skip
    table.finish()
    return audience


def _sheets(table: Table) -> tuple[str, ...]:
    """Which worksheets are read: `all`, a name, a pattern, or several of them."""
    value = table.take("sheets", object)
    if "sheets" not in table:
        return ()
    found = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else ()
    if not found or not all(isinstance(one, str) and one.strip() for one in found):
        table.fault(
            "config-type", 'wants "all", the name of a sheet, a pattern such as "*班", or a list of them in [ ]',
            '应为 "all"（全部工作表）、工作表名、带 * 的写法（如 "*班"），或用 [ ] 列出几个', "sheets",
        )  # fmt: skip
        return ()
    if "sheet" in table:
        table.fault(
            "config-sheets-twice", "`sheet` and `sheets` both say which sheets are read; delete `sheet`",
            "sheet 和 sheets 只能写一个，请删去 sheet 一行", "sheets",
        )  # fmt: skip
    return tuple(one.strip() for one in found)


def read_segment(name: str, table: Table, audiences: Mapping[str, Audience]) -> Segment:
    """A named filter over an audience."""
    audience = table.choice("audience", audiences, "", required=True)
    segment = Segment(name, audience, table.text("filter"), table.text("title", name))
    table.finish()
    return segment


def read_qr_code(table: Table) -> QrCode:
    """A code that posters may carry."""
    code = QrCode(sanity.qr_content(table), table.text("label"))
    table.finish()
    return code

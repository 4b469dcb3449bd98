"""Sections of config.toml that stand for themselves: office, audiences, segments, QR codes."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from campaigner import sanity
from campaigner.domain.campaign import Office, QrCode, Segment
from campaigner.domain.people import Audience, Kind
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
    )  # fmt: skip
    table.finish()
    return audience


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

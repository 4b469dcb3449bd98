"""The machine below: fonts and compiler, clock and calendar, Python and packages."""

import platform
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from campaigner import __version__
from campaigner.office.soundness.finding import Finding, bad, ok, warn
from campaigner.office.soundness.keeping import ago
from campaigner.rendering.fonts import PACKAGE, font_folders, missing_glyphs
from campaigner.rendering.pdf import compile_pdf, page_count
from campaigner.store.cipher import SQLITE

CALENDAR_ENDS = timedelta(days=90)
_AHEAD = timedelta(minutes=1)
"""How far the newest entry of the log may be ahead of the clock before that is worth a word."""
_LEAP = 2.0
"""Seconds by which the clock may run apart from the time that passes, during one examination."""
_TEST_TEXT = "反诈热线96110 防騙提醒 A4"
_SHOWN_PACKAGES = ("typst", "pyarrow", "pandas", "sqlalchemy")
_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Moment:
    """What two clocks showed together: the one on the wall, and one that only grows (seconds)."""

    wall: datetime
    monotonic: float


def fonts() -> Finding:
    """Whether the shipped fonts are there and a sheet can be set in them."""
    files = [file for folder in font_folders() for file in folder.glob("*.ttf")]
    missing = missing_glyphs(_TEST_TEXT)
    pages = page_count(compile_pdf("test-sheet.typ", {"text": _TEST_TEXT}))
    shown = (
        f"{len(files)} font files ({PACKAGE} {_version('justmytype-intl-cjk')}), typst {_version('typst')}"
    )
    if missing or pages != 1:
        return bad(
            "fonts", f"{shown}; the test sheet does not come out right",
            "run `pip install --force-reinstall justmytype-intl-cjk typst`",
            "测试页不能正常生成：请重新安装字体包 justmytype-intl-cjk 和 typst",
        )  # fmt: skip
    return ok("fonts", f"{shown}, the test sheet compiles")


def clock(zone: str, began: Moment, ended: Moment, logged_at: datetime | None) -> Finding:
    """Whether the time of day can be trusted.

    Args:
        zone: The office's time zone.
        began: The clocks at the start of the examination.
        ended: The clocks now.
        logged_at: When the newest entry of the log was made; None if there is none.
    """
    name = "clock"
    try:
        local = ended.wall.astimezone(ZoneInfo(zone))
    except ZoneInfoNotFoundError:
        return bad(
            name, f"no data for the time zone {zone}", "run `pip install --force-reinstall tzdata`",
            "没有时区数据：请重新安装 tzdata",
        )  # fmt: skip
    shown = f"{local:%Y-%m-%d %H:%M:%S} {zone}"
    set_right, set_right_zh = (
        "set the clock, and let the system keep it by network time; no run is planned or sent before it is right",
        "请校准系统时间并开启自动对时；时间不对时不要生成或发送",
    )
    if logged_at is not None and logged_at - ended.wall > _AHEAD:
        behind = ago(logged_at - ended.wall).removesuffix(" ago")
        return warn(name, f"{shown}, {behind} before the newest entry of the log", set_right, set_right_zh)
    leap = (ended.wall - began.wall).total_seconds() - (ended.monotonic - began.monotonic)
    if abs(leap) > _LEAP:
        return warn(name, f"{shown}, it leapt by {leap:+.0f} s meanwhile", set_right, set_right_zh)
    return ok(name, shown)


def calendar(known_until: date, today: date) -> Finding:
    """Whether the days off of the coming months are known.

    Args:
        known_until: The last day that the calendar of working days knows.
        today: The day of the examination.
    """
    name = "calendar"
    shown = f"working days known until {known_until}"
    way_out = (
        "once the State Council has published the next year's holidays, run `pip install --upgrade chinesecalendar`, "
        "or write them into [calendar] of config.toml"
    )
    way_out_zh = "国务院公布下一年放假安排后，请升级 chinesecalendar，或填入 config.toml 的 [calendar]"
    if known_until < today:
        return bad(name, shown, way_out, way_out_zh)
    if known_until - today < CALENDAR_ENDS:
        return warn(name, shown, way_out, way_out_zh)
    return ok(name, shown)


def software() -> Finding:
    """Versions, and whether every package that campaigner needs is installed."""
    shown = f"campaigner {__version__}, Python {platform.python_version()}, SQLite {SQLITE}, " + ", ".join(
        f"{package} {_version(package)}" for package in _SHOWN_PACKAGES
    )
    missing = sorted(package for package in needed(_requirements()) if not _version(package))
    if missing:
        command = f"pip install {' '.join(missing)}"
        return bad(
            "software",
            f"{shown}; not installed: {', '.join(missing)}",
            command,
            f"缺少软件包，请运行：{command}",
        )
    return ok("software", shown)


def needed(requirements: Iterable[str]) -> list[str]:
    """Names of the packages that are needed everywhere: not of an extra, not for one system."""
    return [match[0] for line in requirements if ";" not in line and (match := _NAME.match(line))]


def _requirements() -> list[str]:
    try:
        return requires("campaigner") or []
    except PackageNotFoundError:
        return []


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""

"""Reading config.toml section by section; what later sections refer to is already known."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from campaigner import sanity
from campaigner.config.calendar import read_days, read_occasions, read_terms
from campaigner.config.campaigns import Known, read_campaign
from campaigner.config.gateways import read_gateway
from campaigner.config.model import CALENDAR, CONFIG_FILE, Config
from campaigner.config.operations import read_approving, read_caps, read_clockwork, read_executor, read_hours
from campaigner.config.people import read_person, read_retention, read_staff
from campaigner.config.sections import read_audience, read_office, read_qr_code, read_segment
from campaigner.domain.calendar import Calendar
from campaigner.domain.problem import Problem
from campaigner.intake.toml import load_toml
from campaigner.settings import Table

_T = TypeVar("_T")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def load_config(folder: Path) -> tuple[Config | None, list[Problem]]:
    """Read config.toml of a working folder.

    Returns:
        The configuration, or None if the file cannot be used at all, and every problem found.
    """
    path = folder / CONFIG_FILE
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError:
        return None, [
            Problem(
                "config-not-found",
                f"there is no {CONFIG_FILE} in {folder}; make one with `campaigner init DIR`",
                f"{folder} 里没有 {CONFIG_FILE}，可用 campaigner init 新建工作文件夹",
                CONFIG_FILE,
            )
        ]
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return None, [
            Problem(
                "config-encoding",
                "the file is not UTF-8; save it as UTF-8",
                "文件不是 UTF-8 编码，请另存为 UTF-8",
                CONFIG_FILE,
                line,
            )
        ]
    loaded = load_toml(text, CONFIG_FILE)
    if isinstance(loaded, Problem):
        return None, [loaded]
    data, places = loaded
    problems: list[Problem] = []
    root = Table(data, (), CONFIG_FILE, places, problems)
    config = _Reader(root, folder, problems).read(hashlib.sha256(raw).hexdigest())
    where: dict[tuple[str, ...], tuple[int | None, int | None]] = {
        (section, name): places.of(section, name)
        for section in (
            "segments",
            "campaigns",
            "audiences",
            "gateways",
            "qr",
            "terms",
            "occasions",
            "people",
        )
        for name in _table(data, section)
    }
    where["office",] = places.of("office")
    where |= {
        ("campaigns", name, key): places.of("campaigns", name, key)
        for name, table in _table(data, "campaigns").items()
        for key in (table if isinstance(table, dict) else ())
    }
    return replace(config, where=where), problems


def _table(data: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    value = data.get(section, {})
    return value if isinstance(value, dict) else {}


class _Reader:
    """Reads section by section."""

    def __init__(self, root: Table, folder: Path, problems: list[Problem]) -> None:
        self.root = root
        self.folder = folder
        self.problems = problems
        self.faulty: set[tuple[str, str]] = set()

    def read(self, sha256: str) -> Config:
        office = read_office(self.root.table("office"))
        zone = ZoneInfo(office.zone)
        store = self.root.table("store")
        output = self.root.table("output")
        store_url = sanity.store_url(store)
        out = sanity.output_folder(output, self.folder)
        gateways = dict(self.read_all("gateways", lambda name, table: read_gateway(name, table, self.folder)))
        audiences = dict(self.read_all("audiences", read_audience))
        segments = dict(self.read_all("segments", lambda name, table: read_segment(name, table, audiences)))
        qr_codes = {name: read_qr_code(table) for name, table in self.named("qr")}
        calendar = self.calendar()
        known = Known(audiences, segments, gateways, qr_codes, zone, calendar)
        campaigns = dict(self.read_all("campaigns", lambda name, table: read_campaign(name, table, known)))
        hours, caps = read_hours(self.root.table("windows")), read_caps(self.root.table("caps"))
        approving = read_approving(self.root.table("approval"))
        clockwork = read_clockwork(self.root.table("daemon"), self.folder)
        retention = read_retention(self.root.table("retention"), clockwork.keep_messages)
        people = [person for _name, person in self.read_all("people", read_person)]
        staff = read_staff(people, self.root.table("roles"))
        executor = read_executor(self.root.table("executor"))
        for table in (store, output, self.root):
            table.finish()
        return Config(
            self.folder, sha256, office, _absolute(store_url, self.folder), out, gateways, audiences, segments,
            qr_codes, campaigns, hours, caps, approving, clockwork, {}, frozenset(self.faulty), calendar,
            retention, staff, executor,
        )  # fmt: skip

    def calendar(self) -> Calendar:
        """What decides on which days rules fire; one fault in it makes all of it doubtful."""
        before = len(self.problems)
        holidays, workdays, known_until = read_days(self.root.table("calendar"))
        terms = read_terms(self.named("terms"))
        occasions = read_occasions(self.named("occasions"))
        if len(self.problems) > before:
            self.faulty.add(CALENDAR)
        return Calendar(holidays, workdays, known_until, terms, occasions)

    def read_all(self, section: str, read: Callable[[str, Table], _T]) -> Iterator[tuple[str, _T]]:
        """Each named table of a section as `read` makes it; one that brings a problem is marked as faulty."""
        for name, table in self.named(section):
            before = len(self.problems)
            yield name, read(name, table)
            if len(self.problems) > before:
                self.faulty.add((section, name))

    def named(self, section: str) -> list[tuple[str, Table]]:
        """The named tables of a section; a name that files and commands cannot carry is a fault."""
        tables = list(self.root.tables(section))
        for name, table in tables:
            if not _NAME.fullmatch(name):
                table.fault(
                    "config-name", "names have a-z, 0-9 and hyphens, at most 40 characters",
                    "名称只能用小写字母、数字和连字符，最多40个",
                )  # fmt: skip
        return tables


def _absolute(url: str, folder: Path) -> str:
    """A relative sqlite path counts from the working folder, wherever the command was called."""
    head = "sqlite:///"
    if not url.startswith(head) or url == head:
        return url
    return head + (folder / url.removeprefix(head)).resolve().as_posix()

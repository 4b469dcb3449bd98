"""Reading config.toml section by section; what later sections refer to is already known."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from campaigner import sanity
from campaigner.config.calendar import read_days, read_occasions, read_terms
from campaigner.config.campaigns import Known, read_campaign
from campaigner.config.gateways import read_gateway
from campaigner.config.model import CALENDAR, CONFIG_FILE, OFFICE_WIDE, Config
from campaigner.config.operations import read_approving, read_caps, read_clockwork, read_executor, read_hours
from campaigner.config.people import read_person, read_retention, read_staff, warn_of_shared_logins
from campaigner.config.sections import read_audience, read_office, read_qr_code, read_segment
from campaigner.domain.calendar import Calendar
from campaigner.domain.problem import Level, Problem
from campaigner.toml.table import Table, read_table

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
    root, problems = read_table(text, CONFIG_FILE)
    if root is None:
        return None, problems
    unusable = bool(problems)
    config = _Reader(root, folder, problems).read(hashlib.sha256(raw).hexdigest())
    if unusable:
        return None, problems
    where = {path: root.places.of(*path) for path in root.places.named(deepest=3)}
    return replace(config, where={("office",): (1, None), **where}), problems


class _Reader:
    """Reads section by section."""

    def __init__(self, root: Table, folder: Path, problems: list[Problem]) -> None:
        self.root = root
        self.folder = folder
        self.problems = problems
        self.faulty: set[tuple[str, str]] = set()
        self.unsound: dict[str, tuple[Problem, ...]] = {}

    def read(self, sha256: str) -> Config:
        office = self.section("office", read_office)
        zone = ZoneInfo(office.zone)
        store_url = self.section("store", _read_store)
        out = self.section("output", lambda table: _read_output(table, self.folder))
        gateways = dict(self.read_all("gateways", lambda name, table: read_gateway(name, table, self.folder)))
        audiences = dict(self.read_all("audiences", read_audience))
        segments = dict(self.read_all("segments", lambda name, table: read_segment(name, table, audiences)))
        qr_codes = dict(self.read_all("qr", lambda _name, table: read_qr_code(table)))
        calendar = self.calendar()
        known = Known(
            audiences=audiences,
            segments=segments,
            gateways=gateways,
            qr_codes=qr_codes,
            zone=zone,
            calendar=calendar,
        )
        campaigns = dict(self.read_all("campaigns", lambda name, table: read_campaign(name, table, known)))
        hours, caps = self.section("windows", read_hours), self.section("caps", read_caps)
        approving = self.section("approval", read_approving)
        clockwork = self.section("daemon", lambda table: read_clockwork(table, self.folder))
        retention = self.section("retention", lambda table: read_retention(table, clockwork.keep_messages))
        people = dict(self.read_all("people", read_person))
        warn_of_shared_logins(people, self.root)
        staff = self.section("roles", lambda table: read_staff(people.values(), table))
        executor = self.section("executor", read_executor)
        with self.noting(""):
            self.root.finish()
        return Config(
            folder=self.folder,
            sha256=sha256,
            office=office,
            store_url=_absolute(store_url, self.folder),
            output=out,
            gateways=gateways,
            audiences=audiences,
            segments=segments,
            qr_codes=qr_codes,
            campaigns=campaigns,
            hours=hours,
            caps=caps,
            approving=approving,
            clockwork=clockwork,
            where={},
            faulty=frozenset(self.faulty),
            unsound=self.unsound,
            calendar=calendar,
            retention=retention,
            staff=staff,
            executor=executor,
        )

    def section(self, name: str, read: Callable[[Table], _T]) -> _T:
        """A section that stands once in the file."""
        with self.noting(name):
            return read(self.root.table(name))

    @contextmanager
    def noting(self, name: str) -> Iterator[None]:
        """Keep which blocking problems a section brings, if it is one that concerns every run."""
        before = len(self.problems)
        yield
        found = [problem for problem in self.problems[before:] if problem.level is Level.BLOCK]
        if found and name in OFFICE_WIDE:
            self.unsound[name] = (*self.unsound.get(name, ()), *found)

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
        with self.noting(section):
            tables = self.named(section)
        for name, table in tables:
            before = len(self.problems)
            with self.noting(section):
                made = read(name, table)
            yield name, made
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
                self.faulty.add((section, name))
        return tables


def _read_store(table: Table) -> str:
    url = sanity.store_url(table)
    table.finish()
    return url


def _read_output(table: Table, folder: Path) -> Path:
    out = sanity.output_folder(table, folder)
    table.finish()
    return out


def _absolute(url: str, folder: Path) -> str:
    """A relative sqlite path counts from the working folder, wherever the command was called."""
    head = "sqlite:///"
    if not url.startswith(head) or url == head:
        return url
    return head + (folder / url.removeprefix(head)).resolve().as_posix()

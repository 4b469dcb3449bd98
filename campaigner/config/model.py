"""What config.toml says, checked and frozen."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from campaigner.domain.calendar import Calendar
from campaigner.domain.campaign import Campaign, Channel, GatewayPlan, Office, QrCode, Segment
from campaigner.domain.caps import Caps
from campaigner.domain.executor import ExecutorPlan
from campaigner.domain.people import Audience
from campaigner.domain.problem import Problem
from campaigner.domain.retention import Retention
from campaigner.domain.roles import Staff
from campaigner.domain.timetable import Window

CONFIG_FILE = "config.toml"
FOUNDATIONS = frozenset({"", "store", "people", "roles"})
"""Sections without which nothing of the office can be trusted, not even what is only looked at or held back.

"" is the file itself: a table that nobody knows may be one of these, misspelt.
"""
OFFICE_WIDE = FOUNDATIONS | {
    "office", "output", "gateways", "windows", "caps", "approval", "daemon", "retention", "executor",
}  # fmt: skip
"""Sections of which a fault concerns every run; a default in place of what was meant could send, open or delete."""
CALENDAR = ("calendar", "dates")
"""What stands in `Config.faulty` if the calendar, a term or an occasion has a problem."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When things may go out.

    Args:
        windows: Hours of the day by channel; a channel that is not named is always open.
        quiet_days: Days on which no SMS goes out.
    """

    windows: Mapping[Channel, Window] = field(default_factory=lambda: {Channel.SMS: Window(8 * 60, 21 * 60)})
    quiet_days: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Approving:
    """Rules on approvals.

    Args:
        valid: How long an approval holds.
        remind: How long before its moment a run that waits for approval is reminded of.
    """

    valid: timedelta = timedelta(days=30)
    remind: timedelta = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clockwork:
    """What the daemon does by itself.

    Args:
        horizon: How far ahead it plans.
        ahead: How long before its moment a run is generated.
        grace: How late a run may be without being a missed one.
        not_after: How long after its moment a run may still go out.
        backups: Folder of its backups, absolute.
        keep_backups: How many backups are kept.
        keep_messages: How long after a run has ended its messages are kept.
        health_port: Where it answers monitors on loopback; 0 for nowhere.
    """

    backups: Path
    horizon: timedelta = timedelta(days=31)
    ahead: timedelta = timedelta(days=3)
    grace: timedelta = timedelta(minutes=30)
    not_after: timedelta = timedelta(days=7)
    keep_backups: int = 14
    keep_messages: timedelta = timedelta(days=180)
    health_port: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole of config.toml, checked.

    Args:
        folder: The working folder that it stands in.
        sha256: Hash of the file's bytes.
        office: Who we are.
        store_url: Where the store is, without a password; the paths of SQLite files are absolute.
        output: Folder of exported runs.
        gateways: Ways out for SMS by name.
        audiences: Audiences by name.
        segments: Segments by name.
        qr_codes: Allowed QR codes by name.
        campaigns: Campaigns by name.
        hours: When things may go out.
        caps: How often one phone or household is written to.
        approving: Rules on approvals.
        clockwork: What the daemon does by itself.
        where: Line and column of each section, of what is named in it and of its keys, for problems found later.
        faulty: Named sections with a problem, as ("campaigns", "x"): runs that need them are blocked.
            A problem in the calendar, the terms or the occasions stands here as `CALENDAR`.
        unsound: Blocking problems of each of the `OFFICE_WIDE` sections that has any.
        calendar: Working days by hand, terms, and occasions with those of the season calendar.
        retention: How long what is kept of people.
        staff: Who works here and may do what.
        executor: Where the much work is done.
    """

    folder: Path
    sha256: str
    office: Office
    store_url: str
    output: Path
    gateways: Mapping[str, GatewayPlan]
    audiences: Mapping[str, Audience]
    segments: Mapping[str, Segment]
    qr_codes: Mapping[str, QrCode]
    campaigns: Mapping[str, Campaign]
    hours: Hours
    caps: Caps
    approving: Approving
    clockwork: Clockwork
    where: Mapping[tuple[str, ...], tuple[int | None, int | None]]
    faulty: frozenset[tuple[str, str]] = frozenset()
    unsound: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=Calendar)
    retention: Retention = field(default_factory=Retention)
    staff: Staff = field(default_factory=Staff)
    executor: ExecutorPlan = field(default_factory=ExecutorPlan)

    def faults_in(self, sections: Collection[str]) -> list[Problem]:
        """The blocking problems of some of the `OFFICE_WIDE` sections, in the order of the file."""
        found = [problem for name in sections for problem in self.unsound.get(name, ())]
        return sorted(found, key=lambda problem: (problem.line or 0, problem.code))

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(self.office.zone)

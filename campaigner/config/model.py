"""What config.toml says, checked and frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from campaigner.domain.calendar import Calendar
from campaigner.domain.campaign import Campaign, GatewayPlan, Office, Segment
from campaigner.domain.people import Audience

CONFIG_FILE = "config.toml"
CALENDAR = ("calendar", "dates")
"""What stands in `Config.faulty` if the calendar, a term or an occasion has a problem."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code that posters may carry: what it holds, and what stands beside it."""

    content: str
    label: str


@dataclass(frozen=True, slots=True)
class Config:
    """The whole of config.toml, checked.

    Args:
        folder: The working folder that it stands in.
        sha256: Hash of the file's bytes.
        office: Who we are.
        store_url: Where the store is, an SQLAlchemy URL; sqlite paths are absolute.
        output: Folder of exported runs.
        gateways: Ways out for SMS by name.
        audiences: Audiences by name.
        segments: Segments by name.
        qr_codes: Allowed QR codes by name.
        campaigns: Campaigns by name.
        where: Line and column of each named section, for problems found later.
        faulty: Named sections with a problem, as ("campaigns", "x"): runs that need them are blocked.
            A problem in the calendar, the terms or the occasions stands here as `CALENDAR`.
        calendar: Working days by hand, terms, and occasions with those of the season calendar.
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
    where: Mapping[tuple[str, ...], tuple[int | None, int | None]]
    faulty: frozenset[tuple[str, str]] = frozenset()
    calendar: Calendar = field(default_factory=Calendar)

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(self.office.zone)

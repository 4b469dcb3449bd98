"""What everybody in such an office shares: its story, folder and clock, and what is known of what was approved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulation.insider.ways import Books

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 12, 1, tzinfo=ZONE)
"""Midnight of a Tuesday; moments of a story are minutes from here."""
DAY = 24 * 60
AUTHOR, APPROVER = "王经办", "李所长"
LOGINS = {AUTHOR: "games", APPROVER: "mail"}
MONTH = "2026-12"
Step = tuple[Any, ...]


def moment(minute: int) -> datetime:
    """The moment so many minutes from the start, in the office's zone."""
    return START + timedelta(minutes=minute)


@dataclass(frozen=True)
class Story:
    """What happens in an office; its repr makes it again.

    Args:
        seed: Its number.
        steps: What happens, in order of time: `(minute, verb, ...)`.
        honest: Whether nobody touches what no clerk has to touch: then nothing may be alarmed.
        anchored: Whether the second person keeps an anchor of the log after each deed of hers.
    """

    seed: int
    steps: tuple[Step, ...]
    honest: bool = False
    anchored: bool = True


@dataclass(frozen=True)
class Approved:
    """What the second person approved, as she saw it.

    Args:
        run: Code of the run.
        texts: Phone -> the text that it is to get.
        gateway: Name of its way out.
        way: What its table in config.toml says, as far as it decides where messages go and what they look like, and
            its profile.
        due: Minute from which it may be sent.
        until: Minute until which the approval holds.
        title: What the run is called.
    """

    run: str
    texts: Mapping[int, str]
    gateway: str
    way: Mapping[str, Any]
    due: int
    until: int
    title: str


@dataclass
class Scene:
    """An office at one minute.

    Args:
        folder: Its working folder.
        story: What happens in it.
        books: What reached the other side.
        minute: The minute it is.
        given: Run -> the approval that stands, by the second person's own notes.
        seen: Run -> what she last saw of it, and the digest on the form.
        held: Runs and campaigns that she holds back.
        urgent: Runs that somebody let out at once, by a command that is logged.
        anchor: Line of the newest anchor that she keeps; "" if there is none.
        rewound: Whether the insider put an older log in place of the present one, or took entries away.
        kept: Files that the insider laid aside, by name.
        crossed: Whether the insider has done what no clerk has to do.
    """

    folder: Path
    story: Story
    books: Books = field(default_factory=Books)
    minute: int = 0
    given: dict[str, Approved] = field(default_factory=dict)
    seen: dict[str, tuple[Approved, str]] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    urgent: set[str] = field(default_factory=set)
    anchor: str = ""
    rewound: bool = False
    kept: dict[str, bytes] = field(default_factory=dict)
    crossed: bool = False

"""When, how often, where and by what rules the office works: [windows], [caps], [approval], [daemon], [executor]."""

import re
from datetime import timedelta
from pathlib import Path

from campaigner import sanity
from campaigner.artefacts import registry
from campaigner.config.model import Approving, Clockwork, Hours
from campaigner.domain.campaign import Channel
from campaigner.domain.caps import Caps, Limit
from campaigner.domain.executor import MOST_WORKERS, WORKERS, Executing, ExecutorPlan
from campaigner.domain.timetable import ALWAYS, Window
from campaigner.toml.table import Table

_WINDOW = re.compile(r"(\d\d):(\d\d) *- *(\d\d):(\d\d)")
_LIMIT = re.compile(r"(\d+) per (\d+) *(hour|day|week)s?")
_DAY = 24 * 60
_DAYTIME = "08:00-21:00"


def read_window(table: Table, key: str, default: str = "") -> Window:
    """Hours of a day, "08:00-21:00"; always open where neither the key nor a default is given."""
    text = table.text(key, default)
    if not text:
        return ALWAYS
    match = _WINDOW.fullmatch(text.strip())
    numbers = [int(group) for group in match.groups()] if match else [0, 0, 0, 0]
    opens, closes = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    if not opens < closes <= _DAY or max(numbers[1], numbers[3]) > 59:  # noqa: PLR2004 - minutes of an hour
        table.fault(
            "config-window", f'wants hours of one day such as "{_DAYTIME}"', f'应写成 "{_DAYTIME}" 这样', key
        )  # fmt: skip
        return ALWAYS
    return Window(opens, closes)


def read_hours(table: Table) -> Hours:
    """When things may go out; SMS from eight in the morning to nine in the evening (gateways.md 6)."""
    windows = {
        channel: read_window(table, channel.value, _DAYTIME if channel is Channel.SMS else "")
        for channel in registry.names()
    }
    days = frozenset(table.days("quiet_days"))
    table.finish()
    return Hours(windows, days)


def read_caps(table: Table) -> Caps:
    """How often one phone or household is written to; without the section there are no limits."""
    caps = Caps(
        _limit(table, "per_phone"), _limit(table, "per_household"),
        table.duration("gap", timedelta(0)), table.duration("same_text", timedelta(0)),
    )  # fmt: skip
    table.finish()
    return caps


def _limit(table: Table, key: str) -> Limit | None:
    text = table.text(key)
    if not text:
        return None
    match = _LIMIT.fullmatch(text.strip())
    if not match or not int(match[1]) or not int(match[2]):
        table.fault(
            "config-cap", 'wants something like "3 per 7 days"', '应写成 "3 per 7 days" 这样（7天内最多3条）', key
        )  # fmt: skip
        return None
    return Limit(int(match[1]), timedelta(**{f"{match[3]}s": int(match[2])}))


def read_approving(table: Table) -> Approving:
    """How long approvals hold, and when somebody is reminded."""
    usual = Approving()
    approving = Approving(
        table.duration("valid", usual.valid, least=timedelta(hours=1)), table.duration("remind", usual.remind)
    )
    table.finish()
    return approving


def read_clockwork(table: Table, folder: Path) -> Clockwork:
    """What the daemon does by itself."""
    usual = Clockwork(backups=folder)
    clockwork = Clockwork(
        backups=sanity.own_folder(table, "backups", folder),
        horizon=table.duration("horizon", usual.horizon, least=timedelta(days=1)),
        ahead=table.duration("ahead", usual.ahead, least=timedelta(hours=1)),
        grace=table.duration("grace", usual.grace, least=timedelta(minutes=1)),
        not_after=table.duration("not_after", usual.not_after, least=timedelta(minutes=1)),
        keep_backups=table.count("keep_backups", usual.keep_backups),
        keep_messages=table.duration("keep_messages", usual.keep_messages, least=timedelta(days=1)),
        health_port=table.count("health_port", usual.health_port, least=0),
    )
    table.finish()
    return clockwork


def read_executor(table: Table) -> ExecutorPlan:
    """Where the much work is done; here, without the section. People's data cross no network in the clear."""
    named = table.text("kind", Executing.LOCAL)
    if named not in list(Executing):
        kinds = ", ".join(Executing)
        table.fault("config-executor", f"`kind` must be one of {kinds}", f"kind 应为 {kinds} 之一", "kind")
        named = Executing.LOCAL
    kind = Executing(named)
    workers = table.count("workers", WORKERS)
    if workers > MOST_WORKERS:
        table.fault("config-range", f"must be at most {MOST_WORKERS}", f"不能大于 {MOST_WORKERS}", "workers")
        workers = WORKERS
    scheduler = sanity.scheduler(table, required=kind is Executing.DASK)
    for key, of in (("workers", Executing.PROCESSES), ("scheduler", Executing.DASK)):
        if key in table and kind is not of:
            table.fault(
                "config-executor-key", f'only `kind = "{of}"` has it', f'只有 kind = "{of}" 才用它', key
            )
    table.finish()
    return ExecutorPlan(kind, workers, scheduler)

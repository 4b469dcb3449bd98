"""The lists that an office holds: on which basis, for which purpose, until when (PIPL art. 6, 13, 17, 19)."""

from datetime import date, timedelta

from campaigner.domain.campaign import Campaign
from campaigner.domain.people import Audience, Kind
from campaigner.domain.problem import Level, Problem
from campaigner.workspace.desk import Desk

NEAR = timedelta(days=30)
"""How long before the end of a list somebody is told."""


def personal(audience: Audience) -> bool:
    """Whether a list has people in it who exist."""
    return audience.kind is not Kind.PLACES and not audience.synthetic


def ended(audience: Audience, day: date) -> bool:
    """Whether a list may not be held any more on a day."""
    return personal(audience) and audience.keep_until is not None and day > audience.keep_until


def ended_lists(desk: Desk, campaign: Campaign, day: date) -> list[Audience]:
    """Lists of a campaign that may not be used any more on a day."""
    names = dict.fromkeys(
        desk.config.segments[plan.segment].audience
        for plan in campaign.channels
        if plan.segment in desk.config.segments
    )
    audiences = [desk.config.audiences[name] for name in names if name in desk.config.audiences]
    return [audience for audience in audiences if ended(audience, day)]


def way_out(audience: Audience) -> tuple[str, str]:
    """What to do with a list whose time is over, in English and Chinese."""
    held, file, entry = audience.keep_until, audience.file, f"[audiences.{audience.name}]"
    english = (
        f"the list {audience.name} could be held until {held}; delete {file}, or enter a new `keep_until`"
    )
    chinese = (
        f"名单 {audience.name} 的保存期限 {held} 已过：请删除 {file}，确需继续使用的，填写新的 keep_until"
    )
    return f"{english} in {entry} if its purpose goes on", f"{chinese}（{entry}）"


def list_problems(desk: Desk, today: date) -> list[Problem]:
    """What is missing of each list's basis, purpose and time, and whose time is over, or soon will be."""
    found: list[Problem] = []
    for audience in desk.config.audiences.values():
        if personal(audience):
            found += _missing(desk, audience)
            found += _time(desk, audience, today)
    return found


def _missing(desk: Desk, audience: Audience) -> list[Problem]:
    basis, purpose, time = audience.basis.strip(), audience.purpose.strip(), audience.keep_until
    wanted = (
        (
            "basis",
            basis,
            "on which legal basis it is held (PIPL art. 13)",
            "处理的合法性基础（个保法第十三条）",
        ),
        (
            "purpose",
            purpose,
            "what it is held for (PIPL art. 6 and 17)",
            "处理目的（个保法第六条、第十七条）",
        ),
        (
            "keep_until",
            time,
            "the last day on which it may be held (PIPL art. 19)",
            "保存期限（个保法第十九条）",
        ),
    )
    return [
        _problem(
            desk, audience, f"audience-{key.replace('_', '-')}-missing",
            f"`{key}` is missing: {what}", f"缺少 {key}：{what_zh}", Level.WARN,
        )
        for key, value, what, what_zh in wanted
        if not value
    ]  # fmt: skip


def _time(desk: Desk, audience: Audience, today: date) -> list[Problem]:
    if audience.keep_until is None:
        return []
    if ended(audience, today):
        return [_problem(desk, audience, "audience-ended", *way_out(audience), Level.BLOCK)]
    left = (audience.keep_until - today).days
    if timedelta(days=left) > NEAR:
        return []
    return [
        _problem(
            desk, audience, "audience-ending",
            f"may be held for {left} more days, until {audience.keep_until}; decide whether its purpose goes on",
            f"还可保存{left}天（至 {audience.keep_until}），请确认是否仍有必要继续使用", Level.WARN,
        )
    ]  # fmt: skip


def _problem(
    desk: Desk, audience: Audience, code: str, message: str, message_zh: str, level: Level
) -> Problem:
    line, column = desk.config.where.get(("audiences", audience.name), (None, None))
    where = f"audiences.{audience.name}"
    return Problem(
        code, f"{where}: {message}", f"{where}：{message_zh}", "config.toml", line, column, level=level
    )

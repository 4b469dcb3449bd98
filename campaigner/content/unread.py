"""Warnings that a campaign names, and that cannot be used or do not stand in its texts."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from difflib import get_close_matches

from campaigner.content.rehearsing import Rehearsing
from campaigner.domain.campaign import Campaign
from campaigner.domain.planning import UNREAD, VALUES
from campaigner.domain.problem import Level, Problem
from campaigner.rendering.library import Template
from campaigner.workspace.desk import Desk


def unusable_warnings(
    desk: Desk, warnings: Sequence[str], due: datetime, usable: set[str]
) -> Iterator[tuple[str, str]]:
    """Why each of a run's warnings that cannot be used cannot, in English and Chinese."""
    day = desk.day(due)
    for name in sorted(set(warnings) - usable):
        entry = desk.catalogue.get(name)
        if entry is None:
            near = get_close_matches(name, desk.catalogue, n=1)
            hint = (
                f"; did you mean `{near[0]}`?" if near else f"; known are {', '.join(sorted(desk.catalogue))}"
            )
            hint_zh = f"，是不是 {near[0]}？" if near else ""
            yield f"there is no usable warning `{name}`{hint}", f"没有可用的预警主题 {name}{hint_zh}"
        elif entry.status != "reviewed":
            yield (
                f"warning `{name}` is a draft; a person must review it first",
                f"预警主题 {name} 还是草稿，须先审读",
            )
        else:
            yield f"warning `{name}` is not valid on {day}", f"预警主题 {name} 在 {day} 不在有效期内"


def text_problems(
    desk: Desk, campaign: Campaign, rehearsing: Rehearsing, warnings: Sequence[str]
) -> Iterator[Problem]:
    """What is wrong with the texts of a channel: on the rows of its list, and with what they leave out.

    Args:
        desk: The working folder.
        campaign: The run's campaign.
        rehearsing: Which has seen every row.
        warnings: Ids of all warnings that the run carries.
    """
    yield from rehearsing.problems()
    if unread := rehearsing.unread():
        yield _unread(desk, campaign, rehearsing.writer.template, warnings, unread)


def _unread(
    desk: Desk, campaign: Campaign, template: Template, warnings: Sequence[str], unread: Sequence[str]
) -> Problem:
    """What is wrong with a channel that leaves warnings of its run out.

    One warning that stands in no text may be the topic of a text of the office's own, so a person looks at it; of
    several, those who read the record would think that the texts hold all.
    """
    line, column = desk.config.where.get(("campaigns", campaign.name, "warnings"), (None, None))
    names, names_zh = ", ".join(unread), "、".join(desk.catalogue[name].name for name in unread)
    message = f"campaign {campaign.name}: template {template.id} shows nothing of {names}"
    message_zh = f"计划 {campaign.name}：模板 {template.id} 的文字里没有“{names_zh}”"
    if len(warnings) == 1:
        out, out_zh, level = "is that meant?", "的内容，记录里也就不写它，请确认", Level.WARN
    else:
        level = Level.BLOCK
        out = (
            "say `rotate = true`, make a campaign of each warning, or use a template that writes each one, "
            "with `{% for warning in warnings %}`"
        )
        out_zh = (
            "；请写 rotate = true 轮流发，或每个主题单独建一个计划，"
            "或换一个用 {% for warning in warnings %} 逐个写出的模板"
        )
    return Problem(
        UNREAD,
        f"{message}; {out}",
        f"{message_zh}{out_zh}",
        "config.toml",
        line,
        column,
        VALUES.join(unread),
        level,
    )

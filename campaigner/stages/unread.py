"""Warnings that a campaign names and its texts do not show: a record of them would be false."""

from collections.abc import Sequence

from campaigner.domain.campaign import Campaign
from campaigner.domain.problem import Level, Problem
from campaigner.rendering.library import Template
from campaigner.stages.desk import Desk


def unread_problem(
    desk: Desk, campaign: Campaign, template: Template, warnings: Sequence[str], unread: Sequence[str]
) -> Problem:
    """What is wrong with a channel that leaves warnings of its run out.

    One warning that stands in no text may be the topic of a text of the office's own, so a person looks at it; of
    several, those who read the record would think that all were told.

    Args:
        desk: The working folder.
        campaign: The run's campaign.
        template: The channel's template.
        warnings: Ids of all warnings that the run carries.
        unread: Those of which nothing stands in the texts; at least one.
    """
    line, column = desk.config.where.get(("campaigns", campaign.name, "warnings"), (None, None))
    names, names_zh = ", ".join(unread), "、".join(desk.catalogue[name].name for name in unread)
    message = f"campaign {campaign.name}: template {template.id} shows nothing of {names}"
    message_zh = f"计划 {campaign.name}：模板 {template.id} 的文字里没有“{names_zh}”"
    if len(warnings) == 1:
        out, out_zh, level = "is that meant?", "的内容，记录里却会写它，请确认", Level.WARN
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
        "warning-unread",
        f"{message}; {out}",
        f"{message_zh}{out_zh}",
        "config.toml",
        line,
        column,
        level=level,
    )

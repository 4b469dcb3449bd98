"""Fitting: whether a campaign has all that its runs need, and whether what it has was made for it."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from campaigner.artefacts import registry
from campaigner.domain.campaign import Campaign, ChannelPlan
from campaigner.domain.problem import Level, Problem
from campaigner.errors import ArtefactError
from campaigner.people.lists import ended_lists, way_out
from campaigner.workspace.desk import Desk, faulty_parts


def campaign_problem(
    desk: Desk,
    campaign: Campaign,
    code: str,
    message: str,
    message_zh: str,
    level: Level = Level.BLOCK,
    *,
    key: str = "",
) -> Problem:
    """A problem of a campaign, at its place in config.toml, or at a key of it."""
    path = ("campaigns", campaign.name, key) if key else ("campaigns", campaign.name)
    line, column = desk.config.where.get(path, (None, None))
    return Problem(
        code, f"campaign {campaign.name}: {message}", f"计划 {campaign.name}：{message_zh}", "config.toml", line,
        column, level=level,
    )  # fmt: skip


def unusable(desk: Desk, campaign: Campaign) -> list[Problem]:
    """What the run needs of config.toml and cannot have: it must not go out with a part of it missing."""
    return [
        campaign_problem(
            desk, campaign, "config-faulty", f"{section}.{name or '?'} in config.toml has a problem; mend it first",
            f"config.toml 中的 {section}.{name or '?'} 有问题，请先改正",
        )
        for section, name in sorted(faulty_parts(desk, campaign))
    ]  # fmt: skip


def nobody_prints(desk: Desk, campaign: Campaign) -> Iterator[Problem]:
    """Kinds of artefacts that nothing installed writes and prints: such a run would be approved and come to nothing."""
    for plan in campaign.channels:
        try:
            registry.artefact(plan.channel)
        except ArtefactError as error:
            why = error.message, error.message_zh
            yield campaign_problem(desk, campaign, "artefact-missing", *why, key="channels")


def ended(desk: Desk, campaign: Campaign, due: datetime, today: date) -> list[Problem]:
    """Nobody is written to from a list that may not be held any more (PIPL art. 19)."""
    day = max(today, desk.day(due))
    return [
        campaign_problem(desk, campaign, "audience-ended", *way_out(audience))
        for audience in ended_lists(desk, campaign, day)
    ]


def fitting(desk: Desk, campaign: Campaign, plan: ChannelPlan, warnings: Sequence[str]) -> Iterator[Problem]:
    """A template goes to the kind of audience, the segments and the warnings that it was written for (CHK-16)."""
    template = desk.templates[plan.template]
    kind = desk.audience_of(plan.segment).kind
    if template.channel is not plan.channel:
        made, wanted = (registry.titles(each)[0] for each in (template.channel, plan.channel))
        yield campaign_problem(
            desk, campaign, "template-channel",
            f"template {template.id} is for {template.channel}, and {plan.channel} is to be written with it",
            f"模板 {template.id} 用于{made}，不能用来写{wanted}",
        )  # fmt: skip
    if template.kind is not kind:
        yield campaign_problem(
            desk, campaign, "template-kind",
            f"template {template.id} is for {template.kind}, segment {plan.segment} has {kind}",
            f"模板 {template.id} 适用于 {template.kind} 类名单，而 {plan.segment} 是 {kind} 类",
        )  # fmt: skip
    if template.segments and plan.segment not in template.segments:
        yield campaign_problem(
            desk, campaign, "template-segment",
            f"template {template.id} was not written for segment {plan.segment}",
            f"模板 {template.id} 不是为 {plan.segment} 写的，请确认", Level.WARN,
        )  # fmt: skip
    for name in warnings:
        if template.warnings and name in desk.catalogue and name not in template.warnings:
            yield campaign_problem(
                desk, campaign, "template-warning",
                f"template {template.id} was not written for warning {name}",
                f"模板 {template.id} 不是为主题 {name} 写的，请确认", Level.WARN,
            )  # fmt: skip

"""Schedules in words on a screen."""

from collections.abc import Sequence

import click

from campaigner.cli.present import say
from campaigner.domain.outlook import Outlook


def outlook_lines(found: Sequence[Outlook]) -> None:
    """When each campaign fires and what its year comes to, English and Chinese."""
    if not found:
        return
    click.echo("\n" + click.style("When they fire, and the year from today on", bold=True))
    for one in found:
        english, chinese = one.sentence
        say(f"{one.campaign}: {english}.")
        say(f"      {one.title}：{chinese}。")

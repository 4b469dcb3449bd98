"""`campaigner doctor`: is this office fit to run for years?"""

import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import click

from campaigner.cli.present import as_json, say
from campaigner.domain.visible import visible
from campaigner.office.doctor import examine
from campaigner.office.soundness.finding import Finding, Grade
from campaigner.office.soundness.machine import Moment

_COLORS = {Grade.OK: "green", Grade.WARN: "yellow", Grade.BAD: "red"}


@click.command("doctor")
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.option(
    "--reach",
    is_flag=True,
    help="Also open a connection to the other side of live gateways, without logging in.",
)
@click.pass_context
def command(ctx: click.Context, json_wanted: bool, reach: bool) -> int:
    """Check the office: settings, store, fonts, gateways, clock, disk, permissions.

    Changes nothing. Each thing that is looked at is ok, warn or bad, with the way out. Exit status 1 if
    anything is bad.

    \b
    Example:
      campaigner doctor
      campaigner doctor --reach
      campaigner doctor --json
    """
    counts: Counter[Grade] = Counter()
    findings = []
    for finding in examine(Path(ctx.obj["folder"]), _clocks, reach=reach):
        counts[finding.level] += 1
        findings.append(finding.as_data())
        if not json_wanted:
            _show(finding)
    if json_wanted:
        as_json({"findings": findings, "counts": {grade: counts[grade] for grade in Grade}})
    else:
        click.echo(
            f"\n{len(findings)} checks: " + ", ".join(f"{counts[grade]} {grade}" for grade in Grade) + "."
        )
    return int(counts[Grade.BAD] > 0)


def _clocks() -> Moment:
    return Moment(datetime.now(UTC), time.monotonic())


def _show(finding: Finding) -> None:
    level = click.style(finding.level.value.ljust(4), fg=_COLORS[finding.level])
    click.echo(f"{level} {visible(f'{finding.name}: {finding.found}')}")
    for line in (finding.advice, finding.advice_zh):
        if line:
            say(f"     {line}")

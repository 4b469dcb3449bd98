"""The command line: one command per file, imported only when it is called."""

import os
import sys
from importlib import import_module
from io import StringIO
from typing import Any

import click

from campaigner import __version__
from campaigner.cli.wrong_use import in_chinese
from campaigner.domain.masking import masked
from campaigner.domain.visible import visible
from campaigner.errors import (
    CampaignerError,
    ConfigError,
    ExecutorError,
    GatewayError,
    OvertakenError,
    RenderError,
    StoreError,
)

COMMANDS = {
    "init": "Make a working folder with sample data, ready to run.",
    "demo": "Show the whole road on invented people: init, check, plan, generate, approve, export, log.",
    "check": "List every problem of the working folder, with file, line and column.",
    "reports": "Import work reports, see what they say, draft warnings from them.",
    "plan": "Show which runs are due: when, to whom, how many, what it costs.",
    "explain": "Say why a recipient is in a run, out, or left out, and by which rule.",
    "generate": "Write the messages of planned runs into the store; all of them if none is named.",
    "preview": "Show sample messages, letters and posters of a run.",
    "slip": "Draw the approval slip of a run as PDF.",
    "pending": "List the runs that wait for approval.",
    "approve": "Approve a run as the second person.",
    "return": "Send a run back to its author with a reason.",
    "export": "Write approved runs as batches and print folder; all of them if none is named.",
    "send": "Send approved runs over their live gateways; all that are due if none is named.",
    "receipts": "Show what became of the messages, and read carriers' status files.",
    "optout": "Keep the list of phones that want no more messages: one for all campaigns and gateways.",
    "unknown": "List and settle messages of which nobody knows whether they went out.",
    "urgent": "Let an approved run out at once: hours, quiet days, caps and ceilings are set aside.",
    "pause": "Hold a run or a campaign back, also in the middle of its release.",
    "resume": "Let a run or a campaign go on that was held back.",
    "cancel": "Call a run off for good: what is out stays out, the rest never goes.",
    "daemon": "Do all of it on the clock: plan, generate, remind, release, collect, expire, back up, purge.",
    "purge": "Delete what is no longer needed, by class and date, with a certificate.",
    "subject": "Show, copy or delete everything about one phone.",
    "backup": "Back the store up into one encrypted file.",
    "restore": "Put a backup back, after checking it.",
    "adopt": "Take a copied working folder over: it sends from now on, its original must not.",
    "rotate": "Give the store another key; encrypt one that is not.",
    "log": "Show what happened, verify the log, pack a month's evidence.",
    "doctor": "Check the office: settings, store, fonts, gateways, clock, disk, permissions.",
}
"""Every command in the order of the road, and its one-line help, so that --help imports none of them."""
_OWN_EYES = 0o077
"""Takes every right of others away from new files and folders."""
_PROBLEMS = (ConfigError, ExecutorError, GatewayError, OvertakenError, RenderError, StoreError)


class _Commands(click.Group):
    """Imports a command's module when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        if name not in COMMANDS:
            return None
        module = import_module(f"campaigner.cli.{name}_command")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            ctx.fail(f"No such command `{args[0]}`.{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-C", "--folder", default=".", metavar="DIR", help="Working folder.  [default: the current one]"
)
@click.option("--now", metavar="TIME", help="Rehearse as if it were this time, 2026-12-01T09:00.")
@click.version_option(__version__)
@click.pass_context
def cli(ctx: click.Context, folder: str, now: str | None) -> None:
    """Plan, write, get approved, export and log warnings against telecom fraud.

    \b
    Begin with:  campaigner demo
    """
    ctx.obj = {"folder": folder, "now": now}


def main(args: list[str] | None = None) -> None:
    """Run the command line: exit status 0 done, 1 problems found, 2 wrong use.

    Whatever a command writes, from the store to a preview, is for the user's eyes alone (PIPL art. 51).
    """
    before = os.umask(_OWN_EYES)
    try:
        _run(args)
    finally:
        os.umask(before)


def _run(args: list[str] | None) -> None:
    try:
        result: Any = cli.main(args, prog_name="campaigner", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Stopped. What was finished is kept; the same command goes on from there.", err=True)
        click.echo("已停止。已完成的部分都已保存；再次运行同一条命令会从那里继续。", err=True)
        sys.exit(130)
    except click.ClickException as error:
        shown = StringIO()
        error.show(shown)
        if line := in_chinese(error):
            shown.write(f"{line}\n")
        click.echo(visible(masked(shown.getvalue())), err=True, nl=False)
        sys.exit(2)
    except CampaignerError as error:
        click.echo(visible(masked("\n".join(("Error: " + error.english, *error.lines[1:])))), err=True)
        sys.exit(1 if isinstance(error, _PROBLEMS) else 2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        from campaigner.store.obstacles import of_error

        found = of_error(error) or (
            f"{error.filename or 'the system'}: {error.strerror or error}\n"
            f"无法读写 {error.filename or '系统'}：请检查文件、文件夹和权限，再运行同一条命令"
        )
        click.echo(visible(masked(f"Error: {found}")), err=True)
        sys.exit(1)
    sys.exit(result if isinstance(result, int) else 0)

"""`campaigner init`: a working folder, ready to run."""

from pathlib import Path

import click

from campaigner.cli.opening import executor_option, store_option
from campaigner.domain.executor import ExecutorPlan
from campaigner.starter.audiences import DEFAULT_PEOPLE, DEFAULT_SEED
from campaigner.starter.folder import write_folder


@click.command("init")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--people", default=DEFAULT_PEOPLE, show_default=True, type=click.IntRange(1, 20_000_000),
    help="How many invented people.",
)  # fmt: skip
@click.option("--seed", default=DEFAULT_SEED, show_default=True, help="Same seed, same people.")
@store_option
@executor_option
def command(directory: Path, people: int, seed: int, store: str, executor: ExecutorPlan | None) -> None:
    """Make a working folder with sample data, ready to run.

    It holds config.toml, templates/ and audiences/. The people in audiences/ are invented and marked so:
    nothing is ever sent to them.

    \b
    Example:
      campaigner init office
      campaigner -C office plan
      campaigner init office --store postgresql://clerk@db.example/campaigner
    """
    files = write_folder(directory, people, seed, store, executor)
    click.echo(f"{directory} is ready: {len(files)} files, {people:,} invented people.")
    click.echo(f"Next:  campaigner -C {directory} check   and   campaigner -C {directory} plan")

"""How long the command line takes to answer, against an interpreter that imports click and nothing else."""

import subprocess
import sys
from pathlib import Path

from harness import Case

_TIMES = 5


def _answers(code: str) -> int:
    for _time in range(_TIMES):
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    return _TIMES


def ask(_folder: Path) -> int:
    """`campaigner --help`."""
    return _answers("import sys; from campaigner.cli import main; main(['--help'])")


def lean_ask(_folder: Path) -> int:
    """`import click`."""
    return _answers("import click")


def naive_ask(_folder: Path) -> int:
    """Every stage imported before anything is asked."""
    return _answers("import campaigner.app, campaigner.intake.audience, campaigner.road.deliver")


CASES = (Case("--help", ask, lean_ask, naive_ask, most=10_000),)

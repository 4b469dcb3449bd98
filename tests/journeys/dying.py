"""Runs a command and dies, as by SIGKILL, at the n-th call of one function: before it or after it.

Usage: python -m tests.journeys.dying MODULE:NAME before|after N -- ARGUMENTS OF campaigner
"""

import os
import signal
import sys
from importlib import import_module
from typing import Any

from campaigner.cli import main


def arm(target: str, when: str, nth: int) -> None:
    """Put the death in place of one function."""
    module_name, _, path = target.partition(":")
    owner: Any = import_module(module_name)
    *outer, name = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    real = getattr(owner, name)
    calls = 0

    def dying(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*args, **kwargs)
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, dying)


if __name__ == "__main__":
    target, when, nth, _dashes, *arguments = sys.argv[1:]
    arm(target, when, int(nth))
    main(arguments)

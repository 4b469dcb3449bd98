"""Partition functions that workers can find by name."""

import os
import signal
import time
from pathlib import Path

from campaigner.errors import RenderError


def doubled(number: int) -> int:
    return 2 * number


def slow_for_the_first(number: int) -> int:
    """The first parts take longest, so that those behind them are done before."""
    time.sleep(max(0.0, 0.2 - 0.1 * number))
    return number


def whose(_part: int) -> int:
    """Who works."""
    return os.getpid()


def interrupted(number: int) -> int:
    """Its worker hears the Ctrl-C that a terminal sends to every process of a program."""
    os.kill(os.getpid(), signal.SIGINT)
    return number


def refused(number: int) -> int:
    if number == 3:
        raise RenderError("templates/sms/a.txt.jinja:3: no such thing (row 7 of audiences/a.csv)")
    return number


class DiesOnce:
    """Its worker dies over one part, the first time that it comes to it."""

    def __init__(self, mark: Path, part: int) -> None:
        self._mark = mark
        self._part = part

    def __call__(self, number: int) -> int:
        if number == self._part and not self._mark.exists():
            self._mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return doubled(number)


def dies(number: int) -> int:
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return number

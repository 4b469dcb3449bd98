"""Runs cases by the hundred thousand under a watch; the same seed and number make the same case again."""

import signal
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType

from tests.conftest import ROOT
from tests.hostile.fuzzing.mutate import Case, case
from tests.hostile.fuzzing.targets import Target

BLOCK = 1000
"""Cases that one state of chance makes."""
LONGEST = 30
"""Seconds of processor time for one case, many times what any takes: a slow or busy machine is no hang."""
_OURS = str(ROOT / "campaigner")
LONGEST_WAIT = 600
"""Seconds by the clock: a case that waits for something uses no processor."""


class HangError(BaseException):
    """A case took too long; no handler of errors may swallow it."""


@dataclass(slots=True)
class Fault:
    """Cases that failed at one place.

    Args:
        number: The first of them.
        case: The shortest of them.
        said: What the first error said.
        count: How many did.
    """

    number: int
    case: Case
    said: str = ""
    count: int = 0


@dataclass(slots=True)
class Found:
    """What came of a target.

    Args:
        cases: How many were tried.
        seconds: How long they took the processor.
        refused: How many ended with an error of the allowed kinds.
        faults: The error and where it came from -> its cases.
    """

    cases: int = 0
    seconds: float = 0.0
    refused: int = 0
    faults: dict[str, Fault] = field(default_factory=dict)


class _Watch:
    """Interrupts a case that goes on and on."""

    def __init__(self, patience: int) -> None:
        self._patience = patience
        self.number = 0
        self._seen = (-1, 0.0, 0.0)

    def tick(self, _signal: int, _frame: FrameType | None) -> None:
        """Four times a second."""
        number, used, began = self._seen
        if number != self.number:
            self._seen = (self.number, time.process_time(), time.monotonic())
        elif (
            time.process_time() - used >= LONGEST * self._patience
            or time.monotonic() - began >= LONGEST_WAIT * self._patience
        ):
            self._seen = (-1, 0.0, 0.0)
            raise HangError


@contextmanager
def _watched(patience: int) -> Iterator[_Watch]:
    watch = _Watch(patience)
    before = signal.signal(signal.SIGALRM, watch.tick)
    signal.setitimer(signal.ITIMER_REAL, 0.25, 0.25)
    try:
        yield watch
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def fuzz(target: Target, cases: int, seed: int = 1, found: Found | None = None) -> Found:
    """Try cases of a target.

    Args:
        target: What is tried.
        cases: How many in all.
        seed: Another one makes other cases.
        found: What came of the cases before; it goes on after them.
    """
    found = found or Found()
    began = time.process_time() - found.seconds
    with _watched(target.patience) as watch, warnings.catch_warnings():
        warnings.simplefilter("error")
        while found.cases < cases:
            first = found.cases - found.cases % BLOCK
            chance = Random(f"{seed}:{target.name}:{first}")
            for number in range(first, min(first + BLOCK, cases)):
                made = case(target.seeds, target.words, chance)
                if number >= found.cases:
                    watch.number = number
                    _try(target, number, made, found)
                    found.cases += 1
    found.seconds = time.process_time() - began
    return found


def _try(target: Target, number: int, made: Case, found: Found) -> None:
    try:
        target.take(made)
    except target.allowed:
        found.refused += 1
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever comes out is what is looked for
        fault = found.faults.setdefault(_place(error), Fault(number, made, str(error)[:200]))
        fault.case = min(fault.case, made, key=len)
        fault.count += 1


def _place(error: BaseException) -> str:
    """The error and the innermost place of ours that it came through."""
    every = traceback.extract_tb(error.__traceback__)
    frame = next((frame for frame in reversed(every) if frame.filename.startswith(_OURS)), every[-1])
    return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
